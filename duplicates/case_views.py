"""A case and its pairs: the queue, the page, conclusions and what follows, remarks, whose turn it is."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.access import Action, reach
from duplicates import follow_ups, handling, merging, remarks
from duplicates.access import person, require_scanner
from duplicates.case_page import case_page, source_names, with_known
from duplicates.changes import changes_of
from duplicates.decisions import conclude, may_triage, withdraw
from duplicates.engagement_forms import FollowUpForm
from duplicates.engagements import open_for
from duplicates.forms import AssignForm, CaseFilter, ConcludeForm, RemarkForm, WithdrawForm
from duplicates.listing import pairs_for, queue, strongest_pairs, years_and_places
from duplicates.models import Case, Decision, DecisionKind, Engagement, Pair, PairQuerySet, Remark
from places.problems import Problem

PAGE_SIZE = 25
_SAFE = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "private, no-store",
}


@login_required
@require_GET
def case_queue(request: HttpRequest) -> HttpResponse:
    """Cases by the money that would be spent twice: open, mine, given to somebody, concluded."""
    require_scanner(request)
    years, places = years_and_places(request.user)
    form = CaseFilter(request.GET, years=years, places=places)
    page = Paginator(queue(request.user, form.wanted()), PAGE_SIZE).get_page(request.GET.get("page"))
    cases = list(page.object_list)
    pairs = strongest_pairs(request.user, cases)
    context = {
        "page": page,
        "form": form,
        "rows": [(case, pairs[case.pk]) for case in cases if pairs[case.pk]],
    }
    return render(request, "duplicates/cases.html", context)


@login_required
@require_GET
def case_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """A case: its strongest pair that is not concluded yet, and the way to the others."""
    require_scanner(request)
    return _show_case(request, pk)


def _show_case(request: HttpRequest, pk: int, **shown_with: Any) -> HttpResponse:
    pairs = list(_whole(request).filter(case=pk).order_by("-weight", "pk"))
    if not pairs:
        raise Http404
    decisions = _decisions_of(request, pairs)
    decided = {one.pk for one in pairs if _is_settled(request, decisions[one.pk])}
    asked = request.GET.get("pair")
    shown = next((pair for pair in pairs if str(pair.pk) == asked), None)
    shown = shown or next((pair for pair in pairs if pair.pk not in decided), pairs[0])
    with_state = [(pair, pair.pk in decided) for pair in pairs]
    return _show(request, shown, decisions[shown.pk], pairs=with_state, **shown_with)


def _whole(request: HttpRequest) -> PairQuerySet:
    return with_known(pairs_for(request.user).select_related("case__assigned_to"))


def _decisions_of(request: HttpRequest, pairs: list[Pair]) -> dict[int, list[Decision]]:
    """By pair: the decisions that the person may see, the newest first."""
    found: dict[int, list[Decision]] = {pair.pk: [] for pair in pairs}
    decisions = Decision.objects.visible_to(request.user).filter(pair__in=found)
    for decision in decisions.select_related(
        "decided_by", "engagement", "withdrawn_by", "merge__kept", "merge__gone"
    ):
        found[decision.pair_id].append(decision)
    return found


def _is_settled(request: HttpRequest, decisions: list[Decision]) -> bool:
    """Whether one on the person's side of the wall is in force and was not opened again."""
    findings = bool(reach(request.user, Action.FINDING))
    return any(
        bool(one.engagement_id) == findings and not one.withdrawn_at and not one.reopened_at
        for one in decisions
    )


@login_required
@require_GET
def pair_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """A pair too weak for a case, on the same page; pairs of a case are shown there."""
    require_scanner(request)
    pair = get_object_or_404(_whole(request), pk=pk)
    if pair.case:
        return redirect(f"{pair.case.get_absolute_url()}?pair={pair.pk}")
    return _show(request, pair)


def _show(
    request: HttpRequest,
    pair: Pair,
    decisions: list[Decision] | None = None,
    *,
    pairs: list[tuple[Pair, bool]] | None = None,
    form: ConcludeForm | None = None,
    remark_form: RemarkForm | None = None,
    follow: tuple[int, FollowUpForm] | None = None,
    status: int = 200,
) -> HttpResponse:
    """The page; forms that were refused come back filled in. follow: a decision's key and its refused form."""
    shown, case = case_page(pair, request.user), pair.case
    known = _decisions_of(request, [pair])[pair.pk] if decisions is None else decisions
    rows = [_as_row(request, row, pair, follow) for row in known]
    newest = max((row["decision"].pk for row in rows), default=0)
    open_ones = _open_engagements(request, pair)
    context: dict[str, Any] = {
        "case": case,
        "pairs": pairs or [],
        "shown": shown,
        "decisions": rows,
        "form": form or _conclude_form(request, pair, open_ones, shared_m=shown.shared_m, seen=newest),
        "withdraw_form": WithdrawForm(),
        "may_open_engagement": bool(reach(request.user, Action.FINDING)),
        "may_assign": may_triage(request.user, pair),
    }
    if case:
        context["remarks"] = list(remarks.remarks_of(case, request.user))
        context["remark_form"] = remark_form or RemarkForm(engagements=open_ones)
    _with_follow_ups(request, pair, rows)
    return render(request, "duplicates/case.html", context, status=status)


