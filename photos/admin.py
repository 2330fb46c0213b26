"""Evidence is read here and changed nowhere: claims change through their jobs, files and facts not at all."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from photos.models import CheckResult, Claim, Fact, IntakeRefusal, Photo, Review
from places.message import Message
from places.saying import say


class ReadOnly:
    """No adding, changing or deleting, whoever asks."""

    def has_add_permission(self, request: HttpRequest, *args: Any) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class FactInline(ReadOnly, admin.TabularInline[Fact, Photo]):
    model = Fact
    extra = 0


class CheckInline(ReadOnly, admin.TabularInline[CheckResult, Claim]):
    model = CheckResult
    fields = ["code", "status", "measured", "limit", "sentence"]
    readonly_fields = ["sentence"]
    extra = 0

    @admin.display(description=_("kalimat"))
    def sentence(self, check: CheckResult) -> str:
        return say(Message.from_json(check.message))


class ReviewInline(ReadOnly, admin.TabularInline[Review, Claim]):
    model = Review
    extra = 0


@admin.register(Photo)
class PhotoAdmin(ReadOnly, admin.ModelAdmin[Photo]):
    list_display = ["sha256", "format", "width", "height", "size", "received_at"]
    list_filter = ["format"]
    search_fields = ["sha256"]
    date_hierarchy = "received_at"
    inlines = [FactInline]


@admin.register(Claim)
class ClaimAdmin(ReadOnly, admin.ModelAdmin[Claim]):
    list_display = [
        "pk",
        "project",
        "progress",
        "verdict",
        "stands",
        "uploaded_by",
        "received_at",
        "withdrawn_at",
    ]
    list_filter = ["verdict", "stands", "purpose"]
    list_select_related = ["project", "uploaded_by"]
    search_fields = ["project__title", "project__code", "photo__sha256", "uuid"]
    date_hierarchy = "received_at"
    inlines = [CheckInline, ReviewInline]


@admin.register(IntakeRefusal)
class IntakeRefusalAdmin(ReadOnly, admin.ModelAdmin[IntakeRefusal]):
    list_display = ["at", "user", "project", "file_name", "size", "sentence"]
    list_select_related = ["user", "project"]
    search_fields = ["file_name", "sha256"]
    date_hierarchy = "at"

    @admin.display(description=_("alasan"))
    def sentence(self, refusal: IntakeRefusal) -> str:
        return say(Message.from_json(refusal.message))
