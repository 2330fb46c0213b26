"""/photos/rules/: every check with its severity and limits, as the modules have them and as they are set."""

import re
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.access import Action, Person, reach
from photos import rules
from photos.checks import CHECKS, Check
from photos.models import CheckSetting, Severity
from photos.queueing import word_of

_READERS = (Action.REVIEW, Action.FINDING, Action.REMOVE_ORIGINALS)


@dataclass(frozen=True)
class Row:
    """One check for people: limits are (name, the module's number); settings: what is set otherwise."""

    code: str
    word: str
    in_worker: bool
    severity: str
    rule: int
    limits: tuple[tuple[str, float], ...]
    says: tuple[str, ...]
    settings: tuple[CheckSetting, ...]


def may_read(user: Person) -> bool:
    """Whether the page is for this person."""
    return any(reach(user, action) for action in _READERS)


@login_required
@require_safe
def listing(request: HttpRequest) -> HttpResponse:
    """For those who review, audit or administer."""
    if not may_read(request.user):
        raise PermissionDenied(
            _("Aturan cek hanya untuk petugas yang memverifikasi, memeriksa, atau mengelola.")
        )
    context = {
        "rows": rows(),
        "is_admin": bool(request.user.is_authenticated and request.user.is_superuser),
        "may_review": bool(reach(request.user, Action.REVIEW)),
    }
    return render(request, "photos/rules.html", context)


def rows() -> list[Row]:
    """All checks in the registry's order, with their settings."""
    by_code: dict[str, list[CheckSetting]] = {}
    for setting in CheckSetting.objects.all():
        by_code.setdefault(setting.code, []).append(setting)
    return [_row(check, tuple(by_code.get(check.CODE, ()))) for check in CHECKS]


def _row(check: Check, settings: tuple[CheckSetting, ...]) -> Row:
    severity: Any = getattr(check, "SEVERITY", Severity.FAILED)
    return Row(
        code=check.CODE,
        word=_(word_of(check.CODE)),
        in_worker=check.TIER == "pixel",
        severity=str(Severity(severity).label),
        rule=getattr(check, "RULE", 1),
        limits=tuple(rules.defaults_of(check.CODE).items()),
        says=tuple(_plain(_(sentence)) for sentence in check.SENTENCES.values()),
        settings=settings,
    )


def _plain(sentence: str) -> str:
    """A sentence with dots where its values stand."""
    return re.sub(r"%\(\w+\)s", "…", sentence).replace("%%", "%")
