"""[pure] Plans the demo: which works, where, when, for how much, and how their pictures come in.

Nothing here knows Django or the checks: the plan says what happens, the product finds out what to make of it.
"""

import random
from collections.abc import Sequence
from datetime import date

from geomonitor.demo import ordinary, planted
from geomonitor.demo.land import Village
from geomonitor.demo.register import Plan

HOME = "Sragi"


def plan(
    villages: Sequence[Village], *, projects: int = 600, photos: int = 2400, seed: int = 1, as_of: date
) -> Plan:
    """Plan a register.

    villages: at least four desa with areas; projects, photos: how many in all, planted ones among them (which
    come first, so small demos have them too); as_of: the last day anything happened.
    Raises ValueError for too few villages.
    """
    desa = [v for v in villages if v.has_budget]
    if len(desa) < 4:
        raise ValueError("the demo needs at least four villages with a budget of their own")
    for village in villages:
        village.taken.clear()
    rng = random.Random(f"plan-{seed}")
    years = (as_of.year - 2, as_of.year - 1, as_of.year)
    home = next((v for v in desa if v.name == HOME), desa[0])
    result = Plan([], [], [], home.code, years, as_of)
    planted.plant(result, villages, home, random.Random(f"planted-{seed}"))
    order = _order(villages, home, rng, projects - len(result.projects))
    for number, village in enumerate(order):
        result.projects.append(
            ordinary.regular(f"p{number:05d}", village, rng.choices(years, (3, 3, 4))[0], as_of, rng)
        )
    _share_out(result, photos)
    return result


def _order(villages: Sequence[Village], home: Village, rng: random.Random, count: int) -> list[Village]:
    """Villages for the ordinary projects: a few at home, every district, then as it comes (kelurahan less)."""
    order = [home] * min(9, max(0, count // 8))
    by_district: dict[str, list[Village]] = {}
    for village in villages:
        by_district.setdefault(village.code[:8], []).append(village)
    order += [rng.choice(members) for _code, members in sorted(by_district.items())]
    weights = [3 if v.has_budget else 1 for v in villages]
    while len(order) < count:
        order += rng.choices(villages, weights, k=count - len(order))
    return order[: max(0, count)]


def _share_out(result: Plan, photos: int) -> None:
    """Keep as many photos as asked for: planted ones all, of the others first each project's most telling."""
    others = [p for p in result.projects if not p.case]
    left = photos - sum(len(p.photos) for p in result.projects if p.case)
    kept: dict[str, int] = {p.key: 0 for p in others}
    rank = 0
    while left > 0 and any(len(p.photos) > rank for p in others):
        for project in others:
            if len(project.photos) > rank and left > 0:
                kept[project.key] += 1
                left -= 1
        rank += 1
    for project in others:
        project.photos = sorted(project.photos[: kept[project.key]], key=lambda p: (p.site_no, p.progress))
