"""Log-in and the page about people, as seen by everybody of the cast."""

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from accounts.models import Role, User
from tests.cast import SRAGI, Cast
from tests.factories import PASSWORD, DutyFactory

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


def log_in(client, username: str, password: str):
    return client.post("/accounts/login/", {"login": username, "password": password})


def test_it_logs_in_by_user_name(cast: Cast, client) -> None:
    assert log_in(client, "ani", PASSWORD)["Location"] == "/"


def test_it_says_that_the_password_is_wrong(cast: Cast, client) -> None:
    answer = log_in(client, "ani", "salah")
    assert answer.status_code == 200
    assert "note-error" in answer.content.decode()


def test_it_locks_one_user_name_after_five_wrong_passwords(cast: Cast, client) -> None:
    for _attempt in range(5):
        answer = log_in(client, "ani", "salah")
    assert answer.status_code == 429
    answer = log_in(client, "ani", PASSWORD)
    assert answer.status_code == 429
    assert "15 menit" in answer.content.decode()
    assert log_in(client, "budi", PASSWORD).status_code == 302


def test_it_has_no_sign_up(client, db) -> None:
    client.post("/accounts/signup/", {"username": "baru", "password1": PASSWORD, "password2": PASSWORD})
    assert not User.objects.filter(username="baru").exists()


def test_it_shows_demo_users_only_in_a_demo(cast: Cast, client, settings) -> None:
    settings.DEMO_USERS = ["ani"]
    assert settings.DEMO_PASSWORD not in client.get("/accounts/login/").content.decode()
    settings.DEMO = True
    page = client.get("/accounts/login/").content.decode()
    assert settings.DEMO_PASSWORD in page
    assert "Bu Ani" in page


def test_a_temporary_password_must_be_changed_first(cast: Cast, client) -> None:
    cast.ani.password_must_change = True
    cast.ani.save()
    client.force_login(cast.ani, backend=BACKEND)
    assert client.get("/people/")["Location"] == "/accounts/password/change/"
    new = "gunung-ijen-biru-7"
    client.post("/accounts/password/change/", {"oldpassword": PASSWORD, "password1": new, "password2": new})
    cast.ani.refresh_from_db()
    assert not cast.ani.password_must_change
    assert cast.ani.check_password(new)


@pytest.mark.parametrize(
    ("who", "status"),
    [
        (None, 302),
        ("tamu", 403),
        ("ani", 403),
        ("fitri", 403),
        ("budi", 200),
        ("dewi", 200),
        ("eko", 200),
        ("galih", 200),
    ],
)
@pytest.mark.parametrize("path", ["/people/", "/people/new/"])
def test_it_opens_the_people_pages_to_those_who_may(cast: Cast, client, who, status, path) -> None:
    if who:
        client.force_login(getattr(cast, who), backend=BACKEND)
    assert client.get(path).status_code == status


def test_it_lists_only_people_of_own_places(cast: Cast, client) -> None:
    client.force_login(cast.budi, backend=BACKEND)
    page = client.get("/people/").content.decode()
    assert "Bu Ani" in page
    assert "Mas Catur" not in page


def test_it_makes_a_person_and_shows_the_password_once(cast: Cast, client) -> None:
    client.force_login(cast.budi, backend=BACKEND)
    form = {"name": "Pak Hadi", "username": "hadi", "role": Role.OFFICER, "place": SRAGI}
    page = client.post("/people/new/", form).content.decode()
    [password] = re.findall(r'<code class="tag">([^<]+)</code>', page)
    assert User.objects.get(username="hadi").check_password(password)


def test_it_does_not_offer_or_take_roles_that_one_may_not_give(cast: Cast, client) -> None:
    client.force_login(cast.budi, backend=BACKEND)
    form = {"name": "X", "username": "x", "role": Role.MONITOR, "place": SRAGI}
    answer = client.post("/people/new/", form)
    assert answer.status_code == 200
    assert not User.objects.filter(username="x").exists()


@pytest.mark.parametrize("action", ["restore", "duty"])
def test_it_hides_people_of_other_places(cast: Cast, client, action: str) -> None:
    client.force_login(cast.budi, backend=BACKEND)
    assert client.post(f"/people/{cast.catur.pk}/{action}/").status_code == 404


def test_it_ends_a_duty_only_in_own_places(cast: Cast, client) -> None:
    client.force_login(cast.budi, backend=BACKEND)
    assert client.post(f"/people/duties/{cast.catur.duties.get().pk}/end/").status_code == 404
    assert client.post(f"/people/duties/{cast.ani.duties.get().pk}/end/").status_code == 302
    assert cast.ani.duties.get().until is not None


def test_it_gives_one_more_duty(cast: Cast, client) -> None:
    client.force_login(cast.eko, backend=BACKEND)
    answer = client.post(f"/people/{cast.ani.pk}/duty/", {"role": Role.OFFICER, "place": cast.bubuk.pk})
    assert answer.status_code == 302
    assert cast.ani.duties.count() == 2


def test_it_restores_a_password(cast: Cast, client) -> None:
    client.force_login(cast.dewi, backend=BACKEND)
    page = client.post(f"/people/{cast.budi.pk}/restore/").content.decode()
    [password] = re.findall(r'<code class="tag">([^<]+)</code>', page)
    cast.budi.refresh_from_db()
    assert cast.budi.check_password(password)


def test_it_checks_a_file_before_it_loads_it(cast: Cast, client) -> None:
    client.force_login(cast.eko, backend=BACKEND)
    content = f"username,role,place\nhadi,officer,{SRAGI}\n".encode()
    page = client.post(
        "/people/import/", {"file": SimpleUploadedFile("d.csv", content), "try": "1"}
    ).content.decode()
    assert "1 tugas akan diberikan" in page
    assert not User.objects.filter(username="hadi").exists()
    page = client.post("/people/import/", {"file": SimpleUploadedFile("d.csv", content)}).content.decode()
    assert "1 tugas diberikan" in page


def test_it_shows_the_errors_of_a_file(cast: Cast, client) -> None:
    client.force_login(cast.eko, backend=BACKEND)
    answer = client.post("/people/import/", {"file": SimpleUploadedFile("d.csv", b"username\nx\n")})
    assert answer.status_code == 422
    assert "Tidak ada yang disimpan" in answer.content.decode()


def test_it_speaks_the_language_of_the_account(cast: Cast, client) -> None:
    cast.eko.language = "en"
    cast.eko.save()
    client.force_login(cast.eko, backend=BACKEND)
    assert '<html lang="en">' in client.get("/people/").content.decode()


@pytest.mark.parametrize(("who", "found"), [("ani", ["Bu Ani"]), ("BUBUK", ["Mas Catur"]), ("zzz", [])])
def test_it_finds_people_by_name_or_village(cast: Cast, client, who: str, found: list[str]) -> None:
    client.force_login(cast.dewi, backend=BACKEND)
    answer = client.get("/people/", {"who": who})
    assert [str(row["user"]) for row in answer.context["persons"]] == found
    assert ("Tidak ada yang cocok" in answer.content.decode()) is not bool(found)


def test_a_full_list_costs_few_queries(cast: Cast, client, django_assert_max_num_queries) -> None:
    DutyFactory.create_batch(60, place=cast.sragi)
    client.force_login(cast.eko, backend=BACKEND)
    with django_assert_max_num_queries(14):
        assert len(client.get("/people/").context["persons"]) == 50
    assert len(client.get("/people/?page=2").context["persons"]) == 17
