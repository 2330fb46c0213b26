"""Jobs about people: accounts and duties are given, ended and restored by the village, district or regency.

Nobody gives more than they hold, and nobody can take over an account that reaches beyond their own places.
"""

import secrets
from collections.abc import Iterable
from datetime import date

from django.contrib.auth.hashers import make_password
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext

from accounts import audit
from accounts.access import Action, Person, reach, roles
from accounts.models import Duty, Role, User
from places.message import mark as _
from places.message import message, sentences
from places.models import Level, Place
from places.problems import Problem

SENTENCES = sentences(
    {
        "people.username_taken": _("Nama pengguna “%(username)s” sudah dipakai. Pilih nama lain."),
        "people.duty_exists": _("%(name)s sudah memegang tugas ini sejak %(since_on)s."),
        "people.dates": _("Tugas berakhir %(until_on)s, sebelum mulai %(since_on)s. Periksa kedua tanggal."),
        "people.level": _("Tugas %(role)s tidak dapat diberikan untuk %(place)s: pilih %(wanted)s."),
    }
)

# Which roles a role may give, inside its own places.
MAY_GIVE: dict[Role, frozenset[Role]] = {
    Role.VILLAGE_HEAD: frozenset({Role.OFFICER}),
    Role.DISTRICT: frozenset({Role.OFFICER, Role.VILLAGE_HEAD}),
    Role.MONITOR: frozenset(Role) - {Role.ADMIN},
    Role.ADMIN: frozenset(Role),
}
# The levels of places that a role can be held for.
LEVELS: dict[Role, frozenset[str]] = {
    Role.OFFICER: frozenset({"village"}),
    Role.VILLAGE_HEAD: frozenset({"village"}),
    Role.DISTRICT: frozenset({"district"}),
    Role.MONITOR: frozenset({"regency", "province"}),
    Role.AUDITOR: frozenset({"regency", "province"}),
    Role.ADMIN: frozenset({"regency", "province"}),
}
# No l, I, 0 or O: the password is read aloud or copied from paper.
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"


def givable(actor: Person) -> frozenset[Role]:
    """The roles that the actor may give to somebody in their places."""
    return frozenset().union(*(MAY_GIVE.get(role, frozenset()) for role, _code, _engagement in roles(actor)))


def may_give(actor: Person, role: Role, place_code: str) -> bool:
    """Whether one of the actor's own duties lets them give this role for this place."""
    return any(
        role in MAY_GIVE.get(held, frozenset()) and (place_code == code or place_code.startswith(f"{code}."))
        for held, code, _engagement in roles(actor)
    )


def may_restore(actor: Person, user: User) -> bool:
    """Whether the actor may restore this account: every duty of it, now or later, is one that the actor could give."""
    duties = [duty for duty in user.duties.all() if not duty.is_over]
    return (
        bool(duties)
        and not user.is_superuser
        and all(may_give(actor, Role(d.role), d.place_id) for d in duties)
    )


def managed_by(actor: Person, text: str = "") -> QuerySet[User]:
    """People with a duty in the places that the actor manages, their duties prefetched.

    text: part of a name, a user name, or the name of a place of one of those duties.
    """
    duties = Duty.objects.filter(reach(actor, Action.USERS).q("place__code"))
    found = User.objects.filter(pk__in=duties.values("user_id"))
    if text:
        at_place = duties.filter(place__name__icontains=text).values("user_id")
        found = found.filter(Q(name__icontains=text) | Q(username__icontains=text) | Q(pk__in=at_place))
    return found.prefetch_related("duties__place").order_by("name", "username")


def temporary_password() -> str:
    """Twelve letters and digits in three groups, to be changed at the first log-in."""
    return "-".join("".join(secrets.choice(_LETTERS) for _i in range(4)) for _j in range(3))


def add_person(
    *,
    actor: Person,
    username: str,
    name: str,
    role: Role,
    place: Place,
    phone: str = "",
    since: date | None = None,
    until: date | None = None,
    decree: str = "",
) -> tuple[User, str]:
    """Make an account with its first duty. Returns the user and the temporary password, shown once.

    Raises PermissionDenied if the actor may not give the role there, Problem if the name is taken.
    """
    _require_may_give(actor, role, place)
    password = temporary_password()
    with transaction.atomic():
        try:
            with transaction.atomic():
                user = User.objects.create_user(
                    username=username, password=password, name=name, phone=phone, password_must_change=True
                )
        except IntegrityError as error:
            raise Problem(message("people.username_taken", username=username), status=409) from error
        audit.record(actor=actor, action="person.added", subject=user, place=place.pk, data={"name": name})
        give_duty(actor=actor, user=user, role=role, place=place, since=since, until=until, decree=decree)
    return user, password


