"""A photo taken elsewhere may be a good photo of something else: finds the site that it was probably meant for."""

from dataclasses import dataclass

from django.contrib.gis.geos import Polygon
from django.db.models import Q

from accounts.access import Person
from photos.evidence import COARSE_M
from photos.judging import to_shapely
from photos.models import Claim, Verdict
from places.earth import metres_to_geometry
from places.message import Message, message, sentences
from places.message import mark as _
from places.saying import say
from projects.models import Project, Site, SiteStatus

_REACH_DEG = 0.002  # about 220 m: more than any tolerance that a village uses
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
    """The nearest other site, within its tolerance, for which this person may send photos; only for `outside`."""
    if claim.verdict != Verdict.OUTSIDE or claim.position is None:
        return None
    lon, lat = claim.position.coords
    box = Polygon.from_bbox((lon - _REACH_DEG, lat - _REACH_DEG, lon + _REACH_DEG, lat + _REACH_DEG))
    box.srid = 4326
    near = Site.objects.filter(
        Q(point__within=box) | Q(extent__bboverlaps=box),
        status=SiteStatus.ACTIVE,
        project__in=Project.objects.building().claimable_by(user),
    )
    measured = [
        Suggestion(
            site,
            round(metres_to_geometry((lon, lat), to_shapely(site.geometry)), 2),
            site.project_id == claim.project_id,
        )
        for site in near.exclude(pk=claim.site_id).select_related("project")
    ]
    error = min(claim.error_m or 0.0, COARSE_M)
    fitting = [found for found in measured if found.distance_m <= found.site.project.limit_m + error]
    return min(fitting, key=lambda found: (found.distance_m, found.site.pk), default=None)
