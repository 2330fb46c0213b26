"""check_photo: what photo files say and whether they count, without a database."""

import hashlib
import json
import math
import sys
from argparse import ArgumentParser
from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import shapely
from django.core.management.base import BaseCommand, CommandError
from django.utils import translation
from django.utils.translation import gettext
from shapely.geometry.base import BaseGeometry

from photos import exif, sniff
from photos.checks import CHECKS
from photos.containers import layout_of, opened
from photos.decoding import Decoder, as_pixels
from photos.evidence import CheckOutcome, Evidence, Pixels
from photos.verdict import UNREADABLE, VERIFIED, Judgement, judge
from places.message import mark as _
from places.saying import local_time, metres, say

VERDICT_WORDS = {
    "verified": _("Sesuai lokasi"),
    "outside": _("Di luar lokasi"),
    "unlocated": _("Tanpa koordinat"),
    "suspect": _("Perlu diperiksa"),
    "unreadable": _("File rusak"),
    None: _("Terbaca; tanpa lokasi pembanding"),
}
STATUS_WORDS = {
    "passed": _("lolos"),
    "failed": _("tidak lolos"),
    "unknown": _("tidak diketahui"),
    "warning": _("perhatian"),
}
SOURCE_WORDS = {
    "gps": _("waktu GPS"),
    "exif_offset": _("jam kamera dengan zona waktunya"),
    "exif_assumed_wib": _("jam kamera, dianggap WIB"),
    "xmp": _("keterangan XMP"),
    "none": _("tidak ada"),
}


BY_PIXELS = frozenset(check.CODE for check in CHECKS if check.TIER == "pixel")

# Of one file; the worker is given more. A decoder that needs longer tells nothing here.
LOOK_LIMIT_S = 20.0


@dataclass(frozen=True)
class _Asked:
    """What every file is compared with."""

    site: BaseGeometry | None
    tolerance_m: float
    not_before: date | None
    not_after: date | None


@dataclass(frozen=True)
class _Checked:
    """One file, read and judged."""

    file: str
    sha256: str
    sniffed: sniff.Sniffed
    facts: exif.Facts
    judgement: Judgement


