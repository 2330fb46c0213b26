"""Pages of an audit engagement, for its team only; everybody else is told that there is no such page."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, cast

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Page, Paginator
from django.db.models import Exists, OuterRef, Prefetch
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.access import Action, reach
from duplicates import findings as jobs
from duplicates import follow_ups, freezing, frozen_words, remarks
from duplicates.access import person
from duplicates.case_page import bars
from duplicates.decisions import conclude, withdraw
from duplicates.engagement_contents import side_of
from duplicates.engagement_forms import (
    EngagementForm,
    EngagementScanForm,
    FollowUpForm,
    ReviewForm,
    SheetForm,
    TeamForm,
)
from duplicates.engagement_scan import finish, scan_engagement
from duplicates.engagements import (
    change_team,
    close_engagement,
    engagements_of,
    findings_of,
    has_finding,
    open_engagement,
    pairs_of,
    state_of,
    with_finding,
)
from duplicates.forms import ConcludeForm, RemarkForm, WithdrawForm
from duplicates.models import (
    Decision,
    Engagement,
    EngagementPair,
    FindingSheet,
    FrozenRegister,
    Pair,
    Remark,
    Scan,
)
from duplicates.project_as_of import ProjectAsOf
from duplicates.score import CASE_FROM, SignalScore, likeness_word
from places.models import Place
from places.problems import Problem

PAGE_SIZE = 20
TABS = ("pairs", "findings", "scans", "notes")
STATES = ("", "open", "concluded")


def _require_auditor(request: HttpRequest) -> None:
    if not reach(request.user, Action.FINDING):
        raise PermissionDenied(_("Penugasan hanya untuk pemeriksa."))


def _engagement(request: HttpRequest, pk: int) -> Engagement:
    """The engagement, for its team; anybody else meets a 404, since even its existence is not theirs to know.

    The first look after its cut-off day has it scanned for good.
    """
    places = Prefetch("places", queryset=Place.objects.defer("boundary"))
    frozen = Exists(FrozenRegister.objects.filter(engagement=OuterRef("pk")))
    mine = engagements_of(request.user).annotate(is_frozen=frozen).prefetch_related(places)
    engagement: Any = get_object_or_404(mine, pk=pk)
    if not engagement.is_frozen:
        engagement.is_frozen = finish(engagement) and freezing.is_over(engagement)
    return cast(Engagement, engagement)


@login_required
@require_GET
def engagement_list(request: HttpRequest) -> HttpResponse:
    """The person's engagements, open ones first."""
    _require_auditor(request)
    mine = engagements_of(request.user).prefetch_related("places", "team").order_by("closed_at", "-opened_at")
    open_ones = [one for one in mine if not one.closed_at]
    closed = [one for one in mine if one.closed_at]
    return render(request, "duplicates/engagements.html", {"open_ones": open_ones, "closed": closed})


@login_required
@require_http_methods(["GET", "POST"])
def engagement_new(request: HttpRequest) -> HttpResponse:
    """Open an audit engagement."""
    _require_auditor(request)
    form = EngagementForm(request.POST or None, user=person(request))
    if request.method == "POST" and form.is_valid():
        engagement = open_engagement(actor=person(request), **form.cleaned_data)
        radius_m = float(settings.DUPLICATE_RADIUS_M)
        scan_engagement(actor=person(request), engagement=engagement, radius_m=radius_m)
        messages.success(request, _("Penugasan %(number)s dibuka.") % {"number": engagement.assignment})
        return redirect("engagement", engagement.pk)
    return render(
        request, "duplicates/engagement_new.html", {"form": form}, status=422 if form.errors else 200
    )


