"""The access table: every role in every row, and reach by place."""

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied

from accounts.access import TABLE, Action, may, reach, require
from accounts.models import Duty, Role, User
from tests.cast import BUBUK, SRAGI, Cast
from tests.factories import DutyFactory

# The design's table (section 4), written down a second time by hand; O officer, H head, D district, M monitor,
# A auditor, G admin.
EXPECTED = {
    Action.SEE_DRAFTS: "OHDMAG",
    Action.EDIT: "OHMG",
    Action.PUBLISH: "HMG",
    Action.OVERRIDE: "M",
    Action.CLAIM: "OHDMA",
    Action.REVIEW: "DM",
    Action.ORIGINALS: "OHDMAG",
    Action.REMOVE_ORIGINALS: "G",
    Action.IMPORT: "OHMG",
    Action.EXPORT: "OHDMAG",
    Action.SCAN: "MA",
    Action.TRIAGE: "M",
    Action.FINDING: "A",
    Action.USERS: "HDMG",
}
LETTERS = dict(zip("OHDMAG", Role, strict=True))


@pytest.mark.parametrize("action", list(Action))
def test_it_says_of_every_role_what_the_design_says(action: Action) -> None:
    assert TABLE[action] == {LETTERS[letter] for letter in EXPECTED[action]}


def test_it_reaches_the_duty_place_and_everything_below(cast: Cast) -> None:
    assert may(cast.ani, Action.EDIT, SRAGI)
    assert not may(cast.ani, Action.EDIT, BUBUK)
    assert may(cast.dewi, Action.REVIEW, BUBUK)
    assert not may(cast.dewi, Action.REVIEW, "35.10.18.2001")
    assert may(cast.eko, Action.SCAN, SRAGI)


def test_it_does_not_take_a_longer_code_for_a_child(cast: Cast) -> None:
    assert not reach(cast.ani, Action.EDIT).covers(f"{SRAGI}9")


def test_it_gives_nothing_to_strangers(cast: Cast) -> None:
    for action in Action:
        assert not reach(cast.tamu, action)
        assert not reach(AnonymousUser(), action)


@pytest.mark.parametrize(
    ("since", "until", "holds"),
    [("2026-01-01", "2026-11-24", True), ("2026-01-01", "2026-11-23", False), ("2026-11-25", None, False)],
    ids=["last day counts", "over yesterday", "begins tomorrow"],
)
def test_it_counts_only_duties_in_force(cast: Cast, time_machine, since, until, holds) -> None:
    time_machine.move_to("2026-11-24T03:00:00Z")
    Duty.objects.create(user=cast.tamu, role=Role.OFFICER, place=cast.bubuk, since=since, until=until)
    assert may(cast.tamu, Action.EDIT, BUBUK) is holds


def test_an_auditor_claims_photos_only_inside_an_engagement(cast: Cast) -> None:
    assert not may(cast.fitri, Action.CLAIM, SRAGI)
    DutyFactory(user=cast.fitri, role=Role.AUDITOR, place=cast.sragi, engagement="700/118/2026")
    fitri = User.objects.get(pk=cast.fitri.pk)
    assert may(fitri, Action.CLAIM, SRAGI)
    assert not may(fitri, Action.CLAIM, BUBUK)


def test_it_refuses_in_words(cast: Cast) -> None:
    with pytest.raises(PermissionDenied, match="tidak mencakup"):
        require(cast.catur, Action.EDIT, SRAGI)
