"""Forms of the duplicate pages: choosing pairs, scanning, concluding, opening an engagement."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.conf import settings
from django.db.models import QuerySet
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from accounts.access import Action, Person, reach
from accounts.models import User
from duplicates.merging import Money
from duplicates.models import DecisionKind, Engagement, Pair
from duplicates.score import CASE_FROM, HIGH_FROM, STORED_FROM
from places.models import Level, Place
from projects.models import Project

LIKENESS = [
    (str(STORED_FROM), _("Semua yang tersimpan")),
    (str(CASE_FROM), _("Sedang dan tinggi")),
    (str(HIGH_FROM), _("Hanya tinggi")),
]
STATES = [("", _("Semua")), ("open", _("Belum disimpulkan")), ("concluded", _("Sudah disimpulkan"))]


def _places(user: Person, action: Action) -> QuerySet[Place]:
    """Regency and districts within the person's reach."""
    own = reach(user, action)
    return (
        Place.objects.filter(own.q("code"), level__in=[Level.REGENCY, Level.DISTRICT])
        .defer("boundary")
        .order_by("code")
    )


def _place_choices(user: Person, every: Any) -> list[tuple[str, Any]]:
    return [("", every), *((place.pk, place.name) for place in _places(user, Action.SCAN))]


def _year_choices(every: Any) -> list[tuple[str, Any]]:
    years = Project.objects.order_by("-fiscal_year").values_list("fiscal_year", flat=True).distinct()
    return [("", every), *((str(year), str(year)) for year in years)]


class PairFilter(forms.Form):
    """Which pairs to list; the same words in page and downloads. Every field may be absent from the URL."""

    q = forms.CharField(label=_("Cari nama atau kode"), required=False, max_length=100)
    year = forms.ChoiceField(label=_("Tahun"), required=False)
    place = forms.ChoiceField(label=_("Wilayah"), required=False)
    min_probability = forms.ChoiceField(label=_("Kemiripan"), required=False, choices=LIKENESS)
    state = forms.ChoiceField(label=_("Kesimpulan"), required=False, choices=STATES)

    def __init__(self, query: QueryDict, *, user: Person) -> None:
        words = query.copy()
        words.setdefault("min_probability", str(CASE_FROM))
        super().__init__(words)
        self.fields["year"].choices = _year_choices(_("Semua tahun"))  # type: ignore[attr-defined]
        self.fields["place"].choices = _place_choices(user, _("Semua wilayah"))  # type: ignore[attr-defined]

    def wanted(self) -> dict[str, Any]:
        """The words as chosen; a word that cannot be meant counts as not chosen, and the form shows why."""
        self.is_valid()
        data = dict(self.cleaned_data)
        data["min_probability"] = float(data.get("min_probability") or CASE_FROM)
        return data


