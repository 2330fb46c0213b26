"""The one door for photos: phone, API, bulk import and demo all come through `take_in`.

Bytes first: hashed while they stream, sniffed, then kept under their hash and flushed to disk; only then rows are
written. Sending again is harmless. docs/design/photo-intake.md follows one photo through.
"""

import json
import math
import secrets
import uuid as uuids
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib.gis.geos import Point
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection, transaction
from django.utils import timezone
from django.utils.translation import gettext

from accounts import audit
from accounts.access import Action, Person, may
from accounts.models import User
from photos import capture, devices, doubt, looking, standing
from photos import facts as facts_of
from photos.containers import layout_of, opened
from photos.derivatives import make_derivatives
from photos.evidence import CheckOutcome, Fix
from photos.exif import Facts, read
from photos.facts import rows_of, rows_of_claim
from photos.judging import Asked, judge_claim
from photos.models import (
    Binding,
    CheckResult,
    Claim,
    FactSource,
    IntakeRefusal,
    Photo,
    Purpose,
    ReviewDecision,
)
from photos.removing import refuse_if_removed
from photos.sniff import SIZE_LIMIT, Sniffed, sniff
from photos.storing import keep_original
from photos.uploads import Incoming, received, saying_storage_away
from photos.verdict import Judgement
from places.message import Message, message, sentences
from places.message import mark as _
from places.problems import Problem
from projects.living import led_on
from projects.models import Project, Site, SiteStatus

SENTENCES = sentences(
    {
        "intake.not_building": _(
            "Pekerjaan ini masih draf, dibatalkan, atau sudah digabung, jadi tidak menerima foto. "
            "Hubungi operator desa bila statusnya keliru."
        ),
        "intake.other_site": _(
            "Titik lokasi ini bukan bagian dari pekerjaan yang dipilih. Pilih titiknya lagi."
        ),
        "intake.which_site": _("Pekerjaan ini punya %(count)s titik lokasi. Pilih titik yang difoto."),
        "intake.no_site": _(
            "Pekerjaan ini belum punya titik lokasi, jadi foto belum bisa dinilai. Isi titiknya dulu."
        ),
        "intake.site_dropped": _("Titik lokasi ini tidak jadi dikerjakan. Pilih titik lain."),
        "intake.progress_range": _("Progres harus antara 0 dan 100 %%, bukan %(value)s."),
        "intake.progress_missing": _("Isi progres yang tampak pada foto, 0 sampai 100 %%."),
        "intake.answers_nothing": _(
            "Foto yang digantikan (%(value)s) tidak ada pada pekerjaan ini. Buka “Foto saya”, lalu pilih "
            "“Kirim foto pengganti” lagi."
        ),
        "intake.answers_withdrawn": _(
            "Foto yang digantikan sudah ditarik. Kirim foto ini sebagai foto biasa."
        ),
        "intake.answers_open": _(
            "Foto yang digantikan tidak ditolak dan tidak diminta ulang. Kirim foto ini sebagai foto biasa."
        ),
        "intake.taken_by_camera": _(
            "Foto dari kamera halaman ini diambil oleh pengirimnya sendiri, bukan oleh %(value)s. Kosongkan “Diambil "
            "oleh”, atau kirim foto itu sebagai file."
        ),
        "intake.unknown_purpose": _("Tujuan foto “%(value)s” tidak dikenal."),
        "intake.withdrawn": _(
            "Foto ini sudah Anda tarik, jadi tidak dihitung. Pilih fotonya lagi untuk mengirim ulang."
        ),
        "intake.uuid_taken": _(
            "Nomor kiriman ini sudah dipakai untuk foto lain. Muat ulang halaman, lalu kirim fotonya lagi."
        ),
    }
)


@dataclass(frozen=True)
class Receipt:
    """What came of an upload: the claim, and whether it is new (False: this very photo was here already)."""

    claim: Claim
    is_new: bool


@dataclass(frozen=True)
class _Sent:
    """What a request says of a file, checked."""

    actor: User
    uuid: uuids.UUID
    project: Project
    site: Site
    progress: int
    purpose: str
    note: str
    file_name: str
    fix: Fix | None
    taken_by: User | None
    taken_by_name: str
    shared_reason: str
    answers: Claim | None
    received_at: datetime = field(default_factory=timezone.now)


