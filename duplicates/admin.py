"""Admin pages of engagements and scans; pairs and decisions are worked on in their own pages only."""

from django.contrib import admin
from django.http import HttpRequest

from accounts.admin import Recorded
from duplicates.models import Engagement, Scan


@admin.register(Engagement)
class EngagementAdmin(Recorded, admin.ModelAdmin[Engagement]):
    list_display = ["assignment", "title", "first_year", "last_year", "cut_off", "closed_at"]
    search_fields = ["assignment", "title"]
    autocomplete_fields = ["team", "places"]


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

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Scan | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Scan | None = None) -> bool:
        return False
