"""/photos/review/: the queue, one photo at a time; its fragments for scripts; and one decision over a whole filter."""

from typing import Any, cast

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import Action, reach
from accounts.models import User
from photos import queueing, review_batches, review_item
from photos.forms import ReviewForm
from photos.models import Claim, ClaimQuerySet, ReviewDecision, Verdict
from photos.reviewing import review
from places.problems import Problem
from places.saying import number, say


@login_required
@require_safe
@never_cache
def queue(request: HttpRequest) -> HttpResponse:
    """The most doubtful photo that waits, or the one asked for: `?claim=`, or the one `?after=` or `?before=` it.

    A script (X-Requested-With) gets the photo's part of the page alone; with `?count=checks` the options of the
    filter by check with their counts, which the page does not wait for.
    """
    user = _reviewer(request)
    asked = queueing.read(request.GET)
    if request.GET.get("count") == "checks":
        checks = [(code, _(word), many) for code, word, many in queueing.count_checks(user, asked)]
        return render(
            request, "photos/_review_checks.html", {"checks": checks, "asked": asked, "counted": True}
        )
    waiting = queueing.queue(user, asked)
    claim = _current(request, waiting)
    context = _item(request, claim, asked) if claim else {"claim": None, "asked": asked}
    if request.headers.get("X-Requested-With") == "XMLHttpRequest":
        return render(request, "photos/_review_item.html", context)
    counts = queueing.count(user, asked)
    context |= {
        "counts": counts,
        "others": counts.all > 1,
        "verdicts": [(verdict, verdict.label, counts.verdicts.get(verdict, 0)) for verdict in Verdict],
        "checks": [(code, _(word), None) for code, word in queueing.all_checks()],
        "checks_query": urlencode([*asked.pairs(), ("count", "checks")]),
        "is_regency": queueing.is_regency(user),
        "may_scan": bool(reach(user, Action.SCAN)),
        "district_days": settings.REVIEW_DISTRICT_DAYS,
        "hidden": _but(asked, "place", "check"),
        "bulk_max": settings.REVIEW_BULK_MAX,
    }
    return render(request, "photos/review.html", context)


def _reviewer(request: HttpRequest) -> User:
    if not reach(request.user, Action.REVIEW):
        raise PermissionDenied(_("Verifikasi foto adalah tugas kecamatan dan kabupaten."))
    return cast(User, request.user)


def _but(asked: queueing.Asked, *without: str) -> list[tuple[str, str]]:
    """The filters to keep in a form that sends those words itself."""
    return [(name, value) for name, value in asked.pairs() if name not in without]


def _current(request: HttpRequest, waiting: ClaimQuerySet) -> Claim | None:
    reviewable = Claim.objects.reviewable_by(request.user).kept()
    if (pk := _key(request.GET, "claim")) is not None:
        return get_object_or_404(review_item.full(reviewable), pk=pk)
    full = review_item.full(waiting)
    for word in ("after", "before"):
        pk = _key(request.GET, word)
        passed = reviewable.filter(pk=pk).first() if pk is not None else None
        if passed and (found := queueing.neighbour(full, passed, before=word == "before")):
            return found
    return full.last() if "before" in request.GET else full.first()


def _key(params: QueryDict, name: str) -> int | None:
    text = params.get(name, "")
    return int(text) if text.isdecimal() and len(text) < 18 else None


def _item(request: HttpRequest, claim: Claim, asked: queueing.Asked) -> dict[str, Any]:
    """The context of one photo, with the links to the one after and before it."""
    kept = asked.pairs()
    return review_item.shown(claim, cast(User, request.user)) | {
        "asked": asked,
        "kept": kept,
        "next_query": urlencode([*kept, ("after", claim.pk)]),
        "previous_query": urlencode([*kept, ("before", claim.pk)]),
    }


