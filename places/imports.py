"""Reads places from CSV or any OGR file and loads them: all rows or none, every mistake by row and column.

Columns: code, name, kind, level, parent, lon, lat, boundary (WKT, CSV only); the Indonesian names in COLUMNS
are understood too. Level, kind and parent follow from the code; where the file has them they must agree.
A value the file doesn't have leaves what is stored as it is.
"""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pyogrio
import shapely
from django.contrib.gis.geos import GEOSGeometry
from django.db import transaction
from pyproj import CRS, Transformer
from shapely.geometry.base import BaseGeometry

from places.earth import LonLat
from places.geography import geos_point
from places.message import Message, message, sentences
from places.message import mark as _
from places.models import Kind, Level, Place

COLUMNS = {
    "code": ("code", "kode", "kode_wilayah", "kode_desa"),
    "name": ("name", "nama", "nama_wilayah", "nama_desa"),
    "kind": ("kind", "jenis"),
    "level": ("level", "tingkat"),
    "parent": ("parent", "induk", "kode_induk"),
    "lon": ("lon", "longitude", "bujur"),
    "lat": ("lat", "latitude", "lintang"),
    "boundary": ("boundary", "batas", "wkt"),
}
CODE = re.compile(r"\d\d(\.\d\d(\.\d\d(\.\d{4})?)?)?")
INDONESIA = (94.0, -11.5, 142.0, 6.5)  # west, south, east, north
_LEVELS = {2: Level.PROVINCE, 5: Level.REGENCY, 8: Level.DISTRICT, 13: Level.VILLAGE}
_KINDS = {
    Level.PROVINCE: {Kind.PROVINSI},
    Level.REGENCY: {Kind.KABUPATEN, Kind.KOTA},
    Level.DISTRICT: {Kind.KECAMATAN},
    Level.VILLAGE: {Kind.DESA, Kind.KELURAHAN},
}

SENTENCES = sentences(
    {
        "import_places.unreadable": _(
            "File ini tidak dapat dibaca (%(detail)s). Pakai CSV UTF-8, GeoJSON, GeoPackage, atau Shapefile."
        ),
        "import_places.empty": _("File ini tidak berisi baris. Periksa apakah ini file yang benar."),
        "import_places.column_missing": _(
            "Kolom %(column)s tidak ada. Kolom yang terbaca: %(columns)s. Ganti nama kolom wilayahnya."
        ),
        "import_places.column_twice": _(
            "Kolom %(first)s dan %(second)s sama-sama berarti %(column)s. Sisakan satu."
        ),
        "import_places.code_empty": _("Kode wilayah kosong. Isi seperti 35.10.19.2003."),
        "import_places.code_form": _(
            "Ini bukan kode Kemendagri. Tulis dengan titik dan dua angka per bagian, seperti 35.10.19.2003; "
            "simpan kolomnya sebagai teks agar angka nol tidak hilang."
        ),
        "import_places.code_twice": _("Kode ini sudah ada di baris %(row)s. Hapus salah satunya."),
        "import_places.name_empty": _("Nama kosong. Isi nama wilayah tanpa jenisnya, seperti Sragi."),
        "import_places.name_long": _("Nama ini lebih dari 100 huruf. Persingkat."),
        "import_places.level_differs": _(
            "Menurut kodenya, tingkat wilayah ini %(expected)s. Perbaiki salah satunya."
        ),
        "import_places.kind_differs": _(
            "Menurut kodenya, jenis wilayah ini %(expected)s. Perbaiki salah satunya."
        ),
        "import_places.kind_unknown": _(
            "Jenis tidak dapat dibaca dari kode ini (bagian terakhir desa mulai 2, kelurahan mulai 1). "
            "Isi kolom kind: desa atau kelurahan."
        ),
        "import_places.parent_differs": _(
            "Menurut kodenya, induk wilayah ini %(expected)s. Perbaiki salah satunya."
        ),
        "import_places.parent_missing": _(
            "Induknya, %(parent)s, tidak ada di file ini dan belum tersimpan. Tambahkan barisnya, atau muat dulu "
            "file yang berisi induk itu."
        ),
        "import_places.not_a_number": _("Ini bukan derajat desimal. Tulis seperti 114.2345 atau -8.3333."),
        "import_places.half_a_point": _("Titik butuh lon dan lat. Isi keduanya atau kosongkan keduanya."),
        "import_places.swapped": _(
            "Titik ini di luar Indonesia; lintang dan bujur tampaknya tertukar. Bujur (lon) 94 sampai 142, lintang "
            "(lat) −11,5 sampai 6,5."
        ),
        "import_places.metres": _(
            "Koordinat ini bukan derajat, melainkan tampaknya meter (UTM). Simpan file dengan sistem koordinatnya "
            "(CRS), atau ubah dulu ke WGS 84 (EPSG:4326)."
        ),
        "import_places.zero": _("Koordinat 0, 0 berarti belum diisi. Kosongkan, atau isi titiknya."),
        "import_places.outside_indonesia": _(
            "Letaknya di luar Indonesia (bujur 94 sampai 142, lintang −11,5 sampai 6,5). Periksa koordinatnya."
        ),
        "import_places.sign_lost": _(
            "Titik ini jauh dari batas wilayahnya sendiri; tanda minus pada lintang tampaknya hilang. "
            "Mungkin maksudnya %(likely)s."
        ),
        "import_places.point_far": _(
            "Titik ini lebih dari 10 km dari batas wilayahnya sendiri. Periksa titik dan batasnya."
        ),
        "import_places.not_wkt": _(
            "Ini bukan WKT yang dapat dibaca (%(detail)s). Tulis POLYGON ((lon lat, …))."
        ),
        "import_places.not_an_area": _(
            "Batas wilayah harus berupa luasan (Polygon), bukan %(geometry)s. Titik boleh di kolom lon dan lat."
        ),
        "import_places.counts": _("%(new)s baru, %(changed)s berubah, %(same)s sama."),
        "import_places.repaired": _(
            "Batas %(count)s wilayah memotong dirinya sendiri dan diperbaiki: %(codes)s."
        ),
        "import_places.point_outside": _(
            "Titik %(count)s wilayah terletak di luar batasnya sendiri: %(codes)s."
        ),
        "import_places.reprojected": _("Koordinat diubah dari %(crs)s ke WGS 84 (EPSG:4326)."),
        "import_places.columns_ignored": _("Kolom ini tidak dipakai: %(columns)s."),
    }
)


