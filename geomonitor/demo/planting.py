"""[pure] What planted cases are made with: works with sound money, good photos, and a note of what to see."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from geomonitor.demo import land, ordinary, titles
from geomonitor.demo.camera_files import WIB
from geomonitor.demo.land import Village
from geomonitor.demo.register import Case, Plan, PlannedPhoto, PlannedProject, PlannedSite, SitePlace
from places.earth import LonLat


@dataclass
class Planter:
    """What the cases are planted with: the plan, the villages left, chance, and the officer's village."""

    plan: Plan
    home: Village
    others: Iterator[Village]
    villages: Sequence[Village]
    rng: random.Random

    def village(self) -> Village:
        """The next village for a case."""
        return next(self.others)

    def work(
        self, key: str, village: Village, title: str, picture: str, *, ago: int = 240, days: int = 50, reached: int = 100,
        at: LonLat | None = None, line: tuple[LonLat, ...] | None = None, length: float = 0, points: Sequence[LonLat] = (),
        sources: tuple[str, ...] = ("DDS",), year: int = 0, status: str = "",
    ) -> PlannedProject:  # fmt: skip
        """A project begun `ago` days before the last day, with sound money and no photos yet."""
        kind, start = titles.template(picture), self.plan.as_of - timedelta(days=ago)
        end = start + timedelta(days=days)
        at = at or (points[0] if points else line[0] if line else land.spot(village, self.rng))
        line = line or (land.lane(village, at, length, self.rng) if length else None)
        spots = list(points) or [land.along(line, 0.5) if line else at]
        sites = [_site(k + 1, p, line, start, len(spots)) for k, p in enumerate(spots)]
        volume = Decimal(round(ordinary.metres(line))) if line else Decimal(len(sites))
        project = PlannedProject(
            key, village.code, year or end.year, title, kind.work_type, picture, self.rng.randrange(1, 2**31),
            ordinary.activity(village, kind), status or ("completed" if reached >= 100 else "in_progress"), start, end, kind.unit,
            volume, sites, [], executor_name=ordinary.EXECUTORS[village.has_budget].format(name=village.name), case=key,
        )  # fmt: skip
        ordinary.fund(project, village, self.rng)
        project.revised = None
        project.money = ordinary.split(project.planned, sources if village.has_budget else ("PBK",), self.rng)
        ordinary.pay(project, reached, self.plan.as_of, self.rng)
        self.plan.projects.append(project)
        return project

    def shots(self, project: PlannedProject, *stages: int, site_no: int = 1) -> list[PlannedPhoto]:
        """Good photos of a site at these stages, spread over the time of the work."""
        one = project.sites[site_no - 1]
        made = []
        for stage in stages:
            day = (
                project.start
                + (project.end - project.start) * (stage / 100)
                - timedelta(days=0 if stage else 2)
            )
            taken = ordinary.moment(min(day, self.plan.as_of), self.rng)
            made.append(ordinary.good(project, one, stage, taken, self.rng))
        project.photos += made
        return made

    def case(
        self,
        code: str,
        what: str,
        see: str,
        projects: Sequence[PlannedProject],
        *expect: str,
        photo: str = "",
    ) -> None:
        """Write a case down."""
        self.plan.cases.append(Case(code, what, see, tuple(p.key for p in projects), expect, photo))


def _site(no: int, point: LonLat, line: tuple[LonLat, ...] | None, start: date, count: int) -> PlannedSite:
    planned_on = datetime.combine(start - timedelta(days=200), time(9), WIB)
    surveyed = datetime.combine(start - timedelta(days=20), time(10), WIB)
    label = f"Titik {no}" if count > 1 else ""
    return PlannedSite(
        no,
        label,
        [SitePlace(point, line, "planned", planned_on), SitePlace(point, line, "surveyed", surveyed, 5.0)],
    )


def row(start: LonLat, count: int, metres: float, heading: float) -> list[LonLat]:
    """Points in a row, `metres` apart, in a direction in degrees."""
    return [land.moved(start, metres * k, heading) for k in range(count)]
