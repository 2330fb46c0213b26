"""[pure] Is the photo younger than its camera model and than the software that the camera ran?

fixtures/camera_models.csv says since when a model or a version exists, month of its announcement or first trial
version; Samsung's firmware names carry the month in which they were built, Xiaomi's model codes that of their
registration. Unknown ones stay unknown.
"""

import csv
import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path

from photos.checks.time_plausible import LIMITS as TIME_LIMITS
from photos.clocks import shot_at
from photos.evidence import CheckOutcome, Evidence, Status
from places.message import mark as _
from places.message import message, sentences

CODE = "camera_existed"
TIER = "door"
RULE = 2
LIMITS = {"slack_days": 31.0}  # that a photo may be older than the month in the table

TABLE = Path(__file__).parents[2] / "fixtures" / "camera_models.csv"

SENTENCES = sentences(
    {
        "camera_existed.existed": _("Kamera ini sudah ada saat foto diambil (%(what)s, sejak %(since_on)s)."),
        "camera_existed.model": _(
            "Foto ini bertanggal %(taken_on)s, padahal %(what)s baru ada sejak %(since_on)s. Periksa jam telepon, "
            "lalu ambil ulang."
        ),
        "camera_existed.software": _(
            "Foto ini bertanggal %(taken_on)s, padahal perangkat lunak telepon (%(what)s) baru ada sejak %(since_on)s. "
            "Periksa jam telepon, lalu ambil ulang."
        ),
        "camera_existed.unknown": _("Umur model kamera ini tidak diketahui."),
        "camera_existed.no_camera": _("Tidak bisa diperiksa: file tidak menyebut kamera."),
        "camera_existed.no_time": _("Tidak bisa diperiksa: foto tanpa waktu pengambilan."),
    }
)


@dataclass(frozen=True)
class Known:
    """Since when something exists. kind: "model" or "software"."""

    what: str
    since: date
    kind: str


def run(evidence: Evidence) -> CheckOutcome:
    """measured: the day of the photo; limit: the day before which it cannot be, both ISO.

    Failed if the photo is older, unless `time_plausible` fails for the same wrong clock already (a day before the
    works' window, a clock that lost its date): then a warning.
    """
    camera, at = evidence.facts.camera, shot_at(evidence)
    cites = (*evidence.keys("Make", "Model", "Software"), *evidence.time_facts)
    if not (camera.model or camera.software):
        return CheckOutcome(CODE, "unknown", message("camera_existed.no_camera"), cites=cites)
    known = known_of(camera.make or "", camera.model or "", camera.software or "")
    if not known:
        return CheckOutcome(CODE, "unknown", message("camera_existed.unknown"), cites=cites)
    if at is None:
        return CheckOutcome(CODE, "unknown", message("camera_existed.no_time"), cites=cites)
    return _judged(evidence, max(known, key=lambda one: one.since), at, cites)


def _judged(evidence: Evidence, youngest: Known, at: datetime, cites: tuple[str, ...]) -> CheckOutcome:
    slack = timedelta(days=evidence.limit(CODE, "slack_days", LIMITS["slack_days"]))
    taken, limit = at.date(), youngest.since - slack
    shown = {"what": youngest.what, "since_on": youngest.since.isoformat()}
    if taken >= limit:
        said = message("camera_existed.existed", **shown)
        return CheckOutcome(CODE, "passed", said, taken.isoformat(), limit.isoformat(), cites)
    said = message(f"camera_existed.{youngest.kind}", taken_on=taken.isoformat(), **shown)
    before = evidence.not_before is not None and taken < evidence.not_before
    said_already = before or at.year < evidence.limit(
        "time_plausible", "earliest_year", TIME_LIMITS["earliest_year"]
    )
    status: Status = "warning" if said_already else "failed"
    return CheckOutcome(CODE, status, said, taken.isoformat(), limit.isoformat(), cites)


def known_of(make: str, model: str, software: str) -> list[Known]:
    """What is known of a camera's model and of its software; nothing where neither is in the table."""
    found = []
    if since := _since(make, model):
        found.append(Known(model, since, "model"))
    if make.lower() == "apple" and (since := _ios_since(software)):
        found.append(Known(f"iOS {software}", since, "software"))
    if make.lower() in _DATED and (since := _dated_code(model)):
        found.append(Known(model, since, "model"))
    if make.lower() == "samsung" and (since := _firmware_month(software)):
        found.append(Known(software, since, "software"))
    return found


@cache
def _table() -> tuple[dict[str, date], tuple[tuple[str, str, date], ...]]:
    """Whole names, and (make, beginning of a name, since) of those that end in *, longest first."""
    whole, beginnings = {}, []
    with TABLE.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            name, since = row["model"].casefold(), date.fromisoformat(row["since"] + "-01")
            if name.endswith("*"):
                beginnings.append((row["make"].casefold(), name[:-1], since))
            else:
                whole[name] = since
    return whole, tuple(sorted(beginnings, key=lambda row: -len(row[1])))


def _since(make: str, model: str) -> date | None:
    name, maker, (whole, beginnings) = model.strip().casefold(), make.strip().casefold(), _table()
    begun = (since for of, start, since in beginnings if maker.startswith(of) and name.startswith(start))
    return whole.get(name) or next(begun, None)


def _ios_since(software: str) -> date | None:
    """Of "17.4.1" the date of iOS 17.4, of "17.3" that of the newest version in the table that is not newer."""
    match = re.fullmatch(r"(\d{1,2})\.(\d{1,2})(?:\.\d{1,2})*", software.strip())
    if match is None:
        return None
    major, minor, whole = int(match[1]), int(match[2]), _table()[0]
    known = (whole.get(f"ios {major}.{number}") for number in range(minor, -1, -1))
    return next((since for since in known if since), None)


_DATED = frozenset({"xiaomi", "redmi", "poco"})  # makers whose codes begin with year and month
_DATED_CODE = re.compile(r"M?(2\d)(0[1-9]|1[0-2])\d{0,5}[A-Z][0-9A-Z]{1,6}", re.ASCII)


def _dated_code(model: str) -> date | None:
    """Month in which a Xiaomi model was registered, some weeks before it was sold: 2201117TY is of 2022-01, M2101K6G
    of 2021-01."""
    match = _DATED_CODE.fullmatch(model.strip())
    return date(2000 + int(match[1]), int(match[2]), 1) if match else None


_FIRMWARE = re.compile(r"[A-Z]\d{2,3}[A-Z0-9]{0,3}[A-Z]{2}[US][0-9A-Z][A-Z]([M-Z])([A-L])[0-9A-Z]")


def _firmware_month(software: str) -> date | None:
    """Month in which a Samsung firmware was built: the last letters of A546EXXU1AWC3 are year (M 2013 … Z 2026), month."""
    match = _FIRMWARE.fullmatch(software.strip())
    if match is None:
        return None
    return date(2013 + ord(match[1]) - ord("M"), 1 + ord(match[2]) - ord("A"), 1)