@dataclass(frozen=True)
class Mistake:
    """One wrong value: row as people count it (the header is row 1 of a CSV), column, value and the reason.

    Row 0 and an empty column mean the file as a whole.
    """

    row: int
    column: str
    value: str
    reason: Message


class PlacesRefused(Exception):
    """A file with mistakes: nothing of it was loaded. `mistakes` has all of them, in the order of the file."""

    def __init__(self, mistakes: Sequence[Mistake]) -> None:
        super().__init__(f"{len(mistakes)} mistakes in a file of places")
        self.mistakes = list(mistakes)


@dataclass(frozen=True)
class PlaceRow:
    """One checked row: what to store. None means: the file doesn't say, keep what is stored."""

    row: int
    code: str
    name: str
    kind: str
    level: str
    parent: str | None
    point: LonLat | None
    boundary: BaseGeometry | None


@dataclass
class Table:
    """A file as read: values by our column names, geometry already in WGS 84 where the file has any."""

    rows: list[dict[str, Any]]
    first_row: int
    notes: list[Message] = field(default_factory=list)


@dataclass(frozen=True)
class Outcome:
    """What an import did (or, as a rehearsal, would do), with notes for people."""

    new: list[str]
    changed: list[str]
    same: list[str]
    notes: list[Message]

    @property
    def summary(self) -> Message:
        """The counts as a message: "0 baru, 0 berubah, 244 sama."."""
        return message(
            "import_places.counts", new=len(self.new), changed=len(self.changed), same=len(self.same)
        )


def import_places(path: Path, *, layer: str | None = None, rehearse: bool = False) -> Outcome:
    """Load a file of places: new ones are made, others brought up to date, nothing is ever deleted.

    layer: name of the layer in a file that has several. rehearse: check and count, store nothing.
    Raises PlacesRefused with every mistake; nothing is stored then.
    """
    table = read(path, layer=layer)
    rows, notes = check(table)
    with transaction.atomic():
        known = set(Place.objects.select_for_update().values_list("pk", flat=True))
        orphans = list(_without_parent(rows, known))
        if orphans:
            raise PlacesRefused(orphans)
        outcome = _store(rows, rehearse=rehearse)
    return Outcome(outcome.new, outcome.changed, outcome.same, [*table.notes, *notes])


# --- reading -------------------------------------------------------------------------------------------------


def read(path: Path, *, layer: str | None = None) -> Table:
    """A file's rows under our column names. Raises PlacesRefused when it can't be read or lacks a column."""
    if path.suffix.lower() in {".csv", ".txt", ".tsv"}:
        return _read_csv(path)
    return _read_ogr(path, layer)


