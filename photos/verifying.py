"""Compares every stored original with its row: hash, size, place; and finds files that no row speaks of.

Reads through Django's storage API, a few files at once, in pieces; nothing is repaired except derived pictures,
which are queued anew. What is found is written into the record of acts. A storage that does not answer says nothing
of its files: that is no damage, and ends the run. docs/design/originals.md says what to do.
"""

import errno
import random
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from django.core.files.storage import Storage, storages
from django.db import transaction
from django.utils import timezone

from accounts import audit
from photos.derivatives import make_derivatives
from photos.models import Claim, Photo
from photos.storing import derived_names, has_originals, hash_of, names_below, original_name
from places.message import Message, message, sentences
from places.message import mark as _

SENTENCES = sentences(
    {
        "original.changed": _("Isi berkas berubah: SHA-256 sekarang %(found)s, seharusnya %(expected)s."),
        "original.other_size": _("Ukuran berkas %(found)s byte, seharusnya %(expected)s byte."),
        "original.missing": _("Berkas tidak ada di penyimpanan."),
        "original.unreadable": _("Berkas tidak bisa dibaca: %(error)s."),
        "original.unreachable": _("Penyimpanan tidak menjawab, jadi berkas ini belum diperiksa: %(error)s."),
        "original.no_folder": _(
            "Penyimpanan kosong: folder originals tidak ada, jadi berkas ini belum diperiksa. Disknya mungkin belum "
            "terpasang."
        ),
        "original.misplaced": _("Baris foto menunjuk berkas %(found)s, seharusnya %(expected)s."),
        "original.still_there": _(
            "Berkas ini tercatat sudah dihapus, tetapi masih ada di penyimpanan. Hapus sekali lagi dari rincian fotonya."
        ),
        "original.orphan": _("Berkas tanpa baris foto."),
        "original.derived_missing": _("Gambar turunan tidak ada; dibuat ulang oleh pekerja."),
        "originals.stopped": _(
            "Pemeriksaan berhenti: penyimpanan tidak menjawab untuk %(count)s foto berturut-turut (%(error)s). Periksa "
            "disk, jaringan, atau bucket, lalu jalankan lagi. Hasil sampai di sini tetap dicatat."
        ),
        "originals.not_listed": _(
            "Berkas tanpa baris foto tidak bisa dicari: penyimpanan tidak menjawab (%(error)s). Jalankan lagi nanti. "
            "Hasil sampai di sini tetap dicatat."
        ),
    }
)
_PAGE = 500
_BEING_TAKEN_IN = timedelta(hours=1)  # files are stored before their row is committed
HARMLESS = {"original.derived_missing"}
UNREACHED = {"original.unreachable", "original.no_folder"}
STOP_AFTER = 5  # photos in a row that could not be looked at
# What a file system says of one file. Everything else (a bucket's errors have no number) is said of the storage.
_OF_ONE_FILE = {
    errno.EACCES,
    errno.EPERM,
    errno.EIO,
    errno.EISDIR,
    errno.ENOTDIR,
    errno.ELOOP,
    errno.ENAMETOOLONG,
}


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong. photo: None for a file without a row; name: in the storage."""

    message: Message
    name: str
    photo: Photo | None = None

    @property
    def harmless(self) -> bool:
        """Whether no evidence is touched."""
        return self.message.code in HARMLESS

    @property
    def unreached(self) -> bool:
        """Whether nothing is known, because the storage did not answer."""
        return self.message.code in UNREACHED


@dataclass
class Verified:
    """What a run looked at and found. stopped: why it ended early, None if it came to its end."""

    photos: int = 0
    removed: int = 0
    bytes: int = 0
    findings: list[Finding] = field(default_factory=list)
    stopped: Message | None = None

    @property
    def wrong(self) -> list[Finding]:
        return [finding for finding in self.findings if not finding.harmless and not finding.unreached]

    @property
    def unreached(self) -> list[Finding]:
        return [finding for finding in self.findings if finding.unreached]


def verify(
    *,
    sample: int | None = None,
    since: datetime | None = None,
    jobs: int = 2,
    tell: Callable[[Finding], None] = lambda finding: None,
    progress: Callable[[int, int], None] = lambda done, bytes_read: None,
) -> Verified:
    """Compare stored files with their rows and write down what is wrong; stops where the storage does not answer.

    sample: so many photos, chosen at random; since: received from then on; files without a row are looked for only
    in a whole run. jobs: files read at once. tell: called with each finding as it is found; progress: with photos and
    bytes done.
    """
    found, storage = Verified(), storages["default"]
    whole = sample is None and since is None
    row: list[Finding] = []
    with closing(_looked_at(_photos(sample, since), storage, jobs)) as photos:
        for photo, looked in photos:
            _count(found, photo, looked)
            for said in looked.findings:
                _note(found, said, tell)
            progress(found.photos, found.bytes)
            row = [*row, looked.in_the_way] if looked.in_the_way else []
            if len(row) >= STOP_AFTER:
                _stop(found, row)
                break
    if whole and not found.stopped:
        _note_orphans(found, storage, tell)
    _write_down(found, whole=whole and not found.stopped and not found.unreached)
    return found


def _count(found: Verified, photo: Photo, looked: "_Looked") -> None:
    if not any(finding.unreached for finding in looked.findings):
        found.photos += 1
        found.removed += photo.removed_at is not None
    found.bytes += looked.bytes


def _stop(found: Verified, row: list[Finding]) -> None:
    """So many in a row: it is the storage's doing, and of no file of these anything is known."""
    error = row[-1].message.params.get("error") or "originals/"
    found.stopped = message("originals.stopped", count=len(row), error=error)
    found.findings = [
        replace(one, message=message("original.unreachable", **one.message.params))
        if one in row and not one.unreached
        else one
        for one in found.findings
    ]


