"""Originals in a bucket, over HTTP, against moto's server: taken in, given back, checked, never overwritten."""

import base64
import hashlib
import os
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ReadTimeoutError
from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from moto.server import ThreadedMotoServer

from accounts.models import AuditEvent
from geomonitor.settings import _media_storage
from photos import buckets, looking, removing, reuse, storing
from photos.derivatives import make_derivatives
from photos.models import Claim, Photo
from photos.rechecking import rejudge
from photos.verifying import verify
from places.problems import Problem
from tests.cast import Cast
from tests.factories import ProjectFactory
from tests.photos.sent import log_in, photo_at, take

BUCKET = "foto-desa"
CONTENT = b"foto" * 1000
SHA256 = hashlib.sha256(CONTENT).hexdigest()
NAME = storing.original_name(SHA256, "JPEG")


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def client(server: str) -> Any:
    return boto3.client(
        "s3",
        endpoint_url=server,
        region_name="ap-southeast-3",
        aws_access_key_id="kunci",
        aws_secret_access_key="rahasia",
    )


@pytest.fixture
def bucket(server: str, client: Any, settings, monkeypatch) -> Iterator[Any]:
    """The settings' own way to a bucket, by the environment that docs/settings.md names."""
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    for name, value in {
        "GEOMONITOR_MEDIA_URL": f"s3://{BUCKET}/kabupaten",
        "GEOMONITOR_S3_ENDPOINT": server,
        "GEOMONITOR_S3_REGION": "ap-southeast-3",
        "GEOMONITOR_S3_ACCESS_KEY": "kunci",
        "GEOMONITOR_S3_SECRET_KEY": "rahasia",
    }.items():
        monkeypatch.setenv(name, value)
    client.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": "ap-southeast-3"})
    settings.STORAGES = settings.STORAGES | {"default": _media_storage()}
    yield client
    for key in keys(client):
        client.delete_object(Bucket=BUCKET, Key=key)
    client.delete_bucket(Bucket=BUCKET)


def keys(client: Any) -> list[str]:
    return [item["Key"] for item in client.list_objects_v2(Bucket=BUCKET).get("Contents", ())]


def content(client: Any, key: str) -> bytes:
    return client.get_object(Bucket=BUCKET, Key=key)["Body"].read()


@pytest.fixture
def sent(tmp_path: Path) -> Path:
    path = tmp_path / "x.part"
    path.write_bytes(CONTENT)
    return path


def test_an_original_lies_in_the_bucket_under_its_hash(sent: Path, bucket):
    assert storing.keep_original(sent, sha256=SHA256, format="JPEG") == NAME
    assert keys(bucket) == [f"kabupaten/{NAME}"]
    head = bucket.head_object(Bucket=BUCKET, Key=f"kabupaten/{NAME}", ChecksumMode="ENABLED")
    assert base64.b64decode(head["ChecksumSHA256"]).hex() == SHA256
    assert head["ContentType"] == "image/jpeg"
    assert not sent.exists()


def test_an_object_is_never_overwritten(sent: Path, bucket):
    bucket.put_object(Bucket=BUCKET, Key=f"kabupaten/{NAME}", Body=b"yang pertama")
    with pytest.raises(buckets.DamagedOnTheWay, match="other bytes"):
        storing.keep_original(sent, sha256=SHA256, format="JPEG")
    assert content(bucket, f"kabupaten/{NAME}") == b"yang pertama"
    assert sent.exists()


def test_bytes_damaged_on_the_way_are_not_kept_silently(sent: Path, bucket, monkeypatch):
    monkeypatch.setattr(buckets, "_put", lambda storage, path, **more: _put_other(bucket))
    with pytest.raises(buckets.DamagedOnTheWay, match="other bytes"):
        storing.keep_original(sent, sha256=SHA256, format="JPEG")
    assert sent.exists()


def _put_other(client: Any) -> None:
    client.put_object(Bucket=BUCKET, Key=f"kabupaten/{NAME}", Body=b"x" * len(CONTENT))


def test_a_server_that_knows_no_conditions_is_asked_first(sent: Path, bucket, monkeypatch):
    storage: Any = storages["default"]
    client = storage.connection.meta.client
    put = client.put_object

    def refuse_conditions(**asked: Any) -> Any:
        if "IfNoneMatch" in asked:
            error = {"Error": {"Code": "NotImplemented", "Message": "no"}}
            raise client.exceptions.ClientError(error, "PutObject")
        return put(**asked)

    monkeypatch.setattr(client, "put_object", refuse_conditions)
    storing.keep_original(sent, sha256=SHA256, format="JPEG")
    assert content(bucket, f"kabupaten/{NAME}") == CONTENT
    bucket.put_object(Bucket=BUCKET, Key=f"kabupaten/{NAME}", Body=b"yang pertama")
    sent.write_bytes(CONTENT)
    with pytest.raises(buckets.DamagedOnTheWay):
        storing.keep_original(sent, sha256=SHA256, format="JPEG")
    assert content(bucket, f"kabupaten/{NAME}") == b"yang pertama"


