"""Who may open the duplicate pages: one place for all their views."""

from typing import cast

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.utils.translation import gettext as _

from accounts.access import Action, reach
from accounts.models import User


def person(request: HttpRequest) -> User:
    """Who is logged in; every view of these pages asks for that first."""
    return cast(User, request.user)


def require_scanner(request: HttpRequest) -> None:
    """Monitors and auditors only; others are told so."""
    if not reach(request.user, Action.SCAN):
        raise PermissionDenied(_("Indikasi ganda hanya untuk pemantau kabupaten dan pemeriksa."))
