"""The command that judges stored photos again, and the worker's recheck after a site moved."""

import io
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.contrib.gis.geos import Point
from django.core.management import CommandError, call_command
from django.utils import timezone

from accounts.models import AuditEvent
from photos.management.commands import recheck_photos
from photos.models import CheckResult, Claim, Fact, Fingerprint, Photo
from photos.rechecking import rejudge
from photos.reviewing import review
from projects.models import SiteVersion
from projects.saving import edit_project
from projects.sites import drafts_of, set_sites
from tests.cast import Cast
from tests.factories import ProjectFactory
from tests.photos.sent import HERE, MORNING, photo_at, take


@pytest.fixture
def claim(cast: Cast) -> Claim:
    """A verified photo, looked at by the worker."""
    taken = take(cast.ani, ProjectFactory(village=cast.sragi, title="Rabat beton Krajan"))
    Photo.objects.update(looked_at=timezone.now())
    rejudge(taken.pk, cause="pixels")
    return taken


@pytest.fixture(autouse=True)
def queued(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Primary keys of the photos that were queued for a look."""
    asked: list[int] = []
    monkeypatch.setattr(recheck_photos, "enqueue", asked.append)
    return asked


def run(*args: str) -> str:
    out = io.StringIO()
    call_command("recheck_photos", *args, stdout=out, verbosity=0)
    return out.getvalue()


def run_json(*args: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in run("--format", "json", *args).splitlines()]


def move_site(claim: Claim) -> None:
    SiteVersion.objects.filter(site=claim.site).update(point=Point(HERE[0], -8.2591, srid=4326))


def test_the_same_input_gives_the_same_verdict(claim: Claim):
    events = AuditEvent.objects.count()
    assert run().startswith("judged 1, changed 0, ")
    assert AuditEvent.objects.count() == events


def test_it_says_what_changed_and_why(claim: Claim):
    move_site(claim)
    lines = run().splitlines()
    assert lines[0] == f"claim {claim.pk}: Sesuai lokasi → Di luar lokasi (site)"
    near = next(line for line in lines if line.startswith("  near_site:"))
    assert near.startswith("  near_site: passed → failed, measured 0")
    assert near.endswith("→ 1006.5 (site)") or "→ 10" in near
    assert "judged 1, changed 1, queued for a look" in lines[-3]
    assert lines[-2:] == ["  verified → outside: 1", "  because of site: 1"]
    assert run().startswith("judged 1, changed 0, ")


def test_json_has_one_object_a_line_and_a_summary(claim: Claim):
    move_site(claim)
    change, summary = run_json()
    assert (change["claim"], change["verdict_was"], change["verdict_now"]) == (
        claim.pk,
        "verified",
        "outside",
    )
    assert change["checks"][0]["why"] == "site"
    assert summary["summary"]["verdicts"] == {"verified → outside": 1}


def test_a_dry_run_writes_nothing(claim: Claim, queued: list[int]):
    Photo.objects.update(looked_at=None)
    move_site(claim)
    assert "judged 1, would change 1" in run("--dry-run")
    claim.refresh_from_db()
    assert claim.verdict == "verified"
    assert queued == []


def test_a_person_s_decision_is_not_overruled(cast: Cast, claim: Claim):
    review(actor=cast.dewi, claim=claim, decision="accepted")
    move_site(claim)
    run()
    claim.refresh_from_db()
    assert (claim.verdict, claim.stands) == ("outside", True)


def test_only_the_checks_named_may_change(claim: Claim):
    CheckResult.objects.filter(claim=claim, code__in=["near_site", "in_village"]).update(limit=1.0)
    [change, _summary] = run_json("--check", "in_village")
    assert [check["code"] for check in change["checks"]] == ["in_village"]


def test_since_leaves_out_what_came_before(cast: Cast, claim: Claim):
    later = take(
        cast.ani, claim.project, photo_at(taken=MORNING), received_at=datetime(2026, 11, 30, tzinfo=UTC)
    )
    assert run_json("--since", "2026-11-30")[-1]["summary"]["judged"] == 1
    assert run_json("--start", str(claim.pk))[-1]["summary"]["judged"] == 1
    assert run_json("--start", str(later.pk))[-1]["summary"]["judged"] == 0
    assert run_json()[-1]["summary"]["judged"] == 2


def test_it_works_in_batches(cast: Cast, claim: Claim, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(recheck_photos, "BATCH", 1)
    take(cast.ani, claim.project, photo_at(taken=MORNING))
    assert run_json()[-1]["summary"]["judged"] == 2


def test_photos_that_nobody_looked_at_are_queued(claim: Claim, queued: list[int]):
    Photo.objects.update(looked_at=None)
    assert run_json()[-1]["summary"]["queued"] == 1
    assert queued == [claim.photo_id]
    assert run_json("--check", "near_site")[-1]["summary"]["queued"] == 0


def test_a_picture_that_cannot_be_decoded_is_not_tried_again(claim: Claim, queued: list[int]):
    Photo.objects.update(looked_at=timezone.now())
    Fingerprint.objects.all().delete()
    Fact.objects.create(photo=claim.photo, source="server", name="derivative_error", value="cut")
    assert run_json()[-1]["summary"]["queued"] == 0


def test_a_removed_photo_is_not_queued(cast: Cast, claim: Claim, queued: list[int]):
    Photo.objects.update(looked_at=None, removed_at=timezone.now(), removed_reason="Wajah anak terlihat")
    assert run_json()[-1]["summary"]["queued"] == 0


@pytest.mark.parametrize(
    ("args", "sentence"),
    [
        (("--since", "30/11/2026"), "--since 30/11/2026: not a date. Write it like 2026-01-31."),
        (("--check", "near"), "--check near: no such check. There are: has_position, near_site,"),
    ],
)
def test_wrong_usage_is_said(db, args: tuple[str, ...], sentence: str):
    with pytest.raises(CommandError) as caught:
        run(*args)
    assert str(caught.value).startswith(sentence)
    assert caught.value.returncode == 2


def test_a_site_moved_after_its_photos_came_has_them_judged_again(cast: Cast, claim: Claim):
    [draft] = drafts_of(claim.project)
    moved = type(draft)(
        **{**vars(draft), "point": (HERE[0], -8.2591), "valid_from": datetime(2025, 1, 1, tzinfo=UTC)}
    )
    claim.project.refresh_from_db()
    set_sites(actor=cast.ani, project=claim.project, sites=[moved], reason="Titik keliru")
    claim.refresh_from_db()
    assert claim.verdict == "outside"
    assert AuditEvent.objects.filter(action="claim.rechecked", data__cause="site").count() == 1


def test_a_site_moved_from_now_on_leaves_earlier_photos_alone(cast: Cast, claim: Claim):
    [draft] = drafts_of(claim.project)
    moved = type(draft)(
        **{**vars(draft), "point": (HERE[0], -8.2591), "valid_from": datetime(2026, 12, 1, tzinfo=UTC)}
    )
    claim.project.refresh_from_db()
    set_sites(actor=cast.ani, project=claim.project, sites=[moved], reason="Ruas dipindah")
    claim.refresh_from_db()
    assert claim.verdict == "verified"


def test_a_neighbour_site_narrows_the_tolerance_of_photos_there_already(cast: Cast):
    project = ProjectFactory(village=cast.sragi)
    claim = take(cast.ani, project, photo_at(HERE[0] + 0.0003, HERE[1]))  # 33 m east
    assert claim.verdict == "verified"
    [draft] = drafts_of(project)
    beside = type(draft)(point=(HERE[0] + 0.0004, HERE[1]), source="surveyed")
    project.refresh_from_db()
    set_sites(actor=cast.ani, project=project, sites=[draft, beside])
    claim.refresh_from_db()
    assert claim.verdict == "outside"
    assert claim.checks.get(code="near_site").limit == pytest.approx(22, abs=1)


def far_by(cast: Cast, tolerance_m: float) -> Claim:
    """A photo 110 m from the site of a project with that tolerance."""
    project = ProjectFactory(village=cast.sragi, tolerance_m=tolerance_m)
    return take(cast.ani, project, photo_at(HERE[0] + 0.001, HERE[1]))


def test_another_tolerance_has_the_photos_judged_again(cast: Cast):
    claim = far_by(cast, 50)
    assert claim.verdict == "outside"
    edit_project(actor=cast.ani, project=claim.project, changes={"tolerance_m": 150.0})
    claim.refresh_from_db()
    assert claim.verdict == "verified"
    assert AuditEvent.objects.filter(action="claim.rechecked", data__cause="project").count() == 1


def test_other_dates_have_the_photos_judged_again(cast: Cast):
    project = ProjectFactory(village=cast.sragi, fiscal_year=MORNING.year + 2)
    claim = take(cast.ani, project)
    assert claim.checks.get(code="time_plausible").status == "failed"
    project.refresh_from_db()
    edit_project(actor=cast.ani, project=project, changes={"planned_start": MORNING.date()})
    claim.refresh_from_db()
    assert claim.checks.get(code="time_plausible").status == "passed"
    assert claim.verdict == "verified"


def test_what_photos_are_not_judged_by_has_none_judged_again(cast: Cast, claim: Claim):
    judged_at = Claim.objects.get(pk=claim.pk).judged_at
    claim.project.refresh_from_db()
    edit_project(actor=cast.ani, project=claim.project, changes={"title": "Rabat beton RT 4"})
    assert Claim.objects.get(pk=claim.pk).judged_at == judged_at


def test_an_import_with_another_tolerance_has_the_photos_judged_again(cast: Cast, tmp_path: Path):
    claim = far_by(cast, 50)
    project = claim.project
    listed = tmp_path / "plan.csv"
    listed.write_text(
        f"code,village,fiscal_year,title,work_type,tolerance_m\n{project.code},{project.village_id},"
        f"{project.fiscal_year},{project.title},{project.work_type},150\n"
    )
    call_command("import_projects", str(listed), stdout=io.StringIO(), verbosity=0)
    claim.refresh_from_db()
    assert claim.verdict == "verified"