def test_a_bucket_that_is_not_there_leaves_no_row(cast: Cast, bucket, settings):
    wrong = settings.STORAGES["default"]["OPTIONS"] | {"bucket_name": "tidak-ada"}
    settings.STORAGES = settings.STORAGES | {"default": settings.STORAGES["default"] | {"OPTIONS": wrong}}
    with pytest.raises(Problem) as caught:
        take(cast.ani, ProjectFactory(village=cast.sragi))
    assert caught.value.status == 503
    assert "NoSuchBucket" in str(caught.value.__cause__)
    assert Claim.objects.count() == 0


def test_a_photo_goes_in_and_comes_back_byte_for_byte(cast: Cast, bucket):
    photo = photo_at(size=(1600, 1200))
    claim = take(cast.ani, ProjectFactory(village=cast.sragi), photo)
    make_derivatives.call(claim.photo_id)
    claim.photo.refresh_from_db()
    assert sorted(keys(bucket)) == sorted(
        f"kabupaten/{name}" for name in (claim.photo.original, claim.photo.display, claim.photo.thumb)
    )
    answer = log_in(cast.eko).get(f"/photos/{claim.pk}/original/")
    assert b"".join(answer) == photo
    assert answer["Content-Disposition"].startswith("attachment")
    shown = Client().get(f"/photos/{claim.pk}/display.jpg")
    assert b"".join(shown)[:2] == b"\xff\xd8"


def test_an_object_that_is_gone_is_said_not_there(cast: Cast, bucket):
    claim = take(cast.ani, ProjectFactory(village=cast.sragi))
    bucket.delete_object(Bucket=BUCKET, Key=f"kabupaten/{claim.photo.original}")
    assert log_in(cast.ani).get(f"/photos/{claim.pk}/original/").status_code == 404


def test_every_object_is_listed(sent: Path, bucket):
    storing.keep_original(sent, sha256=SHA256, format="JPEG")
    bucket.put_object(Bucket=BUCKET, Key="lain/originals/x.jpg", Body=b"-")
    assert [name for name, _at in storing.names_below(storages["default"], "originals")] == [NAME]


def test_verify_originals_finds_a_tampered_object(cast: Cast, bucket):
    claim = take(cast.ani, ProjectFactory(village=cast.sragi))
    assert verify().wrong == []
    bucket.put_object(Bucket=BUCKET, Key=f"kabupaten/{claim.photo.original}", Body=b"x" * claim.photo.size)
    [finding] = verify().wrong
    assert finding.message.code == "original.changed"
    bucket.delete_object(Bucket=BUCKET, Key=f"kabupaten/{claim.photo.original}")
    assert [one.message.code for one in verify().wrong] == ["original.missing"]


def test_removing_takes_the_objects_away(cast: Cast, bucket, django_capture_on_commit_callbacks):
    claim = take(cast.ani, ProjectFactory(village=cast.sragi), photo_at(size=(1600, 1200)))
    make_derivatives.call(claim.photo_id)
    claim.photo.refresh_from_db()
    with django_capture_on_commit_callbacks(execute=True):
        removing.remove(
            actor=cast.galih, photo=claim.photo, reason="Diminta.", confirmed=claim.photo.sha256[:8]
        )
    assert keys(bucket) == []
    assert verify().wrong == []


# A bucket that does not answer ------------------------------------------------------------------------------


@pytest.fixture
def silent(bucket, settings) -> Callable[[], None]:
    """Call it, and from then on nobody listens where the bucket was."""

    def silence() -> None:
        options = settings.STORAGES["default"]["OPTIONS"]
        quick = options["client_config"].merge(Config(connect_timeout=1, retries={"total_max_attempts": 1}))
        nowhere = options | {"endpoint_url": "http://127.0.0.1:9", "client_config": quick}
        settings.STORAGES = settings.STORAGES | {
            "default": settings.STORAGES["default"] | {"OPTIONS": nowhere}
        }

    return silence


def looked_at(cast: Cast) -> Claim:
    claim = take(cast.ani, ProjectFactory(village=cast.sragi), photo_at(size=(1600, 1200)))
    make_derivatives.call(claim.photo_id)
    return Claim.objects.select_related("photo").get(pk=claim.pk)


