"""What people conclude of a pair: a monitor's triage, or an auditor's finding in an engagement. Two things.

The newest decision in force counts; older ones and withdrawn ones are kept. A scan never touches them; what they
rest on is kept with them (inputs), so that only a change of that opens them again (duplicates/reopening.py; of a
finding until the cut-off only: duplicates/engagement_pairs.py).
"""

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext

from accounts import audit
from accounts.access import Action, Person, may, reach
from accounts.models import User
from duplicates import engagement_pairs, merging
from duplicates.engagements import covers
from duplicates.listing import forget_how_many
from duplicates.models import Decision, DecisionKind, Engagement, Merge, Pair
from duplicates.reopening import inputs_of_pair
from places.message import mark as _
from places.message import message, sentences
from places.problems import Problem
from projects.models import Project

SENTENCES = sentences(
    {
        "decision.no_reason": _(
            "Tulis alasan kesimpulan; tanpa alasan kesimpulan tidak dapat dipertahankan."
        ),
        "decision.no_metres": _("Ganda sebagian memerlukan panjang yang sama, dalam meter."),
        "decision.unknown_kind": _("Kesimpulan “%(kind)s” tidak dikenal."),
        "decision.closed": _("Penugasan %(assignment)s sudah ditutup."),
        "decision.not_covered": _("Pasangan ini di luar wilayah atau tahun penugasan %(assignment)s."),
        "decision.withdrawn_already": _("Kesimpulan ini sudah ditarik."),
        "decision.meanwhile": _(
            "%(who)s menyimpulkan pasangan ini pada %(written_at)s, setelah Anda membukanya: %(kind_word)s. "
            "“%(reason)s” Isian Anda masih ada: bandingkan, lalu simpan lagi."
        ),
    }
)


def may_triage(user: Person, pair: Pair) -> bool:
    """Whether the person may conclude the pair as a monitor: one of the projects lies in their places."""
    return any(may(user, Action.TRIAGE, project.village_id) for project in (pair.left, pair.right))


@transaction.atomic
def conclude(
    *,
    pair: Pair,
    kind: str,
    reason: str,
    actor: User,
    metres: float | None = None,
    engagement: Engagement | None = None,
    kept: Project | None = None,
    money: str = "",
    seen: int | None = None,
) -> Decision:
    """Write a decision on a pair: triage without an engagement, a finding with one.

    kept, money: of a monitor's `same_record`, which merges the two (duplicates/merging.py). seen: the newest
    decision that the person saw, 0 for none; a later one of the same side of the wall is not overwritten (409).
    Raises PermissionDenied for those who may not, Problem for a missing reason, length or wrong engagement.
    """
    _require(actor, pair, engagement)
    _check(kind, reason, metres)
    merges = engagement is None and kind == DecisionKind.SAME_RECORD
    if merges:
        _check_merge(kept, money)
    if engagement is not None:
        engagement_pairs.take(engagement, pair)
    Pair.objects.select_for_update().get(pk=pair.pk)
    if seen is not None:
        _refuse_meanwhile(pair, engagement, seen)
    decision = Decision.objects.create(
        pair=pair,
        engagement=engagement,
        kind=kind,
        metres=metres if kind == DecisionKind.PARTLY else None,
        reason=reason.strip(),
        decided_by=actor,
        inputs=engagement_pairs.inputs_at(engagement, pair) if engagement else inputs_of_pair(pair),
    )
    _write_down(actor, "decided", decision)
    if merges and kept is not None:
        merging.merge(decision=decision, kept=kept, money=money, actor=actor)
    return decision


@transaction.atomic
def withdraw(*, decision: Decision, reason: str, actor: User) -> Decision:
    """Take a decision back; it stays in the history with who took it back and why, and its merge is undone."""
    _require(actor, decision.pair, decision.engagement)
    if not reason.strip():
        raise Problem(message("decision.no_reason"), fields={"reason": [gettext("Isian ini wajib.")]})
    locked = Decision.objects.select_for_update().get(pk=decision.pk)
    if locked.withdrawn_at:
        raise Problem(message("decision.withdrawn_already"), status=409)
    locked.withdrawn_at, locked.withdrawn_by, locked.withdrawn_reason = timezone.now(), actor, reason.strip()
    locked.save(update_fields=["withdrawn_at", "withdrawn_by", "withdrawn_reason"])
    _write_down(actor, "withdrawn", locked)
    made = Merge.objects.filter(decision=locked, undone_at__isnull=True).first()
    if made is not None:
        merging.undo(made=made, reason=reason, actor=actor)
    return locked


def _require(actor: User, pair: Pair, engagement: Engagement | None) -> None:
    if engagement is None:
        if not may_triage(actor, pair):
            raise PermissionDenied(gettext("Anda tidak bertugas menyimpulkan pasangan ini."))
        return
    if not reach(actor, Action.FINDING) or not engagement.team.filter(pk=actor.pk).exists():
        raise PermissionDenied(gettext("Temuan hanya ditulis oleh tim penugasan."))
    if engagement.closed_at:
        raise Problem(message("decision.closed", assignment=engagement.assignment), status=409)
    if not covers(engagement, pair):
        raise Problem(message("decision.not_covered", assignment=engagement.assignment))


def require_follow_up(actor: User, decision: Decision) -> None:
    """Raises PermissionDenied for those who could not have written the decision; a closed engagement is no bar."""
    if decision.engagement is None:
        return _require(actor, decision.pair, None)
    if not reach(actor, Action.FINDING) or not decision.engagement.team.filter(pk=actor.pk).exists():
        raise PermissionDenied(gettext("Temuan hanya ditulis oleh tim penugasan."))
    return None


def _check(kind: str, reason: str, metres: float | None) -> None:
    if kind not in DecisionKind.values:
        raise Problem(message("decision.unknown_kind", kind=kind))
    if not reason.strip():
        raise Problem(message("decision.no_reason"), fields={"reason": [gettext("Isian ini wajib.")]})
    if kind == DecisionKind.PARTLY and not (metres and metres > 0):
        raise Problem(message("decision.no_metres"), fields={"metres": [gettext("Isian ini wajib.")]})


def _check_merge(kept: Project | None, money: str) -> None:
    if kept is None:
        raise Problem(message("merge.no_kept"), fields={"kept": [gettext("Isian ini wajib.")]})
    if money not in list(merging.Money):
        raise Problem(message("merge.no_money"), fields={"money": [gettext("Isian ini wajib.")]})


def _refuse_meanwhile(pair: Pair, engagement: Engagement | None, seen: int) -> None:
    """Two at once: who comes second is told what the first wrote."""
    newer = pair.decisions.filter(engagement=engagement, pk__gt=seen).select_related("decided_by").first()
    if newer is not None:
        said = message(
            "decision.meanwhile",
            who=str(newer.decided_by or "–"),
            written_at=newer.at.isoformat(),
            kind_word=str(newer.get_kind_display()),
            reason=newer.reason,
        )
        raise Problem(said, status=409)


def _write_down(actor: User, what: str, decision: Decision) -> None:
    """The audit event. Of a finding it says only that there is one: the kind is its team's until it reports."""
    pair = decision.pair
    data: dict[str, object] = {"pair": pair.pk, "left": pair.left.code, "right": pair.right.code}
    if decision.engagement is None:
        data |= {"kind": decision.kind, "metres": decision.metres}
    forget_how_many(actor)
    word = "finding" if decision.engagement else "triage"
    audit.record(
        actor=actor, action=f"{word}.{what}", subject=decision, place=pair.left.village_id, data=data
    )
