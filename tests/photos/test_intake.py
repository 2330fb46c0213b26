"""The door: what is taken in, how it is judged, and what is left behind when it is not."""

import uuid
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.gis.geos import LineString, MultiPolygon, Point, Polygon
from django.core.exceptions import PermissionDenied

from accounts.models import AuditEvent
from photos import intake, standing
from photos.evidence import Fix
from photos.models import CheckResult, Claim, Fact, IntakeRefusal, Photo
from places.message import Message
from places.problems import Problem
from places.saying import say
from projects.models import SiteSource, Status
from tests.cast import Cast
from tests.factories import ProjectFactory, SiteFactory
from tests.photos.camera import Shot, exif, gps, jpeg, png, webp
from tests.photos.sent import FAR, HERE, MORNING, RECEIVED, bare_photo, photo_at, photo_without_position, take


@pytest.fixture
def project(cast: Cast):
    return ProjectFactory(village=cast.sragi, title="Rabat beton Krajan")


def check(claim: Claim, code: str) -> CheckResult:
    return claim.checks.get(code=code)


def said(claim: Claim, code: str) -> str:
    return say(Message.from_json(check(claim, code).message))


def files_under(folder: str) -> list[Path]:
    return [path for path in Path(folder).rglob("*") if path.is_file()]


def test_it_verifies_a_photo_taken_at_the_site(cast: Cast, project):
    claim = take(cast.ani, project)
    assert claim.verdict == "verified"
    assert claim.stands
    assert claim.distance_m == pytest.approx(0, abs=0.1)
    assert claim.taken_at == MORNING
    assert claim.taken_at_source == "exif_offset"
    assert claim.uploaded_by == cast.ani


def test_it_keeps_the_original_byte_for_byte_under_its_hash(cast: Cast, project):
    content = photo_at()
    claim = take(cast.ani, project, content)
    photo = claim.photo
    sha256 = photo.sha256
    assert photo.original == f"originals/{sha256[:2]}/{sha256[2:4]}/{sha256}.jpg"
    kept = Path(settings.MEDIA_ROOT, photo.original)
    assert kept.read_bytes() == content
    assert oct(kept.stat().st_mode)[-3:] == "444"
    assert files_under(settings.INCOMING_DIR) == []


def test_it_judges_a_photo_a_kilometre_away_as_outside(cast: Cast, project):
    claim = take(cast.ani, project, photo_at(*FAR))
    assert claim.verdict == "outside"
    assert not claim.stands
    assert claim.distance_m == pytest.approx(995.3, abs=1)
    assert said(claim, "near_site").startswith("995 m dari lokasi; batasnya 50 m.")


def test_it_says_why_a_photo_has_no_position(cast: Cast, project):
    claim = take(cast.ani, project, photo_without_position())
    assert claim.verdict == "unlocated"
    assert claim.position is None
    assert claim.position_reason == "absent"


def test_it_takes_the_position_from_the_fix_of_the_page_s_camera(cast: Cast, project):
    fix = Fix(lon=HERE[0], lat=HERE[1], accuracy_m=6.0, at=MORNING, shot_at=MORNING)
    claim = take(cast.ani, project, bare_photo(), fix=fix)
    assert claim.verdict == "verified"
    assert claim.position_source == "capture"
    assert claim.error_m == 6.0
    assert claim.taken_by == cast.ani
    assert claim.fix["accuracy_m"] == 6.0
    assert Fact.objects.get(photo=claim.photo, source="capture", name="accuracy_m").value == 6.0


def test_a_fix_that_contradicts_the_file_makes_it_suspect(cast: Cast, project):
    fix = Fix(lon=HERE[0], lat=HERE[1], accuracy_m=6.0, at=MORNING, shot_at=MORNING)
    claim = take(cast.ani, project, photo_at(*FAR), fix=fix)
    assert claim.verdict == "suspect"
    assert check(claim, "fix_agrees").status == "failed"


def test_it_stores_what_the_file_says(cast: Cast, project):
    claim = take(cast.ani, project)
    facts = {fact.name: fact.value for fact in claim.photo.facts.filter(source="exif")}
    assert facts["Make"] == "samsung"
    assert facts["GPSLatitude"] == pytest.approx(8.25)


