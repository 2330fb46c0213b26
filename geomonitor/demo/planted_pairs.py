"""[pure] Planted neighbours: the same work registered twice in every way, and those that only look like it."""

from datetime import date

import shapely

from geomonitor.demo import land
from geomonitor.demo.land import Village
from geomonitor.demo.planting import Planter
from geomonitor.demo.register import PlannedRelation
from places.earth import LonLat


def _twice(p: Planter) -> None:
    village = p.village()
    one = p.work(
        "twice-imported",
        village,
        "Pembangunan rabat beton jalan lingkungan RT 03 RW 02 Dusun Krajan Kulon",
        "road",
        ago=260,
        length=220,
    )
    one.source_key = "02.03.11.01"
    p.shots(one, 0, 50, 100)
    by_hand = land.moved(one.sites[0].now.point, 8, 120)
    two = p.work(
        "twice-by-hand",
        village,
        "Rabat Beton Jln. Lingkungan RT 3/RW 2 Dsn. Krajan Kulon",
        "road",
        ago=255,
        at=by_hand,
        reached=0,
        status="planned",
    )
    two.volume, two.money = one.volume, list(one.money)
    p.case(
        "same-record-twice",
        "The same record twice: imported and by hand",
        "Same words, same budget, metres apart.",
        [one, two],
        "pair",
        "likely",
    )


def _other_end(p: Planter) -> None:
    village = p.village()
    line = land.lane(village, land.spot(village, p.rng), 330, p.rng)
    one = p.work(
        "other-end-dd",
        village,
        "Rabat beton jalan usaha tani Kedung Sumur Dusun Kaliwungu Lor",
        "road",
        ago=420,
        line=line,
    )
    p.shots(one, 0, 50, 100)
    two = p.work(
        "other-end-dinas",
        village,
        "Peningkatan jalan produksi Kedung Sumur, Kaliwungu Lor",
        "road",
        ago=150,
        line=land.part(line[::-1], 0, 0.9),
        sources=("PBK",),
    )
    two.outside_budget, two.executor, two.executor_name, two.activity = (
        True,
        "department",
        "Dinas PU CKPP Kabupaten",
        None,
    )
    p.shots(two, 0, 50, 100)
    see = "Dana Desa one year, a regency department the next, another name, measured from the other end: the same stretch."
    p.case("other-end", "Paid twice from two sources", see, [one, two], "pair", "likely")


def _border(p: Planter) -> None:
    one_village, other, middle = _neighbours(p)
    a, b = land.moved(middle, 11, _away(middle, one_village)), land.moved(middle, 11, _away(middle, other))
    one = p.work(
        "border-one",
        one_village,
        "Pembangunan jembatan Sumber Gedang Dusun Pucangsari",
        "bridge",
        ago=200,
        at=a,
    )
    p.shots(one, 0, 50, 100)
    two = p.work(
        "border-other",
        other,
        "Rehab jembatan Sumber Gedang Dusun Pucangsari",
        "bridge",
        ago=180,
        at=b,
        sources=("PBP",),
    )
    p.shots(two, 0, 100)
    p.case(
        "across-border",
        "Across a village border",
        "Two villages registered the bridge on their border, some 20 m apart.",
        [one, two],
        "pair",
        "likely",
    )


def _neighbours(p: Planter) -> tuple[Village, Village, LonLat]:
    desa = [v for v in p.villages if v.has_budget]
    for one in p.rng.sample(desa, len(desa)):
        for other in desa:
            if (
                one is other
                or one.boundary is None
                or other.boundary is None
                or not one.boundary.intersects(other.boundary.buffer(0.0001))
            ):
                continue
            middle = land.border_spot(one, other)
            if middle:
                return one, other, middle
    village = p.village()
    return village, p.village(), land.spot(village, p.rng)


