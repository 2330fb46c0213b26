"""Downloads of duplicate pairs: the pairs that the page lists, as CSV or workbook."""

import io

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from accounts.access import Action, reach
from duplicates.forms import PairFilter
from duplicates.kernel import PairTable
from duplicates.listing import MOST_IN_A_FILE, as_table, chosen
from reports.pairs import write_csv, write_xlsx

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def _wanted(request: HttpRequest) -> PairTable:
    if not reach(request.user, Action.SCAN):
        raise PermissionDenied(_("Indikasi ganda hanya untuk pemantau kabupaten dan pemeriksa."))
    form = PairFilter(request.GET, user=request.user)
    return as_table(chosen(request.user, form.wanted())[:MOST_IN_A_FILE])


@login_required
@require_GET
def pairs_csv(request: HttpRequest) -> HttpResponse:
    """The listed pairs in the six columns of the contract."""
    made = io.StringIO()
    write_csv(_wanted(request), made)
    return _attachment(made.getvalue().encode("utf-8"), "text/csv; charset=utf-8", "pairs.csv")


@login_required
@require_GET
def pairs_xlsx(request: HttpRequest) -> HttpResponse:
    """The listed pairs as a workbook with titles, money and sentences."""
    made = io.BytesIO()
    write_xlsx(_wanted(request), made)
    return _attachment(made.getvalue(), XLSX, "pairs.xlsx")


def _attachment(content: bytes, kind: str, name: str) -> HttpResponse:
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "private, no-store"}
    return HttpResponse(content, content_type=kind, headers=headers)
