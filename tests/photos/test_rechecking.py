"""A stored claim judged again: the same for the same input; what changed, and why; people's decisions stay."""

from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.gis.geos import Point
from django.utils import timezone

from accounts.models import AuditEvent, Notice
from photos.checks import near_site
from photos.models import CheckResult, Claim, Fact, Photo
from photos.rechecking import rejudge
from photos.reviewing import review
from places.message import Message
from places.saying import say
from projects.models import SiteVersion
from tests.cast import Cast
from tests.factories import ProjectFactory
from tests.photos.camera import ASCII, RATIONAL, Shot, exif, gps, jpeg
from tests.photos.sent import HERE, photo_without_position, take


@pytest.fixture
def claim(cast: Cast) -> Claim:
    """A verified photo that Bu Ani sent for 50 %."""
    taken = take(cast.ani, ProjectFactory(village=cast.sragi, title="Rabat beton Krajan"))
    Photo.objects.update(looked_at=timezone.now())
    rejudge(taken.pk, cause="pixels")  # the worker's look at it
    taken.refresh_from_db()
    return taken


def rechecks(cause: str) -> list[AuditEvent]:
    return list(AuditEvent.objects.filter(action="claim.rechecked", data__cause=cause))


def rows(claim: Claim) -> list[dict[str, object]]:
    return list(claim.checks.values("code", "status", "measured", "limit", "message", "rule", "cites", "pk"))


def move_site(claim: Claim, lat: float) -> None:
    """The site's record turns out to be wrong: it lies elsewhere, and always did."""
    SiteVersion.objects.filter(site=claim.site).update(point=Point(HERE[0], lat, srid=4326))


def lose_original(claim: Claim) -> Path:
    path = Path(settings.MEDIA_ROOT, claim.photo.original)
    path.chmod(0o644)
    path.unlink()
    return path


def test_the_same_input_gives_the_same_verdict_and_writes_nothing(claim: Claim):
    before, events = rows(claim), AuditEvent.objects.count()
    judged_at = claim.judged_at
    assert rejudge(claim.pk, cause="command") is None
    claim.refresh_from_db()
    assert rows(claim) == before
    assert claim.judged_at == judged_at
    assert AuditEvent.objects.count() == events
    assert not Notice.objects.filter(user=claim.uploaded_by).exists()


def test_a_moved_site_changes_the_verdict_and_says_why(claim: Claim):
    move_site(claim, -8.2591)
    change = rejudge(claim.pk, cause="command")
    assert change is not None
    assert (change.verdict_was, change.verdict_now) == ("verified", "outside")
    near = next(check for check in change.checks if check.code == "near_site")
    assert (near.was, near.now, near.why) == ("passed", "failed", "site")
    assert near.measured_was == pytest.approx(0, abs=0.1)
    assert near.measured_now == pytest.approx(1006, abs=2)
    assert change.whys[0] == "site"
    claim.refresh_from_db()
    assert claim.verdict == "outside"
    assert not claim.stands
    assert claim.distance_m == near.measured_now
    assert claim.doubt > 0
    site = Fact.objects.get(claim=claim, source="server", name="site")
    assert "-8.2591" in str(site.value)


def test_a_change_is_written_down_and_told_to_the_sender(cast: Cast, claim: Claim):
    move_site(claim, -8.2591)
    rejudge(claim.pk, cause="site", actor=cast.eko)
    [event] = rechecks("site")
    assert event.actor_id == cast.eko.pk
    assert event.data["cause"] == "site"
    assert event.data["verdict_was"] == "verified"
    assert event.data["checks"][0]["code"] == "near_site"
    notice = Notice.objects.get(user=cast.ani)
    assert (
        say(Message.from_json(notice.message))
        == "Foto 50 % untuk “Rabat beton Krajan” diperiksa lagi: Sesuai lokasi menjadi Di luar lokasi."
    )
    rejudge(claim.pk, cause="site", actor=cast.eko)
    assert len(rechecks("site")) == 1
    assert Notice.objects.filter(user=cast.ani).count() == 1


def test_a_person_s_decision_outlives_the_recheck(cast: Cast, claim: Claim):
    review(actor=cast.dewi, claim=claim, decision="accepted")
    move_site(claim, -8.2591)
    change = rejudge(claim.pk, cause="site")
    assert change is not None
    claim.refresh_from_db()
    claim.project.refresh_from_db()
    assert claim.verdict == "outside"
    assert claim.stands
    assert claim.project.progress == 50
    assert claim.reviews.count() == 1


def test_more_doubt_alone_gives_the_claim_its_new_turn(cast: Cast, claim: Claim, settings):
    settings.REVIEW_DOUBTFUL_FROM = claim.doubt + 1
    review(actor=cast.dewi, claim=claim, decision="accepted", reason="Dikenali")
    claim.refresh_from_db()
    doubt_was, turn_was = claim.doubt, claim.turn
    SiteVersion.objects.filter(site=claim.site).update(source="planned")  # not surveyed after all: a warning
    assert rejudge(claim.pk, cause="site") is not None
    claim.refresh_from_db()
    assert claim.verdict == "verified"
    assert claim.doubt > doubt_was
    assert (turn_was, claim.turn) == ("", "regency")


def test_a_verdict_against_the_decision_gives_the_claim_back_to_who_decided(cast: Cast, claim: Claim):
    review(actor=cast.dewi, claim=claim, decision="accepted", reason="Dikenali")
    move_site(claim, -8.2591)
    rejudge(claim.pk, cause="site")
    claim.refresh_from_db()
    assert (claim.verdict, claim.turn) == ("outside", "district_again")


