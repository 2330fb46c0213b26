"""[pure] A labelled register of invented works: which pairs are one work, and the hard cases planted among them.

Written from how villages and offices keep their lists, not from how they are compared. Deterministic per seed.
docs/design/duplicate-evaluation.md says what is hard about each kind.
"""

import csv
import json
import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from itertools import combinations
from pathlib import Path

from duplicates.comparison import Record
from duplicates.lists import near_pairs
from geomonitor.demo import labelled_titles, land, titles
from geomonitor.demo.land import Village
from geomonitor.demo.titles import Template
from places.earth import LonLat, metres_between

LABELLED_WITHIN_M = 150.0  # every pair to here has a label; pairs of one work have one at any distance
YEARS = (2021, 2022, 2023, 2024, 2025, 2026)
WORKS_A_LANE = (2, 6)
_METRE = {
    "road": (480, 900), "paving": (400, 700), "drain": (400, 680), "irrigation": (380, 640), "retaining_wall": (900, 1350),
}  # fmt: skip
_UNIT = {
    "well": (64_000, 138_000), "bridge": (92_000, 245_000), "sanitation": (46_000, 118_000),
    "building": (82_000, 340_000), "house": (20_000, 20_000), "lamp": (5_400, 8_600),
}  # fmt: skip
_LENGTHS = {
    "road": (60, 320), "paving": (50, 220), "drain": (50, 260), "irrigation": (60, 400), "retaining_wall": (20, 110),
}  # fmt: skip
_VILLAGE_MONEY = (
    ("DDS", 62),
    ("ADD", 12),
    ("DDS, SWD", 8),
    ("DDS, ADD", 6),
    ("PBH", 5),
    ("PAD", 3),
    ("PBK", 4),
)
_OFFICE_MONEY = (("PBK", 55), ("PBP", 30), ("DLL", 15))
_OFFICES = (
    "Dinas PU CKPP",
    "Dinas PU Pengairan",
    "Dinas Perumahan dan Permukiman",
    "CV. Mitra Karya",
    "UPT Jalan dan Jembatan",
)
_MIXED_UP = {
    "drain": "irrigation",
    "irrigation": "drain",
    "retaining_wall": "road",
    "road": "other",
    "sanitation": "water",
}

# Of 1,000 works so many get a second record of each kind. (kind, label): 1 = one work.
PLANTED: tuple[tuple[str, int, int], ...] = (
    ("entered_twice", 1, 24), ("renamed", 1, 10), ("shifted", 1, 9), ("split_budget", 1, 7), ("other_end", 1, 5),
    ("across_border", 1, 3),
    ("opposite_sides", 0, 8), ("phases", 0, 9), ("identical_houses", 0, 5), ("carried_over", 0, 9),
    ("next_stretch", 0, 9), ("layer", 0, 6), ("maintenance", 0, 8), ("shared_titles", 0, 12), ("other_work", 0, 10),
)  # fmt: skip


@dataclass(frozen=True)
class Row:
    """One row of the list, in the columns of an outside list; "" where the list says nothing."""

    id: str
    title: str
    lon: float
    lat: float
    work_type: str
    activity: str
    budget: str
    volume: str
    unit: str
    year: int
    fund_source: str
    executor: str

    @property
    def at(self) -> LonLat:
        """Its point."""
        return self.lon, self.lat


@dataclass(frozen=True)
class Lane:
    """A lane of a hamlet, with the names by which works on it are called."""

    village: Village
    line: tuple[LonLat, ...]
    words: Mapping[str, str]


@dataclass(frozen=True)
class Work:
    """A work as it is: where on which lane, what, how long, for how much."""

    lane: Lane
    kind: Template
    at: LonLat
    title: str
    year: int
    measure: int
    budget: int
    source: str


@dataclass
class LabelledRegister:
    """Rows, and the labelled pairs of ids: {(left, right): (label, kind)}, left < right."""

    rows: list[Row] = field(default_factory=list)
    pairs: dict[tuple[str, str], tuple[int, str]] = field(default_factory=dict)

    def record_rows(self) -> Iterator[dict[str, object]]:
        """The rows for a CSV file."""
        return (asdict(row) for row in self.rows)

    def pair_rows(self) -> Iterator[dict[str, object]]:
        """The labelled pairs for a CSV file."""
        for (left, right), (label, kind) in self.pairs.items():
            yield {"left_id": left, "right_id": right, "label": label, "kind": kind}


