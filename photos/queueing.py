"""Which photos wait for whom, in which order, and how many of each kind: the review queue.

The district looks first at what its villages send. The regency takes what is doubtful, what stands against the
checks' word, a random sample, and what a district leaves lying. docs/design/reviews.md has the rules with a
worked example.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, NamedTuple
from urllib.parse import urlencode

from django.conf import settings
from django.core.cache import cache
from django.db.models import Count, Exists, OuterRef, Q
from django.http import QueryDict
from django.utils import timezone

from accounts.access import Reach, roles
from accounts.models import Duty, Role, User
from photos.checks import CHECKS
from photos.models import CheckResult, Claim, ClaimQuerySet, ReviewTier, Turn, Verdict
from photos.turns import AGAIN
from places.message import mark as _
from places.message import message
from places.models import Level, Place
from places.problems import Problem
from projects import filters
from projects.models import Project

# What people call the checks: what is asked, since the answer may be yes. A check of a newer release shows its code.
CHECK_WORDS = {
    "has_position": _("Koordinat foto"),
    "near_site": _("Jarak ke titik"),
    "nearer_site": _("Titik lain di dekatnya"),
    "surveyed_site": _("Survei titik lokasi"),
    "in_village": _("Di dalam desa"),
    "hemisphere": _("Belahan bumi atau urutan koordinat"),
    "time_plausible": _("Waktu foto"),
    "camera_existed": _("Umur kamera"),
    "fix_agrees": _("EXIF dan posisi kamera"),
    "fix_age": _("Umur posisi"),
    "capture_bound": _("Ikatan kamera Geomonitor"),
    "speed": _("Kecepatan antarfoto"),
    "same_coordinates": _("Koordinat foto lain"),
    "progress_order": _("Urutan progres"),
    "stages_present": _("Kelengkapan tahap"),
    "complete": _("Berkas utuh"),
    "edited": _("Tanda penyuntingan"),
    "tagging_tool": _("Alat penulis koordinat"),
    "thumbnail_matches": _("Gambar kecil di dalam berkas"),
    "screen_or_print": _("Tanda layar atau cetakan"),
    "content_credentials": _("Tanda tangan kamera (C2PA)"),
    "not_reused": _("Pemakaian gambar sebelumnya"),
}
_DOUBTING = ("failed", "warning")
SCOPES = ("mine", "all")
_MENU_S = 30


# ---- who sees what


def tier_of(user: User, place_code: str) -> str:
    """As whom the person looks at a photo of this village: regency before district, "" without a duty there."""
    if _reach_as(user, Role.MONITOR).covers(place_code):
        return ReviewTier.REGENCY
    return ReviewTier.DISTRICT if _reach_as(user, Role.DISTRICT).covers(place_code) else ""


def is_regency(user: User) -> bool:
    """Whether the person has a monitor's queue (with its choice between the own share and all that waits)."""
    return bool(_reach_as(user, Role.MONITOR))


def _reach_as(user: User, role: Role) -> Reach:
    return Reach(tuple(sorted({held.place for held in roles(user) if held.role == role})))


def waiting_for(user: User, scope: str = "mine") -> ClaimQuerySet:
    """Photos that wait for this person, never the own ones, the most doubtful first and then the oldest.

    scope "all" gives the regency everything that waits for anybody.
    """
    here = Claim.objects.waiting().exclude(uploaded_by=user.pk)
    share = Q()
    if regency := _reach_as(user, Role.MONITOR):
        own = _for_regency(regency) if scope == "mine" else Q()
        share |= regency.q("project__village__code") & own
    if district := _reach_as(user, Role.DISTRICT):
        share |= district.q("project__village__code") & Q(turn__in=(Turn.DISTRICT, Turn.DISTRICT_AGAIN))
    return in_order(here.filter(share) if share else here.none())


def in_order(claims: ClaimQuerySet) -> ClaimQuerySet:
    """The queue's order."""
    return claims.order_by("-doubt", "received_at", "pk")


def _for_regency(reach: Reach) -> Q:
    """The regency's share: what was passed on to it, and of what nobody has decided the drawn, doubtful and old."""
    doubtful = Q(doubt__gte=settings.REVIEW_DOUBTFUL_FROM)
    return ~Q(turn=Turn.DISTRICT) | Q(control=True) | doubtful | _left_lying(reach)


