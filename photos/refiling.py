"""Puts right what a sender meant otherwise: a photo of another site is moved there, a picture of two projects declared.

Nothing is rewritten: the old claim is withdrawn with its reason, the new one is judged anew, and both are recorded.
"""

import uuid
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext

from accounts import audit
from accounts.models import User
from photos import intake, standing
from photos.models import Claim
from photos.rechecking import rejudge
from places.message import mark as _
from places.message import message, sentences
from places.problems import Problem
from projects.models import Project, Site

SENTENCES = sentences(
    {
        "refile.reviewed": _(
            "Foto ini sudah diverifikasi, jadi tidak bisa dipindahkan lagi. Hubungi petugas yang memverifikasi."
        ),
        "refile.withdrawn": _("Foto ini sudah ditarik, jadi tidak bisa dipindahkan. Kirim fotonya lagi."),
        "refile.no_site": _("Titik tujuannya tidak disebut. Buka “Foto saya”, lalu pilih “Pindahkan” lagi."),
        "refile.same_site": _("Foto ini sudah tercatat untuk titik itu. Pilih titik lain."),
        "share.reviewed": _(
            "Foto ini sudah diverifikasi. Sampaikan alasannya kepada petugas yang memverifikasi."
        ),
        "share.withdrawn": _("Foto ini sudah ditarik. Kirim fotonya lagi, dengan alasannya."),
        "share.reason_missing": _(
            "Tulis mengapa satu foto dipakai untuk dua pekerjaan, misalnya “satu papan nama”."
        ),
    }
)
# Columns that a moved photo takes along: what it is and how it came, not what was judged of it.
_TAKEN_ALONG = (
    "photo", "progress", "purpose", "viewpoint", "note", "file_name", "taken_by", "taken_by_name", "uploaded_by",
    "received_at", "fix", "binding", "device", "control",
)  # fmt: skip


def own_claim(user: User, pk: str) -> Claim:
    """A claim that this person sent, withdrawn ones too. Raises Http404."""
    claims = Claim.objects.select_related("project", "site").filter(uploaded_by=user)
    found = claims.filter(pk=int(pk)).first() if pk.isdecimal() and len(pk) < 18 else None
    if found is None:
        raise Http404
    return found


def find_site(user: User, pk: int) -> Site:
    """A site of a project that this person may know of. Raises Http404."""
    visible = Project.objects.visible_to(user)
    found = Site.objects.select_related("project__village").filter(pk=pk, project__in=visible).first()
    if found is None:
        raise Http404
    return found


def refile(*, actor: User, claim: Claim, site: Site) -> Claim:
    """Move an own photo to another site, of the same or another project; returns the new claim, judged anew.

    The old claim is withdrawn with the reason. Moving there again gives the same claim. Raises PermissionDenied for
    somebody else's photo or a project the actor sends no photos for, Problem: 400 for the same or a dropped site,
    409 once the photo was reviewed or withdrawn.
    """
    _require_own(actor, claim)
    intake.require_claiming(actor, site.project)
    intake.chosen_site(site.project, site)
    with transaction.atomic():
        _lock_projects(claim.project_id, site.project_id)
        old = _locked(claim)
        same = _same_elsewhere(old, site)
        if old.withdrawn_at and same and same.uploaded_by_id == actor.pk:
            return same
        _require_movable(old, site)
        _withdraw(actor, old, site)
        new = same or _new_claim(actor, old, site)
        standing.push(old.project_id)
    return new


