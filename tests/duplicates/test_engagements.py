"""Engagements give their team rights inside them, and take them back."""

from datetime import date

import pytest
from django.core.exceptions import PermissionDenied

from accounts.access import Action, may
from accounts.models import User
from duplicates.engagements import close_engagement, open_engagement
from tests.cast import BUBUK, SRAGI, Cast


def opened(cast: Cast, actor: User):
    return open_engagement(
        actor=actor,
        assignment="700/118/2026",
        title="Dana Desa",
        places=[cast.sragi],
        first_year=2024,
        last_year=2026,
        cut_off=date(2026, 11, 24),
    )


def again(user: User) -> User:
    return User.objects.get(pk=user.pk)


def test_the_team_may_send_photos_inside_it_only(cast: Cast) -> None:
    opened(cast, cast.fitri)
    assert may(again(cast.fitri), Action.CLAIM, SRAGI)
    assert not may(again(cast.fitri), Action.CLAIM, BUBUK)


def test_closing_it_ends_those_rights(cast: Cast, time_machine) -> None:
    time_machine.move_to("2026-11-24T03:00:00Z")
    engagement = opened(cast, cast.fitri)
    close_engagement(actor=cast.fitri, engagement=engagement)
    time_machine.move_to("2026-11-25T03:00:00Z")
    assert not may(again(cast.fitri), Action.CLAIM, SRAGI)
    assert may(again(cast.fitri), Action.FINDING, SRAGI)


@pytest.mark.parametrize("who", ["ani", "dewi", "eko", "galih", "tamu"])
def test_only_an_auditor_opens_one(cast: Cast, who: str) -> None:
    with pytest.raises(PermissionDenied):
        opened(cast, getattr(cast, who))


def test_only_its_team_closes_it(cast: Cast) -> None:
    with pytest.raises(PermissionDenied):
        close_engagement(actor=cast.eko, engagement=opened(cast, cast.fitri))
