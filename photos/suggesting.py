"""A photo taken elsewhere may be a good photo of something else: finds the site that it was probably meant for."""

from dataclasses import dataclass

from accounts.access import Person
from photos.evidence import DEFAULT_ERROR_M
from photos.judging import nearest_reaching
from photos.models import Claim, Verdict
from places.message import Message, message, sentences
from places.message import mark as _
from places.saying import say
from projects.models import Project, Site

SENTENCES = sentences(
    {
        "suggest.other_project": _("Ada “%(title)s” %(distance_m)s dari tempat foto. Foto untuk itu?"),
        "suggest.other_site": _(
            "Titik %(no)s %(label)s hanya %(distance_m)s dari tempat foto. Foto untuk itu?"
        ),
    }
)


@dataclass(frozen=True)
class Suggestion:
    """A site near the photo, and how far it is."""

    site: Site
    distance_m: float
    same_project: bool

    @property
    def sentence(self) -> str:
        """The question in the reader's language."""
        return say(self.message)

    @property
    def message(self) -> Message:
        """The question to ask the sender."""
        if self.same_project:
            label = self.site.label
            return message("suggest.other_site", no=self.site.no, label=label, distance_m=self.distance_m)
        return message("suggest.other_project", title=self.site.project.title, distance_m=self.distance_m)


def for_claim(claim: Claim, user: Person) -> Suggestion | None:
    """The nearest other site, within its own tolerance, for which this person may send photos; only for `outside`.

    Only where it is nearer than the claimed one by more than the position's error, as the check `nearer_site` asks.
    """
    if claim.verdict != Verdict.OUTSIDE or claim.position is None or claim.distance_m is None:
        return None
    error = DEFAULT_ERROR_M if claim.error_m is None else claim.error_m
    works = Site.objects.filter(project__in=Project.objects.building().claimable_by(user))
    here = (claim.position.x, claim.position.y)
    found = nearest_reaching(here, works.exclude(pk=claim.site_id), error_m=claim.error_m)
    if found is None or not found[1] < claim.distance_m - error:
        return None
    site, distance_m = found
    return Suggestion(site, distance_m, site.project_id == claim.project_id)


def for_sent(claim: Claim, user: Person) -> Suggestion | None:
    """The same for a claim in its sender's list: None once it was reviewed, withdrawn, or sent by somebody else."""
    if claim.withdrawn_at or getattr(claim, "decision", None) or claim.uploaded_by_id != user.pk:
        return None
    return for_claim(claim, user)
