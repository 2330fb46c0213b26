"""Files to take away, and outside lists."""

from django.urls import path

from reports import views

PAIR_FORMATS = ("csv", "xlsx", "geojson", "gpkg", "parquet", "docx", "pdf")
ENGAGEMENT_FILES = ("kka.docx", "kka.pdf", "nhp.docx", "nhp.pdf", "xlsx", "gpkg", "geojson", "parquet")

urlpatterns = [
    *(
        path(f"duplicates/pairs.{name}", views.pairs_file, {"format_": name}, name=f"pairs_{name}")
        for name in PAIR_FORMATS
    ),
    *(
        path(
            f"duplicates/engagements/<int:pk>/{'files/' if '.' in name else 'files/penugasan.'}{name}",
            views.engagement_file,
            {"file": name},
            name=f"engagement_file_{name.replace('.', '_')}",
        )
        for name in ENGAGEMENT_FILES
    ),
    path("duplicates/lists/", views.outside_lists, name="outside_lists"),
]
