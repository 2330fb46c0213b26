"""Jobs on a project's money: its amounts in a budget version, and what was spent."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts.access import Person
from budgets.models import BudgetLine, BudgetVersion, FundSource, Realisation, VersionKind
from budgets.money import by_source, recompute
from places.message import mark as _
from places.message import message, sentences
from places.models import Kind, Place
from places.problems import Problem
from places.saying import say
from projects.editing import Editing, person_of
from projects.models import Project

SENTENCES = sentences(
    {
        "budget.no_amount": _("Isi jumlah untuk sedikitnya satu sumber dana."),
        "budget.negative": _("Jumlah kurang dari nol."),
        "budget.unknown_source": _("Sumber dana “%(value)s” tidak dikenal. Pilihannya: %(choices)s."),
        "budget.kelurahan": _(
            "%(place)s adalah kelurahan, tanpa APBDes dan Dana Desa. Pilih “Anggaran dinas / pihak lain”."
        ),
        "budget.split_over_sites": _(
            "Anggaran ini sudah dibagi ke titik lokasi. Ubah lewat “Bagi”, supaya bagiannya tetap cocok."
        ),
        "realisation.amount": _("Jumlah realisasi harus lebih dari nol."),
        "realisation.future": _("Tanggal realisasi %(date_on)s belum tiba. Periksa tanggalnya."),
    }
)


def version_for(
    *, village: Place, fiscal_year: int, kind: str, number: str = "", on: date | None = None
) -> BudgetVersion:
    """The village's budget version of this kind and number, made when it is not there; a date fills a gap.

    A kelurahan has no budget of its own (Problem), only outsiders' money.
    """
    if village.kind == Kind.KELURAHAN and kind != VersionKind.OUTSIDE:
        said = message("budget.kelurahan", place=village.title)
        raise Problem(said, fields={"kind": [say(said)]})
    version, _made = BudgetVersion.objects.get_or_create(
        village=village, fiscal_year=fiscal_year, kind=kind, number=number, defaults={"date": on}
    )
    if on is not None and version.date != on:
        version.date = on
        version.save(update_fields=["date"])
    return version


def set_budget(
    *,
    actor: Person | None,
    project: Project,
    amounts: Mapping[str, Decimal],
    kind: str = VersionKind.ORIGINAL,
    number: str = "",
    on: date | None = None,
    reason: str = "",
    seen: int | None = None,
) -> BudgetVersion:
    """Say what a project has in a budget version, by fund source; replaces what that version said before.

    amounts: Siskeudes source code → rupiah; 0 keeps the source named without money. seen: the project's version
    as the person saw it. Raises Problem, PermissionDenied, Conflict (409) if somebody saved in between.
    """
    _check_amounts(amounts)
    with transaction.atomic():
        editing = Editing.begin(actor=actor, project=project, version=seen, reason=reason)
        locked = editing.project
        version = version_for(
            village=locked.village, fiscal_year=locked.fiscal_year, kind=kind, number=number, on=on
        )
        lines = BudgetLine.objects.filter(project=locked, version=version)
        if lines.filter(site__isnull=False).exists():
            raise Problem(message("budget.split_over_sites"), status=409)
        before = _as_json(by_source(locked, version))
        lines.delete()
        BudgetLine.objects.bulk_create(
            BudgetLine(
                version=version, project=locked, activity=locked.activity, source_id=source, amount=amount
            )
            for source, amount in amounts.items()
        )
        recompute([locked.pk])
        told: dict[str, Any] = {"changes": {"budget": [before, _as_json(amounts)]}}
        told |= {"budget_version": str(version), "budget_version_id": version.pk}
        editing.finish("budget.set", told)
        project.refresh_from_db()
        return version


def _check_amounts(amounts: Mapping[str, Decimal]) -> None:
    if not amounts:
        raise Problem(message("budget.no_amount"))
    if any(amount < 0 for amount in amounts.values()):
        raise Problem(message("budget.negative"))
    check_sources(amounts)


def check_sources(codes: Mapping[str, Any]) -> None:
    """Raises Problem if a fund source is not on the list."""
    known = list(FundSource.objects.values_list("code", flat=True))
    for code in codes:
        if code not in known:
            raise Problem(message("budget.unknown_source", value=code, choices=", ".join(known)))


def record_realisation(
    *,
    actor: Person | None,
    project: Project,
    amount: Decimal,
    on: date,
    source: str | None = None,
    document: str = "",
    reason: str = "",
    seen: int | None = None,
) -> Realisation:
    """Write down money spent on a project on a day, with the document that proves it.

    amount: Decimal rupiah, > 0. source: Siskeudes code, if known. seen: the project's version as the person saw
    it, so that pressing twice spends once. Raises Problem, PermissionDenied, Conflict (409).
    """
    if amount <= 0:
        said = message("realisation.amount")
        raise Problem(said, fields={"amount": [say(said)]})
    if on > timezone.localdate():
        said = message("realisation.future", date_on=on.isoformat())
        raise Problem(said, fields={"on": [say(said)]})
    if source:
        check_sources({source: amount})
    with transaction.atomic():
        editing = Editing.begin(actor=actor, project=project, version=seen, reason=reason)
        spent = Realisation.objects.create(
            project=editing.project,
            source_id=source or None,
            date=on,
            amount=amount,
            document=document.strip(),
            recorded_by=person_of(actor),
        )
        recompute([project.pk])
        told = {"amount": str(amount), "date": on.isoformat(), "document": document, "source": source or ""}
        editing.finish("realisation.recorded", told)
        project.refresh_from_db()
        return spent


def _as_json(amounts: Mapping[str, Decimal]) -> dict[str, str]:
    return {source: str(amount) for source, amount in amounts.items()}
