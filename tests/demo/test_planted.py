"""A small demo in the database: the product's own functions find every planted case. docs/demo.md lists them."""

from collections.abc import Iterator
from datetime import date

import pytest
from django.db import transaction
from django.test import override_settings

from accounts.models import AuditEvent, User
from duplicates import freezing
from duplicates.models import Engagement, EngagementPair, Pair
from geomonitor.demo.clock import entered_at, status_days
from geomonitor.demo.plan import plan
from geomonitor.demo.register import Case, Plan
from geomonitor.demo.seed import Settings, seed_register
from geomonitor.demo.sending import claim_uuid
from photos.models import Claim, IntakeRefusal, Review
from places.imports import import_places
from places.problems import Problem
from projects.models import Project
from tests.demo.villages import PLACES, villages

pytestmark = pytest.mark.django_db  # also where only some of these tests run: never in another database

SMALL = Settings(projects=60, photos=200, seed=1)
DAY = date(2026, 11, 24)
CASES = plan(villages(), projects=60, photos=200, seed=1, as_of=DAY).cases


def cases(*expected: str) -> list:
    """Parameters: the cases that expect this, by their code."""
    return [pytest.param(c, id=c.code) for c in CASES if c.expect[: len(expected)] == expected]


@pytest.fixture(scope="module")
def demo(django_db_setup, django_db_blocker, tmp_path_factory) -> Iterator[Plan]:
    """The small demo, seeded once for this module and rolled back after it."""
    folder = tmp_path_factory.mktemp("demo")
    files = {
        "default": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": str(folder / "media")},
        },
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }
    changed = override_settings(
        STORAGES=files,
        INCOMING_DIR=folder / "incoming",
        TASKS={"default": {"BACKEND": "django_tasks.backends.dummy.DummyBackend"}},
        PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"],
    )
    with django_db_blocker.unblock(), changed, transaction.atomic():
        import_places(PLACES)
        made = seed_register(SMALL, yesterday=DAY, tell=lambda _line: None, workers=1)
        assert made is not None
        yield made
        transaction.set_rollback(True)


def stored(made: Plan, key: str) -> Project:
    planned = made.project(key)
    return Project.objects.get(village_id=planned.village, fiscal_year=planned.year, title=planned.title)


def claim_of(case: Case) -> Claim:
    return Claim.objects.get(uuid=claim_uuid(case.photo))


def test_it_plans_what_it_is_asked_for(demo: Plan):
    assert Project.objects.count() == 60
    assert Claim.objects.count() == 200


@pytest.mark.parametrize("case", cases("verdict"))
def test_the_planted_photo_gets_its_verdict_and_reason(demo: Plan, case: Case):
    _verdict, verdict, reason = case.expect
    claim = claim_of(case)
    assert claim.verdict == verdict
    if verdict == "unlocated" and reason:
        assert claim.position_reason == reason
    elif reason:
        said = claim.checks.get(code=reason)
        assert said.status == (
            "warning" if verdict == "verified" else "failed" if reason != "near_site" else said.status
        )
        assert said.status != "passed"


def test_the_photo_outside_lies_nine_metres_from_the_other_work(demo: Plan):
    claim = claim_of(next(case for case in demo.cases if case.code == "outside"))
    assert claim.distance_m is not None
    assert claim.distance_m > 200
    culvert = stored(demo, "near-by").sites.get()
    assert claim.position.distance(culvert.point) * 111_000 == pytest.approx(9, abs=1)


def test_the_reused_photo_is_the_same_file(demo: Plan):
    case = next(case for case in demo.cases if case.code == "reused-photo")
    again = claim_of(case)
    assert again.photo.claims.count() == 2
    assert again.checks.get(code="not_reused").status == "failed"


def test_four_files_were_refused_and_left_nothing_else(demo: Plan):
    project = stored(demo, "refused-files")
    codes = {refusal.message["code"] for refusal in IntakeRefusal.objects.filter(project=project)}
    assert codes == {
        "refused.not_an_image",
        "refused.cut",
        "refused.polyglot",
        "refused.executable_name",
    }
    assert not project.claims.filter(file_name__in=["foto.php.jpg", "RAB_lampu.jpg"]).exists()


def test_a_rejected_photo_does_not_count(demo: Plan):
    project = stored(demo, "rejected")
    claim = project.claims.get(progress=50)
    assert not claim.stands
    assert claim.reviews.get().decision == "rejected"
    assert project.progress == 0


def pair_of(made: Plan, case: Case) -> Pair | None:
    both = [stored(made, key).pk for key in case.projects]
    return Pair.objects.filter(left__in=both, right__in=both).first()