def _whole_file(code: str, *, value: str = "", **params: Any) -> PlacesRefused:
    return PlacesRefused([Mistake(0, "", value, message(f"import_places.{code}", **params))])


def _read_csv(path: Path) -> Table:
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise _whole_file("unreadable", value=path.name, detail=_said(error)) from error
    header = text.partition("\n")[0]
    delimiter = max(",;\t", key=header.count)
    reader = csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter)
    names, ignored = _our_names(reader.fieldnames or [])
    rows = [
        {ours: (raw.get(theirs) or "").strip() for ours, theirs in names.items()}
        for raw in reader
        if any(isinstance(value, str) and value.strip() for value in raw.values())
    ]
    return Table(_not_empty(rows), first_row=2, notes=_ignored(ignored))


def _read_ogr(path: Path, layer: str | None) -> Table:
    try:
        meta, _fids, geometry, columns = pyogrio.raw.read(path, layer=layer, force_2d=True)
    except (OSError, ValueError, RuntimeError) as error:  # pyogrio's own errors are RuntimeErrors
        raise _whole_file("unreadable", value=path.name, detail=_said(error)) from error
    names, ignored = _our_names([str(name) for name in meta["fields"]])
    values = dict(zip([str(name) for name in meta["fields"]], columns, strict=True))
    count = len(geometry) if geometry is not None else len(next(iter(values.values()), []))
    rows = [{ours: _text(values[theirs][i]) for ours, theirs in names.items()} for i in range(count)]
    table = Table(_not_empty(rows), first_row=1, notes=_ignored(ignored))
    if geometry is not None:
        shapes, notes = _in_wgs84(shapely.from_wkb(geometry), meta["crs"])
        table.notes.extend(notes)
        for row, shape in zip(rows, shapes, strict=True):
            row["geometry"] = shape
    return table


def _in_wgs84(shapes: Any, crs: str | None) -> tuple[Any, list[Message]]:
    if crs is None or CRS.from_user_input(crs).to_epsg() == 4326:
        return shapes, []
    move = Transformer.from_crs(crs, "EPSG:4326", always_xy=True).transform
    moved = shapely.transform(shapes, lambda xy: np.column_stack(move(xy[:, 0], xy[:, 1])))
    return moved, [message("import_places.reprojected", crs=CRS.from_user_input(crs).name)]


def _our_names(theirs: Iterable[str]) -> tuple[dict[str, str], list[str]]:
    """Which column of the file holds which of ours, and those that hold none. A `note` is for its readers."""
    names: dict[str, str] = {}
    ignored: list[str] = []
    theirs = list(theirs)
    for column in theirs:
        plain = column.strip().lower().replace(" ", "_")
        ours = next((ours for ours, aliases in COLUMNS.items() if plain in aliases), None)
        if ours is None:
            ignored.append(column)
        elif ours in names:
            raise _whole_file("column_twice", column=ours, first=names[ours], second=column)
        else:
            names[ours] = column
    for needed in ("code", "name"):
        if needed not in names:
            raise _whole_file("column_missing", column=needed, columns=", ".join(theirs) or "–")
    return names, [column for column in ignored if column not in {"note", "fid", "ogc_fid", ""}]


def _ignored(columns: list[str]) -> list[Message]:
    return [message("import_places.columns_ignored", columns=", ".join(columns))] if columns else []


