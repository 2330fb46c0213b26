"""/api/v1/projects/: projects as GeoJSON features; POST and PATCH through the same jobs as the pages.

Outsiders read published projects: public titles, houses to three decimals. Filters are those of projects.filters.
"""

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from types import MappingProxyType
from typing import Any

from django.db import transaction
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers, status, viewsets
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse

from places.models import Place
from projects import filters, saving
from projects.filters import normal_activity_code
from projects.models import (
    Executor,
    Project,
    ProjectQuerySet,
    Relation,
    RelationKind,
    Site,
    SiteSource,
    SiteStatus,
    Status,
    WorkType,
)
from projects.paging import FeaturePages
from projects.public import pin_for, position_for
from projects.saving import SiteDraft
from projects.sites import drafts_of

_PLAIN = (
    "code", "fiscal_year", "work_type", "status", "published", "volume", "unit", "executor", "executor_name",
    "planned_start", "planned_end", "tolerance_m", "progress", "evidence", "last_photo_at", "planned", "realised",
    "sources", "version",
)  # fmt: skip
_NAMED = ("site_label", "source", "radius_m", "weight")  # of a site, beside its position


def feature(project: Project, user: Any, *, with_sites: bool = False) -> dict[str, Any]:
    """A project as a GeoJSON feature, as this person may know it; its geometry is the pin, or null."""
    pin = pin_for(project, user)
    properties: dict[str, Any] = {name: getattr(project, name) for name in _PLAIN}
    properties["title"] = project.title_for(user)
    properties["village"] = project.village_id
    properties["village_name"] = project.village.name
    properties["activity"] = project.activity.code if project.activity else None
    if with_sites:
        sites = project.sites.filter(status=SiteStatus.ACTIVE).order_by("no")
        properties["sites"] = [_site(project, site, user) for site in sites]
    return {
        "type": "Feature",
        "id": project.pk,
        "geometry": None if pin is None else {"type": "Point", "coordinates": list(pin)},
        "properties": properties,
    }


def _site(project: Project, site: Site, user: Any) -> dict[str, Any]:
    inside = project.is_inside(user)
    lon, lat = position_for(project, (site.point.x, site.point.y), user)
    shown = {"id": site.pk, "no": site.no, "label": site.label if inside else site.public_label}
    shown |= {"lon": lon, "lat": lat, "weight": site.weight, "progress": site.progress}
    if inside or project.work_type != WorkType.HOUSE:
        shown["extent"] = site.extent.wkt if site.extent else None
    return shown


class SiteInput(serializers.Serializer[Any]):
    """A site to set: lon, lat in WGS 84; `id` for one that is already there, which keeps what is not named."""

    id = serializers.IntegerField(required=False)
    lon = serializers.FloatField()
    lat = serializers.FloatField()
    site_label = serializers.CharField(required=False, max_length=120, allow_blank=True)
    source = serializers.ChoiceField(  # type: ignore[assignment]
        choices=SiteSource.choices, required=False
    )
    radius_m = serializers.FloatField(required=False, allow_null=True, min_value=1)
    weight = serializers.DecimalField(max_digits=9, decimal_places=3, required=False)

    def draft(self, cells: Mapping[str, Any], stored: Mapping[int | None, SiteDraft]) -> SiteDraft:
        """The site as the jobs take it. stored: the project's sites by primary key."""
        point, pk = (cells["lon"], cells["lat"]), cells.get("id")
        named = {"label" if name == "site_label" else name: cells[name] for name in _NAMED if name in cells}
        return replace(stored.get(pk, SiteDraft(point=point, pk=pk)), point=point, **named)


class ProjectChanges(serializers.Serializer[Any]):
    """What PATCH takes. `version` is what the editor saw: another one is answered 409. `sites` sets all sites."""

    version = serializers.IntegerField()
    title = serializers.CharField(max_length=250, required=False)
    public_title = serializers.CharField(max_length=250, required=False, allow_blank=True)
    work_type = serializers.ChoiceField(choices=WorkType.choices, required=False)
    activity = serializers.CharField(max_length=20, required=False, allow_blank=True)
    volume = serializers.DecimalField(
        max_digits=14, decimal_places=2, required=False, allow_null=True, min_value=Decimal(0)
    )
    unit = serializers.CharField(max_length=30, required=False, allow_blank=True)
    executor = serializers.ChoiceField(choices=Executor.choices, required=False)
    executor_name = serializers.CharField(max_length=150, required=False, allow_blank=True)
    planned_start = serializers.DateField(required=False, allow_null=True)
    planned_end = serializers.DateField(required=False, allow_null=True)
    tolerance_m = serializers.FloatField(required=False, allow_null=True, min_value=1, max_value=1000)
    sites = SiteInput(many=True, required=False)
    reason = serializers.CharField(required=False, allow_blank=True)
    override_reason = serializers.CharField(required=False, allow_blank=True)


