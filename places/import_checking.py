"""Checks the rows of a file of places one by one and collects every mistake with its reason."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from places.earth import LonLat
from places.import_reading import Mistake, PlacesRefused, Table, said
from places.message import Message, message, sentences
from places.message import mark as _
from places.models import Kind, Level

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
        "import_places.repaired": _(
            "Batas %(count)s wilayah memotong dirinya sendiri dan diperbaiki: %(codes)s."
        ),
        "import_places.point_outside": _(
            "Titik %(count)s wilayah terletak di luar batasnya sendiri: %(codes)s."
        ),
    }
)


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


def check(table: Table) -> tuple[list[PlaceRow], list[Message]]:
    """Rows that can be stored, and notes. Raises PlacesRefused with the mistakes of all rows together."""
    checked = [_Checker(number, row) for number, row in zip(table.numbers, table.rows, strict=True)]
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
                self.wrong(column, message("import_places.not_wkt", detail=said(error)))
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