class _Maker:
    """Makes rows and keeps what is planted."""

    def __init__(self, rng: random.Random, size: int) -> None:
        self.rng = rng
        self.made = LabelledRegister()
        self.ids = iter(rng.sample(range(10 * size), 3 * size))

    def near(self, point: LonLat, sigma: float) -> LonLat:
        """The point as a phone gives it."""
        return land.moved(point, abs(self.rng.gauss(0, sigma)), self.rng.uniform(0, 360))

    def drawn(self, weighted: Sequence[tuple[str, int]]) -> str:
        return self.rng.choices([name for name, _ in weighted], [share for _, share in weighted])[0]

    def filed(self, work: Work, *, by_office: bool = False) -> Row:
        """A work as a row: what a village's or an office's list says of it, with its gaps."""
        rng, kind = self.rng, work.kind
        work_type = _MIXED_UP.get(kind.work_type, "") if rng.random() < 0.06 else kind.work_type
        executor = rng.choice(_OFFICES) if by_office else f"TPK Desa {work.lane.village.name}"
        row = Row(
            f"K{next(self.ids):06d}", work.title, *work.at, work_type if rng.random() > 0.04 else "",
            "" if by_office or rng.random() < 0.06 else kind.activity,
            str(work.budget) if rng.random() > 0.03 else "", str(work.measure) if rng.random() > 0.1 else "",
            kind.unit, work.year, work.source, executor if rng.random() > 0.1 else "",
        )  # fmt: skip
        self.made.rows.append(row)
        return row

    def label(self, kind: str, label: int, rows: Sequence[Row]) -> None:
        for one, other in combinations(rows, 2):
            self.made.pairs[_key(one.id, other.id)] = (label, kind)


def _key(one: str, other: str) -> tuple[str, str]:
    return (one, other) if one < other else (other, one)


def _rounded(amount: float, rng: random.Random) -> int:
    step = rng.choice((500_000, 100_000, 100_000, 1_000))
    return max(step, round(amount / step) * step)


def _new_work(maker: _Maker, lane: Lane, kind: Template | None = None) -> Work:
    """An ordinary work on a lane."""
    rng = maker.rng
    kind = kind or titles.choose(rng)
    picture = kind.picture
    low, high = _LENGTHS.get(picture, (1, 1))
    measure = (
        rng.randint(low, high) if picture in _LENGTHS else rng.choice((4, 6, 8)) if picture == "lamp" else 1
    )
    cost = rng.uniform(*(_METRE.get(picture) or _UNIT[picture])) * 1000 * measure
    at = maker.near(land.along(lane.line, rng.random()), 4 if rng.random() < 0.9 else 14)
    title = rng.choice(kind.lines).format(**lane.words, n=measure)
    return Work(
        lane, kind, at, title, rng.choice(YEARS), measure, _rounded(cost, rng), maker.drawn(_VILLAGE_MONEY)
    )


def _typed(work: Work, rng: random.Random) -> str:
    return labelled_titles.typed(work.title, rng, measure=f"{work.measure} {work.kind.unit}", year=work.year)


# One work in two records --------------------------------------------------------------------------------------


def _entered_twice(m: _Maker, work: Work, kind: str) -> None:
    """Imported, and typed by hand from the same paper: a third at the very same point, most figures the same."""
    rng = m.rng
    at = work.at if rng.random() < 0.33 else m.near(work.at, 8 if rng.random() < 0.85 else 30)
    budget = work.budget if rng.random() < 0.85 else _rounded(work.budget * rng.uniform(0.95, 1.05), rng)
    again = replace(work, title=_typed(work, rng), at=at, budget=budget)
    m.label(kind, 1, [m.filed(work), _by_hand(m, m.filed(again))])


def _by_hand(m: _Maker, row: Row) -> Row:
    """What is typed by hand lacks more: no activity code half the time, other spelling of who executes."""
    less = replace(
        row,
        activity=row.activity if m.rng.random() < 0.5 else "",
        executor=row.executor.replace(
            "TPK Desa", m.rng.choice(("TPK", "Tim Pelaksana Kegiatan Desa", "TPK Ds."))
        ),
    )
    m.made.rows[-1] = less
    return less


