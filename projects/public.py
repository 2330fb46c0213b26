"""What outsiders may know of a project: its public title, and houses to three decimals (about 100 m)."""

from accounts.access import Person
from places.earth import LonLat
from projects.filters import HOUSE_DECIMALS
from projects.models import Project, WorkType


def pin_for(project: Project, user: Person) -> LonLat | None:
    """The project's pin (lon, lat) as this person may know it; None without one."""
    if project.point is None:
        return None
    return position_for(project, (project.point.x, project.point.y), user)


def position_for(project: Project, point: LonLat, user: Person) -> LonLat:
    """A position of the project as this person may know it: houses are rounded for outsiders."""
    if project.work_type == WorkType.HOUSE and not project.is_inside(user):
        return (round(point[0], HOUSE_DECIMALS), round(point[1], HOUSE_DECIMALS))
    return point
