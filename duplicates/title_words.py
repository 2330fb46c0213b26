"""[pure] Words of Indonesian construction titles: variants, common words, things built, numbered words.

Own tables, drawn up from how such titles are written. Ambiguous short forms (ps: pasar or a place, sp: simpang
or a name, pem: pembangunan or pemasangan, jb) are left as they stand: a wrong guess would join two titles.
"""

_VARIANTS = """
pembangunan = pemb, pembanguna, pembangun, pembuatan, pbgn
rehabilitasi = rehab, rehap, rehabilitsi, renov, rehabilitas, rhb, perbaikan, perb, renovasi, rekonstruksi, rekontruksi
pemeliharaan = pmlhr, perawatan
peningkatan = peningkatn
pemasangan = pasang, pemas, instalasi
pengadaan = penyediaan
lanjutan = melanjutkan, penyelesaian
jalan = jl, jln, jlan, jlanan, ruas jalan
gang = gg
dusun = dsn, dukuh, dk, padukuhan, pedukuhan
desa = ds
kelurahan = kel
kecamatan = kec
kabupaten = kab
kampung = kmp
lingkungan = lingk, link, lingkunagn
perumahan = perum
kompleks = komplek, komp
gunung = gn
sungai = sei
blok = blk
masjid = mesjid
musala = mushola, musholla, mushalla, langgar
pasar = psr
depan = dpn
sebelah = sblh
permukiman = pemukiman
jembatan = jembtn, jmbtn, jbt
gorong-gorong = gorong gorong, gorong2, gorong, plat duiker, plat deker, plat decker, plat decter, box culvert, duiker
rabat beton = beton rabat, rabat cor beton, rabat cor, cor rabat, rabat, cor beton, cor, pengecoran, betonisasi, rbt
rabat beton = cor blok, coor blok, corblok, cor block, plumisasi, perkerasan beton, jalan beton, jalan cor
paving = pavingisasi, paving blok, paving block, pavingblok, pavingblock, pemavingan, pavingstone
aspal = pengaspalan, hotmix, hotmik, hot mix, lapen, lapis penetrasi
makadam = telford, telfort, macadam, pengerasan, perkerasan
jalan usaha tani = usaha tani, jalan usahatani, usahatani, jut, jalan produksi, jalan pertanian, jalan sawah
saluran = slrn, sal
drainase = saluran drainase, drainasi, draenase, selokan, parit, got, saluran pembuangan
irigasi = saluran irigasi, jaringan irigasi, irigasi tersier, saluran tersier, jiut, jaringan irigasi usaha tani
tembok penahan tanah = tpt, tembok penahan, tembok penahan jalan, penahan tanah, talud, talut, turap, plengsengan
tembok penahan tanah = penaludan, senderan, bangket, kirmir, dinding penahan tanah, dinding penahan
bronjong = beronjong
air limbah = spal, saluran pembuangan air limbah, ipal, instalasi pengolahan air limbah
air bersih = spam, sistem penyediaan air minum, air minum, pamsimas, sarana air bersih, hippam
sumur bor = sumur artesis, sumur dalam, pengeboran sumur
pipa = perpipaan, pipanisasi
tandon = tandon air, bak tandon, reservoir
mck = mandi cuci kakus, kamar mandi umum, toilet umum
jamban = jambanisasi, wc, jamban sehat, jamban keluarga
penerangan jalan = penerangan jalan umum, pju, lpju, lampu jalan, lampu penerangan jalan, lampu penerangan, pjuts
rumah tidak layak huni = rumah tdk layak huni, rtlh, rutilahu, bedah rumah, rumah layak huni, bsps, bsrtlh
tembok keliling = tembok kllng, tmbk kllng, pagar keliling
gedung = gd, bangunan gedung
rumah = rmh
paud = pendidikan anak usia dini
tk = taman kanak-kanak, taman kanak kanak
posyandu = pos pelayanan terpadu
poskesdes = pos kesehatan desa, polindes, pkd, pondok bersalin desa
kelompok wanita tani = kwt
koperasi desa merah putih = kdmp, kopdes merah putih
padat karya tunai = pktd, padat karya tunai desa
tahap = tahapan, fase, phase
ruas = segmen, seksi, penggal
sisi utara = sisi lor, sebelah utara, sebelah lor, bagian utara
sisi selatan = sisi kidul, sebelah selatan, sebelah kidul, bagian selatan
sisi timur = sisi wetan, sebelah timur, sebelah wetan, bagian timur
sisi barat = sisi kulon, sebelah barat, sebelah kulon, bagian barat
kanan = sisi kanan, sebelah kanan
kiri = sisi kiri, sebelah kiri
paket = pkt
sd = sekolah dasar
sdn = sd negeri, sekolah dasar negeri
smp = sekolah menengah pertama
sma = sekolah menengah atas
rumah sakit = rs
rumah makan = rm
kantor urusan agama = kua
internasional = international, intl
center = centre, ctr
saint = st
mount = mt
road = rd
avenue = ave
boulevard = blvd
restoran = restaurant, resto
"""

