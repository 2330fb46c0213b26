"""[pure] Rupiah as people, spreadsheets and Siskeudes write them, read without guessing.

Read: "Rp1.250.000,00", "1250000", "1.250.000", "1,250,000.00", "1250,5", "184500000.0000". Refused, with the
question: "1.250", which is Rp1.250 to some and Rp1,25 to others. docs/design/import.md has the table.
"""

import re
from decimal import Decimal, InvalidOperation

from places.message import Message, message, sentences
from places.message import mark as _

SENTENCES = sentences(
    {
        "money.ambiguous": _(
            "“%(value)s” berarti %(grouped_rp)s atau %(decimal)s rupiah? Tulis tanpa titik (%(plain)s) atau dengan "
            "dua angka sen (%(with_sen)s)."
        ),
        "money.unreadable": _("“%(value)s” bukan jumlah rupiah. Tulis seperti 184500000 atau 184.500.000."),
        "money.negative": _("“%(value)s” kurang dari nol. Tulis jumlah tanpa tanda minus."),
        "money.sen": _(
            "“%(value)s” lebih halus dari satu sen. Tulis paling banyak dua angka di belakang koma."
        ),
        "money.too_large": _("“%(value)s” lebih dari 999 triliun rupiah. Periksa angka nolnya."),
    }
)

LIMIT = Decimal(10) ** 15
_SEN = Decimal("0.01")
_CURRENCY = re.compile(r"^(rp\.?|idr)\s*", re.IGNORECASE)
_NUMBER = re.compile(r"\d[\d.,]*\d|\d")


class MoneyTextError(ValueError):
    """A text that is no clear amount; `message` says why and what to write instead."""

    def __init__(self, reason: Message) -> None:
        super().__init__(reason.code)
        self.message = reason


def parse(written: str | int | float | Decimal) -> Decimal:
    """Rupiah as Decimal with two decimals, >= 0.

    written: text, or a number from a spreadsheet cell (which has no ambiguity).
    Raises MoneyTextError for a text that is no amount, is negative, too large, finer than a sen, or ambiguous.
    """
    if isinstance(written, str):
        return _from_text(written)
    return _checked(_number(written), str(written))


def _number(written: int | float | Decimal) -> Decimal:
    """A cell's number; a float is taken at the fifteen digits that a spreadsheet shows."""
    try:
        return Decimal(f"{written:.15g}" if isinstance(written, float) else written)
    except InvalidOperation as error:
        raise MoneyTextError(message("money.unreadable", value=str(written))) from error


def _from_text(written: str) -> Decimal:
    text = " ".join(written.replace("\u00a0", " ").split())
    body = _CURRENCY.sub("", text)
    has_currency = body != text
    body = re.sub(r",-+$|\.-+$", "", body.strip()).replace(" ", "")
    if re.fullmatch(r"[-−]\d.*|\(\d.*\)", body):
        raise MoneyTextError(message("money.negative", value=text))
    if not _NUMBER.fullmatch(body):
        raise MoneyTextError(message("money.unreadable", value=text))
    return _checked(_read(body, text, has_currency=has_currency), text)


def _read(body: str, text: str, *, has_currency: bool) -> Decimal:
    """The number in digits, dots and commas. The last mark is a decimal mark unless it parts groups of three."""
    marks = [mark for mark in body if mark in ".,"]
    if not marks:
        return Decimal(body)
    last = marks[-1]
    whole, _mark, tail = body.rpartition(last)
    if len(set(marks)) == 2:
        other = "," if last == "." else "."
        if marks.count(last) > 1 or not _is_grouped(whole, other):
            raise MoneyTextError(message("money.unreadable", value=text))
        return Decimal(f"{whole.replace(other, '')}.{tail}")
    if len(marks) > 1:
        if not _is_grouped(body, last):
            raise MoneyTextError(message("money.unreadable", value=text))
        return Decimal(body.replace(last, ""))
    if _is_grouped(body, last):
        # One mark and three digits behind it. We ourselves write Rp1.250, so that is clear; a bare 1.250 is not.
        if has_currency and last == ".":
            return Decimal(whole + tail)
        raise MoneyTextError(_question(text, whole, tail))
    return Decimal(f"{whole}.{tail}")


def _is_grouped(body: str, mark: str) -> bool:
    """Whether the marks part thousands: 1.250.000, but neither 1250.000 nor 0.250 nor 12.50."""
    first, *groups = body.split(mark)
    return 1 <= len(first) <= 3 and not first.startswith("0") and all(len(group) == 3 for group in groups)


def _question(text: str, whole: str, tail: str) -> Message:
    return message(
        "money.ambiguous",
        value=text,
        grouped_rp=int(whole + tail),
        decimal=f"{whole},{tail}",
        plain=whole + tail,
        with_sen=f"{whole},{tail[:2]}",
    )


def _checked(amount: Decimal, text: str) -> Decimal:
    if not amount.is_finite():
        raise MoneyTextError(message("money.unreadable", value=text))
    if amount < 0:
        raise MoneyTextError(message("money.negative", value=text))
    if amount >= LIMIT:
        raise MoneyTextError(message("money.too_large", value=text))
    rounded = amount.quantize(_SEN)
    if rounded != amount:
        raise MoneyTextError(message("money.sen", value=text))
    return rounded
