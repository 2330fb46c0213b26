"""The seal of the page's camera: what binds, what is found, and the worked example of docs/design/capture.md."""

import hashlib
import hmac
import json
import threading
import uuid
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django.utils import timezone

from accounts.models import AuditEvent
from photos import capture
from photos.capture import Issued, issue, key_of, read_fix, seal
from photos.evidence import Fix
from photos.models import CaptureNonce, Claim, Fact
from places.message import Message
from places.problems import Problem
from places.saying import say
from tests.cast import Cast, make_cast
from tests.factories import DutyFactory, ProjectFactory
from tests.photos.sent import MORNING, RECEIVED, bare_photo, photo_at, take

URL = "/api/v1/photos/nonces/"
FIX = Fix(
    lon=114.20004, lat=-8.25, accuracy_m=6, at=MORNING, age_s=1.5, shot_at=MORNING + timedelta(seconds=1.5)
)
PAGE = Path(settings.BASE_DIR, "docs", "design", "capture.md")


@pytest.fixture
def project(cast: Cast):
    return ProjectFactory(village=cast.sragi, title="Rabat beton Krajan")


def sealed(user, content: bytes, fix: Fix = FIX, *, issued: Issued | None = None) -> Fix:
    """The fix as the page sends it for these bytes, read back from its JSON."""
    issued = issued or issue(user=user, count=1)[0]
    return arrived(seal(fix, sha256=hashlib.sha256(content).hexdigest(), issued=issued))


def arrived(fix: Fix) -> Fix:
    read = read_fix(capture.as_sent(fix))
    assert read is not None
    return read


def check(claim: Claim):
    return claim.checks.get(code="capture_bound")


# ---- what binds


def test_a_sealed_picture_is_bound(cast: Cast, project):
    content = bare_photo()
    claim = take(cast.ani, project, content, fix=sealed(cast.ani, content))
    assert (claim.binding, claim.verdict) == ("bound", "verified")
    assert check(claim).status == "passed"
    row = CaptureNonce.objects.get()
    assert (row.sha256, row.used_at) == (claim.photo.sha256, RECEIVED)


def test_what_was_sent_stays_as_facts_of_the_capture(cast: Cast, project):
    content = bare_photo()
    fix = sealed(cast.ani, content)
    claim = take(cast.ani, project, content, fix=fix)
    facts = {fact.name: fact.value for fact in Fact.objects.filter(claim=claim, source="capture")}
    assert facts["lon"] == 114.20004
    assert facts["age_s"] == 1.5
    assert facts["nonce"] == fix.nonce
    assert facts["mac"] == fix.mac
    assert read_fix(claim.fix) == fix
    assert read_fix(claim.fix).raw == fix.raw


def test_every_value_is_sealed_as_it_was_written():
    text = '{"lon": 114.20004000000001, "lat": -8.250, "accuracy_m": 6, "altitude_m": 1e-7, "at": "2026-11-24T02:15:00.000Z"}'
    fix = read_fix(text)
    assert fix is not None
    assert dict(fix.raw) == {
        "lon": "114.20004000000001",
        "lat": "-8.250",
        "accuracy_m": "6",
        "altitude_m": "1e-7",
        "at": "2026-11-24T02:15:00.000Z",
    }


def test_the_same_upload_again_is_no_replay(cast: Cast, project):
    content, number = bare_photo(), uuid.uuid4()
    fix = sealed(cast.ani, content)
    first = take(cast.ani, project, content, fix=fix, uuid=number)
    again = take(cast.ani, project, content, fix=fix, uuid=number)
    assert (again.pk, again.binding) == (first.pk, "bound")


def test_a_withdrawn_photo_sets_its_number_free_for_the_same_file_and_fix(cast: Cast, project):
    content = bare_photo()
    fix = sealed(cast.ani, content)
    first = take(cast.ani, project, content, fix=fix)
    Claim.objects.filter(pk=first.pk).update(withdrawn_at=RECEIVED, stands=False)
    assert take(cast.ani, project, content, fix=fix).binding == "bound"
    assert take(cast.ani, project, content, fix=fix, progress=80).binding == "replayed"


