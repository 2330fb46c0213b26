"""The capture fix that the page's camera sends beside a picture, and the seal that binds it to the file.

The server issues numbers, each with a key of its own; the page seals file and fix with one of them at the shutter;
here the seal is compared with what arrived. docs/design/capture.md has the canonical text byte for byte.
"""

import hashlib
import hmac
import json
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.utils import timezone

from accounts.models import User
from photos.evidence import Fix
from photos.models import Binding, CaptureNonce, Claim
from places.message import mark as _
from places.message import message, sentences
from places.problems import Problem

SENTENCES = sentences(
    {
        "fix.not_readable": _("Lokasi telepon (fix) tidak dapat dibaca: %(problem)s. Ambil ulang fotonya."),
    }
)
NONCES_AT_ONCE = 50
_NUMBERS = ("lon", "lat", "accuracy_m", "altitude_m", "heading_deg", "speed_m_s")
_TIMES = ("at", "shot_at")
SEALED = (*_NUMBERS, "at", "age_s", "shot_at")  # in the order in which the canonical text has them
_FORM = "geomonitor-capture-1"
_TEXT_LIMIT = 4000  # characters of a fix; a page's has about 400
# What a telephone can mean, generously: numbers beyond are no measurements, and no page could show them.
_WITHIN = {
    "lon": (-180, 180),
    "lat": (-90, 90),
    "accuracy_m": (0, 1e8),
    "altitude_m": (-1e6, 1e6),
    "heading_deg": (-360, 360),
    "speed_m_s": (-1e6, 1e6),
    "age_s": (-1e10, 1e10),
}
_MOMENT = re.compile(r"(19|20|21)\d\d-\d\d-\d\dT\d\d:\d\d(:\d\d([.,]\d{1,9})?)?(Z|[+-]\d\d:?\d\d)", re.ASCII)
_NONCE = re.compile(r"[A-Za-z0-9_-]{1,43}")
_MAC = re.compile(r"[0-9a-f]{64}")


# ---- reading


class _Written(str):
    """A number as it was written."""


def read_fix(sent: str | Mapping[str, Any] | None) -> Fix | None:
    """The fix of a request (a JSON text), of Claim.fix (a mapping), or nothing.

    Needs lon and lat in degrees; times are ISO 8601 with an offset, 1900 to 2199; numbers a telephone can mean.
    Raises Problem (400) for anything else: a fix that cannot be read is a fault of the sender, which silence would
    turn into a photo without position.
    """
    if not sent:
        return None
    content = _parsed(sent) if isinstance(sent, str) else sent
    if not isinstance(content, Mapping):
        raise _unreadable("JSON")
    numbers = {name: _number(name, content.get(name)) for name in (*_NUMBERS, "age_s")}
    times = {name: _time(name, content.get(name)) for name in _TIMES}
    lon, lat = numbers["lon"], numbers["lat"]
    if lon is None or lat is None:
        raise _unreadable("lon, lat")
    return Fix(
        lon=lon,
        lat=lat,
        accuracy_m=numbers["accuracy_m"],
        at=times["at"],
        altitude_m=numbers["altitude_m"],
        heading_deg=numbers["heading_deg"],
        speed_m_s=numbers["speed_m_s"],
        shot_at=times["shot_at"],
        age_s=numbers["age_s"],
        nonce=_word("nonce", content.get("nonce"), _NONCE),
        mac=_word("mac", content.get("mac"), _MAC),
        raw=_raw_of(content) if isinstance(sent, str) else content.get("raw") or {},
    )


def stored(fix: Fix | None) -> dict[str, Any] | None:
    """The fix as JSON values, for the facts; what was not sent is left out."""
    if fix is None:
        return None
    values = {name: getattr(fix, name) for name in (*SEALED, "nonce", "mac")}
    return {
        name: value.isoformat() if isinstance(value, datetime) else value
        for name, value in values.items()
        if value not in (None, "")
    }


def kept(fix: Fix | None) -> dict[str, Any] | None:
    """The fix for Claim.fix: its values and, as `raw`, how each was written; `read_fix` reads it back."""
    if fix is None:
        return None
    return (stored(fix) or {}) | {"raw": dict(fix.raw)}