@login_required
@require_GET
def engagement_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One engagement: how far it is; its pairs, findings, scans or notes."""
    engagement = _engagement(request, pk)
    tab = request.GET.get("tab") if request.GET.get("tab") in TABS else TABS[0]
    context: dict[str, Any] = {
        "engagement": engagement,
        "tab": tab,
        "state": state_of(engagement),
        "places": list(engagement.places.all()),
        "team": list(engagement.team.all()),
        "is_over": freezing.is_over(engagement),
        "is_frozen": engagement.is_frozen,  # type: ignore[attr-defined]
    }
    build = {"pairs": _pairs_tab, "findings": _findings_tab, "scans": _scans_tab, "notes": _notes_tab}
    context |= build[str(tab)](request, engagement)
    return render(request, "duplicates/engagement.html", context)


def _page(request: HttpRequest, rows: Any) -> Page[Any]:
    return Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page"))


def _pairs_tab(request: HttpRequest, engagement: Engagement) -> dict[str, Any]:
    chosen = request.GET.get("state", "")
    chosen = chosen if chosen in STATES else ""
    case = request.GET.get("case", "")
    pairs = with_finding(pairs_of(engagement), engagement)
    if case.isdecimal():
        pairs = pairs.filter(case_no=int(case[:9]))
    elif not request.GET.get("all"):
        pairs = pairs.filter(probability__gte=CASE_FROM)
    if chosen:
        pairs = pairs.filter(has_finding(engagement) if chosen == "concluded" else ~has_finding(engagement))
    pairs = pairs.select_related("pair__left__village", "pair__right__village")
    ordered = pairs.order_by("-weight", "distance_m", "pair__left__code", "pair__right__code")
    page = _page(request, ordered)
    titles = _titles(engagement, [row.pair for row in page.object_list])
    rows = [
        (row, titles[row.pair.left_id], titles[row.pair.right_id], likeness_word(row.probability))
        for row in page.object_list
    ]
    every = bool(request.GET.get("all"))
    return {"page": page, "rows": rows, "chosen": chosen, "every": every, "case": case}


@dataclass(frozen=True)
class _Title:
    """What lists say of a project."""

    title: str
    fiscal_year: int
    village: str
    planned: Decimal | None


def _titles(engagement: Engagement, pairs: Iterable[Pair]) -> dict[int, _Title]:
    """By project: as it was at the cut-off; while that day is not over, as it is."""
    known = list(pairs)
    if not freezing.is_over(engagement):
        projects = [project for pair in known for project in (pair.left, pair.right)]
        return {one.pk: _Title(one.title, one.fiscal_year, one.village.name, one.planned) for one in projects}
    states = freezing.states(engagement, [key for pair in known for key in (pair.left_id, pair.right_id)])
    return {pk: _Title(one.title, one.fiscal_year, one.village, one.planned) for pk, one in states.items()}


def _findings_tab(request: HttpRequest, engagement: Engagement) -> dict[str, Any]:
    found = findings_of(engagement).select_related(
        "pair__left__village", "pair__right__village", "decided_by", "reviewed_by", "sheet"
    )
    page = _page(request, found.order_by("reviewed_at", "-at"))
    states = _titles(engagement, [one.pair for one in page.object_list])
    for one in page.object_list:
        one.engagement = engagement
    rows = [
        (one, states.get(one.pair.left_id), states.get(one.pair.right_id), jobs.is_draft(one))
        for one in page.object_list
    ]
    return {"page": page, "rows": rows}


def _scans_tab(request: HttpRequest, engagement: Engagement, form: Any = None) -> dict[str, Any]:
    scans = Scan.objects.filter(engagement=engagement).select_related("place", "started_by")
    return {"page": _page(request, scans), "scan_form": form or EngagementScanForm(engagement=engagement)}


def _notes_tab(request: HttpRequest, engagement: Engagement) -> dict[str, Any]:
    remarks = Remark.objects.filter(engagement=engagement).select_related("author").order_by("-at")
    return {"page": _page(request, remarks)}


@login_required
@require_POST
def engagement_scan(request: HttpRequest, pk: int) -> HttpResponse:
    """Scan the engagement's places and period; only its team sees that it was done."""
    engagement = _engagement(request, pk)
    form = EngagementScanForm(request.POST, engagement=engagement)
    if not form.is_valid():
        messages.error(request, _("Pemindaian tidak dimulai. Periksa wilayah dan radius (1–1000 m)."))
    else:
        scan_engagement(actor=person(request), engagement=engagement, **form.cleaned_data)
        messages.success(request, _("Pemindaian dimulai; hasilnya tampil di sini."))
    return redirect(f"{reverse('engagement', args=[pk])}?tab=scans")


