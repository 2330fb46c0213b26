"""Coordinates as people write them, the same cases as in the browser."""

import pytest

from projects.coordinate_text import CoordinateTextError, parse, parse_lines, written


@pytest.mark.parametrize(
    "text",
    [
        "-8.2192, 114.3692",
        "-8.2192 114.3692",
        "−8.2192; 114.3692",
        "-8,2192 114,3692",
        "8°13'09.12\"S 114°22'09.12\"E",
        "8° 13' 9.12\" LS, 114° 22' 9.12\" BT",
        "LS 8.2192 BT 114.3692",
        "114.3692 BT, 8.2192 LS",
    ],
)
def test_it_reads_latitude_first_unless_letters_say_otherwise(text: str) -> None:
    assert parse(text) == pytest.approx((114.3692, -8.2192), abs=1e-9)


@pytest.mark.parametrize("text", ["", "Sragi", "-8.2192", "8°75'00\"S 114°22'09\"E", "8 LS 9 LS"])
def test_it_refuses_what_is_no_position(text: str) -> None:
    with pytest.raises(CoordinateTextError):
        parse(text)


def test_it_leaves_impossible_numbers_to_those_who_know_the_cause() -> None:
    assert parse("114.3692, -8.2192") == (-8.2192, 114.3692)
    assert parse("0, 0") == (0, 0)


def test_it_reads_a_stretch_line_by_line() -> None:
    assert parse_lines("-8.25, 114.20\n\n-8.26, 114.21\n") == [(114.20, -8.25), (114.21, -8.26)]
    with pytest.raises(CoordinateTextError):
        parse_lines("-8.25, 114.20")


def test_it_writes_what_it_reads() -> None:
    assert parse(written((114.369167, -8.219167))) == (114.369167, -8.219167)
