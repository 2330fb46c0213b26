"""[pure] The planted cases: one project or pair for each thing that Geomonitor must find. docs/demo.md lists them."""

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from geomonitor.demo import land, ordinary, titles
from geomonitor.demo.camera_files import WIB
from geomonitor.demo.land import Village
from geomonitor.demo.register import (
    Case,
    Payment,
    Plan,
    PlannedPhoto,
    PlannedProject,
    PlannedRefusal,
    PlannedRelation,
    PlannedSite,
    SitePlace,
)
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


def plant(plan: Plan, villages: Sequence[Village], home: Village, rng: random.Random) -> None:
    """Add every planted case to the plan, in a fixed order."""
    others = [v for v in villages if v.has_budget and v is not home]
    rng.shuffle(others)
    planter = Planter(plan, home, _again(others), villages, rng)
    for sow in SOWN:
        sow(planter)


def _again(villages: list[Village]) -> Iterator[Village]:
    while True:
        yield from villages


# Photos ----------------------------------------------------------------------------------------------------


def _outside(p: Planter) -> None:
    culvert = p.work(
        "near-by",
        p.home,
        "Gorong-gorong jalan Melati RT 07 RW 02 Dusun Krajan Wetan",
        "drain",
        ago=60,
        reached=50,
        length=60,
    )
    p.shots(culvert, 0, 50)
    road = p.work(
        "outside",
        p.home,
        "Rabat beton jalan lingkungan RT 02 RW 01 Dusun Krajan",
        "road",
        ago=52,
        reached=75,
        length=240,
        sources=("DDS", "SWD"),
    )
    good = p.shots(road, 0, 25, 50, 75)
    good[3].point = land.moved(culvert.sites[0].now.point, 9, 40)
    see = "75 % berstatus “Di luar lokasi” dengan jaraknya; foto diambil 9 m dari gorong-gorong RT 07."
    p.case(
        "outside",
        "Foto diambil di pekerjaan lain",
        see,
        [road, culvert],
        "verdict",
        "outside",
        "",
        photo=good[3].key,
    )


def _wrong_house(p: Planter) -> None:
    village = p.village()
    first = land.spot(village, p.rng)
    houses = p.work(
        "wrong-house",
        village,
        "Bedah rumah tidak layak huni RW 03 Dusun Watubuncul (2 rumah)",
        "house",
        points=(first, land.moved(first, 24, 80)),
    )
    p.shots(houses, 0, 100)
    second = p.shots(houses, 0, 100, site_no=2)
    second[1].point = land.moved(first, 3, 200)
    see = "Dua rumah berjarak 24 m: foto rumah 1 yang dikirim untuk rumah 2 berada di luar batas (setengah jarak)."
    p.case("wrong-house", "Foto rumah tetangga", see, [houses], "verdict", "outside", "", photo=second[1].key)


_UNLOCATED = (
    ("absent", "absent", "Lokasi kamera dimatikan: tag kamera lengkap, GPS tidak ada", "Paving Gang Kutilang RT 04 RW 02 Dusun Pakelan", "paving"),
    ("stripped", "stripped", "Dikirim lewat aplikasi pesan: semua tag hilang", "Drainase jalan Garuda RT 01 RW 05 Dusun Jatisari", "drain"),
    ("leftover", "stripped", "Telepon menghapus lintang dan bujur, tetapi meninggalkan ketinggian dan jam GPS", "Plengsengan jalan Manggis Dusun Lebakrejo", "retaining_wall"),
    ("printed", "", "Koordinat hanya tercetak pada gambar", "Rehabilitasi saluran irigasi tersier Dam Limo", "irrigation"),
    ("zeroed", "zeroed", "Koordinat 0,0", "Sumur bor air bersih RT 06 RW 01 Dusun Umbulrejo", "well"),
    ("malformed", "malformed", "Koordinat tanpa tanda utara/selatan dan timur/barat", "Pembangunan jembatan Kali Bomo Dusun Sidodadi", "bridge"),
)  # fmt: skip


def _unlocated(p: Planter) -> None:
    for file, reason, what, title, picture in _UNLOCATED:
        village = p.home if file in ("stripped", "absent") else p.village()
        project = p.work(
            f"unlocated-{file}",
            village,
            title,
            picture,
            ago=70,
            reached=50,
            length=180 if picture in ordinary.LENGTHS else 0,
        )
        photo = p.shots(project, 0, 50)[1]
        photo.file = file
        see = "50 % berstatus “Tanpa koordinat” dengan alasannya dan apa yang harus dilakukan."
        p.case(f"unlocated-{file}", what, see, [project], "verdict", "unlocated", reason, photo=photo.key)