def _renamed(m: _Maker, work: Work, kind: str) -> None:
    """Another office, other words, other money, up to two years apart, its own measure and sum."""
    rng = m.rng
    other = replace(
        work,
        title=labelled_titles.renamed(work.kind.work_type, work.lane.words, work.lane.village.name, rng),
        at=m.near(work.at, 15), year=min(YEARS[-1], work.year + rng.choice((0, 0, 1, 1, 2))),
        measure=max(1, round(work.measure * rng.uniform(0.75, 1.15))),
        budget=_rounded(work.budget * rng.uniform(0.6, 1.7), rng), source=m.drawn(_OFFICE_MONEY),
    )  # fmt: skip
    m.label(kind, 1, [m.filed(work), m.filed(other, by_office=True)])


def _shifted(m: _Maker, work: Work, kind: str) -> None:
    """The same work with its point 5 to 150 m off; half of them paid from another source the year after."""
    rng = m.rng
    twice_paid = rng.random() < 0.5
    other = replace(
        work, title=_typed(work, rng), at=land.moved(work.at, rng.uniform(5, 150), rng.uniform(0, 360)),
        year=min(YEARS[-1], work.year + twice_paid), source=m.drawn(_OFFICE_MONEY) if twice_paid else work.source,
        budget=_rounded(work.budget * (rng.uniform(0.8, 1.25) if twice_paid else 1), rng),
    )  # fmt: skip
    m.label(kind, 1, [m.filed(work), m.filed(other, by_office=twice_paid)])


def _split_budget(m: _Maker, work: Work, kind: str) -> None:
    """One work as two rows of one year, each with a part of the money; four in ten repeat the whole measure."""
    rng = m.rng
    share, whole = rng.uniform(0.3, 0.7), rng.random() < 0.4
    first, second = rng.sample(("DDS", "ADD", "PBK", "PBH", "PAD"), 2)
    one = replace(work, budget=_rounded(work.budget * share, rng), source=first)
    other = replace(
        work, title=_typed(work, rng), at=m.near(work.at, 10), budget=_rounded(work.budget * (1 - share), rng), source=second,
    )  # fmt: skip
    if not whole and work.measure > 1:
        one = replace(one, measure=max(1, round(work.measure * share)))
        other = replace(other, measure=max(1, work.measure - one.measure))
    if rng.random() < 0.3:
        other = replace(other, title=f"{other.title} (dana {second})")
    m.label(kind, 1, [m.filed(one), m.filed(other)])


def _other_end(m: _Maker, work: Work, kind: str) -> None:
    """A lane registered at its other end by another office, a year later: 50 to 140 m away."""
    rng = m.rng
    title = _typed(work, rng)
    if rng.random() < 0.5:
        title = labelled_titles.renamed(work.kind.work_type, work.lane.words, work.lane.village.name, rng)
    other = replace(
        work, title=title, at=land.moved(work.at, rng.uniform(50, 140), rng.uniform(0, 360)),
        year=min(YEARS[-1], work.year + rng.choice((0, 1))), budget=_rounded(work.budget * rng.uniform(0.7, 1.4), rng),
        source=m.drawn(_OFFICE_MONEY),
    )  # fmt: skip
    m.label(kind, 1, [m.filed(work), m.filed(other, by_office=True)])


def _across_border(m: _Maker, work: Work, kind: str) -> None:
    """Both villages at a border register the one bridge or road, each as its own."""
    rng = m.rng
    other = replace(
        work, title=_typed(work, rng), at=m.near(work.at, 18), source=m.drawn(_VILLAGE_MONEY),
        budget=_rounded(work.budget * rng.uniform(0.8, 1.2), rng),
        year=min(YEARS[-1], work.year + rng.choice((0, 0, 1))),
        lane=replace(work.lane, village=replace(work.lane.village, name=f"{work.lane.village.name} Baru")),
    )  # fmt: skip
    m.label(kind, 1, [m.filed(work), m.filed(other)])


# Two works that look like one ----------------------------------------------------------------------------------