@pytest.mark.parametrize(
    "ask",
    [
        lambda storage: storage.open(NAME),
        lambda storage: storage.save("x.jpg", ContentFile(b"x")),
        lambda storage: storage.delete(NAME),
        lambda storage: storage.exists(NAME),
        lambda storage: storage.listdir("originals"),
        lambda storage: storage.size(NAME),
        lambda storage: storage.get_modified_time(NAME),
        lambda storage: buckets.names_below(storage, "originals"),
    ],
    ids=["open", "save", "delete", "exists", "listdir", "size", "modified", "names_below"],
)
def test_a_silent_bucket_is_an_os_error(ask, silent):
    silent()
    with pytest.raises(OSError, match="Could not connect"):
        ask(storages["default"])


def test_a_refusing_bucket_is_an_os_error_and_an_absent_object_a_missing_file(bucket, monkeypatch):
    storage: Any = storages["default"]
    with pytest.raises(FileNotFoundError):
        storage.open(NAME)
    with pytest.raises(FileNotFoundError):
        storage.get_modified_time(NAME)
    client = storage.connection.meta.client

    def refuse(**_asked: Any) -> Any:
        raise client.exceptions.ClientError(
            {"Error": {"Code": "AccessDenied"}, "ResponseMetadata": {"HTTPStatusCode": 403}}, "HeadObject"
        )

    monkeypatch.setattr(client, "head_object", refuse)
    with pytest.raises(OSError, match="AccessDenied") as raised:
        storage.open(NAME)
    assert not isinstance(raised.value, FileNotFoundError)


def test_an_object_that_breaks_off_while_it_is_fetched_is_an_os_error_at_opening(
    sent: Path, bucket, monkeypatch
):
    storing.keep_original(sent, sha256=SHA256, format="JPEG")
    storage: Any = storages["default"]
    client = storage.connection.meta.client

    def break_off(**_asked: Any) -> Any:
        raise ReadTimeoutError(endpoint_url="http://bucket")

    monkeypatch.setattr(client, "get_object", break_off)
    with pytest.raises(OSError, match=NAME):
        storage.open(NAME)


def test_nothing_is_taken_in_while_the_bucket_is_silent(sent: Path, silent):
    silent()
    with pytest.raises(OSError, match="Could not connect"):
        storing.keep_original(sent, sha256=SHA256, format="JPEG")
    assert sent.exists()


def test_a_claim_is_judged_again_by_what_was_read_while_the_bucket_is_silent(cast: Cast, silent):
    claim = looked_at(cast)
    silent()
    before = claim.verdict
    assert rejudge(claim.pk, cause="command") is None
    claim.refresh_from_db()
    assert claim.verdict == before


def test_a_look_and_a_search_wait_for_the_bucket(cast: Cast, silent):
    claim = looked_at(cast)
    silent()
    assert looking.look(claim.photo).failure == "missing"
    assert reuse.search(claim.photo) == []


def test_a_download_says_that_the_bucket_is_silent(cast: Cast, silent):
    claim = looked_at(cast)
    silent()
    for name in ("original/", "display.jpg"):
        assert log_in(cast.ani).get(f"/photos/{claim.pk}/{name}").status_code == 503


def test_verifying_takes_no_original_of_a_silent_bucket_for_damaged(cast: Cast, silent):
    claim = take(cast.ani, ProjectFactory(village=cast.sragi))
    silent()
    found = verify()
    [finding] = found.unreached
    assert (finding.message.code, finding.name) == ("original.unreachable", claim.photo.original)
    assert found.wrong == []
    assert found.stopped
    assert found.stopped.code == "originals.not_listed"
    assert not AuditEvent.objects.filter(action="original.damaged").exists()


def test_a_bucket_that_is_not_there_is_no_loss(cast: Cast, bucket, settings):
    take(cast.ani, ProjectFactory(village=cast.sragi))
    options = settings.STORAGES["default"]["OPTIONS"] | {"bucket_name": "salah-nama"}
    settings.STORAGES = settings.STORAGES | {"default": settings.STORAGES["default"] | {"OPTIONS": options}}
    found = verify(sample=1)
    assert [one.message.code for one in found.unreached] == ["original.unreachable"]
    assert found.wrong == []


def test_a_phone_is_told_to_send_again_while_the_bucket_is_silent(cast: Cast, silent):
    project = ProjectFactory(village=cast.sragi)
    silent()
    sent = {"uuid": str(uuid.uuid4()), "project": project.pk, "progress": 50}
    file = SimpleUploadedFile("IMG.jpg", photo_at(), "image/jpeg")
    answer = log_in(cast.ani).post("/api/v1/photos/", sent | {"file": file})
    assert answer.status_code == 503
    assert answer.json()["error"]["code"] == "uploads.storage_away"
    assert not Photo.objects.exists()
    assert list(Path(settings.INCOMING_DIR).glob("*")) == []