def _open_engagements(request: HttpRequest, pair: Pair) -> list[Engagement]:
    """In which the person may write about the pair; none for monitors."""
    return open_for(request.user, pair) if reach(request.user, Action.FINDING) else []


def _as_row(
    request: HttpRequest, decision: Decision, pair: Pair, follow: tuple[int, FollowUpForm] | None
) -> dict[str, Any]:
    decision.pair = pair
    may = _may_withdraw(request, decision)
    triage = may and decision.engagement_id is None
    form = follow[1] if follow and follow[0] == decision.pk else None
    return {
        "decision": decision,
        "may_withdraw": may,
        "merge": getattr(decision, "merge", None),
        "changed": changes_of(decision, source_names(pair)),
        "follow_form": (form or _follow_up_form(decision)) if triage else None,
        "follow_open": form is not None,
        "follow_ups": [],
    }


def _follow_up_form(decision: Decision) -> FollowUpForm:
    form = FollowUpForm(finding=decision)
    both = (decision.pair.left, decision.pair.right)
    names = [(project.pk, f"{project.code} · {project.title}") for project in both]
    form.fields["project"].choices = [("", "–"), *names]  # type: ignore[attr-defined]
    form.auto_id = f"id_{decision.pk}_%s"  # several on one page
    return form


def _with_follow_ups(request: HttpRequest, pair: Pair, rows: list[dict[str, Any]]) -> None:
    if not rows:
        return
    by_decision = {row["decision"].pk: row["follow_ups"] for row in rows}
    for done in follow_ups.follow_ups_of(pair, request.user):
        by_decision[done.decision_id].append(done)


def _conclude_form(
    request: HttpRequest,
    pair: Pair,
    open_ones: list[Engagement],
    data: Any = None,
    *,
    shared_m: float | None = None,
    seen: int = 0,
) -> ConcludeForm | None:
    """The form that fits the person: triage for monitors, a finding for auditors with an engagement, else none."""
    initial = {"metres": shared_m, "seen": seen}
    if may_triage(request.user, pair):
        return ConcludeForm(data, pair=pair, initial=initial)
    return ConcludeForm(data, pair=pair, engagements=open_ones, initial=initial) if open_ones else None


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
    pair = get_object_or_404(_whole(request), pk=pk)
    form = _conclude_form(request, pair, _open_engagements(request, pair), request.POST)
    if form is None:
        raise PermissionDenied(_("Anda tidak bertugas menyimpulkan pasangan ini."))
    if not form.is_valid():
        return _show(request, pair, form=form, status=422)
    try:
        if "confirmed" not in request.POST:
            return _confirm(request, pair, form)
        conclude(pair=pair, actor=person(request), **_said(form))
    except Problem as problem:
        return _refused(request, pair, form, problem)
    messages.success(request, _("Kesimpulan tersimpan. Pemindaian berikutnya tidak mengubahnya."))
    return redirect(_address(pair))


def _said(form: ConcludeForm) -> dict[str, Any]:
    names = ("kind", "reason", "metres", "engagement", "kept", "money", "seen")
    return {name: form.cleaned_data[name] for name in names if name in form.cleaned_data}


def _confirm(request: HttpRequest, pair: Pair, form: ConcludeForm) -> HttpResponse:
    """The second look; where two records are made one, with all that will move."""
    context: dict[str, Any] = {"pair": pair, "form": form, "back": _address(pair)}
    said = form.cleaned_data
    if said["kind"] == DecisionKind.SAME_RECORD and said.get("kept"):
        kept = said["kept"]
        gone = pair.right if kept.pk == pair.left_id else pair.left
        money = merging.Money(said["money"])
        context |= {"gone": gone, "kept": kept, "moving": merging.plan(kept=kept, gone=gone, money=money)}
    return render(request, "duplicates/confirm.html", context)


def _refused(request: HttpRequest, pair: Pair, form: ConcludeForm, problem: Problem) -> HttpResponse:
    """The form again with everything in it; what the other wrote counts as seen from now on."""
    form.add_error(None, problem.sentence)
    newest = pair.decisions.visible_to(request.user).order_by("-pk").values_list("pk", flat=True).first()
    form.data = form.data.copy()  # type: ignore[attr-defined]
    form.data["seen"] = str(newest or 0)  # type: ignore[index]
    return _show(request, pair, form=form, status=problem.status)


