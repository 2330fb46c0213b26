"""Pages of a list, the same in pages and API: `page`, `page_size`, and an answer with `count`."""

from rest_framework.pagination import PageNumberPagination

MAX_PAGE_SIZE = 500


class Pages(PageNumberPagination):
    """{"count", "next", "previous", "results"}; page_size up to 500."""

    page_size = 50
    page_size_query_param = "page_size"
    max_page_size = MAX_PAGE_SIZE
