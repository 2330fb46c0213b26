"""/api/v1/places/: places by name, with their district so that homonyms can be told apart. Public facts."""

from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers, viewsets
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework_gis.serializers import GeoFeatureModelSerializer

from places.models import Level, Place, PlaceQuerySet


class PlaceSerializer(serializers.ModelSerializer[Place]):
    title = serializers.CharField(read_only=True)
    place_above = serializers.CharField(source="parent.title", default=None, read_only=True)
    point = serializers.SerializerMethodField(help_text="[lon, lat] in WGS 84, or null")

    class Meta:
        model = Place
        fields = ["code", "level", "kind", "name", "title", "parent", "place_above", "point"]

    def get_point(self, place: Place) -> list[float] | None:
        return [place.point.x, place.point.y] if place.point else None


class _FeatureSerializer(GeoFeatureModelSerializer):
    title = serializers.CharField(read_only=True)
    place_above = serializers.CharField(source="parent.title", default=None, read_only=True)


class PlacePointSerializer(_FeatureSerializer):
    """A place as a GeoJSON feature with its point."""

    class Meta:
        model = Place
        geo_field = "point"
        id_field = "code"
        fields = ["code", "level", "kind", "name", "title", "parent", "place_above"]


class PlaceBoundarySerializer(_FeatureSerializer):
    """A place as a GeoJSON feature with its area; borders are indicative."""

    class Meta:
        model = Place
        geo_field = "boundary"
        id_field = "code"
        fields = ["code", "level", "kind", "name", "title", "parent", "place_above"]


_SHAPES: dict[str, type[serializers.BaseSerializer[Any]]] = {
    "point": PlacePointSerializer,
    "boundary": PlaceBoundarySerializer,
}


class PlaceViewSet(viewsets.ReadOnlyModelViewSet[Place]):
    """Places, read only and for everybody."""

    queryset = Place.objects.all()
    serializer_class = PlaceSerializer
    lookup_value_regex = r"[0-9.]+"

    def get_queryset(self) -> PlaceQuerySet:
        asked = self.request.query_params
        places = Place.objects.select_related("parent").defer("parent__boundary", "parent__point")
        if asked.get("q", "").strip():
            places = places.search(asked["q"])
        if asked.get("within"):
            places = places.within(asked["within"])
        if asked.get("level") in Level.values:
            places = places.at_level(asked["level"])
        return places if self._shape() == "boundary" else places.defer("boundary", "parent__boundary")

    def get_serializer_class(self) -> type[serializers.BaseSerializer[Place]]:
        return _SHAPES.get(self._shape(), PlaceSerializer)

    def _shape(self) -> str:
        return str(self.request.query_params.get("geometry", "")) if self.request else ""

    @extend_schema(
        parameters=[
            OpenApiParameter("q", description="Part of a name or code; the district may follow the name"),
            OpenApiParameter("within", description="Code of the place to stay in, itself included"),
            OpenApiParameter("level", enum=Level.values),
            OpenApiParameter(
                "geometry", enum=["point", "boundary"], description="Answer as GeoJSON features"
            ),
        ]
    )
    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Places by name, place above and level."""
        return super().list(request, *args, **kwargs)


router_entries = [("places", PlaceViewSet, "place")]
