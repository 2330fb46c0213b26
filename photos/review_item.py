"""Everything the review page says of one photo: why, where, what else there is of the site, and what people decided."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import shapely
from django.contrib.gis.geos import GEOSGeometry, Point
from django.db.models import Prefetch, Q
from django.utils.translation import gettext as _

from accounts.models import AuditEvent, User
from photos import queueing, reuse, turns
from photos.judging import to_shapely, tolerance_m, version_at
from photos.models import (
    CheckResult,
    CheckStatus,
    Claim,
    ClaimQuerySet,
    Fact,
    Review,
    ReviewDecision,
    Verdict,
)
from places.earth import metres_between
from places.message import Message
from places.saying import metres, say

_READING_ORDER = [CheckStatus.FAILED, CheckStatus.WARNING, CheckStatus.UNKNOWN, CheckStatus.PASSED]
_SIBLINGS = 12
_LINKS = 4
_RECHECKS = 20


def full(claims: ClaimQuerySet) -> ClaimQuerySet:
    """Claims with all that the page needs of them at once."""
    return claims.select_related(
        "photo", "project__village__parent", "site", "uploaded_by", "taken_by", "answers__photo"
    ).prefetch_related(
        Prefetch("checks", CheckResult.objects.order_by("order")),
        Prefetch("reviews", Review.objects.select_related("reviewer").order_by("-at", "-pk")),
    )


@dataclass(frozen=True)
class Said:
    """What one check said: its word, status, sentence, and the numbers behind it."""

    word: str
    status: str
    text: str
    measured: float | None
    limit: float | None


@dataclass(frozen=True)
class Entry:
    """One line of a photo's history: a decision of a person, or a recheck (kind "rechecked")."""

    at: datetime
    kind: str
    label: str
    who: str
    tier: str
    reason: str
    in_batch: bool = False


@dataclass(frozen=True)
class Changed:
    """That the checks judge a photo otherwise since somebody decided. who: "" for the reader; checks: which of them."""

    who: str
    decision: str
    was: str
    now: str
    checks: list[str]


def shown(claim: Claim, user: User) -> dict[str, Any]:
    """The context of photos/_review_item.html. claim: from `full`."""
    reviews = list(claim.reviews.all())
    rechecks = _rechecks(claim)
    checks = said_of(claim)
    doubted = [check for check in checks if check.status in {CheckStatus.FAILED, CheckStatus.WARNING}]
    facts = list(claim.photo.facts.filter(Q(claim=claim) | Q(claim=None)).order_by("pk"))
    siblings = _siblings(claim)
    return {
        "claim": claim,
        "newest": reviews[0] if reviews else None,
        "history": _history(reviews, rechecks),
        "changed": _changed(claim, reviews, rechecks, user),
        "doubted": doubted,
        "unknown": [check for check in checks if check.status == CheckStatus.UNKNOWN],
        "passed": [check for check in checks if check.status == CheckStatus.PASSED],
        "facts": _main_facts(claim, facts),
        "all_facts": [fact for fact in facts if fact.source != "server"],
        "sources": sources(claim, facts),
        "links": _links(claim, user),
        "earlier": _earlier(claim, user),
        "map_data": _map_data(claim, _file_position(facts)),
        "siblings": siblings,
        "compare": _to_compare(claim, siblings),
        "may_review": claim.uploaded_by_id != user.pk,
        "presets": presets(),
    }


def presets() -> list[tuple[int, str, str]]:
    """(key, decision it fits, reason): what reviewers write most, to press instead of typing."""
    listed = [
        (ReviewDecision.REJECTED, _("Bukan pekerjaan ini")),
        (ReviewDecision.REJECTED, _("Memotret layar atau foto lain")),
        (ReviewDecision.REJECTED, _("Gambar ini sudah dipakai untuk foto lain")),
        (ReviewDecision.ASKED, _("Terlalu gelap atau buram")),
        (ReviewDecision.ASKED, _("Ambil ulang di titik lokasi, dengan lokasi telepon menyala")),
        (ReviewDecision.ASKED, _("Ambil dari sudut yang sama dengan foto sebelumnya")),
        (ReviewDecision.ASKED, _("Progres belum sesuai")),
        (ReviewDecision.ACCEPTED, _("Lokasi dikenali dari fotonya; GPS lemah")),
        (ReviewDecision.ACCEPTED, _("Titik lokasi di peta yang keliru")),
    ]
    return [(key, decision.value, reason) for key, (decision, reason) in enumerate(listed, start=1)]


