"""Folium pages to take away, which open without internet: listed pairs, an engagement's findings, outside lists."""

from collections.abc import Mapping

from django.contrib.auth.decorators import login_required
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from duplicates import engagement_contents
from duplicates.access import person, require_scanner
from duplicates.engagement_table import conclusions, engagement_table
from duplicates.engagements import engagements_of
from duplicates.forms import PairFilter
from duplicates.handing_over import hand_over
from duplicates.kernel import PairTable
from duplicates.listing import as_table, chosen
from duplicates.outside import ListsForm, compare
from maps.folium_pages import pairs_page
from places.message import mark, message, sentences
from places.problems import Problem
from places.saying import day, local_time

SENTENCES = sentences(
    {"lists.incomplete": mark("Isian belum lengkap: periksa daftar, radius dan kemiripan.")}
)

MOST_ON_A_PAGE = 5_000


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
        words = {sides: known.conclusion for sides, known in conclusions(contents).items()}
        return _handed(request, engagement, engagement_table(contents), f"penugasan-{pk}.html", line, words)


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
    words: Mapping[tuple[str, str], str] | None = None,
) -> HttpResponse:
    return hand_over(
        actor=person(request),
        subject=subject,
        content=pairs_page(table, scanned=line, conclusions=words).encode(),
        name=name,
        kind="text/html; charset=utf-8",
        data={"query": request.GET.urlencode(), "pairs": len(table.pairs)},
    )