def _not_empty(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    if not rows:
        raise _whole_file("empty")
    return rows


def _text(value: Any) -> str:
    if value is None or (isinstance(value, float | np.floating) and np.isnan(value)):
        return ""
    return str(value).strip()


def _said(error: Exception) -> str:
    return str(error).splitlines()[0][:160] if str(error) else type(error).__name__


# --- checking ------------------------------------------------------------------------------------------------


def check(table: Table) -> tuple[list[PlaceRow], list[Message]]:
    """Rows that can be stored, and notes. Raises PlacesRefused with the mistakes of all rows together."""
    checked = [_Checker(number, row) for number, row in enumerate(table.rows, start=table.first_row)]
    mistakes: list[Mistake] = []
    seen: dict[str, int] = {}
    for one in checked:
        one.run()
        first = seen.setdefault(one.code, one.number) if one.code else one.number
        if first != one.number:
            one.wrong("code", message("import_places.code_twice", row=first))
        mistakes.extend(one.mistakes)
    if mistakes:
        raise PlacesRefused(mistakes)
    return [one.as_row() for one in checked], _notes(checked)


def _notes(checked: Sequence["_Checker"]) -> list[Message]:
    by_code = {
        "import_places.repaired": [one.code for one in checked if one.repaired],
        "import_places.point_outside": [one.code for one in checked if one.point_outside],
    }
    return [
        message(code, count=len(codes), codes=", ".join(codes[:5]) + (" …" if len(codes) > 5 else ""))
        for code, codes in by_code.items()
        if codes
    ]


class _Checker:
    """Checks one row and collects what is wrong with it."""

    def __init__(self, number: int, values: Mapping[str, Any]) -> None:
        self.number, self.values = number, values
        self.mistakes: list[Mistake] = []
        self.code = self.name = self.kind = self.level = ""
        self.parent: str | None = None
        self.point: LonLat | None = None
        self.boundary: BaseGeometry | None = None
        self.repaired = self.point_outside = False

    def run(self) -> None:
        self._check_code()
        self._check_name()
        self._check_geometry()
        self._check_point()

    def as_row(self) -> PlaceRow:
        return PlaceRow(
            self.number, self.code, self.name, self.kind, self.level, self.parent, self.point, self.boundary
        )

    def value(self, column: str) -> str:
        return str(self.values.get(column) or "")

    def wrong(self, column: str, reason: Message, value: str | None = None) -> None:
        """Keep a mistake; the value is the file's own unless given."""
        shown = self.value(column) if value is None else value
        self.mistakes.append(Mistake(self.number, column, shown[:80], reason))

    def _check_code(self) -> None:
        code = self.value("code").rstrip(".")
        if not CODE.fullmatch(code):
            self.wrong("code", message(f"import_places.code_{'form' if code else 'empty'}"))
            return
        self.code, self.level, self.parent = code, _LEVELS[len(code)], code.rpartition(".")[0] or None
        if self.value("level") and self.value("level").lower() not in {self.level, Level(self.level).label}:
            self.wrong("level", message("import_places.level_differs", expected=str(Level(self.level).label)))
        if self.value("parent") and self.value("parent").rstrip(".") != self.parent:
            self.wrong("parent", message("import_places.parent_differs", expected=self.parent or "–"))
        self._check_kind()

    def _check_kind(self) -> None:
        given, expected = self.value("kind").lower(), kind_of(self.code)
        possible = {expected} if expected else _KINDS[Level(self.level)]
        if given and given not in possible:
            names = " / ".join(sorted(str(Kind(kind).label) for kind in possible))
            self.wrong("kind", message("import_places.kind_differs", expected=names))
        elif not given and expected is None:
            self.wrong("kind", message("import_places.kind_unknown"))
        else:
            self.kind = given or str(expected)

    def _check_name(self) -> None:
        self.name = " ".join(self.value("name").split())
        if not self.name:
            self.wrong("name", message("import_places.name_empty"))
        elif len(self.name) > 100:
            self.wrong("name", message("import_places.name_long"))

    def _check_geometry(self) -> None:
        column, shape = ("geometry", self.values.get("geometry"))
        if self.value("boundary"):
            column = "boundary"
            try:
                shape = shapely.from_wkt(self.value("boundary"))
            except shapely.errors.GEOSException as error:
                self.wrong(column, message("import_places.not_wkt", detail=_said(error)))
                return
        if shape is None or shape.is_empty:
            return
        misplaced = likely_mistake(shape.bounds)
        if misplaced:
            self.wrong(column, misplaced, value=_corner(shape))
        elif shape.geom_type == "Point":
            self.point = (shape.x, shape.y)
        else:
            self._check_area(column, shape)

    def _check_area(self, column: str, shape: BaseGeometry) -> None:
        self.repaired = not shape.is_valid
        area = _as_area(shape)
        if area is None:
            self.wrong(column, message("import_places.not_an_area", geometry=shape.geom_type), value="")
        self.boundary = area

    def _check_point(self) -> None:
        if not (self.value("lon") or self.value("lat")):
            return
        degrees: list[float] = []
        for column in ("lon", "lat"):
            if not self.value(column):
                self.wrong(column, message("import_places.half_a_point"))
                return
            number = _degrees(self.value(column))
            if number is None:
                self.wrong(column, message("import_places.not_a_number"))
                return
            degrees.append(number)
        lon, lat = degrees
        misplaced = likely_mistake((lon, lat, lon, lat))
        if misplaced:
            self.wrong("lat", misplaced, value=f"{lat}, {lon}")
            return
        self.point = (lon, lat)
        self._check_point_in_area()

    def _check_point_in_area(self) -> None:
        if self.boundary is None or self.point is None:
            return
        lon, lat = self.point
        degrees = self.boundary.distance(shapely.Point(lon, lat))
        self.point_outside = degrees > 0
        if degrees <= 0.1:
            return
        if self.boundary.distance(shapely.Point(lon, -lat)) <= 0.1:
            self.wrong("lat", message("import_places.sign_lost", likely=f"{-lat}, {lon}"))
        else:
            self.wrong("lat", message("import_places.point_far"), value=f"{lat}, {lon}")


def kind_of(code: str) -> Kind | None:
    """What a code says a place is called: kota from the 71st regency on; a village by its last group."""
    match _LEVELS[len(code)]:
        case Level.PROVINCE:
            return Kind.PROVINSI
        case Level.REGENCY:
            return Kind.KOTA if int(code[3:5]) >= 71 else Kind.KABUPATEN
        case Level.DISTRICT:
            return Kind.KECAMATAN
    return {"1": Kind.KELURAHAN, "2": Kind.DESA}.get(code[9])


def likely_mistake(bounds: Sequence[float]) -> Message | None:
    """Why these bounds (west, south, east, north) can't be in Indonesia, by their likely cause; None if they can."""
    west, south, east, north = bounds
    if _within(bounds, INDONESIA):
        return None
    if west == south == east == north == 0:
        return message("import_places.zero")
    if _within((south, west, north, east), INDONESIA):
        return message("import_places.swapped")
    if max(map(abs, bounds)) > 180:
        return message("import_places.metres")
    return message("import_places.outside_indonesia")


def _within(inner: Sequence[float], outer: Sequence[float]) -> bool:
    return inner[0] >= outer[0] and inner[1] >= outer[1] and inner[2] <= outer[2] and inner[3] <= outer[3]


def _corner(shape: BaseGeometry) -> str:
    x, y = shapely.get_coordinates(shape)[0]
    return f"{x:g} {y:g}"


def _degrees(text: str) -> float | None:
    """A number as people write it: a decimal comma is fine where there is no point."""
    if text.count(",") == 1 and "." not in text:
        text = text.replace(",", ".")
    try:
        number = float(text.replace("−", "-"))
    except ValueError:
        return None
    return number if np.isfinite(number) else None


def _as_area(shape: BaseGeometry) -> BaseGeometry | None:
    """The areas of a shape as one valid MultiPolygon; None if it has none."""
    if shape.geom_type not in {"Polygon", "MultiPolygon", "GeometryCollection"}:
        return None
    valid = shape if shape.is_valid else shapely.make_valid(shape)
    parts = [part for part in shapely.get_parts([valid]) if part.geom_type in {"Polygon", "MultiPolygon"}]
    polygons = shapely.get_parts(parts)
    return shapely.MultiPolygon(list(polygons)) if len(polygons) else None


def _without_parent(rows: Sequence[PlaceRow], known: set[str]) -> Iterator[Mistake]:
    codes = known | {row.code for row in rows}
    for row in rows:
        if row.parent is not None and row.parent not in codes:
            yield Mistake(
                row.row, "code", row.code, message("import_places.parent_missing", parent=row.parent)
            )


# --- storing -------------------------------------------------------------------------------------------------

_FIELDS = ["level", "kind", "name", "parent", "point", "boundary"]


def _store(rows: Sequence[PlaceRow], *, rehearse: bool) -> Outcome:
    stored = Place.objects.in_bulk([row.code for row in rows])
    new: list[Place] = []
    changed: list[Place] = []
    same: list[str] = []
    for row in sorted(rows, key=lambda row: row.code):
        place = stored.get(row.code) or Place(code=row.code)
        before = _state(place)
        _apply(row, place)
        if row.code not in stored:
            new.append(place)
        elif _state(place) != before:
            changed.append(place)
        else:
            same.append(row.code)
    if not rehearse:
        Place.objects.bulk_create(new, batch_size=500)
        Place.objects.bulk_update(changed, _FIELDS, batch_size=200)
    return Outcome([place.code for place in new], [place.code for place in changed], same, [])


def _apply(row: PlaceRow, place: Place) -> None:
    place.level, place.kind, place.name, place.parent_id = row.level, row.kind, row.name, row.parent
    if row.boundary is not None:
        place.boundary = GEOSGeometry(memoryview(shapely.to_wkb(row.boundary)), srid=4326)
    if row.point is not None:
        place.point = geos_point(row.point)
    elif row.boundary is not None and (place.point is None or not place.boundary.intersects(place.point)):
        inside = row.boundary.representative_point()
        place.point = geos_point((inside.x, inside.y))


def _state(place: Place) -> tuple[Any, ...]:
    shapes = [bytes(shape.wkb) if shape is not None else None for shape in (place.point, place.boundary)]
    return (place.level, place.kind, place.name, place.parent_id, *shapes)