def said_of(claim: Claim) -> list[Said]:
    """The checks, those that failed first, then warnings, those still to come, and those that passed."""
    told = [
        Said(
            word=_(queueing.word_of(check.code)),
            status=check.status,
            text=say(Message.from_json(check.message)),
            measured=check.measured,
            limit=check.limit,
        )
        for check in claim.checks.all()
    ]
    return sorted(told, key=lambda said: _READING_ORDER.index(CheckStatus(said.status)))


def _rechecks(claim: Claim) -> list[AuditEvent]:
    """What the record says of rechecks, the newest first."""
    of_claim = AuditEvent.objects.filter(subject_type="photos.claim", subject_id=str(claim.pk))
    return list(of_claim.filter(action="claim.rechecked").order_by("-id")[:_RECHECKS])


def _history(reviews: list[Review], rechecks: list[AuditEvent]) -> list[Entry]:
    """Decisions and rechecks, the newest first."""
    entries = [
        Entry(
            at=made.at,
            kind=made.decision,
            label=made.get_decision_display(),
            who=str(made.reviewer or "–"),
            tier=made.get_tier_display() if made.tier else "",
            reason=made.reason,
            in_batch=made.batch is not None,
        )
        for made in reviews
    ] + [_recheck(event) for event in rechecks]
    return sorted(entries, key=lambda entry: entry.at, reverse=True)


def _recheck(event: AuditEvent) -> Entry:
    was, now = _verdicts(event)
    if was != now:
        reason = _("%(was)s menjadi %(now)s") % {"was": _word(was), "now": _word(now)}
    else:
        reason = ", ".join(_checks_of(event)[:4])
    return Entry(event.at, "rechecked", _("Diperiksa lagi"), "", "", reason)


def _changed(claim: Claim, reviews: list[Review], rechecks: list[AuditEvent], user: User) -> Changed | None:
    """What a photo that is shown again after a decision was, and is now."""
    if claim.turn not in turns.AGAIN or not reviews:
        return None
    since = [
        event for event in reversed(rechecks) if event.at >= reviews[0].at and len(set(_verdicts(event))) > 1
    ]
    checks = [word for event in since for word in _checks_of(event)]
    return Changed(
        who="" if reviews[0].reviewer_id == user.pk else str(reviews[0].reviewer or "–"),
        decision=reviews[0].get_decision_display(),
        was=_word(_verdicts(since[0])[0]) if since else "–",
        now=claim.get_verdict_display(),
        checks=list(dict.fromkeys(checks))[:4],
    )


def _verdicts(event: AuditEvent) -> tuple[str, str]:
    return str(event.data.get("verdict_was", "")), str(event.data.get("verdict_now", ""))


def _word(verdict: str) -> str:
    return str(Verdict(verdict).label) if verdict in Verdict.values else verdict


def _checks_of(event: AuditEvent) -> list[str]:
    """What people call the checks that a recheck answered otherwise."""
    checks = event.data.get("checks") or []
    return [_(queueing.word_of(str(check.get("code")))) for check in checks if isinstance(check, dict)]


# ---- other pictures


def _siblings(claim: Claim) -> list[Claim]:
    """Other photos of the same site to compare with, those from the same viewpoint first."""
    others = (
        Claim.objects.kept().filter(site_id=claim.site_id).exclude(pk=claim.pk).exclude(photo__display="")
    )
    listed = list(others.select_related("photo").order_by("progress", "taken_at", "pk")[:60])
    if claim.viewpoint:
        listed.sort(key=lambda other: other.viewpoint != claim.viewpoint)
    return listed[:_SIBLINGS]


def _to_compare(claim: Claim, siblings: list[Claim]) -> Claim | None:
    """The stage before this one, from the same viewpoint if there is one; else any other stage."""
    same = [other for other in siblings if claim.viewpoint and other.viewpoint == claim.viewpoint]
    for group in (same, siblings):
        before = [other for other in group if other.progress < claim.progress]
        if before:
            return max(before, key=lambda other: (other.progress, other.pk))
        if group:
            return group[0]
    return None