def _opposite_sides(m: _Maker, work: Work, kind: str) -> None:
    """Both sides of one lane in one year; a quarter of the titles don't say which side."""
    rng = m.rng
    sides = rng.choice(
        (("sisi kiri", "sisi kanan"), ("sebelah utara", "sebelah selatan"), ("sisi timur", "sisi barat"))
    )
    if rng.random() < 0.25:
        sides = ("", "")
    one, other = (replace(work, title=f"{work.title} {side}".strip()) for side in sides)
    other = replace(
        other, at=land.moved(work.at, rng.uniform(4, 9), rng.uniform(0, 360)),
        measure=max(1, round(work.measure * rng.uniform(0.85, 1.15))),
        budget=_rounded(work.budget * rng.uniform(0.85, 1.15), rng),
    )  # fmt: skip
    m.label(kind, 0, [m.filed(one), m.filed(other)])


def _phases(m: _Maker, work: Work, kind: str) -> None:
    """Phase after phase at one place; a fifth names only the second."""
    rng = m.rng
    first, second = rng.choice((("tahap I", "tahap II"), ("tahap 1", "tahap 2"), ("Tahap I", "Tahap 2")))
    if rng.random() < 0.2:
        first = ""
    one = replace(work, title=f"{work.title} {first}".strip())
    other = replace(
        work, title=f"{work.title} {second}", at=m.near(work.at, 20), year=min(YEARS[-1], work.year + rng.choice((0, 1, 1))),
        budget=_rounded(work.budget * rng.uniform(0.6, 1.4), rng), measure=max(1, round(work.measure * rng.uniform(0.6, 1.4))),
    )  # fmt: skip
    m.label(kind, 0, [m.filed(one), m.filed(other)])


def _identical_houses(m: _Maker, work: Work, kind: str) -> None:
    """Three to six houses of one programme, 12 to 60 m apart: same title, year, sum, source."""
    rng, house = m.rng, titles.template("house")
    first = replace(_new_work(m, work.lane, house), at=work.at, budget=20_000_000, measure=1)
    made, numbered = [], rng.random() < 0.3
    for number in range(1, rng.randint(3, 6) + 1):
        at = land.moved(work.at, rng.uniform(12, 60) * (number > 1), rng.uniform(0, 360))
        title = first.title.replace("(1 rumah)", f"(rumah {number})" if numbered else "(1 rumah)")
        made.append(m.filed(replace(first, at=at, title=title)))
    m.label(kind, 0, made)


def _carried_over(m: _Maker, work: Work, kind: str) -> None:
    """Unspent money finishes the work next year: same point, same source, what was left; a third says nothing of it."""
    rng = m.rng
    said = rng.choice(
        ("Lanjutan {0}", "{0} (DPAL)", "{0} (lanjutan tahun {1})", "Luncuran {0}", "{0} (SiLPA {1})")
    )
    if rng.random() < 0.35:
        said = "{0}"
    year = min(YEARS[-2], work.year)
    one = replace(work, year=year)
    other = replace(
        work, year=year + 1, title=said.format(work.title, year), at=m.near(work.at, 3),
        budget=_rounded(work.budget * rng.uniform(0.15, 0.6), rng),
    )  # fmt: skip
    m.label(kind, 0, [m.filed(one), m.filed(other)])


def _next_stretch(m: _Maker, work: Work, kind: str) -> None:
    """The lane goes on where the work ended: 40 to 140 m on, mostly a year later; three in ten don't say so."""
    rng = m.rng
    said = rng.choice(("{0} lanjutan", "{0} ruas 2", "{0} segmen 2", "Lanjutan {0}", "{0} (ruas berikutnya)"))
    if rng.random() < 0.3:
        said = "{0}"
    other = replace(
        work, title=said.format(work.title), at=land.moved(work.at, rng.uniform(40, 140), rng.uniform(0, 360)),
        year=min(YEARS[-1], work.year + rng.choice((0, 1, 1, 1))), budget=_rounded(work.budget * rng.uniform(0.6, 1.5), rng),
        measure=max(1, round(work.measure * rng.uniform(0.6, 1.5))),
    )  # fmt: skip
    m.label(kind, 0, [m.filed(work), m.filed(other)])


