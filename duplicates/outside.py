"""Outside lists compared on the web: one list with the register, with itself or with another. Nothing is stored."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any
from zipfile import ZipFile, is_zipfile

import numpy as np
import shapely
from django import forms
from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.db import connection
from django.utils.translation import gettext_lazy as _lazy

from accounts.access import Action, Person, reach
from duplicates.comparison import Record
from duplicates.kernel import OVERFETCH_M, PairTable
from duplicates.lists import compare_lists
from duplicates.records import Complaint, UnreadableList, read_records
from duplicates.register import LEFT_OUT, records_of, register_frequencies
from duplicates.score import CASE_FROM, HIGH_FROM, STORED_FROM
from places.earth import metres_per_degree
from places.message import mark as _
from places.message import message, sentences
from places.problems import Problem
from places.saying import say
from projects.models import Project, SiteStatus

SENTENCES = sentences(
    {
        "lists.too_crowded": _(
            "Daftar ini terlalu rapat: sekitar %(pairs)s pasangan dalam radius; paling banyak %(most)s. Perkecil radius "
            "atau bagi daftarnya."
        ),
        "lists.unpacks": _("%(name)s membesar menjadi %(bytes_mb)s saat dibuka. Simpan ulang sebagai CSV."),
        "lists.too_long": _(
            "%(name)s memuat %(rows)s baris; paling banyak %(most)s. Bagi menjadi beberapa file."
        ),
    }
)

MOST_BYTES = 5_000_000
MOST_UNPACKED = 100_000_000
MOST_RECORDS = 20_000
MOST_CANDIDATES = 200_000
REGISTER, ITSELF, OTHER = "register", "itself", "other"

# Index: site_where_geography (GiST on COALESCE(extent, point)::geography).
NEAR_LISTED = """
SELECT DISTINCT site.project_id
FROM unnest(%(lons)s::float8[], %(lats)s::float8[]) AS listed (lon, lat)
JOIN projects_site AS site
    ON ST_DWithin(
        COALESCE(site.extent, site.point)::geography,
        ST_SetSRID(ST_MakePoint(listed.lon, listed.lat), 4326)::geography,
        %(reach_m)s
    )
JOIN projects_project AS project ON project.id = site.project_id
WHERE site.status = %(active)s
  AND project.status <> ALL(%(left_out)s)