def _away(middle: LonLat, village: Village) -> float:
    """The direction from a point on the border that leads into a village."""
    inside = [
        h
        for h in range(0, 360, 15)
        if village.boundary is not None and _holds(village, land.moved(middle, 11, h))
    ]
    return inside[len(inside) // 2] if inside else 0.0


def _holds(village: Village, point: LonLat) -> bool:
    return bool(village.boundary is not None and shapely.contains_xy(village.boundary, *point))


def _abbreviated(p: Planter) -> None:
    village = p.village()
    one = p.work(
        "abbreviated-long",
        village,
        "Pembangunan Tembok Penahan Tanah Kali Setail RT 04 RW 01 Dusun Sawahombo",
        "retaining_wall",
        ago=230,
        length=90,
    )
    p.shots(one, 0, 50, 100)
    at = land.moved(one.sites[0].now.point, 12, 200)
    two = p.work(
        "abbreviated-short",
        village,
        "Pemb. TPT Kali Setail RT.4/RW.1 Dsn Sawahombo",
        "retaining_wall",
        ago=100,
        at=at,
        sources=("PBH",),
        reached=50,
    )
    p.shots(two, 0, 50)
    p.case(
        "abbreviated",
        "Abbreviated title",
        "TPT, Pemb., Dsn, RT.4/RW.1 are read as the words they stand for.",
        [one, two],
        "pair",
        "likely",
    )


def _carried_over(p: Planter) -> None:
    village, year = p.village(), p.plan.as_of.year
    line = land.lane(village, land.spot(village, p.rng), 410, p.rng)
    one = p.work(
        "carried-from",
        village,
        "Rabat beton jalan usaha tani Sumber Lele Dusun Tegalwaru",
        "road",
        ago=(p.plan.as_of - date(year - 1, 10, 6)).days,
        line=line,
        reached=50,
        status="postponed",
        year=year - 1,
    )
    p.shots(one, 0, 50)
    two = p.work(
        "carried-to",
        village,
        "Lanjutan rabat beton jalan usaha tani Sumber Lele Dusun Tegalwaru (DPAL)",
        "road",
        ago=_since(p, 70),
        line=line,
        reached=75,
        year=year,
    )
    p.shots(two, 50, 75)
    p.plan.relations.append(
        PlannedRelation(two.key, one.key, "carried_over_from", "Sisa 50 % dilanjutkan dengan SiLPA")
    )
    p.case(
        "carried-over",
        "Carried over, not a duplicate",
        "The declared relation “Lanjutan tahun lalu (DPAL)” stands with both.",
        [one, two],
        "pair",
        "stored",
    )


def _since(p: Planter, most: int) -> int:
    """Days ago, held inside the running year."""
    return max(1, min(most, (p.plan.as_of - date(p.plan.as_of.year, 1, 2)).days))


def _next_stretch(p: Planter) -> None:
    village = p.village()
    line = land.lane(village, land.spot(village, p.rng), 520, p.rng)
    one = p.work(
        "stretch-first",
        village,
        "Pembangunan drainase jalan Wijaya tahap 1",
        "drain",
        ago=400,
        line=land.part(line, 0, 0.5),
    )
    p.shots(one, 0, 50, 100)
    two = p.work(
        "stretch-next",
        village,
        "Pembangunan drainase jalan Wijaya tahap 2",
        "drain",
        ago=90,
        line=land.part(line, 0.502, 1),
        reached=75,
    )
    p.shots(two, 0, 50, 75)
    p.plan.relations.append(PlannedRelation(two.key, one.key, "continues", "Ruas berikutnya"))
    p.case(
        "next-stretch",
        "Next stretch, not a duplicate",
        "End to end; “tahap 1” against “tahap 2” lowers the likeness.",
        [one, two],
        "pair",
        "unlikely",
    )


def _layer(p: Planter) -> None:
    village = p.village()
    line = land.lane(village, land.spot(village, p.rng), 300, p.rng)
    one = p.work(
        "layer-below", village, "Makadam jalan desa Rempeg Jagapati ruas Wonoayu", "road", ago=560, line=line
    )
    p.shots(one, 0, 50, 100)
    two = p.work(
        "layer-above",
        village,
        "Pavingisasi jalan desa Rempeg Jagapati ruas Wonoayu",
        "paving",
        ago=120,
        line=line,
    )
    p.shots(two, 0, 50, 100)
    p.plan.relations.append(PlannedRelation(two.key, one.key, "layer_on", "Paving di atas makadam"))
    p.case(
        "layer-on-top",
        "Layer on top, not a duplicate",
        "The same stretch, another layer; the relation “Lapisan di atas” is declared.",
        [one, two],
        "pair",
        "stored",
    )


def _two_houses(p: Planter) -> None:
    village = p.village()
    at = land.spot(village, p.rng)
    one = p.work(
        "house-one",
        village,
        "Rehabilitasi rumah tidak layak huni Dusun Kalisuci RT 02 RW 03",
        "house",
        ago=140,
        at=at,
        sources=("PBK",),
    )
    two = p.work(
        "house-two",
        village,
        "Rehabilitasi rumah tidak layak huni Dusun Kalisuci RT 05 RW 03",
        "house",
        ago=135,
        at=land.moved(at, 62, 300),
        sources=("PBK",),
    )
    for project in (one, two):
        p.shots(project, 0, 50, 100)
    p.case(
        "two-houses",
        "Two houses of one programme, not a duplicate",
        "RT 02 against RT 05, 62 m apart.",
        [one, two],
        "pair",
        "unlikely",
    )


def _partly(p: Planter) -> None:
    village = p.village()
    line = land.lane(village, land.spot(village, p.rng), 480, p.rng)
    one = p.work(
        "partly-one",
        village,
        "Rabat beton jalan lingkungan RT 06 RW 02 Dusun Mojosari",
        "road",
        ago=300,
        line=land.part(line, 0, 0.62),
    )
    two = p.work(
        "partly-two",
        village,
        "Rabat beton jalan lingkungan Dusun Mojosari RT 06 RW 02",
        "road",
        ago=110,
        line=land.part(line, 0.38, 1),
        sources=("PBP",),
    )
    for project in (one, two):
        p.shots(project, 0, 50, 100)
    p.case(
        "partly-overlapping",
        "Partly the same",
        "Both stretches of 300 m lie on each other for about 115 m.",
        [one, two],
        "pair",
        "likely",
    )


def _crossing(p: Planter) -> None:
    village = p.village()
    one = p.work(
        "crossing-road",
        village,
        "Rabat beton jalan lingkungan RT 07 RW 04 Dusun Rejodadi",
        "road",
        ago=280,
        length=200,
    )
    lamp = p.work(
        "crossing-lamp",
        village,
        "Penerangan jalan Tawangalun RT 07 RW 04 (1 titik)",
        "lamp",
        ago=80,
        at=one.sites[0].now.point,
    )
    for project in (one, lamp):
        p.shots(project, 0, 100)
    p.case(
        "same-spot-other-work",
        "Same spot, another work",
        "A road and a lamp on one spot: no case.",
        [one, lamp],
        "pair",
        "unlikely",
    )


SOWN = (
    _twice,
    _other_end,
    _border,
    _abbreviated,
    _carried_over,
    _next_stretch,
    _layer,
    _two_houses,
    _partly,
    _crossing,
)
