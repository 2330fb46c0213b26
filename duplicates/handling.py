"""Who handles a case: given to a monitor, by a monitor, so that everybody sees whose turn it is."""

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext

from accounts import audit
from accounts.access import TABLE, Action, Person, may
from accounts.models import Duty, User
from duplicates.listing import forget_how_many
from duplicates.models import Case
from places.message import mark as _
from places.message import message, sentences
from places.problems import Problem

SENTENCES = sentences(
    {
        "case.no_monitor": _("%(name)s bukan pemantau di wilayah kasus ini."),
        "case.assigned_meanwhile": _(
            "Kasus ini baru saja diserahkan kepada %(name)s. Muat ulang halaman, lalu ubah lagi bila perlu."
        ),
    }
)


def may_handle(user: Person, case: Case) -> bool:
    """Whether the person triages where one of the case's projects lies."""
    return any(may(user, Action.TRIAGE, code) for code in _villages(case))


def _villages(case: Case) -> set[str]:
    rows = case.pairs.values_list("left__village_id", "right__village_id")
    return {code for pair in rows for code in pair}


def monitors_of(case: Case) -> QuerySet[User]:
    """Active people with a duty to triage where one of the case's projects lies."""
    places = {code[:cut] for code in _villages(case) for cut in (2, 5, 8, 13)}
    duties = Duty.objects.current().filter(role__in=TABLE[Action.TRIAGE], place__in=places)
    return User.objects.filter(pk__in=duties.values("user"), is_active=True).order_by("name", "username")


@transaction.atomic
def assign(*, case: Case, to: User | None, seen: int | None, actor: User) -> Case:
    """Give a case to a monitor, or to nobody. seen: whose it was (key, 0 for nobody) when the actor looked.

    Raises PermissionDenied for all but monitors, Problem: 400 for somebody who is none here, 409 if it was given
    to another meanwhile.
    """
    if not may_handle(actor, case):
        raise PermissionDenied(gettext("Kasus hanya diserahkan oleh pemantau di wilayahnya."))
    if to is not None and not monitors_of(case).filter(pk=to.pk).exists():
        raise Problem(message("case.no_monitor", name=str(to)))
    locked = Case.objects.select_for_update(of=("self",)).select_related("assigned_to").get(pk=case.pk)
    if seen is not None and (locked.assigned_to_id or 0) != seen:
        raise Problem(message("case.assigned_meanwhile", name=str(locked.assigned_to or "–")), status=409)
    locked.assigned_to = to
    locked.save(update_fields=["assigned_to"])
    for one in filter(None, (actor, to)):
        forget_how_many(one)
    audit.record(actor=actor, action="case.assigned", subject=locked, data={"to": str(to) if to else None})
    return locked