def _layer(m: _Maker, work: Work, kind: str) -> None:
    """Another layer on the same stretch two weeks later, the same year, as a work of its own."""
    rng = m.rng
    where = work.lane.words
    place = f"RT {where['rt']} RW {where['rw']} Dusun {where['hamlet']}"
    below = rng.choice(("Pengurugan dan pemadatan jalan", "Makadam jalan", "Lapis pondasi jalan"))
    above = rng.choice(("Pemasangan paving jalan", "Pengaspalan jalan", "Rabat beton jalan"))
    road = replace(work, kind=titles.template("road"), measure=rng.randint(80, 260))
    one = replace(road, title=f"{below} {place}", budget=_rounded(road.measure * 180_000, rng))
    cost = _rounded(road.measure * rng.uniform(450, 800) * 1000, rng)
    other = replace(road, title=f"{above} {place}", budget=cost, at=m.near(work.at, 6))
    m.label(kind, 0, [m.filed(one), m.filed(other)])


def _maintenance(m: _Maker, work: Work, kind: str) -> None:
    """What was built is mended three to five years later for a fraction of the money."""
    rng = m.rng
    core = (
        work.title.split(" ", 1)[1]
        if work.title.startswith(("Pembangunan", "Peningkatan", "Rehabilitasi"))
        else work.title
    )
    one = replace(work, year=rng.choice(YEARS[:2]))
    other = replace(
        work, title=f"{rng.choice(('Pemeliharaan', 'Perbaikan', 'Perawatan'))} {core}", at=m.near(work.at, 8),
        year=min(YEARS[-1], one.year + rng.choice((3, 4, 5))), budget=_rounded(work.budget * rng.uniform(0.1, 0.5), rng),
        measure=max(1, round(work.measure * rng.uniform(0.3, 1))),
    )  # fmt: skip
    m.label(kind, 0, [m.filed(one), m.filed(other)])


def _shared_titles(m: _Maker, work: Work, kind: str) -> None:
    """Two works 30 to 140 m apart under a title that every village has, without a name in it."""
    rng = m.rng
    common: dict[str, tuple[str, ...]] = {
        "road": ("Pembangunan jalan lingkungan", "Rabat beton jalan desa", "Peningkatan jalan usaha tani"),
        "drain": ("Pembangunan drainase", "Pembangunan saluran drainase desa"),
        "retaining_wall": ("Pembangunan TPT", "Plengsengan jalan desa"),
    }
    kind_of = titles.template(rng.choice(("road", "road", "drain", "retaining_wall")))
    first = replace(_new_work(m, work.lane, kind_of), title=rng.choice(common[kind_of.work_type]), at=work.at)
    second = replace(
        _new_work(m, work.lane, kind_of), title=first.title, year=first.year + rng.choice((-1, 0, 0, 1))
    )
    second = replace(second, at=land.moved(work.at, rng.uniform(30, 140), rng.uniform(0, 360)))
    m.label(kind, 0, [m.filed(first), m.filed(second)])


def _other_work(m: _Maker, work: Work, kind: str) -> None:
    """Another kind of work on the same spot with the same names: the lamp at the road, the drain along it."""
    rng = m.rng
    beside = ("road", "drain", "lamp", "retaining_wall")
    choices = [t for t in titles.TEMPLATES if t.work_type != work.kind.work_type and t.picture in beside]
    other = _new_work(m, work.lane, rng.choice(choices))
    m.label(
        kind,
        0,
        [m.filed(work), m.filed(replace(other, at=m.near(work.at, 5), year=work.year, source=work.source))],
    )


PLANTERS: Mapping[str, Callable[[_Maker, Work, str], None]] = {
    "entered_twice": _entered_twice, "renamed": _renamed, "shifted": _shifted, "split_budget": _split_budget,
    "other_end": _other_end, "across_border": _across_border, "opposite_sides": _opposite_sides, "phases": _phases,
    "identical_houses": _identical_houses, "carried_over": _carried_over, "next_stretch": _next_stretch,
    "layer": _layer, "maintenance": _maintenance, "shared_titles": _shared_titles, "other_work": _other_work,
}  # fmt: skip


OF_OFFICES, BY_HAND = 0.15, 0.25  # of ordinary works: so neither tells a duplicate by itself


