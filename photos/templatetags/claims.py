"""Says a claim in templates: {{ claim|claim_sentence }}, {% for saying in claim|claim_sayings %}, {{ 50|stage_word }}."""

from decimal import Decimal

from django import template

from accounts import notices
from accounts.access import Person
from accounts.models import User
from photos import looking, refiling, suggesting
from photos.conclusions import sentence_of, told
from photos.models import Claim, Photo
from photos.timeline import Saying
from places.saying import say
from projects import models

register = template.Library()


@register.filter
def claim_sentence(claim: Claim) -> str:
    """The one sentence that the verdict rests on."""
    return sentence_of(claim)


@register.filter
def claim_sayings(claim: Claim) -> list[Saying]:
    """What each check said, with its status."""
    return [Saying(status, say(said)) for status, said in told(claim)]


@register.filter
def no_picture(photo: Photo) -> str:
    """What to say where the picture would be."""
    return say(looking.why_no_picture(photo))


@register.filter
def may_share(claim: Claim) -> bool:
    """Whether its sender may still declare it for two projects."""
    return refiling.may_share(claim)


@register.simple_tag
def meant_for(claim: Claim, user: Person) -> suggesting.Suggestion | None:
    """The site that an own photo was probably meant for, while it may still be moved."""
    return suggesting.for_sent(claim, user)


@register.simple_tag
def unread_notices(user: User) -> int:
    """How many notices the person has not read."""
    return notices.how_many_unread(user)


@register.filter
def stage_word(progress: float | Decimal) -> str:
    """Sebelum, Sedang or Selesai."""
    return models.stage_word(progress)