def _note_orphans(found: Verified, storage: Storage, tell: Callable[[Finding], None]) -> None:
    try:
        for orphan in _orphans(storage):
            _note(found, orphan, tell)
    except OSError as error:
        found.stopped = message("originals.not_listed", error=_error(error))


def _note(found: Verified, finding: Finding, tell: Callable[[Finding], None]) -> None:
    found.findings.append(finding)
    tell(finding)


def _photos(sample: int | None, since: datetime | None) -> Iterator[Photo]:
    photos = Photo.objects.order_by("pk")
    if since is not None:
        photos = photos.filter(received_at__gte=since)
    if sample is not None:
        keys = list(photos.values_list("pk", flat=True))
        photos = photos.filter(pk__in=random.sample(keys, min(sample, len(keys))))
    last = 0
    while page := list(photos.filter(pk__gt=last)[:_PAGE]):
        yield from page
        last = page[-1].pk


@dataclass(frozen=True)
class _Looked:
    findings: tuple[Finding, ...]
    bytes: int = 0

    @property
    def in_the_way(self) -> Finding | None:
        """That a file could not be read, for whatever reason; None if all were."""
        return next(
            (one for one in self.findings if one.unreached or one.message.code == "original.unreadable"), None
        )


def _looked_at(
    photos: Iterable[Photo], storage: Storage, jobs: int
) -> Generator[tuple[Photo, _Looked], None, None]:
    """Each photo with what was found, in order; so many are read at once, and no more wait."""
    pool = ThreadPoolExecutor(max_workers=jobs)
    try:
        waiting: deque[tuple[Photo, Future[_Looked]]] = deque()
        for photo in photos:
            waiting.append((photo, pool.submit(_look, photo, storage)))
            if len(waiting) >= jobs * 4:
                first, future = waiting.popleft()
                yield first, future.result()
        while waiting:
            first, future = waiting.popleft()
            yield first, future.result()
    finally:
        pool.shutdown(cancel_futures=True)


def _look(photo: Photo, storage: Storage) -> _Looked:
    """One photo's files; asks the storage alone, so that it may run beside the database's thread."""
    findings: list[Finding] = []
    size = 0
    try:
        if photo.removed_at is None:
            said, size = _original(photo, storage)
            findings += [Finding(one, photo.original, photo) for one in said]
        if not any(finding.unreached for finding in findings):
            findings += _others(photo, storage)
    except Exception as error:  # noqa: BLE001  # the storage does not even say whether a file is there
        findings.append(Finding(_unreadable(error), photo.original, photo))
    return _Looked(tuple(findings), size)


