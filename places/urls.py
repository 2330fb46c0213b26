"""What places adds to the REST router (registered in geomonitor/urls.py)."""

from places.api import PlaceViewSet

router_entries = [("places", PlaceViewSet, "place")]