def test_a_nul_in_a_tag_does_not_stop_the_intake(cast: Cast, project):
    content = jpeg(exif(Shot(make="A\0B", note=b"\0\0", gps=gps(*HERE))))
    assert take(cast.ani, project, content, note="a\0b").note == "ab"


def test_it_writes_who_did_what(cast: Cast, project):
    claim = take(cast.ani, project)
    event = AuditEvent.objects.get(action="claim.received")
    assert event.subject_id == str(claim.pk)
    assert event.actor_name == "Bu Ani (ani)"
    assert event.place_code == "35.10.17.2001"
    assert event.data["verdict"] == "verified"


@pytest.mark.parametrize(("make", "suffix"), [(png, "png"), (webp, "webp")], ids=["png", "webp"])
def test_it_takes_other_formats(cast: Cast, project, make, suffix):
    claim = take(cast.ani, project, make(exif(Shot(gps=gps(*HERE)))))
    assert claim.verdict == "verified"
    assert claim.photo.original.endswith(suffix)


# ---- sending again


def test_the_same_uuid_and_bytes_are_the_same_claim(cast: Cast, project):
    content, number = photo_at(), uuid.uuid4()
    first = take(cast.ani, project, content, uuid=number)
    receipt = intake.receive(
        actor=cast.ani, uuid=number, project=project, upload=content, file_name="a.jpg", progress=50
    )
    assert receipt.claim == first
    assert not receipt.is_new
    assert Claim.objects.count() == Photo.objects.count() == 1


def test_the_same_uuid_for_other_bytes_is_a_conflict(cast: Cast, project):
    number = uuid.uuid4()
    take(cast.ani, project, uuid=number)
    with pytest.raises(Problem) as problem:
        take(cast.ani, project, photo_at(), uuid=number)
    assert problem.value.status == 409
    assert problem.value.code == "intake.uuid_taken"
    assert len(files_under(f"{settings.MEDIA_ROOT}/originals")) == 1


def test_somebody_else_s_uuid_tells_nothing(cast: Cast, project):
    content, number = photo_at(), uuid.uuid4()
    take(cast.ani, project, content, uuid=number)
    other = ProjectFactory(village=cast.bubuk)
    with pytest.raises(Problem, match="uuid_taken"):
        take(cast.catur, other, content, uuid=number)


def test_the_same_bytes_for_the_same_site_and_progress_are_the_same_claim(cast: Cast, project):
    content = photo_at()
    assert take(cast.ani, project, content) == take(cast.budi, project, content)


def test_the_same_bytes_for_another_progress_need_a_look(cast: Cast, project):
    content = photo_at()
    take(cast.ani, project, content, progress=50)
    second = take(cast.ani, project, content, progress=100)
    assert second.verdict == "suspect"
    assert said(second, "not_reused").startswith("Foto yang sama sudah dipakai untuk progres 50 %.")
    assert Photo.objects.count() == 1


def test_the_same_bytes_for_another_project_need_a_look_and_name_nobody(cast: Cast, project):
    content = photo_at()
    take(cast.ani, project, content)
    secret = ProjectFactory(village=cast.bubuk, point=Point(*HERE, srid=4326), published=False)
    second = take(cast.catur, secret, content)
    assert second.verdict == "suspect"
    assert said(second, "not_reused").startswith("Foto yang sama sudah dipakai untuk pekerjaan lain.")
    assert "Krajan" not in str(list(second.checks.values_list("message", flat=True)))


def test_the_same_bytes_at_the_same_moment_are_the_same_claim(cast: Cast, project, monkeypatch):
    """The other request stored them after this one had looked."""
    content = photo_at()
    first = take(cast.ani, project, content)
    monkeypatch.setattr(intake, "_seen", lambda *_asked: intake._Seen(None, uuid=False))
    second = take(cast.ani, project, content, uuid=first.uuid)
    assert second == first
    assert Photo.objects.count() == 1