"""


class ListsForm(forms.Form):
    """One list, what it is compared with, how far and how alike."""

    records = forms.FileField(
        label=_lazy("Daftar"),
        help_text=_lazy("CSV atau XLSX dengan kolom id, title, lon, lat; paling besar 5 MB."),
    )
    with_what = forms.ChoiceField(
        label=_lazy("Bandingkan dengan"),
        choices=[
            (REGISTER, _lazy("Register Geomonitor")),
            (ITSELF, _lazy("Daftar itu sendiri")),
            (OTHER, _lazy("Daftar kedua")),
        ],
        initial=REGISTER,
        widget=forms.RadioSelect,
    )
    against = forms.FileField(label=_lazy("Daftar kedua"), required=False)
    radius_m = forms.FloatField(label=_lazy("Radius (m)"), min_value=1, max_value=1000)
    min_probability = forms.ChoiceField(
        label=_lazy("Kemiripan"),
        choices=[
            (str(STORED_FROM), _lazy("Semua yang mungkin")),
            (str(CASE_FROM), _lazy("Sedang dan tinggi")),
            (str(HIGH_FROM), _lazy("Hanya tinggi")),
        ],
        initial=str(CASE_FROM),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["radius_m"].initial = settings.DUPLICATE_RADIUS_M
        for name in ("records", "against"):
            self.fields[name].widget.attrs["accept"] = ".csv,.tsv,.txt,.xlsx,.xlsm"

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        for name in ("records", "against"):
            if data.get(name) and data[name].size > MOST_BYTES:
                self.add_error(name, _lazy("File ini lebih dari 5 MB. Bagi menjadi beberapa file."))
        if data.get("with_what") == OTHER and not data.get("against"):
            self.add_error("against", _lazy("Pilih daftar kedua."))
        return data


@dataclass(frozen=True)
class Compared:
    """The pairs, and what is wrong with the lists: (file name, complaint)."""

    table: PairTable
    complaints: tuple[tuple[str, Complaint], ...]
    records: int


def compare(user: Person, form: ListsForm) -> Compared:
    """Compare what a valid form brought. Raises Problem for a file that is no list, or lists too long or crowded."""
    wanted = form.cleaned_data
    radius_m, least = wanted["radius_m"], float(wanted["min_probability"])
    mine, complaints = _read(wanted["records"])
    if wanted["with_what"] == REGISTER:
        theirs: Sequence[Record] | None = _register_near(user, mine, radius_m)
    elif wanted["with_what"] == OTHER:
        theirs, more = _read(wanted["against"])
        complaints += more
    else:
        theirs = None
    _refuse_crowds(mine, theirs, radius_m)
    frequencies = register_frequencies() if wanted["with_what"] == REGISTER else None
    pairs = compare_lists(mine, theirs, radius_m=radius_m, min_probability=least, frequencies=frequencies)
    return Compared(PairTable.of(pairs, mine, theirs), tuple(complaints), len(mine))


def _read(upload: UploadedFile) -> tuple[list[Record], list[tuple[str, Complaint]]]:
    """The list in an uploaded file, which is gone afterwards."""
    name = Path(upload.name or "").name
    with NamedTemporaryFile(suffix=Path(name).suffix.lower()[:6]) as kept:
        for chunk in upload.chunks():
            kept.write(chunk)
        kept.flush()
        _refuse_bomb(kept.name, name)
        try:
            found = read_records(Path(kept.name))
        except UnreadableList as error:
            told = message(error.message.code, **{**error.message.params, "name": name})
            raise Problem(told, status=422, fields={"records": [say(told)]}) from error
    if len(found.records) > MOST_RECORDS:
        told = message("lists.too_long", name=name, rows=len(found.records), most=MOST_RECORDS)
        raise Problem(told, status=422)
    return found.records, [(name, complaint) for complaint in found.complaints]


def _refuse_bomb(path: str, name: str) -> None:
    """Raises Problem for a workbook that unpacks to more than any list of this length needs."""
    if is_zipfile(path):
        with ZipFile(path) as packed:
            unpacked = sum(member.file_size for member in packed.infolist())
        if unpacked > MOST_UNPACKED:
            raise Problem(message("lists.unpacks", name=name, bytes_mb=unpacked), status=422)


def _register_near(user: Person, records: Sequence[Record], radius_m: float) -> list[Record]:
    """The register's works around a list's points, of the person's places and those they may see."""
    points = [site for record in records for site in record.geometries]
    values: dict[str, Any] = {
        "lons": [point.x for point in points],
        "lats": [point.y for point in points],
        "reach_m": radius_m + OVERFETCH_M,
        "active": SiteStatus.ACTIVE.value,
        "left_out": [status.value for status in LEFT_OUT],
    }
    with connection.cursor() as cursor:
        cursor.execute(NEAR_LISTED, values)
        near = [key for (key,) in cursor.fetchall()]
    own = reach(user, Action.SCAN)
    seen = Project.objects.visible_to(user).filter(own.q("village__code"), pk__in=near)
    found = records_of(seen.order_by().values_list("pk", flat=True))
    return sorted(found.values(), key=lambda record: record.order)


def _refuse_crowds(mine: Sequence[Record], theirs: Sequence[Record] | None, radius_m: float) -> None:
    """Raises Problem when so many records share a few places that comparing them would hold the server up."""
    here = _cells(mine, radius_m)
    there = here if theirs is None else _cells(theirs, radius_m)
    about = sum(many * there.get(cell, 0) for cell, many in here.items())
    if theirs is None:
        about //= 2
    if about > MOST_CANDIDATES:
        raise Problem(message("lists.too_crowded", pairs=about, most=MOST_CANDIDATES), status=422)


def _cells(records: Sequence[Record], radius_m: float) -> dict[tuple[int, int], int]:
    """How many sites lie in each cell of the radius' size."""
    middles = [site.centroid for record in records for site in record.geometries]
    if not middles:
        return {}
    lonlat = shapely.get_coordinates(middles)
    _east, north = metres_per_degree(0)
    rows = np.floor(lonlat[:, 1] * north / radius_m)
    lats = (rows + 0.5) * radius_m / north
    east = np.array([metres_per_degree(max(-89.9, min(89.9, lat)))[0] for lat in lats])
    columns = np.floor(lonlat[:, 0] * east / radius_m)
    cells, counts = np.unique(np.column_stack((rows, columns)).astype(np.int64), axis=0, return_counts=True)
    return {(int(row), int(column)): int(many) for (row, column), many in zip(cells, counts, strict=True)}
