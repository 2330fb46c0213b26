"""Pages of an audit engagement, for its team only; everybody else is told that there is no such page."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Page, Paginator
from django.db.models import Prefetch
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.access import Action, reach
from duplicates import findings as jobs
from duplicates import follow_ups, freezing, frozen_words
from duplicates.access import person
from duplicates.engagement_contents import side_of
from duplicates.engagement_forms import (
    EngagementForm,
    EngagementScanForm,
    FollowUpForm,
    ReviewForm,
    SheetForm,
    TeamForm,
)
from duplicates.engagement_scan import scan_engagement
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
from duplicates.models import Decision, Engagement, FindingSheet, Pair, Remark, Scan
from duplicates.project_as_of import ProjectAsOf
from duplicates.score import CASE_FROM, likeness_word
from places.models import Place
from places.problems import Problem

PAGE_SIZE = 20
TABS = ("pairs", "findings", "scans", "notes")
STATES = ("", "open", "concluded")


def _require_auditor(request: HttpRequest) -> None:
    if not reach(request.user, Action.FINDING):
        raise PermissionDenied(_("Penugasan hanya untuk pemeriksa."))


def _engagement(request: HttpRequest, pk: int) -> Engagement:
    """The engagement, for its team; anybody else meets a 404, since even its existence is not theirs to know."""
    places = Prefetch("places", queryset=Place.objects.defer("boundary"))
    return get_object_or_404(engagements_of(request.user).prefetch_related(places), pk=pk)


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
    }
    build = {"pairs": _pairs_tab, "findings": _findings_tab, "scans": _scans_tab, "notes": _notes_tab}
    context |= build[str(tab)](request, engagement)
    return render(request, "duplicates/engagement.html", context)


def _page(request: HttpRequest, rows: Any) -> Page[Any]:
    return Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page"))


def _pairs_tab(request: HttpRequest, engagement: Engagement) -> dict[str, Any]:
    chosen = request.GET.get("state", "")
    chosen = chosen if chosen in STATES else ""
    pairs = with_finding(pairs_of(engagement), engagement).filter(probability__gte=CASE_FROM)
    if request.GET.get("all"):
        pairs = with_finding(pairs_of(engagement), engagement)
    if chosen:
        pairs = pairs.filter(has_finding(engagement) if chosen == "concluded" else ~has_finding(engagement))
    pairs = pairs.select_related("left__village", "right__village")
    page = _page(request, pairs.order_by("-weight", "distance_m", "left__code", "right__code"))
    states = _titles(engagement, page.object_list)
    rows = [
        (pair, states[pair.left_id], states[pair.right_id], likeness_word(pair.probability))
        for pair in page.object_list
    ]
    return {"page": page, "rows": rows, "chosen": chosen, "every": bool(request.GET.get("all"))}


def _titles(engagement: Engagement, pairs: Any) -> dict[int, Any]:
    """By project: its state at the cut-off; while that day is not over, the project itself says it."""
    if not freezing.is_over(engagement):
        return {project.pk: project for pair in pairs for project in (pair.left, pair.right)}
    states = freezing.states(engagement, [key for pair in pairs for key in (pair.left_id, pair.right_id)])
    return dict(states)


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
    remarks = Remark.objects.filter(engagement=engagement).select_related("author", "case").order_by("-at")
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
    pair = get_object_or_404(pairs_of(engagement), pk=pair_pk)
    context = {
        "engagement": engagement,
        "pair": pair,
        "findings": _findings_on(engagement, pair),
        **_as_of(engagement, pair),
    }
    return render(request, "duplicates/engagement_pair.html", context)


def _findings_on(engagement: Engagement, pair: Pair) -> list[Decision]:
    rows = pair.decisions.filter(engagement=engagement).select_related(
        "decided_by", "reviewed_by", "withdrawn_by"
    )
    return list(rows)


def _as_of(engagement: Engagement, pair: Pair) -> dict[str, Any]:
    """Both sides with their rows side by side, the finding in facts, pictures used twice."""
    states = freezing.states(engagement, [pair.left_id, pair.right_id])
    if states.keys() != {pair.left_id, pair.right_id}:
        raise Http404
    left, right = states[pair.left_id], states[pair.right_id]
    now = frozen_words.now_of([pair.left_id, pair.right_id])
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
        "is_over": freezing.is_over(engagement),
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
    form = _sheet_form(finding, request.POST)
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


def _sheet_form(finding: Decision, data: Any = None) -> SheetForm:
    engagement = _of(finding)
    sheet = jobs.sheet_of(finding)
    if sheet is None:
        sheet = jobs.proposed(finding, engagement) if data is None else FindingSheet(decision=finding)
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
    states = freezing.states(engagement, [finding.pair.left_id, finding.pair.right_id])
    left, right = (_named(states.get(key)) for key in (finding.pair.left_id, finding.pair.right_id))
    open_one = engagement.closed_at is None and finding.withdrawn_at is None
    context = {
        "finding": finding,
        "engagement": engagement,
        "left": left,
        "right": right,
        "form": form or _sheet_form(finding),
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
