"""Small drawn things for templates: {% icon %}, {% progress_ring %}, {% progress_bar %}, {% verdict_icon %}.

Drawn as SVG with attributes, because the content security policy allows no inline style.
"""

import json
from decimal import Decimal
from functools import cache
from math import pi
from pathlib import Path

from django import template
from django.conf import settings
from django.templatetags.static import static
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import pgettext

from places import saying

register = template.Library()

# Which symbol of icons.svg stands for a verdict, a check's status or a note's level. Shape, not only colour.
SYMBOLS = {
    "verified": "check", "accepted": "check", "completed": "check", "handed_over": "check", "passed": "check",
    "success": "check", "outside": "alert", "suspect": "alert", "failed": "alert", "high": "alert",
    "error": "warning", "warning": "warning", "unreadable": "cross", "rejected": "cross", "cancelled": "cross",
    "unlocated": "dashed", "none": "image", "unknown": "clock", "pending": "clock", "planned": "clock",
    "awaiting_funds": "money", "in_progress": "right", "postponed": "clock", "draft": "edit", "merged": "layers",
    "info": "info", "debug": "info", "asked": "refresh", "rechecked": "history",
}  # fmt: skip


VENDORED = {
    "htmx": "vendor/htmx/htmx.js",
    "pbf": "vendor/pbf/pbf.js",
    "@mapbox/vector-tile": "vendor/vector-tile/vector-tile.js",
    "@mapbox/point-geometry": "vendor/point-geometry/point-geometry.js",
}


@cache
def _modules() -> dict[str, str]:
    """Bare name → static file: the vendored libraries, and geomonitor/<name> for each of our modules, in folders too."""
    folder = Path(settings.BASE_DIR, "static", "geomonitor", "js")
    own = sorted(path.relative_to(folder).with_suffix("").as_posix() for path in folder.rglob("*.js"))
    return VENDORED | {f"geomonitor/{name}": f"geomonitor/js/{name}.js" for name in own}


@register.simple_tag
def import_map() -> SafeString:
    """The import map: a new file static/geomonitor/js/<name>.js is importable as "geomonitor/<name>"."""
    return mark_safe(json.dumps({"imports": {name: static(path) for name, path in _modules().items()}}))


def progress_class(progress: Decimal | float) -> str:
    """The colour class of a progress: p0, p25 (1–49), p50 (50–74), p75 (75–99), p100."""
    for limit, name in ((0, "p0"), (49.99, "p25"), (74.99, "p50"), (99.99, "p75")):
        if progress <= limit:
            return name
    return "p100"


@register.simple_tag
def icon(name: str, label: str = "", extra: str = "") -> SafeString:
    """{% icon "map" %}: a symbol of icons.svg; with a label it is read aloud, without it is decoration."""
    spoken = format_html('role="img" aria-label="{}"', label) if label else mark_safe('aria-hidden="true"')
    return format_html(
        '<svg class="icon {}" {}><use href="{}#{}"/></svg>',
        extra,
        spoken,
        static("geomonitor/icons.svg"),
        name,
    )


@register.simple_tag
def verdict_icon(kind: str) -> SafeString:
    """The symbol of a verdict, a status, a check's result or a message level (decoration: say the word too)."""
    return icon(SYMBOLS.get(kind, "info"))


@register.simple_tag
def progress_ring(progress: Decimal | float | None, evidence: str = "") -> SafeString:
    """A ring filled to the progress, broken when there is no located photo; the number stands beside it."""
    value = float(progress or 0)
    circumference = 2 * pi * 12
    broken = " broken" if evidence in {"none", "unlocated"} else ""
    return format_html(
        '<svg class="ring{}" viewBox="0 0 32 32" aria-hidden="true"><circle class="track" cx="16" cy="16" r="12"/>'
        '<circle class="value {}" cx="16" cy="16" r="12" stroke-dasharray="{} 99" transform="rotate(-90 16 16)"/></svg>',
        broken,
        progress_class(value),
        f"{circumference * value / 100:.2f}",
    )


@register.simple_tag
def progress_bar(progress: Decimal | float | None) -> SafeString:
    """A bar filled to the progress (decoration: say the number too)."""
    value = float(progress or 0)
    return format_html(
        '<svg class="bar" aria-hidden="true"><rect class="{}" width="{}%"/></svg>',
        progress_class(value),
        f"{value:.0f}",
    )


@register.filter
def initials(name: str) -> str:
    """Two letters for the round mark of a person: "Dewi Wulandari" → DW."""
    words = [word for word in str(name).split() if word[0].isalnum()]
    return "".join(word[0] for word in (words[:1] + words[-1:] if len(words) > 1 else words)).upper()


@register.filter
def short_rupiah(value: Decimal | None) -> str:
    """Rupiah for a narrow place: Rp212,6 M (miliar), Rp950 jt (juta), Rp1,2 T (triliun); small sums in full."""
    if value is None:
        return "–"
    units = (
        (Decimal(10**12), pgettext("triliun", "T")),
        (Decimal(10**9), pgettext("miliar", "M")),
        (Decimal(10**6), pgettext("juta", "jt")),
    )
    for size, unit in units:
        if abs(value) >= size:
            return f"Rp{saying.number(round(value / size, 1))} {unit}"
    return saying.rupiah(value)


@register.simple_tag
def histogram(counts: list[int]) -> SafeString:
    """Bars from 0 to 100 % in equal steps, tallest 100 %; the numbers stand in the options beside it."""
    tallest = max(counts, default=0) or 1
    width = 100 / max(len(counts), 1)
    bars = format_html_join(
        "",
        '<rect class="{}" x="{}" y="{}" width="{}" height="{}" rx="1.2"><title>{}–{} %: {}</title></rect>',
        (
            (
                progress_class(number * width + width / 2 if number else 0)
                if number < len(counts) - 1
                else "p100",
                f"{number * width + 0.5:.2f}",
                f"{38 - 36 * count / tallest:.2f}",
                f"{width - 1:.2f}",
                f"{36 * count / tallest + 2:.2f}",
                round(number * width),
                round((number + 1) * width),
                count,
            )
            for number, count in enumerate(counts)
        ),
    )
    return format_html(
        '<svg class="histogram" viewBox="0 0 100 40" preserveAspectRatio="none" aria-hidden="true">{}</svg>'
        '<div class="histogram-axis" aria-hidden="true"><span>0</span><span>50</span><span>100 %</span></div>',
        bars,
    )