@pytest.mark.parametrize("case", cases("pair", "likely"))
def test_the_same_work_registered_twice_makes_a_case(demo: Plan, case: Case):
    pair = pair_of(demo, case)
    assert pair is not None
    assert pair.probability >= 0.5
    assert pair.case_id is not None


@pytest.mark.parametrize("case", cases("pair", "stored"))
def test_a_declared_relation_is_still_shown_as_a_pair(demo: Plan, case: Case):
    assert pair_of(demo, case) is not None
    first, second = (stored(demo, key) for key in case.projects)
    assert second.relations.filter(other=first).exists()


@pytest.mark.parametrize("case", cases("pair", "unlikely"))
def test_neighbours_that_only_look_alike_make_no_case(demo: Plan, case: Case):
    pair = pair_of(demo, case)
    assert pair is None or pair.probability < 0.5


def test_missing_and_odd_things_are_there_to_be_seen(demo: Plan):
    missing = stored(demo, "missing-stage")
    assert sorted(missing.claims.values_list("progress", flat=True)) == [0, 100]
    ahead = stored(demo, "money-ahead")
    assert ahead.realised is not None
    assert ahead.planned is not None
    assert float(ahead.realised / ahead.planned) == pytest.approx(0.9, abs=0.01)
    assert ahead.progress == 25
    silent = stored(demo, "no-photo")
    assert silent.evidence == "none"
    assert silent.realised > 0


def test_twenty_houses_stand_at_twelve_done(demo: Plan):
    houses = stored(demo, "twenty-houses")
    reached = list(houses.sites.values_list("progress", flat=True))
    assert len(reached) == 20
    assert sum(progress == 100 for progress in reached) == 12
    assert stored(demo, "twelve-lamps").progress == 100


def test_the_demo_people_can_work(demo: Plan):
    officer = User.objects.get(username="officer")
    assert Project.objects.claimable_by(officer).count() >= 8
    assert User.objects.get(username="auditor").engagements.count() == 1


def test_seeding_again_changes_nothing_and_other_numbers_are_refused(demo: Plan):
    assert seed_register(SMALL, yesterday=DAY, tell=lambda _line: None, workers=1) is None
    with pytest.raises(Problem, match=r"demo\.other"):
        seed_register(Settings(projects=60, photos=200, seed=2), yesterday=DAY, tell=lambda _line: None)


def test_the_assignment_shows_the_story_as_it_was_at_its_cut_off(demo: Plan):
    engagement = Engagement.objects.get()
    assert engagement.cut_off == date(2026, 10, 31)
    likely = {
        frozenset(stored(demo, key).pk for key in case.projects) for case in CASES if "likely" in case.expect
    }
    pairs = EngagementPair.objects.filter(engagement=engagement, is_final=True).select_related("pair")
    assert likely <= {frozenset((row.pair.left_id, row.pair.right_id)) for row in pairs}
    projects = {stored(demo, planned.key).pk: planned for planned in demo.projects}
    states = freezing.states(engagement, projects)
    assert states.keys() == projects.keys()
    for pk, state in states.items():
        known = [
            after for _before, after, at in status_days(projects[pk], DAY) if at.date() <= engagement.cut_off
        ]
        assert state.status == (
            known[-1] if known else "draft" if projects[pk].status == "draft" else "planned"
        )
        assert all(photo.received_at.date() <= engagement.cut_off for photo in state.photos)
    houses = stored(demo, "twenty-houses")
    assert states[houses.pk].progress < houses.progress


def test_its_acts_are_recorded_on_their_days(demo: Plan):
    assert not AuditEvent.objects.filter(action="project.created", at__date__gt=DAY).exists()
    for planned in demo.projects[:20]:
        project = stored(demo, planned.key)
        changes = list(project.status_changes.order_by("at"))
        assert all(project.created_at <= change.at for change in changes)
        assert all(photo.received_at > project.created_at for photo in project.claims.all())
    assert not Review.objects.filter(at__date__gt=DAY).exists()


def test_in_a_demo_of_a_past_day_most_works_were_there_at_the_cut_off():
    last = date(2025, 3, 20)
    made = plan(villages(), projects=60, photos=200, seed=1, as_of=last)
    entered = [entered_at(project, last) for project in made.projects]
    assert max(entered).date() <= last
    assert sum(moment.date() <= date(2025, 2, 28) for moment in entered) > 45
    for project in made.projects:
        days = [at for _before, _after, at in status_days(project, last)]
        assert days == sorted(days)
        assert all(at.date() <= last for at in days)