def test_the_same_bytes_at_the_same_moment_for_another_project_are_one_file(cast: Cast, project, monkeypatch):
    content = photo_at()
    first = take(cast.ani, project, content)
    monkeypatch.setattr(intake, "_seen", lambda *_asked: intake._Seen(None, uuid=False))
    second = take(cast.ani, ProjectFactory(village=cast.sragi), content)
    assert second.photo == first.photo
    assert check(second, "not_reused").status == "failed"


def test_a_border_that_was_drawn_anew_counts_at_once(cast: Cast, project):
    assert check(take(cast.ani, project), "in_village").status == "passed"
    far = Polygon.from_bbox((113.0, -9.0, 113.1, -8.9))
    cast.sragi.boundary = MultiPolygon(far, srid=4326)
    cast.sragi.save()
    claim = take(cast.ani, project, photo_at(HERE[0] + 0.00001, HERE[1]), progress=60)
    assert check(claim, "in_village").status == "warning"


def test_a_withdrawn_photo_may_be_sent_again(cast: Cast, project):
    content = photo_at()
    first = take(cast.ani, project, content)
    Claim.objects.filter(pk=first.pk).update(withdrawn_at=RECEIVED, stands=False)
    again = take(cast.ani, project, content)
    assert again != first
    assert again.verdict == "verified"


def test_the_same_sending_of_a_withdrawn_photo_says_so(cast: Cast, project):
    content = photo_at()
    first = take(cast.ani, project, content)
    Claim.objects.filter(pk=first.pk).update(withdrawn_at=RECEIVED, stands=False)
    with pytest.raises(Problem) as problem:
        take(cast.ani, project, content, uuid=first.uuid)
    assert (problem.value.code, problem.value.status) == ("intake.withdrawn", 409)


def test_photos_of_a_dropped_site_no_longer_decide(cast: Cast, project):
    claim = take(cast.ani, project, progress=50)
    project.refresh_from_db()
    assert project.evidence == "verified"
    claim.site.status = "dropped"
    claim.site.save()
    standing.push(project.pk)
    project.refresh_from_db()
    assert (project.evidence, project.last_photo_at) == ("none", None)


# ---- refusals


def test_it_refuses_what_is_not_an_image_and_keeps_the_reason(cast: Cast, project):
    with pytest.raises(Problem) as problem:
        take(cast.ani, project, b"ini bukan foto" * 100, file_name="foto.jpg")
    assert problem.value.status == 400
    assert problem.value.code == "refused.not_an_image"
    refusal = IntakeRefusal.objects.get()
    assert refusal.message["code"] == "refused.not_an_image"
    assert refusal.user == cast.ani
    assert refusal.project == project
    assert refusal.size == 1400
    assert AuditEvent.objects.filter(action="photo.refused").exists()


@pytest.mark.parametrize(
    ("content", "name", "code"),
    [
        (b"", "kosong.jpg", "refused.empty"),
        (photo_at()[:-400], "potong.jpg", "refused.cut"),
        (photo_at(), "x.php.jpg", "refused.executable_name"),
        (photo_at() + b"<?php system('id'); ?>", "x.jpg", "refused.polyglot"),
        (b"GIF89a" + bytes(500), "x.gif", "refused.other_format"),
        (b"\xff\xd8\xff\xe0" + bytes(50), "x.jpg", None),
    ],
    ids=["empty", "cut", "php name", "polyglot", "gif", "broken"],
)
def test_a_refusal_leaves_nothing_but_its_record(cast: Cast, project, content, name, code):
    with pytest.raises(Problem) as problem:
        take(cast.ani, project, content, file_name=name)
    assert problem.value.code.startswith("refused.")
    assert code in {None, problem.value.code}
    assert IntakeRefusal.objects.count() == 1
    assert Photo.objects.count() == Claim.objects.count() == 0
    assert files_under(settings.MEDIA_ROOT) == files_under(settings.INCOMING_DIR) == []


