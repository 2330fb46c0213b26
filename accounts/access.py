"""The access table: who may do what, and where. Every page, list, tile and API starts from here.

A duty reaches its place and everything below it. Anonymous people see only what is published.
"""

from dataclasses import dataclass
from enum import StrEnum

from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.models import Held, Role, User

Person = User | AnonymousUser


class Action(StrEnum):
    """What can be asked of the table."""

    SEE_DRAFTS = "see_drafts"
    EDIT = "edit"
    PUBLISH = "publish"
    OVERRIDE = "override"  # save a position outside the regency, with a reason
    CLAIM = "claim"
    REVIEW = "review"
    ORIGINALS = "originals"
    REMOVE_ORIGINALS = "remove_originals"  # the bytes of a photo, with a reason (photos/removing.py)
    IMPORT = "import"
    EXPORT = "export"
    SCAN = "scan"
    TRIAGE = "triage"
    FINDING = "finding"
    USERS = "users"


# What an auditor may only inside an engagement: a duty that carries its number (design: "own engagement").
INSIDE_ENGAGEMENT = frozenset({Action.CLAIM})

# One row per action, one column per role, as in the design (section 4, Access). A monitor edits "with reason":
# the job asks for it. A finding asks for its engagement besides this table (duplicates/decisions.py).
TABLE: dict[Action, frozenset[Role]] = {
    Action.SEE_DRAFTS: frozenset(Role),
    Action.EDIT: frozenset({Role.OFFICER, Role.VILLAGE_HEAD, Role.MONITOR, Role.ADMIN}),
    Action.PUBLISH: frozenset({Role.VILLAGE_HEAD, Role.MONITOR, Role.ADMIN}),
    Action.OVERRIDE: frozenset({Role.MONITOR}),
    Action.CLAIM: frozenset({Role.OFFICER, Role.VILLAGE_HEAD, Role.DISTRICT, Role.MONITOR, Role.AUDITOR}),
    Action.REVIEW: frozenset({Role.DISTRICT, Role.MONITOR}),
    Action.ORIGINALS: frozenset(Role),
    Action.REMOVE_ORIGINALS: frozenset({Role.ADMIN}),
    Action.IMPORT: frozenset({Role.OFFICER, Role.VILLAGE_HEAD, Role.MONITOR, Role.ADMIN}),
    Action.EXPORT: frozenset(Role),
    Action.SCAN: frozenset({Role.MONITOR, Role.AUDITOR}),
    Action.TRIAGE: frozenset({Role.MONITOR}),
    Action.FINDING: frozenset({Role.AUDITOR}),
    Action.USERS: frozenset({Role.VILLAGE_HEAD, Role.DISTRICT, Role.MONITOR, Role.ADMIN}),
}


@dataclass(frozen=True)
class Reach:
    """Where a person may do something: the codes of places, each with everything below it."""

    codes: tuple[str, ...]

    def __bool__(self) -> bool:
        return bool(self.codes)

    def covers(self, code: str) -> bool:
        """Whether the place with this code lies in the reach."""
        return any(code == own or code.startswith(f"{own}.") for own in self.codes)

    def q(self, field: str) -> Q:
        """A condition for rows whose place lies in the reach; none if it is empty. field: "village__code", "code" …"""
        condition = Q(pk__in=[])
        for own in self.codes:
            condition |= Q(**{field: own}) | Q(**{f"{field}__startswith": f"{own}."})
        return condition


def roles(user: Person) -> list[Held]:
    """The person's duties in force; none for anonymous people."""
    return user.duties_in_force if isinstance(user, User) else []


def reach(user: Person, action: Action) -> Reach:
    """The places in which the person may do this."""
    allowed = TABLE[action]
    codes = {held.place for held in roles(user) if held.role in allowed and _holds(held, action)}
    return Reach(tuple(sorted(codes)))


def _holds(held: Held, action: Action) -> bool:
    return held.role != Role.AUDITOR or action not in INSIDE_ENGAGEMENT or bool(held.engagement)


def may(user: Person, action: Action, place_code: str) -> bool:
    """Whether the person may do this in the place with this code."""
    return reach(user, action).covers(place_code)


def require(user: Person, action: Action, place_code: str) -> None:
    """Raises PermissionDenied, in words, if the person may not do this in the place."""
    if not may(user, action, place_code):
        raise PermissionDenied(_("Tugas Anda tidak mencakup tindakan ini di wilayah tersebut."))
