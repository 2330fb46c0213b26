"""[pure] Planted photos: each verdict and reason, files to refuse, gaps on the timeline, works with many sites."""

from datetime import date, datetime, time, timedelta
from decimal import Decimal

from geomonitor.demo import land, ordinary
from geomonitor.demo.camera_files import WIB
from geomonitor.demo.planting import Planter, row
from geomonitor.demo.register import Payment, PlannedRefusal, SitePlace


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
    see = "75 % is “Di luar lokasi” with its distance; it was taken 9 m from the culvert of RT 07."
    p.case(
        "outside",
        "Photo taken at another work",
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
    see = "Two houses 24 m apart: house 1 sent as house 2 is outside, the limit being half the way."
    p.case(
        "wrong-house",
        "Photo of the neighbour's house",
        see,
        [houses],
        "verdict",
        "outside",
        "",
        photo=second[1].key,
    )


_UNLOCATED = (
    ("absent", "absent", "Location switched off: camera tags, no GPS"),
    ("stripped", "stripped", "Sent through a messenger: all tags gone"),
    ("leftover", "stripped", "The phone removed latitude and longitude, the GPS clock is left"),
    ("printed", "printed", "Coordinates only drawn into the picture"),
    ("zeroed", "zeroed", "Coordinates 0,0"),
    ("malformed", "malformed", "Coordinates without north/south and east/west"),
)
_UNLOCATED_WORKS = {
    "absent": ("Paving Gang Kutilang RT 04 RW 02 Dusun Pakelan", "paving"),
    "stripped": ("Drainase jalan Garuda RT 01 RW 05 Dusun Jatisari", "drain"),
    "leftover": ("Plengsengan jalan Manggis Dusun Lebakrejo", "retaining_wall"),
    "printed": ("Rehabilitasi saluran irigasi tersier Dam Limo", "irrigation"),
    "zeroed": ("Sumur bor air bersih RT 06 RW 01 Dusun Umbulrejo", "well"),
    "malformed": ("Pembangunan jembatan Kali Bomo Dusun Sidodadi", "bridge"),
}


def _unlocated(p: Planter) -> None:
    for file, reason, what in _UNLOCATED:
        title, picture = _UNLOCATED_WORKS[file]
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
        see = "50 % is “Tanpa koordinat” with the reason and what to do."
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
        "Camera clock three days off the GPS clock",
        "50 % is “Perlu diperiksa”: the clocks and their difference.",
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
        "Photo dated five years ahead",
        "50 % is “Perlu diperiksa”: dated after it was received.",
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
        "Phone clock on WITA",
        "100 % stays “Sesuai lokasi”, with a note on the time zone.",
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
    see = "0 % from the survey in November before the year stays “Sesuai lokasi”."
    p.case(
        "survey-before-year",
        "Survey photo from before the fiscal year",
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
    see = "50 % is near, but an accuracy of ± 260 m proves nothing: “Perlu diperiksa”."
    p.case(
        "coarse-position",
        "Very coarse position",
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
    see = "50 % is “Perlu diperiksa”: the file and the phone's own location differ by 2 km."
    p.case(
        "fix-differs",
        "File and capture fix disagree",
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
    see = "Moved by 170 m during the work: 0 % is judged by the old point, 50 and 100 % by the new one."
    p.case("moved-site", "Site that moved", see, [project], "verdict", "verified", "", photo=photos[0].key)


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
    see = "The same 100 % photo, byte for byte, for a work in another village: “Perlu diperiksa”."
    p.case(
        "reused-photo",
        "Photo used again for another work",
        see,
        [one, two],
        "verdict",
        "suspect",
        "",
        photo=again.key,
    )


def _altered_photo(p: Planter) -> None:
    one = p.work(
        "altered-first",
        p.village(),
        "Pembangunan jembatan Kali Tambong Dusun Krajan Timur",
        "bridge",
        ago=300,
    )
    first = p.shots(one, 0, 50, 100)
    two = p.work(
        "altered-again",
        p.village(),
        "Rehabilitasi jembatan Kali Setail Dusun Sumbergroto",
        "bridge",
        ago=150,
        sources=("PBK",),
    )
    again = p.shots(two, 0, 50, 100)[2]
    again.picture_of = first[2].key
    see = "The 100 % picture of another bridge, cut, brightened and with a new position: “Perlu diperiksa”, both side by side."
    p.case(
        "altered-photo",
        "Picture used again after alteration",
        see,
        [one, two],
        "verdict",
        "suspect",
        "not_reused",
        photo=again.key,
    )


def _edited_photo(p: Planter) -> None:
    project = p.work(
        "edited-photo",
        p.village(),
        "Pembangunan gapura batas dusun Sukamukti",
        "building",
        ago=75,
        reached=50,
    )
    photo = p.shots(project, 0, 50)[1]
    photo.file = "edited"
    p.case(
        "edited-photo",
        "Saved by a program for pictures",
        "50 % is “Perlu diperiksa”: the file names the program.",
        [project],
        "verdict",
        "suspect",
        "edited",
        photo=photo.key,
    )


def _declared_sharing(p: Planter) -> None:
    village = p.village()
    spot = land.spot(village, p.rng)
    one = p.work(
        "shared-first",
        village,
        "Rabat beton jalan Kenanga RT 01 RW 03 Dusun Sidorejo",
        "road",
        ago=110,
        reached=50,
        at=spot,
        length=90,
    )
    first = p.shots(one, 0, 50)
    two = p.work(
        "shared-again",
        village,
        "Saluran drainase jalan Kenanga RT 01 RW 03 Dusun Sidorejo",
        "drain",
        ago=110,
        reached=50,
        at=spot,
        length=90,
    )
    both = p.shots(two, 0, 50)[0]
    both.copy_of, both.taken_at = first[0].key, first[0].taken_at
    both.received_at = first[0].received_at + timedelta(minutes=3)
    both.shared = "Satu foto 0 % untuk jalan dan salurannya; keduanya mulai bersamaan."
    p.case(
        "shared-photo",
        "One picture declared for two works",
        "0 % of the drain stays “Sesuai lokasi”; the auditor finds both under “Gambar dipakai bersama”.",
        [one, two],
        "verdict",
        "verified",
        "",
        photo=both.key,
    )


def _refused(p: Planter) -> None:
    project = p.work(
        "refused-files",
        p.home,
        "Pemasangan lampu jalan tenaga surya Dusun Curahpelem (3 titik)",
        "lamp",
        ago=30,
        reached=50,
        points=row(land.spot(p.home, p.rng), 3, 45, 110),
    )
    for no in (1, 2, 3):
        p.shots(project, 0, *((100,) if no == 1 else ()), site_no=no)
    project.refusals = [
        PlannedRefusal("pdf", "RAB_lampu.jpg"),
        PlannedRefusal("broken", "IMG_20260310_081522.jpg"),
        PlannedRefusal("polyglot", "foto_tiang.jpg"),
        PlannedRefusal("double_name", "foto.php.jpg"),
    ]
    see = "Four files refused with the reason: a PDF called .jpg, a broken one, a program behind a picture, a double name."
    p.case("refused-files", "Files that are refused", see, [project], "refused", "4")


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
        "Verified, rejected by a person",
        "50 % rejected by the district with a reason; progress stays 0 %.",
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
        "The 50 % stage is missing",
        "The timeline shows a grey frame for 50 %.",
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
        "Money ahead of work",
        "90 % is spent, photos show 25 %.",
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
        "Money paid, no photo yet",
        "A broken ring on the map; counted as “belum ada foto sejak dana cair”.",
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
        "One project, 20 houses",
        "“12 dari 20 selesai”; 20 sites.",
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
        points=row(land.spot(p.home, p.rng), 12, 42, 35),
        sources=("DDS",),
    )
    for no in range(1, 13):
        p.shots(lamps, 0, 100, site_no=no)
    p.case(
        "twelve-lamps",
        "One project, 12 lamps",
        "100 %; twelve sites along a lane.",
        [lamps],
        "panel",
        "sites",
        "12",
    )


SOWN = (
    _outside,
    _wrong_house,
    _unlocated,
    _clocks,
    _survey,
    _accuracy,
    _moved_site,
    _shared_photo,
    _altered_photo,
    _edited_photo,
    _declared_sharing,
    _refused,
    _review,
    _gaps,
    _many_sites,
)
