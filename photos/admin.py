"""Evidence is read here and changed nowhere: claims change through their jobs, files and facts not at all.

What an administrator sets are the checks' severity and limits (`photos.rules`), with a reason, on record.
"""

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from budgets.models import FundSource
from photos import rules
from photos.checks import CHECKS
from photos.models import CheckResult, CheckSetting, Claim, Fact, IntakeRefusal, Photo, Review
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


class CheckSettingForm(forms.ModelForm[CheckSetting]):
    """Says of each field what is wrong with it, as `photos.rules` finds it."""

    class Meta:
        model = CheckSetting
        fields = ["code", "activity", "fund_source", "severity", "limits", "reason"]
        help_texts = {
            "activity": _("Awal kode kegiatan, misalnya 02.03; kosong untuk semua."),
            "limits": _('Tabel JSON menurut nama batas pada halaman cek, misalnya {"kmh": 120}.'),
            "reason": _(
                "Dasar aturan ini. Foto yang sudah dinilai baru berubah setelah recheck_photos dijalankan."
            ),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        codes = [(check.CODE, check.CODE) for check in CHECKS]
        sources = [("", _("semua sumber dana")), *FundSource.objects.values_list("code", "short")]
        self.fields["code"] = forms.ChoiceField(label=self.fields["code"].label, choices=codes)
        self.fields["fund_source"] = forms.ChoiceField(
            label=self.fields["fund_source"].label, choices=sources, required=False
        )

    def clean_limits(self) -> Any:
        """An empty field sets no limit."""
        return self.cleaned_data["limits"] or {}

    def clean(self) -> dict[str, Any]:
        """What cannot be stored is said beside its field."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if not self.errors:
            for name, said in rules.mistakes(CheckSetting(**cleaned)).items():
                self.add_error(name, say(said))
        return cleaned


@admin.register(CheckSetting)
class CheckSettingAdmin(admin.ModelAdmin[CheckSetting]):
    form = CheckSettingForm
    list_display = ["code", "activity", "fund_source", "severity", "limits", "reason"]
    list_filter = ["code", "severity"]

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self._may(request)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._may(request)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return self._may(request)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._may(request)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._may(request)

    def _may(self, request: HttpRequest) -> bool:
        return bool(request.user.is_active and request.user.is_superuser)

    def save_model(self, request: HttpRequest, obj: CheckSetting, form: Any, change: bool) -> None:
        rules.save(actor=request.user, setting=obj)  # type: ignore[arg-type]

    def delete_model(self, request: HttpRequest, obj: CheckSetting) -> None:
        rules.remove(actor=request.user, setting=obj)  # type: ignore[arg-type]

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[CheckSetting]) -> None:
        for setting in queryset:
            self.delete_model(request, setting)
