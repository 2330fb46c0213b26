"""Map page, panel, ground and vector tiles."""

from django.urls import path, re_path

from maps import pair_views, views

_SQUARE = r"(?P<z>\d{1,9})/(?P<x>\d{1,9})/(?P<y>\d{1,9})"

urlpatterns = [
    path("map/", views.dashboard, name="map"),
    path("map/summary/", views.summary_fragment, name="map_summary"),
    path("map/panel/<int:pk>/", views.project_panel, name="project_panel"),
    path("duplicates/pairs.html", pair_views.pairs_html, name="pairs_html"),
    path("duplicates/engagements/<int:pk>/files/map.html", pair_views.engagement_map, name="engagement_map"),
    path("duplicates/lists/map.html", pair_views.outside_lists_map, name="outside_lists_map"),
    path("map/ground.json", views.ground_json, name="ground"),
    path("tiles/projects.json", views.tile_description, name="tile_description"),
    re_path(rf"^tiles/projects/{_SQUARE}\.(?:mvt|pbf)$", views.project_tile, name="project_tile"),
    re_path(rf"^tiles/projects/extent/{_SQUARE}\.json$", views.group_extent, name="group_extent"),
]
