"""Forms of an engagement: opening, its team, a scan inside it, a finding's sheet, its review, what follows."""

from typing import Any

from django import forms
from django.conf import settings
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.access import Action, Person, reach
from accounts.models import Role, User
from duplicates.criteria import valid_in
from duplicates.findings import seen_mark
from duplicates.models import Criterion, Decision, Engagement, FindingSheet, FollowUpKind
from places.models import Level, Place
from projects.fields import RupiahField
from projects.models import Project

_DATE = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})


def _places(user: Person) -> QuerySet[Place]:
    """Regency and districts within an auditor's reach."""
    own = reach(user, Action.FINDING)
    levels = [Level.REGENCY, Level.DISTRICT]
    return Place.objects.filter(own.q("code"), level__in=levels).defer("boundary").order_by("code")


def _auditors() -> QuerySet[User]:
    return User.objects.filter(duties__role=Role.AUDITOR, is_active=True).distinct().order_by("name")


class EngagementForm(forms.ModelForm[Engagement]):
    """A new audit assignment."""

    class Meta:
        model = Engagement
        fields = [
            "assignment",
            "title",
            "objective",
            "places",
            "first_year",
            "last_year",
            "cut_off",
            "team",
            "four_eyes",
        ]
        widgets = {"cut_off": _DATE, "objective": forms.Textarea(attrs={"rows": 3})}

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        today = timezone.localdate()
        self.fields["places"].queryset = _places(user)  # type: ignore[attr-defined]
        self.fields["team"].queryset = _auditors().exclude(pk=user.pk)  # type: ignore[attr-defined]
        self.fields["team"].required = False
        self.fields["team"].label = _("Anggota tim lain")
        self.fields["cut_off"].help_text = _(
            "Pekerjaan ditampilkan seperti pada akhir hari ini, apa pun yang diubah setelahnya."
        )
        self.initial.setdefault("first_year", today.year - 2)
        self.initial.setdefault("last_year", today.year)
        self.initial.setdefault("cut_off", today)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        first, last = data.get("first_year"), data.get("last_year")
        if first and last and first > last:
            self.add_error("last_year", _("Tahun terakhir mendahului tahun pertama."))
        return data


class TeamForm(forms.Form):
    """Who works in the engagement, and whether four eyes are wanted."""

    objective = forms.CharField(
        label=_("Tujuan"), required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 3})
    )
    team = forms.ModelMultipleChoiceField(
        label=_("Anggota tim lain"), queryset=User.objects.none(), required=False
    )
    four_eyes = forms.BooleanField(
        label=_("Empat mata"),
        required=False,
        help_text=_("Temuan baru masuk laporan setelah diperiksa anggota lain."),
    )

    def __init__(self, data: Any = None, *, engagement: Engagement, user: User) -> None:
        others = engagement.team.exclude(pk=user.pk)
        super().__init__(
            data,
            initial={
                "objective": engagement.objective,
                "team": [member.pk for member in others],
                "four_eyes": engagement.four_eyes,
            },
        )
        self.fields["team"].queryset = _auditors().exclude(pk=user.pk)  # type: ignore[attr-defined]


class EngagementScanForm(forms.Form):
    """What to scan inside the engagement: its places and period are given."""

    place = forms.ModelChoiceField(
        label=_("Wilayah"),
        queryset=Place.objects.none(),
        required=False,
        empty_label=_("Semua wilayah tugas"),
    )
    radius_m = forms.FloatField(label=_("Radius (m)"), min_value=1, max_value=1000)

    def __init__(self, data: Any = None, *, engagement: Engagement) -> None:
        super().__init__(data)
        self.fields["place"].queryset = engagement.places.defer("boundary")  # type: ignore[attr-defined]
        self.fields["radius_m"].initial = settings.DUPLICATE_RADIUS_M


class _CriterionField(forms.ModelMultipleChoiceField):
    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.title}: {obj.text}"


class SheetForm(forms.Form):
    """What a finding says in the report. `seen` notices that another member saved in between."""

    condition = forms.CharField(
        label=_("Kondisi"),
        max_length=10_000,
        widget=forms.Textarea(attrs={"rows": 7}),
        help_text=_("Apa yang ditemukan, per tanggal data. Isian awal berasal dari fakta; sesuaikan."),
    )
    criteria = _CriterionField(
        label=_("Kriteria"),
        queryset=Criterion.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    cause = forms.CharField(
        label=_("Sebab"), required=False, max_length=5000, widget=forms.Textarea(attrs={"rows": 3})
    )
    effect = forms.CharField(
        label=_("Akibat"), required=False, max_length=5000, widget=forms.Textarea(attrs={"rows": 3})
    )
    recommendation = forms.CharField(
        label=_("Rekomendasi"), required=False, max_length=5000, widget=forms.Textarea(attrs={"rows": 3})
    )
    amount = RupiahField(label=_("Nilai (Rp)"), required=False)
    seen = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, data: Any = None, *, engagement: Engagement, sheet: FindingSheet) -> None:
        chosen = list(sheet.criteria.values_list("pk", flat=True)) if sheet.pk else []
        initial = {name: getattr(sheet, name) for name in ("condition", "cause", "effect", "recommendation")}
        super().__init__(
            data,
            initial=initial | {"amount": sheet.amount, "criteria": chosen, "seen": seen_mark(sheet)},
        )
        self.fields["criteria"].queryset = valid_in(engagement)  # type: ignore[attr-defined]


class ReviewForm(forms.Form):
    """The second pair of eyes: it stands, or what is to be mended."""

    note = forms.CharField(
        label=_("Catatan pemeriksaan"),
        required=False,
        max_length=400,
        widget=forms.Textarea(attrs={"rows": 2}),
    )


class FollowUpForm(forms.Form):
    """What the village answered, or what was done."""

    kind = forms.ChoiceField(label=_("Tindak lanjut"), choices=FollowUpKind.choices)
    on = forms.DateField(label=_("Tanggal"), widget=_DATE, initial=timezone.localdate)
    document = forms.CharField(label=_("Nomor dokumen"), required=False, max_length=150)
    amount = RupiahField(label=_("Nilai (Rp)"), required=False)
    due = forms.DateField(label=_("Batas waktu"), required=False, widget=_DATE)
    project = forms.ModelChoiceField(
        label=_("Pekerjaan yang dilanjutkan"),
        queryset=Project.objects.none(),
        required=False,
        empty_label="–",
    )
    note = forms.CharField(
        label=_("Uraian"), required=False, max_length=5000, widget=forms.Textarea(attrs={"rows": 3})
    )

    def __init__(self, data: Any = None, *, finding: Decision) -> None:
        super().__init__(data, prefix="follow")
        both = [finding.pair.left_id, finding.pair.right_id]
        self.fields["project"].queryset = Project.objects.filter(pk__in=both)  # type: ignore[attr-defined]