def test_a_secret_that_was_changed_still_opens_what_the_old_one_sealed(cast: Cast, project, settings):
    content = bare_photo()
    fix = sealed(cast.ani, content)
    settings.SECRET_KEY_FALLBACKS, settings.SECRET_KEY = [settings.SECRET_KEY], "another"
    assert take(cast.ani, project, content, fix=fix).binding == "bound"


# ---- what is found


@pytest.mark.parametrize(
    "change",
    [
        {"lon": 114.20005},
        {"lat": -8.2500001},
        {"accuracy_m": 5},
        {"altitude_m": 1},
        {"heading_deg": 90},
        {"speed_m_s": 0},
        {"at": "2026-11-24T02:15:00.001+00:00"},
        {"age_s": 1},
        {"shot_at": "2026-11-24T02:15:02+00:00"},
        {"mac": "0" * 64},
        {"mac": None},
    ],
    ids=lambda change: next(iter(change)),
)
def test_a_changed_fix_or_time_is_found_and_proves_nothing(cast: Cast, project, change):
    content = bare_photo()
    sent = json.loads(capture.as_sent(sealed(cast.ani, content))) | change
    claim = take(cast.ani, project, content, fix=read_fix(json.dumps(sent)))
    assert (claim.binding, claim.verdict) == ("changed", "suspect")
    assert check(claim).status == "failed"
    assert claim.position is None
    assert claim.taken_at is None
    assert not claim.stands
    assert CaptureNonce.objects.get().used_at is None  # the true one may still come


def test_a_changed_byte_is_found(cast: Cast, project):
    content = photo_at()
    at = content.rindex(b"\xff\xd9") - 3
    claim = take(
        cast.ani,
        project,
        content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :],
        fix=sealed(cast.ani, content),
    )
    assert (claim.binding, claim.verdict) == ("changed", "suspect")
    assert claim.position_source == "exif"  # the file's own stays what it is


def test_a_number_that_was_used_for_another_file_is_a_replay(cast: Cast, project):
    first, second = bare_photo(), photo_at()
    issued = issue(user=cast.ani, count=1)[0]
    assert take(cast.ani, project, first, fix=sealed(cast.ani, first, issued=issued)).binding == "bound"
    claim = take(cast.ani, project, second, fix=sealed(cast.ani, second, issued=issued), progress=80)
    assert (claim.binding, claim.verdict) == ("replayed", "suspect")


def test_an_old_seal_beside_another_file_is_a_replay(cast: Cast, project):
    first = bare_photo()
    fix = sealed(cast.ani, first)
    take(cast.ani, project, first, fix=fix)
    assert take(cast.ani, project, photo_at(), fix=fix, progress=80).binding == "replayed"


def test_one_shot_for_two_claims_is_a_replay(cast: Cast, project):
    content = bare_photo()
    fix = sealed(cast.ani, content)
    take(cast.ani, project, content, fix=fix)
    assert take(cast.ani, project, content, fix=fix, progress=80).binding == "replayed"


def test_a_number_of_another_account_is_foreign(cast: Cast, project):
    content = bare_photo()
    claim = take(cast.budi, project, content, fix=sealed(cast.ani, content))
    assert (claim.binding, claim.verdict) == ("foreign", "suspect")


def test_a_number_that_was_never_given_is_foreign(cast: Cast, project):
    content = bare_photo()
    issued = Issued("nomor-sendiri", "ab" * 32, timezone.now())
    assert take(cast.ani, project, content, fix=sealed(cast.ani, content, issued=issued)).binding == "foreign"


