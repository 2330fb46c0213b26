"""Downloads: the pairs that a page lists, the files of an engagement, and outside lists compared. All are written down."""

from dataclasses import replace
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import translation
from django.views.decorators.http import require_GET, require_http_methods

from duplicates import engagement_contents
from duplicates.access import person, require_scanner
from duplicates.engagements import engagements_of
from duplicates.forms import PairFilter
from duplicates.handing_over import base_address, hand_over
from duplicates.listing import MOST_IN_A_FILE, as_table, chosen, own_decisions
from duplicates.outside import Compared, ListsForm, compare
from places.problems import Problem
from places.saying import say
from reports.engagement_files import FILES
from reports.formats import FORMATS, PAIR_FILES
from reports.known import Known
from reports.pairs import likeness
from reports.pairs_document import MOST_IN_A_DOCUMENT

SHOWN_PAIRS, SHOWN_COMPLAINTS = 50, 100


@login_required
@require_GET
def pairs_file(request: HttpRequest, format_: str) -> HttpResponse:
    """The pairs that the page lists, by the same filter, in one of reports.formats."""
    require_scanner(request)
    form = PairFilter(request.GET, user=request.user)
    pairs = chosen(request.user, form.wanted())
    table = as_table(pairs[: _most(format_)])
    base = base_address(request)
    known = replace(
        Known.of(table, own_decisions(request.user), base),
        count=pairs.count(),
        whole=f"{base}{reverse('pairs_xlsx')}?{request.GET.urlencode()}".rstrip("?"),
    )
    wanted = FORMATS[format_]
    return hand_over(
        actor=person(request),
        subject=person(request),
        content=wanted.write(table, known),
        name=f"pairs.{wanted.suffix}",
        kind=wanted.kind,
        data={"query": request.GET.urlencode(), "pairs": len(table.pairs)},
    )


def _most(format_: str) -> int:
    return MOST_IN_A_DOCUMENT if format_ in ("docx", "pdf") else MOST_IN_A_FILE


@login_required
@require_GET
def engagement_file(request: HttpRequest, pk: int, file: str) -> HttpResponse:
    """A file of an engagement, for its team only: others are told that there is no such thing."""
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


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def outside_lists(request: HttpRequest) -> HttpResponse:
    """Compare an outside list with the register, itself or another one; look at it or take it away. Nothing is stored."""
    require_scanner(request)
    if request.method != "POST":
        return render(request, "reports/lists.html", {"form": ListsForm(), "formats": PAIR_FILES})
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
    if wanted not in PAIR_FILES:
        return None
    made = FORMATS[wanted]
    table = replace(compared.table, pairs=compared.table.pairs[: _most(wanted)])
    return hand_over(
        actor=person(request),
        subject=person(request),
        content=made.write(table, Known(count=len(compared.table.pairs))),
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
    context = {"form": form, "formats": PAIR_FILES, "asked": True, **known}
    if getattr(request, "htmx", False):
        return render(request, "reports/_list_results.html", context)
    return render(request, "reports/lists.html", context, status=status)
