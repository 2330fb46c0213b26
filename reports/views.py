"""Downloads: the pairs that a page lists, the files of an engagement, and outside lists compared. All are written down."""

from dataclasses import replace
from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import translation
from django.views.decorators.http import require_GET, require_http_methods

from duplicates import engagement_contents
from duplicates.access import person, require_scanner
from duplicates.engagements import engagements_of
from duplicates.forms import PairFilter
from duplicates.handing_over import hand_over
from duplicates.listing import MOST_IN_A_FILE, as_table, chosen, own_decisions
from duplicates.outside import Compared, ListsForm, compare
from places.problems import Problem
from places.saying import say
from reports.formats import FORMATS
from reports.known import Known
from reports.pairs import likeness

MOST_IN_A_DOCUMENT = 300  # pairs, 7 s of CPU as PDF; a workbook or a layer carries more
SHOWN_PAIRS, SHOWN_COMPLAINTS = 50, 100
FROM_LISTS = ("csv", "xlsx", "geojson", "gpkg", "parquet", "docx", "pdf")


@login_required
@require_GET
def pairs_file(request: HttpRequest, format_: str) -> HttpResponse:
    """The pairs that the page lists, by the same filter, in one of reports.formats."""
    require_scanner(request)
    form = PairFilter(request.GET, user=request.user)
    most = MOST_IN_A_DOCUMENT if format_ in ("docx", "pdf") else MOST_IN_A_FILE
    table = as_table(chosen(request.user, form.wanted())[:most])
    wanted = FORMATS[format_]
    return hand_over(
        actor=person(request),
        subject=person(request),
        content=wanted.write(table, Known.of(table, own_decisions(request.user))),
        name=f"pairs.{wanted.suffix}",
        kind=wanted.kind,
        data={"query": request.GET.urlencode(), "pairs": len(table.pairs)},
    )


@login_required
@require_GET
def engagement_file(request: HttpRequest, pk: int, file: str) -> HttpResponse:
    """A file of an engagement, for its team only: others are told that there is no such thing."""
    from reports.engagement_files import FILES

    engagement = get_object_or_404(engagements_of(request.user), pk=pk)
    wanted = FILES[file]
    with translation.override("id"):
        contents = engagement_contents.contents_of(engagement)
        content = wanted.write(contents, base_address(request))
    return hand_over(
        actor=person(request),
        subject=engagement,
        content=content,
        name=f"{wanted.name}-{engagement.pk}.{wanted.suffix}",
        kind=wanted.kind,
        data={"assignment": engagement.assignment},
    )


def base_address(request: HttpRequest) -> str:
    """Where links in files lead: GEOMONITOR_PUBLIC_URL, else the address by which the person came."""
    return settings.PUBLIC_URL or request.build_absolute_uri("/")


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def outside_lists(request: HttpRequest) -> HttpResponse:
    """Compare an outside list with the register, itself or another one; look at it or take it away. Nothing is stored."""
    require_scanner(request)
    if request.method != "POST":
        return render(request, "reports/lists.html", {"form": ListsForm(), "formats": FROM_LISTS})
    form = ListsForm(request.POST, request.FILES)
    if not form.is_valid():
        return _show(request, form, status=422)
    try:
        compared = compare(request.user, form)
    except Problem as problem:
        return _show(request, form, status=problem.status, problem=problem.sentence)
    return _file(request, compared) or _show(request, form, **_results(compared))


def _file(request: HttpRequest, compared: Compared) -> HttpResponse | None:
    wanted = request.POST.get("format", "")
    if wanted not in FROM_LISTS:
        return None
    made = FORMATS[wanted]
    most = MOST_IN_A_DOCUMENT if wanted in ("docx", "pdf") else MOST_IN_A_FILE
    table = replace(compared.table, pairs=compared.table.pairs[:most])
    return hand_over(
        actor=person(request),
        subject=person(request),
        content=made.write(table, Known()),
        name=f"lists.{made.suffix}",
        kind=made.kind,
        data={"pairs": len(table.pairs), "with": request.POST.get("with_what", "")},
    )


def _results(compared: Compared) -> dict[str, Any]:
    rows = [
        (pair, left, right, likeness(pair.probability), [say(part.message) for part in pair.signals if part.weight])
        for pair, left, right in list(compared.table.rows())[:SHOWN_PAIRS]
    ]  # fmt: skip
    return {
        "rows": rows,
        "count": len(compared.table.pairs),
        "records": compared.records,
        "complaints": compared.complaints[:SHOWN_COMPLAINTS],
        "complaint_count": len(compared.complaints),
    }


def _show(request: HttpRequest, form: ListsForm, status: int = 200, **known: Any) -> HttpResponse:
    """The results alone for a request of the page's own, so that the chosen files stay chosen; else the whole page."""
    context = {"form": form, "formats": FROM_LISTS, "asked": True, **known}
    if getattr(request, "htmx", False):
        return render(request, "reports/_list_results.html", context)
    return render(request, "reports/lists.html", context, status=status)
