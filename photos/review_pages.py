"""/photos/review/: the queue of photos that nobody has reviewed yet, one at a time."""

import json
from typing import Any, cast

import shapely
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.gis.geos import GEOSGeometry, Point
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Prefetch, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.access import Action, reach
from accounts.models import User
from photos.conclusions import sentence_of
from photos.forms import ReviewForm
from photos.judging import to_shapely, tolerance_m, version_at
from photos.models import CheckResult, Claim, ClaimQuerySet, Verdict
from photos.reuse import elsewhere
from photos.reviewing import review
from places.problems import Problem
from projects.filters import read


@login_required
@require_safe
def queue(request: HttpRequest) -> HttpResponse:
    """The oldest photo that waits, or the one asked for (?claim=); `?after=` goes on to the next."""
    if not reach(request.user, Action.REVIEW):
        raise PermissionDenied(_("Verifikasi foto adalah tugas kecamatan dan kabupaten."))
    waiting = _waiting(request)
    claim = _current(request, waiting)
    context: dict[str, Any] = {"claim": claim, "count": waiting.count(), "filters": _filters(request)}
    context |= _choices(request)
    if claim:
        context |= _shown(request, claim, waiting)
    return render(request, "photos/review.html", context)


def _waiting(request: HttpRequest, *, without: str = "") -> ClaimQuerySet:
    """Claims that wait for this person, by the page's filters (all but one, to count that one's options)."""
    waiting = Claim.objects.reviewable_by(request.user).waiting().exclude(uploaded_by=request.user.pk)
    asked = _filters(request)
    if without != "verdict" and asked.get("verdict") in Verdict.values:
        waiting = waiting.filter(verdict=asked["verdict"])
    if without != "place" and (place := asked.get("place", "")):
        read({"place": place})  # a place that cannot be meant is said, not ignored
        waiting = waiting.filter(
            Q(project__village_id=place) | Q(project__village__code__startswith=f"{place}.")
        )
    return waiting.order_by("received_at", "pk")


def _filters(request: HttpRequest) -> dict[str, str]:
    """The page's filters that are set, to keep them in its links."""
    asked = {name: request.GET.get(name, "").strip() for name in ("place", "verdict")}
    return {name: value for name, value in asked.items() if value}


def _current(request: HttpRequest, waiting: ClaimQuerySet) -> Claim | None:
    checks = Prefetch("checks", CheckResult.objects.order_by("order"))
    full = waiting.select_related(
        "photo", "project__village__parent", "site", "uploaded_by"
    ).prefetch_related(checks)
    if (asked := request.GET.get("claim", "")).isdecimal() and len(asked) < 18:
        reviewable = Claim.objects.reviewable_by(request.user).kept().select_related(
            "photo", "project__village__parent", "site", "uploaded_by"
        )  # fmt: skip
        return get_object_or_404(reviewable.prefetch_related(checks), pk=int(asked))
    if (after := request.GET.get("after", "")).isdecimal() and len(after) < 18:
        passed = Claim.objects.filter(pk=int(after)).values("received_at", "pk").first()
        if passed:
            later = Q(received_at__gt=passed["received_at"]) | Q(
                received_at=passed["received_at"], pk__gt=passed["pk"]
            )
            return full.filter(later).first() or full.first()
    return full.first()


def _choices(request: HttpRequest) -> dict[str, Any]:
    """The filters' options with how many photos wait for each."""
    by_verdict = dict(
        _waiting(request, without="verdict").order_by().values_list("verdict").annotate(n=Count("pk"))
    )
    places = (
        _waiting(request, without="place")
        .order_by("project__village__parent__name", "project__village__name")
        .values_list("project__village_id", "project__village__name", "project__village__parent__name")
        .annotate(n=Count("pk"))
    )
    return {
        "verdicts": [(verdict, verdict.label, by_verdict.get(verdict, 0)) for verdict in Verdict],
        "places": list(places),
        "all_verdicts": sum(by_verdict.values()),
    }


