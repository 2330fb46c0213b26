"""The officer's form for photos, and the reviewer's for a decision: both work without scripts."""

from typing import Any
from uuid import UUID, uuid5

from django import forms
from django.utils.translation import gettext_lazy as _

from photos.models import Purpose, ReviewDecision
from projects.models import Project, Site, SiteStatus


class ManyFilesInput(forms.ClearableFileInput):
    allow_multiple_selected = True


class ManyFilesField(forms.FileField):
    """One or several files; the intake judges them, empty ones too."""

    def clean(self, data: Any, initial: Any = None) -> list[Any]:
        files = data if isinstance(data, list | tuple) else [data] if data else []
        if not files and self.required:
            raise forms.ValidationError(_("Pilih satu foto atau lebih."))
        return list(files)


class SiteChoice(forms.ModelChoiceField):
    def label_from_instance(self, site: Site) -> str:
        return f"{site.no} · {site.label}" if site.label else str(site.no)


class PhotosForm(forms.Form):
    """Photos of one project: which site, how far the work is, a note, the files."""

    uuid = forms.UUIDField(widget=forms.HiddenInput)
    site = SiteChoice(
        queryset=Site.objects.none(), required=False, label=_("Titik lokasi"), empty_label=_("Pilih titik …")
    )
    progress = forms.IntegerField(min_value=0, max_value=100, required=False, label=_("Progres (%)"))
    purpose = forms.ChoiceField(choices=Purpose.choices, required=False, label=_("Foto ini menunjukkan"))
    taker = forms.ChoiceField(
        choices=[("me", _("Saya")), ("other", _("Orang lain"))],
        required=False,
        widget=forms.RadioSelect,
        initial="me",
    )
    taken_by = forms.CharField(
        max_length=120,
        required=False,
        label=_("Nama yang mengambil foto"),
        widget=forms.TextInput(attrs={"placeholder": _("Nama yang mengambil foto"), "autocomplete": "off"}),
    )
    answers = forms.CharField(max_length=60, required=False, widget=forms.HiddenInput)
    note = forms.CharField(
        max_length=500, required=False, label=_("Catatan"), widget=forms.Textarea(attrs={"rows": 2})
    )
    file = ManyFilesField(
        label=_("Foto"),
        widget=ManyFilesInput(attrs={"accept": "image/*,.heic,.heif", "multiple": True}),
        allow_empty_file=True,
    )

    def __init__(self, *args: Any, project: Project, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        sites = project.sites.filter(status=SiteStatus.ACTIVE).order_by("no")
        field = self.fields["site"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = sites
        field.required = len(sites) > 1

    def clean_purpose(self) -> str:
        return self.cleaned_data["purpose"] or Purpose.PROGRESS.value

    def clean(self) -> dict[str, Any]:
        sent = super().clean() or self.cleaned_data
        if (
            sent.get("purpose") == Purpose.PROGRESS
            and sent.get("progress") is None
            and "progress" not in self.errors
        ):
            self.add_error("progress", _("Isi progres yang tampak pada foto, 0 sampai 100 %."))
        if sent.get("taker") == "other" and not sent.get("taken_by"):
            self.add_error("taken_by", _("Tulis nama orang yang mengambil foto."))
        return sent

    def taker_of(self, sender: str) -> str:
        """Who took the files: the sender's user name, or the name that was written."""
        return self.cleaned_data["taken_by"] if self.cleaned_data["taker"] == "other" else sender

    def uuid_of(self, index: int) -> UUID:
        """A file's own number, the same when the same form is sent again."""
        first: UUID = self.cleaned_data["uuid"]
        return uuid5(first, str(index)) if index else first


class ReviewForm(forms.Form):
    """A decision on a photo; `seen` is the newest review that the page showed."""

    decision = forms.ChoiceField(choices=ReviewDecision.choices)
    reason = forms.CharField(max_length=500, required=False)
    seen = forms.IntegerField(required=False)


class RefileForm(forms.Form):
    """The site that an own photo was meant for."""

    site = forms.IntegerField(min_value=1)


class ShareForm(forms.Form):
    """Why one picture serves two projects."""

    reason = forms.CharField(max_length=300, required=False)


class WithdrawForm(forms.Form):
    """Why an own photo is taken back."""

    reason = forms.CharField(max_length=300, required=False)