def take_in(**sent: Any) -> Claim:
    """`receive` for callers that don't care whether the photo was here already."""
    return receive(**sent).claim


def receive(
    *,
    actor: User,
    uuid: uuids.UUID,
    project: Project,
    upload: Any,
    file_name: str,
    progress: int | None,
    site: Site | None = None,
    fix: Fix | None = None,
    purpose: str = Purpose.PROGRESS,
    note: str = "",
    taken_by: str = "",
    shared_reason: str = "",
    answers: str = "",
    received_at: datetime | None = None,
) -> Receipt:
    """Take in a photo, judge it, and store what it is said to show.

    upload: an uploaded file, any file object, a path, or bytes. site may be left out where there is only one,
    progress where the photo shows something else (then the site's own stays). taken_by: user name or any name.
    shared_reason: why one picture serves two projects. answers: uuid or primary key of the claim, rejected or asked
    for again, that this photo replaces.
    received_at: now, unless a caller replays the past (seed_demo, import_photos).
    Raises PermissionDenied, or Problem: 400 with the reason of a refusal (kept as IntakeRefusal), 409 for a uuid
    that belongs to other bytes or a project that takes no photos, 503 where the storage takes nothing (full, silent).
    Nothing else is left behind then.
    """
    incoming = received(upload)
    try:
        named = project
        project, site = led_on(project, site)  # a phone may not know yet that its record was merged
        # Whose record it was may send what was taken for it, also where the work lives on in another village.
        require_claiming(actor, project, as_of=named)
        site, purpose = chosen_site(project, site), _purpose(purpose)
        taker, taker_name = _taker(actor, project, cleaned(taken_by, 120), fix)
        sent = _Sent(
            actor=actor,
            uuid=uuid,
            project=project,
            site=site,
            progress=_progress(progress, purpose, site),
            purpose=purpose,
            note=_note(note, named, project),
            file_name=cleaned(file_name.replace("\\", "/").rpartition("/")[2], 255),
            fix=fix,
            taken_by=taker,
            taken_by_name=taker_name,
            shared_reason=cleaned(shared_reason, 300),
            answers=answered_claim(project, cleaned(answers, 60)),
            received_at=received_at or timezone.now(),
        )
        return _receive(sent, incoming)
    finally:
        incoming.discard()


def _note(text: str, named: Project, project: Project) -> str:
    """The sender's note; of a photo that was led on it says for which record it was sent."""
    if named.pk == project.pk:
        return cleaned(text, 500)
    led = gettext("Dikirim untuk %(gone)s, yang digabung ke sini.") % {"gone": named.code}
    return f"{cleaned(text, 499 - len(led))} {led}".strip()


def require_claiming(actor: Person, project: Project, *, as_of: Project | None = None) -> None:
    """Raises PermissionDenied if the person may not send photos for this project, Problem if nobody may now.

    as_of: a record that was merged into the project, which counts as well.
    """
    villages = {project.village_id, *([as_of.village_id] if as_of else [])}
    if not any(may(actor, Action.CLAIM, village) for village in villages):
        raise PermissionDenied(gettext("Tugas Anda tidak mencakup mengirim foto untuk pekerjaan ini."))
    if not project.is_building:
        raise Problem(message("intake.not_building"), status=409)


def chosen_site(project: Project, site: Site | None) -> Site:
    """The site meant: the one given, or the only active one. Raises Problem (400) if that is not clear."""
    if site is not None:
        if site.project_id != project.pk:
            raise _field_problem("site", message("intake.other_site"))
        if site.status != SiteStatus.ACTIVE:
            raise _field_problem("site", message("intake.site_dropped"))
        return site
    sites = [one for one in project.sites.all() if one.status == SiteStatus.ACTIVE]
    if len(sites) != 1:
        said = message("intake.which_site", count=len(sites)) if sites else message("intake.no_site")
        raise _field_problem("site", said)
    return sites[0]


def cleaned(text: str, limit: int) -> str:
    """Text as the database can hold it: no NUL, no broken surrogates, not too long."""
    return text.replace("\0", "").encode("utf-8", "replace").decode("utf-8").strip()[:limit]


