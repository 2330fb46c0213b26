"""[pure] A project as it was at the end of a day: fields, places, money, photos, relations, and what is not known.

Everything is a value, nothing refers to the database, so that what a report shows of the day never moves again.
The stored form (as_json, from_json) is `FrozenProject.data`.
"""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, fields
from datetime import date, datetime
from decimal import Decimal
from typing import Any, TypeVar

from places.message import Message

Part = TypeVar("Part")


@dataclass(frozen=True)
class MoneyAsOf:
    """An amount of one fund source in a budget version. counts: whether the version was the newest one that day."""

    source: str  # Siskeudes code, "DDS"
    short: str  # "DD"
    amount: Decimal
    version: str  # "APBDes murni 2026 · 3/2026"
    version_date: date | None
    counts: bool


@dataclass(frozen=True)
class SpentAsOf:
    """Money spent on a day up to the cut-off."""

    on: date
    amount: Decimal
    source: str  # short name, "" if not said
    document: str


@dataclass(frozen=True)
class SiteAsOf:
    """A site by the version of its position that held. wkt: line, area or point, WGS 84, lon lat, 7 decimals."""

    no: int
    label: str
    lon: float
    lat: float
    wkt: str
    source: str  # projects.models.SiteSource
    valid_from: datetime | None
    progress: int  # highest per cent whose claim stood


@dataclass(frozen=True)
class PhotoAsOf:
    """A claim received by then, with verdict and review as they were then. progress: the stage it is said to show."""

    claim: int
    photo: int
    sha256: str
    site_no: int
    progress: int
    purpose: str
    taken_at: datetime | None
    received_at: datetime
    verdict: str
    review: str  # accepted, rejected, asked, or "" (nobody had looked)
    stands: bool
    distance_m: float | None
    declared: bool = False  # that one picture serves two works was said with a reason


@dataclass(frozen=True)
class RelationAsOf:
    """A declared relation; reverse: it is declared on the other project and read from there."""

    kind: str
    other: str  # code
    other_title: str
    reverse: bool


@dataclass(frozen=True)
class ProjectAsOf:
    """One project at the end of the cut-off day (Asia/Jakarta)."""

    pk: int
    code: str
    cut_off: date
    created_at: datetime
    village_code: str
    village: str
    district: str
    fiscal_year: int
    title: str
    work_type: str
    status: str
    published: bool
    activity: str  # "02.03.12 Pembangunan Jalan Usaha Tani", "" if none
    volume: Decimal | None
    unit: str
    executor: str
    executor_name: str
    planned_start: date | None
    planned_end: date | None
    progress: Decimal
    evidence: str
    planned: Decimal | None
    realised: Decimal | None
    sources: tuple[str, ...]  # codes
    sources_short: str  # "DD, ADD"
    sites: tuple[SiteAsOf, ...] = ()
    money: tuple[MoneyAsOf, ...] = ()
    spent: tuple[SpentAsOf, ...] = ()
    photos: tuple[PhotoAsOf, ...] = ()
    relations: tuple[RelationAsOf, ...] = ()
    # What the system did not record well enough to be sure of, each with its reason.
    not_rebuilt: tuple[Message, ...] = field(default=())

    @property
    def activity_code(self) -> str:
        """The code alone, "02.03.12"."""
        return self.activity.partition(" ")[0]

    @property
    def url(self) -> str:
        """The project's page (as it is now)."""
        return f"/projects/{self.pk}/"

    def as_json(self) -> dict[str, Any]:
        """The stored form: JSON values only."""
        told: dict[str, Any] = _plain(asdict(self))
        told["not_rebuilt"] = [one.as_json() for one in self.not_rebuilt]
        return told

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> "ProjectAsOf":
        """Read the stored form back."""
        lists: dict[str, type[Any]] = {
            "sites": SiteAsOf,
            "money": MoneyAsOf,
            "spent": SpentAsOf,
            "photos": PhotoAsOf,
            "relations": RelationAsOf,
        }
        told = dict(stored)
        for name, part in lists.items():
            told[name] = tuple(_read(part, one) for one in stored.get(name, ()))
        told["not_rebuilt"] = tuple(Message.from_json(one) for one in stored.get("not_rebuilt", ()))
        told["sources"] = tuple(stored.get("sources", ()))
        return _read(cls, told)


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, date | datetime):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {name: _plain(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    return value


_READERS: dict[Any, Callable[[str], Any]] = {
    Decimal: Decimal,
    Decimal | None: Decimal,
    date: date.fromisoformat,
    date | None: date.fromisoformat,
    datetime: datetime.fromisoformat,
    datetime | None: datetime.fromisoformat,
}


def _read(kind: type[Part], stored: Mapping[str, Any]) -> Part:
    """A dataclass from its JSON values; names that it does not have are left out."""
    values = {}
    for one in fields(kind):  # type: ignore[arg-type]
        if one.name in stored:
            value, reader = stored[one.name], _READERS.get(one.type)
            values[one.name] = reader(value) if reader and isinstance(value, str) else value
    return kind(**values)
