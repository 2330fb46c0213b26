"""The film strip: order, missing frames with their day, and who sees which frame."""

from datetime import date

import pytest
from django.contrib.auth.models import AnonymousUser

from photos import stages, timeline
from projects.models import StageSet
from tests.cast import Cast
from tests.factories import ClaimFactory, ProjectFactory, SiteFactory
from tests.photos.sent import FAR, photo_at, take


@pytest.fixture
def project(cast: Cast):
    return ProjectFactory(village=cast.sragi, planned_start=date(2026, 3, 1), planned_end=date(2026, 6, 9))


def progresses(frames) -> list[tuple[int, bool]]:
    return [(frame.progress, frame.missing) for frame in frames]


def test_frames_stand_in_order_and_missing_ones_are_shown(cast: Cast, project):
    ClaimFactory(project=project, progress=60)
    ClaimFactory(project=project, progress=0)
    strip = timeline.of(project, cast.ani)
    assert progresses(strip.frames) == [(0, False), (60, False), (100, True)]
    assert strip.photos == 2
    assert strip.absent == 1


def test_a_missing_frame_has_its_day_along_the_plan(cast: Cast, project):
    assert [frame.due_on for frame in timeline.of(project, cast.ani).frames] == [
        date(2026, 3, 1),
        date(2026, 4, 20),
        date(2026, 6, 9),
    ]


def test_a_frame_says_its_verdict_and_why(cast: Cast, project):
    take(cast.ani, project, photo_at(*FAR), progress=0)
    frame = timeline.of(project, cast.ani).frames[0]
    assert frame.verdict == "outside"
    assert frame.verdict_label == "Di luar lokasi"
    assert frame.sentence.startswith("995 m dari lokasi; batasnya 50 m.")
    assert frame.stage == "Sebelum"
    assert frame.sentences[1].status == "failed"


def test_the_public_sees_what_stands_and_no_originals(cast: Cast, project):
    ClaimFactory(project=project, progress=0, note="rumah Bu Sri")
    ClaimFactory(project=project, progress=50, stands=False, verdict="outside")
    frames = timeline.of(project, AnonymousUser()).frames
    assert progresses(frames) == [(0, False), (50, True), (100, True)]
    assert frames[0].original == ""
    assert frames[0].note == ""


def test_a_rejected_photo_stays_but_does_not_fill_its_stage(cast: Cast, project):
    claim = ClaimFactory(project=project, progress=50, stands=False)
    claim.reviews.create(reviewer=cast.dewi, decision="rejected", reason="Buram")
    frames = timeline.of(project, cast.ani).frames
    assert progresses(frames) == [(0, True), (50, False), (50, True), (100, True)]
    assert frames[1].decision == "rejected"


def test_each_site_has_its_track(cast: Cast):
    project = ProjectFactory(village=cast.sragi, sites=0)
    first, second = SiteFactory(project=project, no=1, label="Lampu 1"), SiteFactory(project=project, no=2)
    ClaimFactory(project=project, site=second, progress=100)
    tracks = timeline.of(project, cast.ani).tracks
    assert [track.site_id for track in tracks] == [first.pk, second.pk]
    assert progresses(tracks[1].frames) == [(0, True), (50, True), (100, False)]


def test_it_takes_four_questions(cast: Cast, project, django_assert_num_queries):
    for progress in range(0, 100, 10):
        take(cast.ani, project, progress=progress)
    user = type(cast.ani).objects.get(pk=cast.ani.pk)
    assert user.duties_in_force
    with django_assert_num_queries(4):
        strip = timeline.of(project, user)
        assert len([frame.sentence for frame in strip.frames]) == 11


@pytest.mark.parametrize(
    ("claimed", "missing"),
    [([], [0, 50, 100]), ([0, 60], [100]), ([30], [0, 50, 100]), ([99], [0, 100]), ([0, 50, 100], [])],
)
def test_which_stages_are_missing(claimed, missing):
    assert stages.missing([0, 50, 100], claimed) == missing


def test_stage_sets_by_year_and_work_type(cast: Cast, project):
    StageSet.objects.create(name="Foto", first_year=2015, stages=[0, 50, 100])
    StageSet.objects.create(name="Foto", first_year=2026, stages=[0, 30, 60, 100], work_type="road")
    StageSet.objects.create(name="Pemeriksaan", first_year=2026, stages=[40, 80], required=False)
    assert stages.expected([project])[project.pk] == [0, 30, 60, 100]
    project.work_type = "bridge"
    assert stages.expected([project])[project.pk] == [0, 50, 100]
