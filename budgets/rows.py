"""The budgets' part of an import: fund sources and amounts of each row, into lines of a budget version.

Where a row was split into projects or sites, its lines keep their shares; a changed amount is divided by them.
"""

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from budgets.models import BudgetLine, BudgetVersion, FundSource, VersionKind
from budgets.money import recompute
from budgets.owned_lines import Claims
from budgets.splitting import scaled
from places.message import Message, message, sentences
from places.message import mark as _
from places.models import Kind
from projects import cells
from projects.import_rows import Job, Row, State
from projects.money_text import MoneyTextError, parse

SENTENCES = sentences(
    {
        "import.source_unknown": _("Sumber dana “%(value)s” tidak dikenal. Pilihannya: %(choices)s."),
        "import.source_missing": _("Ada jumlah tanpa sumber dana. Isi kolom sumber dana, misalnya DDS."),
        "import.amounts_differ": _(
            "Jumlah per sumber %(sum_rp)s tidak sama dengan kolom jumlah %(amount_rp)s. Perbaiki salah satunya."
        ),
        "import.kelurahan": _(
            "%(place)s adalah kelurahan, tanpa APBDes. Tulis budget_kind “outside” untuk anggaran dinas."
        ),
        "import.sources_undivided": _(
            "%(count)s baris menyebut beberapa sumber dana tanpa jumlah masing-masing: seluruh jumlah dicatat pada "
            "sumber pertama, yang lain Rp0."
        ),
        "import.split_rescaled": _(
            "%(count)s baris yang sudah dibagi berubah jumlahnya: dibagi lagi menurut porsi sebelumnya. Periksa."
        ),
    }
)

COLUMNS: Mapping[str, Sequence[str]] = {
    "fund_source": ("fund_sources", "source", "sources", "sumber_dana", "sumber"),
    "amount": ("planned", "budget", "pagu", "anggaran", "jumlah"),
    "amount_revised": ("pagu_pak", "pagu_perubahan"),
    "account": ("kode_rekening", "rekening"),
    "budget_kind": ("jenis_anggaran",),
    "budget_number": ("nomor_anggaran",),
    "budget_date": ("tanggal_anggaran",),
}
_BATCH = 1000
VersionKey = tuple[str, int, str, str]  # village, year, kind, number


@dataclass
class _Said:
    """A row's money: amounts by source for each budget version it speaks of."""

    sources: list[str] = field(default_factory=list)
    given: dict[str, Decimal] = field(default_factory=dict)  # amounts that stand beside their source
    amount: Decimal | None = None
    revised: Decimal | None = None
    kind: str = VersionKind.ORIGINAL
    number: str = ""
    on: date | None = None
    account: str = ""

    def by_source(self, total: Decimal) -> dict[str, Decimal]:
        """The total by source: as given, else all on the first, the others named with nothing."""
        if self.given:
            return dict(self.given)
        return {code: (total if index == 0 else Decimal(0)) for index, code in enumerate(self.sources)}


@dataclass
class _Plan:
    """What write() does for one row and version: lines to change, lines to make."""

    row: Row
    version: VersionKey
    on: date | None
    account: str
    new: dict[str, Decimal] = field(default_factory=dict)
    changed: list[BudgetLine] = field(default_factory=list)


