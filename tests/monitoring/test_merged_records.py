"""A record that was merged leads on to the one that lives: page, API, search, late photos; nobody edits it."""

import pytest
from django.test import Client

from places.problems import Problem
from projects.models import Project, Relation, Status
from projects.statuses import change_status
from tests.cast import Cast
from tests.factories import ProjectFactory
from tests.photos.sent import take


@pytest.fixture
def records(cast: Cast) -> tuple[Project, Project]:
    """An old record that was merged, and the one that lives."""
    old = ProjectFactory(village=cast.sragi, title="Rabat lama", status=Status.MERGED, published=False)
    living = ProjectFactory(village=cast.sragi, title="Rabat Gang Melati", status=Status.IN_PROGRESS)
    Relation.objects.create(project=old, other=living, kind="merged_into")
    return old, living


def test_its_address_leads_to_the_living_record_and_says_so(client: Client, records) -> None:
    old, living = records
    answer = client.get(f"/projects/{old.pk}/", follow=True)
    assert answer.redirect_chain[0][0] == f"/projects/{living.pk}/?from={old.pk}"
    assert f"Catatan {old.code} digabung ke sini" in answer.content.decode()
    assert "digabung ke sini" not in client.get(f"/projects/{living.pk}/?from={living.pk}").content.decode()


def test_it_does_not_lead_to_a_record_that_the_reader_may_not_see(client: Client, records) -> None:
    old, living = records
    Project.objects.filter(pk=living.pk).update(published=False)
    assert client.get(f"/projects/{old.pk}/").status_code == 404
    assert client.get(f"/api/v1/projects/{old.pk}/").status_code == 404


def test_its_own_page_stays_for_its_people(cast: Cast, client: Client, records) -> None:
    old, _living = records
    address = f"/projects/{old.pk}/?record=own"
    assert client.get(address).status_code == 404
    client.force_login(cast.ani)
    page = client.get(address).content.decode()
    assert "Catatan ini sudah digabung. Yang dilanjutkan:" in page
    assert old.code in page


def test_the_api_leads_on(client: Client, records) -> None:
    old, living = records
    answer = client.get(f"/api/v1/projects/{old.pk}/")
    assert answer.status_code == 307
    assert answer["Location"].endswith(f"/api/v1/projects/{living.pk}/")
    assert client.get(answer["Location"]).json()["id"] == answer.json()["id"] == living.pk


def test_the_old_code_finds_the_living_record(client: Client, records) -> None:
    old, living = records
    found = client.get("/api/v1/projects/", {"q": old.code}).json()["features"]
    assert [feature["id"] for feature in found] == [living.pk]
    assert "Rabat Gang Melati" in client.get("/projects/", {"q": old.code}).content.decode()


def test_a_late_photo_goes_to_the_living_record(cast: Cast, records) -> None:
    old, living = records
    claim = take(cast.ani, old, site=old.sites.get())
    assert (claim.project, claim.site) == (living, living.sites.get())


def test_it_is_not_edited_any_more(cast: Cast, client: Client, records) -> None:
    old, _living = records
    with pytest.raises(Problem) as caught:
        change_status(actor=None, project=old, after=Status.PLANNED, reason="Hidup lagi.")
    assert caught.value.code == "project.merged"
    client.force_login(cast.ani)
    answer = client.patch(
        f"/api/v1/projects/{old.pk}/", {"version": 1, "title": "Lain"}, content_type="application/json"
    )
    assert answer.status_code == 409


def test_its_history_is_told_with_the_living_record(cast: Cast, client: Client, records) -> None:
    old, living = records
    Relation.objects.all().delete()
    Project.objects.filter(pk=old.pk).update(status=Status.PLANNED)
    change_status(actor=None, project=old, after=Status.POSTPONED, reason="Menunggu hujan reda.")
    Project.objects.filter(pk=old.pk).update(status=Status.MERGED)
    Relation.objects.create(project=old, other=living, kind="merged_into")
    client.force_login(cast.ani)
    assert "Menunggu hujan reda." in client.get(f"/projects/{living.pk}/").content.decode()
