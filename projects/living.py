"""A record that was merged into another leads on to it: pages, the API, search and late photos follow here."""

from places.earth import metres_between
from projects.models import Project, RelationKind, Site, SiteStatus, Status


def living_of(project: Project) -> Project | None:
    """The record that a merged one lives on in; None for one that was not merged."""
    if project.status != Status.MERGED:
        return None
    relation = (
        project.relations.filter(kind=RelationKind.MERGED_INTO).select_related("other__village").first()
    )
    return relation.other if relation else None


def nearest_site(project: Project, site: Site) -> Site | None:
    """The active site of a project that lies nearest to a site of another; None without sites."""
    sites = project.sites.filter(status=SiteStatus.ACTIVE).order_by("no")
    where = (site.point.x, site.point.y)
    return min(sites, key=lambda one: metres_between((one.point.x, one.point.y), where), default=None)


def led_on(project: Project, site: Site | None) -> tuple[Project, Site | None]:
    """Where what is sent for a project and site belongs: to the living record, where this one was merged."""
    living = living_of(project)
    if living is None:
        return project, site
    return living, nearest_site(living, site) if site is not None and site.project_id == project.pk else None