class BudgetRows:
    """Reads fund sources and amounts; finds or makes the version and its lines."""

    columns = COLUMNS

    def __init__(self, job: Job) -> None:
        self.job = job
        self.said: dict[int, _Said] = {}
        self.plans: list[_Plan] = []
        self.sum = {"amount": Decimal(0), "amount_revised": Decimal(0)}

    def check(self, rows: Sequence[Row]) -> None:
        sources = _Sources()
        undivided = 0
        for row in rows:
            said = self._read(row, sources)
            self.said[row.number] = said
            if len(said.sources) > 1 and not said.given and said.amount:
                undivided += 1
        if undivided:
            self.job.notes.append(message("import.sources_undivided", count=undivided))
        self._plan(rows)

    def _read(self, row: Row, sources: "_Sources") -> _Said:
        said = _Said()
        said.amount = _money(row, "amount")
        said.revised = _money(row, "amount_revised")
        sources.read(row, said)
        given = sum(said.given.values(), Decimal(0))
        if said.given and said.amount is not None and given != said.amount:
            row.wrong(
                "amount", message("import.amounts_differ", sum_rp=str(given), amount_rp=str(said.amount))
            )
        elif said.given:
            said.amount = given
        if said.amount and not said.sources and not row.mistakes:
            row.wrong("fund_source", message("import.source_missing"))
        self._read_version(row, said)
        self.sum["amount"] += said.amount or 0
        self.sum["amount_revised"] += said.revised or 0
        return said

    def _read_version(self, row: Row, said: _Said) -> None:
        found: dict[str, Any] = {}
        cells.choice(row, "budget_kind", VersionKind, found)
        cells.day(row, "budget_date", found)
        said.kind = found.get("budget_kind", said.kind)
        said.on = found.get("budget_date")
        said.number = row.text("budget_number")[:60]
        said.account = row.text("account")[:30]
        village = row.named.village if row.named else None
        own_budget = said.amount is not None and said.kind != VersionKind.OUTSIDE
        if village is not None and own_budget and village.kind == Kind.KELURAHAN:
            row.wrong("amount", message("import.kelurahan", place=village.title))

    # -- what would change ------------------------------------------------------------------------------------

    def _plan(self, rows: Sequence[Row]) -> None:
        usable = [row for row in rows if row.project is not None and not row.mistakes]
        revised = self._revised_villages(usable)
        stored = self.stored = _StoredLines([pk for row in usable for pk in (*row.pieces, *row.led_to)])
        rescaled = 0
        for row in usable:
            for key, amounts in self._versions(row, revised):
                said = self.said[row.number]
                plan = _Plan(row, key, said.on, said.account)
                lines = stored.of(row, key)
                before = _sums(lines)
                rescaled += self._compare(plan, lines, amounts)
                if plan.new or plan.changed:
                    row.becomes(State.CHANGED)
                    row.changes.setdefault("budget", [_shown(before), _shown(amounts)])
                    self.plans.append(plan)
        if rescaled:
            self.job.notes.append(message("import.split_rescaled", count=rescaled))

    def _revised_villages(self, rows: Sequence[Row]) -> set[tuple[str, int]]:
        """Villages and years that have a revised budget: some amount after the revision differs from before."""
        found = set()
        for row in rows:
            said = self.said[row.number]
            if said.revised is not None and said.revised != (said.amount or 0):
                found.add(_group(row))
        has_money = {_group(row) for row in rows if self.said[row.number].revised}
        return found & has_money

    def _versions(
        self, row: Row, revised: set[tuple[str, int]]
    ) -> list[tuple[VersionKey, dict[str, Decimal]]]:
        said = self.said[row.number]
        found = []
        if said.amount is not None and said.sources:
            found.append(((*_group(row), said.kind, said.number), said.by_source(said.amount)))
        if said.revised is not None and said.sources and _group(row) in revised:
            found.append(((*_group(row), VersionKind.REVISED, ""), said.by_source(said.revised)))
        return found

    def _compare(self, plan: _Plan, lines: Sequence[BudgetLine], amounts: Mapping[str, Decimal]) -> bool:
        """Fill the plan with what differs. Returns whether the shares of a split had to be scaled."""
        by_source: dict[str, list[BudgetLine]] = defaultdict(list)
        for line in lines:
            by_source[line.source_id].append(line)
        is_scaled = False
        for source in by_source.keys() | amounts.keys():
            wanted, mine = amounts.get(source, Decimal(0)), by_source.get(source, [])
            if not mine:
                plan.new[source] = wanted
            elif sum((line.amount for line in mine), Decimal(0)) != wanted:
                is_scaled |= len(mine) > 1
                for line, amount in zip(mine, scaled([line.amount for line in mine], wanted), strict=True):
                    if line.amount != amount:
                        line.amount = amount
                        plan.changed.append(line)
        return is_scaled

    # -- write -------------------------------------------------------------------------------------------------

    def write(self, rows: Sequence[Row]) -> None:
        versions = self._write_versions()
        made = [(plan, self._line(plan, versions, source)) for plan in self.plans for source in plan.new]
        BudgetLine.objects.bulk_create([line for _plan, line in made], batch_size=_BATCH)
        changed = [(plan, line) for plan in self.plans for line in plan.changed]
        BudgetLine.objects.bulk_update([line for _plan, line in changed], ["amount"], batch_size=_BATCH)
        self._claim([*made, *changed])
        touched = {pk for plan in self.plans for pk in (*plan.row.pieces, *plan.row.led_to)}
        touched |= {plan.row.project.pk for plan in self.plans if plan.row.project is not None}
        recompute(touched)

    def _line(self, plan: _Plan, versions: Mapping[VersionKey, BudgetVersion], source: str) -> BudgetLine:
        """A new line; of a merged record's row on the living one, unless that has this money already."""
        row, version = plan.row, versions[plan.version]
        at = row.project
        if row.merged is not None and (
            self.stored.counted(row, version.kind, source)
            or self._counted_by_another(row, version.kind, source)
        ):
            at = row.merged
        return BudgetLine(
            version=version,
            project=at,
            activity_id=at.activity_id if at else None,
            source_id=source,
            account=plan.account,
            amount=plan.new[source],
        )

    def _counted_by_another(self, row: Row, kind: str, source: str) -> bool:
        """Whether the living record's own row brings that money in the same file, and it counts once."""
        if row.merged is None or not self.stored.claims.counts_once(row.merged.pk):
            return False
        return any(
            plan.row.merged is None
            and plan.row.project == row.project
            and plan.version[2] == kind
            and source in plan.new
            for plan in self.plans
        )

    def _claim(self, lines: Sequence[tuple[_Plan, BudgetLine]]) -> None:
        """Lines that hang on a living record and are a merged one's row's: that row finds them again."""
        by_record: dict[int, list[BudgetLine]] = defaultdict(list)
        for plan, line in lines:
            record = self.stored.claims.owner.get(line.pk) or (plan.row.named.pk if plan.row.named else 0)
            if plan.row.merged is None or line.project_id != plan.row.merged.pk:
                by_record[record].append(line)
        for record, mine in by_record.items():
            self.stored.claims.claim(record, mine)

    def _write_versions(self) -> dict[VersionKey, BudgetVersion]:
        wanted: dict[VersionKey, date | None] = {}
        for plan in self.plans:
            wanted[plan.version] = plan.on or wanted.get(plan.version)
        stored = _versions_by_key({key[0] for key in wanted}, {key[1] for key in wanted})
        missing = [
            BudgetVersion(village_id=village, fiscal_year=year, kind=kind, number=number, date=on)
            for (village, year, kind, number), on in wanted.items()
            if (village, year, kind, number) not in stored
        ]
        BudgetVersion.objects.bulk_create(missing, batch_size=_BATCH)
        return stored | {(v.village_id, v.fiscal_year, v.kind, v.number): v for v in missing}

    def totals(self) -> Mapping[str, Decimal]:
        return {name: amount for name, amount in self.sum.items() if amount}


