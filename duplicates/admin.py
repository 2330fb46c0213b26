"""Admin pages of engagements, scans and criteria; pairs and decisions are worked on in their own pages only.

An administrator reads which engagements there are, and nothing inside them: nobody comes onto a team by the admin.
"""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from accounts.admin import Recorded
from duplicates.models import Criterion, Engagement, Scan
from projects.admin import ReadOnly


@admin.register(Engagement)
class EngagementAdmin(ReadOnly):
    list_display = ["assignment", "title", "first_year", "last_year", "cut_off", "closed_at"]
    search_fields = ["assignment", "title"]


@admin.register(Criterion)
class CriterionAdmin(Recorded, admin.ModelAdmin[Criterion]):
    """Rules may be corrected and ended by hand; load_references brings the list from its file."""

    list_display = ["code", "title", "valid_from", "valid_until", "source"]
    search_fields = ["code", "title", "text"]


@admin.register(Scan)
class ScanAdmin(admin.ModelAdmin[Scan]):
    list_display = [
        "started_at",
        "state",
        "engine",
        "radius_m",
        "projects",
        "candidates",
        "stored",
        "started_by",
    ]
    list_filter = ["state", "engine"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Scan]:
        return super().get_queryset(request).filter(engagement__isnull=True)  # those inside are their team's

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Scan | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Scan | None = None) -> bool:
        return False
