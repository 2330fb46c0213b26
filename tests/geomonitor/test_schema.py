"""The OpenAPI schema: valid, complete, and served."""

import io

import pytest
import yaml
from django.core.management import call_command


@pytest.fixture(scope="module")
def schema() -> dict:
    """The schema as the command writes it, checked against the OpenAPI 3 specification."""
    text = io.StringIO()
    call_command("spectacular", "--validate", "--fail-on-warn", stdout=text)
    return yaml.safe_load(text.getvalue())


def test_it_has_the_paths_of_the_contract(schema) -> None:
    assert {"/api/v1/projects/", "/api/v1/photos/", "/api/v1/places/"} <= set(schema["paths"])
    assert "post" in schema["paths"]["/api/v1/photos/"]


def test_it_names_the_filter_words(schema) -> None:
    named = {parameter["name"] for parameter in schema["paths"]["/api/v1/projects/"]["get"]["parameters"]}
    words = {
        "year",
        "place",
        "work_type",
        "activity",
        "fund_source",
        "status",
        "evidence",
        "stage",
        "q",
        "bbox",
        "ids",
    }
    assert words <= named
    assert {"page", "page_size"} <= named


def test_it_is_served(client, db) -> None:
    answer = client.get("/api/schema/")
    assert answer.status_code == 200
    assert b"openapi: 3" in answer.content
