"""Forms for a project's money: amounts by fund source, what was spent, how it is divided."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from budgets.models import FundSource, VersionKind
from places.models import Kind
from projects.fields import RupiahField
from projects.forms import ReasonForm
from projects.models import Project, Site

_DATE = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})


class BudgetForm(ReasonForm):
    """What a project has in one budget version; one amount field for each fund source."""

    kind = forms.ChoiceField(label=_("Anggaran"), choices=VersionKind.choices)
    number = forms.CharField(
        label=_("Nomor peraturan"), max_length=60, required=False, help_text=_("Misalnya Perdes 3/2026.")
    )
    on = forms.DateField(label=_("Tanggal"), required=False, widget=_DATE)

    def __init__(
        self, data: Any = None, *, project: Project, user: Any, amounts: Mapping[str, Decimal] = {}
    ) -> None:
        super().__init__(data)
        if project.village.kind == Kind.KELURAHAN:
            kind: Any = self.fields["kind"]
            kind.initial = VersionKind.OUTSIDE
        self.sources = list(FundSource.objects.all())
        for source in self.sources:
            self.fields[f"amount_{source.code}"] = RupiahField(
                label=f"{source.short} ({source.name})", required=False, initial=amounts.get(source.code)
            )
        self.ask_reason(user, project.village_id)

    @property
    def amount_fields(self) -> list[forms.BoundField]:
        return [self[f"amount_{source.code}"] for source in self.sources]

    def amounts(self) -> dict[str, Decimal]:
        """Source code → rupiah, only those that were filled in."""
        said = {source.code: self.cleaned_data.get(f"amount_{source.code}") for source in self.sources}
        return {code: amount for code, amount in said.items() if amount is not None}


class RealisationForm(ReasonForm):
    """Money spent on a day, with its document."""

    amount = RupiahField(label=_("Jumlah (Rp)"))
    on = forms.DateField(label=_("Tanggal"), widget=_DATE, initial=timezone.localdate)
    source = forms.ModelChoiceField(
        label=_("Sumber dana"), queryset=FundSource.objects.all(), required=False, empty_label="–"
    )
    document = forms.CharField(label=_("Nomor bukti"), max_length=100, required=False)

    def __init__(self, data: Any = None, *, project: Project, user: Any) -> None:
        super().__init__(data, prefix="spent")
        self.ask_reason(user, project.village_id)


class PartForm(forms.Form):
    """A piece of a split: what it is called (a new project) or which site it is, and its amount by source."""

    title = forms.CharField(label=_("Nama pekerjaan"), max_length=250, required=False)

    def __init__(
        self,
        data: Any = None,
        *,
        index: int,
        sources: Sequence[FundSource],
        site: Site | None = None,
        initial: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(data, prefix=f"part-{index}", initial=dict(initial or {}))
        self.site = site
        self.sources = list(sources)
        if site is not None:
            del self.fields["title"]
        for source in self.sources:
            self.fields[f"amount_{source.code}"] = RupiahField(label=source.short, required=False)
            field = self.fields[f"amount_{source.code}"]
            field.widget.attrs["data-source"] = source.code

    @property
    def amount_fields(self) -> list[forms.BoundField]:
        return [self[f"amount_{source.code}"] for source in self.sources]

    @property
    def is_empty(self) -> bool:
        return not self.site and not any(self.cleaned_data.values())

    def amounts(self) -> dict[str, Decimal]:
        return {
            source.code: self.cleaned_data.get(f"amount_{source.code}") or Decimal(0)
            for source in self.sources
        }
