"""Audit engagements: opening and closing."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.access import Action, reach
from duplicates.access import person
from duplicates.engagements import close_engagement, engagements_of, open_engagement
from duplicates.forms import EngagementForm


@login_required
@require_http_methods(["GET", "POST"])
def engagement_new(request: HttpRequest) -> HttpResponse:
    """Open an audit engagement."""
    if not reach(request.user, Action.FINDING):
        raise PermissionDenied(_("Penugasan hanya untuk pemeriksa."))
    form = EngagementForm(request.POST or None, user=person(request))
    if request.method == "POST" and form.is_valid():
        engagement = open_engagement(actor=person(request), **form.cleaned_data)
        messages.success(request, _("Penugasan %(number)s dibuka.") % {"number": engagement.assignment})
        return redirect("duplicates")
    return render(
        request, "duplicates/engagement_new.html", {"form": form}, status=422 if form.errors else 200
    )


@login_required
@require_POST
def engagement_close(request: HttpRequest, pk: int) -> HttpResponse:
    """Close an own engagement: its findings stay, no new ones are written."""
    open_ones = engagements_of(request.user).filter(closed_at__isnull=True)
    engagement = close_engagement(actor=person(request), engagement=get_object_or_404(open_ones, pk=pk))
    messages.success(
        request, _("Penugasan %(number)s ditutup; temuannya tetap.") % {"number": engagement.assignment}
    )
    return redirect("duplicates")