def declare_shared(*, actor: User, claim: Claim, reason: str) -> Claim:
    """Say why an own photo serves two projects, and have it judged again; the auditor gets it on a list.

    Raises PermissionDenied for somebody else's photo, Problem: 400 without a reason, 409 once it was reviewed or
    withdrawn.
    """
    _require_own(actor, claim)
    reason = intake.cleaned(reason, 300)
    if not reason:
        problem = Problem(message("share.reason_missing"))
        problem.fields = {"reason": [problem.sentence]}
        raise problem
    with transaction.atomic():
        locked = _locked(claim)
        if locked.withdrawn_at:
            raise Problem(message("share.withdrawn"), status=409)
        if locked.reviews.exists():
            raise Problem(message("share.reviewed"), status=409)
        locked.shared_reason = reason
        locked.save(update_fields=["shared_reason"])
        audit.record(
            actor=actor,
            action="claim.shared",
            subject=locked,
            place=locked.project.village_id,
            data={"project": locked.project.code, "reason": reason},
        )
        rejudge(locked.pk, cause="shared", actor=actor)
        locked.refresh_from_db()
    return locked


def may_share(claim: Claim) -> bool:
    """Whether its sender may still say that a picture found in another project is meant for both."""
    if claim.withdrawn_at or claim.shared_reason or getattr(claim, "decision", None):
        return False
    return any(
        check.code == "not_reused"
        and check.status == "failed"
        and check.message.get("code", "").startswith("not_reused.other_project")
        for check in claim.checks.all()
    )


def _require_own(actor: User, claim: Claim) -> None:
    if claim.uploaded_by_id != actor.pk:
        raise PermissionDenied(gettext("Hanya pengirimnya yang dapat memindahkan atau menjelaskan foto ini."))


def _lock_projects(*keys: int) -> None:
    """In the order of their keys, so that two who move photos crosswise do not wait for each other."""
    list(Project.objects.select_for_update().filter(pk__in=keys).order_by("pk").values_list("pk"))


def _locked(claim: Claim) -> Claim:
    claims = Claim.objects.select_for_update(of=("self",)).select_related("photo", "project", "site")
    return claims.get(pk=claim.pk)


def _same_elsewhere(old: Claim, site: Site) -> Claim | None:
    """The claim that this photo has there already."""
    there = Claim.objects.kept().filter(
        photo=old.photo, site=site, progress=old.progress, purpose=old.purpose
    )
    return there.exclude(pk=old.pk).first()


def _require_movable(old: Claim, site: Site) -> None:
    if old.withdrawn_at:
        raise Problem(message("refile.withdrawn"), status=409)
    if old.reviews.exists():
        raise Problem(message("refile.reviewed"), status=409)
    if old.site_id == site.pk:
        problem = Problem(message("refile.same_site"))
        problem.fields = {"site": [problem.sentence]}
        raise problem


def _where_to(old: Claim, site: Site) -> str:
    """The reason as the old village reads it, which may not know of another village's works."""
    if site.project.village_id != old.project.village_id:
        return "dipindahkan ke pekerjaan lain"
    return f"dipindahkan ke {site.project.code}, titik {site.no}"


def _withdraw(actor: User, old: Claim, site: Site) -> None:
    reason = _where_to(old, site)
    old.withdrawn_at, old.withdrawn_reason, old.stands = timezone.now(), reason, False
    old.save(update_fields=["withdrawn_at", "withdrawn_reason", "stands"])
    audit.record(
        actor=actor,
        action="claim.withdrawn",
        subject=old,
        place=old.project.village_id,
        data={"project": old.project.code, "reason": reason, "to": site.project.code, "site": site.no},
    )


def _new_claim(actor: User, old: Claim, site: Site) -> Claim:
    """The same photo for the other site: stored as it came, then judged by the way every recheck goes."""
    along: dict[str, Any] = {name: getattr(old, name) for name in _TAKEN_ALONG}
    same_project = site.project_id == old.project_id
    new = Claim.objects.create(
        uuid=uuid.uuid4(),
        project=site.project,
        site=site,
        answers=old.answers if same_project else None,
        verdict=old.verdict,
        **along,
    )
    audit.record(
        actor=actor,
        action="claim.refiled",
        subject=new,
        place=site.project.village_id,
        data={
            "project": site.project.code,
            "site": site.no,
            "from_claim": old.pk,
            "from_project": old.project.code,
            "sha256": old.photo.sha256,
        },
    )
    rejudge(new.pk, cause="refiled", actor=actor)
    new.refresh_from_db()
    return new
