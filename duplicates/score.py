"""[pure] The score of a pair after Fellegi and Sunter: prior + sum of log2 weights → probability.

The score orders the work and is never evidence. Worked example: docs/design/duplicate-score.md.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from duplicates.comparison import Finding
from duplicates.weights import PRIOR_WEIGHT, weight_of
from places.message import Message

STORED_FROM = 0.05  # pairs below are not stored
CASE_FROM = 0.5  # pairs from here on make cases
HIGH_FROM = 0.9  # "Kemiripan tinggi"


@dataclass(frozen=True)
class SignalScore:
    """What one signal added to a pair's score, and why."""

    signal: str
    level: str
    weight: float
    message: Message

    def as_json(self) -> dict[str, Any]:
        """The stored form, one member of a pair's `signals`."""
        return {
            "signal": self.signal,
            "level": self.level,
            "weight": self.weight,
            "message": self.message.as_json(),
        }

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> "SignalScore":
        """Read the stored form back."""
        return cls(stored["signal"], stored["level"], stored["weight"], Message.from_json(stored["message"]))


@dataclass(frozen=True)
class Score:
    """The sum: weight in log2 odds with the prior, the probability, and the part of each signal in order."""

    weight: float
    probability: float
    signals: tuple[SignalScore, ...]


def probability_of(weight: float) -> float:
    """Probability of log2 odds: 0 → 0.5, 3 → 8/9."""
    return 2**weight / (1 + 2**weight) if weight < 0 else 1 / (1 + 2**-weight)


def cents_of(signal: str, level: str) -> int:
    """A level's weight in hundredths, as stored and added up."""
    return round(weight_of(signal, level) * 100)


@lru_cache(maxsize=10_000)
def total(cents: int) -> tuple[float, float]:
    """Weight with the prior (2 decimals) and probability (4) of signals that add up to so many hundredths."""
    weight = round(PRIOR_WEIGHT + cents / 100, 2)
    return weight, round(probability_of(weight), 4)


def score(findings: Iterable[tuple[str, Finding]]) -> Score:
    """Add up the findings of the signals, given as (signal name, finding). Numbers are rounded as stored."""
    parts = []
    cents = 0
    for name, finding in findings:
        part = cents_of(name, finding.level)
        cents += part
        parts.append(SignalScore(name, finding.level, part / 100, finding.message))
    return Score(*total(cents), tuple(parts))


def likeness_word(probability: float) -> str:
    """The three words people read instead of a probability: "high", "medium" or "low"."""
    if probability >= HIGH_FROM:
        return "high"
    return "medium" if probability >= CASE_FROM else "low"
