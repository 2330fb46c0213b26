"""{{ photo.verdict|verdict_word }}: the verdict of a frozen photo in words."""

from django import template

from photos.models import Verdict

register = template.Library()


@register.filter
def verdict_word(verdict: str) -> str:
    """The words for a verdict's code; an unknown one as it stands."""
    return str(Verdict(verdict).label) if verdict in Verdict.values else verdict
