"""Which pairs a person sees, and pairs as a table for pages and downloads: one place for all of them."""

from collections.abc import Iterable
from typing import Any

from django.db.models import Exists, OuterRef, Q, Subquery

from accounts.access import Action, Person, reach
from duplicates.kernel import PairTable, ScoredPair
from duplicates.models import Decision, DecisionQuerySet, Pair, PairQuerySet
from duplicates.register import records_of
from duplicates.score import SignalScore
from projects.models import Project

MOST_IN_A_FILE = 50_000


def pairs_for(user: Person) -> PairQuerySet:
    """Pairs of projects that the person may know both of, with those projects at hand."""
    visible = Project.objects.visible_to(user).values("pk")
    pairs = Pair.objects.visible_to(user).filter(left__in=visible, right__in=visible)
    return pairs.select_related("left__village__parent", "right__village__parent", "case")


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
        pairs = pairs.filter(~Exists(decided))
    elif wanted.get("state") == "concluded":
        pairs = pairs.filter(Exists(decided))
    newest = decided.order_by("-at", "-pk").values("kind")[:1]
    pairs = pairs.annotate(conclusion=Subquery(newest))
    return pairs.order_by("-weight", "distance_m", "left__code", "right__code")


def own_decisions(user: Person) -> DecisionQuerySet:
    """Decisions in force on the person's side of the wall: their teams' findings, or the monitors' triage."""
    decisions = Decision.objects.in_force().visible_to(user)
    return decisions.filter(engagement__isnull=not reach(user, Action.FINDING))


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