class ScanForm(forms.Form):
    """What to scan."""

    place = forms.ModelChoiceField(
        label=_("Wilayah"),
        queryset=Place.objects.none(),
        required=False,
        empty_label=_("Semua wilayah tugas"),
    )
    year = forms.ChoiceField(label=_("Tahun"), required=False)
    radius_m = forms.FloatField(label=_("Radius (m)"), min_value=1, max_value=1000)
    incremental = forms.BooleanField(
        label=_("Hanya yang berubah sejak pemindaian terakhir"), required=False, initial=False
    )

    def __init__(self, *args: Any, user: Person, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["place"].queryset = _places(user, Action.SCAN)  # type: ignore[attr-defined]
        self.fields["year"].choices = _year_choices(_("Semua tahun"))  # type: ignore[attr-defined]
        self.fields["radius_m"].initial = settings.DUPLICATE_RADIUS_M


CASE_STATES = [
    ("open", _("Belum selesai")),
    ("mine", _("Tugas saya")),
    ("assigned", _("Sudah diserahkan")),
    ("concluded", _("Selesai disimpulkan")),
    ("all", _("Semua")),
]


class CaseFilter(forms.Form):
    """Which cases stand in the queue; only years and places in which there are some."""

    q = forms.CharField(label=_("Cari nama atau kode"), required=False, max_length=100)
    year = forms.ChoiceField(label=_("Tahun"), required=False)
    place = forms.ChoiceField(label=_("Wilayah"), required=False)
    state = forms.ChoiceField(label=_("Keadaan"), required=False, choices=CASE_STATES)

    def __init__(self, query: QueryDict, *, years: list[int], places: list[Place]) -> None:
        words = query.copy()
        words.setdefault("state", "open")
        super().__init__(words)
        years_field, places_field = self.fields["year"], self.fields["place"]
        years_field.choices = [("", _("Semua tahun")), *((str(y), str(y)) for y in years)]  # type: ignore[attr-defined]
        places_field.choices = [("", _("Semua kecamatan")), *((p.pk, p.name) for p in places)]  # type: ignore[attr-defined]

    def wanted(self) -> dict[str, Any]:
        """The words as chosen; a word that cannot be meant counts as not chosen, and the form shows why."""
        self.is_valid()
        return dict(self.cleaned_data)


class _SeenField(forms.IntegerField):
    """What the person had before them, hidden; a value that cannot be meant counts as nothing seen."""

    widget = forms.HiddenInput

    def clean(self, value: Any) -> int | None:
        try:
            return super().clean(value)
        except forms.ValidationError:
            return 0


class ConcludeForm(forms.Form):
    """A conclusion: none is chosen beforehand, the reason is required.

    seen: the newest decision when the page was opened. kept, money: for a monitor's "same record", which merges.
    """

    seen = _SeenField(required=False, min_value=0)
    kind = forms.ChoiceField(label=_("Kesimpulan"), choices=DecisionKind.choices, widget=forms.RadioSelect)
    metres = forms.FloatField(
        label=_("Panjang yang sama (m)"), required=False, min_value=0.1, max_value=100_000
    )
    kept = forms.ModelChoiceField(
        label=_("Catatan yang dilanjutkan"),
        queryset=Project.objects.none(),
        required=False,
        empty_label=None,
        blank=True,
        widget=forms.RadioSelect,
    )
    money = forms.ChoiceField(
        label=_("Uang di catatan lain"),
        choices=[
            (Money.ONCE.value, _("Uang yang sama, tercatat dua kali: dihitung sekali")),
            (Money.BOTH.value, _("Uang yang berbeda untuk satu pekerjaan: dijumlahkan")),
        ],
        required=False,
        widget=forms.RadioSelect,
    )
    engagement = forms.ModelChoiceField(
        label=_("Penugasan"), queryset=Engagement.objects.none(), required=False, empty_label=None
    )
    reason = forms.CharField(label=_("Alasan"), max_length=2000, widget=forms.Textarea(attrs={"rows": 4}))

    def __init__(
        self, *args: Any, pair: Pair, engagements: Sequence[Engagement] | None = None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        if engagements is None:
            del self.fields["engagement"]
            both = Project.objects.filter(pk__in=[pair.left_id, pair.right_id]).order_by("code")
            self.fields["kept"].queryset = both  # type: ignore[attr-defined]
            self.fields["kept"].choices = [(p.pk, _record_label(p)) for p in (pair.left, pair.right)]  # type: ignore[attr-defined]
        else:
            del self.fields["kept"], self.fields["money"]
            _choose_among(self.fields["engagement"], engagements)
            self.fields["engagement"].required = True

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("kind") == DecisionKind.PARTLY and not data.get("metres"):
            self.add_error("metres", _("Isi panjang yang sama dalam meter."))
        if data.get("kind") == DecisionKind.SAME_RECORD and "kept" in self.fields:
            if not data.get("kept"):
                self.add_error("kept", _("Pilih catatan mana yang dilanjutkan."))
            if not data.get("money"):
                self.add_error("money", _("Pilih apakah uangnya sama atau berbeda."))
        return data


def _choose_among(field: Any, engagements: Sequence[Engagement], nobody: Any = None) -> None:
    """Offer these engagements, which are at hand already; asked for again only to check an answer."""
    field.queryset = Engagement.objects.filter(pk__in=[one.pk for one in engagements])
    first = [("", nobody)] if nobody else []
    field.choices = [*first, *((one.pk, str(one)) for one in engagements)]


def _record_label(project: Project) -> str:
    return f"{project.code} · {project.title}"


class WithdrawForm(forms.Form):
    """Why a conclusion is taken back."""

    reason = forms.CharField(label=_("Alasan penarikan"), max_length=500)


class AssignForm(forms.Form):
    """Who handles a case; `seen` is who it was when the page was opened."""

    seen = _SeenField(required=False, min_value=0)
    to = forms.ModelChoiceField(
        label=_("Ditangani oleh"),
        queryset=User.objects.none(),
        required=False,
        empty_label=_("Belum diserahkan"),
    )

    def __init__(self, *args: Any, monitors: QuerySet[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["to"].queryset = monitors  # type: ignore[attr-defined]


class RemarkForm(forms.Form):
    """A comment, with a file or without; inside an engagement for its team only."""

    text = forms.CharField(
        label=_("Catatan"), required=False, max_length=4000, widget=forms.Textarea(attrs={"rows": 3})
    )
    file = forms.FileField(
        label=_("Lampiran"),
        required=False,
        help_text=_("PDF, foto, Word, Excel, ODT, ODS, CSV atau teks; paling besar 20 MB."),
    )
    engagement = forms.ModelChoiceField(
        label=_("Dibaca oleh"),
        queryset=Engagement.objects.none(),
        required=False,
        empty_label=_("Semua pemantau dan pemeriksa"),
    )

    def __init__(self, *args: Any, engagements: Sequence[Engagement] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if engagements:
            _choose_among(self.fields["engagement"], engagements, _("Semua pemantau dan pemeriksa"))
        else:
            del self.fields["engagement"]
