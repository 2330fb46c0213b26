"""Files to take away, and outside lists."""

from django.urls import path

from reports import views
from reports.engagement_files import FILES
from reports.formats import PAIR_FILES

urlpatterns = [
    *(
        path(f"duplicates/pairs.{name}", views.pairs_file, {"format_": name}, name=f"pairs_{name}")
        for name in PAIR_FILES
    ),
    *(
        path(
            f"duplicates/engagements/<int:pk>/{'files/' if '.' in name else 'files/penugasan.'}{name}",
            views.engagement_file,
            {"file": name},
            name=f"engagement_file_{name.replace('.', '_')}",
        )
        for name in FILES
    ),
    path("duplicates/lists/", views.outside_lists, name="outside_lists"),
]