def _versions_by_key(villages: set[str], years: set[int]) -> dict[VersionKey, BudgetVersion]:
    found = BudgetVersion.objects.filter(village__in=villages, fiscal_year__in=years)
    return {(v.village_id, v.fiscal_year, v.kind, v.number): v for v in found}


class _StoredLines:
    """Lines of projects in budget versions, read once."""

    def __init__(self, projects: Sequence[int]) -> None:
        self.claims = Claims(set(projects))
        self.lines: dict[tuple[int, VersionKey], list[BudgetLine]] = defaultdict(list)
        for line in (
            BudgetLine.objects.filter(project__in=set(projects)).select_related("version").order_by("pk")
        ):
            version = line.version
            key = (version.village_id, version.fiscal_year, version.kind, version.number)
            self.lines[(line.project_id, key)].append(line)

    def of(self, row: Row, version: VersionKey) -> list[BudgetLine]:
        """The row's lines in a version, also those that hang on the record that its own was merged into."""
        there = [*dict.fromkeys((*row.pieces, *row.led_to))]
        lines = [line for pk in there for line in self.lines.get((pk, version), [])]
        return [line for line in lines if self.claims.are_of(line, row.pieces)]

    def counted(self, row: Row, kind: str, source: str) -> bool:
        """Whether a merged row's money counts once and the living record says it already, in a version of that kind."""
        if row.merged is None or row.project is None or not self.claims.counts_once(row.merged.pk):
            return False
        living = row.project.pk
        said = (
            line
            for (pk, version), lines in self.lines.items()
            if pk == living and version[2] == kind
            for line in lines
        )
        return any(line.source_id == source and not self.claims.are_of(line, row.pieces) for line in said)


def _group(row: Row) -> tuple[str, int]:
    if row.named is None:
        raise ValueError(f"row {row.number} has no project")
    return row.named.village_id, row.named.fiscal_year


def _sums(lines: Sequence[BudgetLine]) -> dict[str, Decimal]:
    """Amounts by source, before the import changes them."""
    sums: dict[str, Decimal] = defaultdict(Decimal)
    for line in lines:
        sums[line.source_id] += line.amount
    return sums


def _shown(amounts: Mapping[str, Decimal]) -> dict[str, str]:
    return {source: str(amount) for source, amount in amounts.items()}


def _money(row: Row, name: str) -> Decimal | None:
    value = row.values.get(name, "")
    if value == "" or value is None:
        return None
    try:
        return parse(value)
    except MoneyTextError as error:
        row.wrong(name, error.message)
        return None


class _Sources:
    """Fund sources by code, short name and other names, without regard to case."""

    def __init__(self) -> None:
        self.known: dict[str, str] = {}
        self.codes: list[str] = []
        for source in FundSource.objects.all():
            self.codes.append(source.code)
            for name in (source.code, source.short, source.name, *source.aliases):
                self.known.setdefault(name.casefold(), source.code)

    def read(self, row: Row, said: _Said) -> None:
        """Read "DDS", "DDS, PBP" or "DDS=100000000; PBP=84500000"."""
        text = row.text("fund_source")
        whole = self.known.get(text.casefold())
        for part in [text] if whole else self._parts(text):
            name, equals, amount = (piece.strip() for piece in part.partition("="))
            code = self.known.get(name.casefold())
            if code is None:
                row.wrong("fund_source", self.unknown(name))
                return
            if code not in said.sources:
                said.sources.append(code)
            if equals:
                try:
                    said.given[code] = said.given.get(code, Decimal(0)) + parse(amount)
                except MoneyTextError as error:
                    row.wrong("fund_source", error.message)
                    return
        if said.given:
            said.given = {code: said.given.get(code, Decimal(0)) for code in said.sources}

    def _parts(self, text: str) -> list[str]:
        """Parts of a cell: at ; + and |, and at a comma that does not stand inside an amount."""
        found = re.split(r"[;+|]|,(?=\s*[A-Za-z])", text)
        return [part.strip() for part in found if part.strip(" ,")]

    def unknown(self, name: str) -> Message:
        return message("import.source_unknown", value=name, choices=", ".join(self.codes))
