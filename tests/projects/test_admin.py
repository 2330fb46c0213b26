"""The admin shows projects and money, and changes neither."""

import pytest
from django.test import Client
from django.urls import reverse

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
