"""[pure] Ordinary projects: kind, place, dates, money, how far they came, and the photos that show it."""

import random
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from itertools import pairwise

from geomonitor.demo import land, titles
from geomonitor.demo.camera_files import PHONES, WIB
from geomonitor.demo.land import Village
from geomonitor.demo.register import Payment, PlannedPhoto, PlannedProject, PlannedSite, SitePlace
from geomonitor.demo.titles import Template
from places.earth import LonLat, metres_between

EXECUTORS = {True: "TPK Desa {name}", False: "Pokmas Kelurahan {name}"}
LENGTHS = {
    "road": (110, 620),
    "paving": (90, 320),
    "drain": (100, 480),
    "irrigation": (160, 800),
    "retaining_wall": (40, 150),
}
_PER_METRE = {
    "road": (520, 900),
    "paving": (430, 720),
    "drain": (430, 680),
    "irrigation": (380, 640),
    "retaining_wall": (900, 1350),
}
_PER_UNIT = {
    "well": (64_000, 138_000),
    "bridge": (92_000, 245_000),
    "sanitation": (46_000, 118_000),
    "building": (82_000, 340_000),
    "house": (17_500, 20_000),
    "lamp": (5_400, 8_600),
}
_SOURCES = (
    (("DDS",), 52),
    (("ADD",), 8),
    (("DDS", "SWD"), 9),
    (("DDS", "ADD"), 7),
    (("PBK",), 9),
    (("PBP",), 6),
    (("PBH",), 4),
    (("DDS", "PBK"), 3),
    (("PAD", "SWD"), 2),
)
_STAGES = (0, 100, 50, 25, 75, 40, 90, 10, 60)


def moment(day: date, rng: random.Random) -> datetime:
    """A time at which people work, on that day, in the regency's zone."""
    return datetime.combine(day, time(rng.randint(7, 15), rng.randint(0, 59), rng.randint(0, 59)), WIB)


def dated(year: int, rng: random.Random) -> tuple[date, date]:
    """Begin and end of a work in its fiscal year: from February, more in the second half, at the latest 24 December."""
    start = date(year, 2, 10) + timedelta(days=int(rng.triangular(0, 292, 215)))
    end = min(start + timedelta(days=rng.randint(24, 80)), date(year, 12, 24))
    return start, end


def regular(
    key: str, village: Village, year: int, as_of: date, rng: random.Random, kind: Template | None = None
) -> PlannedProject:
    """An ordinary project with its candidate photos, the important ones first."""
    kind = kind or titles.choose(rng)
    start, end = dated(year, rng)
    count = (
        rng.choice((1, 2, 3, 5, 8))
        if kind.picture == "house"
        else rng.choice((4, 6, 8, 12))
        if kind.picture == "lamp"
        else 1
    )
    sites, volume = place(village, kind, count, start, rng)
    status, reached = fate(start, end, as_of, rng)
    project = PlannedProject(
        key, village.code, year, titles.title(kind, rng, count), kind.work_type, kind.picture, rng.randrange(1, 2**31),
        activity(village, kind), status, start, end, kind.unit, volume, sites, [],
        executor_name=EXECUTORS[village.has_budget].format(name=village.name), published=status != "draft",
    )  # fmt: skip
    fund(project, village, rng)
    pay(project, reached, as_of, rng)
    project.photos = pictures_of(project, reached, as_of, rng)
    return project


def activity(village: Village, kind: Template) -> tuple[str, str] | None:
    """The APBDes row of a kind of work; kelurahan have none."""
    return (kind.activity, kind.activity_name) if village.has_budget else None


def fate(start: date, end: date, as_of: date, rng: random.Random) -> tuple[str, int]:
    """Where a project stands on the day: its status and how far the work has really come (per cent)."""
    luck = rng.random()
    if start > as_of - timedelta(days=20) and luck < 0.3:
        return "draft", 0
    if start > as_of:
        return "planned", 0
    if end < as_of:
        return _after_its_time(end.year == as_of.year, luck, rng)
    if luck < 0.12:
        return "awaiting_funds", 0
    share = (as_of - start) / (end - start) * rng.uniform(0.6, 1.1)
    return "in_progress", max(5, min(95, round(share * 20) * 5))


def _after_its_time(this_year: bool, luck: float, rng: random.Random) -> tuple[str, int]:
    if luck < 0.03:
        return "cancelled", 0
    if luck < 0.07:
        return "postponed", rng.choice((20, 35, 50))
    if this_year and luck < 0.16:
        return "in_progress", rng.choice((70, 80, 90))
    return ("handed_over" if luck < 0.55 else "completed"), 100