def _progress(value: int | None, purpose: str, site: Site) -> int:
    """The per cent that was sent; a photo that is not of progress may leave the site where it is."""
    if value is None:
        if purpose == Purpose.PROGRESS:
            raise _field_problem("progress", message("intake.progress_missing"))
        return int(site.progress)
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= 100:
        raise _field_problem("progress", message("intake.progress_range", value=str(value)))
    return value


def _purpose(value: str) -> str:
    if value not in Purpose.values:
        raise _field_problem("purpose", message("intake.unknown_purpose", value=value))
    return value


def _taker(actor: User, project: Project, name: str, fix: Fix | None) -> tuple[User | None, str]:
    """Who took the picture: a person with a duty here, or a name. The page's camera is in its sender's own hands."""
    if fix is not None:
        if name and name != actor.get_username():
            raise _field_problem("taken_by", message("intake.taken_by_camera", value=name))
        return actor, ""
    if not name:
        return None, ""
    person = User.objects.filter(username=name, is_active=True).first()
    if person and may(person, Action.SEE_DRAFTS, project.village_id):
        return person, ""
    return None, name


def answered_claim(project: Project, key: str) -> Claim | None:
    """The claim that a photo replaces. Raises Problem (400) unless it is one of this project that people sent back."""
    if not key:
        return None
    claims = standing.with_decision(Claim.objects.filter(project=project))
    number = _uuid(key)
    if key.isdecimal() and len(key) < 18:
        answered = claims.filter(pk=int(key)).first()
    else:
        answered = claims.filter(uuid=number).first() if number else None
    if answered is None:
        raise _field_problem("answers", message("intake.answers_nothing", value=key))
    if answered.withdrawn_at:
        raise _field_problem("answers", message("intake.answers_withdrawn"))
    if getattr(answered, "decision", None) not in {ReviewDecision.REJECTED, ReviewDecision.ASKED}:
        raise _field_problem("answers", message("intake.answers_open"))
    return answered


def _uuid(text: str) -> uuids.UUID | None:
    try:
        return uuids.UUID(text)
    except ValueError:
        return None


def _field_problem(name: str, said: Message) -> Problem:
    problem = Problem(said)
    problem.fields = {name: [problem.sentence]}
    return problem


def _receive(sent: _Sent, incoming: Incoming) -> Receipt:
    seen = _seen(sent, incoming.sha256)
    known = _known(sent, incoming.sha256, seen.photo) if seen.photo or seen.uuid else None
    if known:
        return Receipt(known, is_new=False)
    if seen.photo:
        refuse_if_removed(incoming.sha256)
    sniffed, facts = _look(incoming, sent.file_name)
    if sniffed.refusal:
        raise _refuse(sent, incoming, sniffed.refusal)
    sha256, format = incoming.sha256, sniffed.format.upper()
    with saying_storage_away(sha256):
        original = keep_original(incoming.path, sha256=sha256, format=format)
    new = None if seen.photo else _new_photo(sent, sha256=sha256, sniffed=sniffed, original=original)
    try:
        return Receipt(_stored(sent, sha256, new, facts, sniffed), is_new=True)
    except IntegrityError:
        photo = Photo.objects.filter(sha256=sha256).first()
        known = _known(sent, sha256, photo)  # the same photo came in twice at the same moment
        if known:
            return Receipt(known, is_new=False)
        if new is None or photo is None:
            raise
    # Its bytes did, but for something else.
    return Receipt(_stored(sent, sha256, None, facts, sniffed), is_new=True)


@transaction.atomic
def _stored(sent: _Sent, sha256: str, new: Photo | None, facts: Facts, sniffed: Sniffed) -> Claim:
    """Photo and claim in one transaction. new: unsaved row of bytes that were never here; None: they have one."""
    if new:
        new.save(force_insert=True)
    photo = new or Photo.objects.select_for_update().get(sha256=sha256)
    # The queue is in the same database: the task is there exactly when the photo is.
    if not photo.display and make_derivatives.enqueue(photo.pk).is_finished:
        photo.refresh_from_db()  # a queue that works at once has looked at it already
    return _claim(sent, photo, facts, sniffed, is_new=new is not None)


@dataclass(frozen=True)
class _Seen:
    """What an upload meets: the row of its bytes, None if they were never here, and whether its uuid was."""

    photo: Photo | None
    uuid: bool


