"""Projects in the admin: to look things up and to keep the lists. What people do to projects goes through its jobs."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from accounts.admin import Recorded
from projects.models import (
    Activity,
    ActivityCode,
    ImportMapping,
    Project,
    Relation,
    Site,
    SiteVersion,
    StageSet,
    StatusChange,
)


class ReadOnly(admin.ModelAdmin[Any]):
    """Shows and never changes: changes need their job, which checks them and writes the audit event."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class ReadOnlyInline(admin.TabularInline[Any, Any]):
    extra = 0
    can_delete = False
    show_change_link = True

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return self.fields or ()

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class SiteInline(ReadOnlyInline):
    model = Site
    fields = ["no", "label", "weight", "status", "progress"]


class StatusInline(ReadOnlyInline):
    model = StatusChange
    fields = ["at", "before", "after", "reason", "document", "actor"]


class VersionInline(ReadOnlyInline):
    model = SiteVersion
    fields = ["valid_from", "source", "radius_m", "accuracy_m", "document", "author"]


@admin.register(Project)
class ProjectAdmin(ReadOnly):
    list_display = ["code", "title", "village", "fiscal_year", "work_type", "status", "progress", "planned"]
    list_filter = ["fiscal_year", "work_type", "status", "evidence", "published"]
    list_select_related = ["village"]
    search_fields = ["code", "title", "source_key", "village__name"]
    exclude = ["search"]
    inlines = [SiteInline, StatusInline]


@admin.register(Site)
class SiteAdmin(ReadOnly):
    list_display = ["project", "no", "label", "weight", "status", "progress"]
    list_select_related = ["project"]
    search_fields = ["project__code", "project__title", "label"]
    inlines = [VersionInline]


@admin.register(Activity)
class ActivityAdmin(ReadOnly):
    list_display = ["code", "name", "village", "fiscal_year", "source_key"]
    list_filter = ["fiscal_year"]
    list_select_related = ["village"]
    search_fields = ["code", "name", "source_key"]


@admin.register(Relation)
class RelationAdmin(ReadOnly):
    list_display = ["project", "kind", "other"]
    list_select_related = ["project", "other"]
    list_filter = ["kind"]


@admin.register(ActivityCode)
class ActivityCodeAdmin(Recorded, admin.ModelAdmin[ActivityCode]):
    """The kind of work of a code may be corrected by hand; load_references brings the list from its file."""

    list_display = ["code", "name", "level", "work_type"]
    list_filter = ["level", "work_type"]
    search_fields = ["code", "name"]


@admin.register(StageSet)
class StageSetAdmin(Recorded, admin.ModelAdmin[StageSet]):
    list_display = ["name", "first_year", "work_type", "stages", "required"]


@admin.register(ImportMapping)
class ImportMappingAdmin(Recorded, admin.ModelAdmin[ImportMapping]):
    list_display = ["name"]
