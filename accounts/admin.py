"""Admin pages of people; the record of acts can be read there and nowhere changed."""

from typing import Any

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.models import AuditEvent, Duty, User


class DutyInline(admin.TabularInline):
    model = Duty
    extra = 0
    autocomplete_fields = ["place"]


@admin.register(User)
class PersonAdmin(UserAdmin):
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
