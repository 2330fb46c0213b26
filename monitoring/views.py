"""The register and the page of one project: what people see of a project across slices."""

import json
from typing import Any

from django.core.paginator import Paginator
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_safe

from accounts.access import Action, may, reach
from budgets.models import BudgetLine, FundSource, Realisation
from budgets.money import newest_version
from duplicates.listing import pairs_for
from monitoring import history, register
from photos import timeline
from projects import coordinate_text, filters
from projects.editing import needs_reason
from projects.living import living_of
from projects.models import Project, ProjectQuerySet, RelationKind, SiteStatus, Status, WorkType
from projects.paging import MAX_PAGE_SIZE, Pages
from projects.public import pin_for, position_for
from projects.views import may_publish


@require_safe
def project_register(request: HttpRequest) -> HttpResponse:
    """All projects the reader may see: search, filters, order, pages."""
    chosen = filters.read(request.GET)
    sort = request.GET.get("sort", register.DEFAULT_SORT)
    found = register.projects_for(request.user, chosen, sort).defer(
        "village__boundary", "village__parent__boundary", "search"
    )
    page = Paginator(found, _page_size(request)).get_page(request.GET.get("page"))
    short = dict(FundSource.objects.values_list("code", "short"))
    for project in page.object_list:
        project.shown_title = project.title_for(request.user)  # type: ignore[attr-defined]
        project.shown_sources = [short.get(code, code) for code in project.sources]  # type: ignore[attr-defined]
    context = {
        "page_obj": page,
        "chosen": chosen,
        "sort": sort,
        "kept": [(word, value) for word in ("bbox", "ids") for value in chosen.get(word)],
        "facets": register.facets(request.user, chosen),
        "places": register.place_options(request.user, chosen),
        "active": register.active(chosen, sort),
        "culprits": register.culprits(request.user, chosen, sort) if not page.paginator.count else [],
        "sorts": _sort_links(chosen, sort),
        "may_create": bool(reach(request.user, Action.EDIT)),
        "may_import": bool(reach(request.user, Action.IMPORT)),
    }
    return render(request, "monitoring/register.html", context)


def _page_size(request: HttpRequest) -> int:
    asked = request.GET.get("page_size", "")
    if not asked.isdecimal() or len(asked) > 4:
        return Pages.page_size or MAX_PAGE_SIZE
    return min(max(int(asked), 1), MAX_PAGE_SIZE)


def _sort_links(chosen: filters.Filters, sort: str) -> dict[str, dict[str, str]]:
    """By column: the query string that sorts by it, and aria-sort where it is sorted now."""
    links = {}
    for word in register.SORTS:
        down = sort == f"-{word}"
        now = "descending" if down else "ascending" if sort == word else ""
        other = word if down else f"-{word}" if sort == word else word
        links[word] = {"query": register.query(chosen, other), "now": now}
    return links


@require_safe
def project_page(request: HttpRequest, pk: int) -> HttpResponse:
    """One project: facts, money, sites, photos from 0 to 100 %, relations, what happened to it.

    A record that was merged leads on to the one that lives; ?record=own shows what is left of it to its people.
    """
    projects: ProjectQuerySet = Project.objects.visible_to(request.user)
    if request.GET.get("record") != "own" and (living := _leads_on(pk)):
        if not projects.filter(pk=living.pk).exists():
            raise Http404
        return redirect(f"{living.get_absolute_url()}?from={pk}")
    project = get_object_or_404(
        projects.select_related("village__parent", "activity").defer(
            "village__boundary", "village__parent__boundary"
        ),
        pk=pk,
    )
    inside = project.is_inside(request.user)
    sites = _sites(request, project, inside=inside)
    context: dict[str, Any] = {
        "project": project,
        "title": project.title_for(request.user),
        "inside": inside,
        "pin": pin_for(project, request.user),
        "timeline": timeline.of(project, request.user),
        "money": _money(project),
        "sites": sites,
        "map_features": _features(sites, shapes=inside or project.work_type != WorkType.HOUSE),
        "asks_reason": needs_reason(request.user, project.village_id),
        "crossed": list(project.crossed.select_related("parent").defer("boundary", "parent__boundary")),
        "relations": _relations(request, project),
        "living": living_of(project),
        "came_from": _came_from(request, project),
        "pairs": list(pairs_for(request.user).current().filter(Q(left=project) | Q(right=project))[:5]),
        "history": history.of(project) if inside else [],
        **_may(request, project),
    }
    return render(request, "monitoring/project.html", context)


