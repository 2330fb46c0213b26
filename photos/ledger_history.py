"""What happened to a claim and its file, from the record of acts and the reviews, in words, the newest first."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext

from accounts.access import Action, Person, reach
from accounts.models import AuditEvent
from photos.models import CheckStatus, Claim, Review, Verdict
from photos.queueing import CHECK_WORDS
from places import saying
from places.message import Message
from places.message import mark as _

TITLES = {
    "claim.received": _("Diterima dan dinilai"),
    "claim.rechecked": _("Diperiksa lagi"),
    "claim.withdrawn": _("Ditarik oleh pengirimnya"),
    "claim.refiled": _("Dipindahkan ke titik lain"),
    "claim.shared": _("Dinyatakan dipakai bersama"),
    "original.removed": _("Berkas asli dihapus"),
    "original.damaged": _("Berkas asli rusak"),
    "accepted": _("Diterima oleh verifikator"),
    "rejected": _("Ditolak oleh verifikator"),
    "asked": _("Diminta ulang oleh verifikator"),
}
# Why a claim was judged again (photos/rechecking.py).
CAUSES = {
    "pixels": _("piksel sudah diperiksa"),
    "reuse": _("gambar yang sama ditemukan"),
    "site": _("titik lokasi atau batas jarak berubah"),
    "command": _("diperiksa ulang oleh pengelola"),
    "rule": _("aturan cek berubah"),
    "setting": _("batas atau bobot cek berubah"),
    "reader": _("keterangan file dibaca lebih lengkap"),
    "project": _("data pekerjaan berubah"),
    "claim": _("keterangan pengirim berubah"),
    "register": _("foto lain ditambahkan atau ditarik"),
    "shared": _("dinyatakan dipakai bersama"),
    "refiled": _("dipindahkan ke titik lain"),
}
_DECISIONS = ("claim.accepted", "claim.rejected", "claim.asked")  # told by the reviews themselves


@dataclass(frozen=True)
class Happening:
    """One act. action: its code in the record; details: sentences; reason: as the actor wrote it."""

    at: datetime
    who: str
    action: str
    title: str
    details: tuple[str, ...] = ()
    reason: str = ""

    def as_json(self) -> dict[str, Any]:
        return {
            "at": self.at.isoformat(timespec="seconds"),
            "who": self.who,
            "action": self.action,
            "title": self.title,
            "details": list(self.details),
            "reason": self.reason or None,
        }


def of(claim: Claim, user: Person) -> tuple[Happening, ...]:
    """Acts on the claim and on its file; other claims of the same file are not told here."""
    about = Q(subject_type="photos.claim", subject_id=str(claim.pk)) | Q(
        subject_type="photos.photo", subject_id=str(claim.photo_id)
    )
    events = AuditEvent.objects.filter(about).exclude(action__in=_DECISIONS)
    told = [_event(event, user) for event in events]
    told += [_review(review) for review in claim.reviews.select_related("reviewer")]
    return tuple(sorted(told, key=lambda happening: happening.at, reverse=True))


def _event(event: AuditEvent, user: Person) -> Happening:
    data = event.data
    return Happening(
        at=event.at,
        who=gettext("Sistem") if event.actor_name == "system" else event.actor_name,
        action=event.action,
        title=gettext(TITLES[event.action]) if event.action in TITLES else event.action,
        details=tuple(_details(event.action, data, user)),
        reason=str(data.get("reason") or ""),
    )


def _review(review: Review) -> Happening:
    return Happening(
        at=review.at,
        who=str(review.reviewer or "–"),
        action=f"claim.{review.decision}",
        title=gettext(TITLES[review.decision]) if review.decision in TITLES else review.decision,
        details=(str(review.get_tier_display()),) if review.tier else (),
        reason=review.reason,
    )


def _details(action: str, data: Mapping[str, Any], user: Person) -> Iterator[str]:
    if action == "claim.received":
        distance = data.get("distance_m")
        yield _verdict(data.get("verdict")) + (
            f", {saying.metres(float(distance))}" if distance is not None else ""
        )
    elif action == "claim.rechecked":
        yield from _recheck(data)
    elif action == "claim.refiled":
        yield from _refiled(data, user)
    elif action == "original.damaged" and data.get("code"):
        yield saying.say(Message.from_json(data))


def _recheck(data: Mapping[str, Any]) -> Iterator[str]:
    causes = dict.fromkeys([str(data.get("cause") or ""), *map(str, data.get("why") or ())])
    words = [gettext(CAUSES[cause]) if cause in CAUSES else cause for cause in causes if cause]
    if words:
        yield gettext("Sebab: %(causes)s.") % {"causes": ", ".join(dict.fromkeys(words))}
    if data.get("verdict_was") != data.get("verdict_now"):
        yield f"{_verdict(data.get('verdict_was'))} → {_verdict(data.get('verdict_now'))}"
    for check in data.get("checks") or ():
        yield _check(check)
    if facts := data.get("facts"):
        yield gettext("Keterangan yang dibaca lain: %(keys)s.") % {"keys": ", ".join(map(str, facts[:20]))}
    if (original := data.get("original")) in _ORIGINALS:
        yield gettext(_ORIGINALS[original])


_ORIGINALS = {
    "missing": _("Berkas asli tidak ada, jadi dinilai dari keterangan yang tersimpan."),
    "removed": _("Berkas asli sudah dihapus, jadi dinilai dari keterangan yang tersimpan."),
    "damaged": _("Berkas asli berubah, jadi dinilai dari keterangan yang tersimpan."),
}


def _check(check: Mapping[str, Any]) -> str:
    """ "Jarak ke titik: sesuai → tidak sesuai (10 → 60; batas 50 → 50)" """
    code = str(check.get("code") or "")
    word = gettext(CHECK_WORDS[code]) if code in CHECK_WORDS else code
    said = f"{word}: {_status(check.get('was'))} → {_status(check.get('now'))}"
    notes = [
        f"{name} {_number(check.get(was))} → {_number(check.get(now))}"
        for name, was, now in (
            (gettext("terukur"), "measured_was", "measured_now"),
            (gettext("batas"), "limit_was", "limit_now"),
            (gettext("aturan"), "rule_was", "rule_now"),
        )
        if check.get(was) != check.get(now)
    ]
    return f"{said} ({'; '.join(notes)})" if notes else said


def _refiled(data: Mapping[str, Any], user: Person) -> Iterator[str]:
    """From where to where, as far as the reader may know of the project."""
    for name in ("from_project", "project"):
        code = data.get(name)
        village = str(code).partition("/")[0] if isinstance(code, str) else ""
        if village and reach(user, Action.SEE_DRAFTS).covers(village):
            yield f"{gettext(_PLACES[name])}: {code}"


_PLACES = {"from_project": _("Dari pekerjaan"), "project": _("Ke pekerjaan")}


def _verdict(code: Any) -> str:
    return str(Verdict(code).label) if code in Verdict.values else str(code or "–")


def _status(code: Any) -> str:
    if code is None:
        return gettext("tidak ditanya")
    return str(CheckStatus(code).label) if code in CheckStatus.values else str(code)


def _number(value: Any) -> str:
    return saying.number(value) if isinstance(value, int | float) else "–"
