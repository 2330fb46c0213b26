"""Whose pins a person's tiles count: all of them, the public ones, or the public ones with one's own places in full."""

from dataclasses import dataclass
from typing import Any

from django.db import connection

from accounts.access import Action, Person, reach
from maps.models import Scope

# Both ends come from the index pin_in_place; where all villages lie between them says whether a duty covers all.
_ENDS = "SELECT min(village), max(village) FROM maps_pin"


# Every project once, at its exact place. The list of scopes lets the index pin_in_tile find a run of keys in each.
IN_FULL = "(scope IN ('p', 'r') AND (scope = 'r' OR work_type <> 'house'))"


@dataclass(frozen=True)
class Sight:
    """everything: all pins are counted; else the public ones, and in the places `own` all of them."""

    everything: bool = False
    own: tuple[str, ...] = ()

    @property
    def scopes(self) -> list[str]:
        """The scopes whose counts add up to what is seen outside the own places."""
        return [Scope.PUBLIC.value, Scope.REST.value] if self.everything else [Scope.PUBLIC.value]

    @classmethod
    def of(cls, user: Person) -> "Sight":
        """What this person's tiles count: everything where a duty covers every place with a pin."""
        own = reach(user, Action.SEE_DRAFTS)
        if not own:
            return cls()
        with connection.cursor() as cursor:
            cursor.execute(_ENDS)
            first, last = cursor.fetchone()
        for code in own.codes:
            below = f"{code}."
            if first and first.startswith(below) and last.startswith(below):
                return cls(everything=True)
        return cls(own=own.codes)

    def own_places(self) -> tuple[str, dict[str, Any]]:
        """A condition on maps_pin.village for the own places, with its values: each place is one run of the index."""
        runs: list[str] = []
        values: dict[str, Any] = {}
        for number, code in enumerate(self.own):
            runs.append(f"(village >= %(own{number})s AND village < %(own{number}_end)s)")
            # Below "35.10" stands "35.10.01"; the sign after "." is "/".
            values |= {f"own{number}": code, f"own{number}_end": f"{code}/"}
        return f"({' OR '.join(runs) or 'false'})", values

    def pins(self) -> tuple[str, dict[str, Any]]:
        """A condition on maps_pin for the pins that are counted, each project once, with its values."""
        if self.everything:
            return IN_FULL, {}
        if not self.own:
            return "scope = 'p'", {}
        inside, values = self.own_places()
        return (
            f"(scope IN ('p', 'r') AND ((scope = 'p' AND NOT {inside}) OR ({IN_FULL} AND {inside})))",
            values,
        )
