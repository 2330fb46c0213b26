"""What the tiles count: a pin of every project, the changes not folded yet, and the pyramid of counts.

Derived data, kept by triggers on projects_project and folded by the worker (maps.pyramid, docs/design/tiles.md);
nobody else writes here, and all of it can be made anew from the projects.
"""

from django.db import models


class Scope(models.TextChoices):
    """Which of the two views of the register a pin stands in.

    "public": published projects, houses where three decimals put them. "rest": what those with a duty see besides,
    unpublished projects and the exact places of houses. Both together, less the rough houses, are all projects.
    """

    PUBLIC = "p", "public"
    REST = "r", "rest"


class Facets(models.Model):
    """What a pin is counted by. sources: the codes of its fund sources, sorted, with commas."""

    year = models.CharField(max_length=5)
    work_type = models.CharField(max_length=16)
    status = models.CharField(max_length=16)
    evidence = models.CharField(max_length=10)
    sources = models.TextField()
    stage = models.CharField(max_length=5)

    class Meta:
        abstract = True


class Placed(Facets):
    """Where a pin stands: column and row in a Web Mercator grid of 2^26, and both with their bits in turn (key)."""

    project_id = models.BigIntegerField()
    scope = models.CharField(max_length=1, choices=Scope.choices)
    key = models.BigIntegerField()
    x = models.IntegerField()
    y = models.IntegerField()

    class Meta:
        abstract = True


class Pin(Placed):
    """A project as a scope sees it. The order of the columns is that of the view maps_wanted_pin."""

    pk = models.CompositePrimaryKey("project_id", "scope")
    village = models.CharField(max_length=13, db_collation="C")

    class Meta:
        indexes = [
            # A tile is one run of keys (zoom 11 to 13, grouped on the fly).
            models.Index(
                name="pin_in_tile",
                fields=["scope", "key"],
                include=[
                    "x",
                    "y",
                    "project_id",
                    "year",
                    "work_type",
                    "status",
                    "evidence",
                    "sources",
                    "stage",
                ],
            ),
            # The pins of one's own places, whose drafts and exact houses are counted instead of the public ones.
            models.Index(name="pin_in_place", fields=["village", "scope"]),
        ]

    def __str__(self) -> str:
        return f"{self.project_id} {self.scope}"


class PinChange(Placed):
    """A pin that came (+1) or went (−1) and is not in the pyramid yet. Only ever inserted; folding takes it away.

    A published house's rough pin also counts against "rest", so that the sum of both scopes is all projects.
    """

    sign = models.SmallIntegerField()

    class Meta:
        indexes = [models.Index(name="pin_change_in_tile", fields=["scope", "key"])]

    def __str__(self) -> str:
        return f"{self.project_id} {self.scope} {self.sign:+}"


class TileCount(models.Model):
    """How many pins a cell of a level has, by the values of two facets (cube). x, y, projects: sums over the pins.

    A cell with one pin has that project's number in `projects`. No index but the primary key, and room in each page,
    so that counting up touches no index (the migration sets fillfactor).
    """

    pk = models.CompositePrimaryKey("level", "scope", "cube", "cell", "a", "b")
    level = models.SmallIntegerField()
    scope = models.CharField(max_length=1, choices=Scope.choices)
    cube = models.SmallIntegerField()
    cell = models.BigIntegerField()
    a = models.TextField()
    b = models.TextField()
    count = models.IntegerField()
    p0 = models.IntegerField()
    p1 = models.IntegerField()
    p50 = models.IntegerField()
    p100 = models.IntegerField()
    look = models.IntegerField()
    x = models.BigIntegerField()
    y = models.BigIntegerField()
    projects = models.BigIntegerField()

    def __str__(self) -> str:
        return f"{self.level}/{self.cell}: {self.count}"
