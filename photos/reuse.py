"""The same bytes claimed twice: for another project, another site or another progress, a person has to look.

Asks the database, so it stands beside the pure checks of photos/checks/. Its stored sentence names no project:
nobody is told of projects they may not see. `elsewhere` finds, for one reader, those that this reader may.
"""

from accounts.access import Person
from photos.evidence import CheckOutcome
from photos.models import Claim, ClaimQuerySet, Photo, Purpose
from places.message import mark as _
from places.message import message, sentences
from projects.models import Project, Site

CODE = "not_reused"

SENTENCES = sentences(
    {
        "not_reused.first": _("Foto ini belum pernah dipakai."),
        "not_reused.other_project": _(
            "Foto yang sama sudah dipakai untuk pekerjaan lain. Ambil foto baru di lokasi pekerjaan ini."
        ),
        "not_reused.other_site": _(
            "Foto yang sama sudah dipakai untuk titik lain pada pekerjaan ini. Ambil foto baru di titik ini."
        ),
        "not_reused.other_progress": _(
            "Foto yang sama sudah dipakai untuk progres %(progress_pct)s. Ambil foto baru untuk progres ini."
        ),
    }
)


def check(photo: Photo | None, *, project: Project, site: Site, purpose: str) -> CheckOutcome:
    """Failed if the bytes already belong to a claim that this one cannot repeat; None: bytes never seen before.

    A picture of the board may serve as picture of progress too: purposes are compared within one project only.
    """
    others = list(_kept(photo).values_list("project_id", "site_id", "progress", "purpose")) if photo else []
    if any(other[0] != project.pk for other in others):
        return CheckOutcome(CODE, "failed", message("not_reused.other_project"))
    same = [other for other in others if other[3] == purpose == Purpose.PROGRESS]
    if any(other[1] != site.pk for other in same):
        return CheckOutcome(CODE, "failed", message("not_reused.other_site"))
    if same:
        said = message("not_reused.other_progress", progress_pct=same[0][2])
        return CheckOutcome(CODE, "failed", said)
    return CheckOutcome(CODE, "passed", message("not_reused.first"))


def elsewhere(claim: Claim, user: Person) -> ClaimQuerySet:
    """Other claims of the same bytes on projects that this person may see."""
    others = Claim.objects.visible_to(user).filter(photo_id=claim.photo_id).exclude(pk=claim.pk)
    return others.select_related("project", "site").order_by("received_at", "pk")


def _kept(photo: Photo) -> ClaimQuerySet:
    return Claim.objects.kept().filter(photo=photo).order_by("received_at", "pk")
