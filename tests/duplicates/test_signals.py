"""Every signal: levels, the null level, the sentence with the measured value; registry, table and docs agree."""

from decimal import Decimal
from pathlib import Path

import pytest

import duplicates.signals
from duplicates.comparison import Comparison, Record
from duplicates.signals import SIGNALS, distance, title, work_type
from duplicates.titles import Frequencies
from duplicates.weights import LEVELS, weight_of
from places.message import sentence_of
from places.saying import say


def pair(left: dict, right: dict, distance_m: float | None = 1.0) -> Comparison:
    return Comparison(
        Record("a", **({"title": "x"} | left)),
        Record("b", **({"title": "x"} | right)),
        distance_m,
        Frequencies(),
    )


def test_it_has_one_file_one_registry_line_and_one_page_for_each_signal() -> None:
    folder = Path(duplicates.signals.__file__).parent
    files = {path.stem for path in folder.glob("*.py")} - {"__init__"}
    pages = {path.stem for path in Path("docs/signals").glob("*.md")} - {"README"}
    assert files == {signal.name for signal in SIGNALS} == pages == {level.signal for level in LEVELS}


@pytest.mark.parametrize(
    ("metres", "level", "said"),
    [
        (0.0, "same_spot", "Di tempat yang sama: berjarak 0 cm."),
        (5.0, "same_spot", "Di tempat yang sama: berjarak 5,0 m."),
        (5.01, "beside", "Berjarak 5,0 m di bagian yang terdekat."),
        (30.0, "near", "Berjarak 30 m di bagian yang terdekat."),
        (60.0, "around", "Berjarak 60 m di bagian yang terdekat."),
        (100.0, "edge", "Agak jauh: 100 m di bagian yang terdekat."),
        (150.0, "beyond", "Agak jauh: 150 m di bagian yang terdekat."),
        (1500.0, "remote", "Agak jauh: 1,5 km di bagian yang terdekat."),
        (None, "unknown", "Jarak tidak diketahui: salah satu belum punya titik."),
    ],
)
def test_it_levels_distance(metres: float | None, level: str, said: str) -> None:
    found = distance.compare(pair({}, {}, metres))
    assert (found.level, say(found.message)) == (level, said)


@pytest.mark.parametrize(
    ("left", "right", "level"),
    [
        ("Drainase Sragi RT 2", "Pemb. drainase Sragi RT 02", "identical"),
        ("Paving Gang Kenanga barat balai", "Paving Gang Kenanga", "alike"),
        ("Drainase Krajan", "Drainase Krajan", "same_template"),
        ("Pembangunan jalan desa", "Jalan desa", "template"),
        ("Paving Gang Kenanga Sragi", "Paving Gang Melati Sragi", "related"),
        ("Drainase RT 1", "Drainase RT 2", "contradictory"),
        ("Sumur bor Glenmore", "Perpipaan Kalibaru", "different"),
        ("", "Drainase", "unknown"),
    ],
)
def test_it_levels_titles(left: str, right: str, level: str) -> None:
    priced = {"work_type": "road", "budget": Decimal(100)}
    found = title.compare(pair({"title": left} | priced, {"title": right} | priced))
    assert found.level == level
    alone = title.compare(pair({"title": left} | priced, {"title": right, "work_type": "road"}))
    assert alone.level == ("unknown" if level == "unknown" else f"{level}_alone")
    assert alone.message == found.message
    assert sentence_of(found.message.code)
    assert "%(" not in say(found.message)


@pytest.mark.parametrize(
    ("left", "right", "level", "said"),
    [
        ("road", "road", "same", "Jenis pekerjaan sama: Jalan."),
        (
            "drain",
            "irrigation",
            "akin",
            "Jenis pekerjaan sering tertukar: Drainase & gorong-gorong dan Irigasi.",
        ),
        ("road", "lighting", "different", "Jenis pekerjaan berbeda: Jalan dan Penerangan jalan."),
        ("road", None, "unknown", "Jenis pekerjaan tidak dapat dibandingkan: salah satunya tidak diketahui."),
        (
            "other",
            "other",
            "unknown",
            "Jenis pekerjaan tidak dapat dibandingkan: salah satunya tidak diketahui.",
        ),
    ],
)
def test_it_levels_work_types(left: str, right: str | None, level: str, said: str) -> None:
    found = work_type.compare(pair({"work_type": left}, {"work_type": right}))
    assert (found.level, say(found.message)) == (level, said)


def test_it_names_every_work_type_as_the_register_does() -> None:
    from projects.models import WorkType

    assert {kind.value: str(kind.label) for kind in WorkType} == {**work_type.WORDS, "other": "Lainnya"}


def test_it_lets_a_title_say_more_where_no_budget_is_known() -> None:
    for level in ("identical", "alike", "same_template", "related"):
        assert weight_of("title", f"{level}_name") > weight_of("title", f"{level}_alone")
        assert weight_of("title", f"{level}_alone") > weight_of("title", level)
    assert weight_of("title", "different_alone") < weight_of("title", "different")


@pytest.mark.parametrize(
    ("left", "right", "level"),
    [
        ({"title": "Kopi Kenangan Jl. Sudirman"}, {"title": "KOPI KENANGAN, Jalan Sudriman"}, "identical_name"),
        ({"title": "Nørrebro Kirke"}, {"title": "Norrebro Kirke"}, "identical_name"),
        ({"title": "Terminal 1 Arjosari"}, {"title": "Terminal 3 Arjosari"}, "contradictory_name"),
        ({"title": "Rehab Masjid Al Huda"}, {"title": "Masjid Al Huda"}, "identical_alone"),
        ({"title": "Masjid Al Huda", "work_type": "building"}, {"title": "Masjid Al Huda", "work_type": "building"},
         "identical_alone"),
        ({"title": "Masjid Al Huda", "budget": Decimal(5)}, {"title": "Masjid Al Huda", "budget": Decimal(7)}, "identical"),
        ({"title": "Masjid Al Huda", "budget": Decimal(0)}, {"title": "Masjid Al Huda", "budget": Decimal(7)},
         "identical_name"),
    ],
    ids=["names", "accents", "numbers that differ", "one is a work", "a kind is known", "budgets", "no budget yet"],
)  # fmt: skip
def test_it_tells_places_from_works(left: dict, right: dict, level: str) -> None:
    assert title.compare(pair(left, right)).level == level