class Command(BaseCommand):
    """Facts and verdict of photo files. JSON: one object a line. Exit 0 all count, 1 not, 2 wrong usage."""

    help = "Reads photo files and says where, when and whether they count. Needs no database."
    requires_system_checks: list[str] = []

    def run_from_argv(self, argv: list[str]) -> None:
        """Let `--site -8.2,114.3` reach the judgement of --site, which says what is wrong with it."""
        super().run_from_argv(_joined(argv))

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The options of docs/design/photo-verdicts.md."""
        parser.add_argument("files", nargs="+", metavar="FILE")
        parser.add_argument("--site", metavar="LON,LAT", help="longitude first: 114.3691,-8.2192")
        parser.add_argument("--extent", metavar="WKT", help="line or area of the works, longitude first")
        parser.add_argument("--tolerance", metavar="M", default="50", help="metres from the site (50)")
        parser.add_argument("--after", metavar="DATE", help="not taken before this day (2026-01-31)")
        parser.add_argument("--before", metavar="DATE", help="not taken after this day")
        parser.add_argument("--format", choices=("text", "json"), default="text")
        parser.add_argument("--lang", choices=("id", "en"), default="id")

    def handle(self, *args: Any, **options: Any) -> None:
        """Judge every file; ends the process with 1 if one does not count."""
        asked = _Asked(
            site=_site(options["site"], options["extent"]),
            tolerance_m=_tolerance(options["tolerance"]),
            not_before=_day("--after", options["after"]),
            not_after=_day("--before", options["before"]),
        )
        files = [str(file) for file in options["files"]]
        _all_there(files)
        counts = True
        with translation.override(options["lang"]), Decoder(clock_limit_s=LOOK_LIMIT_S) as decoder:
            for number, file in enumerate(files):
                checked = _check(file, asked, decoder)
                if options["format"] == "json":
                    self.stdout.write(json.dumps(_as_json(checked), ensure_ascii=False, allow_nan=False))
                else:
                    self.stdout.write(("\n" if number else "") + "\n".join(_as_text(checked)))
                verdict = checked.judgement.verdict
                counts = counts and (verdict == VERIFIED if asked.site else verdict != UNREADABLE)
        if not counts:
            self.stdout.flush()
            sys.exit(1)


# Usage -----------------------------------------------------------------------------------------------------


def _joined(argv: list[str]) -> list[str]:
    joined: list[str] = []
    for word in argv:
        if joined and joined[-1] in ("--site", "--tolerance") and not word.startswith("--"):
            joined[-1] += "=" + word
        else:
            joined.append(word)
    return joined


def _all_there(files: Iterable[str]) -> None:
    for file in files:
        if not Path(file).is_file():
            raise CommandError(f"{file}: no such file.", returncode=2)
        try:
            Path(file).open("rb").close()
        except OSError as error:
            raise CommandError(f"{file}: {error.strerror}.", returncode=2) from error


def _site(site: str | None, extent: str | None) -> BaseGeometry | None:
    """The extent where there is one (the point is only its pin), else the point."""
    point = _point(site) if site else None
    return _extent(extent) if extent else point


def _point(site: str) -> BaseGeometry:
    try:
        lon, lat = (float(part) for part in site.replace(";", ",").split(","))
    except ValueError as error:
        raise CommandError(
            f"--site {site}: not LON,LAT. Write it like 114.3691,-8.2192.", returncode=2
        ) from error
    _on_earth("--site", site, lon, lat)
    return shapely.Point(lon, lat)


def _on_earth(option: str, value: str, lon: float, lat: float) -> None:
    if math.isfinite(lon) and math.isfinite(lat) and abs(lat) <= 90 and abs(lon) <= 180:
        return
    swapped = abs(lat) <= 180 and abs(lon) <= 90
    hint = f" It looks swapped: longitude comes first, {lat:g},{lon:g}." if swapped else ""
    raise CommandError(f"{option} {value}: latitude {lat:g} is out of range (-90 to 90).{hint}", returncode=2)


def _extent(extent: str) -> BaseGeometry:
    try:
        geometry = shapely.from_wkt(extent)
    except shapely.errors.ShapelyError as error:
        raise CommandError(f"--extent: not WKT ({error}).", returncode=2) from error
    if geometry is None or geometry.is_empty:
        raise CommandError("--extent: the geometry is empty.", returncode=2)
    for lon, lat in shapely.get_coordinates(geometry):
        _on_earth("--extent", extent[:60], float(lon), float(lat))
    return geometry


def _day(option: str, value: str | None) -> date | None:
    try:
        return date.fromisoformat(value) if value else None
    except ValueError as error:
        raise CommandError(
            f"{option} {value}: not a date. Write it like 2026-01-31.", returncode=2
        ) from error


def _tolerance(value: str | float) -> float:
    try:
        metres_allowed = float(value)
    except ValueError as error:
        raise CommandError(f"--tolerance {value}: not a number of metres.", returncode=2) from error
    if not (math.isfinite(metres_allowed) and metres_allowed >= 0):
        raise CommandError(f"--tolerance {value}: must be 0 or more metres.", returncode=2)
    return metres_allowed


# One file --------------------------------------------------------------------------------------------------


def _check(file: str, asked: _Asked, decoder: Decoder) -> _Checked:
    with opened(file) as data:
        name, layout = Path(file).name, layout_of(data)
        sniffed = sniff.sniff(data, name=name, layout=layout)
        facts = exif.read(data, name=name, layout=layout)
        sha256 = hashlib.sha256(data).hexdigest()
    evidence = Evidence(
        facts=facts,
        received_at=datetime.now(UTC),
        sniffed=sniffed,
        site=asked.site,
        tolerance_m=asked.tolerance_m,
        not_before=asked.not_before,
        not_after=asked.not_after,
        pixels=_look(file, sniffed, facts, decoder),
    )
    judgement = judge(evidence)
    if evidence.pixels is None:
        judgement = replace(
            judgement, outcomes=tuple(o for o in judgement.outcomes if o.code not in BY_PIXELS)
        )
    return _Checked(file, sha256, sniffed, facts, judgement)


def _look(file: str, sniffed: sniff.Sniffed, facts: exif.Facts, decoder: Decoder) -> Pixels | None:
    """What the pixels show, where they can tell something; None for all other files, and where decoding fails.

    They can tell of coordinates drawn into a picture that has none in the file, of a thumbnail of another picture, of
    a manifest. The decoder's child is started by the first file that needs it.
    """
    may_be_printed = facts.position_reason in ("absent", "stripped")
    telling = may_be_printed or facts.structure.thumbnail or facts.structure.jumbf
    if sniffed.refusal or not telling:
        return None
    try:
        with Path(file).open("rb") as content:
            format = sniffed.format.upper()
            look = decoder.look(content, format, read_text=may_be_printed, only_measure=True)
    except OSError:
        return None
    return None if look.failure else as_pixels(look.facts)


def _as_json(checked: _Checked) -> dict[str, Any]:
    judgement, sniffed = checked.judgement, checked.sniffed
    return {
        "file": checked.file,
        "sha256": checked.sha256,
        "format": sniffed.format or None,
        "width": sniffed.width or None,
        "height": sniffed.height or None,
        "orientation": checked.facts.orientation,
        "taken_at": judgement.taken_at.isoformat(timespec="seconds") if judgement.taken_at else None,
        "taken_at_source": judgement.taken_at_source,
        "position": asdict(judgement.position) if judgement.position else None,
        "position_reason": judgement.position_reason,
        "camera": asdict(checked.facts.camera),
        "distance_m": judgement.distance_m,
        "verdict": judgement.verdict,
        "checks": [_outcome(outcome) for outcome in _outcomes(judgement)],
    }


def _outcomes(judgement: Judgement) -> tuple[CheckOutcome, ...]:
    """The checks' outcomes, or the refusal in the same form."""
    if judgement.refusal is None:
        return judgement.outcomes
    return (CheckOutcome("readable", "failed", judgement.refusal),)


