"""The figures above the map, the options of each filter with their counts, and why nothing was found."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db.models import Avg, Count, Exists, F, Func, Q, Sum
from django.db.models.functions import Floor
from django.utils.translation import gettext as _

from accounts.access import Action, Person, reach
from budgets.models import FundSource
from duplicates.listing import settled
from duplicates.models import Pair
from places.models import Level, Place
from projects import filters
from projects.filters import Filters
from projects.models import Evidence, Project, ProjectQuerySet, Status, WorkType

DISTRICT_CODE_LENGTH = 8  # "35.10.01"
LIKELY = 0.5  # pairs from here on are called "terindikasi ganda"
BINS = 10


@dataclass(frozen=True)
class Figures:
    """The strip above the map, all of it following the filters; money in rupiah, shares in per cent."""

    count: int
    without_point: int
    planned: Decimal
    realised: Decimal
    realised_pct: int | None
    progress_pct: int | None
    evidence_pct: int | None  # of the projects with photos, those whose deciding photo is at the site
    unproven: int  # money spent, but no photo
    pairs: int | None  # None: not for this person

    @property
    def lag(self) -> int:
        """Points by which the works lie behind the money; 0 where they don't."""
        return max(0, (self.realised_pct or 0) - (self.progress_pct or 0)) if self.count else 0


@dataclass(frozen=True)
class Option:
    """One value of a filter: what it is called, how many there are, whether it is chosen."""

    value: str
    label: str
    count: int
    chosen: bool


@dataclass(frozen=True)
class Facet:
    """One filter with its options; counts ignore the filter's own choice, so that others can be added."""

    word: str
    title: str
    options: list[Option] = field(default_factory=list)
    shown: int = 6  # further options stand behind "more"

    @property
    def first(self) -> list[Option]:
        return self.options[: self.shown]

    @property
    def rest(self) -> list[Option]:
        return self.options[self.shown :]


@dataclass(frozen=True)
class Culprit:
    """A filter without which something would be found: its words, the count, and the query string without it."""

    title: str
    values: str
    count: int
    query: str


def figures(user: Person, chosen: Filters) -> Figures:
    """Count, money, progress and evidence of what the filters select."""
    projects = filters.apply(Project.objects.visible_to(user), chosen, user)
    sums = projects.aggregate(
        count=Count("pk"),
        without_point=Count("pk", filter=Q(point__isnull=True)),
        all_planned=Sum("planned"),
        all_realised=Sum("realised"),
        mean_progress=Avg("progress"),
        with_photo=Count("pk", filter=~Q(evidence=Evidence.NONE)),
        proven=Count("pk", filter=Q(evidence=Evidence.VERIFIED)),
        unproven=Count("pk", filter=Q(realised__gt=0, evidence=Evidence.NONE)),
    )
    planned, realised = sums["all_planned"] or Decimal(0), sums["all_realised"] or Decimal(0)
    return Figures(
        count=sums["count"],
        without_point=sums["without_point"],
        planned=planned,
        realised=realised,
        realised_pct=round(realised * 100 / planned) if planned else None,
        progress_pct=round(sums["mean_progress"]) if sums["mean_progress"] is not None else None,
        evidence_pct=round(sums["proven"] * 100 / sums["with_photo"]) if sums["with_photo"] else None,
        unproven=sums["unproven"],
        pairs=_open_pairs(user, projects),
    )


def _open_pairs(user: Person, projects: ProjectQuerySet) -> int | None:
    """Likely pairs that wait for a conclusion, also again, and touch the selected projects; None for who does not scan."""
    if not reach(user, Action.SCAN):
        return None
    ids = projects.order_by().values("pk")
    pairs = Pair.objects.visible_to(user).current().filter(~Exists(settled(user)), probability__gte=LIKELY)
    return pairs.filter(Q(left__in=ids) | Q(right__in=ids)).count()


def facets(user: Person, chosen: Filters) -> list[Facet]:
    """Every filter of the map's left column with its options and counts."""
    return [make(user, chosen) for make in _FACETS]


def bins(user: Person, chosen: Filters) -> list[int]:
    """How many projects in each tenth of progress, 100 % in the last."""
    projects = filters.apply(Project.objects.visible_to(user), chosen.without("stage"), user)
    tenth = Floor(F("progress") / 10)
    counts = dict(projects.order_by().values_list(tenth).annotate(Count("pk")))
    result = [int(counts.get(Decimal(number), 0)) for number in range(BINS)]
    result[-1] += int(counts.get(Decimal(BINS), 0))
    return result


def culprits(user: Person, chosen: Filters) -> list[Culprit]:
    """For an empty result: each filter without which there would be something, the most telling first."""
    found = []
    for word, values in chosen.values.items():
        rest = chosen.without(word)
        count = filters.apply(Project.objects.visible_to(user), rest, user).count()
        if count:
            labels = ", ".join(label_of(word, value) for value in values)
            found.append(Culprit(_titles()[word], labels, count, rest.query_string()))
    return sorted(found, key=lambda culprit: culprit.count)


def active(chosen: Filters) -> list[Culprit]:
    """What is being filtered, one entry per value, with the query string that takes it away."""
    found = []
    for word, values in chosen.values.items():
        for value in values:
            others = tuple(other for other in values if other != value)
            rest = Filters({**chosen.values, word: others})
            found.append(Culprit(_titles()[word], label_of(word, value), 0, rest.query_string()))
    return found


