"""Admin pages of people; the record of acts can be read there and nowhere changed."""

from typing import Any

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts import audit
from accounts.models import AuditEvent, Duty, User
from places.models import Place


class Recorded:
    """What is kept by hand in the admin is written down like every other act, in the same transaction."""

    def log_addition(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        self._record(request, "admin.added", obj, message)
        return super().log_addition(request, obj, message)  # type: ignore[misc]

    def log_change(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        self._record(request, "admin.changed", obj, message)
        return super().log_change(request, obj, message)  # type: ignore[misc]

    def log_deletions(self, request: HttpRequest, queryset: Any) -> Any:
        for obj in queryset:
            self._record(request, "admin.deleted", obj, [])
        return super().log_deletions(request, queryset)  # type: ignore[misc]

    def _record(self, request: HttpRequest, action: str, obj: Any, message: Any) -> None:
        """message: Django's own list of what was added, changed or deleted, inlines too."""
        data = {"name": str(obj), "changes_by_hand": message}
        audit.record(actor=request.user, action=action, subject=obj, data=data)


class DutyInline(admin.TabularInline):
    model = Duty
    extra = 0
    autocomplete_fields = ["place"]


@admin.register(User)
class PersonAdmin(Recorded, UserAdmin):
    list_display = ["username", "name", "is_active", "last_login"]
    search_fields = ["username", "name"]
    ordering = ["username"]
    inlines = [DutyInline]
    fieldsets = [
        (None, {"fields": ["username", "password"]}),
        (_("Orang"), {"fields": ["name", "phone", "email", "language", "password_must_change"]}),
        (_("Hak"), {"fields": ["is_active", "is_staff", "is_superuser"]}),
    ]
    add_fieldsets = [(None, {"classes": ["wide"], "fields": ["username", "name", "password1", "password2"]})]
    filter_horizontal = []
    list_filter = ["is_active", "is_staff"]


@admin.register(AuditEvent)
class AuditEventAdmin(admin.ModelAdmin):
    list_display = ["at", "actor_name", "action", "subject_type", "subject_id", "place_code"]
    list_filter = ["action"]
    search_fields = ["actor_name", "subject_id", "place_code"]
    date_hierarchy = "at"

    def has_add_permission(self, request: HttpRequest, *args: Any) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Place)
class PlaceAdmin(Recorded, admin.ModelAdmin[Place]):
    """Names and kinds may be corrected by hand; points and boundaries come from `import_places`."""

    list_display = ["code", "title", "parent"]
    list_filter = ["level", "kind"]
    list_select_related = ["parent"]
    search_fields = ["code", "name"]
    fields = ["code", "level", "kind", "name", "parent"]
    readonly_fields = ["code", "level", "parent"]

    def has_add_permission(self, request: HttpRequest, *args: Any) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
