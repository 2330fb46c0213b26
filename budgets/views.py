"""Pages about one project's money: its budget and what was spent; dividing it."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from budgets.forms import BudgetForm, PartForm, RealisationForm
from budgets.models import BudgetVersion, FundSource, Realisation
from budgets.money import by_source, newest_version
from budgets.saving import record_realisation, set_budget
from budgets.splitting import Part, split_into_projects, split_over_sites
from places.problems import Problem
from projects.forms import ReasonForm
from projects.models import Project, SiteStatus
from projects.views import editable

SPARE_PARTS, MOST_PARTS = 4, 60


@require_http_methods(["GET", "HEAD", "POST"])
def project_money(request: HttpRequest, pk: int) -> HttpResponse:
    """Set the amounts of a budget version, or record money spent."""
    project = editable(request, pk)
    which = request.POST.get("act", "")
    version = newest_version(project)
    budget = BudgetForm(
        request.POST if which == "budget" else None,
        project=project,
        user=request.user,
        amounts=by_source(project, version) if version else {},
    )
    if version is not None and not budget.is_bound:
        budget.initial = {"kind": version.kind, "number": version.number, "on": version.date}
    spent = RealisationForm(request.POST if which == "spent" else None, project=project, user=request.user)
    status = 200
    if request.method == "POST":
        try:
            if _do(request, project, budget, spent):
                return redirect("project_money", pk=project.pk)
            status = 400
        except Problem as problem:
            status = problem.status
            _tell(problem, budget if which == "budget" else spent)
    context = {
        "project": project,
        "version": version,
        "budget": budget,
        "spent": spent,
        "realisations": Realisation.objects.filter(project=project).select_related("source"),
    }
    return render(request, "budgets/money.html", context, status=status)


def _do(request: HttpRequest, project: Project, budget: BudgetForm, spent: RealisationForm) -> bool:
    """Do what was sent; False when the form is not right."""
    if budget.is_bound and budget.is_valid():
        said = budget.cleaned_data
        set_budget(
            actor=request.user,
            project=project,
            amounts=budget.amounts(),
            kind=said["kind"],
            number=said["number"],
            on=said["on"],
            reason=said.get("reason", ""),
            seen=_seen(request),
        )
        messages.success(request, _("Anggaran tersimpan."))
        return True
    if spent.is_bound and spent.is_valid():
        said = spent.cleaned_data
        record_realisation(
            actor=request.user,
            project=project,
            amount=said["amount"],
            on=said["on"],
            source=said["source"].code if said["source"] else None,
            document=said["document"],
            reason=said.get("reason", ""),
            seen=_seen(request),
        )
        messages.success(request, _("Realisasi tersimpan."))
        return True
    return False


def _seen(request: HttpRequest) -> int | None:
    """The project's version that the page showed; None from programs that don't say."""
    said = request.POST.get("version", "")
    return int(said) if said.isdecimal() and len(said) < 10 else None


def _tell(problem: Problem, form: BudgetForm | RealisationForm) -> None:
    for name, texts in problem.fields.items():
        if name in form.fields:
            form.add_error(name, texts)
            return
    form.add_error(None, problem.sentence)


@require_http_methods(["GET", "HEAD", "POST"])
def project_split(request: HttpRequest, pk: int) -> HttpResponse:
    """Divide the project's budget: into several projects, or (?over=sites) over its sites."""
    project = editable(request, pk)
    version = newest_version(project)
    totals = by_source(project, version) if version else {}
    over_sites = request.GET.get("over") == "sites"
    reason = _reason_form(request, project)
    parts = _parts(request, project, version, totals, over_sites=over_sites)
    status, problem_said = 200, ""
    if request.method == "POST":
        status = 400
        ready = all([reason.is_valid(), *(part.is_valid() for part in parts)])
        if ready:
            try:
                _split(request, project, parts, reason, over_sites=over_sites)
            except Problem as problem:
                status, problem_said = problem.status, problem.sentence
            else:
                messages.success(request, _("Sudah dibagi; jumlahnya cocok sampai rupiah terakhir."))
                return redirect(project)
    sources = {source.code: source for source in FundSource.objects.filter(code__in=totals)}
    context = {
        "project": project,
        "version": version,
        "totals": [(sources[code], amount) for code, amount in totals.items()],
        "parts": parts,
        "over_sites": over_sites,
        "sites": project.sites.filter(status=SiteStatus.ACTIVE).count(),
        "reason_form": reason,
        "problem": problem_said,
    }
    return render(request, "budgets/split.html", context, status=status)


def _reason_form(request: HttpRequest, project: Project) -> ReasonForm:
    form = ReasonForm(request.POST if request.method == "POST" else None)
    form.ask_reason(request.user, project.village_id)
    return form


def _parts(
    request: HttpRequest,
    project: Project,
    version: BudgetVersion | None,
    totals: dict[str, Decimal],
    *,
    over_sites: bool,
) -> list[PartForm]:
    data = request.POST if request.method == "POST" else None
    sources = list(FundSource.objects.filter(code__in=totals))
    if over_sites:
        sites = project.sites.filter(status=SiteStatus.ACTIVE).order_by("no")
        stored: dict[int, dict[str, Any]] = {}
        for site, source, amount in project.lines.filter(version=version).values_list(
            "site", "source", "amount"
        ):
            stored.setdefault(site or 0, {})[f"amount_{source}"] = amount
        return [
            PartForm(data, index=n, sources=sources, site=site, initial=stored.get(site.pk))
            for n, site in enumerate(sites)
        ]
    asked = request.POST.get("parts", "")
    count = min(int(asked), MOST_PARTS) if asked.isdecimal() and len(asked) < 10 else SPARE_PARTS
    first: dict[str, Any] = {"title": project.title} | {
        f"amount_{code}": amount for code, amount in totals.items()
    }
    return [
        PartForm(data, index=n, sources=sources, initial=first if n == 0 else None)
        for n in range(max(count, 2))
    ]


def _split(
    request: HttpRequest, project: Project, parts: Sequence[PartForm], reason: ReasonForm, *, over_sites: bool
) -> None:
    why = reason.cleaned_data.get("reason", "")
    if over_sites:
        amounts = {part.site.pk: part.amounts() for part in parts if part.site is not None}
        split_over_sites(actor=request.user, project=project, amounts=amounts, reason=why)
        return
    pieces = [Part(part.cleaned_data["title"], part.amounts()) for part in parts if not part.is_empty]
    split_into_projects(actor=request.user, project=project, parts=pieces, reason=why)
