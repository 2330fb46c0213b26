"""Who gets in where: every URL is asked by everybody of the cast, about a draft of the village Bubuk.

A URL that is not in the table fails the test, so a new page cannot be forgotten.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.test import Client
from django.urls import NoReverseMatch, URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone

from accounts.models import Role
from duplicates.models import Case, Decision, Engagement, EngagementPair, Pair, Remark, Scan
from photos.models import Claim, Photo
from projects.models import Project
from tests.cast import Cast, make_cast
from tests.factories import ClaimFactory, DutyFactory, ProjectFactory

# Who is who: - nobody logged in · t Tamu · a Ani and b Budi (Sragi) · c Catur (Bubuk) · h head of Bubuk · d Dewi
# (district) · e Eko (monitor) · f Fitri (auditor) · g Galih (admin)
EVERYBODY = "-tabchdefg"
LOGGED_IN = "tabchdefg"
BUBUKS = "chdefg"  # whoever has a duty that covers Bubuk

# name of the URL: (method, who gets in). "pk" means: of the thing in Bubuk that the URL is about.
TABLE: dict[str, tuple[str, str]] = {
    "home": ("get", EVERYBODY),
    "healthz": ("get", EVERYBODY),
    "readyz": ("get", EVERYBODY),
    "prometheus-django-metrics": ("get", EVERYBODY),
    "set_language": ("post", EVERYBODY),
    "schema": ("get", EVERYBODY),
    "api-root": ("get", EVERYBODY),
    "place-list": ("get", EVERYBODY),
    "place-detail": ("get", EVERYBODY),
    "project-list": ("get", EVERYBODY),
    "project-detail": ("get", BUBUKS),
    "register": ("get", EVERYBODY),
    "project": ("get", BUBUKS),
    "project_new": ("get", "abcheg"),
    "project_near": ("post", "abcheg"),
    "project_edit": ("get", "cheg"),
    "project_status": ("get", "cheg"),
    "project_publish": ("post", "heg"),
    "project_delete": ("post", "cheg"),
    "project_money": ("get", "cheg"),
    "project_split": ("get", "cheg"),
    "project_import": ("get", "abcheg"),
    "project_import_confirm": ("post", "abcheg"),
    "project_import_errors": ("get", "abcheg"),
    "photo-list": ("get", EVERYBODY),
    "photo-detail": ("get", BUBUKS),
    "photo-review-list": ("get", BUBUKS),
    "photo-nonces": ("post", "abchde"),  # who may send photos; an auditor inside an engagement too
    "photo-refile": ("post", "c"),  # the sender's own claim only
    "photo-share": ("post", "c"),
    "account_login": ("get", EVERYBODY),
    "account_logout": ("get", EVERYBODY),
    "account_signup": ("get", EVERYBODY),
    "account_inactive": ("get", EVERYBODY),
    "account_change_password": ("get", LOGGED_IN),
    "account_reset_password": ("get", EVERYBODY),
    "people": ("get", "bhdeg"),
    "person_new": ("get", "bhdeg"),
    "duties_import": ("post", "bhdeg"),
    "duty_new": ("get", "hdeg"),
    "person_restore": ("post", "hdeg"),
    "duty_end": ("post", "hdeg"),
    "field": ("get", "abchde"),
    "field_mine": ("get", LOGGED_IN),  # lists own photos only
    "notices_read": ("post", LOGGED_IN),  # marks own notices only
    "field_project": ("get", "chde"),
    "photo_review": ("get", "de"),
    "review_bulk": ("get", "de"),
    "photo_rules": ("get", "defg"),
    "claim_review": ("post", "de"),
    "claim_refile": ("post", "c"),
    "claim_share": ("post", "c"),
    "claim_withdraw": ("post", "c"),  # the sender's own claim only
    "photo_original": ("get", "chdefg"),
    "claim_ledger": ("get", "chdefg"),
    "photos_shared": ("get", "ef"),
    "photos_shared_csv": ("get", "ef"),
    "photo_ledger": ("get", "chdefg"),
    "original_remove": ("get", "g"),
    "photo_display": ("get", BUBUKS),
    "photo_thumb": ("get", BUBUKS),
    "duplicates": ("get", "ef"),
    "duplicates_scan": ("post", "ef"),
    "duplicates_scan_status": ("get", "ef"),
    "duplicates_scan_cancel": ("post", "ef"),
    "duplicate_cases": ("get", "ef"),
    "duplicate_case": ("get", "ef"),
    "case_assign": ("get", "e"),
    "case_remark": ("post", "ef"),
    "remark_file": ("get", "ef"),
    "follow_up_decision": ("post", "ef"),
    "duplicate_pair": ("get", "ef"),
    "duplicate_conclude": ("post", "ef"),
    "duplicate_withdraw": ("post", "ef"),
    "engagements": ("get", "f"),
    "engagement": ("get", "f"),
    "engagement_new": ("post", "f"),
    "engagement_team": ("get", "f"),
    "engagement_scan": ("post", "f"),
    "engagement_pair": ("get", "f"),
    "engagement_conclude": ("post", "f"),
    "engagement_remark": ("post", "f"),
    "finding": ("get", "f"),
    "finding_review": ("post", "f"),
    "finding_withdraw": ("post", "f"),
    "finding_follow_up": ("post", "f"),
    "engagement_close": ("post", "f"),
    "pairs_csv": ("get", "ef"),
    "pairs_xlsx": ("get", "ef"),
    "pairs_html": ("get", "ef"),
    "pairs_geojson": ("get", "ef"),
    "pairs_gpkg": ("get", "ef"),
    "pairs_parquet": ("get", "ef"),
    "pairs_docx": ("get", "ef"),
    "pairs_pdf": ("get", "ef"),
    "engagement_file_kka_docx": ("get", "f"),
    "engagement_file_kka_pdf": ("get", "f"),
    "engagement_file_nhp_docx": ("get", "f"),
    "engagement_file_nhp_pdf": ("get", "f"),
    "engagement_file_xlsx": ("get", "f"),
    "engagement_file_gpkg": ("get", "f"),
    "engagement_file_geojson": ("get", "f"),
    "engagement_file_parquet": ("get", "f"),
    "engagement_map": ("get", "f"),
    "outside_lists": ("get", "ef"),
    "outside_lists_map": ("post", "ef"),
    "map": ("get", EVERYBODY),
    "map_summary": ("get", EVERYBODY),
    "project_panel": ("get", BUBUKS),
    "ground": ("get", EVERYBODY),
    "tile_description": ("get", EVERYBODY),
    "project_tile": ("get", EVERYBODY),
    "group_extent": ("get", EVERYBODY),
}
NO_ENTRY = {401, 403, 404}


@dataclass
class World:
    """The cast, and one of each thing in Bubuk."""

    people: dict[str, object]
    project: Project
    claim: Claim
    pair: Pair
    decision: Decision
    finding: Decision
    engagement: Engagement
    cast: Cast


def make_world() -> World:
    cast = make_cast()
    head = DutyFactory(role=Role.VILLAGE_HEAD, place=cast.bubuk).user
    draft, other = (
        ProjectFactory(village=cast.bubuk, title=title, published=False)
        for title in ("Rahasia Bubuk", "Rahasia lain")
    )
    claim = ClaimFactory(project=draft, uploaded_by=cast.catur, taken_by=cast.catur)
    picture = default_storage.save("pictures/rahasia.jpg", ContentFile(b"\xff\xd8\xff\xd9"))
    Photo.objects.update(original=picture, display=picture, thumb=picture)
    pair = Pair.objects.create(
        left=draft,
        right=other,
        case=Case.objects.create(),
        distance_m=3,
        weight=9,
        probability=0.9,
        signals=[],
    )
    engagement = Engagement.objects.create(
        assignment="700/1", first_year=2024, last_year=2100, cut_off=timezone.localdate()
    )
    engagement.team.add(cast.fitri)
    engagement.places.add(cast.regency)
    EngagementPair.objects.create(engagement=engagement, pair=pair, distance_m=3, weight=9, probability=0.9)
    decision = Decision.objects.create(pair=pair, kind="elsewhere", reason="Beda gang.", decided_by=cast.eko)
    finding = Decision.objects.create(pair=pair, engagement=engagement, kind="elsewhere", reason="Beda gang.")
    people = {
        "-": None, "t": cast.tamu, "a": cast.ani, "b": cast.budi, "c": cast.catur, "h": head, "d": cast.dewi,
        "e": cast.eko, "f": cast.fitri, "g": cast.galih,
    }  # fmt: skip
    return World(people, draft, claim, pair, decision, finding, engagement, cast)


def subject(world: World, name: str) -> object:
    """The key of what the URL is about."""
    about = {
        "claim": world.claim.pk,
        "photo": world.claim.pk,
        "original_remove": world.claim.pk,
        "duplicates_scan": Scan.objects.get_or_create(state="done")[0].pk,
        "duplicate_case": world.pair.case_id,
        "case_": world.pair.case_id,
        "remark_file": Remark.objects.get_or_create(
            case=world.pair.case,
            text="Lihat.",
            file="pictures/rahasia.jpg",
            file_name="x.jpg",
            sha256=hashlib.sha256(b"\xff\xd8\xff\xd9").hexdigest(),
        )[0].pk,
        "follow_up_decision": world.decision.pk,
        "duplicate_withdraw": world.decision.pk,
        "duplicate": world.pair.pk,
        "engagement": world.engagement.pk,
        "finding": world.finding.pk,
        "duty_new": world.cast.catur.pk,
        "person": world.cast.catur.pk,
        "duty_end": world.cast.catur.duties.get().pk,
        "place": "35.10",
        "place-detail": "35.10",
    }
    prefixes = (value for key, value in about.items() if name.startswith(key))
    return about.get(name) or next(prefixes, world.project.pk)


def names(resolver: URLResolver | None = None) -> Iterator[str]:
    for pattern in (resolver or get_resolver()).url_patterns:
        if isinstance(pattern, URLResolver):
            if str(pattern.pattern) != "admin/":
                yield from names(pattern)
        elif isinstance(pattern, URLPattern):
            yield pattern.name or str(pattern.pattern)


def address(world: World, name: str) -> str:
    if name == "project_tile":  # its address has two endings, which reverse() cannot choose from
        return "/tiles/projects/8/209/134.mvt"
    if name == "group_extent":
        return "/tiles/projects/extent/10/837/535.json"
    if name in {"engagement_pair", "engagement_conclude", "engagement_remark"}:
        return reverse(name, args=[world.engagement.pk, world.pair.pk])
    try:
        return reverse(name)
    except NoReverseMatch:
        return reverse(name, kwargs={"pk": subject(world, name)})


def test_every_url_is_in_the_table() -> None:
    assert set(names()) == set(TABLE)


@pytest.mark.parametrize("name", sorted(TABLE))
def test_it_lets_in_whom_the_table_names(name: str, db) -> None:
    """Refused is: sent to the log-in page, 401, 403 or 404."""
    world = make_world()
    method, expected = TABLE[name]
    entered = ""
    for letter, person in world.people.items():
        client = Client(raise_request_exception=True)
        if person is not None:
            client.force_login(person, backend="allauth.account.auth_backends.AuthenticationBackend")
        path = address(world, name)
        answer = getattr(client, method)(path)
        to_login = answer.status_code == 302 and "/accounts/login/" in answer["Location"]
        if answer.status_code not in NO_ENTRY and not to_login:
            entered += letter
            assert answer.status_code < 500
        elif answer.status_code == 404:
            assert b"Rahasia" not in answer.content
    assert entered == "".join(letter for letter in world.people if letter in expected)


@pytest.mark.parametrize(
    "path", ["/", "/map/", "/map/summary/", "/projects/", "/api/v1/projects/", "/api/v1/photos/"]
)
def test_lists_do_not_name_a_draft_to_strangers(path: str, db) -> None:
    world = make_world()
    for letter in "-tab":
        client = Client()
        if world.people[letter]:
            client.force_login(
                world.people[letter], backend="allauth.account.auth_backends.AuthenticationBackend"
            )
        assert "Rahasia" not in client.get(path).content.decode()


def test_the_table_knows_everybody() -> None:
    assert set(chain.from_iterable(who for _method, who in TABLE.values())) == set(EVERYBODY)