def _clocks(p: Planter) -> None:
    wrong = p.work(
        "wrong-clock",
        p.village(),
        "Rabat beton jalan usaha tani Bulak Kulon Dusun Ringinsari",
        "road",
        length=380,
        sources=("ADD",),
    )
    photo = p.shots(wrong, 0, 50, 100)[1]
    photo.clock_days = 3.2
    p.case(
        "wrong-clock",
        "Jam kamera tiga hari dari jam GPS",
        "50 % “Perlu diperiksa”: kedua jam dan selisihnya.",
        [wrong],
        "verdict",
        "suspect",
        "time_plausible",
        photo=photo.key,
    )
    future = p.work(
        "future-date", p.home, "Rehabilitasi MCK Balai Dusun Krajan Kulon", "sanitation", ago=45, reached=50
    )
    photo = p.shots(future, 0, 50)[1]
    photo.taken_at = photo.taken_at.replace(year=photo.taken_at.year + 5)
    p.case(
        "future-date",
        "Foto bertanggal lima tahun lagi",
        "50 % “Perlu diperiksa”: tanggal foto sesudah tanggal diterima.",
        [future],
        "verdict",
        "suspect",
        "time_plausible",
        photo=photo.key,
    )
    wita = p.work(
        "wita-clock",
        p.village(),
        "Penerangan jalan Sritanjung RT 03 RW 02 (1 titik)",
        "lamp",
        sources=("PBH",),
    )
    photo = p.shots(wita, 0, 100)[1]
    photo.clock_days = 1 / 24
    p.case(
        "wita-clock",
        "Jam telepon di zona WITA",
        "100 % tetap “Sesuai lokasi”, dengan catatan zona waktu.",
        [wita],
        "verdict",
        "verified",
        "time_plausible",
        photo=photo.key,
    )


def _survey(p: Planter) -> None:
    year = p.plan.as_of.year - 1
    start = date(year, 3, 2)
    project = p.work(
        "survey-before-year",
        p.village(),
        "Pembangunan jalan usaha tani blok Tegal Gubug RT 05 RW 02",
        "road",
        ago=(p.plan.as_of - start).days,
        length=420,
        year=year,
    )
    photos = p.shots(project, 0, 50, 100)
    photos[0].taken_at = datetime(year - 1, 11, 18, 9, 12, 40, tzinfo=WIB)
    photos[0].received_at = photos[0].taken_at + timedelta(minutes=20)
    see = "Foto 0 % dari survei November sebelum tahun anggaran tetap “Sesuai lokasi”."
    p.case(
        "survey-before-year",
        "Foto survei sebelum tahun anggaran",
        see,
        [project],
        "verdict",
        "verified",
        "",
        photo=photos[0].key,
    )


def _accuracy(p: Planter) -> None:
    project = p.work(
        "coarse-position",
        p.village(),
        "Pembangunan Posyandu Teratai Dusun Gempolsari",
        "building",
        sources=("DDS", "PBK"),
    )
    photo = p.shots(project, 0, 50, 100)[1]
    photo.phone, photo.error_m = 6, 260.0
    see = "50 %: posisinya dekat, tetapi akurasi ± 260 m tidak membuktikan apa pun."
    p.case(
        "coarse-position",
        "Akurasi GPS sangat kasar",
        see,
        [project],
        "verdict",
        "suspect",
        "near_site",
        photo=photo.key,
    )
    far = p.work(
        "fix-differs",
        p.village(),
        "Pembangunan balai kemasyarakatan Dusun Tirtosari",
        "building",
        reached=50,
        ago=40,
        sources=("PBP",),
    )
    photo = p.shots(far, 0, 50)[1]
    photo.file = "fix_far"
    see = "50 % “Perlu diperiksa”: koordinat file dan lokasi telepon berbeda 2 km."
    p.case(
        "fix-differs",
        "Koordinat file dan lokasi telepon tidak cocok",
        see,
        [far],
        "verdict",
        "suspect",
        "fix_agrees",
        photo=photo.key,
    )


