"""[pure] The words of the demo's plan: projects, sites, photos, money and planted cases, before any database."""

from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

from places.earth import LonLat


@dataclass(frozen=True)
class SitePlace:
    """A site's position from a moment on (see projects.SiteVersion)."""

    point: LonLat
    extent: tuple[LonLat, ...] | None
    source: str
    valid_from: datetime
    accuracy_m: float | None = None
    radius_m: float | None = None


@dataclass
class PlannedSite:
    """One site: number, label, weight, and where it was held to be, oldest first."""

    no: int
    label: str
    places: list[SitePlace]
    weight: Decimal = Decimal(1)

    @property
    def now(self) -> SitePlace:
        """The newest position."""
        return self.places[-1]


@dataclass
class PlannedPhoto:
    """One picture and how it reached the register.

    file: what arrives (`camera`, `page` = the page's own camera with its fix, `stripped`, `printed`, `absent`,
    `zeroed`, `leftover`, `malformed`, `edited`); clock_days: camera clock against satellite time; copy_of: another
    photo's key whose bytes are sent again; picture_of: another photo's key whose picture, cut and brightened, is in
    the file; shared: the reason why one picture serves two works. point: where the phone stood, or says it did.
    """

    key: str
    site_no: int
    progress: int
    taken_at: datetime
    received_at: datetime
    point: LonLat
    error_m: float
    file: str = "camera"
    phone: int = 0
    orientation: int = 1
    altitude_m: float = 40.0
    heading: float = 0.0
    shot: int = 0
    clock_days: float = 0.0
    copy_of: str = ""
    picture_of: str = ""
    shared: str = ""
    review: str = ""  # accepted, rejected: reason
    name: str = ""


@dataclass
class PlannedRefusal:
    """A file that the door must refuse: `pdf`, `broken`, `polyglot`, `double_name`."""

    what: str
    name: str


@dataclass
class Payment:
    """Money spent: day, source, amount, document."""

    day: date
    source: str
    amount: Decimal
    document: str


@dataclass
class PlannedProject:
    """One project with all that belongs to it. key: its name inside the plan."""

    key: str
    village: str
    year: int
    title: str
    work_type: str
    picture: str
    seed: int
    activity: tuple[str, str] | None  # code, name; None where no APBDes row stands behind it
    status: str
    start: date
    end: date
    unit: str
    volume: Decimal
    sites: list[PlannedSite]
    money: list[tuple[str, Decimal]]
    revised: list[tuple[str, Decimal]] | None = None
    payments: list[Payment] = field(default_factory=list)
    photos: list[PlannedPhoto] = field(default_factory=list)
    refusals: list[PlannedRefusal] = field(default_factory=list)
    executor: str = "self_managed"
    executor_name: str = ""
    outside_budget: bool = False
    published: bool = True
    source_key: str = ""
    case: str = ""

    @property
    def planned(self) -> Decimal:
        """Rupiah of the newest version."""
        return sum((amount for _source, amount in self.revised or self.money), Decimal(0))


@dataclass(frozen=True)
class PlannedRelation:
    """A declared relation: project `key` → `other`."""

    key: str
    other: str
    kind: str
    note: str


@dataclass(frozen=True)
class Case:
    """One planted case: its code, what it is, what to see, and which projects and photo show it.

    expect: ("verdict", verdict, reason or check code), ("pair", "found"), ("pair", "not likely"),
    ("refused", …), ("panel", …): what a test asks the product.
    """

    code: str
    what: str
    see: str
    projects: tuple[str, ...]
    expect: tuple[str, ...]
    photo: str = ""


@dataclass
class Plan:
    """The whole demo, deterministic for (projects, photos, seed, as_of)."""

    projects: list[PlannedProject]
    relations: list[PlannedRelation]
    cases: list[Case]
    home: str  # the village of the demo's officer
    years: tuple[int, int, int]
    as_of: date

    def project(self, key: str) -> PlannedProject:
        """The project with this key. Raises KeyError."""
        return {p.key: p for p in self.projects}[key]

    def photo_count(self) -> int:
        """How many photos are to be sent."""
        return sum(len(p.photos) for p in self.projects)