@login_required
@require_POST
def decide(request: HttpRequest, pk: int) -> HttpResponseBase:
    """One decision, then on to the next; a missing reason or a decision by somebody else is said.

    A script that asks for JSON gets {"review", "decision", "sentence"}, or the error in the one shape.
    """
    claim = get_object_or_404(Claim.objects.reviewable_by(request.user).select_related("project"), pk=pk)
    form = ReviewForm(request.POST)
    form.is_valid()
    sent = form.cleaned_data
    is_script = "application/json" in request.headers.get("Accept", "")
    kept = queueing.read(request.POST).pairs() if not is_script else []
    try:
        made = review(
            actor=cast(User, request.user),
            claim=claim,
            decision=sent.get("decision") or request.POST.get("decision", ""),
            reason=sent.get("reason", ""),
            seen=sent.get("seen"),
        )
    except Problem as problem:
        if "reason" not in problem.fields or is_script:
            raise
        messages.error(request, problem.sentence)
        return redirect(f"{reverse('photo_review')}?{urlencode([*kept, ('claim', pk)])}")
    words = _said(made.decision)
    if is_script:
        return JsonResponse({"review": made.pk, "decision": made.decision, "sentence": words})
    messages.success(request, words)
    return redirect(f"{reverse('photo_review')}?{urlencode([*kept, ('after', pk)])}")


def _said(decision: str) -> str:
    return {
        ReviewDecision.ACCEPTED.value: _("Foto diterima."),
        ReviewDecision.REJECTED.value: _("Foto ditolak; pengirim diberi tahu."),
        ReviewDecision.ASKED.value: _("Foto diminta ulang; pengirim diberi tahu."),
    }[decision]


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def bulk(request: HttpRequest) -> HttpResponseBase:
    """GET shows what one decision over the filter would touch; POST does exactly that, and says what it left alone."""
    user = _reviewer(request)
    if request.method == "POST":
        return _decide_bulk(request, user)
    return _confirm(request, user, request.GET)


def _confirm(
    request: HttpRequest, user: User, params: QueryDict, *, problem: Problem | None = None
) -> HttpResponse:
    asked = queueing.read(params)
    decision = params.get("decision", "")
    with_doubted = params.get("doubted") == "1"
    planned = review_batches.plan(user, asked, decision, with_doubted=with_doubted)
    kept = asked.pairs()
    context = {
        "plan": planned,
        "verdicts": [(verdict, verdict.label, planned.verdicts.get(verdict, 0)) for verdict in Verdict],
        "left_out": sum(planned.left_out.values()),
        "with_doubted": with_doubted,
        "with_query": urlencode([*kept, ("decision", decision), ("doubted", "1")]),
        "without_query": urlencode([*kept, ("decision", decision)]),
        "back_query": urlencode(kept),
        "kept": kept,
        "presets": [preset for preset in review_item.presets() if preset[1] == decision],
        "problem": problem,
        "reason": params.get("reason", ""),
        "bulk_max": settings.REVIEW_BULK_MAX,
    }
    return render(request, "photos/review_bulk.html", context, status=problem.status if problem else 200)


def _decide_bulk(request: HttpRequest, user: User) -> HttpResponseBase:
    kept = queueing.read(request.POST).pairs()
    try:
        done = review_batches.decide(
            actor=user, token=request.POST.get("token", ""), reason=request.POST.get("reason", "")
        )
    except Problem as problem:
        if "reason" not in problem.fields:
            raise
        return _confirm(request, user, request.POST, problem=problem)
    messages.success(request, _said_of_many(done.decision, done.many))
    for skipped in done.messages:
        messages.warning(request, say(skipped))
    return redirect(f"{reverse('photo_review')}?{urlencode(kept)}")


def _said_of_many(decision: str, many: int) -> str:
    words = {
        ReviewDecision.ACCEPTED.value: ngettext("%(many)s foto diterima.", "%(many)s foto diterima.", many),
        ReviewDecision.REJECTED.value: ngettext(
            "%(many)s foto ditolak; pengirimnya diberi tahu.",
            "%(many)s foto ditolak; pengirimnya diberi tahu.",
            many,
        ),
        ReviewDecision.ASKED.value: ngettext(
            "%(many)s foto diminta ulang; pengirimnya diberi tahu.",
            "%(many)s foto diminta ulang; pengirimnya diberi tahu.",
            many,
        ),
    }
    return words[decision] % {"many": number(many)}
