"""Forms of the project pages: the project, its sites, its status, an upload."""

from collections.abc import Sequence
from datetime import UTC, datetime, time
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.access import Action, Person, may, reach
from places.models import Place
from projects.editing import needs_reason
from projects.fields import ExtentField, NumberField, PositionField
from projects.filters import normal_activity_code
from projects.import_reading import SUFFIXES
from projects.models import Executor, Project, SiteSource, Status, WorkType
from projects.sites import SiteDraft, drafts_of
from projects.statuses import TRANSITIONS

_DATE = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})


def villages_of(user: Person, action: Action = Action.EDIT) -> QuerySet[Place]:
    """The villages in which the person may do this, by district and name."""
    own = reach(user, action)
    villages = Place.objects.villages().filter(own.q("code")).select_related("parent")
    return villages.defer("boundary", "parent__boundary").order_by("parent__name", "name")


class ReasonForm(forms.Form):
    """Asks a monitor for the reason of a change; others are not asked."""

    reason = forms.CharField(
        label=_("Alasan"),
        max_length=500,
        required=False,
        help_text=_("Sebagai pemantau Anda mengubah data milik desa; desa dapat membaca alasannya."),
    )

    def ask_reason(self, user: Person, place_code: str) -> None:
        if needs_reason(user, place_code):
            self.fields["reason"].required = True
        else:
            del self.fields["reason"]


