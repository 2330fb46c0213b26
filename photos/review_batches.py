"""One decision over a whole filter: what would be decided is shown first, and only that is decided.

The snapshot that the confirm page carries is signed: the claims with the newest review and the verdict that the
reviewer was shown. Whatever arrived, was decided, withdrawn or judged anew in between is left alone and counted.
"""

import uuid
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.core import signing
from django.db import transaction
from django.db.models import Count, OuterRef, Subquery
from django.urls import reverse

from accounts.models import AuditEvent, Notice, User
from photos import standing, turns
from photos.models import Claim, ClaimQuerySet, Review, ReviewDecision, Verdict
from photos.queueing import Asked, forget_how_many, queue, tier_of
from photos.reviewing import cleaned, event_of, needs_reason, notice_of, tells
from places.message import Message, message, sentences
from places.message import mark as _
from places.problems import Problem

SENTENCES = sentences(
    {
        "batch.stale": _(
            "Daftar foto ini sudah lama atau bukan milik Anda. Muat ulang, lalu konfirmasi lagi."
        ),
        "batch.reason_missing": _(
            "Tulis satu alasan untuk semuanya: pelaksana harus tahu apa yang perlu diperbaiki."
        ),
        "batch.reason_missing_accept": _(
            "Di antaranya ada %(many)s foto yang bukan “Sesuai lokasi”. Tulis alasan mengapa tetap diterima, "
            "atau terima yang sesuai lokasi saja."
        ),
        "batch.accepted": _("%(many)s foto Anda diterima."),
        "batch.accepted_because": _("%(many)s foto Anda diterima: %(reason)s"),
        "batch.rejected": _("%(many)s foto Anda ditolak: %(reason)s"),
        "batch.asked": _("%(many)s foto Anda perlu diulang: %(reason)s Kirim foto baru sebagai jawabannya."),
        "batch.skipped_decided": _("%(many)s dilewati karena sudah diputuskan orang lain."),
        "batch.skipped_withdrawn": _("%(many)s dilewati karena ditarik pengirimnya."),
        "batch.skipped_changed": _("%(many)s dilewati karena hasil pemeriksaannya berubah."),
        "batch.skipped_out_of_reach": _("%(many)s dilewati karena bukan wilayah tugas Anda."),
    }
)
_SALT = "photos.review_batches"
_VALID_FOR_S = 60 * 60
_VERDICTS = list(Verdict.values)


@dataclass(frozen=True)
class Plan:
    """What a decision over the filter would touch. token: what is sent back to do exactly this.

    all: photos in the filter; many: those decided in this go; verdicts: their split; left_out: not "Sesuai
    lokasi", kept out of an acceptance unless they were asked for.
    """

    decision: str
    all: int
    many: int
    verdicts: dict[str, int]
    left_out: dict[str, int]
    token: str

    @property
    def needs_reason(self) -> bool:
        return any(many and needs_reason(self.decision, verdict) for verdict, many in self.verdicts.items())


@dataclass(frozen=True)
class Done:
    """What a decision over the filter did. skipped: how many were left alone, by why."""

    batch: uuid.UUID
    decision: str
    many: int
    skipped: Mapping[str, int] = field(default_factory=dict)

    @property
    def messages(self) -> list[Message]:
        """Why some were left alone."""
        return [message(f"batch.skipped_{why}", many=many) for why, many in self.skipped.items() if many]


def plan(user: User, asked: Asked, decision: str, *, with_doubted: bool = False) -> Plan:
    """What would be decided now: the first REVIEW_BULK_MAX photos of the filter, in the queue's order.

    with_doubted: an acceptance takes in what the checks did not verify (then a reason is needed).
    Raises Problem (400) for an unknown decision.
    """
    _require_known(decision)
    waiting = queue(user, asked)
    split = Counter(dict(waiting.order_by().values_list("verdict").annotate(many=Count("pk"))))
    if decision == ReviewDecision.ACCEPTED and not with_doubted:
        left_out = {verdict: many for verdict, many in split.items() if verdict != Verdict.VERIFIED}
        waiting = waiting.filter(verdict=Verdict.VERIFIED)
    else:
        left_out = {}
    rows = list(_with_newest(waiting).values_list("pk", "newest", "verdict")[: settings.REVIEW_BULK_MAX])
    shown = [(pk, newest or 0, _VERDICTS.index(verdict)) for pk, newest, verdict in rows]
    return Plan(
        decision=decision,
        all=split.total(),
        many=len(rows),
        verdicts=dict(Counter(verdict for _pk, _newest, verdict in rows)),
        left_out=left_out,
        token=signing.dumps(
            {"user": user.pk, "decision": decision, "shown": shown}, salt=_SALT, compress=True
        ),
    )


def _with_newest(claims: ClaimQuerySet) -> Any:
    newest = Review.objects.filter(claim=OuterRef("pk")).order_by("-at", "-pk").values("pk")[:1]
    return claims.annotate(newest=Subquery(newest))


def _require_known(decision: str) -> None:
    if decision not in ReviewDecision.values:
        raise Problem(message("review.unknown_decision", value=decision))


