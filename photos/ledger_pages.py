"""/photos/<pk>/: one photo's ledger; removing its original; the list of pictures that serve several claims."""

import csv
import io
from typing import Any, cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.access import Action, Person, may, reach
from accounts.models import User
from photos import ledger, removing, rules_page, shared_pictures
from photos.models import Claim, ClaimQuerySet
from photos.standing import with_decision
from places.models import Level, Place
from places.problems import Problem
from projects import filters
from projects.models import Project


@login_required
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
        "may_read_rules": rules_page.may_read(request.user),
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


# Pictures that serve several claims ------------------------------------------------------------------------

_PAGE = 20
_SIDE = (
    "claim", "project", "title", "village", "fiscal_year", "site", "progress", "purpose", "verdict", "received_at",
    "sent_by",
)  # fmt: skip


@login_required
@require_safe
def shared(request: HttpRequest) -> HttpResponse:
    """Pairs of claims that show one picture, side by side, declared or not."""
    asked, kind = _asked(request)
    every = shared_pictures.uses(request.user, asked)
    found = [use for use in every if not kind or use.kind == kind]
    page = Paginator(found, _PAGE).get_page(request.GET.get("page"))
    context = {
        "page_obj": page,
        "pairs": shared_pictures.shown(list(page.object_list), request.user),
        "count": len(found),
        "kind": kind,
        "kinds": [
            (code, _(word), sum(use.kind == code for use in every))
            for code, word in shared_pictures.KINDS.items()
        ],
        "all": len(every),
        "asked": asked,
        "export": "&".join(filter(None, [asked.query_string(), f"kind={kind}" if kind else ""])),
        **_choices(request),
    }
    return render(request, "photos/shared.html", context)


@login_required
@require_safe
def shared_csv(request: HttpRequest) -> HttpResponse:
    """The same pairs as a table, one a row."""
    asked, kind = _asked(request)
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    sides = [f"{side}_{name}" for side in ("first", "second") for name in _SIDE]
    writer.writerow(["kind", "how", "similarity", "link", "declared_by", "reason", *sides])
    for pair in shared_pictures.shown(shared_pictures.uses(request.user, asked, kind), request.user):
        use = pair.use
        declared = [" / ".join(part) for part in zip(*pair.reasons, strict=True)] or ["", ""]
        row = [use.kind, use.how, round(use.similarity, 4), pair.sentence, *declared, *_side(pair.first),
               *_side(pair.second)]  # fmt: skip
        writer.writerow([_plain(cell) for cell in row])
    response = HttpResponse(out.getvalue().encode("utf-8-sig"), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="shared-photos.csv"'
    return response


def _asked(request: HttpRequest) -> tuple[filters.Filters, str]:
    """The filters of a request; monitors and auditors only."""
    if not reach(request.user, Action.SCAN):
        raise PermissionDenied(_("Daftar foto bersama adalah tugas pemantau kabupaten dan pemeriksa."))
    kind = request.GET.get("kind", "").strip()
    if kind and kind not in shared_pictures.KINDS:
        shared_pictures.uses(request.user, filters.Filters(), kind)  # says what kinds there are
    return filters.read(request.GET), kind


def _choices(request: HttpRequest) -> dict[str, Any]:
    """Districts and years to filter by."""
    own = reach(request.user, Action.SCAN)
    return {
        "districts": Place.objects.filter(own.q("code"), level=Level.DISTRICT).order_by("name"),
        "years": Project.objects.filter(own.q("village__code"))
        .order_by("-fiscal_year")
        .values_list("fiscal_year", flat=True)
        .distinct(),
    }


def _side(claim: Claim) -> list[Any]:
    project = claim.project
    return [
        claim.pk, project.code, project.title, project.village.name, project.fiscal_year, claim.site.no,
        claim.progress, claim.purpose, claim.verdict, claim.received_at.isoformat(timespec="seconds"),
        str(claim.uploaded_by or ""),
    ]  # fmt: skip


def _plain(cell: Any) -> Any:
    """Text that no spreadsheet takes for a formula."""
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(("=", "+", "-", "@", "\t")) else cell