def give_duty(
    *,
    actor: Person,
    user: User,
    role: Role,
    place: Place,
    since: date | None = None,
    until: date | None = None,
    decree: str = "",
) -> Duty:
    """Give a duty from `since` (today if None) until `until` (open if None).

    Raises PermissionDenied, or Problem for dates in the wrong order, a wrong level, or a duty already held.
    """
    _require_may_give(actor, role, place)
    since = since or timezone.localdate()
    if until is not None and until < since:
        raise Problem(message("people.dates", until_on=until.isoformat(), since_on=since.isoformat()))
    with transaction.atomic():
        duty, made = Duty.objects.get_or_create(
            user=user, role=role, place=place, since=since, defaults={"until": until, "decree": decree}
        )
        if not made:
            raise Problem(
                message("people.duty_exists", name=str(user), since_on=since.isoformat()), status=409
            )
        audit.record(
            actor=actor,
            action="duty.given",
            subject=duty,
            place=place.pk,
            data={"user": user.username, "role": role, "since": since.isoformat(), "decree": decree},
        )
    return duty


def engage(*, actor: Person, users: Iterable[User], places: Iterable[Place], engagement: str) -> None:
    """Give a team the duty of auditors inside an engagement from today; the caller has asked who may open it."""
    chosen = list(places)
    with transaction.atomic():
        for user in users:
            for place in chosen:
                duty, made = Duty.objects.get_or_create(
                    user=user,
                    role=Role.AUDITOR,
                    place=place,
                    since=timezone.localdate(),
                    engagement=engagement,
                )
                if made:
                    data = {"user": user.username, "role": Role.AUDITOR, "engagement": engagement}
                    audit.record(actor=actor, action="duty.given", subject=duty, place=place.pk, data=data)


def disengage(*, actor: Person, engagement: str, users: Iterable[User] | None = None) -> None:
    """End the duties of an engagement today, their last day: everybody's, or those of these people."""
    duties = Duty.objects.current().filter(engagement=engagement)
    if users is not None:
        duties = duties.filter(user__in=list(users))
    with transaction.atomic():
        for duty in duties:
            duty.until = timezone.localdate()
            duty.save(update_fields=["until"])
            audit.record(
                actor=actor,
                action="duty.ended",
                subject=duty,
                place=duty.place_id,
                data={"engagement": engagement},
            )


def end_duty(*, actor: Person, duty: Duty, last_day: date | None = None) -> Duty:
    """End a duty: `last_day` (today if None) is the last day on which it holds."""
    _require_may_give(actor, Role(duty.role), duty.place)
    last_day = last_day or timezone.localdate()
    if last_day < duty.since:
        raise Problem(message("people.dates", until_on=last_day.isoformat(), since_on=duty.since.isoformat()))
    with transaction.atomic():
        duty.until = last_day
        duty.save(update_fields=["until"])
        audit.record(
            actor=actor,
            action="duty.ended",
            subject=duty,
            place=duty.place_id,
            data={"until": last_day.isoformat()},
        )
    return duty


def restore_access(*, actor: Person, user: User) -> str:
    """Give a new temporary password to somebody who lost theirs; it ends their sessions. Returns the password.

    Raises PermissionDenied when the account holds a duty that the actor could not give.
    """
    if not may_restore(actor, user):
        raise PermissionDenied(
            gettext("Akun ini memegang tugas di luar wewenang Anda; minta kepada kabupaten.")
        )
    password = temporary_password()
    with transaction.atomic():
        user.password = make_password(password)  # a changed password ends every session of the user
        user.password_must_change = True
        user.save(update_fields=["password", "password_must_change"])
        audit.record(actor=actor, action="access.restored", subject=user, data={"user": user.username})
    return password


def password_changed(*, user: User) -> None:
    """The person chose a password of their own."""
    with transaction.atomic():
        User.objects.filter(pk=user.pk).update(password_must_change=False)
        audit.record(actor=user, action="password.changed", subject=user)
    user.password_must_change = False


def _require_may_give(actor: Person, role: Role, place: Place) -> None:
    if not may_give(actor, role, place.pk):
        raise PermissionDenied(gettext("Anda tidak dapat memberi tugas ini di wilayah tersebut."))
    if place.level not in LEVELS[role]:
        wanted = ", ".join(sorted(str(Level(level).label) for level in LEVELS[role]))
        raise Problem(message("people.level", role=str(role.label), place=place.title, wanted=wanted))