def label_of(word: str, value: str) -> str:
    """A filter value as people say it; the value itself where there is no better word."""
    choices: dict[str, Iterable[tuple[str, Any]]] = {
        "work_type": WorkType.choices,
        "status": Status.choices,
        "evidence": Evidence.choices,
        "stage": _stage_labels().items(),
    }
    if word == "place":
        place = Place.objects.filter(pk=value).first()
        return place.title if place else value
    if word == "fund_source":
        source = FundSource.objects.filter(pk=value.upper()).first()
        return source.short if source else value
    return str(dict(choices.get(word, ())).get(value, value))


def _titles() -> dict[str, str]:
    return {
        "year": _("Tahun anggaran"),
        "place": _("Wilayah"),
        "work_type": _("Jenis pekerjaan"),
        "activity": _("Kode kegiatan"),
        "fund_source": _("Sumber dana"),
        "status": _("Status"),
        "evidence": _("Foto"),
        "stage": _("Progres fisik"),
        "q": _("Kata pencarian"),
        "bbox": _("Bagian peta"),
        "ids": _("Pilihan kegiatan"),
    }


def _stage_labels() -> dict[str, str]:
    return {"0": "0 %", "1-49": "1–49 %", "50-99": "50–99 %", "100": "100 %"}


def _counts(user: Person, chosen: Filters, word: str, expression: Any) -> dict[Any, int]:
    """How many visible projects have each value, all filters but `word` applied; of the statuses, merged ones too."""
    visible, rest = Project.objects.visible_to(user), chosen.without(word)
    projects = filters.apply(visible, rest, user, merged=word == "status").order_by()
    return dict(projects.values_list(expression).annotate(Count("pk", distinct=True)))


def _options(
    chosen: Filters, word: str, counts: dict[Any, int], labels: Iterable[tuple[str, Any]]
) -> list[Option]:
    """Options in the order of labels; those without projects are left out unless chosen."""
    picked = chosen.get(word)
    options = [Option(value, str(label), counts.get(value, 0), value in picked) for value, label in labels]
    return [option for option in options if option.count or option.chosen]


def _years(user: Person, chosen: Filters) -> Facet:
    counts = {str(year): count for year, count in _counts(user, chosen, "year", "fiscal_year").items()}
    labels = [(year, year) for year in sorted({*counts, *chosen.get("year")})]
    return Facet("year", _titles()["year"], _options(chosen, "year", counts, labels))


def _places(user: Person, chosen: Filters) -> Facet:
    """The districts of the home regency; under a chosen district also its villages."""
    by_village = _counts(user, chosen, "place", "village_id")
    counts: dict[Any, int] = dict(by_village)
    for code, count in by_village.items():
        district = code[:DISTRICT_CODE_LENGTH]
        counts[district] = counts.get(district, 0) + count
    opened = {
        code[:DISTRICT_CODE_LENGTH] for code in chosen.get("place") if len(code) >= DISTRICT_CODE_LENGTH
    }
    wanted = Q(level=Level.DISTRICT, parent_id=settings.REGENCY) | Q(
        level=Level.VILLAGE, parent_id__in=opened
    )
    places = list(Place.objects.filter(wanted).defer("boundary", "point"))
    names = {place.pk: place.title for place in places}
    districts = sorted(
        (p for p in places if p.level == Level.DISTRICT), key=lambda p: (p.pk not in opened, p.name)
    )
    labels: list[tuple[str, str]] = []
    for district in districts:
        labels.append((district.pk, names[district.pk]))
        villages = sorted((p for p in places if p.parent_id == district.pk), key=lambda p: p.name)
        labels.extend((village.pk, names[village.pk]) for village in villages)
    options = _options(chosen, "place", counts, labels)
    below = sum(1 for option in options if option.value[:DISTRICT_CODE_LENGTH] in opened)
    return Facet("place", _titles()["place"], options, shown=max(5, below))


def _work_types(user: Person, chosen: Filters) -> Facet:
    counts = _counts(user, chosen, "work_type", "work_type")
    options = _options(chosen, "work_type", counts, WorkType.choices)
    return Facet("work_type", _titles()["work_type"], sorted(options, key=lambda option: -option.count))


def _fund_sources(user: Person, chosen: Filters) -> Facet:
    counts = _counts(user, chosen, "fund_source", Func(F("sources"), function="unnest"))
    labels = FundSource.objects.values_list("code", "short")
    return Facet(
        "fund_source", _titles()["fund_source"], _options(chosen, "fund_source", counts, labels), shown=5
    )


def _statuses(user: Person, chosen: Filters) -> Facet:
    counts = _counts(user, chosen, "status", "status")
    return Facet("status", _titles()["status"], _options(chosen, "status", counts, Status.choices))


def _evidence(user: Person, chosen: Filters) -> Facet:
    order = ["verified", "unlocated", "outside", "suspect", "none"]
    labels = dict(Evidence.choices)
    counts = _counts(user, chosen, "evidence", "evidence")
    return Facet(
        "evidence",
        _titles()["evidence"],
        _options(chosen, "evidence", counts, [(v, labels[v]) for v in order]),
    )


def _stages(user: Person, chosen: Filters) -> Facet:
    projects = filters.apply(Project.objects.visible_to(user), chosen.without("stage"), user)
    counts = projects.aggregate(
        **{f"s{n}": Count("pk", filter=q) for n, q in enumerate(filters.STAGES.values())}
    )
    by_stage = {stage: counts[f"s{n}"] for n, stage in enumerate(filters.STAGES)}
    return Facet("stage", _titles()["stage"], _options(chosen, "stage", by_stage, _stage_labels().items()))


_FACETS: tuple[Callable[[Person, Filters], Facet], ...] = (
    _years, _places, _work_types, _evidence, _stages, _fund_sources, _statuses,
)  # fmt: skip
