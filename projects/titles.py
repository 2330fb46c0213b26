"""A title was written: what higher slices keep of titles follows in the same transaction (settings.TITLE_STEPS)."""

from collections.abc import Sequence

from django.conf import settings
from django.utils.module_loading import import_string


def tell_titles(project_ids: Sequence[int]) -> None:
    """Let higher slices follow the titles of these projects, in order; call it inside the transaction that wrote them."""
    for path in settings.TITLE_STEPS:
        import_string(path)(project_ids=project_ids)
