"""Every error has one shape, as JSON for programs and as a page for people."""

import pytest
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.test import RequestFactory
from rest_framework import exceptions

from geomonitor import errors
from places.message import message
from places.problems import Problem
from tests.cast import Cast


def answer(error: Exception, path: str = "/api/v1/projects/", **headers: str):
    request = RequestFactory().get(path, headers=headers)
    return errors.SayErrors(lambda _request: None).process_exception(request, error)  # type: ignore[arg-type, return-value]


def test_a_problem_becomes_its_status_code_and_sentence() -> None:
    import json

    problem = Problem(
        message("filter.not_a_number", word="year", value="dua"), hint="Tulis 2026.", fields={"year": ["?"]}
    )
    response = answer(problem)
    assert response.status_code == 400
    assert json.loads(response.content) == {
        "error": {
            "code": "filter.not_a_number",
            "message": "Filter year memerlukan angka, bukan “dua”.",
            "fields": {"year": ["?"]},
            "hint": "Tulis 2026.",
        }
    }


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [(PermissionDenied("Bukan wilayah Anda."), 403, "forbidden"), (Http404(), 404, "not_found")],
    ids=["forbidden", "not found"],
)
def test_django_errors_get_the_shape(error, status, code) -> None:
    response = answer(error)
    assert response.status_code == status
    assert f'"code": "{code}"'.encode() in response.content


def test_an_unknown_error_is_left_to_django() -> None:
    assert answer(RuntimeError("x")) is None


def test_people_get_a_page_that_says_the_same(cast: Cast, client) -> None:
    page = client.get("/tidak-ada/")
    assert page.status_code == 404
    assert "<h1" in page.content.decode()
    assert "tidak ada, atau tidak tampil" in page.content.decode()


def test_a_wrong_filter_says_which_word_and_value(cast: Cast, client) -> None:
    answer = client.get("/api/v1/projects/?status=jalan")
    assert answer.status_code == 400
    error = answer.json()["error"]
    assert error["code"] == "filter.unknown_value"
    assert "“jalan”" in error["message"]
    assert "in_progress" in error["message"]


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (exceptions.NotAuthenticated(), 401, "not_authenticated"),
        (exceptions.ParseError("bad"), 400, "parse_error"),
        (exceptions.ValidationError({"progress": ["Lebih dari 100."]}), 400, "invalid"),
        (exceptions.Throttled(wait=3), 429, "throttled"),
    ],
)
def test_rest_framework_errors_get_the_shape(error, status, code) -> None:
    response = errors.api_error(error, {})
    assert response is not None
    assert response.status_code == status
    assert response.data["error"]["code"] == code
    assert response.data["error"]["message"]


def test_validation_errors_name_their_fields() -> None:
    response = errors.api_error(exceptions.ValidationError({"progress": ["Lebih dari 100."]}), {})
    assert response is not None
    assert response.data["error"]["fields"] == {"progress": ["Lebih dari 100."]}


def test_the_500_page_needs_no_database() -> None:
    response = errors.server_error(RequestFactory().get("/map/"))
    assert response.status_code == 500
    assert "data Anda tidak hilang" in response.content.decode()


def test_an_expired_form_says_what_to_do(cast: Cast) -> None:
    from django.test import Client

    response = Client(enforce_csrf_checks=True).post("/accounts/login/", {"login": "ani"})
    assert response.status_code == 403
    assert "kedaluwarsa" in response.content.decode()


@pytest.mark.parametrize("path", ["/projects/?q=%00", "/api/v1/projects/?activity=02%00", "/field/?q=a%00b"])
def test_a_null_in_a_query_is_a_bad_request(cast: Cast, client, path: str) -> None:
    client.force_login(cast.ani, backend="allauth.account.auth_backends.AuthenticationBackend")
    assert client.get(path).status_code == 400


def test_nested_mistakes_stand_beside_the_path_of_their_field() -> None:
    error = exceptions.ValidationError({"sites": [{}, {"weight": ["Terlalu besar."]}], "title": ["Kosong."]})
    body = errors.api_error(error, {}).data["error"]  # type: ignore[union-attr]
    assert body["fields"] == {"sites.1.weight": ["Terlalu besar."], "title": ["Kosong."]}


@pytest.mark.parametrize(
    ("detail", "said"),
    [
        ({"progress": ["Lebih dari 100."]}, "Isian belum benar: progress."),
        (
            {"sites": [{}, {"weight": ["Terlalu besar."]}], "title": ["Kosong."]},
            "Isian belum benar: sites.1.weight, title.",
        ),
        ({name: ["Kosong."] for name in "abcdefg"}, "Isian belum benar: a, b, c, d, e …."),
        ({"non_field_errors": ["Kirim satu objek."]}, "Kirim satu objek."),
    ],
)
def test_the_sentence_itself_names_the_fields(detail, said: str) -> None:
    body = errors.api_error(exceptions.ValidationError(detail), {}).data["error"]  # type: ignore[union-attr]
    assert body["message"] == said
