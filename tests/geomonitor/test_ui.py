"""The small drawn things of templates: numbers for narrow places, rings, bars, the import map."""

import json
import re
from decimal import Decimal

import pytest
from django.template import Context, Template

from geomonitor.templatetags import ui


def drawn(source: str, **values: object) -> str:
    return Template("{% load ui %}" + source).render(Context(values))


@pytest.mark.parametrize(
    ("amount", "shown"),
    [
        (None, "–"),
        (Decimal(0), "Rp0"),
        (Decimal(950_000), "Rp950.000"),
        (Decimal(882_400_000), "Rp882,4 jt"),
        (Decimal(212_640_000_000), "Rp212,6 M"),
        (Decimal(1_200_000_000_000), "Rp1,2 T"),
        (Decimal(-3_000_000), "Rp-3 jt"),
    ],
)
def test_rupiah_for_a_narrow_place(amount, shown):
    assert ui.short_rupiah(amount) == shown


@pytest.mark.parametrize(
    ("progress", "name"),
    [(0, "p0"), (1, "p25"), (49, "p25"), (50, "p50"), (74, "p50"), (75, "p75"), (99.5, "p75"), (100, "p100")],
)
def test_the_colour_class_of_a_progress(progress, name):
    assert ui.progress_class(progress) == name


def test_a_ring_is_filled_to_its_progress_and_broken_without_located_photo():
    half = drawn("{% progress_ring 50 'verified' %}")
    assert 'stroke-dasharray="37.70 99"' in half  # half of 2π · 12
    assert "broken" not in half
    assert "broken" in drawn("{% progress_ring 50 'unlocated' %}")
    assert "broken" in drawn("{% progress_ring None 'none' %}")


def test_an_icon_is_decoration_unless_it_has_a_label():
    assert 'aria-hidden="true"' in drawn("{% icon 'map' %}")
    assert 'aria-label="Peta &amp; daftar"' in drawn("{% icon 'map' label %}", label="Peta & daftar")


def test_the_tallest_bar_of_the_histogram_fills_it():
    heights = re.findall(r'height="([\d.]+)"', drawn("{% histogram counts %}", counts=[0, 5, 10]))
    assert heights == ["2.00", "20.00", "38.00"]


def test_initials_are_the_first_and_last_name():
    assert [ui.initials(name) for name in ("Dewi Sri Wulandari", "Eko", "")] == ["DW", "E", ""]


def test_every_symbol_that_stands_for_a_state_is_in_the_icon_file(settings):
    known = set(
        re.findall(r'<symbol id="(\w+)"', (settings.BASE_DIR / "static/geomonitor/icons.svg").read_text())
    )
    assert set(ui.SYMBOLS.values()) <= known


def test_modules_in_folders_are_in_the_import_map():
    names = json.loads(drawn("{% import_map %}"))["imports"]
    assert names["geomonitor/request"].endswith("geomonitor/js/request.js")
    assert "htmx" in names