def decide(*, actor: User, token: str, reason: str = "") -> Done:
    """Decide on the claims of a plan: one review and one audit event each, one batch number, one notice a sender.

    All or nothing, apart from the claims that changed since the plan was shown: those are skipped and counted.
    Raises Problem 400 for a missing reason, 409 for a plan that is too old or somebody else's.
    """
    decision, shown = _read(actor, token)
    reason = cleaned(reason)
    _require_reason(decision, reason, Counter(verdict for _newest, verdict in shown.values()))
    batch = uuid.uuid4()
    with transaction.atomic():
        # Locked by primary key, then their projects by primary key: two batches never wait for each other in a ring.
        locked = Claim.objects.select_for_update(of=("self",)).filter(pk__in=shown).order_by("pk")
        claims = list(locked.select_related("project"))
        # Asked after the locks are held: whoever decided before us has committed, and is seen here.
        newest = _newest(claims)
        why = {
            claim.pk: _why_skipped(actor, claim, newest.get(claim.pk), *shown[claim.pk]) for claim in claims
        }
        fit = [claim for claim in claims if not why[claim.pk]]
        reviews = _write(actor, fit, decision, reason, batch)
        told = [made for made in reviews if tells(made, newest.get(made.claim_id))]
        Notice.objects.bulk_create(_notices(told))
        standing.push_all({claim.project_id for claim in fit})
    forget_how_many(actor)
    skipped = Counter(said for said in why.values() if said)
    skipped["decided"] += len(shown) - len(claims)
    return Done(batch=batch, decision=decision, many=len(fit), skipped=+skipped)


def _newest(claims: list[Claim]) -> dict[int, Review]:
    """The newest review of each claim that has one."""
    theirs = Review.objects.filter(claim__in=claims)
    return {made.claim_id: made for made in theirs.order_by("claim_id", "-at", "-pk").distinct("claim_id")}


def _read(actor: User, token: str) -> tuple[str, dict[int, tuple[int, str]]]:
    """The decision, and by claim the newest review (0: none) and the verdict that were shown."""
    try:
        content = signing.loads(token, salt=_SALT, max_age=_VALID_FOR_S)
    except signing.BadSignature as error:  # also too old
        raise Problem(message("batch.stale"), status=409) from error
    if content["user"] != actor.pk:
        raise Problem(message("batch.stale"), status=409)
    return content["decision"], {pk: (newest, _VERDICTS[index]) for pk, newest, index in content["shown"]}


def _require_reason(decision: str, reason: str, verdicts: Counter[str]) -> None:
    many = sum(count for verdict, count in verdicts.items() if needs_reason(decision, verdict))
    if reason or not many:
        return
    overrules = decision == ReviewDecision.ACCEPTED
    said = message("batch.reason_missing_accept", many=many) if overrules else message("batch.reason_missing")
    problem = Problem(said)
    problem.fields = {"reason": [problem.sentence]}
    raise problem


def _why_skipped(actor: User, claim: Claim, newest: Review | None, seen: int, verdict: str) -> str:
    """Why this claim is left alone; "" if it is as it was shown."""
    if claim.withdrawn_at:
        return "withdrawn"
    if (newest.pk if newest else 0) != seen:
        return "decided"
    if claim.verdict != verdict:
        return "changed"
    if claim.uploaded_by_id == actor.pk or not tier_of(actor, claim.project.village_id):
        return "out_of_reach"
    return ""


def _write(actor: User, claims: list[Claim], decision: str, reason: str, batch: uuid.UUID) -> list[Review]:
    """The reviews, whose turn it is now, and what the record says of them."""
    reviews = Review.objects.bulk_create(
        Review(
            claim=claim,
            reviewer=actor,
            decision=decision,
            tier=tier_of(actor, claim.project.village_id),
            batch=batch,
            reason=reason,
        )
        for claim in claims
    )
    turns.decided(reviews)
    # As `standing.push` would, one by one: all have the same decision, so in one statement.
    now = decision == ReviewDecision.ACCEPTED
    Claim.objects.filter(pk__in=[claim.pk for claim in claims]).exclude(stands=now).update(stands=now)
    AuditEvent.objects.bulk_create(event_of(made, actor) for made in reviews)
    return reviews


def _notices(reviews: Iterable[Review]) -> list[Notice]:
    """One notice a sender: of a single photo what is always said, of several how many."""
    by_sender: dict[int, list[Review]] = {}
    for made in reviews:
        if made.claim.uploaded_by_id and made.claim.uploaded_by_id != made.reviewer_id:
            by_sender.setdefault(made.claim.uploaded_by_id, []).append(made)
    notices = (_notice(sender, made) for sender, made in by_sender.items())
    return [notice for notice in notices if notice]


def _notice(sender: int, reviews: list[Review]) -> Notice | None:
    first = reviews[0]
    if len(reviews) == 1:
        return notice_of(first)
    because = first.decision == ReviewDecision.ACCEPTED and first.reason
    code = "batch.accepted_because" if because else f"batch.{first.decision}"
    said = message(code, many=len(reviews), reason=first.reason)
    return Notice(user_id=sender, message=said.as_json(), url=reverse("field_mine"))
