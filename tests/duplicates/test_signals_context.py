"""What makes two works of one plan look like one: recognised, named, and weighed once."""

from decimal import Decimal

import pytest

from duplicates.comparison import Comparison, Record
from duplicates.kernel import score_pair
from duplicates.signals import context, title
from duplicates.titles import Frequencies
from duplicates.weights import weight_of
from places.saying import say

DRAIN = "Drainase jalan Wijaya Sragi"


def pair(left: dict, right: dict, distance_m: float | None = 1.0) -> Comparison:
    return Comparison(
        Record("a", **({"title": DRAIN} | left)),
        Record("b", **({"title": DRAIN} | right)),
        distance_m,
        Frequencies(),
    )


NOTHING = "Tidak ada hubungan, bagian, sisi, atau program yang menjelaskan kemiripannya."


def levelled(left: str, right: str, years: tuple[int | None, int | None] = (None, None)) -> tuple[str, str]:
    found = context.compare(pair({"title": left, "year": years[0]}, {"title": right, "year": years[1]}))
    return found.level, say(found.message)


@pytest.mark.parametrize(
    ("left", "right", "level", "said"),
    [
        (f"{DRAIN} tahap 1", f"{DRAIN} tahap II", "phase", "Judul menyebut bagian lain: “tahap 1” dan “tahap 2”."),
        (DRAIN, f"{DRAIN} tahap kedua", "phase", "Judul menyebut bagian lain: “tahap 1” dan “tahap 2”."),
        (f"{DRAIN} sisi kanan", f"{DRAIN} kiri", "side", "Sisi berbeda: “kanan” dan “kiri”."),
        (f"{DRAIN} sebelah lor", f"{DRAIN} sisi selatan", "side", "Sisi berbeda: “sisi utara” dan “sisi selatan”."),
        (f"{DRAIN} STA 0+000-0+200", f"{DRAIN} STA 0+200-0+350", "stretch", "Ruas berbeda: “0+000, 0+200” dan “0+200, 0+350”."),
        (DRAIN, f"{DRAIN} segmen 2", "stretch", "Ruas berbeda: “ruas 1” dan “ruas 2”."),
        (DRAIN, f"{DRAIN} (DPAL)", "continued", "Salah satu judul menyebut lanjutan: “dpal”."),
        (f"{DRAIN} lanjutan", f"Lanjutan {DRAIN}", "none", NOTHING),
        ("Makadam jalan Sragi", "Pengaspalan jalan Sragi", "layer", "Lapisan berbeda: “makadam” dan “aspal”."),
        ("Makadam jalan Sragi", "Makadam dan aspal jalan Sragi", "none", NOTHING),
        (DRAIN, DRAIN, "none", NOTHING),
        (DRAIN, "–", "unknown", NOTHING),
    ],
)  # fmt: skip
def test_it_reads_plans_out_of_titles(left: str, right: str, level: str, said: str) -> None:
    assert levelled(left, right) == (level, said)
    assert levelled(right, left)[0] == level


def test_it_recognises_maintenance_only_when_the_later_work_says_so_years_after() -> None:
    assert levelled(DRAIN, f"Pemeliharaan {DRAIN}", (2022, 2025)) == (
        "maintenance",
        "Pemeliharaan setelah 3 tahun (2022 dan 2025).",
    )
    assert levelled(DRAIN, f"Pemeliharaan {DRAIN}", (2025, 2022))[0] == "none"
    assert levelled(DRAIN, f"Pemeliharaan {DRAIN}", (2024, 2025))[0] == "none"


@pytest.mark.parametrize("kind", context.DECLARED)
def test_it_says_what_is_declared_whichever_of_the_two_declares_it(kind: str) -> None:
    found = context.compare(pair({"relations": frozenset({(kind, "b")})}, {}))
    assert found.level == kind
    assert context.compare(pair({}, {"relations": frozenset({(kind, "a")})})).level == kind
    assert context.compare(pair({"relations": frozenset({(f"~{kind}", "b")})}, {})).level == kind
    assert context.compare(pair({"relations": frozenset({(kind, "z")})}, {})).level == "none"
    assert weight_of("context", kind) <= 0


