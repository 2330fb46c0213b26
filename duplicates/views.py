"""The list of pairs and the scans that found them."""

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from accounts.access import Action, reach
from duplicates.access import require_scanner
from duplicates.engagements import engagements_of
from duplicates.forms import PairFilter, ScanForm
from duplicates.listing import chosen, pairs_for
from duplicates.scan_keeping import resume_stale
from duplicates.scan_views import scans_for
from duplicates.score import likeness_word

PAGE_SIZE = 25


@login_required
@require_GET
def pair_list(request: HttpRequest) -> HttpResponse:
    """Scans and the pairs they found, strongest first."""
    require_scanner(request)
    resume_stale()
    form = PairFilter(request.GET, user=request.user)
    page = Paginator(chosen(request.user, form.wanted()), PAGE_SIZE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "rows": [(pair, likeness_word(pair.probability)) for pair in page.object_list],
        "form": form,
        "scan_form": ScanForm(user=request.user),
        "scans": scans_for(request.user)[:5],
        "engagements": engagements_of(request.user).filter(closed_at__isnull=True),
        "may_open_engagement": bool(reach(request.user, Action.FINDING)),
        "stored": pairs_for(request.user).current().count(),
    }
    return render(request, "duplicates/list.html", context)
