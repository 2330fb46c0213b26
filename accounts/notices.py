"""What a person is told, and has not read yet."""

from django.core.cache import cache
from django.db.models import QuerySet
from django.utils import timezone

from accounts.models import Notice, User

_MENU_S = 30


def unread(user: User) -> QuerySet[Notice]:
    """The newest first."""
    return Notice.objects.filter(user=user, read_at__isnull=True).order_by("-pk")


def mark_read(*, user: User, until: int) -> int:
    """The person has read all up to that one (its primary key); what came since stays unread. Returns how many."""
    cache.delete(_menu_key(user))
    return unread(user).filter(pk__lte=until).update(read_at=timezone.now())


def how_many_unread(user: User) -> int:
    """For the menu of every page: remembered for half a minute, or until the person reads them."""
    return int(cache.get_or_set(_menu_key(user), lambda: unread(user).count(), _MENU_S) or 0)


def _menu_key(user: User) -> str:
    return f"accounts.unread.{user.pk}"