def _left_lying(reach: Reach) -> Q:
    """Older than the district's days, or from a district in which nobody has the duty to look."""
    since = timezone.now() - timedelta(days=settings.REVIEW_DISTRICT_DAYS)
    lonely = _districts_without_reviewer(reach)
    return Q(received_at__lt=since) | Reach(tuple(lonely)).q("project__village__code")


def _districts_without_reviewer(reach: Reach) -> list[str]:
    held = Duty.objects.current().filter(role=Role.DISTRICT, user__is_active=True)
    covered = Reach(tuple(sorted(set(held.values_list("place_id", flat=True)))))
    districts = Place.objects.filter(reach.q("code"), level=Level.DISTRICT).values_list("code", flat=True)
    return [code for code in districts if not covered.covers(code)]


# ---- what is asked for


@dataclass(frozen=True)
class Asked:
    """The queue's filters: verdicts and checks of the photo, places, and the words that select its project.

    changed: only those that the checks judge otherwise since somebody decided.
    """

    scope: str = "mine"
    verdicts: tuple[str, ...] = ()
    checks: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    project: filters.Filters = field(default_factory=filters.Filters)
    changed: bool = False

    def __bool__(self) -> bool:
        return bool(self.verdicts or self.checks or self.places or self.project or self.changed)

    def pairs(self) -> list[tuple[str, str]]:
        """The filters as they stand in a URL."""
        own = [("scope", self.scope)] if self.scope != "mine" else []
        own += [("changed", "1")] if self.changed else []
        own += [("verdict", value) for value in self.verdicts]
        own += [("check", value) for value in self.checks]
        own += [("place", value) for value in self.places]
        return own + [(word, value) for word, values in self.project.values.items() for value in values]

    def query_string(self) -> str:
        return urlencode(self.pairs())


def read(params: QueryDict | Mapping[str, Any]) -> Asked:
    """Read the filters; `verdict` means the photo's own. Raises Problem (400) for a value that cannot be meant."""
    asked = filters.read({name: _values(params, name) for name in filters.WORDS if name != "evidence"})
    scope = next(iter(_values(params, "scope")), "mine")
    return Asked(
        scope=_known("scope", [scope], SCOPES)[0],
        verdicts=_known("verdict", _values(params, "verdict"), Verdict.values),
        checks=_known("check", _values(params, "check"), [check.CODE for check in CHECKS]),
        places=asked.get("place"),
        project=asked.without("place"),
        changed=bool(_known("changed", _values(params, "changed"), ["1"])),
    )


def _values(params: QueryDict | Mapping[str, Any], name: str) -> list[str]:
    raw = params.getlist(name) if isinstance(params, QueryDict) else params.get(name, [])
    listed = raw if isinstance(raw, list | tuple) else [raw]
    parts = listed if name in {"q", "bbox"} else [part for text in listed for part in str(text).split(",")]
    return list(dict.fromkeys(str(part).strip() for part in parts if str(part).strip()))


def _known(word: str, values: list[str], choices: Iterable[str]) -> tuple[str, ...]:
    known = list(choices)
    for value in values:
        if value not in known:
            said = message("filter.unknown_value", word=word, value=value, choices=", ".join(known))
            raise Problem(said)
    return tuple(values)


def select(claims: ClaimQuerySet, asked: Asked, user: User, *, without: str = "") -> ClaimQuerySet:
    """The claims that the filters leave; without: one word left out, to count its other options."""
    if asked.changed:
        claims = claims.filter(turn__in=AGAIN)
    if asked.verdicts and without != "verdict":
        claims = claims.filter(verdict__in=asked.verdicts)
    if asked.checks and without != "check":
        doubted = CheckResult.objects.filter(
            claim=OuterRef("pk"), code__in=asked.checks, status__in=_DOUBTING
        )
        claims = claims.filter(Exists(doubted))
    if asked.places and without != "place":
        claims = claims.filter(Reach(asked.places).q("project__village__code"))
    if asked.project:
        claims = claims.filter(project__in=filters.apply(Project.objects.all(), asked.project, user))
    return claims


def queue(user: User, asked: Asked) -> ClaimQuerySet:
    """What waits for this person, by the filters, in order."""
    return select(waiting_for(user, asked.scope), asked, user)


