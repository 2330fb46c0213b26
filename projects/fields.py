"""Form fields for what people write here: rupiah, numbers, positions, stretches. Nothing is guessed."""

from decimal import Decimal
from typing import Any

from django import forms
from django.contrib.gis.geos import GEOSGeometry, LinearRing, LineString, Polygon
from django.core.exceptions import ValidationError

from places.earth import LonLat
from places.message import mark as _
from places.message import message, sentences
from places.saying import say
from projects import coordinate_text, money_text

SENTENCES = sentences(
    {"number.unclear": _("Ini bukan angka yang jelas. Tulis seperti 1250 atau 1250,5, tanpa titik ribuan.")}
)


class RupiahField(forms.CharField):
    """An amount as Decimal; an ambiguous one is asked back."""

    def to_python(self, value: Any) -> Any:
        text = super().to_python(value)
        if not text:
            return None
        try:
            return money_text.parse(text)
        except money_text.MoneyTextError as error:
            raise ValidationError(say(error.message)) from error

    def prepare_value(self, value: Any) -> Any:
        return written(value) if isinstance(value, Decimal) else value

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        return {**super().widget_attrs(widget), "inputmode": "numeric", "autocomplete": "off"}


class NumberField(RupiahField):
    """A number >= 0 as Decimal, or as float with as_float; an unclear one is refused."""

    def __init__(self, *, as_float: bool = False, **options: Any) -> None:
        self.as_float = as_float
        super().__init__(**options)

    def to_python(self, value: Any) -> Any:
        try:
            found = super().to_python(value)
        except ValidationError as error:
            raise ValidationError(say(message("number.unclear"))) from error
        return float(found) if self.as_float and found is not None else found

    def prepare_value(self, value: Any) -> Any:
        return written(Decimal(str(value))) if isinstance(value, float) else super().prepare_value(value)

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        return {**super().widget_attrs(widget), "inputmode": "decimal"}


def written(value: Decimal) -> str:
    """A number as the field reads it back: 412,5 or 184500000, no thousands marks."""
    return format(value.normalize(), "f").replace(".", ",")


class PositionField(forms.CharField):
    """(lon, lat) from a written position, latitude first."""

    def to_python(self, value: Any) -> Any:
        text = super().to_python(value)
        if not text:
            return None
        try:
            return coordinate_text.parse(text)
        except coordinate_text.CoordinateTextError as error:
            raise ValidationError(say(error.message)) from error

    def prepare_value(self, value: Any) -> Any:
        return coordinate_text.written(value) if isinstance(value, tuple) else value


class ExtentField(forms.CharField):
    """A line from one position a line; an area where the last position is the first again."""

    widget = forms.Textarea

    def to_python(self, value: Any) -> Any:
        text = super().to_python(value)
        if not text:
            return None
        try:
            return shape_of(coordinate_text.parse_lines(text))
        except coordinate_text.CoordinateTextError as error:
            raise ValidationError(say(error.message)) from error

    def prepare_value(self, value: Any) -> Any:
        return lines_of(value) if isinstance(value, GEOSGeometry) else value


def shape_of(points: list[LonLat]) -> GEOSGeometry:
    """The line or area through positions (lon, lat)."""
    if len(points) >= 4 and points[0] == points[-1]:
        return Polygon(LinearRing(points), srid=4326)
    return LineString(points, srid=4326)


def lines_of(shape: GEOSGeometry) -> str:
    """A line or the border of an area as the field reads it; the longest part of several."""
    part: Any = shape
    if shape.geom_type.startswith("Multi"):
        part = max(list(part), key=lambda one: float(one.length))
    ring = part[0] if part.geom_type == "Polygon" else part
    return "\n".join(coordinate_text.written((x, y)) for x, y, *_z in ring.coords)