def _seen(sent: _Sent, sha256: str) -> _Seen:
    with connection.cursor() as cursor:
        cursor.execute(_MET, [sha256, sent.uuid])
        photo, by_uuid = cursor.fetchone()
    return _Seen(Photo.objects.filter(pk=photo).first() if photo else None, by_uuid)


# Nearly always neither: one question instead of two.
_MET = """
SELECT
    (SELECT id FROM photos_photo WHERE sha256 = %s),
    EXISTS (SELECT FROM photos_claim WHERE uuid = %s)
"""


def _known(sent: _Sent, sha256: str, seen: Photo | None) -> Claim | None:
    """The claim that this upload repeats. Raises Problem (409) if its uuid belongs to something else.

    seen: the row of the bytes, None if they were never here.
    """
    claims = Claim.objects.select_related("photo", "project", "site")
    by_uuid = claims.filter(uuid=sent.uuid).first()
    if by_uuid:
        if by_uuid.photo.sha256 == sha256 and by_uuid.uploaded_by_id == sent.actor.pk:
            if by_uuid.withdrawn_at:
                raise Problem(message("intake.withdrawn"), status=409)
            return by_uuid
        raise Problem(message("intake.uuid_taken"), status=409)
    if seen is None:
        return None
    same = claims.kept().filter(photo=seen, site=sent.site, progress=sent.progress, purpose=sent.purpose)
    return same.first()


def _look(incoming: Incoming, file_name: str) -> tuple[Sniffed, Facts]:
    """What the bytes are and what they say; a file over the limit is not looked at."""
    if incoming.too_large:
        said = message("refused.too_large", size_mb=incoming.size, limit_mb=SIZE_LIMIT)
        return Sniffed("", 0, 0, incoming.size, said), Facts()
    with opened(incoming.path) as data:
        layout = layout_of(data)
        sniffed = sniff(data, name=file_name, layout=layout)
        return sniffed, Facts() if sniffed.refusal else read(data, layout=layout, name=file_name)


def _refuse(sent: _Sent, incoming: Incoming, why: Message) -> Problem:
    """Keep that and why a file was refused (once per sending), and give the problem to raise."""
    with transaction.atomic():
        refusal, is_new = IntakeRefusal.objects.get_or_create(
            uuid=sent.uuid,
            sha256=incoming.sha256,
            user=sent.actor,
            defaults={
                "project": sent.project,
                "file_name": sent.file_name,
                "size": incoming.size,
                "message": why.as_json(),
            },
        )
        if is_new:
            audit.record(
                actor=sent.actor,
                action="photo.refused",
                subject=refusal,
                place=sent.project.village_id,
                data={"code": why.code, "project": sent.project.code, "sha256": incoming.sha256},
            )
    status = 413 if why.code == "refused.too_large" else 400
    problem = Problem(why, status=status)
    problem.fields = {"file": [problem.sentence]}
    return problem


def _new_photo(sent: _Sent, *, sha256: str, sniffed: Sniffed, original: str) -> Photo:
    """The row of bytes that were never here, not saved yet."""
    return Photo(
        sha256=sha256,
        format=sniffed.format.upper(),
        size=sniffed.size,
        width=sniffed.width,
        height=sniffed.height,
        original=original,
        received_at=sent.received_at,
    )


def _claim(sent: _Sent, photo: Photo, facts: Facts, sniffed: Sniffed, *, is_new: bool) -> Claim:
    """Judge and store. is_new: the bytes were never here, so nothing needs to be asked about them."""
    asked = Asked(
        project=sent.project,
        site=sent.site,
        progress=sent.progress,
        purpose=sent.purpose,
        received_at=sent.received_at,
        fix=sent.fix,
        binding=capture.bind(sent.fix, sha256=photo.sha256, user=sent.actor, at=sent.received_at),
        shared_reason=sent.shared_reason,
        uploader_id=sent.actor.pk,
    )
    evidence, judgement = judge_claim(
        asked,
        photo=photo if photo.looked_at or not is_new else None,
        facts=facts,
        sniffed=sniffed,
        pixels=looking.pixels_of(photo),
    )
    bound = asked.binding == Binding.BOUND
    claim = Claim.objects.create(
        photo=photo,
        binding=asked.binding,
        device=devices.key_of(facts, uploader=sent.actor.pk, bound=bound),
        **_columns(sent, judgement),
    )
    of_file = rows_of(photo, facts) if is_new else []
    facts_of.keep([*of_file, *rows_of_claim(claim, evidence)])
    results = results_of(claim, judgement.outcomes)
    keep_results(results)
    audit.record(
        actor=sent.actor,
        action="claim.received",
        subject=claim,
        place=sent.project.village_id,
        data={
            "project": sent.project.code,
            "site": sent.site.no,
            "progress": sent.progress,
            "purpose": sent.purpose,
            "sha256": photo.sha256,
            "verdict": judgement.verdict,
            "binding": asked.binding,
            "shared_reason": sent.shared_reason,
            "answers": sent.answers.pk if sent.answers else None,
            "distance_m": judgement.distance_m,
        },
    )
    standing.push(sent.project.pk)
    _remember(claim, results)
    return claim


