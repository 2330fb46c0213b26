"""[pure] What the system says: a code with parameters, stored; the sentence is chosen where it is shown.

A module that has something to say registers its sentences beside the code that says them:

    SENTENCES = sentences({"near_site.outside": _("%(distance_m)s dari lokasi; batasnya %(limit_m)s.")})

The suffix of a parameter says how `places.saying.say` shows it: `_m` metres, `_pct` per cent, `_at` an ISO
time in local time, `_on` an ISO date, `_rp` rupiah, `_mb` bytes as megabytes, `_word` a marked Indonesian word;
all others as they are.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

_SENTENCES: dict[str, str] = {}


def mark(text: str) -> str:
    """Mark an Indonesian sentence for the message catalogue without translating it (import it as `_`)."""
    return text


def sentences(by_code: Mapping[str, str]) -> Mapping[str, str]:
    """Register sentences by code. Raises ValueError if a code is already taken by another sentence."""
    for code, text in by_code.items():
        if _SENTENCES.setdefault(code, text) != text:
            raise ValueError(f"two sentences for the message code {code!r}")
    return by_code


def sentence_of(code: str) -> str | None:
    """The Indonesian sentence registered for a code, or None."""
    return _SENTENCES.get(code)


@dataclass(frozen=True)
class Message:
    """A code and its parameters. Parameters are JSON values: numbers, strings, booleans, None."""

    code: str
    params: Mapping[str, Any] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """The stored form: {"code": …, "params": {…}}."""
        return {"code": self.code, "params": dict(self.params)}

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> "Message":
        """Read the stored form back. Raises KeyError when there is no code."""
        return cls(stored["code"], dict(stored.get("params") or {}))


def message(code: str, **params: Any) -> Message:
    """Shorthand: message("near_site.outside", distance_m=1300.0, limit_m=50.0)."""
    return Message(code, params)
