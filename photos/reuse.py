"""Finds other claims of the same picture, for the check `not_reused` and for the people who look at it."""

from accounts.access import Person
from photos.evidence import Reuse, Shot
from photos.models import Claim, ClaimQuerySet, Photo
from projects.models import Project, Site


def of_bytes(
    photo: Photo | None, project: Project, site: Site, *, without: int | None = None
) -> tuple[Reuse, ...]:
    """Kept claims of the same bytes as seen from a claim on this project and site; none for bytes never seen."""
    if photo is None:
        return ()
    others = Claim.objects.kept().filter(photo=photo).order_by("received_at", "pk")
    others = others.exclude(pk=without) if without else others
    return tuple(_seen_from(other, project, site) for other in others)


def _seen_from(other: Claim, project: Project, site: Site) -> Reuse:
    shot = Shot(
        claim_id=other.pk,
        at=other.taken_at,
        progress=other.progress,
        purpose=other.purpose,
        stands=other.stands,
        same_project=other.project_id == project.pk,
        same_site=other.site_id == site.pk,
    )
    return Reuse(shot, "bytes", shared=bool(other.shared_reason))


def elsewhere(claim: Claim, user: Person) -> ClaimQuerySet:
    """Other claims of the same bytes on projects that this person may see."""
    others = Claim.objects.visible_to(user).filter(photo_id=claim.photo_id).exclude(pk=claim.pk)
    return others.select_related("project", "site").order_by("received_at", "pk")
