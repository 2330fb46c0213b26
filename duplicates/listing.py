"""Which pairs a person sees, and pairs as a table for pages and downloads: one place for all of them."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from django.core.cache import cache
from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery

from accounts.access import Action, Person, reach
from accounts.models import User
from duplicates.kernel import PairTable, ScoredPair
from duplicates.models import Case, Decision, DecisionQuerySet, Pair, PairQuerySet
from duplicates.register import records_of
from duplicates.score import SignalScore
from places.models import Place
from projects.models import Project

MOST_IN_A_FILE = 50_000
_MENU_S = 30
_HEAVY = [
    f"{side}__{heavy}"
    for side in ("left", "right")
    for heavy in ("search", "imported", "village__boundary", "village__parent__boundary")
]


def pairs_for(user: Person) -> PairQuerySet:
    """Pairs of projects that the person may know both of, with those projects at hand."""
    visible = Project.objects.visible_to(user).values("pk")
    pairs = Pair.objects.visible_to(user).filter(left__in=visible, right__in=visible)
    whole = pairs.select_related("left__village__parent", "right__village__parent", "case")
    return whole.defer(*_HEAVY)


def chosen(user: Person, wanted: dict[str, Any]) -> PairQuerySet:
    """The pairs of a filled-in form (duplicates.forms.PairFilter), strongest first."""
    pairs = pairs_for(user).current().filter(probability__gte=wanted["min_probability"])
    if wanted.get("year"):
        pairs = pairs.filter(Q(left__fiscal_year=wanted["year"]) | Q(right__fiscal_year=wanted["year"]))
    if wanted.get("place"):
        pairs = pairs.filter(_in_place(wanted["place"]))
    if wanted.get("q"):
        pairs = pairs.filter(_named(wanted["q"]))
    decided = own_decisions(user).filter(pair=OuterRef("pk"))
    if wanted.get("state") == "open":
        pairs = pairs.filter(~Exists(settled(user)))
    elif wanted.get("state") == "concluded":
        pairs = pairs.filter(Exists(settled(user)))
    newest = decided.order_by("-at", "-pk").values("kind")[:1]
    pairs = pairs.annotate(conclusion=Subquery(newest))
    return pairs.order_by("-weight", "distance_m", "left__code", "right__code")


def own_decisions(user: Person) -> DecisionQuerySet:
    """Decisions in force on the person's side of the wall: their teams' findings, or the monitors' triage."""
    decisions = Decision.objects.in_force().visible_to(user)
    return decisions.filter(engagement__isnull=not reach(user, Action.FINDING))


def settled(user: Person) -> DecisionQuerySet:
    """Inside a query over pairs: the decision that closes one; what was opened again closes nothing."""
    return own_decisions(user).filter(pair=OuterRef("pk"), reopened_at__isnull=True)


# The queue of cases -----------------------------------------------------------------------------------------


def queue(user: Person, wanted: dict[str, Any]) -> QuerySet[Case]:
    """The cases of a filled-in form (duplicates.forms.CaseFilter), the most money first.

    A case is open while one of its current pairs is not concluded on the person's side of the wall.
    """
    pairs = pairs_for(user).current().order_by().select_related(None)
    if wanted.get("year"):
        pairs = pairs.filter(Q(left__fiscal_year=wanted["year"]) | Q(right__fiscal_year=wanted["year"]))
    if wanted.get("place"):
        pairs = pairs.filter(_in_place(wanted["place"]))
    if wanted.get("q"):
        pairs = pairs.filter(_named(wanted["q"]))
    cases = Case.objects.filter(Exists(pairs.filter(case=OuterRef("pk"))))
    undecided = Pair.objects.current().filter(~Exists(settled(user)), case=OuterRef("pk"))
    state = wanted.get("state") or "open"
    if state == "concluded":
        cases = cases.filter(~Exists(undecided))
    elif state != "all":
        cases = cases.filter(Exists(undecided))
    if state == "assigned":
        cases = cases.filter(assigned_to__isnull=False)
    elif state == "mine":
        cases = cases.filter(assigned_to=user.pk)
    return cases.select_related("assigned_to").order_by("-money", "-pk")


def how_many_wait(user: User) -> int:
    """For the menu of every page: remembered for half a minute, or until this person concludes or is given a case."""
    return int(cache.get_or_set(_menu_key(user), lambda: _waiting(user), _MENU_S) or 0)


def forget_how_many(user: User) -> None:
    """The person concluded, took back or was given something: the menu counts anew."""
    cache.delete(_menu_key(user))


def _menu_key(user: User) -> str:
    return f"duplicates.waiting.{user.pk}"


def _waiting(user: User) -> int:
    """Cases that wait for the person: open on their side of the wall, also again, and not another monitor's task."""
    waiting = pairs_for(user).current().filter(~Exists(settled(user)), case__isnull=False)
    if not reach(user, Action.FINDING):
        waiting = waiting.filter(Q(case__assigned_to__isnull=True) | Q(case__assigned_to=user.pk))
    return waiting.order_by().values("case").distinct().count()


def strongest_pairs(user: Person, cases: Iterable[Case]) -> dict[int, list[Pair]]:
    """By case: its current pairs that the person may see, strongest first, with the newest conclusion on each."""
    found: dict[int, list[Pair]] = defaultdict(list)
    newest = own_decisions(user).filter(pair=OuterRef("pk")).order_by("-at", "-pk")
    pairs = pairs_for(user).current().filter(case__in=[case.pk for case in cases])
    marked = pairs.annotate(
        conclusion=Subquery(newest.values("kind")[:1]), reopened=Subquery(newest.values("reopened_at")[:1])
    )
    for pair in marked.order_by("-weight", "pk"):
        found[pair.case_id or 0].append(pair)
    return found


def years_and_places(user: Person) -> tuple[list[int], list[Place]]:
    """What the queue can be filtered by: years and districts in which there is a case that the person sees."""
    pairs = Pair.objects.visible_to(user).current().filter(case__isnull=False).order_by()
    rows = pairs.values_list(
        "left__fiscal_year", "right__fiscal_year", "left__village__parent", "right__village__parent"
    ).distinct()
    years: set[int] = set()
    districts: set[str] = set()
    for left, right, here, there in rows:
        years |= {left, right}
        districts |= {code for code in (here, there) if code}
    places = Place.objects.filter(pk__in=districts).defer("boundary").order_by("name")
    return sorted(years, reverse=True), list(places)


def _in_place(code: str) -> Q:
    condition = Q()
    for side in ("left", "right"):
        condition |= Q(**{f"{side}__village_id": code}) | Q(
            **{f"{side}__village__code__startswith": f"{code}."}
        )
    return condition


def _named(text: str) -> Q:
    condition = Q()
    for side in ("left", "right"):
        condition |= Q(**{f"{side}__title__icontains": text}) | Q(**{f"{side}__code": text})
    return condition


def as_scored(pair: Pair) -> ScoredPair:
    """A stored pair in the form that the kernel gives out."""
    return ScoredPair(
        left_id=pair.left.code,
        right_id=pair.right.code,
        distance_m=pair.distance_m,
        weight=pair.weight,
        probability=pair.probability,
        signals=tuple(SignalScore.from_json(part) for part in pair.signals),
    )


def as_table(pairs: Iterable[Pair]) -> PairTable:
    """Stored pairs with their projects' records, for CSV, workbook and map page."""
    rows = list(pairs)
    records = records_of(key for pair in rows for key in (pair.left_id, pair.right_id))
    return PairTable.of([as_scored(pair) for pair in rows], records.values())
