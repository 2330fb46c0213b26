"""The register of projects: which columns can be sorted, and which filter left nothing."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.db.models import Exists, F, OrderBy, OuterRef
from django.db.models.functions import Lower
from django.utils.translation import gettext as _

from accounts.access import Person
from budgets.models import FundSource
from places.models import Level, Place
from projects import filters
from projects.filters import Filters
from projects.models import Evidence, Project, ProjectQuerySet, Status, WorkType

# Columns of the register that can be sorted, by the word in ?sort= (with - the other way round).
SORTS: dict[str, tuple[Any, ...]] = {
    "title": (Lower("title"),),
    "place": (F("village__parent__name"), F("village__name")),
    "work_type": (F("work_type"),),
    "year": (F("fiscal_year"),),
    "planned": (F("planned"),),
    "progress": (F("progress"),),
    "status": (F("status"),),
    "photo": (F("last_photo_at"),),
}
DEFAULT_SORT = "-year"


def projects_for(user: Person, chosen: Filters, sort: str) -> ProjectQuerySet:
    """What the person may see of what the filters select, in order."""
    found = filters.apply(Project.objects.visible_to(user), chosen, user)
    return found.select_related("village__parent", "activity").order_by(*_order(sort), "village", "number")


def _order(sort: str) -> Iterator[OrderBy]:
    word = sort.removeprefix("-")
    if word not in SORTS:
        word, sort = "year", DEFAULT_SORT
    for expression in SORTS[word]:
        yield OrderBy(expression, descending=sort.startswith("-"), nulls_last=True)


@dataclass(frozen=True)
class Culprit:
    """A filter without which there would be something: what it is called, its values, the count, the way there."""

    title: str
    values: str
    count: int
    query: str


def words() -> dict[str, str]:
    """What each word of the vocabulary is called on screen."""
    return {
        "year": _("Tahun"),
        "place": _("Wilayah"),
        "work_type": _("Jenis pekerjaan"),
        "activity": _("Kode kegiatan"),
        "fund_source": _("Sumber dana"),
        "status": _("Status"),
        "evidence": _("Bukti foto"),
        "stage": _("Progres"),
        "q": _("Pencarian"),
        "bbox": _("Area peta"),
        "ids": _("Pilihan"),
    }


def shown_value(word: str, value: str) -> str:
    """A filter's value as people read it."""
    labels: dict[str, Any] = {}
    if word == "place":
        place = Place.objects.select_related("parent").filter(pk=value).first()
        return place.title if place else value
    if word == "fund_source":
        source = FundSource.objects.filter(pk=value.upper()).first()
        return source.short if source else value
    if word == "stage":
        return f"{value.replace('-', '–')} %"
    if word in {"work_type", "status", "evidence"}:
        labels = dict({"work_type": WorkType, "status": Status, "evidence": Evidence}[word].choices)
    return str(labels.get(value, value))


def active(chosen: Filters, sort: str) -> list[Culprit]:
    """The filters in force, each with the query string that lets it go."""
    titles = words()
    return [
        Culprit(titles[word], _said(word, chosen), 0, query(chosen.without(word), sort))
        for word in filters.WORDS
        if chosen.get(word)
    ]


def culprits(user: Person, chosen: Filters, sort: str) -> list[Culprit]:
    """For an empty list: each filter without which something would be found, the one that hides least first."""
    titles, found = words(), []
    for word in filters.WORDS:
        if chosen.get(word):
            without = chosen.without(word)
            count = filters.apply(Project.objects.visible_to(user), without, user).count()
            if count:
                found.append(Culprit(titles[word], _said(word, chosen), count, query(without, sort)))
    return sorted(found, key=lambda culprit: culprit.count)


def _said(word: str, chosen: Filters) -> str:
    return ", ".join(shown_value(word, value) for value in chosen.get(word))


def query(chosen: Filters, sort: str) -> str:
    """The register's query string for filters and order."""
    parts = [chosen.query_string()]
    if sort and sort != DEFAULT_SORT:
        parts.append(urlencode({"sort": sort}))
    return "&".join(part for part in parts if part)


@dataclass(frozen=True)
class Option:
    """One value of a filter."""

    value: str
    label: str
    chosen: bool


@dataclass(frozen=True)
class Facet:
    """A filter of several values as check boxes."""

    word: str
    title: str
    options: list[Option]

    @property
    def is_open(self) -> bool:
        return any(option.chosen for option in self.options)


def facets(user: Person, chosen: Filters) -> list[Facet]:
    """The filters with few values: year, kind, source, status, evidence, progress."""
    titles = words()
    visible = Project.objects.visible_to(user)
    years = visible.order_by("-fiscal_year").values_list("fiscal_year", flat=True).distinct()
    values: dict[str, Iterable[tuple[str, str]]] = {
        "year": [(str(year), str(year)) for year in years],
        "work_type": _labels(WorkType),
        "fund_source": [(source.code, source.short) for source in FundSource.objects.all()],
        "status": _labels(Status),
        "evidence": _labels(Evidence),
        "stage": [(stage, shown_value("stage", stage)) for stage in filters.STAGES],
    }
    return [
        Facet(word, titles[word], [Option(value, label, value in chosen.get(word)) for value, label in pairs])
        for word, pairs in values.items()
    ]


def _labels(choices: Any) -> list[tuple[str, str]]:
    return [(value, str(label)) for value, label in choices.choices]


def place_options(user: Person, chosen: Filters) -> list[Option]:
    """Districts with projects, and the villages of those that were chosen."""
    picked = chosen.get("place")
    visible = Project.objects.visible_to(user)
    districts = Place.objects.filter(level=Level.DISTRICT).filter(
        Exists(visible.filter(village__parent=OuterRef("pk")))
    )
    wanted = {code[:8] for code in picked}
    villages = Place.objects.villages().filter(parent__in=wanted)
    found = [
        *districts.defer("boundary"),
        *villages.defer("boundary"),
        *Place.objects.filter(pk__in=picked).defer("boundary"),
    ]
    by_code = {place.code: place for place in found}
    return [Option(code, by_code[code].title, code in picked) for code in sorted(by_code)]
