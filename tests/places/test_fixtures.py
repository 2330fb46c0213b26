"""The budget lists that ship: codes in one form, work types that exist, aliases that mean one source each."""

import csv
import json
import re
from pathlib import Path

import shapely

from projects.models import WorkType

FIXTURES = Path(__file__).parents[2] / "fixtures"


def rows(name: str) -> list[dict[str, str]]:
    with (FIXTURES / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_it_writes_every_activity_code_in_one_form_and_once():
    codes = [row["code"] for row in rows("activity_codes.csv")]
    assert len(codes) == len(set(codes)) == 215
    assert all(re.fullmatch(r"0[1-5](\.\d\d(\.\d\d)?)?", code) for code in codes)


def test_it_has_the_field_and_subfield_of_every_activity():
    codes = {row["code"]: row["level"] for row in rows("activity_codes.csv")}
    for code, level in codes.items():
        assert level == ["field", "subfield", "activity"][code.count(".")]
        assert code.count(".") == 0 or code.rpartition(".")[0] in codes


def test_it_maps_activities_to_work_types_that_exist():
    by_code = {row["code"]: row["work_type"] for row in rows("activity_codes.csv")}
    assert {work_type for work_type in by_code.values() if work_type} <= set(WorkType.values)
    assert (by_code["02.03.12"], by_code["02.03.13"], by_code["02.04.01"]) == ("road", "bridge", "house")
    assert by_code["01.01.01"] == ""  # the head's salary builds nothing


def test_it_knows_both_codes_of_field_five():
    also = {row["code"]: row["also_code"] for row in rows("activity_codes.csv") if row["also_code"]}
    assert also == {f"05.0{n}.00": f"05.0{n}.01" for n in (1, 2, 3)}


def test_it_means_one_fund_source_by_each_name():
    meant: dict[str, str] = {}
    for row in rows("fund_sources.csv"):
        for name in {row["code"], row["short"], *row["aliases"].split("; ")}:
            assert meant.setdefault(name.lower(), row["code"]) == row["code"]
            assert len(name) <= 40
    assert (meant["dd"], meant["bkp"], meant["bkk"], meant["add"]) == ("DDS", "PBP", "PBK", "ADD")


def test_it_expects_0_50_100_and_knows_the_inspection_beside_it():
    stages = {row["stages"]: row["required"] for row in rows("stage_sets.csv")}
    assert stages == {"0;50;100": "yes", "40;80;100": "no"}


def test_it_draws_the_ground_from_valid_land_and_named_neighbours():
    ground = json.loads((FIXTURES / "ground.geojson").read_text(encoding="utf-8"))["features"]
    assert all(shapely.from_geojson(json.dumps(feature["geometry"])).is_valid for feature in ground)
    names = [f["properties"]["name"] for f in ground if f["properties"]["layer"] == "neighbour"]
    assert {"Kabupaten Jember", "Kabupaten Bondowoso", "Kabupaten Situbondo"} <= set(names)
