"""Pages of a list, the same in pages and API: `page`, `page_size`, and an answer with `count`."""

from typing import Any

from rest_framework.pagination import PageNumberPagination
from rest_framework.response import Response

MAX_PAGE_SIZE = 500


class Pages(PageNumberPagination):
    """{"count", "next", "previous", "results"}; page_size up to 500."""

    page_size = 50
    page_size_query_param = "page_size"
    max_page_size = MAX_PAGE_SIZE


class FeaturePages(Pages):
    """Pages of GeoJSON features: {"type": "FeatureCollection", "count", "next", "previous", "features"}."""

    def get_paginated_response(self, data: Any) -> Response:
        page = self.page
        if page is None:
            raise RuntimeError("paginate_queryset comes first")
        return Response(
            {
                "type": "FeatureCollection",
                "count": page.paginator.count,
                "next": self.get_next_link(),
                "previous": self.get_previous_link(),
                "features": data["features"] if isinstance(data, dict) else data,
            }
        )

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        plain = super().get_paginated_response_schema(schema)
        words = plain["properties"]
        words["features"] = words.pop("results")
        words["type"] = {"type": "string", "enum": ["FeatureCollection"]}
        return plain | {"required": ["type", "count", "features"]}
