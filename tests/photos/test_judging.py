"""What a claim is compared with: gathered from the register, stored as facts, cited by the checks."""

from datetime import timedelta

import pytest
from django.contrib.gis.geos import Point
from django.db import connection
from django.test.utils import CaptureQueriesContext

from photos import comparing
from photos.checks import CHECKS
from photos.models import Claim, Fact
from photos.rechecking import rejudge
from photos.reviewing import review
from tests.cast import Cast
from tests.factories import ProjectFactory, SiteFactory
from tests.photos.camera import ASCII
from tests.photos.sent import FAR, MORNING, photo_at, photo_without_position, take

SERIAL = {0xA431: (ASCII, "0430210815")}


@pytest.fixture
def project(cast: Cast):
    return ProjectFactory(village=cast.sragi, title="Rabat beton Krajan")


def status(claim: Claim, code: str) -> str:
    return claim.checks.get(code=code).status


def fact(claim: Claim, name: str):
    return claim.facts.get(source="server", name=name).value


def compared(claim: Claim, **more) -> comparing.Compared:
    asked = {
        "project": claim.project,
        "site": claim.site,
        "photo": claim.photo,
        "claim_id": claim.pk,
        "at": claim.taken_at,
        "position": (claim.position.x, claim.position.y),
        "device": claim.device,
    }
    return comparing.others(**(asked | more))


def test_it_sees_the_site_s_other_photos_but_no_rejected_or_withdrawn_ones(cast: Cast, project):
    first = take(cast.ani, project, progress=0, upload=photo_at(taken=MORNING - timedelta(days=60)))
    rejected = take(cast.ani, project, photo_at(taken=MORNING - timedelta(days=50)), progress=60)
    review(actor=cast.dewi, claim=rejected, decision="rejected", reason="Jalan lain")
    gone = take(cast.ani, project, photo_at(taken=MORNING - timedelta(days=40)), progress=70)
    Claim.objects.filter(pk=gone.pk).update(withdrawn_at=gone.received_at)
    take(cast.ani, project, photo_at(taken=MORNING - timedelta(days=30)), progress=80, purpose="board")
    last = take(cast.ani, project)
    assert [shot.claim_id for shot in compared(last).site] == [first.pk]
    assert fact(last, "site_shots") == [
        {"claim": first.pk, "taken_at": "2026-09-25T02:15:00+00:00", "progress": 0}
    ]
    assert status(last, "progress_order") == "passed"


def test_progress_that_goes_back_is_a_warning_and_leaves_the_verdict(cast: Cast, project):
    take(cast.ani, project, photo_at(taken=MORNING - timedelta(days=9)), progress=80)
    claim = take(cast.ani, project)
    assert status(claim, "progress_order") == "warning"
    assert claim.verdict == "verified"


def test_missing_stages_are_named_and_come_in_later(cast: Cast, project):
    claim = take(cast.ani, project, progress=100)
    missing = claim.checks.get(code="stages_present")
    assert (missing.status, missing.message["params"]["stages"]) == ("warning", "0 %, 50 %")
    take(cast.ani, project, photo_at(taken=MORNING - timedelta(days=60)), progress=0)
    change = rejudge(claim.pk, cause="command")
    assert change is not None
    [stages] = [check for check in change.checks if check.code == "stages_present"]
    assert (stages.measured_was, stages.measured_now, stages.why) == (2, 1, "register")


def test_one_camera_cannot_be_at_two_places_at_once(cast: Cast, project):
    there = take(cast.ani, project, photo_at(114.30, -8.25, more=SERIAL))
    claim = take(cast.ani, project, photo_at(taken=MORNING + timedelta(minutes=1), more=SERIAL))
    assert claim.device == "serial:0430210815|samsung|sm-a546e"
    assert status(claim, "speed") == "failed"
    assert claim.verdict == "suspect"
    assert fact(claim, "device_shots")[0]["claim"] == there.pk
    # The later photo does not turn the earlier one's verdict.
    assert rejudge(there.pk, cause="command") is None


def test_two_phones_of_one_model_are_a_warning(cast: Cast, project):
    take(cast.ani, project, photo_at(114.30, -8.25))
    claim = take(cast.ani, project, photo_at(taken=MORNING + timedelta(minutes=1)))
    assert claim.device.startswith(f"model:{cast.ani.pk}|samsung")
    assert status(claim, "speed") == "warning"
    assert claim.verdict == "verified"


