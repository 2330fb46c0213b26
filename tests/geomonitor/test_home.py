"""The front page, as strangers see it."""

import pytest

from projects.models import Project
from tests.cast import Cast
from tests.factories import ProjectFactory


def test_it_opens_without_any_project(db, client) -> None:
    assert "Belum ada kegiatan" in client.get("/").content.decode()


def test_it_counts_only_what_is_published(cast: Cast, client) -> None:
    ProjectFactory.create_batch(2, village=cast.sragi, fiscal_year=2026)
    ProjectFactory(village=cast.sragi, fiscal_year=2026, published=False)
    Project.objects.update(progress=50)
    page = client.get("/").content.decode()
    assert "Tahun anggaran 2026" in page
    assert "<dt>kegiatan</dt><dd>2</dd>" in page
    assert "50 %" in page


@pytest.mark.parametrize(
    ("who", "labels"),
    [
        (None, ["Peta", "Kegiatan"]),
        ("ani", ["Peta", "Kegiatan", "Lapangan"]),
        ("dewi", ["Peta", "Kegiatan", "Lapangan", "Verifikasi", "Akun"]),
        ("fitri", ["Peta", "Kegiatan", "Foto dipakai ulang", "Indikasi ganda"]),
    ],
)
def test_the_menu_shows_what_one_may(cast: Cast, client, who, labels) -> None:
    if who:
        client.force_login(getattr(cast, who), backend="allauth.account.auth_backends.AuthenticationBackend")
    menu = client.get("/").context["nav"]
    assert [item["label"] for item in menu] == labels