@login_required
@require_http_methods(["GET", "POST"])
def engagement_team(request: HttpRequest, pk: int) -> HttpResponse:
    """Change the team, the objective, or whether four eyes are wanted."""
    engagement = _engagement(request, pk)
    form = TeamForm(request.POST or None, engagement=engagement, user=person(request))
    if request.method == "POST" and form.is_valid():
        wanted = form.cleaned_data
        try:
            change_team(
                actor=person(request),
                engagement=engagement,
                team=[person(request), *wanted["team"]],
                four_eyes=wanted["four_eyes"],
                objective=wanted["objective"],
            )
        except Problem as problem:
            form.add_error(None, problem.sentence)
        else:
            messages.success(request, _("Penugasan diperbarui."))
            return redirect("engagement", pk)
    context = {"form": form, "engagement": engagement}
    return render(request, "duplicates/engagement_team.html", context, status=422 if form.errors else 200)


@login_required
@require_http_methods(["GET", "POST"])
def engagement_close(request: HttpRequest, pk: int) -> HttpResponse:
    """Say what closing means and what is still open; then close."""
    engagement = _engagement(request, pk)
    if request.method == "POST":
        engagement = close_engagement(actor=person(request), engagement=engagement)
        messages.success(
            request, _("Penugasan %(number)s ditutup; temuannya tetap.") % {"number": engagement.assignment}
        )
        return redirect("engagement", pk)
    context = {"engagement": engagement, "state": state_of(engagement)}
    return render(request, "duplicates/engagement_close.html", context)


@login_required
@require_GET
def engagement_pair(request: HttpRequest, pk: int, pair_pk: int) -> HttpResponse:
    """A pair inside the engagement: both projects as they were at the cut-off, and what is another now."""
    engagement = _engagement(request, pk)
    row = _row(engagement, pair_pk)
    return _show_pair(request, engagement, row)


def _row(engagement: Engagement, pair_pk: int) -> EngagementPair:
    return get_object_or_404(pairs_of(engagement).select_related("pair__left", "pair__right"), pair=pair_pk)


def _show_pair(
    request: HttpRequest,
    engagement: Engagement,
    row: EngagementPair,
    *,
    form: ConcludeForm | None = None,
    remark_form: RemarkForm | None = None,
    status: int = 200,
) -> HttpResponse:
    pair, open_one = row.pair, engagement.closed_at is None
    findings = _findings_on(engagement, pair)
    context = {
        "engagement": engagement,
        "pair": pair,
        "score": {
            "word": likeness_word(row.probability),
            "bars": bars([SignalScore.from_json(one) for one in row.signals]),
        },
        "findings": findings,
        "in_register": pair.scan_id is not None or pair.gone_at is None,
        "form": (form or _conclude_form(engagement, row, findings)) if open_one else None,
        "remark_form": (remark_form or RemarkForm()) if open_one else None,
        "remarks": Remark.objects.filter(engagement=engagement, pair=pair).select_related("author"),
        **_as_of(engagement, pair),
    }
    return render(request, "duplicates/engagement_pair.html", context, status=status)


def _conclude_form(
    engagement: Engagement, row: EngagementPair, findings: Iterable[Decision], data: Any = None
) -> ConcludeForm:
    seen = max((one.pk for one in findings), default=0)
    initial = {"engagement": engagement.pk, "seen": seen}
    return ConcludeForm(data, pair=row.pair, engagements=[engagement], initial=initial)