def _others(photo: Photo, storage: Storage) -> list[Finding]:
    """Derived pictures that are gone; of a removed photo, files that are not."""
    if photo.removed_at is not None:
        left = [name for name in (photo.original, *derived_names(photo)) if storage.exists(name)]
        return [Finding(message("original.still_there"), name, photo) for name in left]
    made = [name for name in (photo.display, photo.thumb) if name]
    return [
        Finding(message("original.derived_missing"), name, photo) for name in made if not storage.exists(name)
    ]


def _original(photo: Photo, storage: Storage) -> tuple[list[Message], int]:
    """What is wrong with the original, and how many bytes were read."""
    said = []
    expected = original_name(photo.sha256, photo.format)
    if photo.original != expected:
        said.append(message("original.misplaced", found=photo.original, expected=expected))
    try:
        sha256, size = hash_of(storage, photo.original)
    except FileNotFoundError:
        return [*said, _missing(storage)], 0
    except Exception as error:  # noqa: BLE001  # a store's own errors are of no common kind; each is a finding
        return [*said, _unreadable(error)], 0
    if size != photo.size:
        said.append(message("original.other_size", found=size, expected=photo.size))
    if sha256 != photo.sha256:
        said.append(message("original.changed", found=sha256, expected=photo.sha256))
    return said, size


def _missing(storage: Storage) -> Message:
    """A file is missing only where others are: without its folder or bucket, the storage itself is."""
    try:
        return message("original.missing" if has_originals(storage) else "original.no_folder")
    except OSError as error:
        return _unreadable(error)


def _unreadable(error: Exception) -> Message:
    of_file = isinstance(error, OSError) and error.errno in _OF_ONE_FILE
    return message("original.unreadable" if of_file else "original.unreachable", error=_error(error))


def _error(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"[:200]


def _orphans(storage: Storage) -> Iterator[Finding]:
    """Files under originals/ that no row names, less those that may just be on their way in."""
    newest = (timezone.now() - _BEING_TAKEN_IN).timestamp()
    page: list[str] = []
    for name, at in names_below(storage, "originals"):
        if at < newest:
            page.append(name)
        if len(page) >= _PAGE:
            yield from _without_row(page)
            page = []
    yield from _without_row(page)


def _without_row(names: list[str]) -> Iterator[Finding]:
    hashes = {name.rpartition("/")[2].partition(".")[0]: name for name in names}
    known = set(Photo.objects.filter(sha256__in=hashes).values_list("original", flat=True))
    for name in names:
        if name not in known:
            yield Finding(message("original.orphan"), name)


def _write_down(found: Verified, *, whole: bool) -> None:
    """Each damaged photo, and the run itself, in the record of acts; derived pictures are queued anew."""
    with transaction.atomic():
        for finding in found.findings:
            if finding.photo is None or finding.unreached:
                continue
            if finding.harmless:
                make_derivatives.enqueue(finding.photo.pk)
                continue
            audit.record(
                actor=None,
                action="original.damaged",
                subject=finding.photo,
                place=_place(finding.photo),
                data=finding.message.as_json() | {"name": finding.name, "sha256": finding.photo.sha256},
            )
        audit.record(
            actor=None,
            action="originals.verified",
            subject=Photo(pk=0),  # of no single photo
            data={
                "photos": found.photos,
                "bytes": found.bytes,
                "whole": whole,
                "wrong": len(found.wrong),
                "unreached": len(found.unreached),
                "stopped": found.stopped.as_json() if found.stopped else None,
                "orphans": [one.name for one in found.findings if one.photo is None][:100],
            },
        )


def _place(photo: Photo) -> str:
    claim = Claim.objects.filter(photo=photo).select_related("project").order_by("pk").first()
    return claim.project.village_id if claim else ""