class ProjectForm(ReasonForm):
    """A project's own fields. `project` is None for a new one, which also has village, year and status."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    village = forms.ModelChoiceField(label=_("Desa"), queryset=Place.objects.none())
    fiscal_year = forms.IntegerField(label=_("Tahun anggaran"), min_value=2015, max_value=2100)
    title = forms.CharField(
        label=_("Nama pekerjaan"),
        max_length=250,
        help_text=_("Sebut apa dan di mana, tanpa nama warga: “Rabat beton Gang Melati RT 02 RW 01”."),
    )
    work_type = forms.ChoiceField(label=_("Jenis pekerjaan"), choices=[("", "–"), *WorkType.choices])
    activity_code = forms.CharField(
        label=_("Kode kegiatan"),
        max_length=20,
        required=False,
        help_text=_("Seperti 02.03.12, dari APBDes. Boleh dikosongkan."),
        widget=forms.TextInput(attrs={"list": "activity-codes", "autocomplete": "off"}),
    )
    status = forms.ChoiceField(
        label=_("Simpan sebagai"),
        choices=[(s.value, s.label) for s in (Status.PLANNED, Status.DRAFT)],
        initial=Status.PLANNED,
        help_text=_("Draf boleh tanpa titik dan hanya tampak bagi yang bertugas di desa ini."),
    )
    public_title = forms.CharField(label=_("Nama untuk publik"), max_length=250, required=False)
    volume = NumberField(label=_("Volume"), required=False)
    unit = forms.CharField(label=_("Satuan"), max_length=30, required=False)
    executor = forms.ChoiceField(label=_("Cara pelaksanaan"), choices=Executor.choices)
    executor_name = forms.CharField(label=_("Pelaksana"), max_length=150, required=False)
    planned_start = forms.DateField(label=_("Rencana mulai"), required=False, widget=_DATE)
    planned_end = forms.DateField(label=_("Rencana selesai"), required=False, widget=_DATE)
    tolerance_m = NumberField(
        label=_("Batas jarak foto (m)"),
        required=False,
        as_float=True,
        help_text=_("Kosong: 50 m, rumah 25 m."),
    )
    override_reason = forms.CharField(
        label=_("Alasan menyimpan titik di luar kabupaten"), max_length=500, required=False
    )

    def __init__(self, data: Any = None, *, user: Person, project: Project | None = None) -> None:
        villages = villages_of(user)
        super().__init__(
            data, initial=_initial(project) if project else {"fiscal_year": timezone.localdate().year}
        )
        village: Any = self.fields["village"]
        village.queryset = villages
        village.label_from_instance = lambda place: place.label
        if project is not None:
            for name in ("village", "fiscal_year", "status"):
                del self.fields[name]
            self.ask_reason(user, project.village_id)
            place = project.village_id
        else:
            first_two = list(villages[:2])
            chosen = first_two[0] if first_two else None
            if len(first_two) == 1:
                village.initial, village.widget.attrs["data-only"] = chosen, "yes"
            self.ask_reason(user, chosen.code if chosen else "")
            place = chosen.code if chosen else ""
        if not may(user, Action.OVERRIDE, place):
            del self.fields["override_reason"]

    def clean_activity_code(self) -> str:
        text = self.cleaned_data["activity_code"].strip()
        if text and not all(part.isdecimal() for part in text.strip(".").split(".")):
            raise ValidationError(_("Kode kegiatan terdiri dari angka dan titik, seperti 02.03.12."))
        return normal_activity_code(text) if text else ""

    def job_fields(self) -> dict[str, Any]:
        """What the job takes as fields of the project, without the activity."""
        left_out = {
            "version",
            "village",
            "fiscal_year",
            "status",
            "activity_code",
            "reason",
            "override_reason",
        }
        return {name: value for name, value in self.cleaned_data.items() if name not in left_out}


def _initial(project: Project) -> dict[str, Any]:
    names = (
        "version", "title", "work_type", "public_title", "volume", "unit", "executor", "executor_name",
        "planned_start", "planned_end", "tolerance_m",
    )  # fmt: skip
    code = project.activity.code if project.activity else ""
    return {name: getattr(project, name) for name in names} | {"activity_code": code}


class SiteForm(forms.Form):
    """One site: where, from which source. Empty ones are ignored."""

    site = forms.IntegerField(widget=forms.HiddenInput, required=False)
    label = forms.CharField(label=_("Nama titik"), max_length=120, required=False)
    position = PositionField(
        label=_("Lintang, bujur"),
        max_length=80,
        required=False,
        help_text=_("Lintang dulu: -8.2192, 114.3691 atau 8°13'09\" LS 114°22'09\" BT."),
        widget=forms.TextInput(attrs={"inputmode": "text", "autocomplete": "off", "spellcheck": "false"}),
    )
    source = forms.ChoiceField(label=_("Asal posisi"), choices=SiteSource.choices, initial=SiteSource.PLANNED)
    radius_m = NumberField(
        label=_("Radius (m)"), required=False, as_float=True, help_text=_("Hanya untuk pusat dusun.")
    )
    extent = ExtentField(
        label=_("Ruas atau luasan"),
        required=False,
        help_text=_("Satu titik per baris, lintang dulu. Luasan: titik terakhir sama dengan yang pertama."),
        widget=forms.Textarea(attrs={"rows": 3, "spellcheck": "false"}),
    )
    weight = NumberField(
        label=_("Bobot"), required=False, help_text=_("Bagian dari progres; 1 bila semua titik sama.")
    )
    public_label = forms.CharField(label=_("Nama untuk publik"), max_length=120, required=False)
    valid_from = forms.DateField(
        label=_("Berlaku sejak"),
        required=False,
        widget=_DATE,
        help_text=_("Foto dinilai menurut posisi yang berlaku saat diambil. Kosong: sejak disimpan."),
    )
    document = forms.CharField(label=_("Dokumen"), max_length=150, required=False)
    remove = forms.BooleanField(label=_("Hapus titik ini"), required=False)

    @property
    def is_empty(self) -> bool:
        """Nothing was said: a spare form."""
        said = self.cleaned_data
        return not (said.get("position") or said.get("extent") or said.get("site"))

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        if said.get("remove") or self.errors:
            return said
        if not said.get("position") and said.get("extent") is not None:
            said["position"] = _middle(said["extent"])
        if not said.get("position") and (said.get("site") or said.get("label")):
            self.add_error("position", _("Isi lintang dan bujur, atau hapus titik ini."))
        return said

    def draft(self) -> SiteDraft:
        """The site as the jobs take it."""
        said = self.cleaned_data
        moment = None
        if said.get("valid_from"):
            zone = ZoneInfo(timezone.get_default_timezone_name())
            moment = datetime.combine(said["valid_from"], time.min, zone).astimezone(UTC)
        return SiteDraft(
            pk=said.get("site"),
            point=said["position"],
            label=said["label"],
            public_label=said["public_label"],
            extent=said.get("extent"),
            source=said["source"],
            radius_m=said["radius_m"] if said["source"] == SiteSource.AREA else None,
            weight=said["weight"] if said.get("weight") is not None else Decimal(1),
            valid_from=moment,
            document=said["document"],
        )


def _middle(extent: Any) -> tuple[float, float]:
    point = (
        extent.interpolate_normalized(0.5) if extent.geom_type == "LineString" else extent.point_on_surface
    )
    return (point.x, point.y)


SiteForms = forms.formset_factory(SiteForm, extra=0, max_num=200, validate_max=True, absolute_max=300)


def site_forms(data: Any = None, *, project: Project | None = None, spare: int = 0) -> Any:
    """The forms of a project's sites; a new project gets at least one empty."""
    drafts = drafts_of(project) if project is not None else []
    initial: list[dict[str, Any]] = [_site_initial(draft) for draft in drafts]
    initial += [{}] * max(spare, 0 if initial else 1)
    return SiteForms(data, prefix="site", initial=initial if data is None else None)