def test_a_number_that_came_too_late_still_counts_with_a_word(cast: Cast, project):
    content = bare_photo()
    fix = sealed(cast.ani, content)
    CaptureNonce.objects.update(expires_at=RECEIVED - timedelta(seconds=1))
    claim = take(cast.ani, project, content, fix=fix)
    assert (claim.binding, claim.verdict) == ("expired", "verified")
    assert check(claim).status == "warning"


def test_an_expired_number_is_told_from_a_foreign_one_after_the_sweep(cast: Cast, project):
    content = bare_photo()
    fix = sealed(cast.ani, content)
    CaptureNonce.objects.update(expires_at=RECEIVED - timedelta(days=1))
    assert capture.sweep() == 1
    assert take(cast.ani, project, content, fix=fix).binding == "expired"


def test_a_fix_without_seal_counts_with_a_word(cast: Cast, project):
    claim = take(cast.ani, project, bare_photo(), fix=arrived(FIX))
    assert (claim.binding, claim.verdict) == ("unbound", "verified")
    assert check(claim).status == "warning"
    assert "https://" in say(Message.from_json(check(claim).message))


def test_a_file_without_fix_has_nothing_to_bind(cast: Cast, project):
    claim = take(cast.ani, project)
    assert (claim.binding, check(claim).status) == ("", "unknown")


def test_the_record_says_how_it_was_bound(cast: Cast, project):
    content = bare_photo()
    take(cast.ani, project, content, fix=sealed(cast.ani, content))
    assert AuditEvent.objects.get(action="claim.received").data["binding"] == "bound"


