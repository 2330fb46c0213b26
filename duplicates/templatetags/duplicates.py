"""{{ kind|conclusion }}: what a decision's code is called on screen."""

from django import template

from duplicates.models import DecisionKind

register = template.Library()


@register.filter
def conclusion(kind: str) -> str:
    """The words for a decision's kind; an unknown one as it stands."""
    return str(DecisionKind(kind).label) if kind in DecisionKind.values else kind
