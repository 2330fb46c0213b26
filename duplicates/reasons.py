"""Beginnings of a reason for each conclusion, as data: chosen with one press, then filled in and always editable.

Placeholders are facts of the pair (FACTS); a template whose fact is not known for a pair is left out.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.translation import gettext

from duplicates.models import DecisionKind
from places.message import mark as _

FACTS = ("shared", "shorter", "left_year", "right_year", "left_sources", "right_sources", "distance")


@dataclass(frozen=True)
class Template:
    """A reason's beginning for one kind of conclusion; "…" is for the person to fill in."""

    kind: str
    text: str


TEMPLATES = (
    Template(DecisionKind.DUPLICATE, _("Ruas yang sama: %(shared)s dari %(shorter)s, dilihat di lapangan tanggal …")),
    Template(
        DecisionKind.DUPLICATE,
        _(
            "Satu pekerjaan dibiayai dua kali: %(left_sources)s tahun %(left_year)s dan %(right_sources)s "
            "tahun %(right_year)s. Bukti: …"
        ),
    ),
    Template(DecisionKind.DUPLICATE, _("Foto kedua pekerjaan menunjukkan bangunan yang sama: …")),
    Template(DecisionKind.PARTLY, _("%(shared)s dari %(shorter)s tumpang tindih, dari STA … sampai STA …; sisanya berbeda.")),
    Template(
        DecisionKind.CARRIED_OVER,
        _("Pekerjaan tahun %(left_year)s dilanjutkan tahun %(right_year)s dengan DPAL nomor … tanggal …"),
    ),
    Template(DecisionKind.NEXT_STRETCH, _("Ruas berikutnya: yang pertama berakhir di STA …, yang kedua mulai di STA …")),
    Template(DecisionKind.LAYER, _("Lapisan di atas pekerjaan tahun %(left_year)s (… di atas …), sesuai RAB nomor …")),
    Template(DecisionKind.ELSEWHERE, _("Lokasinya berbeda: … dan …, berjarak %(distance)s.")),
    Template(DecisionKind.ELSEWHERE, _("Seberang jalan: saluran kiri dan kanan, dilihat dari gambar rencana …")),
    Template(DecisionKind.SAME_RECORD, _("Satu pekerjaan tercatat dua kali: lewat impor dan diisi dengan tangan.")),
    Template(DecisionKind.FIELD_CHECK, _("Perlu dilihat di lapangan: … Oleh … sebelum tanggal …")),
)  # fmt: skip


def reasons_for(facts: Mapping[str, str]) -> list[Template]:
    """The templates in the reader's language with the pair's facts filled in."""
    made = []
    for template in TEMPLATES:
        text = gettext(template.text)
        if all(facts.get(name) for name in FACTS if f"%({name})s" in text):
            made.append(Template(template.kind, text % {name: facts.get(name, "") for name in FACTS}))
    return made
