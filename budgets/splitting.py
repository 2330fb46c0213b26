"""One budget row becomes several projects, or one project's money is divided over its sites: to the rupiah.

docs/design/import.md says how a split survives loading the same file again.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import transaction

from accounts.access import Person
from budgets.models import BudgetLine, BudgetVersion
from budgets.money import by_source, newest_version, recompute
from places.message import mark as _
from places.message import message, sentences
from places.problems import Problem
from projects.editing import Editing
from projects.models import Project, Site
from projects.pieces import PIECE, pieces_of, row_key
from projects.saving import create_project
from projects.titles import tell_titles

SENTENCES = sentences(
    {
        "split.no_budget": _("Pekerjaan ini belum punya anggaran untuk dibagi. Isi anggarannya dulu."),
        "split.short": _("%(source)s: bagian-bagiannya %(sum_rp)s, kurang %(missing_rp)s dari %(total_rp)s."),
        "split.over": _("%(source)s: bagian-bagiannya %(sum_rp)s, lebih %(extra_rp)s dari %(total_rp)s."),
        "split.negative": _("Ada bagian yang kurang dari nol. Isi nol atau lebih."),
        "split.one_part": _("Pembagian memerlukan sedikitnya dua bagian."),
        "split.title_missing": _("Bagian %(number)s belum punya nama pekerjaan."),
        "split.unknown_source": _("Sumber dana %(source)s tidak ada pada anggaran pekerjaan ini."),
        "split.sites_first": _("Bagi dulu pekerjaannya, baru titik lokasinya."),
        "split.unknown_site": _("Ada titik lokasi yang bukan milik pekerjaan ini. Muat ulang halaman."),
    }
)

Amounts = Mapping[str, Decimal]  # by fund source code


@dataclass(frozen=True)
class Part:
    """A piece of a budget row: the project it becomes (its title) and its amounts by fund source."""

    title: str
    amounts: Amounts
    work_type: str = ""


def split_into_projects(
    *, actor: Person | None, project: Project, parts: Sequence[Part], reason: str = ""
) -> list[Project]:
    """Divide a project's budget among itself (the first part) and new projects of the same activity.

    The parts add up to the newest budget version's row, per fund source, to the rupiah; else Problem says by how
    much they don't. New projects are drafts without a point. Returns all of them, the first being the old one.
    """
    if len(parts) < 2:
        raise Problem(message("split.one_part"))
    for number, part in enumerate(parts, start=1):
        if not part.title.strip():
            raise Problem(message("split.title_missing", number=number))
    with transaction.atomic():
        editing = Editing.begin(actor=actor, project=project, reason=reason)
        locked = editing.project
        version = _version_of(locked)
        if BudgetLine.objects.filter(version=version, project=locked, site__isnull=False).exists():
            raise Problem(message("split.sites_first"), status=409)
        amounts = by_source(locked, version)
        check_sums(amounts, [part.amounts for part in parts])
        before = locked.title
        pieces = [locked, *(_new_piece(actor, locked, part, reason) for part in parts[1:])]
        BudgetLine.objects.filter(version=version, project=locked).delete()
        for piece, part in zip(pieces, parts, strict=True):
            _write_lines(version, piece, {None: part.amounts})
        locked.title = parts[0].title.strip()
        locked.save(update_fields=["title", "updated_at"])
        tell_titles([locked.pk])
        recompute([piece.pk for piece in pieces])
        told: dict[str, Any] = {"changes": {"title": [before, locked.title]}}
        told |= {"pieces": [piece.code for piece in pieces], "budget_version_id": version.pk}
        told["budget"] = [_as_json(amounts), _as_json(parts[0].amounts)]
        editing.finish("project.split", told)
        for piece in pieces:
            piece.refresh_from_db()
        project.refresh_from_db()
        return [project, *pieces[1:]]


def split_over_sites(
    *, actor: Person | None, project: Project, amounts: Mapping[int, Amounts], reason: str = ""
) -> BudgetVersion:
    """Divide a project's budget over its sites: site's primary key → amounts by fund source.

    They add up to the newest version's row, per fund source, to the rupiah; else Problem.
    """
    with transaction.atomic():
        editing = Editing.begin(actor=actor, project=project, reason=reason)
        locked = editing.project
        version = _version_of(locked)
        sites: dict[int | None, Site] = {site.pk: site for site in locked.sites.all()}
        if not amounts.keys() <= sites.keys():
            raise Problem(message("split.unknown_site"), status=409)
        check_sums(by_source(locked, version), list(amounts.values()))
        BudgetLine.objects.filter(version=version, project=locked).delete()
        _write_lines(version, locked, {sites[pk]: part for pk, part in amounts.items()})
        recompute([locked.pk])
        told = {
            str(sites[pk].no): {source: str(amount) for source, amount in part.items()}
            for pk, part in amounts.items()
        }
        editing.finish("budget.split_over_sites", {"sites": told, "budget_version": str(version)})
        project.refresh_from_db()
        return version


def check_sums(totals: Amounts, parts: Sequence[Amounts]) -> None:
    """Raises Problem unless the parts add up to the totals, per fund source, to the rupiah."""
    for part in parts:
        for source, amount in part.items():
            if source not in totals:
                raise Problem(message("split.unknown_source", source=source))
            if amount < 0:
                raise Problem(message("split.negative"))
    for source, total in totals.items():
        reached = sum((part.get(source, Decimal(0)) for part in parts), Decimal(0))
        if reached < total:
            raise Problem(
                message(
                    "split.short",
                    source=source,
                    sum_rp=str(reached),
                    missing_rp=str(total - reached),
                    total_rp=str(total),
                )
            )
        if reached > total:
            raise Problem(
                message(
                    "split.over",
                    source=source,
                    sum_rp=str(reached),
                    extra_rp=str(reached - total),
                    total_rp=str(total),
                )
            )


def _as_json(amounts: Amounts) -> dict[str, str]:
    return {source: str(amount) for source, amount in amounts.items()}


def _version_of(project: Project) -> BudgetVersion:
    version = newest_version(project)
    if version is None:
        raise Problem(message("split.no_budget"))
    return version


def _new_piece(actor: Person | None, whole: Project, part: Part, reason: str) -> Project:
    return create_project(
        actor=actor,
        village=whole.village,
        fiscal_year=whole.fiscal_year,
        title=part.title,
        work_type=part.work_type or whole.work_type,
        activity=whole.activity,
        source_key=_piece_key(whole),
        executor=whole.executor,
        executor_name=whole.executor_name,
        planned_start=whole.planned_start,
        planned_end=whole.planned_end,
        reason=reason,
    )


def _piece_key(whole: Project) -> str:
    """The row's key with the piece's number, by which an import finds all pieces of a row; empty without one."""
    if not whole.source_key:
        return ""
    row = row_key(whole.source_key)
    taken = pieces_of(whole.village_id, whole.fiscal_year, row).count()
    return f"{row}{PIECE}{taken + 1}"


def _write_lines(version: BudgetVersion, project: Project, parts: Mapping[Site | None, Amounts]) -> None:
    BudgetLine.objects.bulk_create(
        BudgetLine(
            version=version,
            project=project,
            activity=project.activity,
            site=site,
            source_id=source,
            amount=amount,
        )
        for site, amounts in parts.items()
        for source, amount in amounts.items()
    )


def scaled(amounts: Sequence[Decimal], total: Decimal) -> list[Decimal]:
    """Amounts in the same shares as before that add up to a new total, to the rupiah (largest remainder).

    Shares of nothing go to the first: scaled([0, 0], 100) → [100, 0].
    """
    if not amounts:
        raise ValueError("nothing to scale")
    before = sum(amounts, Decimal(0))
    if before == 0:
        return [total, *([Decimal(0)] * (len(amounts) - 1))]
    unit = Decimal(1) if total == total.to_integral_value() else Decimal("0.01")
    exact = [amount * total / before for amount in amounts]
    whole = [(share // unit) * unit for share in exact]
    missing = int((total - sum(whole, Decimal(0))) / unit)
    by_remainder = sorted(range(len(exact)), key=lambda i: (whole[i] - exact[i], i))
    for index in by_remainder[:missing]:
        whole[index] += unit
    return whole
