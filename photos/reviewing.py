"""A person's decision on a claim. It outlives every recheck; the newest counts, all are kept.

Accept, reject, or ask for the photo again. docs/design/reviews.md; many at once: photos/review_batches.py.
"""

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext

from accounts import audit
from accounts.access import Action, may
from accounts.models import AuditEvent, Notice, User
from photos import queueing, standing, turns
from photos.models import Claim, Review, ReviewDecision, Verdict
from places.message import mark as _
from places.message import message, sentences
from places.problems import Problem

SENTENCES = sentences(
    {
        "review.reason_missing": _("Tulis alasannya: pelaksana harus tahu apa yang perlu diperbaiki."),
        "review.reason_missing_accept": _(
            "Hasil pemeriksaan foto ini bukan “Sesuai lokasi”. Tulis alasan mengapa tetap diterima."
        ),
        "review.already_accepted": _(
            "%(reviewer)s sudah menerima foto ini pada %(reviewed_at)s. Alasannya: %(reason)s"
        ),
        "review.already_rejected": _(
            "%(reviewer)s sudah menolak foto ini pada %(reviewed_at)s. Alasannya: %(reason)s"
        ),
        "review.already_asked": _(
            "%(reviewer)s sudah meminta foto ini diulang pada %(reviewed_at)s. Alasannya: %(reason)s"
        ),
        "review.withdrawn": _("Foto ini sudah ditarik oleh pengirimnya."),
        "review.unknown_decision": _("Keputusan “%(value)s” tidak dikenal."),
        "review.accepted": _("Foto %(progress_pct)s untuk “%(title)s” diterima."),
        "review.accepted_because": _("Foto %(progress_pct)s untuk “%(title)s” diterima: %(reason)s"),
        "review.rejected": _("Foto %(progress_pct)s untuk “%(title)s” ditolak: %(reason)s"),
        "review.asked": _(
            "Foto %(progress_pct)s untuk “%(title)s” perlu diulang: %(reason)s Kirim foto baru sebagai jawabannya."
        ),
    }
)
REASON_LENGTH = 500


def review(*, actor: User, claim: Claim, decision: str, reason: str = "", seen: int | None = None) -> Review:
    """Decide on a claim ("accepted", "rejected", "asked"), tell its sender, and bring the project up to date.

    seen: primary key of the newest review that the reviewer saw; None if there was none. A reason is needed to
    reject or to ask again, and to accept what the checks did not verify. Raises PermissionDenied, or Problem: 400 for a missing
    reason, 409 if somebody decided in between (saying what) or the claim was withdrawn.
    """
    _require_reviewing(actor, claim)
    reason = cleaned(reason)
    with transaction.atomic():
        locked = Claim.objects.select_for_update(of=("self",)).select_related("project").get(pk=claim.pk)
        before = _require_open(locked, seen)
        _require_reason(locked, decision, reason)
        made = Review.objects.create(
            claim=locked,
            reviewer=actor,
            decision=decision,
            reason=reason,
            tier=queueing.tier_of(actor, locked.project.village_id),
        )
        turns.decided([made])
        event_of(made, actor).save()
        if tells(made, before) and (notice := notice_of(made)):
            notice.save()
        standing.push(locked.project_id)
    queueing.forget_how_many(actor)
    return made


def cleaned(reason: str) -> str:
    """A reason as it is kept."""
    return reason.replace("\0", "").strip()[:REASON_LENGTH]


def event_of(made: Review, actor: User) -> AuditEvent:
    """What the record says of a review; not yet written."""
    claim = made.claim
    data = {
        "project": claim.project.code,
        "verdict": claim.verdict,
        "reason": made.reason,
        "tier": made.tier,
    }
    return audit.event(
        actor=actor,
        action=f"claim.{made.decision}",
        subject=claim,
        place=claim.project.village_id,
        data=data | ({"batch": str(made.batch)} if made.batch else {}),
    )


def tells(made: Review, before: Review | None) -> bool:
    """Whether the sender does not know it yet: the second to say the same says nothing new."""
    if before is None or before.decision != made.decision:
        return True
    return made.decision != ReviewDecision.ACCEPTED and made.reason != before.reason


def notice_of(made: Review) -> Notice | None:
    """What the sender is told; not yet written. None for photos whose sender's account is gone."""
    claim = made.claim
    if claim.uploaded_by_id is None or claim.uploaded_by_id == made.reviewer_id:
        return None
    code = f"review.{made.decision}"
    if made.decision == ReviewDecision.ACCEPTED and made.reason:
        code = "review.accepted_because"
    said = message(code, progress_pct=claim.progress, title=claim.project.title, reason=made.reason)
    url = f"{reverse('field_mine')}#claim-{claim.pk}"
    return Notice(user_id=claim.uploaded_by_id, message=said.as_json(), url=url)


def _require_reviewing(actor: User, claim: Claim) -> None:
    if not may(actor, Action.REVIEW, claim.project.village_id):
        raise PermissionDenied(gettext("Tugas Anda tidak mencakup verifikasi foto di wilayah ini."))
    if claim.uploaded_by_id == actor.pk:
        raise PermissionDenied(gettext("Foto sendiri diverifikasi oleh orang lain."))


def _require_open(claim: Claim, seen: int | None) -> Review | None:
    """The newest review, if the reviewer saw it."""
    if claim.withdrawn_at:
        raise Problem(message("review.withdrawn"), status=409)
    newest = claim.reviews.select_related("reviewer").first()
    if newest and newest.pk != seen:
        said = message(
            f"review.already_{newest.decision}",
            reviewer=str(newest.reviewer or "–"),
            reviewed_at=newest.at.isoformat(),
            reason=newest.reason or "–",
        )
        raise Problem(
            said, status=409, hint=gettext("Buka foto berikutnya, atau muat ulang untuk menilai lagi.")
        )
    return newest


def _require_reason(claim: Claim, decision: str, reason: str) -> None:
    if decision not in ReviewDecision.values:
        raise Problem(message("review.unknown_decision", value=decision))
    if reason or not needs_reason(decision, claim.verdict):
        return
    overrules = decision == ReviewDecision.ACCEPTED
    problem = Problem(message("review.reason_missing_accept" if overrules else "review.reason_missing"))
    problem.fields = {"reason": [problem.sentence]}
    raise problem


def needs_reason(decision: str, verdict: str) -> bool:
    """Always to reject or ask again; to accept, where the checks did not verify."""
    return decision != ReviewDecision.ACCEPTED or verdict != Verdict.VERIFIED
