"""An auditor's finding: its sheet and its review by a second member.

A finding is a Decision inside an engagement. A sheet that is written on after the review is not reviewed any more;
who reviews wrote neither the finding nor the last words of its sheet.
Audit events say that something was written, never what: the kind of a finding is its team's until it reports.
"""

from collections.abc import Iterable, Mapping
from decimal import Decimal

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext

from accounts import audit
from accounts.access import Action, Person, reach
from accounts.models import AuditEvent, User
from duplicates import frozen_words
from duplicates.criteria import valid_in
from duplicates.engagements import DUPLICATES, engagements_of
from duplicates.models import (
    Criterion,
    Decision,
    DecisionQuerySet,
    Engagement,
    FindingSheet,
)
from duplicates.project_as_of import ProjectAsOf
from places.message import mark as _
from places.message import message, sentences
from places.problems import Problem

SENTENCES = sentences(
    {
        "finding.closed": _("Penugasan %(assignment)s sudah ditutup; temuannya tidak diubah lagi."),
        "finding.withdrawn": _("Temuan ini sudah ditarik."),
        "finding.no_condition": _("Tulis kondisinya: apa yang ditemukan."),
        "finding.amount": _("Nilai temuan tidak kurang dari nol."),
        "finding.criterion": _("Kriteria %(titles)s tidak berlaku dalam masa penugasan ini."),
        "finding.conflict": _(
            "Lembar ini disimpan anggota lain pada %(changed_at)s, setelah Anda membukanya. Isian Anda masih ada: "
            "bandingkan, lalu simpan lagi."
        ),
        "finding.own_review": _("Temuan diperiksa anggota lain, bukan penulisnya."),
        "finding.own_sheet": _(
            "Lembar ini terakhir Anda tulis. Minta penulis kesimpulan membaca dan menyimpannya, atau anggota lain "
            "memeriksanya."
        ),
        "finding.reviewed_already": _("Temuan ini sudah diperiksa %(who)s."),
        "finding.no_sheet": _("Lembar temuan belum ditulis; isi dulu sebelum diperiksa."),
        "finding.no_note": _("Tulis apa yang perlu diperbaiki."),
    }
)


def findings_for(user: Person) -> DecisionQuerySet:
    """The findings that the person may read: those of the engagements on whose team they are."""
    return Decision.objects.filter(engagement__in=engagements_of(user).values("pk"))


def speaks_of_money(finding: Decision) -> bool:
    """Whether the finding says that money was or would be spent twice."""
    return finding.kind in DUPLICATES


def is_draft(finding: Decision) -> bool:
    """Whether it waits for the second pair of eyes, and so is not among the report's findings."""
    engagement = finding.engagement
    return engagement is not None and engagement.four_eyes and finding.reviewed_by_id is None


def proposed(finding: Decision, states: Mapping[int, ProjectAsOf]) -> FindingSheet:
    """A sheet that nobody has written yet: kondisi from the facts as of the cut-off, nilai from the smaller plan."""
    left, right = states.get(finding.pair.left_id), states.get(finding.pair.right_id)
    if left is None or right is None:
        return FindingSheet(decision=finding)
    amount = frozen_words.smaller_plan(left, right) if speaks_of_money(finding) else None
    return FindingSheet(decision=finding, condition=frozen_words.draft_condition(left, right), amount=amount)


def sheet_of(finding: Decision) -> FindingSheet | None:
    """The sheet as it is stored, or None."""
    return FindingSheet.objects.filter(decision=finding).first()


def seen_mark(sheet: FindingSheet | None) -> str:
    """What a form carries to notice that somebody saved in between."""
    return sheet.updated_at.isoformat() if sheet is not None and sheet.pk else ""


@transaction.atomic
def write_sheet(
    *,
    finding: Decision,
    actor: User,
    condition: str,
    criteria: Iterable[Criterion] = (),
    cause: str = "",
    effect: str = "",
    recommendation: str = "",
    amount: Decimal | None = None,
    seen: str | None = None,
) -> FindingSheet:
    """Store what the finding says in the report. A review of it ends, since it was of other words.

    seen: `seen_mark` of the sheet as the person saw it; another one is a conflict (409).
    Raises PermissionDenied, Problem.
    """
    locked, engagement = _open(finding, actor)
    chosen = list(criteria)
    _check_sheet(engagement, condition, chosen, amount)
    sheet = FindingSheet.objects.select_for_update().filter(decision=locked).first()
    if seen is not None and seen != seen_mark(sheet):
        changed_at = sheet.updated_at if sheet else timezone.now()
        raise Problem(message("finding.conflict", changed_at=changed_at.isoformat()), status=409)
    sheet = sheet or FindingSheet(decision=locked)
    before = _content(sheet)
    sheet.condition, sheet.cause, sheet.effect = condition.strip(), cause.strip(), effect.strip()
    sheet.recommendation, sheet.amount = recommendation.strip(), amount
    sheet.save()
    sheet.criteria.set(chosen)
    if _content(sheet) != before:
        _end_review(locked)
        _write_down(actor, "finding.sheet", locked)
    elif _last_writer(locked) != actor.pk:  # the same words again: now they are this member's too
        _write_down(actor, "finding.sheet", locked)
    finding.refresh_from_db()
    return sheet