def neighbour(claims: ClaimQuerySet, claim: Claim, *, before: bool = False) -> Claim | None:
    """The one after (or before) this claim in the queue's order, whether or not it still waits itself."""
    doubt, at, pk = claim.doubt, claim.received_at, claim.pk
    same = Q(doubt=doubt)
    if before:
        condition = Q(doubt__gt=doubt) | same & (Q(received_at__lt=at) | Q(received_at=at, pk__lt=pk))
        found = claims.filter(condition, doubt__gte=doubt)  # the bound lets the index start here
        return found.order_by("doubt", "-received_at", "-pk").first()
    condition = Q(doubt__lt=doubt) | same & (Q(received_at__gt=at) | Q(received_at=at, pk__gt=pk))
    return claims.filter(condition, doubt__lte=doubt).first()


# ---- how many of each


@dataclass(frozen=True)
class Counts:
    """How many photos the filters leave, and how many each verdict, place and "changed" would leave.

    places: (district's name, its code, its count, [(village's code, name, count)]).
    """

    all: int
    any_verdict: int
    verdicts: dict[str, int]
    changed: int
    places: list[tuple[str, str, int, list[tuple[str, str, int]]]]


def count(user: User, asked: Asked) -> Counts:
    """Counts for the page: one query over villages, verdicts and turns, one for names."""
    waiting = select(waiting_for(user, asked.scope), Asked(checks=asked.checks, project=asked.project), user)
    grouped = waiting.order_by().values_list("project__village_id", "verdict", "turn")
    rows = [_Row(*row) for row in grouped.annotate(many=Count("pk"))]
    here = Reach(asked.places)

    def left(*without: str) -> list[_Row]:
        return [
            row
            for row in rows
            if ("place" in without or not asked.places or here.covers(row.village))
            and ("verdict" in without or not asked.verdicts or row.verdict in asked.verdicts)
            and ("changed" in without or not asked.changed or row.turn in AGAIN)
        ]

    verdicts = _sum((row.verdict, row.many) for row in left("verdict"))
    return Counts(
        all=sum(row.many for row in left()),
        any_verdict=sum(verdicts.values()),
        verdicts=dict(verdicts),
        changed=sum(row.many for row in left("changed") if row.turn in AGAIN),
        places=_by_district(_sum((row.village, row.many) for row in left("place"))),
    )


class _Row(NamedTuple):
    village: str
    verdict: str
    turn: str
    many: int


def _sum(rows: Iterable[tuple[str, int]]) -> Counter[str]:
    sums: Counter[str] = Counter()
    for key, many in rows:
        sums[key] += many
    return sums


def count_checks(user: User, asked: Asked) -> list[tuple[str, str, int]]:
    """(code, word, count) of the checks that did not pass, the most frequent first; the slowest count of all."""
    claims = select(waiting_for(user, asked.scope), asked, user, without="check")
    claims = claims.filter(doubt__gt=0)  # a check that did not pass raises the doubt; most photos have none
    doubted = CheckResult.objects.filter(claim__in=claims.order_by().values("pk"), status__in=_DOUBTING)
    rows = dict(doubted.order_by().values_list("code").annotate(many=Count("pk")))
    codes = sorted({*rows, *asked.checks}, key=lambda code: (-rows.get(code, 0), code))
    return [(code, word_of(code), rows.get(code, 0)) for code in codes]


def all_checks() -> list[tuple[str, str]]:
    """(code, word) of every check, in the order in which people read them."""
    return [(check.CODE, word_of(check.CODE)) for check in CHECKS]


def word_of(code: str) -> str:
    """What people call a check, still to be translated."""
    return CHECK_WORDS.get(code) or code.replace("_", " ")


def _by_district(by_village: Mapping[str, int]) -> list[tuple[str, str, int, list[tuple[str, str, int]]]]:
    villages = Place.objects.filter(code__in=by_village).order_by("parent__name", "name")
    districts: dict[str, tuple[str, list[tuple[str, str, int]]]] = {}
    for code, name, parent, above in villages.values_list("code", "name", "parent_id", "parent__name"):
        districts.setdefault(parent or "", (above or "", []))[1].append((code, name, by_village[code]))
    return [
        (name, code, sum(many for _code, _name, many in listed), listed)
        for code, (name, listed) in districts.items()
    ]


def how_many_wait(user: User) -> int:
    """For the menu of every page: remembered for half a minute, or until this person decides."""
    found = cache.get_or_set(_menu_key(user), lambda: waiting_for(user).count(), _MENU_S)
    return int(found or 0)


def forget_how_many(user: User) -> None:
    """The person decided: the menu counts anew."""
    cache.delete(_menu_key(user))


def _menu_key(user: User) -> str:
    return f"photos.waiting.{user.pk}"
