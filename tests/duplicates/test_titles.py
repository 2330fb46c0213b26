"""Titles of construction works: one spelling, what was taken out, how alike two are."""

import pytest

from duplicates.titles import Frequencies, Quantity, compare_titles, mark_of, marked, read_title


def words(title: str) -> list[str]:
    return [word.text for word in read_title(title).words]


def likeness(left: str, right: str, frequencies: Frequencies | None = None):
    return compare_titles(read_title(left), read_title(right), frequencies or Frequencies())


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("Pemb. Jln Melati", ["pembangunan", "jalan", "melati"]),
        ("Rabat cor gg Mawar", ["rabat beton", "gang", "mawar"]),
        ("Betonisasi jl. Mawar", ["rabat beton", "jalan", "mawar"]),
        ("JUT dsn Krajan", ["jalan usaha tani", "dusun", "krajan"]),
        ("TPT sungai Setail", ["tembok penahan tanah", "sungai", "setail"]),
        ("Plengsengan sungai Setail", ["tembok penahan tanah", "sungai", "setail"]),
        ("Pemasangan PJU Blok Agung", ["pemasangan", "penerangan jalan", "blok", "agung"]),
        ("RTLH Dusun Krajan II", ["rumah tidak layak huni", "dusun", "krajan", "krajan 2"]),
        ("Masjid Mua'malah", ["masjid", "muamalah"]),
        ("Ruas jalan 2.02.05.003", ["jalan", "2.02.05.003"]),
    ],
)
def test_it_reads_variants_in_one_spelling(written: str, read: list[str]) -> None:
    assert words(written) == read


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("Café Ørsted", ["cafe", "orsted"]),
        ("Cafe\u0301 Rosé", ["cafe", "rose"]),
        ("\u0130stanbul", ["istanbul"]),
        ("McDonald\u2019s", ["mcdonalds"]),
        ("C&A", ["ca"]),
        ("K.H. Ahmad Dahlan", ["kh", "ahmad", "dahlan"]),
        ("T.P.T. Sragi", ["tembok penahan tanah", "sragi"]),
        ("7-Eleven", ["7", "eleven"]),
        ("St. Mary's School", ["saint", "marys", "school"]),
        ("Кафе Весна", ["кафе", "весна"]),
        ("東京駅", ["京駅", "東京"]),
        ("1. Rabat beton Krajan", ["rabat beton", "krajan"]),
    ],
)
def test_it_reads_names_of_any_place(written: str, read: list[str]) -> None:
    assert words(written) == read


def test_it_finds_a_place_in_another_spelling_but_not_its_neighbour() -> None:
    assert likeness("Café Ørsted", "CAFE ORSTED").share == 1
    assert likeness("Kopi Kenangan Jl. Sudirman", "KOPI KENANGAN, Jalan Sudriman").share == 1
    assert likeness("Kopi Kenangan Jl. Sudirman", "Kopi Janji Jiwa Jl. Sudirman").share < 0.6
    assert likeness("Terminal 1", "Terminal 3").contradiction == ("terminal 1", "terminal 3")
    assert likeness("Nørrebro Station", "Norrebro St. Station").contradiction is None
    assert likeness("7 Eleven", "8 Eleven").contradiction is None


@pytest.mark.parametrize(
    "written",
    ["RT 02/RW 01", "RT 2 RW 1", "RT.2/RW.1", "RT002RW001", "RT/RW 02/01", "rt 02/01", "RT 2, RW 1"],
)
def test_it_reads_every_way_to_write_rt_and_rw(written: str) -> None:
    title = read_title(f"Drainase {written}")
    assert title.vocabulary == {"drainase", "rt 2", "rw 1"}
    assert title.marks == {"rt": {"2"}, "rw": {"1"}}


@pytest.mark.parametrize(
    ("written", "numbers"),
    [
        ("RT 01 dan 02", {"1", "2"}),
        ("RT 1, 2 & 5", {"1", "2", "5"}),
        ("RT 01 s/d 04", {"1", "2", "3", "4"}),
        ("RT 1 s.d. 3", {"1", "2", "3"}),
        ("RT 2-4", {"2", "3", "4"}),
        ("RT 2 sampai 3", {"2", "3"}),
        ("RT 1-500", {"1", "500"}),
        ("RT II", {"2"}),
    ],
    ids=["two", "a list", "from to", "from to, pointed", "a dash", "sampai", "no range", "Roman"],
)
def test_it_reads_several_rt(written: str, numbers: set[str]) -> None:
    assert read_title(f"Sumur {written}").marks == {"rt": numbers}


def test_it_reads_numbers_written_out_only_where_something_is_counted() -> None:
    assert words("Sumur tahap kedua") == ["sumur", "tahap", "tahap 2"]
    assert words("Jalan Lima Sragi") == ["jalan", "lima", "sragi"]


