"""[pure] Titles as villages write them, all invented: the work, its hamlet, its lane; never a person's name."""

import random
from dataclasses import dataclass

HAMLETS = (
    "Krajan", "Krajan Kulon", "Krajan Wetan", "Sumberjeruk", "Curahpelem", "Tegalpakis", "Gumuksari", "Kaliwungu Lor",
    "Pancursari", "Rejodadi", "Karangsemi", "Kedungliwung", "Watubuncul", "Sawahombo", "Tegalwaru", "Sumberduren",
    "Pucangsari", "Kalisuci", "Lebakrejo", "Jatisari", "Bulurejo", "Mojosari", "Kampunglaut", "Pakelan", "Gempolsari",
    "Wonoayu", "Tirtosari", "Sidodadi", "Umbulrejo", "Banjarwaru", "Kebonagung", "Ringinsari",
)  # fmt: skip
STREETS = (
    "Melati", "Kenanga", "Anggrek", "Merak", "Kutilang", "Garuda", "Mangga", "Rambutan", "Manggis", "Teratai", "Wijaya",
    "Blambangan", "Sritanjung", "Tawangalun", "Agung Wilis", "Rempeg Jagapati", "Sayu Wiwit", "Macan Putih",
)  # fmt: skip
FIELDS = (
    "Sawah Lebak", "Kedung Sumur", "Tegal Gubug", "Sumber Waras", "Kali Setail", "Bulak Kulon", "Bulak Wetan",
    "Gumuk Kancil", "Kali Bomo", "Sumber Lele", "Dam Limo", "Curah Krakal", "Tegal Arum", "Sumber Gedang",
)  # fmt: skip


@dataclass(frozen=True)
class Template:
    """How titles of one kind of work are built, under which activity, measured in what.

    lines: formats with {hamlet}, {rt}, {rw}, {street}, {field}, {n}; picture: a kind of geomonitor.demo.pictures.
    """

    work_type: str
    picture: str
    activity: str
    activity_name: str
    unit: str
    lines: tuple[str, ...]