def place(
    village: Village, kind: Template, count: int, start: date, rng: random.Random
) -> tuple[list[PlannedSite], Decimal]:
    """Sites of a project, and its volume in the kind's unit."""
    first = land.spot(village, rng)
    if kind.picture in LENGTHS:
        line = land.lane(village, first, rng.uniform(*LENGTHS[kind.picture]), rng)
        length = metres(line)
        return [site(1, "", along_line(line), line, start, rng)], Decimal(round(length))
    if kind.picture == "lamp":
        line = land.lane(village, first, 45.0 * count, rng)
        points = [land.along(line, k / max(1, count - 1)) for k in range(count)]
        return [
            site(k + 1, f"Tiang {k + 1}" if count > 1 else "", p, None, start, rng)
            for k, p in enumerate(points)
        ], Decimal(count)
    points = [first] + [
        land.moved(first, rng.uniform(35, 420), rng.uniform(0, 360)) for _ in range(count - 1)
    ]
    label = "Rumah {n}" if kind.picture == "house" and count > 1 else ""
    return [site(k + 1, label.format(n=k + 1), p, None, start, rng) for k, p in enumerate(points)], Decimal(
        count
    )


def along_line(line: Sequence[LonLat]) -> LonLat:
    """The pin of a line: its middle."""
    return land.along(line, 0.5)


def site(
    no: int, label: str, point: LonLat, line: tuple[LonLat, ...] | None, start: date, rng: random.Random
) -> PlannedSite:
    """A site with its planned position, mostly surveyed a few weeks before the work begins."""
    planned_on = datetime.combine(date(start.year - 1, 10, 1), time(9), WIB) + timedelta(
        days=rng.randint(0, 50)
    )
    places = [SitePlace(point, line, "planned", planned_on)]
    if rng.random() < 0.7:
        surveyed = datetime.combine(start - timedelta(days=rng.randint(8, 24)), time(10), WIB)
        places.append(
            SitePlace(
                point, line, "surveyed", max(surveyed, planned_on), accuracy_m=round(rng.uniform(3, 9), 1)
            )
        )
    return PlannedSite(no, label, places)


def fund(project: PlannedProject, village: Village, rng: random.Random) -> None:
    """Give a project its money: what such works cost, from sources that its village has."""
    if project.picture in _PER_METRE:
        total = float(project.volume) * rng.uniform(*_PER_METRE[project.picture]) * 1000
    else:
        total = float(project.volume) * rng.uniform(*_PER_UNIT[project.picture]) * 1000
    step = rng.choice((500, 1000, 50_000, 500_000))
    amount = Decimal(max(1, round(total / step)) * step)
    sources: tuple[str, ...] = ("PBK",)
    if village.has_budget:
        sources = rng.choices([s for s, _ in _SOURCES], [w for _, w in _SOURCES])[0]
    project.money = split(amount, sources, rng)
    if village.has_budget and rng.random() < 0.12:
        project.revised = [
            (s, (a * Decimal(rng.randint(85, 118)) / 100).quantize(Decimal(1000))) for s, a in project.money
        ]
    project.outside_budget = not village.has_budget
    project.executor = "self_managed"


def split(amount: Decimal, sources: Sequence[str], rng: random.Random) -> list[tuple[str, Decimal]]:
    """An amount shared by one or two sources; residents' part is small."""
    if len(sources) == 1:
        return [(sources[0], amount)]
    second = Decimal(rng.randint(4, 12) if sources[1] == "SWD" else rng.randint(20, 45)) / 100
    small = (amount * second).quantize(Decimal(1000))
    return [(sources[0], amount - small), (sources[1], small)]


def pay(project: PlannedProject, reached: int, as_of: date, rng: random.Random) -> None:
    """Payments in two tranches (40 and 60 %), as far as the work has come."""
    if not reached or project.status in ("draft", "planned", "cancelled"):
        return
    done = Decimal("0.4") if reached < 60 else Decimal(1) if reached >= 100 else Decimal("0.75")
    days = [
        project.start + timedelta(days=rng.randint(1, 9)),
        project.end - timedelta(days=rng.randint(0, 8)),
    ]
    newest = project.revised or project.money
    for no, day in enumerate(days, 1):
        share = min(done, Decimal("0.4")) if no == 1 else done - Decimal("0.4")
        if share <= 0 or day > as_of:
            continue
        for source, amount in newest:
            exact = (amount * share * (Decimal("0.995") if rng.random() < 0.3 else 1)).quantize(Decimal(100))
            project.payments.append(
                Payment(day, source, exact, f"{day:%Y}/SPP/{no:02d}.{rng.randint(1, 99):02d}")
            )


