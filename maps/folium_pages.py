"""The folium page of duplicate candidates: one file that opens without internet.

Leaflet comes from django-leaflet's own files and is written into the page; nothing is fetched from anywhere.
Ground: the village areas of fixtures/places.geojson near the pairs, so that the page needs no database.
"""

import base64
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any, cast

import folium
import shapely
import shapely.geometry
from branca.element import Element, Figure, MacroElement
from django.conf import settings
from django.template.loader import render_to_string
from django.utils.translation import get_language
from folium.template import Template

from duplicates.comparison import Record
from duplicates.kernel import PairTable, ScoredPair
from duplicates.score import likeness_word
from places.saying import say

BORDERS_FILE = Path("fixtures") / "places.geojson"
GROUND_MARGIN_DEG = 0.03

# Line by likeness: width and dashes say it as well as the colour.
LINES = {
    "high": {"color": "#b8452f", "weight": 5},
    "medium": {"color": "#8a5a00", "weight": 3, "dashArray": "8 5"},
    "low": {"color": "#4a605b", "weight": 2, "dashArray": "2 5"},
}
_BY_CHANCE = re.compile(r"_([0-9a-f]{32})(?![0-9a-f])")
LEFT, RIGHT = "#2f6c92", "#8a5a00"


@dataclass(frozen=True)
class Shot:
    """A small picture of a work: JPEG, found by the hash of its original, and what is known of it."""

    sha256: str
    caption: str
    content: bytes

    @property
    def style_class(self) -> str:
        """Each picture stands in the page once, in a style of this name, however many popups show it."""
        return f"shot-{self.sha256[:16]}"


@dataclass(frozen=True)
class Known:
    """What a page tells beside the pairs: by both ids what people concluded and the address of the pair's page,
    by one id the address of the work's page and its pictures."""

    conclusions: Mapping[tuple[str, str], str] = field(default_factory=dict)
    pages: Mapping[tuple[str, str], str] = field(default_factory=dict)
    works: Mapping[str, str] = field(default_factory=dict)
    shots: Mapping[str, Sequence[Shot]] = field(default_factory=dict)


NOTHING_KNOWN = Known()


class OfflineMap(folium.Map):
    """A folium map that links to no outside script or style."""

    default_js: list[tuple[str, str]] = []
    default_css: list[tuple[str, str]] = []


class MetricScale(MacroElement):
    """Leaflet's scale without miles, which folium's own would show."""

    _template = Template(
        "{% macro script(this, kwargs) %}"
        "L.control.scale({imperial: false}).addTo({{ this._parent.get_name() }});"
        "{% endmacro %}"
    )


@cache
def _leaflet(name: str) -> str:
    return (files("leaflet") / "static" / "leaflet" / name).read_text(encoding="utf-8")


def _style(known: Known) -> str:
    """Leaflet's style sheet without its pictures (markers and layer switch), which the page does not use; ours."""
    rules = [rule for rule in _leaflet("leaflet.css").split("}") if "url(" not in rule]
    own = render_to_string("maps/_pairs_page.css")
    shots = {shot.style_class: shot.content for shots in known.shots.values() for shot in shots}
    pictures = [
        f".{name}{{background-image:url(data:image/jpeg;base64,{base64.b64encode(content).decode()})}}"
        for name, content in sorted(shots.items())
        if content
    ]
    return "}".join(rules) + own + "".join(pictures)


def pairs_page(table: PairTable, *, scanned: str = "", known: Known = NOTHING_KNOWN) -> str:
    """The whole page as HTML text.

    scanned: a line for the legend, when and over what was scanned. A conclusion stands before the likeness.
    """
    page = OfflineMap(tiles=None, prefer_canvas=False, attr="")
    MetricScale().add_to(page)
    figure = cast(Figure, page.get_root())
    figure.header.add_child(Element(f"<style>{_style(known)}</style>"), name="leaflet_css")
    figure.header.add_child(Element(f"<script>{_leaflet('leaflet.js')}</script>"), name="leaflet_js")
    figure.header.add_child(Element(f"<title>Geomonitor · {len(table.pairs)}</title>"), name="title")
    bounds = _bounds(table)
    if bounds:
        _add_ground(page, bounds)
        _add_pairs(page, table, known)
        page.fit_bounds([[bounds[1], bounds[0]], [bounds[3], bounds[2]]], max_zoom=18, padding=(40, 40))
    figure.html.add_child(Element(_legend(table, scanned)), name="legend")
    page_text = str(figure.render()).replace("<html>", f'<html lang="{get_language() or "id"}">', 1)
    return _renamed(page_text)