_BUILD = "Pembangunan/Rehabilitasi/Peningkatan"
_ROAD = f"{_BUILD}/Pengerasan Jalan"
_ROADSIDE = f"{_BUILD} Prasarana Jalan Desa (Gorong-gorong, Selokan, Box/Slab Culvert, Drainase, Prasarana Jalan lain)"
_WATER = f"{_BUILD} Sumber Air Bersih Milik Desa (Mata Air/Tandon Penampungan Air Hujan/Sumur Bor, dll)"
_HOUSES = "Dukungan Pelaksanaan Program Pembangunan/Rehab Rumah Tidak Layak Huni (RTLH) GAKIN (pemetaan, validasi, dll)"
TEMPLATES = (
    Template("road", "road", "02.03.12", f"{_ROAD} Usaha Tani", "m", (
        "Rabat beton jalan usaha tani {field} Dusun {hamlet}",
        "Pembangunan jalan usaha tani blok {field} RT {rt} RW {rw}",
        "Pengerasan jalan usaha tani {field}, Dusun {hamlet}",
    )),
    Template("road", "road", "02.03.11", f"{_ROAD} Lingkungan Permukiman/Gang", "m", (
        "Rabat beton jalan lingkungan RT {rt} RW {rw} Dusun {hamlet}",
        "Pembangunan rabat beton Gang {street} RT {rt} RW {rw}",
        "Peningkatan jalan lingkungan Dusun {hamlet} RT {rt} RW {rw}",
    )),
    Template("road", "paving", "02.03.11", f"{_ROAD} Lingkungan Permukiman/Gang", "m", (
        "Pavingisasi Gang {street} RT {rt} RW {rw} Dusun {hamlet}",
        "Pemasangan paving jalan lingkungan RT {rt} RW {rw} Dusun {hamlet}",
    )),
    Template("road", "road", "02.03.10", f"{_ROAD} Desa", "m", (
        "Peningkatan jalan desa {street} ruas {hamlet}",
        "Rehabilitasi jalan desa Dusun {hamlet} menuju {field}",
    )),
    Template("drain", "drain", "02.03.14", _ROADSIDE, "m", (
        "Pembangunan drainase jalan {street} RT {rt} RW {rw}",
        "Pembangunan saluran drainase Dusun {hamlet} RT {rt} RW {rw}",
        "Rehabilitasi drainase dan gorong-gorong RT {rt} RW {rw} Dusun {hamlet}",
    )),
    Template("irrigation", "irrigation", "04.02.06", f"{_BUILD} Saluran Irigasi Tersier/Sederhana", "m", (
        "Rehabilitasi saluran irigasi tersier {field}",
        "Pembangunan saluran irigasi {field} Dusun {hamlet}",
    )),
    Template("water", "well", "02.04.11", _WATER, "unit", (
        "Pembangunan sumur bor dan tandon Dusun {hamlet}",
        "Sumur bor air bersih RT {rt} RW {rw} Dusun {hamlet}",
    )),
    Template("bridge", "bridge", "02.03.13", f"{_BUILD}/Pengerasan Jembatan Milik Desa", "unit", (
        "Pembangunan jembatan {field} Dusun {hamlet}",
        "Rehabilitasi jembatan desa RT {rt} RW {rw} Dusun {hamlet}",
    )),
    Template("sanitation", "sanitation", "02.04.14", f"{_BUILD} Fasilitas Jamban Umum/MCK Umum, dll", "unit", (
        "Pembangunan MCK umum Dusun {hamlet} RT {rt} RW {rw}",
        "Rehabilitasi MCK Balai Dusun {hamlet}",
    )),
    Template("building", "building", "02.02.09", f"{_BUILD}/Pengadaan Sarana/Prasarana Posyandu/Polindes/PKD", "unit", (
        "Pembangunan Posyandu {street} Dusun {hamlet}",
        "Rehabilitasi gedung Posyandu {street} RT {rt} RW {rw}",
    )),
    Template("building", "building", "02.03.15", f"{_BUILD} Balai Desa/Balai Kemasyarakatan", "unit", (
        "Rehabilitasi balai pertemuan Dusun {hamlet}",
        "Pembangunan balai kemasyarakatan Dusun {hamlet}",
    )),
    Template("house", "house", "02.04.01", _HOUSES, "rumah", (
        "Rehabilitasi rumah tidak layak huni Dusun {hamlet} ({n} rumah)",
        "Bedah rumah tidak layak huni RW {rw} Dusun {hamlet} ({n} rumah)",
    )),
    Template("lighting", "lamp", "02.03.14", _ROADSIDE, "titik", (
        "Pemasangan lampu jalan tenaga surya Dusun {hamlet} ({n} titik)",
        "Penerangan jalan {street} RT {rt} RW {rw} ({n} titik)",
    )),
    Template("retaining_wall", "retaining_wall", "02.03.14", _ROADSIDE, "m", (
        "Pembangunan tembok penahan tanah {field} RT {rt} RW {rw}",
        "Plengsengan jalan {street} Dusun {hamlet}",
    )),
)  # fmt: skip

SHARES = (14, 15, 7, 6, 14, 8, 5, 4, 4, 4, 3, 6, 5, 5)


def choose(rng: random.Random) -> Template:
    """A kind of work, as often as villages build it."""
    return rng.choices(TEMPLATES, SHARES)[0]


def template(picture: str) -> Template:
    """The first template that is drawn as `picture`. Raises StopIteration if there is none."""
    return next(t for t in TEMPLATES if t.picture == picture)


def title(kind: Template, rng: random.Random, count: int = 1) -> str:
    """A title of this kind; count: houses or lamps."""
    words = {
        "hamlet": rng.choice(HAMLETS),
        "rt": f"{rng.randint(1, 12):02d}",
        "rw": f"{rng.randint(1, 6):02d}",
        "street": rng.choice(STREETS),
        "field": rng.choice(FIELDS),
        "n": count,
    }
    return rng.choice(kind.lines).format(**words)
