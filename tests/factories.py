"""Objects for tests, at real places of Banyuwangi. Every number a test relies on is given in the test itself."""

import hashlib
from datetime import UTC, date, datetime
from typing import Any

import factory
from django.contrib.gis.geos import MultiPolygon, Point, Polygon
from django.utils import timezone

from accounts.models import Duty, Role, User
from budgets.models import BudgetVersion, FundSource
from photos.models import Claim, Photo
from places.models import Kind, Level, Place
from projects.models import Activity, Project, Site, SiteSource, SiteVersion, Status

PASSWORD = "sawah-terasering-9"


def square(lon: float, lat: float, half_deg: float) -> MultiPolygon:
    """A square around a point, in degrees (0.01° is about 1.1 km here)."""
    west, south, east, north = lon - half_deg, lat - half_deg, lon + half_deg, lat + half_deg
    return MultiPolygon(Polygon.from_bbox((west, south, east, north)), srid=4326)


class PlaceFactory(factory.django.DjangoModelFactory):
    """A place by its code; its ancestors are made with plain names when they are missing."""

    class Meta:
        model = Place
        django_get_or_create = ("code",)

    code = "35.10.19.2003"
    name = factory.LazyAttribute(lambda o: f"Tempat {o.code}")
    level = factory.LazyAttribute(lambda o: list(Level.values)[o.code.count(".")])
    kind = factory.LazyAttribute(
        lambda o: [
            Kind.PROVINSI,
            Kind.KABUPATEN,
            Kind.KECAMATAN,
            Kind.KELURAHAN if ".1" in o.code[8:10] else Kind.DESA,
        ][o.code.count(".")]
    )
    point = factory.LazyFunction(lambda: Point(114.2, -8.3, srid=4326))
    boundary = factory.LazyAttribute(
        lambda o: square(o.point.x, o.point.y, 0.02 if o.code.count(".") == 3 else 0.5)
    )
    parent = factory.LazyAttribute(
        lambda o: PlaceFactory(code=o.code.rpartition(".")[0]) if "." in o.code else None
    )


class UserFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = User
        skip_postgeneration_save = True

    username = factory.Sequence(lambda n: f"orang{n}")
    name = factory.LazyAttribute(lambda o: o.username.title())
    password = factory.django.Password(PASSWORD)


class DutyFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Duty

    user = factory.SubFactory(UserFactory)
    role = Role.OFFICER
    place = factory.SubFactory(PlaceFactory)
    since = date(2024, 1, 1)


class ActivityFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Activity

    village = factory.SubFactory(PlaceFactory)
    fiscal_year = 2026
    code = "02.03.12"
    name = "Pembangunan Jalan Usaha Tani"


class ProjectFactory(factory.django.DjangoModelFactory):
    """A planned, published project with one surveyed site at its pin; `sites=0` makes none."""

    class Meta:
        model = Project
        skip_postgeneration_save = True

    village = factory.SubFactory(PlaceFactory)
    fiscal_year = 2026
    number = factory.Sequence(lambda n: n + 1)
    code = factory.LazyAttribute(lambda o: f"{o.village.code}/{o.fiscal_year}/{o.number:04d}")
    title = factory.Sequence(lambda n: f"Rabat beton Gang Melati {n + 1}")
    work_type = "road"
    status = Status.PLANNED
    published = True
    point = factory.LazyAttribute(lambda o: o.village.point.clone())

    @factory.post_generation
    def sites(self: Project, create: bool, extracted: int | None, **kwargs: Any) -> None:
        if self.point is None:
            return
        for no in range(1, (1 if extracted is None else extracted) + 1):
            SiteFactory(project=self, no=no, point=self.point.clone())


class SiteFactory(factory.django.DjangoModelFactory):
    """A site with one surveyed version, valid since 1 January 2024."""

    class Meta:
        model = Site
        skip_postgeneration_save = True

    project = factory.SubFactory(ProjectFactory, sites=0)
    no = factory.Sequence(lambda n: n + 1)
    point = factory.LazyAttribute(lambda o: o.project.point.clone())

    @factory.post_generation
    def versions(self: Site, create: bool, extracted: Any, **kwargs: Any) -> None:
        SiteVersion.objects.create(
            site=self,
            point=self.point,
            extent=self.extent,
            source=kwargs.get("source", SiteSource.SURVEYED),
            radius_m=kwargs.get("radius_m"),
            valid_from=kwargs.get("valid_from", datetime(2024, 1, 1, tzinfo=UTC)),
        )


class PhotoFactory(factory.django.DjangoModelFactory):
    """A file's row without the file; tests about files write real ones."""

    class Meta:
        model = Photo

    sha256 = factory.Sequence(lambda n: hashlib.sha256(str(n).encode()).hexdigest())
    format = "JPEG"
    size = 3_000_000
    width = 4000
    height = 3000
    original = factory.LazyAttribute(lambda o: f"originals/{o.sha256[:2]}/{o.sha256}.jpg")
    received_at = factory.LazyFunction(timezone.now)


class ClaimFactory(factory.django.DjangoModelFactory):
    """A verified claim at the first site of its project."""

    class Meta:
        model = Claim

    photo = factory.SubFactory(PhotoFactory)
    project = factory.SubFactory(ProjectFactory)
    site = factory.LazyAttribute(lambda o: o.project.sites.first())
    progress = 50
    received_at = factory.LazyFunction(timezone.now)
    taken_at = factory.LazyFunction(timezone.now)
    position = factory.LazyAttribute(lambda o: o.site.point.clone())
    position_source = "exif"
    verdict = "verified"
    stands = True
    distance_m = 3.0


class FundSourceFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = FundSource
        django_get_or_create = ("code",)

    code = "DDS"
    name = "Dana Desa"
    short = "DD"


class BudgetVersionFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = BudgetVersion

    village = factory.SubFactory(PlaceFactory)
    fiscal_year = 2026
    number = factory.Sequence(lambda n: f"{n + 1}/2026")
