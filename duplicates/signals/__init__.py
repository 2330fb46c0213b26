"""[pure] The signals in the order in which they are shown. To add one: docs/signals/README.md."""

from duplicates.comparison import Signal
from duplicates.signals import distance, title, work_type

SIGNALS: tuple[Signal, ...] = (
    Signal("distance", distance.compare, distance.levels, distance.LEVELS),
    Signal("title", title.compare, title.levels, title.LEVELS, costly=True),
    Signal("work_type", work_type.compare, work_type.levels, work_type.LEVELS),
)
