"""The demo's people: one user for each part, and an operator without log-in for every other village and district."""

from collections.abc import Iterable
from datetime import date

from django.conf import settings
from django.contrib.auth.hashers import make_password

from accounts.models import Duty, Role, User
from places.models import Level, Place

NAMES = {
    "officer": "Rahayu Lestari",
    "village": "Suyitno",
    "district": "Dewi Kartika",
    "monitor": "Eko Wahyudi",
    "auditor": "Fitri Handayani",
    "admin": "Galih Prakoso",
}
ROLES = {
    "officer": Role.OFFICER,
    "village": Role.VILLAGE_HEAD,
    "district": Role.DISTRICT,
    "monitor": Role.MONITOR,
    "auditor": Role.AUDITOR,
    "admin": Role.ADMIN,
}


class People:
    """Who sends and who reviews, by village code."""

    def __init__(self, senders: dict[str, User], reviewers: dict[str, User], named: dict[str, User]) -> None:
        self._senders, self._reviewers, self.named = senders, reviewers, named

    def sender(self, village: str) -> User:
        """The officer of a village."""
        return self._senders[village]

    def reviewer(self, village: str) -> User:
        """The district's person for a village."""
        return self._reviewers[village[:8]]


def make_people(*, home: str, villages: Iterable[str], since: date) -> People:
    """Make the demo's users with their duties; the six named ones share settings.DEMO_PASSWORD.

    home: code of the officer's village; villages: codes of all villages with works.
    """
    password = make_password(settings.DEMO_PASSWORD)
    named = {name: _user(name, NAMES[name], password) for name in settings.DEMO_USERS}
    regency = Place.objects.get(level=Level.REGENCY, code=home[:5])
    homes = {"officer": home, "village": home, "district": home[:8]}
    for name, user in named.items():
        _duty(user, ROLES[name], homes.get(name, regency.pk), since)
    _admin(named["admin"])
    senders, reviewers = {home: named["officer"]}, {home[:8]: named["district"]}
    names = dict(Place.objects.values_list("code", "name"))
    for code in sorted(set(villages)):
        if code not in senders:
            senders[code] = _quiet(
                f"operator.{code.replace('.', '')}", f"Operator {names[code]}", Role.OFFICER, code, since
            )
        if code[:8] not in reviewers:
            name = f"Petugas Kec. {names[code[:8]]}"
            reviewers[code[:8]] = _quiet(
                f"kec.{code[:8].replace('.', '')}", name, Role.DISTRICT, code[:8], since
            )
    return People(senders, reviewers, named)


def _user(username: str, name: str, password: str) -> User:
    user, _made = User.objects.update_or_create(
        username=username, defaults={"name": name, "password": password, "is_active": True}
    )
    return user


def _quiet(username: str, name: str, role: Role, place: str, since: date) -> User:
    user = _user(username, name, make_password(None))
    _duty(user, role, place, since)
    return user


def _duty(user: User, role: Role, place: str, since: date) -> None:
    decree = f"SK/{since:%Y}/{place}"
    Duty.objects.get_or_create(user=user, role=role, place_id=place, since=since, defaults={"decree": decree})


def _admin(user: User) -> None:
    user.is_staff = user.is_superuser = True
    user.save(update_fields=["is_staff", "is_superuser"])
