"""A case and its pairs: the queue, the page, conclusions and what follows, remarks, whose turn it is."""

from dataclasses import dataclass
from typing import Any, TypeVar

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Exists, OuterRef
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
_TYPED = ("reason", "text", "follow-document", "follow-note")  # what people write into the forms of a case
_Form = TypeVar("_Form", FollowUpForm, WithdrawForm)
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


def _show_case(request: HttpRequest, pk: int, *, pair: int | None = None, **shown_with: Any) -> HttpResponse:
    """The case with the pair that was asked for (`pair`, else ?pair=), else the strongest that is open."""
    pairs = list(_whole(request).filter(case=pk).order_by("-weight", "pk"))
    if not pairs:
        raise Http404
    decisions = _decisions_of(request, pairs)
    decided = {one.pk for one in pairs if _is_settled(request, decisions[one.pk])}
    asked = str(pair or request.GET.get("pair"))
    shown = next((pair for pair in pairs if str(pair.pk) == asked), None)
    shown = shown or next((pair for pair in pairs if pair.pk not in decided), pairs[0])
    with_state = [(pair, pair.pk in decided) for pair in pairs]
    return _show(request, shown, decisions[shown.pk], pairs=with_state, **shown_with)


def _again(request: HttpRequest, pair: Pair, **shown_with: Any) -> HttpResponse:
    """The page of a pair once more, with a form that was refused and what it says."""
    if pair.case_id:
        return _show_case(request, pair.case_id, pair=pair.pk, **shown_with)
    return _show(request, pair, **shown_with)


def _gone(request: HttpRequest) -> HttpResponse:
    """404 that gives back what was typed, where the case or pair of a form is no longer there or no longer theirs."""
    return render(request, "duplicates/gone.html", {"typed": _typed(request)}, status=404)


