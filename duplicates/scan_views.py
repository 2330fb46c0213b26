"""Scans on the page: start, look how far they are, stop."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from accounts.access import Person
from duplicates.access import person, require_scanner
from duplicates.forms import ScanForm
from duplicates.models import Scan
from duplicates.scan import cancel, start
from duplicates.scan_keeping import OPEN, resume_stale
from duplicates.score import CASE_FROM


def scans_for(user: Person) -> QuerySet[Scan]:
    """The register's scans, and those of one's own engagements; newest first."""
    team = user.engagements.values("pk") if user.is_authenticated else []
    seen = Scan.objects.filter(Q(engagement__isnull=True) | Q(engagement__in=team))
    return seen.select_related("place", "started_by")


@login_required
@require_POST
def scan_now(request: HttpRequest) -> HttpResponse:
    """Queue a scan; the page shows how far it is."""
    require_scanner(request)
    form = ScanForm(request.POST, user=request.user)
    if not form.is_valid():
        messages.error(request, _("Pemindaian tidak dimulai. Periksa wilayah, tahun dan radius (1–1000 m)."))
        return redirect("duplicates")
    wanted = form.cleaned_data
    scan = start(
        actor=person(request),
        radius_m=wanted["radius_m"],
        years=[int(wanted["year"])] if wanted["year"] else [],
        place=wanted["place"],
        incremental=wanted["incremental"],
    )
    messages.success(request, _said(scan))
    return redirect("duplicates")


def _said(scan: Scan) -> str:
    """That it waits, or what it found when it is over already."""
    scan.refresh_from_db()
    if scan.state != Scan.State.DONE:
        return _("Pemindaian masuk antrean; kemajuannya tampil di halaman ini.")
    found = scan.pairs.filter(probability__gte=CASE_FROM).count()
    said = ngettext(
        "%(projects)d pekerjaan diperiksa: %(found)d pasangan terindikasi ganda.",
        "%(projects)d pekerjaan diperiksa: %(found)d pasangan terindikasi ganda.",
        found,
    )
    return said % {"projects": scan.projects, "found": found}


@login_required
@require_GET
def scan_status(request: HttpRequest, pk: int) -> HttpResponse:
    """How far a scan is, as a fragment that asks again by itself; when it ends, the page is loaded anew."""
    require_scanner(request)
    resume_stale()
    scan = get_object_or_404(scans_for(request.user), pk=pk)
    if not request.headers.get("HX-Request"):
        return redirect("duplicates")
    response = render(request, "duplicates/_scan.html", {"scan": scan})
    if scan.state not in OPEN:
        response["HX-Refresh"] = "true"
    return response


@login_required
@require_POST
def scan_cancel(request: HttpRequest, pk: int) -> HttpResponse:
    """Stop a scan; what it found until then stays."""
    require_scanner(request)
    scan = get_object_or_404(scans_for(request.user), pk=pk)
    cancel(scan, actor=person(request))
    messages.success(request, _("Pemindaian dihentikan; pasangan yang sudah ditemukan tetap tersimpan."))
    return redirect("duplicates")