def _renamed(page: str) -> str:
    """The page with its elements counted: folium names them by chance, and the same pairs shall make the same page."""
    numbers: dict[str, str] = {}
    return _BY_CHANCE.sub(lambda found: f"_{numbers.setdefault(found[1], f'{len(numbers) + 1:032d}')}", page)


def _places(table: PairTable) -> list[Any]:
    return [
        site for _pair, left, right in table.rows() for record in (left, right) for site in record.geometries
    ]


def _bounds(table: PairTable) -> tuple[float, float, float, float] | None:
    places = _places(table)
    if not places:
        return None
    west, south, east, north = shapely.total_bounds(places)
    return float(west), float(south), float(east), float(north)


def _add_ground(page: folium.Map, bounds: tuple[float, float, float, float]) -> None:
    west, south, east, north = bounds
    near = shapely.box(
        west - GROUND_MARGIN_DEG,
        south - GROUND_MARGIN_DEG,
        east + GROUND_MARGIN_DEG,
        north + GROUND_MARGIN_DEG,
    )
    villages = [
        feature for feature in _villages() if shapely.geometry.shape(feature["geometry"]).intersects(near)
    ]
    if villages:
        folium.GeoJson(
            {"type": "FeatureCollection", "features": villages},
            style_function=lambda _feature: {
                "color": "#c4c9bd",
                "weight": 1,
                "fillColor": "#ffffff",
                "fillOpacity": 1,
            },
            tooltip=folium.GeoJsonTooltip(fields=["name"], labels=False, sticky=True),
            smooth_factor=0.5,
        ).add_to(page)


@cache
def _villages() -> tuple[dict[str, Any], ...]:
    path = settings.BASE_DIR / BORDERS_FILE
    if not path.is_file():
        return ()
    features = json.loads(path.read_text(encoding="utf-8"))["features"]
    return tuple(
        {"type": "Feature", "geometry": f["geometry"], "properties": {"name": f["properties"]["name"]}}
        for f in features
        if f["properties"].get("level") == "village" and f["geometry"]
    )


def _add_pairs(page: folium.Map, table: PairTable, known: Known) -> None:
    features = list(_features(table, known))
    folium.GeoJson(
        {"type": "FeatureCollection", "features": features},
        style_function=lambda feature: feature["properties"]["style"],
        marker=folium.CircleMarker(radius=7, weight=2, fill=True),
        popup=folium.GeoJsonPopup(fields=["popup"], labels=False, max_width=380),
    ).add_to(page)


def _features(table: PairTable, known: Known) -> Iterator[dict[str, Any]]:
    """For each pair, strongest last so that it lies on top: both records where they are, and the line between."""
    for pair, left, right in reversed(list(table.rows())):
        popup = _popup(pair, left, right, known)
        word = likeness_word(pair.probability)
        for record, colour in ((left, LEFT), (right, RIGHT)):
            style = {"color": colour, "weight": 4, "fillColor": colour, "fillOpacity": 0.35}
            for site in record.geometries:
                yield _feature(site, style, popup)
        if left.geometries and right.geometries:
            yield _feature(_nearest_line(left.geometries, right.geometries), LINES[word], popup)


def _feature(geometry: Any, style: dict[str, Any], popup: str) -> dict[str, Any]:
    shape = shapely.geometry.mapping(geometry)
    return {"type": "Feature", "geometry": shape, "properties": {"style": style, "popup": popup}}


def _nearest_line(left: Sequence[Any], right: Sequence[Any]) -> Any:
    """From the one record to the other at their nearest parts; a short cross where they touch, to be seen."""
    line = shapely.shortest_line(
        shapely.GeometryCollection(list(left)), shapely.GeometryCollection(list(right))
    )
    if line.length > 0:
        return line
    x, y = line.coords[0]
    arm = 0.00004
    return shapely.MultiLineString([[(x - arm, y), (x + arm, y)], [(x, y - arm), (x, y + arm)]])


def _popup(pair: ScoredPair, left: Record, right: Record, known: Known) -> str:
    sides = [
        {
            "name": name,
            "record": one,
            "url": known.works.get(one.id, ""),
            "shots": known.shots.get(one.id, ()),
        }
        for name, one in (("left", left), ("right", right))
    ]
    return render_to_string(
        "maps/_pair_popup.html",
        {
            "sides": sides,
            "url": known.pages.get((left.id, right.id), ""),
            "word": likeness_word(pair.probability),
            "conclusion": known.conclusions.get((left.id, right.id), ""),
            "sentences": [say(part.message) for part in pair.signals],
        },
    )


def _legend(table: PairTable, scanned: str) -> str:
    counts = dict.fromkeys(LINES, 0)
    for pair in table.pairs:
        counts[likeness_word(pair.probability)] += 1
    return render_to_string(
        "maps/_pairs_legend.html", {"counts": counts, "total": len(table.pairs), "scanned": scanned}
    )
