"""[pure] The signals in the order in which they are shown. To add one: docs/signals/README.md."""

from duplicates.comparison import Signal
from duplicates.signals import (
    activity,
    budget,
    context,
    distance,
    executor,
    fund_source,
    overlap,
    pictures,
    title,
    volume,
    work_type,
    year,
)

SIGNALS: tuple[Signal, ...] = tuple(
    Signal(
        module.__name__.rpartition(".")[2],
        module.compare,
        module.levels,
        module.LEVELS,
        costly=module in (title, context),
        shown=module.SHOWN,
    )
    for module in (
        distance,
        overlap,
        title,
        work_type,
        activity,
        volume,
        budget,
        fund_source,
        year,
        executor,
        pictures,
        context,
    )
)
