"""Money, dates and numbers as an Indonesian report writes them, whatever language the pages are in."""

from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from django.utils import formats, timezone, translation

from duplicates.signals import SIGNALS

_SIGNALS = {one.name: one.shown for one in SIGNALS}


def money(value: Decimal | None) -> str:
    """Rupiah to the sen: Rp1.250.000,00. None → "–"."""
    if value is None:
        return "–"
    whole, _dot, sen = f"{abs(value):.2f}".partition(".")
    grouped = f"{int(whole):,}".replace(",", ".")
    return f"{'−' if value < 0 else ''}Rp{grouped},{sen}"


def on(value: date | None) -> str:
    """A day in full: "4 Agustus 2026". None → "–"."""
    if value is None:
        return "–"
    with translation.override("id"):
        return formats.date_format(value, "j F Y")


def at(value: datetime | None) -> str:
    """An aware time on the regency's clock: "4 Agustus 2026 pukul 09.15 WIB". None → "–"."""
    if value is None:
        return "–"
    local = value.astimezone(ZoneInfo(timezone.get_default_timezone_name()))
    return f"{on(local.date())} pukul {local:%H.%M} WIB"


def count(value: int) -> str:
    """A whole number in groups of three: 12.500."""
    return f"{value:,}".replace(",", ".")


def number(value: float, decimals: int) -> str:
    """A number with a comma: 12,50."""
    return f"{value:,.{decimals}f}".replace(",", " ").replace(".", ",").replace(" ", ".")


def signal(name: str) -> str:
    """A signal as the pages call it, in the language that is active: "fund_source" → "Sumber dana"."""
    return translation.gettext(_SIGNALS.get(name, name))