def _file_ordinary(m: _Maker, work: Work) -> None:
    """A work that is registered once: by its village, typed from paper or not, or by an office under its own words."""
    rng = m.rng
    lot = rng.random()
    if lot < OF_OFFICES:
        title = labelled_titles.renamed(work.kind.work_type, work.lane.words, work.lane.village.name, rng)
        m.filed(replace(work, title=title, source=m.drawn(_OFFICE_MONEY)), by_office=True)
    elif lot < OF_OFFICES + BY_HAND:
        _by_hand(m, m.filed(replace(work, title=_typed(work, rng))))
    else:
        m.filed(work)


_ALONG_A_LINE = ("opposite_sides", "next_stretch", "other_end")
_LINES = [kind for kind in titles.TEMPLATES if kind.picture in _LENGTHS]


def _lanes(villages: Sequence[Village], rng: random.Random) -> Iterator[Lane]:
    """Lanes without end: hamlets of a village share their RW, lanes of a hamlet their names."""
    while True:
        village = rng.choice(villages)
        hamlet, middle = (
            rng.choice(titles.HAMLETS),
            land.moved(village.point, rng.uniform(50, 1500), rng.uniform(0, 360)),
        )
        streets, fields = rng.sample(titles.STREETS, 3), rng.sample(titles.FIELDS, 2)
        rw = f"{rng.randint(1, 6):02d}"
        for _ in range(rng.randint(2, 4)):
            start = land.moved(middle, abs(rng.gauss(0, 110)), rng.uniform(0, 360))
            words = {
                "hamlet": hamlet, "rw": rw, "rt": f"{rng.randint(1, 8):02d}", "street": rng.choice(streets),
                "field": rng.choice(fields),
            }  # fmt: skip
            yield Lane(village, land.lane(village, start, rng.uniform(60, 240), rng), words)


def labelled_register(villages: Sequence[Village], *, works: int = 3000, seed: int = 1) -> LabelledRegister:
    """A register of about `works` works with planted pairs, every pair to 150 m labelled.

    Raises ValueError for fewer than 100 works or no village.
    """
    if works < 100 or not villages:
        raise ValueError("a labelled register needs at least 100 works and one village")
    rng = random.Random(f"labelled-{seed}")
    maker = _Maker(rng, works)
    orders = [name for name, _label, share in PLANTED for _ in range(max(1, round(share * works / 1000)))]
    orders += ["" for _ in range(works - len(orders))]
    rng.shuffle(orders)
    lanes = _lanes(villages, rng)
    while orders:
        lane = next(lanes)
        for _ in range(min(len(orders), rng.randint(*WORKS_A_LANE))):
            order = orders.pop()
            work = _new_work(maker, lane, rng.choice(_LINES) if order in _ALONG_A_LINE else None)
            if order:
                PLANTERS[order](maker, work, order)
            else:
                _file_ordinary(maker, work)
    rng.shuffle(maker.made.rows)
    _label_the_rest(maker.made)
    return maker.made


def _label_the_rest(made: LabelledRegister) -> None:
    """Every other pair within 150 m: neighbours, two works."""
    places = {row.id: row.at for row in made.rows}
    records = [Record.at(row.id, "", row.lon, row.lat) for row in made.rows]
    for one, other in near_pairs(records, LABELLED_WITHIN_M):
        if metres_between(places[one.id], places[other.id]) <= LABELLED_WITHIN_M:
            made.pairs.setdefault(_key(one.id, other.id), (0, "neighbours"))
    made.pairs = dict(sorted(made.pairs.items()))


def villages_of(places: Path) -> list[Village]:
    """The villages of a GeoJSON file such as fixtures/places.geojson, by their points alone."""
    features = json.loads(places.read_text(encoding="utf-8"))["features"]
    said = (feature["properties"] for feature in features)
    return [
        Village(p["code"], p["name"], p["kind"], (p["lon"], p["lat"]))
        for p in said
        if p["level"] == "village"
    ]


def write_register(made: LabelledRegister, folder: Path) -> tuple[Path, Path]:
    """Write records.csv and pairs.csv into a folder that exists; returns both. Raises OSError when it cannot."""
    written = []
    for name, rows in (("records.csv", list(made.record_rows())), ("pairs.csv", list(made.pair_rows()))):
        path = folder / name
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)
        written.append(path)
    return written[0], written[1]
