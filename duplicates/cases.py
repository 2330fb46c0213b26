"""[pure] Which pairs belong together: strongest first, at most twenty projects, a case keeps its number for life.

A pair joins the case of one of its projects while there is room; two cases that already have numbers are never
made one, so what was written about a case stays true.
"""

from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping
from typing import TypeVar

MOST_PROJECTS = 20

Key = TypeVar("Key", bound=Hashable)


def group_pairs(
    pairs: Iterable[tuple[Key, Key]], numbered: Mapping[int, Iterable[tuple[Key, Key]]]
) -> tuple[dict[tuple[Key, Key], int], list[list[tuple[Key, Key]]]]:
    """Place pairs, given strongest first, into cases.

    numbered: pairs of the cases that exist, by case number.
    Returns (pairs that join an existing case → its number, the new cases as lists of pairs).
    """
    members: dict[int, set[Key]] = {
        number: {project for pair in old for project in pair} for number, old in numbered.items()
    }
    homes: dict[Key, set[int]] = defaultdict(set)
    for number, projects in members.items():
        for project in projects:
            homes[project].add(number)
    joined: dict[tuple[Key, Key], int] = {}
    fresh: dict[int, list[tuple[Key, Key]]] = {}  # new cases count down from −1 until they get a number
    for left, right in pairs:
        near = sorted(homes[left] | homes[right], key=lambda number: (number < 0, abs(number)))
        number = next((n for n in near if len(members[n] | {left, right}) <= MOST_PROJECTS), 0)
        if not number:
            number = -len(fresh) - 1
            fresh[number], members[number] = [], set()
        members[number] |= {left, right}
        homes[left].add(number)
        homes[right].add(number)
        if number < 0:
            fresh[number].append((left, right))
        else:
            joined[left, right] = number
    return joined, list(fresh.values())