def test_it_refuses_a_file_over_30_mb_without_keeping_it(cast: Cast, project):
    with pytest.raises(Problem) as problem:
        take(cast.ani, project, photo_at() + bytes(30_000_001))
    assert problem.value.status == 413
    assert problem.value.sentence.startswith("File 30,0 MB; batasnya 30,0 MB.")
    assert files_under(settings.INCOMING_DIR) == []


def test_it_refuses_a_picture_that_would_unfold_to_too_many_pixels(cast: Cast, project):
    bomb = png()
    huge = (100_000).to_bytes(4, "big") * 2
    bomb = bomb[:16] + huge + bomb[24:]
    with pytest.raises(Problem) as problem:
        take(cast.ani, project, bomb)
    assert problem.value.code in {"refused.too_many_pixels", "refused.broken"}


def test_sending_a_refused_file_again_is_recorded_once(cast: Cast, project):
    number = uuid.uuid4()
    for _attempt in range(2):
        with pytest.raises(Problem, match=r"refused\.not_an_image"):
            take(cast.ani, project, b"bukan foto", uuid=number)
    assert IntakeRefusal.objects.count() == 1


# ---- who and what for


def test_an_officer_of_another_village_may_not_send(cast: Cast, project):
    with pytest.raises(PermissionDenied):
        take(cast.catur, project)
    assert Photo.objects.count() == 0


@pytest.mark.parametrize("status", [Status.DRAFT, Status.CANCELLED, Status.MERGED])
def test_a_project_that_is_not_built_takes_no_photos(cast: Cast, status):
    project = ProjectFactory(village=cast.sragi, status=status, published=False)
    with pytest.raises(Problem) as problem:
        take(cast.ani, project)
    assert problem.value.status == 409


def test_a_site_of_another_project_is_refused(cast: Cast, project):
    other = ProjectFactory(village=cast.sragi)
    with pytest.raises(Problem, match=r"intake.other_site"):
        take(cast.ani, project, site=other.sites.first())


def test_where_there_are_several_sites_one_must_be_chosen(cast: Cast):
    project = ProjectFactory(village=cast.sragi, sites=3)
    with pytest.raises(Problem) as problem:
        take(cast.ani, project)
    assert problem.value.sentence == "Pekerjaan ini punya 3 titik lokasi. Pilih titik yang difoto."


@pytest.mark.parametrize("progress", [-1, 101, "50"])
def test_progress_is_0_to_100(cast: Cast, project, progress):
    with pytest.raises(Problem, match=r"intake.progress_range"):
        take(cast.ani, project, progress=progress)


# ---- where and when


def test_a_photo_is_judged_by_the_site_as_it_was_when_taken(cast: Cast, project):
    site = project.sites.get()
    site.versions.create(
        point=Point(*FAR, srid=4326), source=SiteSource.AS_BUILT, valid_from=datetime(2026, 12, 1, tzinfo=UTC)
    )
    assert take(cast.ani, project, received_at=datetime(2026, 12, 2, tzinfo=UTC)).verdict == "verified"


def test_a_photo_older_than_the_site_s_record_is_judged_by_its_first_version(cast: Cast):
    project = ProjectFactory(village=cast.sragi, sites=0)
    SiteFactory(project=project, no=1, versions__valid_from=datetime(2026, 11, 24, tzinfo=UTC))
    claim = take(cast.ani, project, photo_at(taken=MORNING - timedelta(days=30)), progress=0)
    assert claim.verdict == "verified"


def test_distance_is_to_the_nearest_part_of_a_stretch(cast: Cast):
    project = ProjectFactory(village=cast.sragi, sites=0)
    stretch = LineString((114.19, -8.25), (114.21, -8.25), srid=4326)
    SiteFactory(project=project, no=1, extent=stretch)
    claim = take(cast.ani, project, photo_at(114.205, -8.2503))
    assert claim.distance_m == pytest.approx(33.2, abs=0.3)
    assert claim.verdict == "verified"


def test_near_never_reaches_more_than_half_way_to_a_sibling(cast: Cast):
    project = ProjectFactory(village=cast.sragi, sites=1)  # 50 m
    SiteFactory(project=project, no=2, point=Point(114.2004, -8.25, srid=4326))  # 44 m east
    claim = take(cast.ani, project, photo_at(114.20028, -8.25), site=project.sites.get(no=1))  # 31 m east
    assert claim.verdict == "outside"
    assert check(claim, "near_site").limit == pytest.approx(22.0, abs=0.1)


