"""Messages become sentences with numbers the Indonesian way, in the reader's language."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.utils import translation

from places import saying
from places.message import Message, message, sentence_of, sentences
from places.saying import say

sentences(
    {
        "test_saying.all": "%(far_m)s; %(part_pct)s; %(when_at)s; %(day_on)s; %(cost_rp)s; %(size_mb)s; %(name)s",
        "test_saying.one": "%(thing)s",
    }
)


def test_it_shows_each_parameter_by_its_suffix():
    said = say(
        message(
            "test_saying.all",
            far_m=1312.4,
            part_pct=80,
            when_at="2026-11-24T02:15:00+00:00",
            day_on="2026-11-24",
            cost_rp="1250000.50",
            size_mb=31_500_000,
            name="Sragi",
        )
    )
    assert said == "1,3 km; 80 %; 24 Nov 2026 09.15; 24 Nov 2026; Rp1.250.000,50; 31,5 MB; Sragi"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0 cm"),
        (0.004, "0 cm"),
        (0.4, "40 cm"),
        (1, "1,0 m"),
        (9.94, "9,9 m"),
        (34.2, "34 m"),
        (999.4, "999 m"),
        (999.6, "1,0 km"),
        (1312, "1,3 km"),
        (817_400, "817 km"),
        (12_685_000, "12.685 km"),
    ],
)
def test_it_writes_lengths(value, text):
    assert saying.metres(value) == text


def test_it_writes_lengths_the_english_way_in_english():
    with translation.override("en"):
        assert saying.metres(1312) == "1.3 km"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "–"),
        (0, "Rp0"),
        (1_250_000, "Rp1.250.000"),
        (Decimal("1250000.00"), "Rp1.250.000"),
        (Decimal("999999999999.05"), "Rp999.999.999.999,05"),
        (Decimal("-1500"), "−Rp1.500"),
    ],
)
def test_it_writes_rupiah(value, text):
    assert saying.rupiah(value) == text


def test_it_writes_times_on_the_clock_of_the_regency_and_days():
    assert saying.local_time(datetime(2026, 12, 31, 20, 5, tzinfo=UTC)) == "1 Jan 2027 03.05"
    assert saying.day(date(2026, 5, 2)) == "2 Mei 2026"


@pytest.mark.parametrize(
    ("value", "text"), [(None, "–"), (True, "True"), (3, "3"), ("100 % batu", "100 % batu")]
)
def test_it_shows_other_parameters_as_they_are(value, text):
    assert say(message("test_saying.one", thing=value)) == text


def test_it_shows_the_code_of_a_message_it_does_not_know():
    assert say(Message("future.code", {"x": 1})) == "future.code"
    assert sentence_of("future.code") is None


def test_it_keeps_a_message_as_json_and_reads_it_back():
    kept = message("test_saying.one", thing="Sragi").as_json()
    assert kept == {"code": "test_saying.one", "params": {"thing": "Sragi"}}
    assert Message.from_json(kept) == message("test_saying.one", thing="Sragi")
    assert Message.from_json({"code": "a"}).params == {}


def test_it_refuses_two_sentences_for_one_code():
    with pytest.raises(ValueError, match="two sentences"):
        sentences({"test_saying.one": "another"})


@pytest.mark.parametrize("value", [1e308, -1e308, float("inf"), float("nan")])
def test_a_number_that_no_camera_means_is_written_as_it_is(value: float):
    assert saying.number(value) == str(value)


@pytest.mark.parametrize("moment", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00"])
def test_the_ends_of_the_calendar_are_told_in_their_own_zone(moment: str):
    assert saying.local_time(datetime.fromisoformat(moment)).split()[-2] == moment[:4]


@pytest.mark.parametrize(
    ("minutes", "indonesian", "english"),
    [
        (0, "0 menit", "0 minutes"),
        (1, "1 menit", "1 minute"),
        (45.4, "45 menit", "45 minutes"),
        (-60, "1 jam", "1 hour"),
        (119, "119 menit", "119 minutes"),
        (200, "3 jam 20 menit", "3 hours 20 minutes"),
        (24 * 60, "24 jam", "24 hours"),
        (4608, "3 hari 5 jam", "3 days 5 hours"),
        (48 * 60, "2 hari", "2 days"),
        (1_500_000, "1.041 hari 16 jam", "1,041 days 16 hours"),
    ],
)
def test_a_span_of_time_is_said_in_days_hours_and_minutes(minutes: float, indonesian: str, english: str):
    assert saying.duration(minutes) == indonesian
    with translation.override("en"):
        assert saying.duration(minutes) == english


def test_minutes_and_hours_of_a_message_are_spans():
    sentences({"test_saying.span": "%(minutes)s; %(limit_minutes)s; %(hours)s"})
    said = say(message("test_saying.span", minutes=4608, limit_minutes=15, hours=-1))
    assert said == "3 hari 5 jam; 15 menit; 1 jam"
