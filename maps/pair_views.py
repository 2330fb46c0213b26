"""Folium pages to take away, which open without internet: listed pairs, an engagement's findings, outside lists."""

from django.contrib.auth.decorators import login_required
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from duplicates import engagement_contents
from duplicates.access import person, require_scanner
from duplicates.engagement_contents import EngagementContents
from duplicates.engagement_table import conclusions, engagement_table
from duplicates.engagements import engagements_of
from duplicates.forms import PairFilter
from duplicates.handing_over import base_address, hand_over
from duplicates.kernel import PairTable
from duplicates.listing import as_table, chosen
from duplicates.outside import ListsForm, compare
from duplicates.project_as_of import PhotoAsOf
from maps.folium_pages import NOTHING_KNOWN, Known, Shot, pairs_page
from photos.models import Verdict
from photos.thumbs import stored_thumb
from places.message import mark, message, sentences
from places.problems import Problem
from places.saying import day, local_time

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
    table = as_table(chosen(request.user, form.wanted())[:MOST_ON_A_PAGE])
    made = _("Dibuat %(at)s.") % {"at": local_time(timezone.now())}
    return _handed(request, person(request), table, "pairs.html", made)


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
            shots[work.code] = [Shot(one.sha256, _caption(one), files[one.sha256]) for one in chosen]
    return shots


def _caption(photo: PhotoAsOf) -> str:
    verdict = Verdict(photo.verdict).label if photo.verdict in Verdict.values else photo.verdict
    taken = local_time(photo.taken_at) if photo.taken_at else ""
    told = (f"{photo.progress} %", taken, str(verdict), f"SHA-256 {photo.sha256[:12]}…")
    return " · ".join(filter(None, told))


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
