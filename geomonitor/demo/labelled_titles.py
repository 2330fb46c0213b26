"""[pure] How one work is written a second time: typed by hand, or named by another office. Names are invented."""

import random
import re
from collections.abc import Mapping

_BY_HAND = (
    ("Pembangunan", ("Pemb.", "Pemb", "Pembuatan", "Bangun", "Pmbangunan")),
    ("Rehabilitasi", ("Rehab", "Rehab.", "Perbaikan", "Renovasi")),
    ("Peningkatan", ("Peningk.", "Perbaikan")),
    ("Pemasangan", ("Pasang", "Pemas.", "Pengadaan dan pemasangan")),
    ("Pengerasan", ("Perkerasan", "Makadam")),
    ("Pavingisasi", ("Paving", "Pemavingan", "Pasang paving")),
    ("Rabat beton", ("Cor rabat", "Rabat", "Betonisasi", "Rabat cor")),
    ("rabat beton", ("cor rabat", "rabat", "betonisasi")),
    ("jalan usaha tani", ("JUT", "jln usaha tani", "jalan usahatani")),
    ("jalan", ("jln", "jln.", "jl.", "jl")),
    ("Gang", ("Gg.", "Gg")),
    ("Dusun", ("Dsn", "Dsn.", "dsn")),
    ("drainase", ("selokan", "drainase", "saluran", "got")),
    ("gorong-gorong", ("gorong2", "gorong gorong", "duiker")),
    ("saluran irigasi tersier", ("JIT", "irigasi tersier", "saluran tersier")),
    ("tembok penahan tanah", ("TPT", "talud", "tembok penahan", "plengsengan")),
    ("Plengsengan", ("Talud", "TPT")),
    ("lampu jalan tenaga surya", ("PJU tenaga surya", "lampu PJU", "PJUTS")),
    ("Penerangan jalan", ("PJU", "Lampu penerangan jalan", "Lampu jalan")),
    ("rumah tidak layak huni", ("RTLH", "rumah tdk layak huni")),
    ("sumur bor", ("sumur dalam", "sumur bor air bersih")),
    ("Balai", ("Bale",)),
)  # fmt: skip
_RT_RW = re.compile(r"RT (\d+) RW (\d+)")
_BY_OFFICES: Mapping[str, tuple[str, ...]] = {
    "road": (
        "Peningkatan jalan lingkungan permukiman {where}", "Peningkatan kualitas jalan {where}",
        "Penyelenggaraan jalan poros {where}", "Pembangunan jalan {where}", "Pemeliharaan berkala jalan {where}",
    ),
    "drain": (
        "Pembangunan sistem drainase lingkungan {where}", "Normalisasi saluran pembuang {where}",
        "Penataan saluran tepi jalan {where}", "Pembangunan drainase {where}",
    ),
    "irrigation": (
        "Rehabilitasi jaringan irigasi tersier {where}", "Peningkatan jaringan irigasi {where}",
        "Perbaikan saluran pembawa {where}",
    ),
    "water": ("Pembangunan SPAM perdesaan {where}", "Penyediaan sarana air bersih {where}", "Pembangunan sumur bor {where}"),
    "bridge": ("Penggantian jembatan {where}", "Pembangunan jembatan perdesaan {where}", "Rehabilitasi jembatan {where}"),
    "sanitation": ("Pembangunan sanitasi komunal {where}", "Pembangunan MCK plus {where}"),
    "building": ("Peningkatan sarana pelayanan dasar {where}", "Rehabilitasi sedang gedung {where}"),
    "house": ("Bantuan stimulan rumah swadaya {where}", "Peningkatan kualitas rumah {where}"),
    "lighting": ("Pemasangan PJU {where}", "Pengadaan lampu penerangan jalan umum {where}"),
    "retaining_wall": ("Pembangunan dinding penahan {where}", "Penguatan tebing {where}", "Pembangunan talud {where}"),
}  # fmt: skip
NOTHING_SHARED = 0.2  # of another office's titles name only the village


def _misspelt(title: str, rng: random.Random) -> str:
    """Two neighbouring letters of one long word change places."""
    words = title.split(" ")
    long = [at for at, word in enumerate(words) if len(word) >= 7 and word.isalpha()]
    if not long:
        return title
    at = rng.choice(long)
    k = rng.randint(2, len(words[at]) - 3)
    words[at] = words[at][:k] + words[at][k + 1] + words[at][k] + words[at][k + 2 :]
    return " ".join(words)


def _rt_rw(title: str, rng: random.Random) -> str:
    forms = ("RT {0}/RW {1}", "RT.{0}/RW.{1}", "RT {0} / {1}", "RT. {0} RW. {1}", "Rt {0} Rw {1}")

    def written(found: re.Match[str]) -> str:
        rt, rw = found.groups()
        if rng.random() < 0.6:
            rt, rw = str(int(rt)), str(int(rw))
        return rng.choice(forms).format(rt, rw)

    return _RT_RW.sub(written, title)


def _hamlet_first(title: str) -> str:
    found = re.search(r",? Dusun (\w+(?: \w+)?)", title)
    if not found:
        return title
    rest = (title[: found.start()] + title[found.end() :]).strip()
    return f"Dusun {found.group(1)}: {rest}"


def typed(title: str, rng: random.Random, *, measure: str = "", year: int = 0) -> str:
    """The title as somebody types it who has the same paper: short forms, slips, another order, additions."""
    if rng.random() < 0.15:
        return title
    if rng.random() < 0.15:
        title = _hamlet_first(title)
    for word, others in _BY_HAND:
        if word in title and rng.random() < 0.5:
            title = title.replace(word, rng.choice(others), 1)
    title = _rt_rw(title, rng)
    if rng.random() < 0.12:
        title = _misspelt(title, rng)
    if measure and rng.random() < 0.2:
        title += f" ({measure})"
    if year and rng.random() < 0.12:
        title += f" TA {year}"
    return title.upper() if rng.random() < 0.25 else title


def renamed(work_type: str, words: Mapping[str, str], village: str, rng: random.Random) -> str:
    """The name that another office gives: its own words, and some of the place's names or none."""
    names = [
        f"Dusun {words['hamlet']}",
        words["hamlet"],
        words["street"],
        f"RT {words['rt']} {words['hamlet']}",
    ]
    if work_type in ("irrigation", "bridge", "retaining_wall", "road"):
        names += [words["field"], f"{words['field']} Dusun {words['hamlet']}"]
    where = f"Desa {village}"
    if rng.random() >= NOTHING_SHARED:
        where = rng.choice(names) + (f" {where}" if rng.random() < 0.6 else "")
    title = rng.choice(_BY_OFFICES[work_type]).format(where=where)
    return title.upper() if rng.random() < 0.2 else title
