"""An officer takes an own photo back, before anybody reviewed it. The bytes and the record stay."""

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext

from accounts import audit
from accounts.models import User
from photos import standing
from photos.models import Claim
from places.message import mark as _
from places.message import message, sentences
from places.problems import Problem

SENTENCES = sentences(
    {
        "withdraw.reviewed": _(
            "Foto ini sudah diverifikasi, jadi tidak bisa ditarik lagi. Hubungi petugas yang memverifikasi."
        ),
        "withdraw.reason_missing": _("Tulis alasan menarik foto, misalnya “salah pekerjaan”."),
    }
)


def withdraw(*, actor: User, claim: Claim, reason: str) -> Claim:
    """Withdraw an own claim; withdrawing again is harmless.

    Raises PermissionDenied for somebody else's, Problem: 400 without a reason, 409 once it was reviewed.
    """
    if claim.uploaded_by_id != actor.pk:
        raise PermissionDenied(gettext("Hanya pengirimnya yang dapat menarik foto ini."))
    reason = reason.replace("\0", "").strip()[:300]
    if not reason:
        problem = Problem(message("withdraw.reason_missing"))
        problem.fields = {"reason": [problem.sentence]}
        raise problem
    with transaction.atomic():
        locked = Claim.objects.select_for_update(of=("self",)).select_related("project").get(pk=claim.pk)
        if locked.withdrawn_at:
            return locked
        if locked.reviews.exists():
            raise Problem(message("withdraw.reviewed"), status=409)
        locked.withdrawn_at, locked.withdrawn_reason, locked.stands = timezone.now(), reason, False
        locked.save(update_fields=["withdrawn_at", "withdrawn_reason", "stands"])
        audit.record(
            actor=actor,
            action="claim.withdrawn",
            subject=locked,
            place=locked.project.village_id,
            data={"project": locked.project.code, "reason": reason},
        )
        standing.push(locked.project_id)
    return locked
