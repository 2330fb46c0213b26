"""The officer's pages under /field/: my projects, one project with camera and upload, my photos."""

import json
import uuid
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.gis.db.models.functions import Distance
from django.contrib.gis.geos import Point
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Case, F, Prefetch, Q, When, prefetch_related_objects
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_POST, require_safe

from accounts import notices
from accounts.access import Action, reach
from accounts.models import Notice, User
from photos import intake, refiling, stages
from photos.conclusions import sentence_of, told
from photos.forms import PhotosForm, RefileForm, ShareForm, WithdrawForm
from photos.judging import tolerance_m, version_at
from photos.models import CheckResult, Claim
from photos.standing import with_decision
from photos.suggesting import Suggestion, for_claim
from photos.timeline import Saying
from photos.uploads import streaming
from photos.withdrawing import withdraw
from places.message import Message, message
from places.problems import Problem
from places.saying import say
from projects.models import Project, ProjectQuerySet, Site, SiteSource, SiteVersion, stage_word

PAGE = 30
NOTICES = 5  # of those unread, shown above the photos


@dataclass(frozen=True)
class Listed:
    """A project in the officer's list: what to photograph next, and how far away it is."""

    project: Project
    next_stage: int | None
    due_on: Any
    distance_m: float | None

    @property
    def next_word(self) -> str:
        return stage_word(self.next_stage) if self.next_stage is not None else ""

    @property
    def passed(self) -> bool:
        """The works are already further than the stage that has no photo."""
        return self.next_stage is not None and self.next_stage < self.project.progress

    @property
    def late(self) -> bool:
        return bool(self.due_on and self.due_on < timezone.localdate())


@dataclass(frozen=True)
class Result:
    """What came of one file sent without scripts: a claim, or the problem."""

    file_name: str
    claim: Claim | None = None
    problem: Problem | None = None
    suggestion: Suggestion | None = None

    @property
    def sentence(self) -> str:
        return sentence_of(self.claim) if self.claim else self.problem.sentence if self.problem else ""

    @property
    def may_share(self) -> bool:
        return bool(self.claim and refiling.may_share(self.claim))

    @property
    def sentences(self) -> list[Saying]:
        return [Saying(status, say(said)) for status, said in told(self.claim)] if self.claim else []


@login_required
@require_safe
def projects(request: HttpRequest) -> HttpResponse:
    """My projects: the nearest first where the position is known, else those with work to show."""
    if not reach(request.user, Action.CLAIM):
        raise PermissionDenied(
            _("Halaman ini untuk petugas yang mengirim foto. Minta tugas kepada kepala desa.")
        )
    near = _position(request.GET.get("near", ""))
    query = request.GET.get("q", "").strip()
    found = Project.objects.building().claimable_by(request.user).filter(point__isnull=False)
    if query:
        found = found.filter(
            Q(title__icontains=query) | Q(code__icontains=query) | Q(village__name__icontains=query)
        )
    page = Paginator(_ordered(found, near).prefetch_related("sites"), PAGE).get_page(request.GET.get("page"))
    context = {"page": page, "listed": _listed(list(page)), "near": near, "query": query}
    template = "photos/_field_projects.html" if request.GET.get("part") == "list" else "photos/field.html"
    return render(request, template, context)


def _ordered(found: ProjectQuerySet, near: Point | None) -> ProjectQuerySet:
    found = found.select_related("village")
    if near:
        return found.annotate(away=Distance("point", near)).order_by("away", "pk")
    unfinished = Case(When(progress__lt=100, then=0), default=1)
    return found.order_by(unfinished, F("last_photo_at").desc(nulls_last=True), "-fiscal_year", "-pk")


def _listed(found: list[Project]) -> list[Listed]:
    wanted = stages.next_stages(found)
    return [
        Listed(
            project=project,
            next_stage=wanted[project.pk],
            due_on=stages.due(project, stage) if (stage := wanted[project.pk]) is not None else None,
            distance_m=away.m if (away := getattr(project, "away", None)) is not None else None,
        )
        for project in found
    ]


