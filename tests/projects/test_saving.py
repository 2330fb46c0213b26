"""Creating, editing and deleting projects; two editors at once; who may."""

from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied

from accounts.models import AuditEvent
from places.problems import Problem
from projects.models import Project, SiteSource, SiteVersion, Status
from projects.saving import Conflict, SiteDraft, create_project, delete_draft, edit_project, set_sites
from projects.statuses import change_status, publish
from tests.cast import Cast
from tests.factories import ClaimFactory, PlaceFactory, ProjectFactory

SRAGI = (114.20, -8.25)
OUTSIDE_SRAGI = (114.23, -8.25)  # 0.01° east of the village's square


def make(cast: Cast, **details: object) -> Project:
    wanted: dict[str, object] = {
        "actor": cast.ani,
        "village": cast.sragi,
        "fiscal_year": 2026,
        "title": "Rabat beton Gang Melati",
        "work_type": "road",
        "status": Status.PLANNED,
        "sites": [SiteDraft(point=SRAGI)],
    }
    return create_project(**(wanted | details))  # type: ignore[arg-type]


def test_it_makes_a_project_with_code_pin_site_and_audit_event(cast: Cast) -> None:
    project = make(cast)
    assert project.code == "35.10.17.2001/2026/0001"
    assert project.point is not None
    assert project.point.coords == SRAGI
    assert project.sites.get().versions.get().source == SiteSource.PLANNED
    event = AuditEvent.objects.get()
    assert (event.action, event.actor_name, event.place_code) == (
        "project.created", "Bu Ani (ani)", "35.10.17.2001",
    )  # fmt: skip


def test_a_draft_needs_no_point(cast: Cast) -> None:
    assert make(cast, status=Status.DRAFT, sites=[]).point is None


def test_all_others_need_one(cast: Cast) -> None:
    with pytest.raises(Problem) as refused:
        make(cast, sites=[])
    assert refused.value.code == "sites.none"


@pytest.mark.parametrize(
    ("details", "field", "word"),
    [
        ({"title": "Rumah Pak X 3510171234560001"}, "title", "NIK"),
        ({"title": ""}, "title", "kosong"),
        ({"work_type": "castle"}, "work_type", "castle"),
        ({"fiscal_year": 1999}, "fiscal_year", "2015"),
        ({"planned_start": __import__("datetime").date(2026, 5, 1),
          "planned_end": __import__("datetime").date(2026, 4, 1)}, "planned_end", "1 Apr 2026"),
    ],
    ids=["household data", "no title", "unknown kind", "year", "dates"],
)  # fmt: skip
def test_it_says_what_is_wrong_with_a_field(cast: Cast, details: dict, field: str, word: str) -> None:
    with pytest.raises(Problem) as refused:
        make(cast, **details)
    assert word in " ".join(refused.value.fields[field])
    assert not Project.objects.exists()


@pytest.mark.parametrize("who", ["catur", "dewi", "fitri", "tamu"])
def test_others_may_not(cast: Cast, who: str) -> None:
    with pytest.raises(PermissionDenied):
        make(cast, actor=getattr(cast, who))


def test_a_monitor_says_why(cast: Cast) -> None:
    with pytest.raises(Problem) as refused:
        make(cast, actor=cast.eko)
    assert refused.value.code == "project.reason_missing"
    make(cast, actor=cast.eko, reason="Titipan desa, sinyal putus")
    assert AuditEvent.objects.get().data["reason"] == "Titipan desa, sinyal putus"


@pytest.mark.parametrize(
    ("point", "code"),
    [
        ((-8.25, 114.20), "places.outside_regency.swapped"),
        ((114.20, 8.25), "places.outside_regency.sign_lost"),
        ((0.0, 0.0), "places.outside_regency.zero"),
        ((110.0, -7.0), "places.outside_regency"),
    ],
    ids=["swapped", "sign lost", "zero", "elsewhere"],
)
def test_a_point_outside_the_regency_is_refused_with_its_likely_cause(
    cast: Cast, point: tuple[float, float], code: str
) -> None:
    with pytest.raises(Problem) as refused:
        make(cast, sites=[SiteDraft(point=point)])
    assert refused.value.code == code
    assert "sites.0" in refused.value.fields