def _address(pair: Pair) -> str:
    if pair.case:
        return f"{pair.case.get_absolute_url()}?pair={pair.pk}"
    return f"/duplicates/pairs/{pair.pk}/"


@login_required
@require_POST
def withdraw_decision(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a conclusion back, with a reason; the records that it made one are two again."""
    require_scanner(request)
    decision = _decision(request, pk)
    form = WithdrawForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Tulis alasan penarikan."))
        return redirect(_address(decision.pair))
    try:
        withdraw(decision=decision, reason=form.cleaned_data["reason"], actor=person(request))
    except Problem as problem:
        messages.error(request, problem.sentence)
    else:
        messages.success(request, _("Kesimpulan ditarik; riwayatnya tetap ada."))
    return redirect(_address(decision.pair))


def _decision(request: HttpRequest, pk: int) -> Decision:
    seen = Decision.objects.visible_to(request.user).filter(pair__in=pairs_for(request.user))
    return get_object_or_404(seen.select_related("pair__left", "pair__right", "pair__case"), pk=pk)


@login_required
@require_POST
def follow_up_decision(request: HttpRequest, pk: int) -> HttpResponse:
    """Write down what was done after a conclusion."""
    require_scanner(request)
    decision = _decision(request, pk)
    form = FollowUpForm(request.POST, finding=decision)
    pair = get_object_or_404(_whole(request), pk=decision.pair_id)
    if form.is_valid():
        try:
            follow_ups.record(decision=decision, actor=person(request), **form.cleaned_data)
        except Problem as problem:
            _tell(form, problem)
        else:
            messages.success(request, _("Tindak lanjut dicatat."))
            return redirect(_address(pair))
    return _show(request, pair, follow=(decision.pk, form), status=422)


def _tell(form: Any, problem: Problem) -> None:
    """A job's problem, at the field that it concerns where the form has it."""
    name = next((name for name in problem.fields if name in form.fields), None)
    form.add_error(name, problem.sentence)


# The case as a whole ----------------------------------------------------------------------------------------


def _case(request: HttpRequest, pk: int) -> Case:
    """A case of which the person sees a pair."""
    require_scanner(request)
    case = get_object_or_404(Case.objects.select_related("assigned_to"), pk=pk)
    if not pairs_for(request.user).filter(case=case).exists():
        raise Http404
    return case


@login_required
@require_http_methods(["GET", "POST"])
def case_assign(request: HttpRequest, pk: int) -> HttpResponse:
    """Give the case to a monitor, or take it from them."""
    case = _case(request, pk)
    if not handling.may_handle(request.user, case):
        raise PermissionDenied(_("Kasus hanya diserahkan oleh pemantau di wilayahnya."))
    initial = {"to": case.assigned_to_id, "seen": case.assigned_to_id or 0}
    form = AssignForm(request.POST or None, monitors=handling.monitors_of(case), initial=initial)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            said = form.cleaned_data
            try:
                handling.assign(case=case, to=said["to"], seen=said["seen"], actor=person(request))
            except Problem as problem:
                form.add_error(None, problem.sentence)
                status = problem.status
            else:
                messages.success(request, _("Penanggung jawab kasus disimpan."))
                return redirect(case)
    return render(request, "duplicates/assign.html", {"case": case, "form": form}, status=status)


@login_required
@require_POST
def case_remark(request: HttpRequest, pk: int) -> HttpResponse:
    """Write a remark, with a file or without."""
    case = _case(request, pk)
    pair = pairs_for(request.user).filter(case=case).order_by("-weight", "pk")[0]
    form = RemarkForm(request.POST, request.FILES, engagements=_open_engagements(request, pair))
    status = 422
    if form.is_valid():
        said = form.cleaned_data
        try:
            remarks.write(
                case=case,
                actor=person(request),
                text=said["text"],
                upload=said["file"],
                engagement=said.get("engagement"),
            )
        except Problem as problem:
            _tell(form, problem)
            status = problem.status
        else:
            messages.success(request, _("Catatan disimpan."))
            return redirect(f"{case.get_absolute_url()}#remarks")
    return _show_case(request, case.pk, remark_form=form, status=status)


@login_required
@require_GET
def remark_file(request: HttpRequest, pk: int) -> HttpResponseBase:
    """A file that was attached, to keep; never shown inside the site."""
    require_scanner(request)
    remark = get_object_or_404(Remark.objects.select_related("case").exclude(file=""), pk=pk)
    case = _case(request, remark.case_id)
    if not remarks.remarks_of(case, request.user).filter(pk=pk).exists():
        raise Http404
    try:
        file = remarks.opened(remark)
    except FileNotFoundError as error:
        raise Http404("no such file") from error
    response = FileResponse(
        file, as_attachment=True, filename=remark.file_name, content_type="application/octet-stream"
    )
    for name, value in _SAFE.items():
        response[name] = value
    return response
