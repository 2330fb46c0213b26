"""The named cast: who everybody in the tests is, and where.

Two villages of one district and one of another. Tests ask of every URL who must be refused.

    Sragi (35.10.17.2001)   Bu Ani, officer · Pak Budi, village head
    Bubuk (35.10.17.2002)   Mas Catur, officer of the neighbouring village
    Songgon district        Bu Dewi
    Banyuwangi (35.10)      Pak Eko, monitor · Bu Fitri, auditor · Mas Galih, admin
    nobody                  Tamu, logged in without any duty
"""

from dataclasses import dataclass

from django.contrib.gis.geos import Point

from accounts.models import Role, User
from places.models import Place
from tests.factories import DutyFactory, PlaceFactory, UserFactory

REGENCY, DISTRICT = "35.10", "35.10.17"
SRAGI, BUBUK = "35.10.17.2001", "35.10.17.2002"
SRAGI_POINT, BUBUK_POINT = (114.20, -8.25), (114.245, -8.25)


@dataclass
class Cast:
    """Places and people, ready in the database."""

    regency: Place
    district: Place
    sragi: Place
    bubuk: Place
    ani: User
    budi: User
    catur: User
    dewi: User
    eko: User
    fitri: User
    galih: User
    tamu: User


def make_cast() -> Cast:
    """Write places, users and duties; everybody's password is tests.factories.PASSWORD."""
    province = PlaceFactory(code="35", name="Jawa Timur")
    regency = PlaceFactory(
        code=REGENCY, name="Banyuwangi", parent=province, point=Point(114.2, -8.3, srid=4326)
    )
    district = PlaceFactory(
        code=DISTRICT, name="Songgon", parent=regency, point=Point(114.22, -8.25, srid=4326)
    )
    sragi = PlaceFactory(code=SRAGI, name="Sragi", parent=district, point=Point(*SRAGI_POINT, srid=4326))
    bubuk = PlaceFactory(code=BUBUK, name="Bubuk", parent=district, point=Point(*BUBUK_POINT, srid=4326))

    def person(username: str, name: str, role: Role | None, place: Place | None) -> User:
        user = UserFactory(username=username, name=name)
        if role and place:
            DutyFactory(user=user, role=role, place=place)
        return user

    return Cast(
        regency=regency,
        district=district,
        sragi=sragi,
        bubuk=bubuk,
        ani=person("ani", "Bu Ani", Role.OFFICER, sragi),
        budi=person("budi", "Pak Budi", Role.VILLAGE_HEAD, sragi),
        catur=person("catur", "Mas Catur", Role.OFFICER, bubuk),
        dewi=person("dewi", "Bu Dewi", Role.DISTRICT, district),
        eko=person("eko", "Pak Eko", Role.MONITOR, regency),
        fitri=person("fitri", "Bu Fitri", Role.AUDITOR, regency),
        galih=person("galih", "Mas Galih", Role.ADMIN, regency),
        tamu=person("tamu", "Tamu", None, None),
    )