def test_it_hears_the_declaration_before_the_title() -> None:
    declared = {"title": f"{DRAIN} tahap 2", "relations": frozenset({("continues", "b")})}
    assert context.compare(pair(declared, {})).level == "continues"


def test_it_tells_houses_of_one_programme_apart_by_their_place() -> None:
    house = {"work_type": "house", "title": "Bedah rumah tidak layak huni RW 1"}
    assert context.compare(pair(house, house, 62.0)).level == "house"
    assert context.compare(pair(house, house, 5.0)).level == "none"
    assert context.compare(pair(house, house | {"work_type": None}, 62.0)).level == "house"
    assert context.compare(pair(house, house | {"work_type": "road"}, 62.0)).level == "none"


@pytest.mark.parametrize("more", [" tahap 2", " sisi kanan", " ruas 2"])
def test_it_counts_a_phase_side_or_stretch_once(more: str) -> None:
    other = {" sisi kanan": " sisi kiri"}.get(more, "")
    typed = {"work_type": "drain", "budget": Decimal(100)}
    found = title.compare(pair({"title": DRAIN + more} | typed, {"title": DRAIN + other} | typed))
    assert found.level in ("identical", "alike")


def test_it_counts_a_road_against_a_drain_once() -> None:
    road, drain = {"title": "Paving Sragi Wijaya"}, {"title": "Drainase Sragi Wijaya"}
    assert title.compare(pair(road, drain)).level == "contradictory_alone"
    known = title.compare(pair(road | {"work_type": "road"}, drain | {"work_type": "lighting"}))
    assert known.level != "contradictory"


def at(code: str, written: str, metres: float, **known: object) -> Record:
    return Record.at(code, written, 114.2, -8.25 + metres / 110_577, code=code, **known)


def test_it_puts_a_record_entered_twice_above_all_else() -> None:
    facts = {"work_type": "drain", "year": 2026, "fund_sources": frozenset({"DDS"})}
    twice = score_pair(at("a", DRAIN, 0, **facts), at("b", f"Pemb. {DRAIN}", 8, **facts), Frequencies())
    two_sources = score_pair(
        at("a", DRAIN, 0, **facts),
        at("b", f"Pemb. {DRAIN}", 8, **facts | {"year": 2025, "fund_sources": frozenset({"PBK"})}),
        Frequencies(),
    )
    phases = score_pair(at("a", DRAIN, 0, **facts), at("b", f"{DRAIN} tahap 2", 8, **facts), Frequencies())
    assert twice.probability > 0.8
    assert twice.probability > two_sources.probability > 0.5
    assert phases.probability < 0.05


BUILT = {
    "year": 2024,
    "budget": Decimal(100),
    "volume": Decimal(120),
    "unit": "m",
    "fund_sources": frozenset({"DDS"}),
}
LEFT_OVER = BUILT | {"year": 2025, "budget": Decimal(40)}


@pytest.mark.parametrize(
    ("later", "metres", "level"),
    [
        ({}, 8, "remainder"),
        ({}, 16, "none"),
        ({"year": 2026}, 8, "none"),
        ({"budget": Decimal(66)}, 8, "none"),
        ({"budget": Decimal(0)}, 8, "none"),
        ({"fund_sources": frozenset({"PBK"})}, 8, "none"),
        ({"volume": Decimal(90)}, 8, "none"),
        ({"volume": None}, 8, "none"),
    ],
    ids=[
        "left over",
        "elsewhere",
        "two years on",
        "no smaller",
        "no sum",
        "other source",
        "other volume",
        "no volume",
    ],
)
def test_it_sees_what_was_left_of_the_money(later: dict, metres: float, level: str) -> None:
    facts = {"title": DRAIN} | LEFT_OVER | later
    found = context.compare(pair({"title": DRAIN} | BUILT, facts, metres))
    assert found.level == level
    assert context.compare(pair(facts, {"title": DRAIN} | BUILT, metres)).level == level
    if level == "remainder":
        assert say(found.message).endswith("sumber dana dan volume sama, pagunya 40 %: sisa dana.")
