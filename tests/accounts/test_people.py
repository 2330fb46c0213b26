"""Accounts and duties: given, ended and restored by those who may."""

from datetime import date

import pytest
from django.core.exceptions import PermissionDenied

from accounts import people
from accounts.access import Action, may
from accounts.models import AuditEvent, Role, User
from places.problems import Problem
from tests.cast import SRAGI, Cast
from tests.factories import PASSWORD, DutyFactory

NEW = {"username": "hadi", "name": "Pak Hadi"}


def test_it_makes_an_account_with_a_temporary_password(cast: Cast) -> None:
    user, password = people.add_person(actor=cast.budi, role=Role.OFFICER, place=cast.sragi, **NEW)
    assert user.check_password(password)
    assert user.password_must_change
    assert may(user, Action.CLAIM, SRAGI)
    actions = set(AuditEvent.objects.filter(actor_id=cast.budi.pk).values_list("action", flat=True))
    assert actions == {"person.added", "duty.given"}


@pytest.mark.parametrize(
    ("who", "role", "where"),
    [
        ("ani", Role.OFFICER, "sragi"),
        ("budi", Role.VILLAGE_HEAD, "sragi"),
        ("budi", Role.OFFICER, "bubuk"),
        ("dewi", Role.DISTRICT, "district"),
        ("eko", Role.ADMIN, "regency"),
        ("fitri", Role.OFFICER, "sragi"),
        ("tamu", Role.OFFICER, "sragi"),
    ],
)
def test_it_lets_nobody_give_more_than_they_hold(cast: Cast, who, role, where) -> None:
    with pytest.raises(PermissionDenied):
        people.add_person(actor=getattr(cast, who), role=role, place=getattr(cast, where), **NEW)
    assert not User.objects.filter(username="hadi").exists()


def test_it_says_that_a_name_is_taken(cast: Cast) -> None:
    with pytest.raises(Problem) as caught:
        people.add_person(
            actor=cast.budi, username="catur", name="Catur", role=Role.OFFICER, place=cast.sragi
        )
    assert caught.value.status == 409
    assert "“catur”" in caught.value.sentence


def test_it_refuses_a_role_at_the_wrong_level(cast: Cast) -> None:
    with pytest.raises(Problem, match=r"people\.level") as caught:
        people.add_person(actor=cast.eko, role=Role.OFFICER, place=cast.district, **NEW)
    assert "Kec. Songgon" in caught.value.sentence


def test_it_refuses_dates_in_the_wrong_order(cast: Cast) -> None:
    with pytest.raises(Problem, match=r"people\.dates"):
        people.give_duty(
            actor=cast.eko,
            user=cast.tamu,
            role=Role.OFFICER,
            place=cast.sragi,
            since=date(2026, 5, 2),
            until=date(2026, 5, 1),
        )


def test_it_refuses_the_same_duty_twice(cast: Cast) -> None:
    with pytest.raises(Problem, match=r"people\.duty_exists"):
        people.give_duty(
            actor=cast.budi, user=cast.ani, role=Role.OFFICER, place=cast.sragi, since=date(2024, 1, 1)
        )


def test_it_ends_a_duty(cast: Cast, time_machine) -> None:
    time_machine.move_to("2026-11-24T03:00:00Z")
    people.end_duty(actor=cast.budi, duty=cast.ani.duties.get(), last_day=date(2026, 11, 23))
    assert not may(User.objects.get(pk=cast.ani.pk), Action.CLAIM, SRAGI)


def test_it_restores_access_without_email(cast: Cast, client) -> None:
    client.force_login(cast.ani, backend="allauth.account.auth_backends.AuthenticationBackend")
    password = people.restore_access(actor=cast.budi, user=cast.ani)
    cast.ani.refresh_from_db()
    assert cast.ani.check_password(password)
    assert not cast.ani.check_password(PASSWORD)
    assert client.get("/accounts/password/change/").status_code == 302, "the old session has ended"


def test_it_lets_nobody_take_over_an_account_that_reaches_further(cast: Cast) -> None:
    DutyFactory(user=cast.eko, role=Role.OFFICER, place=cast.sragi)
    with pytest.raises(PermissionDenied):
        people.restore_access(actor=cast.budi, user=cast.eko)


def test_a_duty_that_begins_later_counts_too(cast: Cast) -> None:
    DutyFactory(user=cast.ani, role=Role.MONITOR, place=cast.regency, since=date(2099, 1, 1))
    with pytest.raises(PermissionDenied):
        people.restore_access(actor=cast.budi, user=cast.ani)


def test_it_lets_nobody_restore_a_superuser(cast: Cast) -> None:
    cast.ani.is_superuser = True
    cast.ani.save()
    with pytest.raises(PermissionDenied):
        people.restore_access(actor=cast.budi, user=cast.ani)


def test_temporary_passwords_differ_and_can_be_read_aloud() -> None:
    made = {people.temporary_password() for _number in range(50)}
    assert len(made) == 50
    assert not set("".join(made)) & set("lIO01")
