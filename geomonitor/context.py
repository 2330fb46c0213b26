"""What every page needs to know: where the reader may go, and whether this is a demo."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest


def navigation(request: HttpRequest) -> dict[str, Any]:
    """The menu by what the reader may do, the demo flag, and outside tiles if the settings name any."""
    return {"demo": settings.DEMO, "nav": [], "tile_url": settings.TILE_URL}