# Words that only hold a title together.
_FILLERS = """
dan di ke dari untuk pada yang yg dengan dg dlm dalam dll dsb dst atau serta menuju sampai s d no nomor nama
sebanyak beserta berikut utk pd sekitar wilayah kawasan lokasi titik unit buah tersebar the of at in and for a
"""
FILLERS = frozenset(_FILLERS.split())

# How many of a thousand titles hold a word, as a prior: a small list then already knows that "pembangunan" says
# little. Rounded guesses from reading village budgets; the list at hand adds its own counts.
COMMON_PER_THOUSAND: dict[str, int] = {
    "pembangunan": 450, "rehabilitasi": 220, "pemeliharaan": 120, "peningkatan": 150, "pemasangan": 70,
    "pengadaan": 60, "lanjutan": 30, "jalan": 380, "gang": 50, "dusun": 250, "desa": 250, "kelurahan": 40,
    "kecamatan": 60, "kabupaten": 40, "kampung": 40, "lingkungan": 90, "ruas": 80, "rabat beton": 150,
    "paving": 110, "aspal": 80, "makadam": 40, "jalan usaha tani": 90, "beton": 60, "saluran": 90, "drainase": 120,
    "irigasi": 80, "tembok penahan tanah": 100, "bronjong": 10, "jembatan": 60, "gorong-gorong": 50, "air": 60,
    "air bersih": 40, "air limbah": 20, "sumur bor": 30, "pipa": 30, "tandon": 15, "mck": 20, "jamban": 30,
    "penerangan jalan": 60, "lampu": 30, "rumah tidak layak huni": 60, "rumah": 40, "gedung": 60, "kantor": 60,
    "balai": 40, "pagar": 30, "paud": 25, "tk": 20, "posyandu": 30, "poskesdes": 15, "masjid": 15, "musala": 15,
    "pasar": 20, "sarana": 60, "prasarana": 60, "permukiman": 40, "utara": 40, "selatan": 40, "timur": 40, "barat": 40,
    "tengah": 30, "krajan": 60, "lor": 30, "kidul": 30, "wetan": 30, "kulon": 30, "sungai": 40, "kali": 30, "sawah": 30,
    "depan": 20, "kanan": 20, "kiri": 20, "sisi": 20, "paket": 30, "tahap": 20, "pelebaran": 15, "normalisasi": 25,
    "umum": 30, "bantuan": 30, "belanja": 40, "modal": 40, "sd": 20, "sdn": 20, "makam": 15,
    "luncuran": 5, "dpal": 5, "silpa": 5, "berikutnya": 5,
    # What lists of places hold, beside works.
    "warung": 20, "toko": 20, "rumah makan": 10, "restoran": 15, "kafe": 10, "cafe": 15, "kopi": 15, "kedai": 10,
    "hotel": 20, "bank": 15, "apotek": 8, "klinik": 8, "rumah sakit": 10, "puskesmas": 10, "sekolah": 20, "school": 20,
    "church": 15, "gereja": 10, "pura": 10, "station": 15, "stasiun": 10, "airport": 20, "bandara": 8, "park": 15,
    "internasional": 10, "saint": 10, "center": 10, "road": 15, "bar": 10, "street": 10, "taman": 15, "house": 10,
    "sisi utara": 10, "sisi selatan": 10, "sisi timur": 10, "sisi barat": 10,
    "rt 1": 60, "rt 2": 60, "rt 3": 50, "rt 4": 40, "rt 5": 30, "rt 6": 20, "rw 1": 90, "rw 2": 80, "rw 3": 60,
    "rw 4": 40, "rw 5": 30,
}  # fmt: skip

