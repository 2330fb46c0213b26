"""[pure] The file that takes calibrated weights over: JSON, named by GEOMONITOR_DUPLICATE_WEIGHTS.

`{"format": "geomonitor-duplicate-weights", "prior_probability": 0.02, "levels": [{"signal": "distance", "level":
"same_spot", "m": 0.34, "u": 0.02}, …]}`. Other members are for people. It must name every level of the table,
once, and none besides: a file of an older version is refused, not half obeyed.
"""

import json
import math
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

FORMAT = "geomonitor-duplicate-weights"
MOST = 20.0  # log2: a level that turns odds of one to a million does not come from counting

Key = tuple[str, str]  # signal, level
Shares = Mapping[Key, tuple[float, float]]


class UnusableWeights(ValueError):
    """A file of weights that cannot be taken over; the text says why."""


def read_weights(path: Path, levels: Collection[Key]) -> tuple[float, dict[Key, tuple[float, float]]]:
    """Read (prior probability, {(signal, level): (m, u)}).

    levels: those of the table, all of which the file must name. Raises UnusableWeights.
    """
    try:
        said = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise UnusableWeights(f"{path} cannot be read: {error.strerror}") from error
    except ValueError as error:
        raise UnusableWeights(f"{path} is not JSON: {error}") from error
    if not isinstance(said, dict) or said.get("format") != FORMAT or not isinstance(said.get("levels"), list):
        raise UnusableWeights(f'{path} is no file of weights: "format" must be "{FORMAT}", "levels" a list')
    prior = _number(said.get("prior_probability"))
    if not 0 < prior < 1:
        raise UnusableWeights(f"{path}: prior_probability must lie between 0 and 1")
    found: dict[Key, tuple[float, float]] = {}
    for row in said["levels"]:
        key, shares = _row(path, row)
        if key in found:
            raise UnusableWeights(f"{path} names {'/'.join(key)} twice")
        found[key] = shares
    for missing, word in ((set(levels) - set(found), "lacks"), (set(found) - set(levels), "has unknown")):
        if missing:
            raise UnusableWeights(f"{path} {word} {', '.join(sorted('/'.join(key) for key in missing))}")
    return prior, found


def _row(path: Path, row: Any) -> tuple[tuple[str, str], tuple[float, float]]:
    if not isinstance(row, dict):
        raise UnusableWeights(f"{path}: a level must be an object, not {row!r}")
    key = str(row.get("signal")), str(row.get("level"))
    m, u = _number(row.get("m")), _number(row.get("u"))
    if not (m > 0 and u > 0 and abs(math.log2(m / u)) <= MOST):
        raise UnusableWeights(f"{path}: m and u of {'/'.join(key)} must be above 0, at most 2^{MOST:g} apart")
    return key, (m, u)


def _number(value: Any) -> float:
    """A finite number, or nan, which no limit lets pass."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        return math.nan
    return float(value)


def weights_text(prior: float, shares: Shares, about: Mapping[str, Any]) -> str:
    """The file's content; about: what people should know of it (counts, figures)."""
    levels = [
        {"signal": signal, "level": level, "m": float(f"{m:.6g}"), "u": float(f"{u:.6g}")}
        for (signal, level), (m, u) in shares.items()
    ]
    whole = {
        "format": FORMAT,
        "prior_probability": float(f"{prior:.6g}"),
        "levels": levels,
        "about": dict(about),
    }
    return json.dumps(whole, ensure_ascii=False, indent=1) + "\n"
