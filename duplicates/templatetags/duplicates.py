"""{{ kind|conclusion }}: what a decision's code is called on screen; {{ scan|abandoned }}: whether its worker died."""

from django import template
from django.utils.html import format_html_join
from django.utils.safestring import SafeString, mark_safe

from duplicates.models import DecisionKind, Scan
from duplicates.scan_keeping import is_held

register = template.Library()


@register.filter
def conclusion(kind: str) -> str:
    """The words for a decision's kind; an unknown one as it stands."""
    return str(DecisionKind(kind).label) if kind in DecisionKind.values else kind


@register.filter
def abandoned(scan: Scan) -> bool:
    """Whether a scan began and nobody runs it now: its worker died, and the next one goes on."""
    return scan.state == Scan.State.RUNNING and not is_held(scan)


@register.filter
def breakable(code: str) -> SafeString:
    """A project's code that a narrow column may break after its slashes, and nowhere inside a number."""
    return format_html_join(mark_safe("/<wbr>"), "{}", ((part,) for part in code.split("/")))