def _leads_on(pk: int) -> Project | None:
    """The record that this one lives on in, whoever may still see the old one."""
    merged = Project.objects.filter(pk=pk, status=Status.MERGED).first()
    return living_of(merged) if merged else None


def _came_from(request: HttpRequest, project: Project) -> str:
    """The code of the record whose old address led here, or nothing."""
    asked = request.GET.get("from", "")
    if not asked.isdecimal() or len(asked) > 18:
        return ""
    old = project.related_from.filter(kind=RelationKind.MERGED_INTO, project_id=int(asked))
    return old.values_list("project__code", flat=True).first() or ""


def _may(request: HttpRequest, project: Project) -> dict[str, bool]:
    """What the reader is offered to do."""
    user, place = request.user, project.village_id
    editing = may(user, Action.EDIT, place) and project.status != Status.MERGED
    return {
        "may_edit": editing,
        "may_publish": may_publish(request, project),
        "may_claim": may(user, Action.CLAIM, place)
        and project.status not in {Status.CANCELLED, Status.MERGED},
        "may_review": may(user, Action.REVIEW, place),
    }


def _money(project: Project) -> dict[str, Any]:
    """Amounts by source in every budget version that speaks of the project, and what was spent."""
    lines = BudgetLine.objects.filter(project=project).select_related("version", "source", "site")
    versions: dict[Any, dict[Any, Any]] = {}
    for line in lines.order_by("version__date", "version", "source__order"):
        amounts = versions.setdefault(line.version, {})
        amounts[line.source] = amounts.get(line.source, 0) + line.amount
    shown = [
        {"version": version, "amounts": list(amounts.items()), "sum": sum(amounts.values())}
        for version, amounts in versions.items()
    ]
    return {
        "versions": shown,
        "newest": newest_version(project),
        "undivided": any(len(one["amounts"]) > 1 and any(not a for _s, a in one["amounts"]) for one in shown),
        "spent": list(Realisation.objects.filter(project=project).select_related("source")),
        "pct": round(project.realised * 100 / project.planned)
        if project.planned and project.realised is not None
        else None,
    }


def _sites(request: HttpRequest, project: Project, *, inside: bool) -> list[dict[str, Any]]:
    sites = project.sites.filter(status=SiteStatus.ACTIVE).order_by("no").prefetch_related("versions")
    exact = inside or project.work_type != WorkType.HOUSE
    shown = []
    for site in sites:
        versions = list(site.versions.all())
        lon, lat = position_for(project, (site.point.x, site.point.y), request.user)
        shown.append(
            {
                "site": site,
                "label": site.label if inside else site.public_label,
                "written": coordinate_text.written((lon, lat)) if exact else f"{lat}, {lon}",
                "lat": lat,
                "lon": lon,
                "version": versions[0] if versions else None,
                "earlier": versions[1:] if inside else [],
                "has_extent": site.extent is not None,
            }
        )
    return shown


def _features(sites: list[dict[str, Any]], *, shapes: bool) -> dict[str, Any]:
    """The sites as GeoJSON for the small map, with the box around them; shapes: draw lines and areas too."""
    features: list[dict[str, Any]] = []
    for one in sites:
        version, point = one["version"], [one["lon"], one["lat"]]
        about = {"no": one["site"].no, "radius_m": version.radius_m if version and shapes else None}
        features.append(
            {"type": "Feature", "properties": about, "geometry": {"type": "Point", "coordinates": point}}
        )
        if shapes and one["has_extent"]:
            extent = json.loads(one["site"].extent.json)
            features.append({"type": "Feature", "properties": {"no": one["site"].no}, "geometry": extent})
    lons, lats = [one["lon"] for one in sites], [one["lat"] for one in sites]
    box = [min(lons), min(lats), max(lons), max(lats)] if sites else []
    return {"type": "FeatureCollection", "features": features, "bbox": box}


def _relations(request: HttpRequest, project: Project) -> list[dict[str, Any]]:
    """Declared relations in both directions, to projects that the reader may know of."""
    visible = Project.objects.visible_to(request.user)
    found: list[dict[str, Any]] = []
    for relation in project.relations.filter(other__in=visible).select_related("other"):
        found.append({"kind": relation.get_kind_display(), "other": relation.other, "note": relation.note})
    for relation in project.related_from.filter(project__in=visible).select_related("project"):
        found.append({"kind": relation.get_kind_display(), "other": relation.project, "back": True})
    for one in found:
        one["title"] = one["other"].title_for(request.user)
    return found
