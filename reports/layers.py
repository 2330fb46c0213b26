"""Duplicate candidates for QGIS and its kin: GeoJSON (RFC 7946), GeoPackage (by GDAL) and GeoParquet (by Arrow).

Layer `pairs`: the six columns of the contract, both titles, and the line between the nearest parts. Layer `works`
(GeoPackage only): every work of those pairs where it is. WGS 84, lon, lat, seven decimals.
"""

import io
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Lock
from typing import Any

import geopandas
import pyogrio
import shapely
import shapely.geometry

from duplicates.comparison import Record
from duplicates.kernel import PairTable, ScoredPair
from duplicates.nearest import nearest_line
from places.saying import say
from reports.pairs import COLUMNS, values
from reports.stamps import stamp

CRS = "EPSG:4326"
GPKG_OPTIONS = {"VERSION": "1.2"}  # older programs read it without a warning
Extra = Callable[[ScoredPair], Mapping[str, str | Decimal | None]]
Pages = Mapping[str, str]  # of works, by their id

_TEXT, _NUMBER, _WHOLE = "string", "float64", "Int64"
_PAIR_TYPES = {
    "left_id": _TEXT, "right_id": _TEXT, "distance_m": _NUMBER, "probability": _NUMBER, "weight": _NUMBER,
    "signals": _TEXT, "left_title": _TEXT, "right_title": _TEXT, "reasons": _TEXT,
}  # fmt: skip
_WORK_TYPES = {
    "id": _TEXT, "side": _TEXT, "title": _TEXT, "year": _WHOLE, "work_type": _TEXT, "activity": _TEXT,
    "budget": _NUMBER, "volume": _NUMBER, "unit": _TEXT, "fund_sources": _TEXT, "executor": _TEXT,
}  # fmt: skip

_configuring = Lock()  # GDAL's options hold for the whole process


@dataclass(frozen=True)
class Layers:
    """The two layers as tables with geometry."""

    pairs: geopandas.GeoDataFrame
    works: geopandas.GeoDataFrame


def layers_of(table: PairTable, *, extra: Extra | None = None, pages: Pages | None = None) -> Layers:
    """The layers of a table of pairs.

    extra: more columns of a pair (its case, its conclusion); names ending in _rp are rupiah, others are text.
    pages: the address of each work's page.
    """
    pairs = [_pair_row(row, extra) for row in table.rows()]
    names = list(extra(table.pairs[0])) if extra and table.pairs else []
    known = {name: _NUMBER if name.endswith("_rp") else _TEXT for name in names}
    lines = [nearest_line(left.geometries, right.geometries) for _pair, left, right in table.rows()]
    works = list(_works(table))
    return Layers(
        _frame(pairs, lines, {**_PAIR_TYPES, **known}),
        _frame(
            [_work_row(*work, pages) for work in works],
            [_place(record) for _side, record in works],
            {**_WORK_TYPES, **({"url": _TEXT} if pages else {})},
        ),
    )


def geojson(layers: Layers) -> bytes:
    """The pairs as one FeatureCollection by RFC 7946; a pair without a place has a null geometry.

    Written here: GDAL's writer takes 114.2000001 for a rounding error of 114.2, and a line of a centimetre loses
    its length.
    """
    rows = layers.pairs.drop(columns="geometry").astype(object)
    features = [
        {
            "type": "Feature",
            "properties": properties,
            "geometry": None if place is None else shapely.geometry.mapping(place),
        }
        for properties, place in zip(
            rows.where(rows.notna(), None).to_dict("records"), layers.pairs.geometry, strict=True
        )
    ]
    made = {"type": "FeatureCollection", "name": "pairs", "features": features}
    return json.dumps(made, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()


def geoparquet(layers: Layers) -> bytes:
    """The pairs as GeoParquet 1.1."""
    made = io.BytesIO()
    layers.pairs.to_parquet(made, index=False, schema_version="1.1.0")
    return made.getvalue()


def geopackage(layers: Layers, *, at: datetime | None = None) -> bytes:
    """Both layers in one GeoPackage. at: its time of last change (default: reports.stamps.stamp())."""
    moment = (at or stamp()).strftime("%Y-%m-%dT%H:%M:%SZ")
    with _configuring, TemporaryDirectory() as folder:
        path = Path(folder) / "pairs.gpkg"
        pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": moment})
        try:
            for name, frame in (("pairs", layers.pairs), ("works", layers.works)):
                options = {"layer": name, "geometry_type": _kind(frame), "dataset_options": GPKG_OPTIONS}
                pyogrio.write_dataframe(frame, path, driver="GPKG", **options)
        finally:
            pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": None})
        return path.read_bytes()


def _kind(frame: geopandas.GeoDataFrame) -> str:
    """What a layer declares: lines where all are, else anything."""
    return "LineString" if set(frame.geom_type.dropna()) == {"LineString"} else "Unknown"


def _frame(rows: list[dict[str, Any]], places: list[Any], types: Mapping[str, str]) -> geopandas.GeoDataFrame:
    frame = geopandas.GeoDataFrame(rows, columns=list(types), geometry=geopandas.GeoSeries(places, crs=CRS))
    return frame.astype(dict(types))


def _pair_row(row: tuple[ScoredPair, Record, Record], extra: Extra | None) -> dict[str, Any]:
    pair, left, right = row
    known: dict[str, Any] = dict(zip(COLUMNS, values(pair), strict=True))
    known |= {"left_title": left.title, "right_title": right.title, "reasons": _reasons(pair)}
    for name, value in (extra(pair) if extra else {}).items():
        known[name] = float(value) if isinstance(value, Decimal) else value or None
    return known


def _reasons(pair: ScoredPair) -> str:
    """What the signals say, for people: the column `signals` is for programs."""
    return " ".join(say(part.message) for part in pair.signals if part.weight)


def _works(table: PairTable) -> Iterator[tuple[str, Record]]:
    """Every work of the pairs once, with the list it is from: "" when there is one list only."""
    two_lists = table.left is not table.right
    seen: set[tuple[str, str]] = set()
    for _pair, left, right in table.rows():
        for side, record in (("left", left), ("right", right)):
            key = (side if two_lists else "", record.id)
            if key not in seen:
                seen.add(key)
                yield key[0], record


def _work_row(side: str, record: Record, pages: Pages | None) -> dict[str, Any]:
    known = {
        "id": record.id,
        "side": side,
        "title": record.title,
        "year": record.year,
        "work_type": record.work_type,
        "activity": record.activity,
        "budget": None if record.budget is None else float(record.budget),
        "volume": None if record.volume is None else float(record.volume),
        "unit": record.unit,
        "fund_sources": record.sources_text,
        "executor": record.executor,
    }
    known = {name: value if value != "" else None for name, value in known.items()}
    return {**known, "url": pages.get(record.id)} if pages else known


def _place(record: Record) -> Any:
    """All sites as one geometry; of one kind: a multi-part of that kind."""
    sites = list(record.geometries)
    if len(sites) < 2:
        return sites[0] if sites else None
    many = {
        "Point": shapely.MultiPoint,
        "LineString": shapely.MultiLineString,
        "Polygon": shapely.MultiPolygon,
    }
    kinds = {site.geom_type for site in sites}
    kind = many.get(next(iter(kinds))) if len(kinds) == 1 else None
    return kind(sites) if kind else shapely.GeometryCollection(sites)
