"""What every page needs to know: where the reader may go, and whether this is a demo."""

from typing import Any, cast

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext as _

from accounts import notices
from accounts.access import Action, reach
from accounts.models import User
from duplicates import listing
from photos import queueing


def navigation(request: HttpRequest) -> dict[str, Any]:
    """The menu by what the reader may do, the demo flag, and outside tiles if the settings name any."""
    return {
        "demo": settings.DEMO,
        "nav": SimpleLazyObject(lambda: _menu(request)),
        "tile_url": settings.TILE_URL,
        "tile_attribution": settings.TILE_ATTRIBUTION,
    }


def _menu(request: HttpRequest) -> list[dict[str, Any]]:
    user = request.user
    items = [
        {"url": "/map/", "label": _("Peta"), "icon": "map", "count": 0},
        {"url": "/projects/", "label": _("Kegiatan"), "icon": "list", "count": 0},
    ]
    if reach(user, Action.CLAIM):
        news = notices.how_many_unread(cast(User, user))
        items.append({"url": "/field/", "label": _("Lapangan"), "icon": "camera", "count": news})
    if reach(user, Action.REVIEW):
        waiting = queueing.how_many_wait(cast(User, user))
        items.append({"url": "/photos/review/", "label": _("Verifikasi"), "icon": "verify", "count": waiting})
    elif reach(
        user, Action.SCAN
    ):  # reviewers find it on their queue's page; a phone's bar has no seventh place
        items.append(
            {"url": "/photos/shared/", "label": _("Foto dipakai ulang"), "icon": "image", "count": 0}
        )
    if reach(user, Action.SCAN):
        cases = listing.how_many_wait(cast(User, user))
        items.append({"url": "/duplicates/", "label": _("Indikasi ganda"), "icon": "twin", "count": cases})
    if reach(user, Action.USERS):
        items.append({"url": "/people/", "label": _("Akun"), "icon": "people", "count": 0})
    for item in items:
        item["current"] = request.path.startswith(str(item["url"]))
    return items