def test_a_rough_area_takes_a_survey_photo(cast: Cast):
    project = ProjectFactory(village=cast.sragi, sites=0)
    SiteFactory(project=project, no=1, versions__source=SiteSource.AREA, versions__radius_m=1500)
    claim = take(cast.ani, project, photo_at(*FAR), progress=0)
    assert claim.verdict == "verified"
    assert check(claim, "surveyed_site").status == "warning"


def test_a_rough_area_proves_no_progress(cast: Cast):
    project = ProjectFactory(village=cast.sragi, sites=0)
    SiteFactory(project=project, no=1, versions__source=SiteSource.AREA, versions__radius_m=1500)
    claim = take(cast.ani, project, progress=50)
    assert claim.verdict == "suspect"
    assert "radius 1,5 km" in said(claim, "surveyed_site")


def test_a_planned_point_counts_with_a_word_about_it(cast: Cast):
    project = ProjectFactory(village=cast.sragi, sites=0)
    SiteFactory(project=project, no=1, versions__source=SiteSource.PLANNED)
    claim = take(cast.ani, project)
    assert claim.verdict == "verified"
    assert check(claim, "surveyed_site").status == "warning"


@pytest.mark.parametrize(
    ("taken", "verdict"),
    [
        (datetime(2025, 6, 30, 3, tzinfo=UTC), "suspect"),
        (datetime(2025, 7, 1, 3, tzinfo=UTC), "verified"),
        (datetime(2027, 6, 30, 3, tzinfo=UTC), "verified"),
        (datetime(2027, 7, 1, 3, tzinfo=UTC), "suspect"),
    ],
    ids=["too early", "survey before the year", "handover after the year", "too late"],
)
def test_the_works_window(cast: Cast, project, taken, verdict):
    claim = take(cast.ani, project, photo_at(taken=taken), received_at=datetime(2027, 8, 1, tzinfo=UTC))
    assert claim.verdict == verdict


def test_a_clock_that_runs_ahead_is_said(cast: Cast, project):
    claim = take(cast.ani, project, photo_at(taken=datetime(2031, 5, 2, 3, tzinfo=UTC)))
    assert claim.verdict == "suspect"
    assert "2 Mei 2031" in said(claim, "time_plausible")
    project.refresh_from_db()
    assert project.last_photo_at == RECEIVED


# ---- what it does to the project


def test_progress_is_pushed_to_the_project(cast: Cast, project):
    take(cast.ani, project, progress=50)
    project.refresh_from_db()
    assert project.progress == 50
    assert project.evidence == "verified"
    assert project.last_photo_at == MORNING


def test_a_photo_that_does_not_stand_moves_no_progress_but_is_seen(cast: Cast, project):
    take(cast.ani, project, photo_at(*FAR), progress=100)
    project.refresh_from_db()
    assert project.progress == 0
    assert project.evidence == "outside"


def test_evidence_is_that_of_the_standing_photo_with_the_highest_progress(cast: Cast, project):
    take(cast.ani, project, progress=50)
    take(cast.ani, project, photo_without_position(), progress=100)
    project.refresh_from_db()
    assert project.progress == 50
    assert project.evidence == "verified"


def test_a_photo_of_the_board_moves_nothing(cast: Cast, project):
    take(cast.ani, project, progress=100, purpose="board")
    project.refresh_from_db()
    assert project.progress == 0
    assert project.evidence == "none"


def test_progress_of_several_sites_is_weighed(cast: Cast):
    project = ProjectFactory(village=cast.sragi, sites=0)
    for no in range(1, 5):
        SiteFactory(project=project, no=no, point=Point(114.2 + no * 0.002, -8.25, srid=4326))
    take(cast.ani, project, photo_at(114.202, -8.25), site=project.sites.get(no=1), progress=100)
    project.refresh_from_db()
    assert project.progress == 25