def _typed(request: HttpRequest) -> list[str]:
    return [request.POST[name] for name in _TYPED if request.POST.get(name)]


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
    refused: "_Refused | None" = None,
    status: int = 200,
) -> HttpResponse:
    """The page; forms that were refused come back filled in. refused: a form that belongs to one decision."""
    shown, case = case_page(pair, request.user), pair.case
    known = _decisions_of(request, [pair])[pair.pk] if decisions is None else decisions
    rows = [_as_row(request, row, pair, refused) for row in known]
    newest = max((row["decision"].pk for row in rows), default=0)
    open_ones = _open_engagements(request, pair)
    context: dict[str, Any] = {
        "case": case,
        "pairs": pairs or [],
        "shown": shown,
        "decisions": rows,
        "form": form or _conclude_form(request, pair, open_ones, shared_m=shown.shared_m, seen=newest),
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


@dataclass(frozen=True)
class _Refused:
    """A form under one decision that was not taken, to be shown open and filled in."""

    decision: int
    form: FollowUpForm | WithdrawForm

    def of(self, decision: Decision, kind: type[_Form]) -> _Form | None:
        return self.form if self.decision == decision.pk and isinstance(self.form, kind) else None


def _as_row(request: HttpRequest, decision: Decision, pair: Pair, refused: _Refused | None) -> dict[str, Any]:
    decision.pair = pair
    may = _may_withdraw(request, decision)
    triage = may and decision.engagement_id is None
    follow = refused.of(decision, FollowUpForm) if refused else None
    withdrawal = refused.of(decision, WithdrawForm) if refused else None
    return {
        "decision": decision,
        "may_withdraw": may,
        "merge": getattr(decision, "merge", None),
        "changed": changes_of(decision, source_names(pair)),
        "withdraw_form": withdrawal or WithdrawForm(auto_id=f"id_withdraw_{decision.pk}_%s"),
        "withdraw_open": withdrawal is not None,
        "follow_form": (follow or _follow_up_form(decision)) if triage else None,
        "follow_open": follow is not None,
        "follow_ups": [],
        "too_late": refused.form if refused and refused.decision == decision.pk and not may else None,
        "typed": _typed(request),
    }


def _follow_up_form(decision: Decision, data: Any = None) -> FollowUpForm:
    form = FollowUpForm(data, finding=decision)
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
    """Write a conclusion: first press shows what will be written, the second writes it or leads back to the form."""
    require_scanner(request)
    pair = _whole(request).filter(pk=pk).first()
    if pair is None:
        return _gone(request)
    form = _conclude_form(request, pair, _open_engagements(request, pair), request.POST)
    if form is None:
        raise PermissionDenied(_("Anda tidak bertugas menyimpulkan pasangan ini."))
    if not form.is_valid():
        return _again(request, pair, form=form, status=422)
    if "back" in request.POST:
        return _again(request, pair, form=form)
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
    context: dict[str, Any] = {"pair": pair, "form": form}
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
    return _again(request, pair, form=form, status=problem.status)


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
    if decision is None:
        return _gone(request)
    form = WithdrawForm(request.POST, auto_id=f"id_withdraw_{pk}_%s")
    status = 422
    if form.is_valid():
        try:
            withdraw(decision=decision, reason=form.cleaned_data["reason"], actor=person(request))
        except Problem as problem:
            form.add_error(None, problem.sentence)
            status = problem.status
        else:
            messages.success(request, _("Kesimpulan ditarik; riwayatnya tetap ada."))
            return redirect(_address(decision.pair))
    return _again(request, decision.pair, refused=_Refused(pk, form), status=status)


def _decision(request: HttpRequest, pk: int) -> Decision | None:
    """A decision that the person may see, with its pair out of `_whole`; None where there is none."""
    seen = Decision.objects.visible_to(request.user).filter(pk=pk, pair__in=pairs_for(request.user)).first()
    if seen is not None:
        seen.pair = _whole(request).get(pk=seen.pair_id)
    return seen


@login_required
@require_POST
def follow_up_decision(request: HttpRequest, pk: int) -> HttpResponse:
    """Write down what was done after a conclusion."""
    require_scanner(request)
    decision = _decision(request, pk)
    if decision is None:
        return _gone(request)
    form = _follow_up_form(decision, request.POST)
    status = 422
    if form.is_valid():
        try:
            follow_ups.record(decision=decision, actor=person(request), **form.cleaned_data)
        except Problem as problem:
            _tell(form, problem)
            status = 409 if problem.status == 409 else status
        else:
            messages.success(request, _("Tindak lanjut dicatat."))
            return redirect(_address(decision.pair))
    return _again(request, decision.pair, refused=_Refused(pk, form), status=status)


def _tell(form: Any, problem: Problem) -> None:
    """A job's problem, at the field that it concerns where the form has it."""
    name = next((name for name in problem.fields if name in form.fields), None)
    form.add_error(name, problem.sentence)


# The case as a whole ----------------------------------------------------------------------------------------


def _case(request: HttpRequest, pk: int) -> Case | None:
    """A case of which the person sees a pair; None where there is none."""
    require_scanner(request)
    seen = Exists(pairs_for(request.user).filter(case=OuterRef("pk")))
    return Case.objects.select_related("assigned_to").filter(seen, pk=pk).first()


@login_required
@require_http_methods(["GET", "POST"])
def case_assign(request: HttpRequest, pk: int) -> HttpResponse:
    """Give the case to a monitor, or take it from them."""
    case = _case(request, pk)
    if case is None:
        return _gone(request)
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
    if case is None:
        return _gone(request)
    pair = pairs_for(request.user).filter(case=case).order_by("-weight", "pk")[0]
    form = RemarkForm(request.POST, request.FILES, engagements=_open_engagements(request, pair))
    status = 422
    if form.is_valid():
        said = form.cleaned_data
        try:
            remarks.write(
                case=case,
                pair=pair,
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
    known = Remark.objects.select_related("case", "engagement").exclude(file="")
    remark = get_object_or_404(known, pk=pk)
    if not remarks.may_read(remark, request.user):
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
