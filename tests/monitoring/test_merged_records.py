"""A record that was merged leads on to the one that lives: page, API, search, late photos; nobody edits it."""

import uuid
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from maps import summary, tiles
from photos.models import Claim
from places.problems import Problem
from projects import filters
from projects.models import Project, Relation, Status
from projects.statuses import change_status
from tests.cast import Cast
from tests.factories import ProjectFactory
from tests.photos.sent import photo_at, take


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


def listed(client: Client, **query: Any) -> list[int]:
    return [one["id"] for one in client.get("/api/v1/projects/", query).json()["features"]]


def test_its_people_find_it_once_and_by_its_status_or_number(cast: Cast, client: Client, records) -> None:
    old, living = records
    client.force_login(cast.eko)
    assert listed(client) == [living.pk]
    assert listed(client, q="Rabat") == [living.pk]
    assert listed(client, status="merged") == [old.pk]
    assert listed(client, ids=old.pk) == [old.pk]
    register = client.get("/projects/").content.decode()
    assert living.title in register
    assert old.title not in register
    assert old.title in client.get("/projects/?status=merged").content.decode()


def test_the_map_counts_it_once(cast: Cast, records) -> None:
    old, living = records
    assert list(tiles.on_map(cast.eko, filters.read({})).values_list("pk", flat=True)) == [living.pk]
    assert list(tiles.on_map(cast.eko, filters.read({"status": "merged"})).values_list("pk", flat=True)) == [
        old.pk
    ]


def test_the_map_offers_its_status_to_its_people(cast: Cast, records) -> None:
    facets = summary.facets(cast.eko, filters.read({}))
    (statuses,) = (facet for facet in facets if facet.word == "status")
    assert {option.value: option.count for option in statuses.options} == {"in_progress": 1, "merged": 1}
    assert summary.figures(cast.eko, filters.read({})).count == 1


def test_a_late_photo_goes_to_the_living_record(cast: Cast, records) -> None:
    old, living = records
    claim = take(cast.ani, old, site=old.sites.get())
    assert (claim.project, claim.site) == (living, living.sites.get())


def test_a_late_photo_across_the_border_is_taken_and_says_for_what_it_was_sent(cast: Cast, records) -> None:
    old, living = records
    Project.objects.filter(pk=living.pk).update(village=cast.bubuk)
    claim = take(cast.ani, old, site=old.sites.get(), note="Sisi utara.")
    assert (claim.project, claim.site) == (living, living.sites.get())
    assert claim.note == f"Sisi utara. Dikirim untuk {old.code}, yang digabung ke sini."


def test_a_late_photo_over_the_api_is_answered_with_its_verdict(cast: Cast, client: Client, records) -> None:
    old, living = records
    Project.objects.filter(pk=living.pk).update(village=cast.bubuk, published=False)
    client.force_login(cast.ani)
    sent = {"uuid": uuid.uuid4(), "project": old.pk, "site": old.sites.get().pk, "progress": 50}
    file = SimpleUploadedFile("IMG.jpg", photo_at(), content_type="image/jpeg")
    answer = client.post("/api/v1/photos/", sent | {"file": file})
    assert answer.status_code == 201, answer.content
    assert Claim.objects.get().project == living


def test_nobody_else_sends_photos_through_a_merged_record(cast: Cast, records) -> None:
    old, living = records
    with pytest.raises(PermissionDenied):
        take(cast.catur, old)
    with pytest.raises(PermissionDenied):
        take(cast.catur, living)
    assert not Claim.objects.exists()


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
