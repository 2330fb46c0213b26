"""A work without a place is in no pair, whatever picture it shares: the reuse of the picture is found all the same."""

import pytest

from duplicates.models import Pair
from duplicates.scan import scan_register
from projects.models import SiteStatus
from tests.cast import Cast
from tests.duplicates.test_case_pages import logged_in
from tests.factories import ClaimFactory, PhotoFactory, ProjectFactory


@pytest.mark.parametrize("engine", ["array", "postgis"])
def test_a_shared_picture_makes_no_pair_without_a_place(cast: Cast, engine: str) -> None:
    same = PhotoFactory()
    works = [
        ProjectFactory(village=cast.sragi, title=f"Drainase RT {number}", work_type="drain")
        for number in (1, 2)
    ]
    for work in works:
        ClaimFactory(project=work, photo=same)
    works[1].sites.update(status=SiteStatus.DROPPED)
    scan_register(actor=None, engine=engine)
    assert not Pair.objects.exists()
    page = logged_in(cast.eko).get("/photos/shared/").content.decode()
    assert "Drainase RT 1" in page
    assert "Drainase RT 2" in page
    works[1].sites.update(status=SiteStatus.ACTIVE)
    scan_register(actor=None, engine=engine)
    assert Pair.objects.count() == 1
