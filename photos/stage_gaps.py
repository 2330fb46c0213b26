"""[pure] Which expected stages have no photo."""

from collections.abc import Iterable


def missing(stages: Iterable[int], claimed: Iterable[int]) -> list[int]:
    """Expected stages without a photo. A photo between two stages serves the lower of them, 0 and 100 only themselves.

    missing([0, 50, 100], [0, 60]) → [100]
    """
    ordered, shown = sorted(stages), sorted(claimed)
    absent = []
    for stage, after in zip(ordered, [*ordered[1:], 101][: len(ordered)], strict=True):
        served = any(stage <= progress < after if stage else progress == 0 for progress in shown)
        if not served:
            absent.append(stage)
    return absent