def _check_sheet(
    engagement: Engagement, condition: str, criteria: list[Criterion], amount: Decimal | None
) -> None:
    if not condition.strip():
        raise Problem(message("finding.no_condition"), fields={"condition": [gettext("Isian ini wajib.")]})
    if amount is not None and amount < 0:
        raise Problem(message("finding.amount"))
    valid = set(valid_in(engagement).values_list("pk", flat=True))
    foreign = [criterion.title for criterion in criteria if criterion.pk not in valid]
    if foreign:
        raise Problem(message("finding.criterion", titles="; ".join(foreign)))


def _content(sheet: FindingSheet) -> tuple[object, ...]:
    criteria = sorted(sheet.criteria.values_list("pk", flat=True)) if sheet.pk else []
    texts = (sheet.condition, sheet.cause, sheet.effect, sheet.recommendation)
    return (*texts, sheet.amount, *criteria)


# The second pair of eyes ------------------------------------------------------------------------------------


@transaction.atomic
def review(*, finding: Decision, actor: User, note: str = "") -> Decision:
    """Say that the finding was looked at by a second member and stands.

    Raises PermissionDenied for others, Problem for the author, a finding without a sheet, or one reviewed already.
    """
    locked, _engagement = _open(finding, actor)
    _check_reviewer(locked, actor)
    if speaks_of_money(locked) and not FindingSheet.objects.filter(decision=locked).exists():
        raise Problem(message("finding.no_sheet"))
    locked.reviewed_by, locked.reviewed_at, locked.review_note = actor, timezone.now(), note.strip()[:500]
    locked.save(update_fields=["reviewed_by", "reviewed_at", "review_note"])
    _write_down(actor, "finding.reviewed", locked)
    finding.refresh_from_db()
    return locked


@transaction.atomic
def send_back(*, finding: Decision, actor: User, note: str) -> Decision:
    """Say what is to be mended before the finding can be reviewed. Raises as `review`, and for an empty note."""
    locked, _engagement = _open(finding, actor)
    _check_reviewer(locked, actor)
    if not note.strip():
        raise Problem(message("finding.no_note"), fields={"note": [gettext("Isian ini wajib.")]})
    locked.review_note = f"{actor}: {note.strip()}"[:500]
    locked.save(update_fields=["review_note"])
    _write_down(actor, "finding.sent_back", locked)
    finding.refresh_from_db()
    return locked


def may_review(user: Person, finding: Decision) -> bool:
    """Whether this member wrote neither the finding nor its sheet, and it is not reviewed yet."""
    if finding.reviewed_by_id is not None or finding.withdrawn_at:
        return False
    return user.pk not in {finding.decided_by_id, _last_writer(finding)}


def _last_writer(finding: Decision) -> int | None:
    """Who wrote on the sheet last, by the record of acts."""
    acts = AuditEvent.objects.filter(
        subject_type=finding._meta.label_lower, subject_id=str(finding.pk), action="finding.sheet"
    )
    return acts.order_by("-id").values_list("actor_id", flat=True).first()


def _check_reviewer(finding: Decision, actor: User) -> None:
    if finding.decided_by_id == actor.pk:
        raise Problem(message("finding.own_review"), status=403)
    if _last_writer(finding) == actor.pk:
        raise Problem(message("finding.own_sheet"), status=403)
    if finding.reviewed_by_id is not None:
        raise Problem(message("finding.reviewed_already", who=str(finding.reviewed_by)), status=409)


def _end_review(finding: Decision) -> None:
    if finding.reviewed_by_id is None:
        return
    finding.reviewed_by, finding.reviewed_at, finding.review_note = None, None, ""
    finding.save(update_fields=["reviewed_by", "reviewed_at", "review_note"])


# Who and when -----------------------------------------------------------------------------------------------


def _locked(finding: Decision, actor: User) -> Decision:
    """The finding as it is now. Raises PermissionDenied for people outside its team, Problem when it was withdrawn."""
    locked = (
        Decision.objects.select_for_update(of=("self",))
        .select_related("pair", "engagement")
        .get(pk=finding.pk)
    )
    engagement = locked.engagement
    is_member = engagement is not None and engagement.team.filter(pk=actor.pk).exists()
    if not is_member or not reach(actor, Action.FINDING):
        raise PermissionDenied(gettext("Temuan hanya ditulis oleh tim penugasan."))
    if locked.withdrawn_at:
        raise Problem(message("finding.withdrawn"), status=409)
    return locked


def _open(finding: Decision, actor: User) -> tuple[Decision, Engagement]:
    """The same with its engagement, which must not be closed."""
    locked = _locked(finding, actor)
    engagement = locked.engagement
    if engagement is None:
        raise PermissionDenied(gettext("Temuan hanya ditulis oleh tim penugasan."))
    if engagement.closed_at:
        raise Problem(message("finding.closed", assignment=engagement.assignment), status=409)
    return locked, engagement


def _write_down(actor: User, action: str, finding: Decision) -> None:
    audit.record(
        actor=actor,
        action=action,
        subject=finding,
        place=finding.pair.left.village_id,
        data={"pair": finding.pair_id, "engagement": str(finding.engagement)},
    )
