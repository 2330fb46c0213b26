"""Filters that write numbers, times and messages the way people read them; built into every template."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django import template

from places import saying
from places.message import Message

register = template.Library()


@register.filter
def rupiah(value: Decimal | int | None) -> str:
    """{{ 1250000|rupiah }} → Rp1.250.000; None → –."""
    return saying.rupiah(value)


@register.filter
def metres(value: float | None) -> str:
    """{{ 1312.4|metres }} → 1,3 km; None → –."""
    return "–" if value is None else saying.metres(float(value))


@register.filter
def percent(value: float | Decimal | None) -> str:
    """{{ 58 |percent }} → 58 %; None → –."""
    return "–" if value is None else f"{saying.number(value)} %"


@register.filter
def whole_percent(value: float | Decimal | None) -> str:
    """For small rings: 33.33 → 33 %; 100 % only for all of it; None → –."""
    return "–" if value is None else f"{int(value)} %"


@register.filter
def number(value: float | Decimal | None) -> str:
    """{{ 4312|number }} → 4.312; at most two decimals; None → –."""
    return "–" if value is None else saying.number(value)


@register.filter
def local_time(value: datetime | None) -> str:
    """An aware time on the regency's clock: 24 Nov 2026 09.15."""
    return "–" if value is None else saying.local_time(value)


@register.filter
def day(value: date | None) -> str:
    """A date: 24 Nov 2026."""
    return "–" if value is None else saying.day(value)


@register.filter
def say(value: Message | dict[str, Any] | None) -> str:
    """The sentence of a message, or of a message's stored form."""
    if not value:
        return ""
    return saying.say(value if isinstance(value, Message) else Message.from_json(value))