class NewProject(ProjectChanges):
    """What POST takes: village's code, year, title and kind; sites unless it is a draft."""

    version = None  # type: ignore[assignment]
    village = serializers.SlugRelatedField(slug_field="code", queryset=Place.objects.villages())
    fiscal_year = serializers.IntegerField(min_value=2015, max_value=2100)
    title = serializers.CharField(max_length=250)
    work_type = serializers.ChoiceField(choices=WorkType.choices)
    status = serializers.ChoiceField(
        choices=[(s.value, s.label) for s in (Status.DRAFT, Status.PLANNED)], default=Status.DRAFT
    )


class ProjectFeature(serializers.Serializer[Project]):
    """A GeoJSON feature; documented as such in the schema."""

    type = serializers.CharField(read_only=True)
    id = serializers.IntegerField(read_only=True)
    geometry = serializers.JSONField(read_only=True)
    properties = serializers.JSONField(read_only=True)

    def to_representation(self, instance: Project) -> dict[str, Any]:
        with_sites = bool(self.context.get("with_sites"))
        return feature(instance, self.context["request"].user, with_sites=with_sites)


_FILTER_PARAMETERS = [OpenApiParameter(word, many=True, type=str) for word in filters.WORDS]


class ProjectViewSet(viewsets.GenericViewSet[Project]):
    """Projects that the reader may know of; create and edit by access."""

    queryset = Project.objects.none()
    serializer_class = ProjectFeature
    pagination_class = FeaturePages
    lookup_value_regex = r"\d+"

    def get_queryset(self) -> ProjectQuerySet:
        visible = Project.objects.visible_to(self.request.user)
        return visible.select_related("village", "activity").defer("village__boundary")

    @extend_schema(parameters=_FILTER_PARAMETERS, responses=ProjectFeature(many=True))
    def list(self, request: Request) -> Response:
        """Projects by the filter vocabulary, as a FeatureCollection with its count."""
        chosen = filters.read(request.query_params)
        page = self.paginate_queryset(filters.apply(self.get_queryset(), chosen, request.user)) or []
        return self.get_paginated_response([feature(project, request.user) for project in page])

    @extend_schema(responses={200: ProjectFeature, 307: ProjectFeature})
    def retrieve(self, request: Request, pk: str) -> Response:
        """One project with its sites; a record that was merged is answered 307, with the one that lives."""
        merged = RelationKind.MERGED_INTO
        led = Relation.objects.filter(project=int(pk), project__status=Status.MERGED, kind=merged).first()
        living = led and self.get_queryset().filter(pk=led.other_id).first()
        if living:
            address = reverse("project-detail", args=[living.pk], request=request)
            answer = Response(feature(living, request.user), status=status.HTTP_307_TEMPORARY_REDIRECT)
            answer["Location"] = address
            return answer
        return self._answer(request, get_object_or_404(self.get_queryset(), pk=pk))

    @extend_schema(request=NewProject, responses={201: ProjectFeature})
    @transaction.atomic  # the budget row that a code makes goes again if the project is refused
    def create(self, request: Request) -> Response:
        """A new project, draft or planned."""
        said = _checked(NewProject(data=request.data))
        village, year = said.pop("village"), said.pop("fiscal_year")
        sites = _drafts(said.pop("sites", []))
        activity = said.pop("activity", "")
        saving.require_edit(request.user, village.code)
        if activity:
            code = normal_activity_code(activity)
            said["activity"] = saving.activity_for(village=village, fiscal_year=year, code=code)
        project = saving.create_project(
            actor=request.user, village=village, fiscal_year=year, sites=sites, **said
        )
        return self._answer(request, project, status.HTTP_201_CREATED)

    @extend_schema(request=ProjectChanges, responses=ProjectFeature)
    @transaction.atomic
    def partial_update(self, request: Request, pk: str) -> Response:
        """Change fields, and with `sites` all sites; 409 if somebody else saved since `version`."""
        project = get_object_or_404(self.get_queryset(), pk=pk)
        saving.require_edit(request.user, project.village_id)
        said = _checked(ProjectChanges(data=request.data))
        job = {name: said.pop(name, "") for name in ("reason", "override_reason")}
        version = said.pop("version")
        stored = {draft.pk: draft for draft in drafts_of(project)}
        sites = _drafts(said.pop("sites"), stored) if "sites" in said else None
        if "activity" in said:
            code = said["activity"]
            said["activity"] = code and saving.activity_for(
                village=project.village,
                fiscal_year=project.fiscal_year,
                code=normal_activity_code(code),
            )
            said["activity"] = said["activity"] or None
        saving.edit_project(
            actor=request.user, project=project, changes=said, sites=sites, version=version, **job
        )
        return self._answer(request, project)

    def _answer(self, request: Request, project: Project, code: int = status.HTTP_200_OK) -> Response:
        return Response(feature(project, request.user, with_sites=True), status=code)


def _checked(form: serializers.Serializer[Any]) -> dict[str, Any]:
    form.is_valid(raise_exception=True)
    return dict(form.validated_data)


def _drafts(
    sites: list[Mapping[str, Any]], stored: Mapping[int | None, SiteDraft] = MappingProxyType({})
) -> list[SiteDraft]:
    form = SiteInput()
    return [form.draft(cells, stored) for cells in sites]


router_entries = [("projects", ProjectViewSet, "project")]
