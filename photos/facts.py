"""Writes down what the sources say of a file: EXIF and XMP as read, the capture fix as sent."""

import math
from collections.abc import Mapping
from typing import Any

from photos.exif import Facts
from photos.models import Fact, FactSource, Photo

RAW_LIMIT = 2000  # characters of one value as written; longer ones are cut, the original has them whole
FACTS_LIMIT = 400  # of one file
_SOURCES = {"exif": FactSource.EXIF, "xmp": FactSource.XMP}


def rows_of(photo: Photo, facts: Facts, *, fix: Mapping[str, Any] | None) -> list[Fact]:
    """Unsaved rows: the file's facts, then the fix's."""
    rows = [
        Fact(
            photo=photo,
            source=_SOURCES.get(fact.source, FactSource.SERVER),
            name=_text(fact.name, 60),
            value=_value(fact.value),
            raw=_text(fact.raw, RAW_LIMIT),
        )
        for fact in facts.facts[:FACTS_LIMIT]
    ]
    rows += [
        Fact(
            photo=photo,
            source=FactSource.CAPTURE,
            name=name,
            value=_value(value),
            raw=_text(str(value), RAW_LIMIT),
        )
        for name, value in (fix or {}).items()
    ]
    return rows


def _value(value: Any) -> Any:
    """A JSON value that PostgreSQL takes: no NUL, no NaN, no infinity."""
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return _text(value, RAW_LIMIT) if isinstance(value, str) else value


def _text(text: str, limit: int) -> str:
    return text.replace("\0", "").encode("utf-8", "replace").decode("utf-8")[:limit]
