"""A case and its pairs: the page, conclusions and their withdrawal."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts.access import Action, reach
from duplicates.access import person, require_scanner
from duplicates.case_page import case_page
from duplicates.decisions import conclude, may_triage, withdraw
from duplicates.engagements import open_for
from duplicates.forms import ConcludeForm, WithdrawForm
from duplicates.listing import own_decisions, pairs_for
from duplicates.models import Case, Decision, Pair
from duplicates.score import CASE_FROM


@login_required
@require_GET
def case_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """A case: its strongest pair that is not concluded yet, and the way to the others."""
    require_scanner(request)
    case = get_object_or_404(Case, pk=pk)
    pairs = list(pairs_for(request.user).filter(case=case).order_by("-weight", "pk"))
    if not pairs:
        raise Http404
    decided = set(own_decisions(request.user).filter(pair__in=pairs).values_list("pair_id", flat=True))
    asked = request.GET.get("pair")
    shown = next((pair for pair in pairs if str(pair.pk) == asked), None)
    shown = shown or next((pair for pair in pairs if pair.pk not in decided), pairs[0])
    return _show(request, shown, case=case, pairs=[(pair, pair.pk in decided) for pair in pairs])


@login_required
@require_GET
def pair_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """A pair too weak for a case, on the same page; pairs of a case are shown there."""
    require_scanner(request)
    pair = get_object_or_404(pairs_for(request.user), pk=pk)
    if pair.case:
        return redirect(f"{pair.case.get_absolute_url()}?pair={pair.pk}")
    return _show(request, pair)


def _show(
    request: HttpRequest,
    pair: Pair,
    *,
    case: Case | None = None,
    pairs: list[tuple[Pair, bool]] | None = None,
    form: ConcludeForm | None = None,
    status: int = 200,
) -> HttpResponse:
    context: dict[str, Any] = {
        "case": case,
        "pairs": pairs or [],
        "form": form or _conclude_form(request, pair),
        "withdraw_form": WithdrawForm(),
        "may_open_engagement": bool(reach(request.user, Action.FINDING)),
        "is_case": pair.probability >= CASE_FROM,
    }
    shown = case_page(pair, request.user)
    context["shown"] = shown
    context["decisions"] = [(row, _may_withdraw(request, row)) for row in shown.decisions]
    return render(request, "duplicates/case.html", context, status=status)


def _conclude_form(request: HttpRequest, pair: Pair, data: Any = None) -> ConcludeForm | None:
    """The form that fits the person: triage for monitors, a finding for auditors with an engagement, else none."""
    if may_triage(request.user, pair):
        return ConcludeForm(data)
    if not reach(request.user, Action.FINDING):
        return None
    open_ones = open_for(request.user, pair)
    return ConcludeForm(data, engagements=open_ones) if open_ones.exists() else None


def _may_withdraw(request: HttpRequest, decision: Decision) -> bool:
    if decision.withdrawn_at:
        return False
    if decision.engagement_id:
        return bool(reach(request.user, Action.FINDING))
    return may_triage(request.user, decision.pair)


@login_required
@require_POST
def conclude_pair(request: HttpRequest, pk: int) -> HttpResponse:
    """Write a conclusion: first press shows what will be written, the second writes it."""
    require_scanner(request)
    pair = get_object_or_404(pairs_for(request.user), pk=pk)
    form = _conclude_form(request, pair, request.POST)
    if form is None:
        raise PermissionDenied(_("Anda tidak bertugas menyimpulkan pasangan ini."))
    if not form.is_valid():
        return _show(request, pair, case=pair.case, form=form, status=422)
    if "confirmed" not in request.POST:
        return render(
            request, "duplicates/confirm.html", {"pair": pair, "form": form, "back": _address(pair)}
        )
    wanted = form.cleaned_data
    conclude(
        pair=pair,
        kind=wanted["kind"],
        reason=wanted["reason"],
        metres=wanted["metres"],
        engagement=wanted.get("engagement"),
        actor=person(request),
    )
    messages.success(request, _("Kesimpulan tersimpan. Pemindaian berikutnya tidak mengubahnya."))
    return redirect(_address(pair))


def _address(pair: Pair) -> str:
    if pair.case:
        return f"{pair.case.get_absolute_url()}?pair={pair.pk}"
    return f"/duplicates/pairs/{pair.pk}/"


@login_required
@require_POST
def withdraw_decision(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a conclusion back, with a reason."""
    require_scanner(request)
    seen = Decision.objects.visible_to(request.user).filter(pair__in=pairs_for(request.user))
    decision = get_object_or_404(seen, pk=pk)
    form = WithdrawForm(request.POST)
    if form.is_valid():
        withdraw(decision=decision, reason=form.cleaned_data["reason"], actor=person(request))
        messages.success(request, _("Kesimpulan ditarik; riwayatnya tetap ada."))
    else:
        messages.error(request, _("Tulis alasan penarikan."))
    return redirect(_address(decision.pair))