def test_another_person_s_phone_of_that_model_says_nothing(cast: Cast, project):
    take(cast.eko, project, photo_at(114.30, -8.25))
    claim = take(cast.ani, project, photo_at(taken=MORNING + timedelta(minutes=1)))
    assert status(claim, "speed") == "passed"


FINE = (114.2001934, -8.2503171)


def test_coordinates_that_repeat_are_found_across_projects(cast: Cast, project):
    other = ProjectFactory(village=cast.sragi)
    before = take(cast.ani, other, photo_at(*FINE, taken=MORNING - timedelta(days=9)))
    claim = take(cast.ani, project, photo_at(*FINE))
    assert status(claim, "same_coordinates") == "warning"
    assert [one["claim"] for one in fact(claim, "same_position")] == [before.pk]
    assert claim.verdict == "verified"
    # The first one stays as it was: what came later does not count against it.
    assert compared(before).position == ()


def test_the_same_file_is_no_other_shot(cast: Cast, project):
    content = photo_at(*FINE)
    take(cast.ani, ProjectFactory(village=cast.sragi), content)
    claim = take(cast.ani, project, content)
    assert status(claim, "same_coordinates") == "passed"


def test_it_finds_the_site_that_the_photo_was_meant_for(cast: Cast, project):
    meant = ProjectFactory(village=cast.sragi, point=Point(*FAR, srid=4326))
    claim = take(cast.ani, project, photo_at(*FAR))
    assert claim.verdict == "outside"
    assert status(claim, "nearer_site") == "warning"
    assert fact(claim, "nearer_site") == {
        "site": meant.sites.get().pk,
        "distance_m": pytest.approx(0, abs=0.1),
    }
    assert meant.title not in str(claim.checks.get(code="nearer_site").message)


def test_a_draft_or_a_dropped_site_is_not_proposed(cast: Cast, project):
    ProjectFactory(village=cast.sragi, status="draft", published=False, point=Point(*FAR, srid=4326))
    dropped = ProjectFactory(village=cast.sragi, point=Point(*FAR, srid=4326))
    dropped.sites.update(status="dropped")
    assert status(take(cast.ani, project, photo_at(*FAR)), "nearer_site") == "passed"


def test_a_house_s_neighbour_is_not_reached(cast: Cast, project):
    """Half the way to the next house is 7 m: a photo 15 m from both belongs to neither."""
    house = ProjectFactory(village=cast.sragi, work_type="house", point=Point(*FAR, srid=4326))
    SiteFactory(project=house, no=2, point=Point(FAR[0] + 0.000128, FAR[1], srid=4326))
    near = take(cast.ani, project, photo_at(FAR[0] - 0.000136, FAR[1]))
    assert status(near, "nearer_site") == "passed"


def test_every_cited_fact_of_server_and_officer_is_stored(cast: Cast, project):
    claims = [
        take(cast.ani, project, note="Sisi utara", upload=photo_at()),
        take(cast.ani, project, photo_at(*FAR)),
        take(cast.ani, project, photo_without_position()),
    ]
    for claim in claims:
        keys = {fact.key for fact in Fact.objects.filter(photo=claim.photo)}
        cited = {
            key for row in claim.checks.all() for key in row.cites if key.startswith(("server:", "officer:"))
        }
        # Only where there is something to say; the ledger says that the others are not in the file.
        optional = {
            "server:nearer_site", "server:device", "server:binding", "server:Thumbnail",
            "server:thumbnail_difference", "server:ContentCredentials",
        }  # fmt: skip
        assert cited - keys - optional == set()
        assert {row.code for row in claim.checks.all()} == {check.CODE for check in CHECKS}
    assert Fact.objects.get(claim=claims[0], source="officer", name="note").value == "Sisi utara"
    assert Fact.objects.get(photo=claims[0].photo, name="sha256").value == claims[0].photo.sha256


def test_comparing_takes_one_query(cast: Cast, project):
    claim = take(cast.ani, project)
    with CaptureQueriesContext(
        connection,
    ) as queries:
        compared(claim)
    assert len(queries) == 1