def _moved_site(p: Planter) -> None:
    village = p.village()
    project = p.work("moved-site", village, "Pembangunan sumur bor dan tandon Dusun Sumberduren", "well")
    one = project.sites[0]
    old, new = one.now, land.moved(one.now.point, 170, 75)
    moved_on = datetime.combine(project.start + timedelta(days=14), time(9), WIB)
    one.places.append(SitePlace(new, None, "surveyed", moved_on, accuracy_m=4.0))
    photos = p.shots(project, 0, 50, 100)
    photos[0].point = land.moved(old.point, 3, 10)
    see = "Titik pindah 170 m saat pekerjaan berjalan: foto 0 % dinilai dengan titik lama, 50 dan 100 % dengan titik baru."
    p.case(
        "moved-site", "Titik lokasi berpindah", see, [project], "verdict", "verified", "", photo=photos[0].key
    )


def _shared_photo(p: Planter) -> None:
    one = p.work(
        "reused-first",
        p.village(),
        "Rehabilitasi drainase dan gorong-gorong RT 02 RW 04 Dusun Mojosari",
        "drain",
        ago=330,
        length=150,
    )
    first = p.shots(one, 0, 50, 100)
    two = p.work(
        "reused-again",
        p.village(),
        "Pembangunan saluran drainase Dusun Kebonagung RT 08 RW 01",
        "drain",
        ago=200,
        length=160,
        sources=("PBK",),
    )
    again = p.shots(two, 0, 50, 100)[2]
    again.copy_of, again.received_at = first[2].key, again.taken_at + timedelta(minutes=30)
    see = "Foto 100 % yang sama (byte demi byte) dikirim untuk pekerjaan di desa lain: klaim kedua tidak “Sesuai lokasi”."
    p.case(
        "reused-photo",
        "Foto dipakai ulang di pekerjaan lain",
        see,
        [one, two],
        "verdict",
        "suspect",
        "",
        photo=again.key,
    )


def _refused(p: Planter) -> None:
    project = p.work("refused-files", p.home, "Pemasangan lampu jalan tenaga surya Dusun Curahpelem (3 titik)", "lamp", ago=30, reached=50,
                     points=_row(land.spot(p.home, p.rng), 3, 45, 110))  # fmt: skip
    for no in (1, 2, 3):
        p.shots(project, 0, *((100,) if no == 1 else ()), site_no=no)
    project.refusals = [
        PlannedRefusal("pdf", "RAB_lampu.jpg"),
        PlannedRefusal("broken", "IMG_20260310_081522.jpg"),
        PlannedRefusal("polyglot", "foto_tiang.jpg"),
        PlannedRefusal("double_name", "foto.php.jpg"),
    ]
    see = "Empat berkas ditolak dengan alasannya: PDF bernama .jpg, terputus, berisi program, nama ganda. Tidak ada yang lain tersimpan."
    p.case("refused-files", "Berkas yang ditolak", see, [project], "refused", "4")


def _review(p: Planter) -> None:
    project = p.work(
        "rejected",
        p.home,
        "Plengsengan jalan Merak Dusun Krajan",
        "retaining_wall",
        ago=80,
        reached=50,
        length=80,
    )
    photo = p.shots(project, 0, 50)[1]
    photo.review = (
        "rejected: Yang terlihat baru sekitar 20 %. Kirim foto dari titik yang sama dengan foto 0 %."
    )
    p.case(
        "rejected",
        "Foto sesuai lokasi, ditolak orang",
        "50 % ditolak kecamatan dengan alasan; progres tetap 0 %.",
        [project],
        "verdict",
        "verified",
        "",
        photo=photo.key,
    )


def _gaps(p: Planter) -> None:
    missing = p.work(
        "missing-stage",
        p.village(),
        "Rabat beton jalan lingkungan RT 09 RW 03 Dusun Bulurejo",
        "road",
        length=210,
    )
    p.shots(missing, 0, 100)
    p.case(
        "missing-stage",
        "Tahap 50 % tidak ada",
        "Garis waktu menunjukkan bingkai abu-abu untuk 50 %.",
        [missing],
        "panel",
        "missing",
        "50",
    )
    ahead = p.work(
        "money-ahead",
        p.village(),
        "Peningkatan jalan desa Blambangan ruas Banjarwaru",
        "road",
        ago=90,
        reached=25,
        length=520,
        sources=("DDS", "ADD"),
    )
    p.shots(ahead, 0, 25)
    ahead.payments = [
        Payment(ahead.start + timedelta(days=30), s, (a * Decimal("0.9")).quantize(Decimal(100)), "SPP/07.11")
        for s, a in ahead.money
    ]
    p.case(
        "money-ahead",
        "Uang mendahului pekerjaan",
        "Realisasi 90 %, foto 25 %.",
        [ahead],
        "panel",
        "money",
        "90",
    )
    silent = p.work(
        "no-photo",
        p.village(),
        "Pembangunan MCK umum Dusun Karangsemi RT 02 RW 02",
        "sanitation",
        ago=120,
        reached=50,
    )
    p.case(
        "no-photo",
        "Dana cair, belum ada foto",
        "Pin bercincin putus; “belum ada foto sejak dana cair”.",
        [silent],
        "panel",
        "evidence",
        "none",
    )


