"""The folium page of the listed pairs, to take away: it opens without internet."""

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from accounts.access import Action, reach
from duplicates.forms import PairFilter
from duplicates.listing import as_table, chosen
from maps.folium_pages import pairs_page
from places.saying import local_time

MOST_ON_A_PAGE = 5_000


@login_required
@require_GET
def pairs_html(request: HttpRequest) -> HttpResponse:
    """An attachment, because the page carries its scripts inside and the site's own pages may not."""
    if not reach(request.user, Action.SCAN):
        raise PermissionDenied(_("Indikasi ganda hanya untuk pemantau kabupaten dan pemeriksa."))
    form = PairFilter(request.GET, user=request.user)
    table = as_table(chosen(request.user, form.wanted())[:MOST_ON_A_PAGE])
    made = _("Dibuat %(at)s.") % {"at": local_time(timezone.now())}
    headers = {
        "Content-Disposition": 'attachment; filename="pairs.html"',
        "Cache-Control": "private, no-store",
    }
    return HttpResponse(pairs_page(table, scanned=made), headers=headers)
