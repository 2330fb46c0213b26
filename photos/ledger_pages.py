"""/photos/<pk>/: one photo's ledger; removing its original; the list of pictures that serve several claims."""

from typing import cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.access import Action, Person, may
from accounts.models import User
from photos import ledger, removing
from photos.models import Claim, ClaimQuerySet
from photos.standing import with_decision
from places.problems import Problem


@require_safe
def claim_ledger(request: HttpRequest, pk: int) -> HttpResponse:
    """Verdict, checks, the facts they rest on, and what happened since."""
    claim = ledger.claim_for(request.user, pk)
    context = {
        "claim": claim,
        "ledger": ledger.of(claim, request.user),
        "photo": claim.photo,
        "decision": getattr(with_decision(Claim.objects.filter(pk=pk)).get(), "decision", None),
        "same_file": _same_file(claim, request.user),
        "may_remove": claim.photo.removed_at is None and removing.may_remove(request.user, claim.photo),
        "may_review": may(request.user, Action.REVIEW, claim.project.village_id) and not claim.withdrawn_at,
    }
    return render(request, "photos/ledger.html", context)


def _same_file(claim: Claim, user: Person) -> ClaimQuerySet:
    others = Claim.objects.visible_to(user).filter(photo_id=claim.photo_id).exclude(pk=claim.pk)
    return others.select_related("project", "site").order_by("received_at", "pk")


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def remove_original(request: HttpRequest, pk: int) -> HttpResponse:
    """An admin removes the original's bytes: says why, types the beginning of the hash."""
    claim = ledger.claim_for(request.user, pk)
    photo = claim.photo
    if not removing.may_remove(request.user, photo):
        raise PermissionDenied(_("Hanya pengelola sistem yang dapat menghapus berkas asli."))
    fields: dict[str, list[str]] = {}
    if request.method == "POST":
        try:
            removing.remove(
                actor=cast(User, request.user),
                photo=photo,
                reason=request.POST.get("reason", ""),
                confirmed=request.POST.get("confirmed", ""),
            )
        except Problem as problem:
            fields = problem.fields
        else:
            messages.success(
                request, _("Berkas asli dihapus. Sidik berkas, keterangan dan alasannya tetap tersimpan.")
            )
            return redirect("claim_ledger", pk=pk)
    context = {
        "claim": claim,
        "photo": photo,
        "typed": photo.sha256[: removing.CONFIRMED_BY],
        "reason": request.POST.get("reason", ""),
        "errors": fields,
        "claims": Claim.objects.filter(photo=photo).select_related("project").order_by("received_at", "pk"),
    }
    return render(request, "photos/remove_original.html", context, status=400 if fields else 200)
