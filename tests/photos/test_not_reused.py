"""The check `not_reused`: which of two uses of one picture is judged, and what it says."""

from dataclasses import replace

import pytest

from photos.checks import not_reused
from photos.evidence import CheckOutcome, Evidence, Register, Reuse, Shot
from photos.exif import Facts
from places.saying import say
from tests.photos.test_checks import RECEIVED


def judged(*near: Reuse, same_bytes: tuple[Reuse, ...] = (), searched: bool = True, **asked) -> CheckOutcome:
    """A progress claim at 100 % whose picture others used as given."""
    register = Register(
        **({"progress": 100, "purpose": "progress"} | asked),
        same_bytes=same_bytes,
        near_same=near if searched else None,
    )
    return not_reused.run(Evidence(facts=Facts(), received_at=RECEIVED, register=register))


def use(how: str = "near", similarity: float = 0.97, shared: bool = False, **shot) -> Reuse:
    """An earlier use for another project, unless said otherwise."""
    claimed = Shot(**({"claim_id": 7, "progress": 100, "same_project": False, "same_site": False} | shot))
    return Reuse(claimed, how, similarity, shared)


SAME_SITE = {"same_project": True, "same_site": True}
OTHER_SITE = {"same_project": True, "same_site": False}


@pytest.mark.parametrize("how", ["bytes", "pixels", "near"])
@pytest.mark.parametrize(
    ("where", "says"),
    [
        ({}, "pekerjaan lain"),
        (OTHER_SITE, "titik lain"),
        (SAME_SITE | {"progress": 50}, "progres 50 %"),
    ],
    ids=["project", "site", "stage"],
)
def test_it_fails_the_later_use_and_says_how_the_pictures_are_linked(
    how: str, where: dict, says: str
) -> None:
    outcome = judged(use(how, **where))
    assert outcome.status == "failed"
    assert says in say(outcome.message)
    assert {"bytes": "Foto yang sama", "pixels": "disimpan ulang", "near": "97 %"}[how] in say(
        outcome.message
    )


def test_it_only_warns_where_the_picture_was_used_again_later() -> None:
    outcome = judged(replace(use(), earlier=False))
    assert outcome.status == "warning"
    assert "kemudian dipakai lagi" in say(outcome.message)


def test_an_earlier_use_outweighs_a_later_one() -> None:
    assert judged(replace(use(), earlier=False), use()).status == "failed"


@pytest.mark.parametrize("where", [{}, OTHER_SITE], ids=["project", "site"])
def test_declared_sharing_passes_and_says_so(where: dict) -> None:
    outcome = judged(use(shared=True, **where))
    assert outcome.status == "passed"
    assert "dipakai bersama" in say(outcome.message)


def test_no_reason_lets_one_picture_show_two_stages() -> None:
    assert judged(use(shared=True, **SAME_SITE, progress=50)).status == "failed"


def test_a_picture_of_the_board_may_serve_as_progress_within_one_project() -> None:
    assert judged(use(**OTHER_SITE, purpose="board")).status == "passed"


def test_the_same_stage_sent_again_is_no_reuse_unless_people_rejected_it() -> None:
    again = use(**SAME_SITE)
    assert judged(again).status == "passed"
    assert "sudah pernah dikirim untuk titik" in say(judged(again).message)
    refused = judged(replace(again, rejected=True))
    assert refused.status == "failed"
    assert "sudah ditolak" in say(refused.message)


def test_it_stays_unknown_until_the_pixels_were_searched() -> None:
    waiting = judged(searched=False)
    assert waiting.status == "unknown"
    assert "masih dicari" in say(waiting.message)
    assert judged(searched=False, same_bytes=(use("bytes"),)).status == "failed"
    assert judged().status == "passed"


def test_it_cites_the_search_only_once_it_was_made() -> None:
    assert judged(searched=False).cites == ("server:sha256",)
    assert "server:same_picture" in judged().cites