def _remember(claim: Claim, results: list[CheckResult]) -> None:
    """What was just written need not be read again to answer: the checks in order, and that nobody decided yet."""
    checks = claim.checks.all()
    checks._result_cache = results
    claim._prefetched_objects_cache = {"checks": checks}  # type: ignore[attr-defined]
    claim.decision = None  # type: ignore[attr-defined]


def _columns(sent: _Sent, judgement: Judgement) -> dict[str, Any]:
    """A claim's columns from what was sent and how it was judged."""
    position, taken_at = judgement.position, judgement.taken_at
    offset = taken_at.utcoffset() if taken_at else None
    return {
        "uuid": sent.uuid,
        "project": sent.project,
        "site": sent.site,
        "progress": sent.progress,
        "purpose": sent.purpose,
        "note": sent.note,
        "file_name": sent.file_name,
        "shared_reason": sent.shared_reason,
        "answers": sent.answers,
        "taken_by": sent.taken_by,
        "taken_by_name": sent.taken_by_name,
        "uploaded_by": sent.actor,
        "received_at": sent.received_at,
        "taken_at": taken_at,
        "taken_at_source": judgement.taken_at_source,
        "taken_at_offset_min": int(offset.total_seconds() // 60) if offset is not None else 420,
        "position": Point(position.lon, position.lat, srid=4326) if position else None,
        "position_source": FactSource(position.source) if position else "",
        "position_reason": judgement.position_reason or "",
        "error_m": position.error_m if position else None,
        "fix": capture.kept(sent.fix),
        "verdict": judgement.verdict,
        "stands": standing.stands(verdict=judgement.verdict or "", decision=None),
        "distance_m": judgement.distance_m,
        "judged_at": timezone.now(),
        "doubt": doubt.score(judgement.outcomes, judgement.verdict),
        "control": secrets.randbelow(100) < settings.REVIEW_CONTROL_PERCENT,
    }


def results_of(claim: Claim, outcomes: Iterable[CheckOutcome]) -> list[CheckResult]:
    """Unsaved check results, in reading order; texts that were measured stand in the message alone."""
    return [
        CheckResult(
            claim=claim,
            order=order,
            code=outcome.code,
            status=outcome.status,
            measured=_float(outcome.measured),
            limit=_float(outcome.limit),
            message=outcome.message.as_json(),
            rule=outcome.rule,
            cites=list(outcome.cites),
        )
        for order, outcome in enumerate(outcomes)
    ]


# As in photos/facts.py: all rows as one parameter.
_INSERT = """
INSERT INTO photos_checkresult (claim_id, "order", code, status, measured, "limit", message, rule, cites)
SELECT claim_id, "order", code, status, measured, "limit", message, rule, cites
FROM jsonb_to_recordset(%s::jsonb) AS given (
    claim_id bigint, "order" smallint, code text, status text, measured float8, "limit" float8, message jsonb,
    rule smallint, cites jsonb
)
"""


def keep_results(results: Iterable[CheckResult]) -> None:
    """Store unsaved check results; their primary keys stay unknown here."""
    names = ("claim_id", "order", "code", "status", "measured", "limit", "message", "rule", "cites")
    given = [{name: getattr(result, name) for name in names} for result in results]
    if given:
        with connection.cursor() as cursor:
            cursor.execute(_INSERT, [json.dumps(given, allow_nan=False)])


def _float(value: object) -> float | None:
    """A number that JSON and the database both have; an infinite one tells nobody anything."""
    return float(value) if isinstance(value, int | float) and math.isfinite(value) else None