def _position(text: str) -> Point | None:
    """A position written as lon,lat; None if it is not one."""
    try:
        lon, lat = (float(part) for part in text.split(","))
    except ValueError:
        return None
    return Point(lon, lat, srid=4326) if abs(lon) <= 180 and abs(lat) <= 90 else None


@csrf_exempt  # the inner view checks the token: files must stream to the incoming folder before the body is read
def project(request: HttpRequest, pk: int) -> HttpResponse:
    """One project: camera, upload, and (without scripts) what came of the files that were sent."""
    if request.method != "POST":
        return _project(request, pk)
    with streaming(request):
        return _project(request, pk)


@login_required  # before the token is looked for, which reads the files of whoever sends
@csrf_protect
def _project(request: HttpRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(Project.objects.visible_to(request.user).select_related("village"), pk=pk)
    intake.require_claiming(request.user, found)
    answered = _answered(request, found)
    initial = {"uuid": uuid.uuid4(), "taker": "me"} | (_like(answered) if answered else {})
    form = PhotosForm(request.POST or None, request.FILES or None, project=found, initial=initial)
    if request.method == "POST" and form.is_valid():
        results = _take_in(request, found, form)
        content = {"project": found, "results": results}
        return render(request, "photos/field_results.html", content, status=_status(results))
    context = _project_context(request, found) | {"form": form, "answered": answered}
    return render(request, "photos/field_project.html", context, status=400 if form.errors else 200)


def _answered(request: HttpRequest, found: Project) -> Claim | None:
    """The photo that is to be replaced (?answers=…), if it was sent back."""
    key = request.GET.get("answers", "")
    return intake.answered_claim(found, key) if key else None


def _like(claim: Claim) -> dict[str, Any]:
    """A form that asks for the same again."""
    return {"answers": claim.pk, "site": claim.site_id, "progress": claim.progress, "purpose": claim.purpose}


def _project_context(request: HttpRequest, found: Project) -> dict[str, Any]:
    sites = list(found.sites.filter(status="active").order_by("no"))
    next_stage = stages.next_stages([found])[found.pk]
    recent = _claims(request.user).filter(project=found)[:6]  # type: ignore[arg-type]
    return {
        "project": found,
        "sites": sites,
        "site_data": _site_data(found, sites),
        "next_stage": next_stage,
        "between": next_stage if next_stage and 0 < next_stage < 100 else _between(found),
        "recent": recent,
    }


def _between(found: Project) -> int:
    """A first guess for "Sedang": as far as the works are, from 50 on; 50 once they are done."""
    return max(50, int(found.progress)) if found.progress < 100 else 50


def _site_data(found: Project, sites: list[Site]) -> list[dict[str, Any]]:
    """What the scripts need of each site; limit_m as the server judges by: never beyond half the way to a sibling."""
    prefetch_related_objects([found], "sites")
    areas = SiteVersion.objects.filter(site__in=sites, source=SiteSource.AREA)
    rough = set(areas.values_list("site_id", flat=True))
    return [
        {
            "id": site.pk,
            "no": site.no,
            "label": site.label,
            "limit_m": tolerance_m(
                found, site, version_at(site, timezone.now()) if site.pk in rough else None
            ),
            "point": [site.point.x, site.point.y],
            "geometry": json.loads(site.geometry.json),
        }
        for site in sites
    ]


def _take_in(request: HttpRequest, found: Project, form: PhotosForm) -> list[Result]:
    sent = form.cleaned_data
    results = []
    for index, file in enumerate(sent["file"]):
        try:
            claim = intake.take_in(
                actor=request.user,
                uuid=form.uuid_of(index),
                project=found,
                site=sent["site"],
                progress=sent["progress"],
                purpose=sent["purpose"],
                note=sent["note"],
                taken_by=form.taker_of(_person(request).get_username()),
                answers=sent["answers"],
                upload=file,
                file_name=file.name or "",
            )
            suggestion = for_claim(claim, _person(request))
            results.append(Result(file.name or "", claim=claim, suggestion=suggestion))
        except Problem as problem:
            results.append(Result(file.name or "", problem=problem))
    return results


def _status(results: list[Result]) -> int:
    """200, refusals being answers too; 503 where the storage took a file not in."""
    return 503 if any(result.problem and result.problem.status == 503 for result in results) else 200


@login_required
@require_safe
def mine(request: HttpRequest) -> HttpResponse:
    """Photos I sent, the newest first, with what came of each."""
    page = Paginator(_claims(request.user), PAGE).get_page(request.GET.get("page"))  # type: ignore[arg-type]
    return render(request, "photos/field_mine.html", {"page": page, "told": _told(_person(request))})


@dataclass(frozen=True)
class Told:
    """What a sender was told of the photos and has not read: the newest ones, how many more, up to which."""

    notices: list[tuple[Notice, str]]
    more: int
    until: int


def _told(user: User) -> Told | None:
    found = notices.unread(user)
    newest = list(found[:NOTICES])
    if not newest:
        return None
    said = [(notice, say(Message.from_json(notice.message))) for notice in newest]
    return Told(said, found.count() - len(newest), newest[0].pk)


@login_required
@require_POST
def read_notices(request: HttpRequest) -> HttpResponse:
    """Put away what the page showed; what came since stays."""
    until = request.POST.get("until", "")
    if until.isdecimal() and len(until) < 18:
        notices.mark_read(user=_person(request), until=int(until))
    return redirect("field_mine")


def _claims(user: User) -> Any:
    own = with_decision(Claim.objects.kept().filter(uploaded_by=user)).order_by("-received_at", "-pk")
    return own.select_related("photo", "project", "site").prefetch_related(
        Prefetch("checks", CheckResult.objects.order_by("order")),
        Prefetch("answered_by", Claim.objects.kept().order_by("-received_at")),
        "reviews__reviewer",
    )


@login_required
@require_POST
def refile_claim(request: HttpRequest, pk: int) -> HttpResponse:
    """Move an own photo to the site that it was meant for."""
    user = _person(request)
    claim = refiling.own_claim(user, str(pk))
    form = RefileForm(request.POST)
    if not form.is_valid():
        raise Problem(message("refile.no_site"))
    site = refiling.find_site(user, form.cleaned_data["site"])
    moved = refiling.refile(actor=user, claim=claim, site=site)
    messages.success(
        request, _("Foto dipindahkan ke “%(title)s” dan diperiksa lagi.") % {"title": moved.project.title}
    )
    return redirect(f"{reverse('field_mine')}#claim-{moved.pk}")


@login_required
@require_POST
def share_claim(request: HttpRequest, pk: int) -> HttpResponse:
    """Say why one picture serves two projects."""
    user = _person(request)
    claim = refiling.own_claim(user, str(pk))
    form = ShareForm(request.POST)
    form.is_valid()
    refiling.declare_shared(actor=user, claim=claim, reason=form.cleaned_data.get("reason", ""))
    messages.success(request, _("Alasan dicatat, dan foto diperiksa lagi."))
    return redirect(f"{reverse('field_mine')}#claim-{pk}")


def _person(request: HttpRequest) -> User:
    assert isinstance(request.user, User)  # login_required
    return request.user


@login_required
@require_POST
def withdraw_claim(request: HttpRequest, pk: int) -> HttpResponse:
    """Take an own photo back; says why not if it was reviewed already."""
    claim = get_object_or_404(Claim.objects.select_related("project"), pk=pk, uploaded_by=request.user)
    form = WithdrawForm(request.POST)
    form.is_valid()
    withdraw(actor=claim.uploaded_by, claim=claim, reason=form.cleaned_data.get("reason", ""))  # type: ignore[arg-type]
    messages.success(request, _("Foto ditarik."))
    return redirect("field_mine")