def test_a_monitor_may_override_with_a_reason_and_an_officer_may_not(cast: Cast) -> None:
    far = [SiteDraft(point=(110.0, -7.0))]
    with pytest.raises(Problem) as refused:
        make(cast, sites=far, override_reason="Jembatan batas provinsi")
    assert refused.value.status == 403
    make(cast, actor=cast.eko, reason="x", sites=far, override_reason="Jembatan batas provinsi")
    assert AuditEvent.objects.get().data["override_reason"] == "Jembatan batas provinsi"


def test_nobody_overrides_what_is_no_position(cast: Cast) -> None:
    with pytest.raises(Problem):
        make(cast, actor=cast.eko, reason="x", sites=[SiteDraft(point=(0, 0))], override_reason="y")


def test_two_editors_at_once_do_not_overwrite_each_other(cast: Cast) -> None:
    project = make(cast)
    edit_project(actor=cast.ani, project=project, version=1, changes={"volume": Decimal(412)})
    with pytest.raises(Conflict) as refused:
        edit_project(actor=cast.budi, project=project, version=1, changes={"volume": Decimal(400)})
    assert refused.value.status == 409
    assert refused.value.version == 2
    assert refused.value.fields == {"volume": ["Diubah Bu Ani: – → 412"]}
    project.refresh_from_db()
    assert project.volume == 412


def test_an_edit_that_changes_nothing_leaves_no_trace(cast: Cast) -> None:
    project = make(cast, volume=Decimal("412.00"))
    edit_project(actor=cast.ani, project=project, version=1, changes={"volume": Decimal(412)})
    assert project.version == 1
    assert AuditEvent.objects.count() == 1


def test_a_moved_site_keeps_its_earlier_position(cast: Cast) -> None:
    project = make(cast)
    site = project.sites.get()
    set_sites(
        actor=cast.ani,
        project=project,
        sites=[SiteDraft(pk=site.pk, point=(114.201, -8.251), source=SiteSource.SURVEYED)],
    )
    assert [version.source for version in site.versions.order_by("pk")] == ["planned", "surveyed"]
    assert project.point is not None
    assert project.point.coords == (114.201, -8.251)


def test_the_same_position_typed_again_is_no_new_version(cast: Cast) -> None:
    project = make(cast, sites=[SiteDraft(point=(114.2000001, -8.2500001))])
    site = project.sites.get()
    set_sites(actor=cast.ani, project=project, sites=[SiteDraft(pk=site.pk, point=SRAGI)])
    assert SiteVersion.objects.count() == 1
    assert project.version == 1


def test_several_sites_share_one_pin_that_stands_on_one_of_them(cast: Cast) -> None:
    points = [(114.200, -8.25), (114.202, -8.25), (114.210, -8.25)]
    project = make(
        cast, sites=[SiteDraft(point=point, label=f"Lampu {n}") for n, point in enumerate(points, 1)]
    )
    assert [site.no for site in project.sites.all()] == [1, 2, 3]
    assert project.point is not None
    assert project.point.coords == (114.202, -8.25)


def test_a_site_with_photos_is_dropped_and_not_deleted(cast: Cast) -> None:
    project = make(cast, sites=[SiteDraft(point=SRAGI), SiteDraft(point=(114.202, -8.25))])
    first, second = project.sites.all()
    ClaimFactory(project=project, site=second)
    set_sites(actor=cast.ani, project=project, sites=[SiteDraft(pk=first.pk, point=SRAGI)])
    second.refresh_from_db()
    assert second.status == "dropped"


def test_weights_decide_the_progress_at_once(cast: Cast) -> None:
    project = make(cast, sites=[SiteDraft(point=SRAGI), SiteDraft(point=(114.202, -8.25))])
    first, second = project.sites.all()
    project.sites.filter(pk=first.pk).update(progress=100)
    set_sites(
        actor=cast.ani,
        project=project,
        sites=[
            SiteDraft(pk=first.pk, point=SRAGI, weight=Decimal(3)),
            SiteDraft(pk=second.pk, point=(114.202, -8.25)),
        ],
    )
    assert project.progress == 75