def pictures_of(project: PlannedProject, reached: int, as_of: date, rng: random.Random) -> list[PlannedPhoto]:
    """Candidate photos of a project, the most telling first: before, newest, between; site by site."""
    if project.status in ("draft", "planned", "cancelled"):
        return []
    if project.status == "awaiting_funds":
        reached = 0
    photos: list[PlannedPhoto] = []
    finished = round(len(project.sites) * reached / 100)
    stages = [s for s in dict.fromkeys((0, reached, *_STAGES)) if s <= reached]
    if reached >= 100 and rng.random() < 0.07:
        stages.remove(50)
    for stage in stages if len(project.sites) == 1 else (0, 100, 50):
        for one in project.sites:
            if len(project.sites) > 1 and (one.no > finished if stage else stage > reached):
                continue
            photos.append(picture(project, one, stage, as_of, rng))
    return [as_habit(p, project) for p in photos if p.taken_at.date() <= as_of]


def as_habit(photo: PlannedPhoto, project: PlannedProject) -> PlannedPhoto:
    """The photo as some villages always send it: through a messenger, from a mismarked site, by a wrong clock.

    One ordinary project in ten has no photo at its site for such a reason, so the map has something to say.
    """
    rng = random.Random(f"habit/{project.seed}")
    habit = rng.random()
    if habit < 0.05:
        accepted = "accepted: Cocok dengan kunjungan kecamatan." if photo.review and habit < 0.025 else ""
        return replace(photo, file="stripped", review=accepted)
    if habit < 0.085:
        away = land.moved(photo.point, rng.uniform(260, 700), rng.uniform(0, 360))
        return replace(photo, file="camera", point=away, review="")
    if habit < 0.10:
        return replace(photo, file="camera", clock_days=rng.uniform(2, 5), review="")
    return photo


def good(
    project: PlannedProject, one: PlannedSite, stage: int, taken: datetime, rng: random.Random
) -> PlannedPhoto:
    """A photo as it should be: a camera file, taken at the site, sent within the hour."""
    where = land.moved(spot_of(one, stage, rng), abs(rng.gauss(0, 2.5)), rng.uniform(0, 360))
    return PlannedPhoto(
        f"{project.key}/{one.no}/{stage}", one.no, stage, taken, taken + timedelta(minutes=rng.randint(2, 45)), where,
        round(rng.uniform(3, 8), 1), phone=project.seed % len(PHONES), altitude_m=round(rng.uniform(8, 420), 1),
        heading=rng.uniform(0, 360),
    )  # fmt: skip


def picture(
    project: PlannedProject, one: PlannedSite, stage: int, as_of: date, rng: random.Random, key: str = ""
) -> PlannedPhoto:
    """One photo of a site at a stage, as it mostly comes; now and then without or with a wrong position."""
    days = (project.end - project.start).days
    day = (
        project.start + timedelta(days=round(days * stage / 100))
        if stage
        else project.start - timedelta(days=rng.randint(1, 6))
    )
    taken = moment(min(day, as_of), rng)
    where = land.moved(spot_of(one, stage, rng), abs(rng.gauss(0, 3.0)), rng.uniform(0, 360))
    luck = rng.random()
    file, where = _luck(luck, where, rng)
    late = timedelta(minutes=rng.randint(2, 50)) if luck < 0.9 else timedelta(hours=rng.randint(3, 40))
    received = min(taken + late, datetime.combine(as_of, time(23, 50), WIB))
    return PlannedPhoto(
        key or f"{project.key}/{one.no}/{stage}", one.no, stage, taken, received, where, round(rng.uniform(3, 11), 1), file,
        phone=project.seed % len(PHONES), orientation=rng.choices((1, 3), (92, 8))[0], altitude_m=round(rng.uniform(8, 420), 1),
        heading=rng.uniform(0, 360), clock_days=3.2 if 0.9955 < luck < 0.9985 else 0.0,
        review=rng.choices(("", "accepted"), (55, 45))[0] if received.date() < as_of - timedelta(days=30) else "",
    )  # fmt: skip


def _luck(luck: float, where: LonLat, rng: random.Random) -> tuple[str, LonLat]:
    """How a picture comes in: eight of ten as camera files, one by the page's camera, few without position."""
    kinds = ((0.80, "camera"), (0.925, "page"), (0.955, "stripped"), (0.972, "absent"), (0.978, "zeroed"))
    for limit, file in kinds:
        if luck < limit:
            return file, where
    return "camera", land.moved(where, rng.uniform(140, 900), rng.uniform(0, 360)) if luck < 0.9925 else where


def spot_of(one: PlannedSite, stage: int, rng: random.Random) -> LonLat:
    """Where people stand when they photograph a site: at its point, or on the stretch that is done."""
    line = one.now.extent
    return land.along(line, rng.uniform(0.02, max(0.1, stage / 110))) if line else one.now.point


def metres(line: Sequence[LonLat]) -> float:
    """Length of a line in metres."""
    return sum(metres_between(a, b) for a, b in pairwise(line))
