"""Forms about people."""

from typing import Any

from allauth.account.forms import LoginForm
from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.access import Action, Person, reach
from accounts.models import Role, User
from accounts.people import givable
from places.models import Place


class LogInForm(LoginForm):
    """allauth's form; names the credential as axes looks for it, so that attempts count per user name."""

    def user_credentials(self) -> dict[str, Any]:
        credentials: dict[str, Any] = super().user_credentials()
        credentials["login"] = credentials.get("username")
        return credentials


class DutyForm(forms.Form):
    """A role for a place; choices are what the actor may give."""

    role = forms.ChoiceField(label=_("Peran"))
    place = forms.ModelChoiceField(label=_("Wilayah"), queryset=Place.objects.none())
    since = forms.DateField(label=_("Sejak"), required=False, widget=forms.DateInput(attrs={"type": "date"}))
    until = forms.DateField(label=_("Sampai"), required=False, widget=forms.DateInput(attrs={"type": "date"}))
    decree = forms.CharField(label=_("Nomor SK"), max_length=100, required=False)

    def __init__(self, *args: Any, actor: Person, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        allowed = givable(actor)
        self.fields["role"].choices = [(role.value, role.label) for role in Role if role in allowed]  # type: ignore[attr-defined]
        places = self.fields["place"]
        places.queryset = Place.objects.filter(reach(actor, Action.USERS).q("code"))  # type: ignore[attr-defined]

    def clean_role(self) -> Role:
        return Role(self.cleaned_data["role"])


class PersonForm(DutyForm):
    """A new account with its first duty."""

    name = forms.CharField(label=_("Nama lengkap"), max_length=150)
    username = forms.SlugField(
        label=_("Nama pengguna"),
        max_length=60,
        help_text=_("Huruf kecil, angka atau -; dipakai untuk masuk."),
    )
    phone = forms.CharField(label=_("Nomor HP"), max_length=30, required=False)

    field_order = ["name", "username", "phone", "role", "place", "since", "until", "decree"]

    def clean_username(self) -> str:
        username = self.cleaned_data["username"].lower()
        if User.objects.filter(username=username).exists():
            raise forms.ValidationError(_("Nama pengguna ini sudah dipakai. Pilih nama lain."))
        return username


class DutyFileForm(forms.Form):
    """The CSV file of duties."""

    file = forms.FileField(label=_("Berkas CSV"), widget=forms.FileInput(attrs={"accept": ".csv,text/csv"}))