def shown(fix: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """Claim.fix for people: without the seal and the raw values, which the facts have."""
    return (
        {name: value for name, value in fix.items() if name not in {"raw", "mac", "nonce"}} if fix else None
    )


def _unreadable(problem: str) -> Problem:
    said = message("fix.not_readable", problem=problem)
    problem_with = Problem(said)
    problem_with.fields = {"fix": [problem_with.sentence]}
    return problem_with


def _parsed(text: str) -> Any:
    if len(text) > _TEXT_LIMIT:
        raise _unreadable("JSON")
    try:
        return json.loads(text, parse_float=_Written, parse_int=_Written)
    except (ValueError, RecursionError) as error:
        raise _unreadable("JSON") from error


def _raw_of(content: Mapping[str, Any]) -> dict[str, str]:
    return {name: str(content[name]) for name in SEALED if content.get(name) is not None}


def _number(name: str, value: Any) -> float | None:
    if value is None:
        return None
    if not isinstance(value, _Written | int | float) or isinstance(value, bool):
        raise _unreadable(name)
    number = float(value)
    low, high = _WITHIN[name]
    if not low <= number <= high:  # so is NaN, and what is too large for a float
        raise _unreadable(name)
    return number


def _time(name: str, value: Any) -> datetime | None:
    if value is None:
        return None
    if not isinstance(value, str) or isinstance(value, _Written) or not _MOMENT.fullmatch(value):
        raise _unreadable(name)
    try:
        return datetime.fromisoformat(value)
    except ValueError as error:
        raise _unreadable(name) from error


def _word(name: str, value: Any, form: re.Pattern[str]) -> str:
    if value in (None, ""):
        return ""
    if not isinstance(value, str) or isinstance(value, _Written) or not form.fullmatch(value):
        raise _unreadable(name)
    return value


# ---- issuing


@dataclass(frozen=True)
class Issued:
    """A number to seal one shot with, and its key (hex). The key is told once and stored nowhere."""

    nonce: str
    key: str
    expires_at: datetime


def issue(*, user: User, count: int) -> list[Issued]:
    """Numbers for this person's next shots; unused ones expire after settings.CAPTURE_NONCE_DAYS.

    count: 1 to NONCES_AT_ONCE.
    """
    sweep()
    expires_at = timezone.now() + timedelta(days=settings.CAPTURE_NONCE_DAYS)
    rows = [
        CaptureNonce(nonce=secrets.token_urlsafe(32), user=user, expires_at=expires_at)
        for _number in range(count)
    ]
    CaptureNonce.objects.bulk_create(rows)
    return [Issued(row.nonce, key_of(row.nonce, user.pk).hex(), expires_at) for row in rows]


def key_of(nonce: str, user_id: int, *, secret: str | None = None) -> bytes:
    """The key that belongs to a number in the hands of one person: 32 bytes, made again whenever it is needed."""
    text = f"{_FORM} key\n{nonce}\n{user_id}"
    return _hmac((settings.SECRET_KEY if secret is None else secret).encode(), text)


def sweep() -> int:
    """Delete unused numbers that expired; used ones are kept with their claims. Returns how many."""
    gone, _by_model = CaptureNonce.objects.filter(
        expires_at__lt=timezone.now(), used_at__isnull=True
    ).delete()
    return gone


# ---- sealing, as the page does it


def canonical(fix: Fix, sha256: str) -> str:
    """The text that is sealed: a line each for form, number, file and every value as written; "" for none."""
    raw = fix.raw or _written(fix)
    lines = [
        _FORM,
        f"nonce={fix.nonce}",
        f"sha256={sha256}",
        *(f"{name}={raw.get(name, '')}" for name in SEALED),
    ]
    return "".join(f"{line}\n" for line in lines)


def seal(fix: Fix, *, sha256: str, issued: Issued) -> Fix:
    """The fix with its seal, as the page's camera sends it (the demo and tests do)."""
    written = replace(fix, nonce=issued.nonce, raw=_written(fix))
    return replace(written, mac=_hmac(bytes.fromhex(issued.key), canonical(written, sha256)).hex())


def as_sent(fix: Fix) -> str:
    """The JSON text of a fix as a page sends it."""
    return json.dumps(stored(fix))


def _written(fix: Fix) -> dict[str, str]:
    """The values as `as_sent` writes them."""
    values = stored(fix) or {}
    return {
        name: values[name] if isinstance(values[name], str) else json.dumps(values[name])
        for name in SEALED
        if name in values
    }


def _hmac(key: bytes, text: str) -> bytes:
    return hmac.new(key, text.encode(), hashlib.sha256).digest()


# ---- verifying


def bind(fix: Fix | None, *, sha256: str, user: User, at: datetime) -> str:
    """Whether fix and file are what the page's camera sealed, as a Binding; "" without a fix.

    Uses the number up, so call it inside the transaction that stores the claim: of two uploads at once that carry
    one number, the database lets one have it. at: when the photo came in.
    """
    if fix is None:
        return ""
    if not fix.nonce:
        return Binding.UNBOUND
    whole = _is_whole(fix, sha256, user.pk)
    if whole and _use(fix.nonce, sha256=sha256, user=user, at=at):
        return Binding.BOUND
    return _why_not(fix.nonce, sha256=sha256, user=user, at=at, whole=whole)


def _is_whole(fix: Fix, sha256: str, user_id: int) -> bool:
    text = canonical(fix, sha256)
    return any(
        hmac.compare_digest(_hmac(key_of(fix.nonce, user_id, secret=str(secret)), text).hex(), fix.mac)
        for secret in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
    )


def _use(nonce: str, *, sha256: str, user: User, at: datetime) -> bool:
    """Take a number that nobody has used yet; whoever comes second waits for the first and then finds it used."""
    unused = CaptureNonce.objects.filter(nonce=nonce, user=user, used_at__isnull=True, expires_at__gte=at)
    return unused.update(used_at=at, sha256=sha256) == 1


def _why_not(nonce: str, *, sha256: str, user: User, at: datetime, whole: bool) -> Binding:
    row = CaptureNonce.objects.select_for_update().filter(nonce=nonce).first()
    if row is None:
        # A whole seal needs the key, and only the server gives it: the number was ours, expired and was swept.
        return Binding.EXPIRED if whole else Binding.FOREIGN
    if row.user_id != user.pk:
        return Binding.FOREIGN
    if row.used_at and row.sha256 != sha256:
        return Binding.REPLAYED
    if not whole:
        return Binding.CHANGED
    if row.used_at:
        return Binding.REPLAYED if _is_kept(nonce, sha256) else Binding.BOUND
    return Binding.EXPIRED


def _is_kept(nonce: str, sha256: str) -> bool:
    """Whether a claim holds the number. A withdrawn one sets it free again, for the same file and fix alone."""
    return Claim.objects.kept().filter(photo__sha256=sha256, fix__nonce=nonce).exists()
