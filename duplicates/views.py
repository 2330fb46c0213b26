"""Pages of the auditor and the monitor: scans and pairs, one case, conclusions, engagements."""

from typing import Any, cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.access import Action, reach
from accounts.models import User
from duplicates.case_page import case_page
from duplicates.decisions import conclude, may_triage, withdraw
from duplicates.engagements import close_engagement, engagements_of, open_engagement, open_for
from duplicates.forms import ConcludeForm, EngagementForm, PairFilter, ScanForm, WithdrawForm
from duplicates.listing import chosen, own_decisions, pairs_for
from duplicates.models import Case, Decision, Pair, Scan
from duplicates.scan import scan_register
from duplicates.score import CASE_FROM, likeness_word

PAGE_SIZE = 25


def _person(request: HttpRequest) -> User:
    """Who is logged in; every view here asks for that first."""
    return cast(User, request.user)


def _require_scanner(request: HttpRequest) -> None:
    """Monitors and auditors only; others are told so."""
    if not reach(request.user, Action.SCAN):
        raise PermissionDenied(_("Indikasi ganda hanya untuk pemantau kabupaten dan pemeriksa."))


@login_required
@require_GET
def pair_list(request: HttpRequest) -> HttpResponse:
    """Scans and the pairs they found, strongest first."""
    _require_scanner(request)
    form = PairFilter(request.GET, user=request.user)
    page = Paginator(chosen(request.user, form.wanted()), PAGE_SIZE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "rows": [(pair, likeness_word(pair.probability)) for pair in page.object_list],
        "form": form,
        "scan_form": ScanForm(user=request.user),
        "scans": Scan.objects.select_related("place", "started_by")[:5],
        "engagements": engagements_of(request.user).filter(closed_at__isnull=True),
        "may_open_engagement": bool(reach(request.user, Action.FINDING)),
        "stored": pairs_for(request.user).current().count(),
    }
    return render(request, "duplicates/list.html", context)


@login_required
@require_POST
def scan_now(request: HttpRequest) -> HttpResponse:
    """Run a scan and say what it found."""
    _require_scanner(request)
    form = ScanForm(request.POST, user=request.user)
    if not form.is_valid():
        messages.error(request, _("Pemindaian tidak dimulai. Periksa wilayah, tahun dan radius (1–1000 m)."))
        return redirect("duplicates")
    wanted = form.cleaned_data
    years = [int(wanted["year"])] if wanted["year"] else []
    done = scan_register(
        actor=_person(request), radius_m=wanted["radius_m"], years=years, place=wanted["place"]
    )
    found = len(done.table.pairs)
    said = ngettext(
        "%(projects)d pekerjaan diperiksa: %(found)d pasangan terindikasi ganda.",
        "%(projects)d pekerjaan diperiksa: %(found)d pasangan terindikasi ganda.",
        found,
    )
    messages.success(request, said % {"projects": done.scan.projects, "found": found})
    return redirect("duplicates")


@login_required
@require_GET
def case_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """A case: its strongest pair that is not concluded yet, and the way to the others."""
    _require_scanner(request)
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
    _require_scanner(request)
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
    _require_scanner(request)
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
        actor=_person(request),
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
    _require_scanner(request)
    seen = Decision.objects.visible_to(request.user).filter(pair__in=pairs_for(request.user))
    decision = get_object_or_404(seen, pk=pk)
    form = WithdrawForm(request.POST)
    if form.is_valid():
        withdraw(decision=decision, reason=form.cleaned_data["reason"], actor=_person(request))
        messages.success(request, _("Kesimpulan ditarik; riwayatnya tetap ada."))
    else:
        messages.error(request, _("Tulis alasan penarikan."))
    return redirect(_address(decision.pair))


@login_required
@require_http_methods(["GET", "POST"])
def engagement_new(request: HttpRequest) -> HttpResponse:
    """Open an audit engagement."""
    if not reach(request.user, Action.FINDING):
        raise PermissionDenied(_("Penugasan hanya untuk pemeriksa."))
    form = EngagementForm(request.POST or None, user=_person(request))
    if request.method == "POST" and form.is_valid():
        engagement = open_engagement(actor=_person(request), **form.cleaned_data)
        messages.success(request, _("Penugasan %(number)s dibuka.") % {"number": engagement.assignment})
        return redirect("duplicates")
    return render(
        request, "duplicates/engagement_new.html", {"form": form}, status=422 if form.errors else 200
    )


@login_required
@require_POST
def engagement_close(request: HttpRequest, pk: int) -> HttpResponse:
    """Close an own engagement: its findings stay, no new ones are written."""
    open_ones = engagements_of(request.user).filter(closed_at__isnull=True)
    engagement = close_engagement(actor=_person(request), engagement=get_object_or_404(open_ones, pk=pk))
    messages.success(
        request, _("Penugasan %(number)s ditutup; temuannya tetap.") % {"number": engagement.assignment}
    )
    return redirect("duplicates")