@login_required
@require_POST
def engagement_conclude(request: HttpRequest, pk: int, pair_pk: int) -> HttpResponse:
    """Write a finding on a pair, as it was at the cut-off."""
    engagement = _engagement(request, pk)
    row = _row(engagement, pair_pk)
    data = request.POST.copy()
    data["engagement"] = str(engagement.pk)
    form = _conclude_form(engagement, row, (), data)
    if not form.is_valid():
        return _show_pair(request, engagement, row, form=form, status=422)
    names = ("kind", "reason", "metres", "engagement", "seen")
    said = {name: form.cleaned_data[name] for name in names}
    try:
        finding = conclude(pair=row.pair, actor=person(request), **said)
    except Problem as problem:
        form.add_error(None, problem.sentence)
        newest = max((one.pk for one in _findings_on(engagement, row.pair)), default=0)
        data["seen"] = str(newest)  # what the other wrote counts as seen from now on
        return _show_pair(request, engagement, row, form=form, status=problem.status)
    messages.success(request, _("Temuan disimpan. Tulis lembarnya di sini."))
    return redirect("finding", finding.pk)


@login_required
@require_POST
def engagement_remark(request: HttpRequest, pk: int, pair_pk: int) -> HttpResponse:
    """Write a note on a pair, with a file or without; the team alone reads it."""
    engagement = _engagement(request, pk)
    row = _row(engagement, pair_pk)
    form = RemarkForm(request.POST, request.FILES)
    status = 422
    if form.is_valid():
        said = form.cleaned_data
        try:
            remarks.write(
                pair=row.pair,
                engagement=engagement,
                actor=person(request),
                text=said["text"],
                upload=said["file"],
            )
        except Problem as problem:
            _tell(form, problem)
            status = problem.status
        else:
            messages.success(request, _("Catatan disimpan."))
            return redirect(f"{reverse('engagement_pair', args=[pk, pair_pk])}#remarks")
    return _show_pair(request, engagement, row, remark_form=form, status=status)


def _findings_on(engagement: Engagement, pair: Pair) -> list[Decision]:
    rows = pair.decisions.filter(engagement=engagement).select_related(
        "decided_by", "reviewed_by", "withdrawn_by"
    )
    return list(rows)


def _as_of(engagement: Engagement, pair: Pair) -> dict[str, Any]:
    """Both sides with their rows side by side, the finding in facts, pictures used twice."""
    states = freezing.states_to_look_at(engagement, [pair.left_id, pair.right_id])
    if states.keys() != {pair.left_id, pair.right_id}:
        raise Http404
    left, right = states[pair.left_id], states[pair.right_id]
    is_over = freezing.is_over(engagement)
    # Until the day is over the state is today's: nothing differs from it.
    now = frozen_words.now_of([pair.left_id, pair.right_id]) if is_over else {}
    rows = [
        (name, mine, theirs, mine != theirs)
        for (name, mine), (_same, theirs) in zip(
            frozen_words.rows(left), frozen_words.rows(right), strict=True
        )
    ]
    return {
        "facts": frozen_words.facts(left, right),
        "left": side_of(left, now),
        "right": side_of(right, now),
        "rows": rows,
        "shared_photos": frozen_words.shared_photos(left, right),
        "is_over": is_over,
    }


# One finding ------------------------------------------------------------------------------------------------


def _finding(request: HttpRequest, pk: int) -> Decision:
    mine = jobs.findings_for(request.user).select_related(
        "pair__left", "pair__right", "engagement", "decided_by", "reviewed_by", "withdrawn_by"
    )
    return get_object_or_404(mine, pk=pk)


@login_required
@require_http_methods(["GET", "POST"])
def finding_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """A finding with its sheet, its review and what followed; the team writes on the sheet here."""
    finding = _finding(request, pk)
    if request.method == "GET":
        return _show(request, finding)
    form = _sheet_form(finding, _states(finding), request.POST)
    if not form.is_valid():
        return _show(request, finding, form=form, status=422)
    try:
        jobs.write_sheet(finding=finding, actor=person(request), **form.cleaned_data)
    except Problem as problem:
        _tell(form, problem)
        return _show(request, finding, form=form, status=problem.status)
    messages.success(request, _("Lembar temuan tersimpan."))
    return redirect("finding", pk)


def _tell(form: Form, problem: Problem) -> None:
    """Say a problem at the fields that it concerns, else above the form."""
    known = {"date": "on"}
    told = {known.get(name, name): texts for name, texts in problem.fields.items()}
    for name, texts in told.items():
        for text in texts:
            form.add_error(name if name in form.fields else None, text)
    if not told:
        form.add_error(None, problem.sentence)