def test_it_says_what_would_change_and_changes_nothing(claim: Claim):
    before = rows(claim)
    move_site(claim, -8.2591)
    change = rejudge(claim.pk, cause="command", write=False)
    assert change is not None
    assert change.verdict_now == "outside"
    claim.refresh_from_db()
    assert claim.verdict == "verified"
    assert rows(claim) == before
    assert rechecks("command") == []


def test_a_look_that_only_answers_what_waited_for_it_is_no_event(cast: Cast):
    claim = take(cast.ani, ProjectFactory(village=cast.sragi))
    rejudge(claim.pk, cause="pixels")
    claim.checks.filter(code="not_reused").update(status="unknown", message={"code": "x", "params": {}})
    untouched = claim.checks.get(code="near_site").pk
    before = AuditEvent.objects.count()
    change = rejudge(claim.pk, cause="pixels")
    assert change is not None
    assert [(check.was, check.now) for check in change.checks] == [("unknown", "passed")]
    assert claim.checks.get(code="not_reused").status == "passed"
    assert claim.checks.get(code="near_site").pk == untouched
    assert AuditEvent.objects.count() == before


def test_a_look_that_finds_something_is_an_event(cast: Cast):
    claim = take(cast.ani, ProjectFactory(village=cast.sragi))
    rejudge(claim.pk, cause="pixels")
    claim.checks.filter(code="near_site").update(limit=1.0)
    assert rejudge(claim.pk, cause="pixels") is not None
    assert len(rechecks("pixels")) == 1


def test_a_missing_original_is_said_and_judged_by_what_was_read(claim: Claim):
    lose_original(claim)
    assert rejudge(claim.pk, cause="command") is None
    move_site(claim, -8.2591)
    change = rejudge(claim.pk, cause="site")
    assert change is not None
    assert change.original == "missing"
    assert change.verdict_now == "outside"
    assert {check.code for check in change.checks} == {"near_site"}
    assert Fact.objects.filter(photo=claim.photo, source="exif", name="GPSLatitude").exists()


def test_a_photo_without_position_stays_so_when_its_bytes_are_gone(cast: Cast):
    claim = take(cast.ani, ProjectFactory(village=cast.sragi), photo_without_position())
    rejudge(claim.pk, cause="pixels")
    lose_original(claim)
    assert rejudge(claim.pk, cause="command") is None


def test_a_removed_original_is_not_looked_for(cast: Cast, claim: Claim):
    claim.photo.removed_at, claim.photo.removed_by = claim.received_at, cast.eko
    claim.photo.removed_reason = "Wajah anak terlihat"
    claim.photo.save()
    move_site(claim, -8.2591)
    change = rejudge(claim.pk, cause="site")
    assert change is not None
    assert change.original == "removed"


def test_changed_bytes_do_not_become_the_facts(claim: Claim):
    path = Path(settings.MEDIA_ROOT, claim.photo.original)
    path.chmod(0o644)
    path.write_bytes(b"something else")
    before = list(claim.photo.facts.filter(claim=None).values_list("source", "name", "raw"))
    assert rejudge(claim.pk, cause="command") is None
    assert list(claim.photo.facts.filter(claim=None).values_list("source", "name", "raw")) == before


def test_a_newer_reader_replaces_the_facts_and_says_so(claim: Claim):
    row = Fact.objects.get(photo=claim.photo, source="exif", name="GPSLatitude")
    row.value, row.raw = 8.0, "8/1"
    row.save()
    Fact.objects.create(photo=claim.photo, source="server", name="looked", value=1)
    change = rejudge(claim.pk, cause="command")
    assert change is not None
    assert change.facts == ("exif:GPSLatitude",)
    assert change.checks == ()
    assert Fact.objects.get(photo=claim.photo, source="exif", name="GPSLatitude").value == pytest.approx(8.25)
    assert Fact.objects.filter(photo=claim.photo, name="looked").exists()


def test_a_newer_rule_is_the_reason(claim: Claim):
    CheckResult.objects.filter(claim=claim, code="near_site").update(rule=0, limit=40.0)
    change = rejudge(claim.pk, cause="command")
    assert change is not None
    [near] = change.checks
    assert (near.rule_was, near.rule_now, near.why) == (0, getattr(near_site, "RULE", 1), "rule")
    assert (near.limit_was, near.limit_now) == (40.0, 50.0)


def test_only_the_checks_asked_for_change(claim: Claim):
    CheckResult.objects.filter(claim=claim, code__in=["near_site", "in_village"]).update(limit=1.0)
    change = rejudge(claim.pk, cause="command", only=["in_village"])
    assert change is not None
    assert [check.code for check in change.checks] == ["in_village"]
    assert claim.checks.get(code="near_site").limit == 1.0


def test_a_withdrawn_claim_is_left_alone(claim: Claim):
    Claim.objects.filter(pk=claim.pk).update(withdrawn_at=claim.received_at)
    assert rejudge(claim.pk, cause="command") is None
    assert rejudge(0, cause="command") is None


def test_clocks_that_differ_still_do_when_the_bytes_are_gone(cast: Cast):
    """What the stored tags say is concluded again: a lost file makes nothing better."""
    shot = Shot(
        original="2026:11:24 09:15:00",
        gps=gps(*HERE, time=(RATIONAL, [(4, 1), (45, 1), (0, 1)]), date=(ASCII, "2026:11:24")),
    )
    claim = take(cast.ani, ProjectFactory(village=cast.sragi), jpeg(exif(shot)))
    rejudge(claim.pk, cause="pixels")
    assert claim.checks.get(code="time_plausible").status == "failed"
    lose_original(claim)
    move_site(claim, -8.2591)
    change = rejudge(claim.pk, cause="site")
    assert change is not None
    assert {check.code for check in change.checks} <= {"near_site", "nearer_site", "same_coordinates"}
    claim.refresh_from_db()
    assert claim.verdict == "suspect"