def _site_initial(draft: SiteDraft) -> dict[str, Any]:
    return {
        "site": draft.pk,
        "label": draft.label,
        "public_label": draft.public_label,
        "position": draft.point,
        "extent": draft.extent,
        "source": draft.source,
        "radius_m": draft.radius_m,
        "weight": draft.weight,
        "document": draft.document,
    }


def wanted_sites(forms_: Any) -> Sequence[SiteForm]:
    """The filled-in forms of sites that shall stay."""
    return [form for form in forms_ if not form.is_empty and not form.cleaned_data.get("remove")]


class StatusForm(forms.Form):
    """To which status, why, and by which document."""

    after = forms.ChoiceField(label=_("Status baru"), widget=forms.RadioSelect)
    reason = forms.CharField(
        label=_("Alasan"),
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Wajib untuk menunda, membatalkan, atau kembali ke status sebelumnya."),
    )
    document = forms.CharField(label=_("Dokumen"), max_length=150, required=False)
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, data: Any = None, *, project: Project) -> None:
        super().__init__(data, initial={"version": project.version})
        after: Any = self.fields["after"]
        after.choices = [(s.value, s.label) for s in TRANSITIONS[Status(project.status)]]


class UploadForm(forms.Form):
    """A file of projects and how its columns are named."""

    file = forms.FileField(
        label=_("File"),
        help_text=_("CSV, XLSX, GeoJSON atau GeoPackage, paling besar 20 MB."),
        widget=forms.ClearableFileInput(attrs={"accept": ",".join(f".{suffix}" for suffix in SUFFIXES)}),
    )
    mapping = forms.ChoiceField(label=_("Nama kolom"), required=False)

    MOST_BYTES = 20_000_000

    def __init__(self, data: Any = None, files: Any = None, *, mappings: Sequence[str]) -> None:
        super().__init__(data, files)
        mapping: Any = self.fields["mapping"]
        named = {"siskeudes": _("Siskeudes (Ta_Kegiatan)")}
        mapping.choices = [("", _("Nama kolom Geomonitor")), *((n, named.get(n, n)) for n in mappings)]

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file.name.rpartition(".")[2].lower() not in SUFFIXES:
            raise ValidationError(_("File ini tidak dikenal. Pakai CSV, XLSX, GeoJSON atau GeoPackage."))
        if file.size > self.MOST_BYTES:
            raise ValidationError(_("File ini lebih dari 20 MB. Bagi menjadi beberapa file."))
        return file
