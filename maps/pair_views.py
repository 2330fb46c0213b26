"""Folium pages to take away, which open without internet: listed pairs, an engagement's findings, outside lists."""

from collections.abc import Mapping
from datetime import datetime

from django.contrib.auth.decorators import login_required
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts.models import User
from duplicates import engagement_contents
from duplicates.access import person, require_scanner
from duplicates.engagement_contents import EngagementContents
from duplicates.engagement_table import conclusions, engagement_table
from duplicates.engagements import engagements_of
from duplicates.forms import PairFilter
from duplicates.handing_over import base_address, hand_over
from duplicates.kernel import PairTable
from duplicates.listing import as_table, chosen
from duplicates.models import Pair
from duplicates.outside import ListsForm, compare
from maps.folium_pages import NOTHING_KNOWN, Known, Shot, pairs_page
from photos.models import Claim, Verdict
from photos.thumbs import stored_thumb
from places.message import mark, message, sentences
from places.problems import Problem
from places.saying import day, local_time
from projects.models import Project

SENTENCES = sentences(
    {"lists.incomplete": mark("Isian belum lengkap: periksa daftar, radius dan kemiripan.")}
)

MOST_ON_A_PAGE = 5_000
MOST_PICTURES, PICTURES_OF_A_WORK = 240, 4  # about 5 MB


@login_required
@require_GET
def pairs_html(request: HttpRequest) -> HttpResponse:
    """An attachment, because the page carries its scripts inside and the site's own pages may not."""
    require_scanner(request)
    form = PairFilter(request.GET, user=request.user)
    pairs = list(chosen(request.user, form.wanted())[:MOST_ON_A_PAGE])
    made = _("Dibuat %(at)s.") % {"at": local_time(timezone.now())}
    known = _known_now(person(request), pairs, base_address(request))
    return _handed(request, person(request), as_table(pairs), "pairs.html", made, known)


def _known_now(user: User, pairs: list[Pair], base: str) -> Known:
    """The pages of listed pairs and their works, and the works' newest photos while there is room."""
    works = {one.code: one for pair in pairs for one in (pair.left, pair.right)}
    return Known(
        pages={
            (pair.left.code, pair.right.code): base + reverse("duplicate_pair", args=[pair.pk])
            for pair in pairs
        },
        works={code: base + one.get_absolute_url() for code, one in works.items()},
        shots=_shots_now(user, works),
    )


def _shots_now(user: User, works: Mapping[str, Project]) -> dict[str, list[Shot]]:
    """Of the works of the strongest pairs, the newest photos that the person may see."""
    strongest = [one.pk for one in list(works.values())[: MOST_PICTURES // PICTURES_OF_A_WORK]]
    claims = Claim.objects.visible_to(user).filter(project__in=strongest, photo__removed_at=None)
    shots: dict[str, list[Shot]] = {}
    for claim in claims.select_related("photo", "project").order_by("-stands", "-received_at", "pk"):
        mine = shots.setdefault(claim.project.code, [])
        if len(mine) < PICTURES_OF_A_WORK:
            told = _told(claim.photo.sha256, claim.progress, claim.taken_at, claim.verdict)
            mine.append(Shot(claim.photo.sha256, told, stored_thumb(claim.photo.sha256)))
    return shots


@login_required
@require_GET
def engagement_map(request: HttpRequest, pk: int) -> HttpResponse:
    """An engagement's findings where they were at the cut-off, for its team only. The same contents, the same page."""
    engagement = get_object_or_404(engagements_of(request.user), pk=pk)
    with translation.override("id"):
        contents = engagement_contents.contents_of(engagement)
        line = f"Penugasan {contents.assignment}, data per {day(contents.cut_off)}."
        known = _known(contents, base_address(request))
        return _handed(request, engagement, engagement_table(contents), f"penugasan-{pk}.html", line, known)


def _known(contents: EngagementContents, base: str) -> Known:
    told = conclusions(contents)
    return Known(
        conclusions={sides: one.conclusion for sides, one in told.items()},
        pages={sides: base + one.url for sides, one in told.items()},
        works={work.code: base + work.url for work in contents.works},
        shots=_shots(contents),
    )


def _shots(contents: EngagementContents) -> dict[str, list[Shot]]:
    """Pictures of the works of findings, in the order of the findings until the page is full."""
    shots: dict[str, list[Shot]] = {}
    files: dict[str, bytes] = {}
    for finding in (*contents.findings, *contents.drafts):
        for work in (finding.left.project, finding.right.project):
            if work.code in shots or len(files) >= MOST_PICTURES:
                continue
            chosen = sorted(work.photos, key=lambda one: not one.stands)[:PICTURES_OF_A_WORK]
            for photo in chosen:
                if photo.sha256 not in files:
                    files[photo.sha256] = stored_thumb(photo.sha256)
            shots[work.code] = [
                Shot(
                    one.sha256,
                    _told(one.sha256, one.progress, one.taken_at, one.verdict),
                    files[one.sha256],
                )
                for one in chosen
            ]
    return shots


def _told(sha256: str, progress: int, taken_at: datetime | None, verdict: str) -> str:
    """A photo's caption: stage, time, verdict, the beginning of its hash."""
    word = str(Verdict(verdict).label) if verdict in Verdict.values else verdict
    parts = (f"{progress} %", local_time(taken_at) if taken_at else "", word, f"SHA-256 {sha256[:12]}…")
    return " · ".join(filter(None, parts))


@login_required
@require_POST
def outside_lists_map(request: HttpRequest) -> HttpResponse:
    """Outside lists compared, as a page. Nothing is stored."""
    require_scanner(request)
    form = ListsForm(request.POST, request.FILES)
    if not form.is_valid():
        fields = {name: [str(one) for one in errors] for name, errors in form.errors.items()}
        raise Problem(message("lists.incomplete"), status=422, fields=fields)
    table = compare(request.user, form).table
    kept = PairTable(table.pairs[:MOST_ON_A_PAGE], table.left, table.right)
    return _handed(request, person(request), kept, "lists.html", "")


def _handed(
    request: HttpRequest,
    subject: models.Model,
    table: PairTable,
    name: str,
    line: str,
    known: Known = NOTHING_KNOWN,
) -> HttpResponse:
    return hand_over(
        actor=person(request),
        subject=subject,
        content=pairs_page(table, scanned=line, known=known).encode(),
        name=name,
        kind="text/html; charset=utf-8",
        data={"query": request.GET.urlencode(), "pairs": len(table.pairs)},
    )