def _shown(request: HttpRequest, claim: Claim, waiting: ClaimQuerySet) -> dict[str, Any]:
    """Everything the page says of one claim."""
    newest = claim.reviews.select_related("reviewer").first()
    facts = claim.photo.facts.exclude(source="server").order_by("pk")
    return {
        "newest": newest,
        "sentence": sentence_of(claim),
        "facts": _main_facts(claim),
        "all_facts": facts,
        "same_picture": [
            (other, other.project.title_for(request.user)) for other in elsewhere(claim, request.user)[:5]
        ],
        "map_data": _map_data(claim),
        "others": waiting.exclude(pk=claim.pk).exists(),
        "may_review": claim.uploaded_by_id != request.user.pk,
        "presets": [
            _("Bukan pekerjaan ini"),
            _("Terlalu gelap atau buram"),
            _("Memotret layar atau foto lain"),
            _("Progres belum sesuai"),
        ],
        "siblings": _siblings(claim),
        "next_query": urlencode({**_filters(request), "after": str(claim.pk)}),
    }


def _near_part(geometry: GEOSGeometry, position: Point) -> list[float]:
    """Where the line to the photo begins on the site: for drawing only, the distance beside it is geodesic."""
    line = shapely.shortest_line(to_shapely(geometry), to_shapely(position))
    return list(line.coords[0])


def _presets() -> list[str]:
    """Reasons that reviewers give most, to press instead of typing."""
    return [
        _("Bukan pekerjaan ini"),
        _("Terlalu gelap atau buram"),
        _("Memotret layar atau foto lain"),
        _("Progres belum sesuai"),
    ]


def _siblings(claim: Claim) -> Any:
    """Other photos of the same site, to compare with."""
    others = Claim.objects.kept().filter(site_id=claim.site_id).exclude(pk=claim.pk).exclude(photo__thumb="")
    return others.select_related("photo").order_by("progress", "taken_at", "pk")[:8]


def _main_facts(claim: Claim) -> list[tuple[str, str]]:
    named = {(fact.source, fact.name): str(fact.value or "") for fact in claim.photo.facts.all()}
    camera = " ".join(filter(None, [named.get(("exif", "Make")), named.get(("exif", "Model"))]))
    return [(_("Kamera"), camera or "–"), (_("Ukuran"), f"{claim.photo.width} × {claim.photo.height}")]


def _map_data(claim: Claim) -> dict[str, Any]:
    """Where the site was held to be when the photo was taken, and where the photo says it was."""
    version = version_at(claim.site, claim.taken_at or claim.received_at)
    geometry = (version or claim.site).geometry
    return {
        "site": json.loads(geometry.json),
        "tolerance_m": tolerance_m(claim.project, claim.site, version),
        "photo": [claim.position.x, claim.position.y] if claim.position else None,
        "near": _near_part(geometry, claim.position) if claim.position else None,
        "error_m": claim.error_m,
        "outside": claim.verdict == Verdict.OUTSIDE,
    }


@login_required
@require_POST
def decide(request: HttpRequest, pk: int) -> HttpResponse:
    """Accept or reject, then go on to the next; a missing reason or a decision by somebody else is said."""
    claim = get_object_or_404(Claim.objects.reviewable_by(request.user).select_related("project"), pk=pk)
    form = ReviewForm(request.POST)
    form.is_valid()
    sent = form.cleaned_data
    kept = {name: request.POST.get(name, "") for name in ("place", "verdict") if request.POST.get(name)}
    try:
        review(
            actor=cast(User, request.user),
            claim=claim,
            decision=sent.get("decision") or request.POST.get("decision", ""),
            reason=sent.get("reason", ""),
            seen=sent.get("seen"),
        )
    except Problem as problem:
        if "reason" not in problem.fields:
            raise
        messages.error(request, problem.sentence)
        return redirect(f"{reverse('photo_review')}?{urlencode({**kept, 'claim': str(pk)})}")
    words = (
        _("Foto diterima.")
        if sent.get("decision") == "accepted"
        else _("Foto ditolak; pengirim diberi tahu.")
    )
    messages.success(request, words)
    return redirect(f"{reverse('photo_review')}?{urlencode({**kept, 'after': str(pk)})}")
