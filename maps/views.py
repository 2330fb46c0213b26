"""The map page, its figures and panel, the vector tiles and the ground beneath."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.cache import get_conditional_response, patch_cache_control
from django.views.decorators.http import require_safe

from maps import ground, panel, summary, tiles
from projects import filters
from projects.filters import Filters
from projects.models import Project

_WITHOUT_CONTROL = ("q", "activity", "bbox", "ids")  # filters that the left column keeps but does not offer


@require_safe
def dashboard(request: HttpRequest) -> HttpResponse:
    """/map/: figures, filters, map and panel; the whole state stands in the query string."""
    chosen = filters.read(request.GET)
    config = {**_config(), "project_at": _pin_of(request)}
    return render(request, "maps/map.html", {**_summary(request, chosen), "config": config})


@require_safe
def summary_fragment(request: HttpRequest) -> HttpResponse:
    """/map/summary/: figures and filters again, after a filter changed."""
    return render(request, "maps/_summary.html", _summary(request, filters.read(request.GET)))


@require_safe
def project_panel(request: HttpRequest, pk: int) -> HttpResponse:
    """/map/panel/<pk>/: one project: facts, money and timeline, as a part of the map or a page of its own."""
    projects = tiles.shown_to(Project.objects.visible_to(request.user), request.user)
    project = get_object_or_404(projects.select_related("village__parent", "activity"), pk=pk)
    context = panel.of(project, request.user)
    template = "maps/_project_popup.html" if _wants_fragment(request) else "maps/project_popup.html"
    return render(request, template, context)


@require_safe
def project_tile(request: HttpRequest, z: str, x: str, y: str) -> HttpResponseBase:
    """/tiles/projects/{z}/{x}/{y}.mvt: 204 where nothing is."""
    content = tiles.tile(request.user, filters.read(request.GET), tiles.Tile(int(z), int(x), int(y)))
    response = HttpResponse(
        content, content_type="application/vnd.mapbox-vector-tile", status=200 if content else 204
    )
    return _cached(request, response, tiles.etag(content))


@require_safe
def group_extent(request: HttpRequest, z: str, x: str, y: str) -> JsonResponse:
    """/tiles/projects/extent/{z}/{x}/{y}.json: where the pins of a group's cell lie; `bbox` is null where none are."""
    cell = tiles.Tile(int(z), int(x), int(y))
    return JsonResponse({"bbox": tiles.extent(request.user, filters.read(request.GET), cell)})


@require_safe
def tile_description(request: HttpRequest) -> HttpResponse:
    """/tiles/projects.json: TileJSON, with the filters of its own query string in the tile address."""
    chosen = filters.read(request.GET)
    address = request.build_absolute_uri(reverse("tile_description")).replace(".json", "/{z}/{x}/{y}.mvt")
    query = chosen.query_string()
    body = tiles.description(f"{address}?{query}" if query else address, ground.home_bounds())
    return JsonResponse(body)


@require_safe
def ground_json(request: HttpRequest) -> HttpResponseBase:
    """/map/ground.json: coast, borders and names; the same for everybody."""
    content = ground.as_json()
    response = HttpResponse(content, content_type="application/json")
    answer = get_conditional_response(request, etag=tiles.etag(content), response=response) or response
    answer["ETag"] = tiles.etag(content)
    patch_cache_control(answer, public=True, max_age=3600)
    return answer


def _cached(request: HttpRequest, response: HttpResponse, tag: str) -> HttpResponseBase:
    """The response, or 304; anonymous answers may be shared for a minute, others only asked again."""
    answer = get_conditional_response(request, etag=tag, response=response) or response
    answer["ETag"] = tag
    if request.user.is_authenticated:
        patch_cache_control(answer, private=True, no_cache=True)
    else:
        patch_cache_control(answer, public=True, max_age=60)
    return answer


def _wants_fragment(request: HttpRequest) -> bool:
    return request.headers.get("X-Requested-With") == "XMLHttpRequest" or "HX-Request" in request.headers


def _summary(request: HttpRequest, chosen: Filters) -> dict[str, Any]:
    counted = summary.figures(request.user, chosen)
    return {
        "figures": counted,
        "facets": summary.facets(request.user, chosen),
        "bins": summary.bins(request.user, chosen),
        "active": summary.active(chosen),
        "culprits": summary.culprits(request.user, chosen) if not counted.count else [],
        "chosen": chosen,
        "kept_words": [(word, chosen.get(word)) for word in _WITHOUT_CONTROL if chosen.get(word)],
    }


def _pin_of(request: HttpRequest) -> list[float] | None:
    """Latitude and longitude of the project in the address, so that the map can open there."""
    number = request.GET.get("project", "")
    if not number.isdecimal() or len(number) > 18:
        return None
    project = tiles.shown_to(tiles.on_map(request.user, Filters()), request.user).filter(pk=number).first()
    pin = getattr(project, "pin", None)
    return [pin.y, pin.x] if pin else None


def _config() -> dict[str, Any]:
    """What the scripts need to know: addresses, where the map opens, outside tiles if the settings name any."""
    return {
        "tiles": reverse("tile_description").replace(".json", "/{z}/{x}/{y}.mvt"),
        "extent": reverse("tile_description").replace(".json", "/extent/{cell}.json"),
        "ground": reverse("ground"),
        "summary": reverse("map_summary"),
        "panel": reverse("project_panel", args=[0]).replace("/0/", "/{id}/"),
        "bounds": ground.home_bounds(),
        "outside_tiles": settings.TILE_URL,
        "outside_attribution": settings.TILE_ATTRIBUTION,
    }