def _outcome(outcome: CheckOutcome) -> dict[str, Any]:
    return {
        "code": outcome.code,
        "status": outcome.status,
        "measured": outcome.measured,
        "limit": outcome.limit,
        "message": say(outcome.message),
    }


def _as_text(checked: _Checked) -> list[str]:
    judgement, sniffed, camera = checked.judgement, checked.sniffed, checked.facts.camera
    shape = f"{sniffed.format} {sniffed.width} × {sniffed.height}" if sniffed.format else "–"
    taken = "–"
    if judgement.taken_at:
        taken = f"{local_time(judgement.taken_at)} WIB ({gettext(SOURCE_WORDS[judgement.taken_at_source])})"
    lines = [
        f"{checked.file}: {gettext(VERDICT_WORDS[judgement.verdict]).upper()}",
        _line(gettext("Gambar"), shape),
        _line(gettext("Kamera"), " ".join(filter(None, (camera.make, camera.model))) or "–"),
        _line(gettext("Waktu"), taken),
        _line(gettext("Koordinat"), _position(judgement)),
    ]
    if judgement.distance_m is not None:
        lines.append(_line(gettext("Jarak"), metres(judgement.distance_m)))
    for outcome in _outcomes(judgement):
        lines.append(f"  [{gettext(STATUS_WORDS[outcome.status])}] {say(outcome.message)}")
    return lines


def _line(name: str, value: str) -> str:
    return f"  {name:<10} {value}"


def _position(judgement: Judgement) -> str:
    position = judgement.position
    if position is None:
        return "–"
    error = f" ± {metres(position.error_m)}" if position.error_m else ""
    return f"{position.lat:.7f}, {position.lon:.7f}{error} ({position.source.upper()})"
