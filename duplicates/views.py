"""The list of pairs and the scans that found them."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from accounts.access import Action, reach
from duplicates.access import person, require_scanner
from duplicates.engagements import engagements_of
from duplicates.forms import PairFilter, ScanForm
from duplicates.listing import chosen, pairs_for
from duplicates.models import Scan
from duplicates.scan import scan_register
from duplicates.score import likeness_word

PAGE_SIZE = 25


@login_required
@require_GET
def pair_list(request: HttpRequest) -> HttpResponse:
    """Scans and the pairs they found, strongest first."""
    require_scanner(request)
    form = PairFilter(request.GET, user=request.user)
    page = Paginator(chosen(request.user, form.wanted()), PAGE_SIZE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "rows": [(pair, likeness_word(pair.probability)) for pair in page.object_list],
        "form": form,
        "scan_form": ScanForm(user=request.user),
        "scans": Scan.objects.select_related("place", "started_by")[:5],
        "engagements": engagements_of(request.user).filter(closed_at__isnull=True),
        "may_open_engagement": bool(reach(request.user, Action.FINDING)),
        "stored": pairs_for(request.user).current().count(),
    }
    return render(request, "duplicates/list.html", context)


@login_required
@require_POST
def scan_now(request: HttpRequest) -> HttpResponse:
    """Run a scan and say what it found."""
    require_scanner(request)
    form = ScanForm(request.POST, user=request.user)
    if not form.is_valid():
        messages.error(request, _("Pemindaian tidak dimulai. Periksa wilayah, tahun dan radius (1–1000 m)."))
        return redirect("duplicates")
    wanted = form.cleaned_data
    years = [int(wanted["year"])] if wanted["year"] else []
    done = scan_register(
        actor=person(request), radius_m=wanted["radius_m"], years=years, place=wanted["place"]
    )
    found = len(done.table.pairs)
    said = ngettext(
        "%(projects)d pekerjaan diperiksa: %(found)d pasangan terindikasi ganda.",
        "%(projects)d pekerjaan diperiksa: %(found)d pasangan terindikasi ganda.",
        found,
    )
    messages.success(request, said % {"projects": done.scan.projects, "found": found})
    return redirect("duplicates")