@pytest.mark.parametrize(
    ("written", "mark"),
    [
        ("rt 2", ("rt", "2")),
        ("blok a", ("blok", "a")),
        ("kiri", ("side", "kiri")),
        ("sisi utara", ("side", "sisi utara")),
        ("lor", ("compass", "utara")),
        ("0+200", ("sta", "0+200")),
        ("2.02.05.003", ("kode", "2.02.05.003")),
        ("melati", None),
    ],
)
def test_it_knows_what_a_word_can_contradict_by(written: str, mark: tuple[str, str] | None) -> None:
    assert mark_of(written) == mark


def test_it_takes_volumes_and_years_out() -> None:
    title = read_title("Paving jalan Kenanga 200 x 2,5 m TA 2025")
    assert title.quantities == (Quantity("200x2.5", "m"),)
    assert title.years == (2025,)
    assert title.vocabulary == {"paving", "jalan", "kenanga"}


def test_it_knows_what_was_built_even_where_a_road_is_only_the_place() -> None:
    assert read_title("Drainase Jalan Melati").built == {"drain"}
    assert read_title("Peningkatan Jalan Melati").built == {"road"}


def test_it_reads_a_title_without_a_word() -> None:
    assert read_title(" – ").words == ()


def test_it_finds_the_same_title_in_other_words_and_order() -> None:
    found = likeness(
        "Rabat beton jalan usaha tani Krajan RT 02/RW 01", "Pemb. dsn Krajan JUT jalan rabat cor RT 2 RW 1"
    )
    assert found.share > 0.75
    assert found.same[0] in {"krajan", "rt 2"}
    assert found.contradiction is None


def test_it_weighs_a_rare_word_more_than_a_template_word() -> None:
    frequencies = Frequencies()
    assert frequencies.bits("setail") > 2 * frequencies.bits("jalan") > 0


def test_it_learns_from_the_batch_which_words_are_common() -> None:
    batch = Frequencies.of([f"Construction of drainage {n}" for n in range(2000)])
    assert batch.bits("construction") < 1
    assert Frequencies().bits("construction") > 8


@pytest.mark.parametrize(
    ("left", "right", "why"),
    [
        ("Rabat beton RT 2 RW 1", "Rabat beton RT 3 RW 1", ("rt 2", "rt 3")),
        ("Drainase Sragi tahap I", "Drainase Sragi tahap 2", ("tahap 1", "tahap 2")),
        ("Drainase Sragi", "Drainase Sragi tahap 2", ("tahap 1", "tahap 2")),
        ("Drainase Sragi sisi kiri", "Drainase Sragi sisi kanan", ("kiri", "kanan")),
        ("Jalan Sragi Lor", "Jalan Sragi selatan", ("utara", "selatan")),
        ("Jalan Melati", "Drainase Jalan Melati", ("jalan", "drainase")),
        ("Taman Blok A", "Taman Blok B", ("blok a", "blok b")),
        ("Jalan 2.02.05.003", "Jalan 2.02.05.004", ("2.02.05.003", "2.02.05.004")),
        ("Tebing STA 0+000 - 0+200", "Tebing STA 0+200 - 0+350", ("0+000, 0+200", "0+200, 0+350")),
    ],
)
def test_it_says_what_cannot_both_be_right(left: str, right: str, why: tuple[str, str]) -> None:
    assert likeness(left, right).contradiction == why
    assert likeness(right, left).contradiction == why[::-1]


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("Rabat beton RT 2 RW 1", "Rabat beton RT 1 dan 2 RW 1"),
        ("Tebing STA 0+000 - 0+200", "Tebing STA 0+150 - 0+350"),
        ("Saluran irigasi Sragi", "Drainase Sragi"),
    ],
    ids=["one RT in common", "stretches overlap", "drain and irrigation are mixed up"],
)
def test_it_sees_no_contradiction_where_both_can_be_right(left: str, right: str) -> None:
    assert likeness(left, right).contradiction is None


def test_it_bridges_typing_errors_and_words_written_apart() -> None:
    assert likeness("Normalisasi Glenmore", "Normalisasi Glenmor").share == 1
    assert likeness("Pagar Sudirman", "Pagar Sudriman").share == 1
    assert likeness("Dusun Sumberayu", "Dusun Sumber Ayu").share > 0.7


def test_it_does_not_take_other_numbers_for_typing_errors() -> None:
    assert "banjarsari 12" not in likeness("SDN Banjarsari 12", "SDN Banjarsari 13").same


def test_it_is_the_same_from_both_sides() -> None:
    left, right = "Rehab SDN Sragi II dan talud", "Talut SDN Sragi 2 Sumber Rejo"
    assert likeness(left, right).share == likeness(right, left).share


def test_it_marks_the_words_that_differ_and_loses_no_letter() -> None:
    left, right = read_title("Rabat beton Krajan RT 02"), read_title("Pemb. rabat cor Krajan RT 3")
    pieces = marked(right, left)
    assert "".join(text for text, _differs in pieces) == right.written
    assert [text for text, differs in pieces if differs] == ["Pemb", "RT 3"]
