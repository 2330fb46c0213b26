"""The admin shows projects and money, and changes neither."""

import pytest
from django.contrib import admin
from django.test import Client
from django.urls import reverse

from accounts.admin import Recorded
from accounts.models import AuditEvent
from budgets.saving import set_budget
from tests.cast import Cast
from tests.factories import FundSourceFactory, ProjectFactory, UserFactory

SHOWN = ["projects_project", "projects_site", "projects_activity", "projects_relation", "budgets_budgetversion",
         "budgets_realisation"]  # fmt: skip
KEPT = ["projects_activitycode", "projects_stageset", "projects_importmapping", "budgets_fundsource"]


@pytest.fixture
def client(cast: Cast) -> Client:
    client = Client()
    client.force_login(UserFactory(username="teknisi", is_staff=True, is_superuser=True))
    return client


@pytest.mark.parametrize("page", SHOWN)
def test_it_only_shows_what_has_jobs(client: Client, page: str) -> None:
    assert client.get(reverse(f"admin:{page}_changelist")).status_code == 200
    assert client.get(reverse(f"admin:{page}_add")).status_code == 403


@pytest.mark.parametrize("page", KEPT)
def test_lists_are_kept_by_hand(client: Client, page: str) -> None:
    assert client.get(reverse(f"admin:{page}_add")).status_code == 200


def test_a_project_stands_there_with_sites_and_money(client: Client, cast: Cast) -> None:
    FundSourceFactory()
    project = ProjectFactory(village=cast.sragi, title="Rabat beton")
    version = set_budget(actor=cast.ani, project=project, amounts={"DDS": 5})
    assert (
        "Rabat beton"
        in client.get(reverse("admin:projects_project_change", args=[project.pk])).content.decode()
    )
    assert client.get(reverse("admin:projects_site_change", args=[project.sites.get().pk])).status_code == 200
    assert client.get(reverse("admin:budgets_budgetversion_change", args=[version.pk])).status_code == 200


def test_what_is_changed_by_hand_is_written_down(client: Client, cast: Cast) -> None:
    page = reverse("admin:budgets_fundsource_add")
    FundSourceFactory()
    source = {
        "code": "DLL",
        "short": "Lain",
        "name": "Lain-lain",
        "level": "village",
        "order": 9,
        "aliases": "[]",
    }
    made = client.post(page, source)
    assert made.status_code == 302, made.content.decode()
    client.post(reverse("admin:budgets_fundsource_change", args=["DLL"]), source | {"short": "DLL"})
    client.post(reverse("admin:budgets_fundsource_delete", args=["DLL"]), {"post": "yes"})
    events = AuditEvent.objects.filter(subject_type="budgets.fundsource", subject_id="DLL").order_by("id")
    assert [event.action for event in events] == ["admin.added", "admin.changed", "admin.deleted"]
    assert "teknisi" in events[0].actor_name
    assert events[1].data["changes_by_hand"][0]["changed"]["fields"]


@pytest.mark.parametrize("name", ["accounts_user", "duplicates_criterion", "places_place", *KEPT])
def test_every_list_kept_by_hand_writes_its_changes_down(name: str) -> None:
    kept = {f"{m._meta.app_label}_{m._meta.model_name}": page for m, page in admin.site._registry.items()}
    assert isinstance(kept[name], Recorded)
