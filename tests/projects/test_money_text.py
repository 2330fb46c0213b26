"""Rupiah as people write them."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from places.saying import rupiah, say
from projects.money_text import MoneyTextError, parse

CLEAR = [
    ("Rp1.250.000,00", "1250000"),
    ("Rp 1.250.000,-", "1250000"),
    ("1250000", "1250000"),
    ("1.250.000", "1250000"),
    ("1,250,000.00", "1250000"),
    ("1.250,00", "1250"),
    ("1,250.00", "1250"),
    ("Rp1.250", "1250"),
    ("1250,5", "1250.50"),
    ("1250.000", "1250"),
    ("184500000.0000", "184500000"),
    ("0", "0"),
    ("0.25", "0.25"),
    ("12 500 000", "12500000"),
    ("999.999.999.999.999", "999999999999999"),
]


@pytest.mark.parametrize(("written", "amount"), CLEAR, ids=[written for written, _amount in CLEAR])
def test_it_reads_what_is_clear(written: str, amount: str) -> None:
    assert parse(written) == Decimal(amount)


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("1.250", "money.ambiguous"),
        ("1,250", "money.ambiguous"),
        ("500.000", "money.ambiguous"),
        ("1.250.00", "money.unreadable"),
        ("1.25.000", "money.unreadable"),
        ("12.345.67,8", "money.unreadable"),
        ("1.250.000.00,5", "money.unreadable"),
        ("sejuta", "money.unreadable"),
        ("1e9", "money.unreadable"),
        ("", "money.unreadable"),
        ("-5", "money.negative"),
        ("(1.250.000)", "money.negative"),
        ("1250,125", "money.sen"),
        ("1.000.000.000.000.000", "money.too_large"),
    ],
)
def test_it_refuses_what_is_not(written: str, code: str) -> None:
    with pytest.raises(MoneyTextError) as refused:
        parse(written)
    assert refused.value.message.code == code


def test_it_asks_what_an_ambiguous_amount_means() -> None:
    with pytest.raises(MoneyTextError) as refused:
        parse("1.250")
    assert say(refused.value.message) == (
        "“1.250” berarti Rp1.250 atau 1,250 rupiah? Tulis tanpa titik (1250) atau dengan dua angka sen (1,25)."
    )


def test_it_takes_the_number_of_a_spreadsheet_cell_as_it_is() -> None:
    assert parse(1250) == Decimal(1250)
    assert parse(184_500_000.5) == Decimal("184500000.50")
    assert parse(0.1 + 0.2) == Decimal("0.30")


@given(st.decimals(min_value=0, max_value=Decimal("999999999999999.99"), places=2))
def test_it_reads_back_what_we_write(amount: Decimal) -> None:
    assert parse(rupiah(amount)) == amount


@given(st.text(alphabet="0123456789.,Rp -()", max_size=20))
def test_it_never_guesses_and_never_breaks(written: str) -> None:
    try:
        amount = parse(written)
    except MoneyTextError:
        return
    assert amount >= 0
    digits = "".join(mark for mark in written if mark.isdigit())
    assert str(amount).replace(".", "").strip("0") in digits