def _many_sites(p: Planter) -> None:
    village = p.village()
    first = land.spot(village, p.rng)
    points = [first] + [land.moved(first, 70 + 38 * k, (k * 77) % 360) for k in range(1, 20)]
    houses = p.work(
        "twenty-houses",
        village,
        "Rehabilitasi rumah tidak layak huni Dusun Sumberjeruk (20 rumah)",
        "house",
        ago=130,
        days=110,
        reached=60,
        points=points,
        sources=("PBK",),
    )
    for no in range(1, 21):
        p.shots(houses, 0, *((100,) if no <= 12 else (50,) if no <= 15 else ()), site_no=no)
    p.case(
        "twenty-houses",
        "Satu pekerjaan, 20 rumah",
        "“12 dari 20 selesai”; peta menunjukkan 20 titik.",
        [houses],
        "panel",
        "sites",
        "20",
    )
    lamps = p.work(
        "twelve-lamps",
        p.home,
        "Penerangan jalan Agung Wilis RT 01 RW 03 (12 titik)",
        "lamp",
        ago=160,
        points=_row(land.spot(p.home, p.rng), 12, 42, 35),
        sources=("DDS",),
    )
    for no in range(1, 13):
        p.shots(lamps, 0, 100, site_no=no)
    p.case(
        "twelve-lamps",
        "Satu pekerjaan, 12 lampu",
        "100 %; dua belas titik sepanjang jalan.",
        [lamps],
        "panel",
        "sites",
        "12",
    )


def _row(start: LonLat, count: int, metres: float, heading: float) -> list[LonLat]:
    return [land.moved(start, metres * k, heading) for k in range(count)]


# Duplicates ------------------------------------------------------------------------------------------------


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
        "Satu pekerjaan tercatat dua kali: impor dan tangan",
        "Judul dan pagu sama, jarak 0 m.",
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
    see = "Dana Desa tahun lalu, dinas kabupaten tahun ini, nama lain, diukur dari ujung seberang: ruasnya hampir seluruhnya sama."
    p.case("other-end", "Didanai dua kali dari dua sumber", see, [one, two], "pair", "likely")


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
        "Melintasi batas desa",
        "Dua desa mencatat jembatan yang sama di batasnya, berjarak sekitar 20 m.",
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
    import shapely

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
        "Judul disingkat",
        "TPT, Pemb., Dsn, RT.4/1: kata yang sama terbaca sama.",
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
        "Lanjutan tahun lalu, bukan ganda",
        "Hubungan “Lanjutan tahun lalu (DPAL)” tercatat di kedua pekerjaan.",
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
        "Ruas berikutnya, bukan ganda",
        "Bersambung ujung ke ujung; “tahap 1” lawan “tahap 2” menurunkan kemiripan.",
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
        "Lapisan di atas, bukan ganda",
        "Ruas yang sama, lapisan lain; hubungan “Lapisan di atas” tercatat.",
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
        "Dua rumah satu program, bukan ganda",
        "RT 02 lawan RT 05, berjarak 62 m.",
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
        "Sebagian bertumpuk",
        "Kedua ruas bertumpuk sekitar 115 m dari 300 m.",
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
        "Tempat sama, pekerjaan lain",
        "Jalan dan lampu di satu titik: tersimpan sebagai pasangan, kemiripan rendah.",
        [one, lamp],
        "pair",
        "unlikely",
    )


SOWN: tuple[Callable[[Planter], None], ...] = (
    _outside,
    _wrong_house,
    _unlocated,
    _clocks,
    _survey,
    _accuracy,
    _moved_site,
    _shared_photo,
    _refused,
    _review,
    _gaps,
    _many_sites,
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