def _states(finding: Decision) -> dict[int, ProjectAsOf]:
    return freezing.states_to_look_at(_of(finding), [finding.pair.left_id, finding.pair.right_id])


def _sheet_form(finding: Decision, states: Mapping[int, ProjectAsOf], data: Any = None) -> SheetForm:
    engagement = _of(finding)
    sheet = jobs.sheet_of(finding)
    if sheet is None:
        sheet = jobs.proposed(finding, states) if data is None else FindingSheet(decision=finding)
    return SheetForm(data, engagement=engagement, sheet=sheet)


def _of(finding: Decision) -> Engagement:
    if finding.engagement is None:
        raise Http404
    return finding.engagement


def _show(
    request: HttpRequest,
    finding: Decision,
    *,
    form: SheetForm | None = None,
    follow_form: FollowUpForm | None = None,
    review_form: ReviewForm | None = None,
    status: int = 200,
) -> HttpResponse:
    engagement = _of(finding)
    states = _states(finding)
    left, right = (_named(states.get(key)) for key in (finding.pair.left_id, finding.pair.right_id))
    open_one = engagement.closed_at is None and finding.withdrawn_at is None
    context = {
        "finding": finding,
        "engagement": engagement,
        "left": left,
        "right": right,
        "form": form or _sheet_form(finding, states),
        "withdraw_form": WithdrawForm(auto_id="id_withdraw_%s") if open_one else None,
        "written": FindingSheet.objects.filter(decision=finding).exists(),
        "is_open": open_one,
        "is_draft": jobs.is_draft(finding),
        "may_review": open_one and jobs.may_review(person(request), finding),
        "review_form": review_form or ReviewForm(),
        "follow_form": follow_form or FollowUpForm(finding=finding),
        "follow_ups": finding.follow_ups.select_related("project", "written_by"),
    }
    return render(request, "duplicates/engagement_finding.html", context, status=status)


def _named(state: ProjectAsOf | None) -> ProjectAsOf:
    if state is None:
        raise Http404
    return state


@login_required
@require_POST
def finding_review(request: HttpRequest, pk: int) -> HttpResponse:
    """The second pair of eyes: it stands, or it goes back with a note."""
    finding = _finding(request, pk)
    form = ReviewForm(request.POST)
    form.is_valid()
    note = str(form.cleaned_data.get("note", ""))
    back = request.POST.get("act") == "send_back"
    try:
        if back:
            jobs.send_back(finding=finding, actor=person(request), note=note)
        else:
            jobs.review(finding=finding, actor=person(request), note=note)
    except Problem as problem:
        form.add_error("note", problem.sentence)
        return _show(request, finding, review_form=form, status=problem.status)
    done = _("Temuan dikembalikan ke penulisnya.") if back else _("Temuan diperiksa; masuk laporan.")
    messages.success(request, done)
    return redirect("finding", pk)


@login_required
@require_POST
def finding_withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a finding back, with a reason; it stays in the history."""
    finding = _finding(request, pk)
    form = WithdrawForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Tulis alasan penarikan."))
        return redirect("finding", pk)
    try:
        withdraw(decision=finding, reason=form.cleaned_data["reason"], actor=person(request))
    except Problem as problem:
        messages.error(request, problem.sentence)
    else:
        messages.success(request, _("Temuan ditarik; riwayatnya tetap ada."))
    return redirect("finding", pk)


@login_required
@require_POST
def finding_follow_up(request: HttpRequest, pk: int) -> HttpResponse:
    """Write down a reply or what was done."""
    finding = _finding(request, pk)
    form = FollowUpForm(request.POST, finding=finding)
    if not form.is_valid():
        return _show(request, finding, follow_form=form, status=422)
    try:
        follow_ups.record(decision=finding, actor=person(request), **form.cleaned_data)
    except Problem as problem:
        _tell(form, problem)
        return _show(request, finding, follow_form=form, status=problem.status)
    messages.success(request, _("Tindak lanjut dicatat."))
    return redirect(f"{reverse('finding', args=[pk])}#follow-ups")