# What a word says was built, in the words of Project.work_type.
BUILT: dict[str, str] = {
    "rabat beton": "road", "paving": "road", "aspal": "road", "makadam": "road", "jalan usaha tani": "road",
    "saluran": "drain", "drainase": "drain", "gorong-gorong": "drain", "irigasi": "irrigation",
    "jembatan": "bridge", "tembok penahan tanah": "retaining_wall", "bronjong": "retaining_wall",
    "air bersih": "water", "sumur bor": "water", "pipa": "water", "tandon": "water",
    "mck": "sanitation", "jamban": "sanitation", "air limbah": "sanitation",
    "penerangan jalan": "lighting", "lampu": "lighting", "rumah tidak layak huni": "house",
    "gedung": "building", "posyandu": "building", "paud": "building", "poskesdes": "building", "gapura": "building",
}  # fmt: skip

# What only titles of works hold; a hall, a bridge or a market is called so as a place too.
WORK_WORDS = frozenset(BUILT) - frozenset(
    ("gedung", "posyandu", "paud", "poskesdes", "gapura", "jembatan", "pipa", "tandon", "lampu")
) | frozenset(
    ("pembangunan", "rehabilitasi", "pemeliharaan", "peningkatan", "pemasangan", "pengadaan", "lanjutan", "pelebaran",
     "normalisasi")
)  # fmt: skip

# A road is what is built only where nothing else is named: "drainase jalan Melati" is a drain.
ALSO_A_PLACE: dict[str, str] = {
    "jalan": "road", "kantor": "building", "balai": "building", "pasar": "building",
}  # fmt: skip

# Works that people file under either name.
AKIN: frozenset[frozenset[str]] = frozenset(
    frozenset(pair)
    for pair in (
        ("drain", "irrigation"), ("drain", "sanitation"), ("drain", "retaining_wall"), ("irrigation", "retaining_wall"),
        ("road", "bridge"), ("road", "retaining_wall"), ("water", "sanitation"), ("building", "house"),
        ("bridge", "retaining_wall"), ("water", "irrigation"), ("drain", "bridge"),
    )
)  # fmt: skip

# Words that exclude each other when one title has the one and the other title has the other.
SIDES: dict[str, str] = {
    "kanan": "side", "kiri": "side", "utara": "compass", "selatan": "compass", "timur": "compass", "barat": "compass",
    "lor": "compass", "kidul": "compass", "wetan": "compass", "kulon": "compass", "hulu": "flow",
    "sisi utara": "side", "sisi selatan": "side", "sisi timur": "side", "sisi barat": "side", "hilir": "flow",
    "upstream": "flow", "downstream": "flow", "left": "side", "right": "side",
}  # fmt: skip
SAME_SIDE: dict[str, str] = {
    "lor": "utara", "kidul": "selatan", "wetan": "timur", "kulon": "barat", "left": "kiri", "right": "kanan",
    "upstream": "hulu", "downstream": "hilir",
}  # fmt: skip

UNITS: dict[str, str] = {
    "m": "m", "mtr": "m", "meter": "m", "km": "km", "cm": "cm", "m2": "m2", "m3": "m3", "m³": "m3",
    "ha": "ha", "unit": "unit", "titik": "titik", "buah": "buah", "bh": "buah", "paket": "paket", "rumah": "rumah",
    "m1": "m", "m'": "m", "m²": "m2", "meter persegi": "m2", "ttk": "titik", "ls": "paket",
    "kk": "kk", "lokasi": "lokasi", "ruang": "ruang", "kelas": "kelas",
}  # fmt: skip


def _variants() -> dict[tuple[str, ...], str]:
    table: dict[tuple[str, ...], str] = {}
    for line in _VARIANTS.strip().splitlines():
        canonical, _equals, variants = line.partition(" = ")
        for variant in (canonical, *variants.split(", ")):
            table[tuple(variant.replace("-", " ").split())] = canonical
    return table


# A run of words → the word or phrase that stands for it.
CANONICAL: dict[tuple[str, ...], str] = _variants()
LONGEST_PHRASE = max(len(words) for words in CANONICAL)

# Words of looking after what stands already.
MAINTENANCE = frozenset(("pemeliharaan", "rehabilitasi", "peningkatan"))
# A road is built up: what lies below, and what is laid on top of it.
BELOW = frozenset(("makadam", "pondasi", "pengurugan", "urugan", "pemadatan", "sirtu"))
ON_TOP = frozenset(("aspal", "paving", "rabat beton"))
# What goes on from an earlier work: the rest of last year's money, or the next stretch.
CONTINUED = frozenset(("lanjutan", "luncuran", "dpal", "silpa", "berikutnya"))
