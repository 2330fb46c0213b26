"""Pages that create and change a project; reading it is monitoring's (project page, register)."""

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.access import Action, may, reach, require
from places.earth import metres_between
from places.message import Message
from places.models import Place
from places.problems import Problem
from places.saying import say
from projects import near, saving, statuses
from projects.editing import Conflict, needs_reason
from projects.forms import ProjectForm, SiteForm, StatusForm, site_forms, villages_of, wanted_sites
from projects.models import ActivityCode, Project, Status
from projects.sites import SAME_WITHIN_M, SiteDraft, drafts_of, village_warnings

MOST_SPARE = 50
FORM_DECIMALS = 1e-6  # degrees: what the form shows of a position


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def project_new(request: HttpRequest) -> HttpResponse:
    """A new project with its sites on one screen."""
    if not reach(request.user, Action.EDIT):
        raise PermissionDenied(_("Hanya desa, pemantau, dan pengelola yang membuat kegiatan."))
    return _edit(request, None)


@require_http_methods(["GET", "HEAD", "POST"])
def project_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """The same for one that is there."""
    return _edit(request, editable(request, pk))


def editable(request: HttpRequest, pk: int) -> Project:
    """A project that the person may edit: 404 for one they may not know of, else 403."""
    projects = Project.objects.visible_to(request.user).select_related("village__parent", "activity")
    project = get_object_or_404(projects.defer("village__boundary", "village__parent__boundary"), pk=pk)
    require(request.user, Action.EDIT, project.village_id)
    return project


def _edit(request: HttpRequest, project: Project | None) -> HttpResponse:
    if request.method != "POST":
        form = ProjectForm(user=request.user, project=project)
        return _show(request, project, form, site_forms(project=project, spare=_spare(request)))
    form = ProjectForm(request.POST, user=request.user, project=project)
    sites = site_forms(request.POST, project=project)
    if not (form.is_valid() and sites.is_valid()):
        return _show(request, project, form, sites, status=400)
    kept = wanted_sites(sites)
    drafts = [site.draft() for site in kept]
    moved = _moved(form, project, drafts)
    warnings = [] if request.POST.get("confirmed") else _near(request, form, project, moved)
    if warnings:
        return _show(request, project, form, sites, warnings=warnings)
    try:
        saved = _save(request, form, project, drafts)
    except Conflict as conflict:
        return _show_conflict(request, project, conflict)
    except Problem as problem:
        _tell(problem, form, kept)
        return _show(request, project, form, sites, status=problem.status)
    for said in village_warnings(saved.village, moved):
        messages.warning(request, say(said))
    messages.success(request, _("Tersimpan."))
    return redirect(saved)


def _spare(request: HttpRequest) -> int:
    """How many empty sites were asked for by ?sites=12, for pages without scripts."""
    asked = request.GET.get("sites", "")
    return min(int(asked), MOST_SPARE) if asked.isdecimal() and len(asked) < 4 else 0


def _near(
    request: HttpRequest, form: ProjectForm, project: Project | None, moved: Sequence[SiteDraft]
) -> list[Message]:
    return near.warnings(
        user=request.user,
        title=form.cleaned_data["title"],
        places=[draft.geometry for draft in moved],
        work_type=form.cleaned_data["work_type"],
        year=project.fiscal_year if project else form.cleaned_data["fiscal_year"],
        project=project,
        volume=form.cleaned_data.get("volume"),
        unit=form.cleaned_data.get("unit", ""),
        budget=project.planned if project else None,
    )


@login_required
@require_POST
def project_near(request: HttpRequest) -> HttpResponse:
    """While somebody types: works like the one in the form, as a fragment; nothing is asked of unfinished fields."""
    if not reach(request.user, Action.EDIT):
        raise PermissionDenied(_("Hanya desa, pemantau, dan pengelola yang membuat kegiatan."))
    asked = request.GET.get("project", "")
    known = asked.isdecimal() and len(asked) < 18
    project = Project.objects.editable_by(request.user).filter(pk=int(asked)).first() if known else None
    form = ProjectForm(request.POST, user=request.user, project=project)
    form.is_valid()
    said, sites = form.cleaned_data, site_forms(request.POST, project=project)
    sites.is_valid()
    places = [site.draft().geometry for site in sites if site.is_valid() and not site.is_empty]
    warnings: list[Message] = []
    if said.get("title") and places:
        warnings = near.warnings(
            user=request.user,
            title=said["title"],
            places=places,
            work_type=said.get("work_type", ""),
            year=project.fiscal_year if project else said.get("fiscal_year"),
            project=project,
            volume=said.get("volume"),
            unit=said.get("unit", ""),
            budget=project.planned if project else None,
        )
    return render(request, "projects/_near.html", {"warnings": warnings})


def _moved(form: ProjectForm, project: Project | None, drafts: Sequence[SiteDraft]) -> list[SiteDraft]:
    """The sites to look around: all of a new or renamed project, else those that are new or elsewhere."""
    said = form.cleaned_data
    if project is None or (said["title"], said["work_type"]) != (project.title, project.work_type):
        return list(drafts)
    stored = {draft.pk: draft for draft in drafts_of(project)}
    return [draft for draft in drafts if draft.pk not in stored or _is_elsewhere(draft, stored[draft.pk])]