def test_hamlet_centre_and_radius_is_for_planning_only(cast: Cast) -> None:
    rough = [SiteDraft(point=SRAGI, source=SiteSource.AREA, radius_m=250)]
    project = make(cast, sites=rough)
    assert project.sites.get().versions.get().radius_m == 250
    with pytest.raises(Problem) as refused:
        change_status(actor=cast.ani, project=project, after="in_progress")
    assert refused.value.code == "status.needs_survey"
    with pytest.raises(Problem) as refused:
        make(cast, sites=[SiteDraft(point=SRAGI, source=SiteSource.AREA)])
    assert refused.value.code == "sites.area_without_radius"


def test_a_draft_without_photos_or_money_may_be_deleted(cast: Cast) -> None:
    project = make(cast, status=Status.DRAFT)
    delete_draft(actor=cast.ani, project=project)
    assert not Project.objects.exists()
    assert AuditEvent.objects.order_by("-id").first().action == "project.deleted"


def test_a_project_with_photos_is_cancelled_and_never_deleted(cast: Cast) -> None:
    project = make(cast, status=Status.DRAFT)
    ClaimFactory(project=project)
    with pytest.raises(Problem) as refused:
        delete_draft(actor=cast.ani, project=project)
    assert refused.value.code == "project.has_evidence"
    assert Project.objects.exists()


def test_only_drafts_are_deleted(cast: Cast) -> None:
    with pytest.raises(Problem) as refused:
        delete_draft(actor=cast.ani, project=make(cast))
    assert refused.value.code == "project.not_a_draft"


def test_a_status_changes_along_the_usual_way_without_a_reason(cast: Cast) -> None:
    project = make(cast)
    for after in ("in_progress", "completed", "handed_over"):
        change_status(actor=cast.ani, project=project, after=after)
    assert project.status == "handed_over"
    assert project.status_changes.count() == 3


def test_a_cancellation_needs_its_reason(cast: Cast) -> None:
    project = make(cast)
    with pytest.raises(Problem) as refused:
        change_status(actor=cast.ani, project=project, after="cancelled")
    assert refused.value.fields == {"reason": ["Perubahan ini memerlukan alasan. Tulis mengapa."]}
    change_status(
        actor=cast.ani, project=project, after="cancelled", reason="Dana dialihkan", document="BA 3/2026"
    )
    assert project.status_changes.get().document == "BA 3/2026"


def test_a_leap_is_refused(cast: Cast) -> None:
    with pytest.raises(Problem) as refused:
        change_status(actor=cast.ani, project=make(cast), after="handed_over")
    assert refused.value.sentence == "Dari “Direncanakan” tidak dapat langsung menjadi “Serah terima”."


def test_the_village_head_publishes_and_the_officer_does_not(cast: Cast) -> None:
    project = make(cast)
    with pytest.raises(PermissionDenied):
        publish(actor=cast.ani, project=project, published=True)
    assert publish(actor=cast.budi, project=project, published=True).published


def test_a_draft_is_not_published(cast: Cast) -> None:
    with pytest.raises(Problem) as refused:
        publish(actor=cast.budi, project=make(cast, status=Status.DRAFT), published=True)
    assert refused.value.code == "status.draft_unpublished"


def test_a_district_is_no_village(cast: Cast) -> None:
    with pytest.raises(Problem) as refused:
        make(cast, village=cast.district)
    assert refused.value.code == "project.not_a_village"


def test_an_earlier_project_of_the_year_gives_the_next_number(cast: Cast) -> None:
    ProjectFactory(village=cast.sragi, number=41)
    assert make(cast).code == "35.10.17.2001/2026/0042"
    assert make(cast, village=PlaceFactory(code="35.10.17.2003"), actor=cast.galih).number == 1
