"""Comments on a case, with a file or without; kept by content, given back as a download only.

A remark written in an engagement is read by its team alone, as everything else in it.
"""

import hashlib
import io
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import PermissionDenied
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext

from accounts import audit
from accounts.access import Action, Person, reach
from accounts.models import User
from duplicates import engagement_pairs
from duplicates.listing import pairs_for
from duplicates.models import Case, Engagement, Pair, Remark
from places.message import mark as _
from places.message import message, sentences
from places.problems import Problem
from places.saying import say

MOST_BYTES = 20_000_000
# How a file of each kind begins; what only pretends to be one is refused. None: text in UTF-8.
BEGINNINGS: dict[str, tuple[bytes, ...] | None] = {
    "pdf": (b"%PDF-",),
    "jpg": (b"\xff\xd8\xff",),
    "jpeg": (b"\xff\xd8\xff",),
    "png": (b"\x89PNG\r\n\x1a\n",),
    "docx": (b"PK\x03\x04",),
    "xlsx": (b"PK\x03\x04",),
    "odt": (b"PK\x03\x04",),
    "ods": (b"PK\x03\x04",),
    "csv": None,
    "txt": None,
}
SENTENCES = sentences(
    {
        "remark.empty": _("Tulis catatan, atau lampirkan berkas."),
        "remark.too_large": _("Berkas ini %(size_mb)s; batasnya %(limit_mb)s."),
        "remark.kind": _("Berkas “%(file_name)s” tidak dapat dilampirkan. Pilihannya: %(choices)s."),
        "remark.other_content": _(
            "Isi “%(file_name)s” bukan %(suffix)s seperti namanya. Simpan ulang berkasnya, lalu lampirkan lagi."
        ),
        "remark.empty_file": _("Berkas “%(file_name)s” kosong."),
        "remark.closed": _("Penugasan %(assignment)s sudah ditutup."),
    }
)


@dataclass(frozen=True)
class _File:
    name: str
    suffix: str
    content: bytes

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.content).hexdigest()


def remarks_of(case: Case, user: Person) -> QuerySet[Remark]:
    """The case's remarks that the person may read, the oldest first."""
    team = user.engagements.values("pk") if isinstance(user, User) else []
    readable = Q(engagement__isnull=True) | Q(engagement__in=team)
    return case.remarks.filter(readable).select_related("author", "engagement")


def write(
    *,
    actor: User,
    case: Case | None = None,
    pair: Pair | None = None,
    text: str = "",
    upload: Any = None,
    engagement: Engagement | None = None,
) -> Remark:
    """Write a remark, with a file if `upload` (an uploaded file) is given: on a case, or on an engagement's pair.

    Raises PermissionDenied for those who don't see the case or are not of the team, Problem for an empty remark
    or a file that is too large, of no accepted kind, or not what its name says.
    """
    if case is not None:
        _require_case(actor, case)
    if engagement is not None:
        _require_team(actor, engagement)
        if pair is not None:
            engagement_pairs.take(engagement, pair)
    file = _checked(upload) if upload is not None else None
    if not text.strip() and file is None:
        raise _field("text", message("remark.empty"))
    stored = _kept(file) if file else ""  # the file before the row that claims it
    with transaction.atomic():
        remark = Remark.objects.create(
            case=case,
            engagement=engagement,
            pair=pair if engagement else None,
            text=text.strip(),
            file=stored,
            file_name=file.name if file else "",
            sha256=file.sha256 if file else "",
            size=len(file.content) if file else 0,
            author=actor,
        )
        data = _told(remark)
        audit.record(actor=actor, action="case.remarked", subject=remark, data=data)
    return remark


def _told(remark: Remark) -> dict[str, object]:
    """What the record of acts says; of a remark in an engagement only that there is one."""
    if remark.engagement is not None:
        return {"engagement": str(remark.engagement)}
    return {"case": remark.case_id} | ({"sha256": remark.sha256} if remark.file else {})


def may_read(remark: Remark, user: Person) -> bool:
    """Whether it is of the person's team, or on a case that they see."""
    if remark.engagement is not None:
        return isinstance(user, User) and remark.engagement.team.filter(pk=user.pk).exists()
    return remark.case is not None and pairs_for(user).filter(case=remark.case).exists()


def _require_case(actor: User, case: Case) -> None:
    if not reach(actor, Action.SCAN) or not pairs_for(actor).filter(case=case).exists():
        raise PermissionDenied(gettext("Catatan ditulis oleh pemantau dan pemeriksa yang melihat kasus ini."))


def _require_team(actor: User, engagement: Engagement) -> None:
    if not engagement.team.filter(pk=actor.pk).exists():
        raise PermissionDenied(gettext("Catatan dalam penugasan hanya ditulis oleh timnya."))
    if engagement.closed_at:
        raise Problem(message("remark.closed", assignment=engagement.assignment), status=409)


def _checked(upload: Any) -> _File:
    name = str(upload.name or "").replace("\\", "/").rpartition("/")[2].replace("\0", "")[-200:]
    suffix = name.rpartition(".")[2].lower()
    if suffix not in BEGINNINGS:
        raise _field("file", message("remark.kind", file_name=name, choices=", ".join(BEGINNINGS)))
    if upload.size > MOST_BYTES:
        raise _field(
            "file", message("remark.too_large", size_mb=upload.size, limit_mb=MOST_BYTES), status=413
        )
    content = upload.read()
    if not content:
        raise _field("file", message("remark.empty_file", file_name=name))
    if not _is(content, BEGINNINGS[suffix]):
        raise _field("file", message("remark.other_content", file_name=name, suffix=suffix.upper()))
    return _File(name, suffix, content)


def _is(content: bytes, beginnings: tuple[bytes, ...] | None) -> bool:
    if beginnings is not None:
        return content.startswith(beginnings)
    try:
        return "\0" not in content.decode("utf-8")
    except UnicodeDecodeError:
        return False


def _kept(file: _File) -> str:
    """Store the bytes under their hash, once; returns the name in the storage."""
    storage = storages["default"]
    name = f"case-files/{file.sha256[:2]}/{file.sha256}.{file.suffix}"
    if storage.exists(name):
        return name
    saved = storage.save(name, ContentFile(file.content))
    if saved != name:  # another request stored the same bytes in between
        storage.delete(saved)
    return name


def opened(remark: Remark) -> io.BytesIO:
    """The file as it was attached. Raises FileNotFoundError, also where the bytes are no longer those."""
    with storages["default"].open(remark.file, "rb") as file:
        content = file.read()
    if hashlib.sha256(content).hexdigest() != remark.sha256:
        raise FileNotFoundError(f"{remark.file} is not what was attached")
    return io.BytesIO(content)


def _field(name: str, said: Any, status: int = 400) -> Problem:
    return Problem(said, status=status, fields={name: [say(said)]})