def _is_elsewhere(draft: SiteDraft, before: SiteDraft) -> bool:
    """Whether a site was moved, or its line or area drawn otherwise than as the form writes it."""
    if metres_between(draft.point, before.point) > SAME_WITHIN_M:
        return True
    if draft.extent is None or before.extent is None:
        return draft.extent is not before.extent
    return not draft.extent.equals_exact(before.extent, FORM_DECIMALS)


@transaction.atomic  # the budget row that a code makes goes again if the project is refused
def _save(
    request: HttpRequest, form: ProjectForm, project: Project | None, drafts: Sequence[SiteDraft]
) -> Project:
    said, fields = form.cleaned_data, form.job_fields()
    why = {name: said.get(name, "") for name in ("reason", "override_reason")}
    village: Place = project.village if project else said["village"]
    year = project.fiscal_year if project else said["fiscal_year"]
    require(request.user, Action.EDIT, village.code)
    fields["activity"] = None
    if code := said["activity_code"]:
        fields["activity"] = saving.activity_for(village=village, fiscal_year=year, code=code)
        if project and project.activity and project.activity.code == code:
            fields["activity"] = project.activity
    if project is None:
        return saving.create_project(
            actor=request.user,
            village=village,
            fiscal_year=year,
            status=said["status"],
            sites=drafts,
            **fields,
            **why,
        )
    return saving.edit_project(
        actor=request.user, project=project, changes=fields, sites=drafts, version=said["version"], **why
    )


def _tell(problem: Problem, form: ProjectForm, sites: Sequence[SiteForm]) -> None:
    """Put a job's problem beside the fields that it names."""
    told = False
    for name, texts in problem.fields.items():
        head, _dot, index = name.partition(".")
        if head == "sites" and index.isdecimal() and int(index) < len(sites):
            sites[int(index)].add_error("position", texts)
            told = True
        elif name in form.fields:
            form.add_error(name, texts)
            told = True
    if not told:
        form.add_error(None, problem.sentence)


def _show_conflict(request: HttpRequest, project: Project | None, conflict: Conflict) -> HttpResponse:
    """Their own input stays; what the other changed stands beside it; saving again is then their choice."""
    data = request.POST.copy()
    data["version"] = str(conflict.version)
    form = ProjectForm(data, user=request.user, project=project)
    labels = {name: field.label for name, field in form.fields.items()} | {"sites": _("Titik lokasi")}
    changes = [
        (labels.get(name, labels.get(f"{name}_code", name)), texts) for name, texts in conflict.fields.items()
    ]
    sites = site_forms(data, project=project)
    return _show(request, project, form, sites, status=409, conflict=conflict, changes=changes)


def _show(
    request: HttpRequest,
    project: Project | None,
    form: ProjectForm,
    sites: Any,
    status: int = 200,
    **more: Any,
) -> HttpResponse:
    context = {
        "project": project,
        "form": form,
        "sites": sites,
        "codes": ActivityCode.objects.activities(),
        "village_points": _village_points(request, project),
        "may_delete": project is not None and project.status == Status.DRAFT,
        **more,
    }
    return render(request, "projects/edit.html", context, status=status)


def _village_points(request: HttpRequest, project: Project | None) -> dict[str, list[float]]:
    """Where the map opens: village code → [lat, lon]."""
    places = Place.objects.filter(pk=project.village_id) if project else villages_of(request.user)
    return {place.code: [place.point.y, place.point.x] for place in places.defer("boundary") if place.point}


@require_http_methods(["GET", "HEAD", "POST"])
def project_status(request: HttpRequest, pk: int) -> HttpResponse:
    """To another status, with reason and document."""
    project = editable(request, pk)
    form = StatusForm(request.POST if request.method == "POST" else None, project=project)
    status = 200
    if form.is_bound:
        status = 400
        if form.is_valid():
            said = form.cleaned_data
            try:
                statuses.change_status(actor=request.user, project=project, **said)
            except Problem as problem:
                form.add_error("reason" if "reason" in problem.fields else None, problem.sentence)
                status = problem.status
            else:
                messages.success(
                    request, _("Status menjadi “%(status)s”.") % {"status": project.get_status_display()}
                )
                return redirect(project)
    return render(request, "projects/status.html", {"project": project, "form": form}, status=status)


@require_POST
def project_publish(request: HttpRequest, pk: int) -> HttpResponse:
    """Show to the public, or no longer."""
    project = get_object_or_404(Project.objects.visible_to(request.user), pk=pk)
    wanted = request.POST.get("published") == "yes"
    statuses.publish(
        actor=request.user, project=project, published=wanted, reason=request.POST.get("reason", "")
    )
    messages.success(
        request, _("Kini tampil untuk publik.") if wanted else _("Tidak lagi tampil untuk publik.")
    )
    return redirect(project)


@require_http_methods(["GET", "HEAD", "POST"])
def project_delete(request: HttpRequest, pk: int) -> HttpResponse:
    """Delete a draft without photos and money, after asking."""
    project = editable(request, pk)
    if request.method == "POST":
        saving.delete_draft(actor=request.user, project=project, reason=request.POST.get("reason", ""))
        messages.success(request, _("Draf dihapus."))
        return redirect("register")
    asks = needs_reason(request.user, project.village_id)
    return render(request, "projects/delete.html", {"project": project, "asks_reason": asks})


def may_publish(request: HttpRequest, project: Project) -> bool:
    """Whether the page offers to publish (or hide) the project."""
    return project.status != Status.DRAFT and may(request.user, Action.PUBLISH, project.village_id)