def _links(claim: Claim, user: User) -> list[reuse.Link]:
    """Other claims of the same picture; asked only where the check or the sender says that there are any."""
    of_check = next((check for check in claim.checks.all() if check.code == "not_reused"), None)
    told = of_check is not None and of_check.status in {CheckStatus.FAILED, CheckStatus.WARNING}
    return reuse.linked(claim, user)[:_LINKS] if told or claim.shared_reason else []


def _earlier(claim: Claim, user: User) -> dict[str, Any] | None:
    """The photo that this one answers, with what was said of it."""
    before = claim.answers
    if before is None or not Claim.objects.visible_to(user).filter(pk=before.pk).exists():
        return None
    return {"claim": before, "review": before.reviews.select_related("reviewer").first()}


# ---- where


def sources(claim: Claim, facts: list[Fact]) -> list[dict[str, str]]:
    """The file's position and the page's camera's, apart, where both exist; with what lies between them."""
    file, fix = _file_position(facts), claim.fix or {}
    if file is None or not _is_position(fix):
        return []
    between = metres_between(file, (fix["lon"], fix["lat"]))
    accuracy = fix.get("accuracy_m")
    return [
        {"name": _("EXIF di dalam file"), "value": _degrees(*file)},
        {
            "name": _("Kamera Geomonitor"),
            "value": _degrees(fix["lon"], fix["lat"]) + (f" ± {metres(accuracy)}" if accuracy else ""),
        },
        {"name": _("Selisih keduanya"), "value": metres(between)},
    ]


def _degrees(lon: float, lat: float) -> str:
    return f"{lat:.6f}, {lon:.6f}"


def _is_position(fix: dict[str, Any]) -> bool:
    lon, lat = fix.get("lon"), fix.get("lat")
    return isinstance(lon, int | float) and isinstance(lat, int | float) and abs(lat) <= 90


def _file_position(facts: list[Fact]) -> tuple[float, float] | None:
    """Longitude and latitude as the EXIF tags say them, None where they don't."""
    named = {fact.name: fact.value for fact in facts if fact.source == "exif"}
    lat, lon = named.get("GPSLatitude"), named.get("GPSLongitude")
    if not isinstance(lat, int | float) or not isinstance(lon, int | float) or abs(lat) > 90:
        return None
    south = str(named.get("GPSLatitudeRef", "")).upper().startswith("S")
    west = str(named.get("GPSLongitudeRef", "")).upper().startswith("W")
    return (-abs(lon) if west else float(lon), -abs(lat) if south else float(lat))


def _main_facts(claim: Claim, facts: list[Fact]) -> list[tuple[str, str]]:
    named = {(fact.source, fact.name): str(fact.value or "") for fact in facts}
    camera = " ".join(filter(None, [named.get(("exif", "Make")), named.get(("exif", "Model"))]))
    return [(_("Kamera"), camera or "–"), (_("Ukuran"), f"{claim.photo.width} × {claim.photo.height}")]


def _map_data(claim: Claim, file: tuple[float, float] | None) -> dict[str, Any]:
    """Where the site was held to be when the photo was taken, and where the photo says it was, source by source."""
    version = version_at(claim.site, claim.taken_at or claim.received_at)
    geometry = (version or claim.site).geometry
    fix = claim.fix or {}
    both = file is not None and _is_position(fix)
    other = None
    if both and file is not None:
        other = [fix["lon"], fix["lat"]] if claim.position_source != "capture" else list(file)
    return {
        "site": json.loads(geometry.json),
        "tolerance_m": tolerance_m(claim.project, claim.site, version),
        "photo": [claim.position.x, claim.position.y] if claim.position else None,
        "other": other,
        "other_name": _("EXIF") if claim.position_source == "capture" else _("Kamera Geomonitor"),
        "near": _near_part(geometry, claim.position) if claim.position else None,
        "error_m": claim.error_m,
        "outside": claim.verdict == Verdict.OUTSIDE,
    }


def _near_part(geometry: GEOSGeometry, position: Point) -> list[float]:
    """Where the line to the photo begins on the site: for drawing only, the distance beside it is geodesic."""
    line = shapely.shortest_line(to_shapely(geometry), to_shapely(position))
    return list(line.coords[0])
