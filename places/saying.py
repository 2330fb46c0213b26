"""Turns a stored message into a sentence in the reader's language, numbers written their way."""

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django.utils import formats, timezone
from django.utils.translation import gettext, ngettext

from places.message import Message, sentence_of


def metres(value: float) -> str:
    """A length for people: 0.4 → "40 cm", 34.2 → "34 m", 1312 → "1,3 km" (comma by language)."""
    if value < 1:
        return f"{round(value * 100)} cm"
    if value < 10:
        return f"{formats.number_format(round(value, 1), 1)} m"
    if value < 999.5:
        return f"{round(value)} m"
    if value < 99_950:
        return f"{formats.number_format(round(value / 1000, 1), 1)} km"
    return f"{formats.number_format(round(value / 1000), 0, force_grouping=True)} km"


def number(value: Decimal | float | int) -> str:
    """A number for people: 4312 → "4.312", 1234.5 → "1.234,5" (marks by language), at most two decimals."""
    exact = Decimal(str(value))
    if (
        not exact.is_finite() or exact.adjusted() > 20
    ):  # a camera may write anything; such a number stays as it is
        return str(value)
    rounded = exact.quantize(Decimal("0.01")).normalize()
    decimals = max(0, -int(rounded.as_tuple().exponent))
    return formats.number_format(rounded, decimals, use_l10n=True, force_grouping=True)


def duration(minutes: float) -> str:
    """A span of time for people: 45 → "45 menit", 60 → "1 jam", 200 → "3 jam 20 menit", 4608 → "3 hari 5 jam"."""
    rest = abs(round(minutes))
    if rest < 120 and (rest % 60 or not rest):
        return _minutes(rest)
    if rest < 48 * 60:
        parts = [_hours(rest // 60), _minutes(rest % 60) if rest % 60 else ""]
    else:
        days, hours = divmod(round(rest / 60), 24)
        parts = [_days(days), _hours(hours) if hours else ""]
    return " ".join(filter(None, parts))


def _minutes(many: int) -> str:
    return ngettext("%(n)s menit", "%(n)s menit", many) % {"n": number(many)}


def _hours(many: int) -> str:
    return ngettext("%(n)s jam", "%(n)s jam", many) % {"n": number(many)}


def _days(many: int) -> str:
    return ngettext("%(n)s hari", "%(n)s hari", many) % {"n": number(many)}


def rupiah(value: Decimal | int | float | None) -> str:
    """Rupiah as written in Indonesia: Rp1.250.000; sen only where there are any. None → "–"."""
    if value is None:
        return "–"
    amount = Decimal(value).quantize(Decimal("0.01"))
    whole, _dot, sen = f"{abs(amount):.2f}".partition(".")
    grouped = f"{int(whole):,}".replace(",", ".")
    text = f"Rp{grouped}" + (f",{sen}" if sen != "00" else "")
    return f"−{text}" if amount < 0 else text


def local_time(value: datetime) -> str:
    """An aware time on the regency's clock (Asia/Jakarta): "24 Nov 2026 09.15"."""
    try:
        local = value.astimezone(ZoneInfo(timezone.get_default_timezone_name()))
    except OverflowError:  # the first and the last day of the calendar, which files may name
        local = value
    return f"{day(local.date())} {local:%H.%M}"


def day(value: date) -> str:
    """A date for people: "24 Nov 2026", month by language."""
    return formats.date_format(value, "j M Y")


def _moment(value: Any) -> str:
    moment = datetime.fromisoformat(str(value))
    return local_time(moment) if moment.tzinfo else f"{day(moment.date())} {moment:%H.%M}"


# How a parameter is shown, by the last part of its name.
_BY_SUFFIX: dict[str, Callable[[Any], str]] = {
    "m": lambda value: metres(float(value)),
    "pct": lambda value: f"{formats.number_format(value, 0 if float(value).is_integer() else 1)} %",
    "rp": lambda value: rupiah(Decimal(str(value))),
    "mb": lambda value: f"{formats.number_format(round(float(value) / 1_000_000, 1), 1)} MB",
    "minutes": lambda value: duration(float(value)),
    "hours": lambda value: duration(float(value) * 60),
    "at": _moment,
    "on": lambda value: day(date.fromisoformat(str(value)[:10])),
    "word": lambda value: gettext(str(value)),
}


def _shown(name: str, value: Any) -> str:
    if value is None:
        return "–"
    return _BY_SUFFIX.get(name.rpartition("_")[2], str)(value)


def say(message: Message) -> str:
    """The sentence of a message in the active language.

    A code without a sentence (written by a newer or older release) is shown as the code itself, so that a
    page never fails over a message.
    """
    sentence = sentence_of(message.code)
    if sentence is None:
        return message.code
    return gettext(sentence) % {name: _shown(name, value) for name, value in message.params.items()}
