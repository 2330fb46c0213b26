"""Compiled querysets inside SQL of our own."""

import re
from collections.abc import Iterable
from typing import Any


def as_named(sql: str, values: Iterable[Any]) -> tuple[str, dict[str, Any]]:
    """A compiled queryset with %(v0)s, %(v1)s … in place of %s, so that it can stand inside our own SQL."""
    named = {f"v{number}": value for number, value in enumerate(values)}
    names = iter(named)
    return re.sub(r"%%|%s", lambda found: f"%({next(names)})s" if found[0] == "%s" else "%%", sql), named