@pytest.mark.django_db(transaction=True)
def test_of_two_uploads_at_once_with_one_number_one_gets_it():
    cast = make_cast()
    project = ProjectFactory(village=cast.sragi)
    pictures = [bare_photo(), photo_at()]
    issued = issue(user=cast.ani, count=1)[0]
    fixes = [sealed(cast.ani, content, issued=issued) for content in pictures]
    start, bindings = threading.Barrier(2), []

    def send(index: int) -> None:
        try:
            start.wait()
            claim = take(cast.ani, project, pictures[index], fix=fixes[index], progress=50 + index)
            bindings.append(claim.binding)
        finally:
            connection.close()

    threads = [threading.Thread(target=send, args=[index]) for index in (0, 1)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(bindings) == ["bound", "replayed"]


# ---- reading


@pytest.mark.parametrize(
    "text",
    [
        '{"lon": 1, "lat": 1, "nonce": 5}',
        '{"lon": 1, "lat": 1, "nonce": "\\u0000"}',
        '{"lon": 1, "lat": 1, "mac": "XYZ"}',
        '{"lon": 1e999, "lat": 1}',
        '{"lon": "1", "lat": 1}',
        '{"lon": true, "lat": 1}',
        '{"lon": 1, "lat": 1, "at": "2026-11-24\\n02:15:00Z"}',
        '{"lon": 1, "lat": 1, "at": "2026-11-24\\u000002:15:00Z"}',
        '{"lon": 1, "lat": 1, "at": "2026-11-24\\ud80002:15:00Z"}',
        '{"lon": 1, "lat": 1, "at": "0001-01-01T00:00:00+14:00"}',
        '{"lon": 1, "lat": 1, "shot_at": "9999-12-31T23:59:59-12:00"}',
        '{"lon": 1, "lat": 1, "accuracy_m": 1e300}',
        '{"lon": 1, "lat": 1, "heading_deg": 1e308}',
        '{"lon": 1, "lat": 1, "speed_m_s": -1e308}',
        '{"lon": 1, "lat": 1, "age_s": 1e300}',
        "[" * 3000,
        '{"lon": 1, "lat": 1, "x": "' + "x" * 5000 + '"}',
    ],
    ids=[
        "number as nonce",
        "nul",
        "mac",
        "infinite",
        "text",
        "truth",
        "line feed",
        "nul in a time",
        "half a character in a time",
        "first day",
        "last day",
        "accuracy",
        "heading",
        "speed",
        "age",
        "deep",
        "long",
    ],
)
def test_a_fix_that_cannot_be_sealed_is_refused(text):
    with pytest.raises(Problem) as problem:
        read_fix(text)
    assert problem.value.code == "fix.not_readable"


# ---- issuing


def client_of(user) -> Client:
    client = Client()
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def test_numbers_are_given_with_keys_that_are_kept_nowhere(cast: Cast):
    answer = client_of(cast.ani).post(URL, {"count": 3}, content_type="application/json")
    assert answer.status_code == 201
    assert answer["Cache-Control"] == "no-store"
    given = answer.json()
    assert len({one["nonce"] for one in given}) == len({one["key"] for one in given}) == 3
    rows = CaptureNonce.objects.all()
    assert {row.nonce for row in rows} == {one["nonce"] for one in given}
    assert {row.user for row in rows} == {cast.ani}
    assert given[0]["key"] == key_of(given[0]["nonce"], cast.ani.pk).hex()
    left = rows[0].expires_at - timezone.now()
    assert timedelta(days=13, hours=23) < left <= timedelta(days=14)


@pytest.mark.parametrize("count", [0, 51, -1, "x"])
def test_how_many_numbers_is_limited(cast: Cast, count):
    answer = client_of(cast.ani).post(URL, {"count": count}, content_type="application/json")
    assert answer.status_code == 400
    assert list(answer.json()["error"]["fields"]) == ["count"]


def test_who_may_send_no_photos_gets_no_numbers(cast: Cast):
    assert Client().post(URL).status_code == 403
    assert client_of(cast.galih).post(URL).status_code == 403
    assert client_of(cast.fitri).post(URL).status_code == 403
    DutyFactory(user=cast.fitri, role="auditor", place=cast.regency, engagement="700/1")
    assert client_of(cast.fitri).post(URL).status_code == 201


def test_the_key_differs_by_number_person_and_secret():
    keys = {key_of("a", 1), key_of("b", 1), key_of("a", 2), key_of("a", 1, secret="x")}
    assert len(keys) == 4


def test_sweeping_leaves_used_and_valid_numbers(cast: Cast):
    issued = issue(user=cast.ani, count=3)
    past = timezone.now() - timedelta(days=1)
    CaptureNonce.objects.filter(nonce=issued[0].nonce).update(expires_at=past)
    CaptureNonce.objects.filter(nonce=issued[1].nonce).update(expires_at=past, used_at=past)
    assert capture.sweep() == 1
    assert set(CaptureNonce.objects.values_list("nonce", flat=True)) == {issued[1].nonce, issued[2].nonce}


# ---- docs/design/capture.md


def example() -> dict[str, str]:
    rows = [line.strip("|").split("|") for line in PAGE.read_text().splitlines() if line.startswith("| ")]
    return {row[0].strip(): row[1].strip().strip("`") for row in rows}


def test_the_worked_example(settings):
    said = example()
    settings.SECRET_KEY = "rahasia"
    key = key_of(said["nonce"], 7)
    assert key.hex() == said["key"]
    assert hashlib.sha256(b"geomonito").hexdigest() == said["sha256"]
    fix = read_fix(said["fix"])
    assert fix is not None
    text = capture.canonical(replace(fix, nonce=said["nonce"]), said["sha256"])
    assert text.count("\n") == 12
    assert hmac.new(key, text.encode(), "sha256").hexdigest() == said["mac"]
    moved = read_fix(said["fix"].replace("114.20004", "114.20005"))
    assert moved is not None
    changed = capture.canonical(replace(moved, nonce=said["nonce"]), said["sha256"])
    assert hmac.new(key, changed.encode(), "sha256").hexdigest() != said["mac"]


def test_the_page_names_every_line_in_order():
    block = PAGE.read_text().split("```\n")[1]
    assert [line.partition("=")[0] for line in block.split("```")[0].splitlines()] == [
        "geomonitor-capture-1", "nonce", "sha256", *capture.SEALED,
    ]  # fmt: skip
