"""Severity and limits of the checks as data: which settings count for a project, and whether one can be stored.

A check's module has the defaults. A setting (`models.CheckSetting`) differs from them for the beginning of an activity
code and for a fund source. docs/design/photo-rechecks.md has the rule with a worked example.
"""

import json
import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db import connection, transaction

from accounts import audit
from accounts.models import User
from photos.checks import CHECKS
from photos.models import CheckSetting, Severity
from places.message import Message, message, sentences
from places.message import mark as _
from places.problems import Problem
from projects.models import Project

_ACTIVITY = re.compile(r"([0-9]+(\.[0-9]+)*\.?)?")
# A verdict is made of these; without them there would be none, and a photo a kilometre off would be "at the site"
# (photos/verdict.py). How near is near is a limit of the project, not a severity.
_NEVER: Mapping[str, frozenset[str]] = {
    "has_position": frozenset({Severity.WARNING, Severity.OFF}),
    "near_site": frozenset({Severity.WARNING, Severity.OFF}),
    "time_plausible": frozenset({Severity.OFF}),
}
_COLUMNS = ("code", "activity", "fund_source", "severity", "limits")
LARGEST = 1_000_000.0
STRICTEST_FIRST = (Severity.FAILED, Severity.WARNING, Severity.OFF)

SENTENCES = sentences(
    {
        "rules.unknown_check": _("Cek “%(value)s” tidak ada. Pilihannya: %(choices)s."),
        "rules.unknown_severity": _("Bobot “%(value)s” tidak ada. Pilihannya: %(choices)s."),
        "rules.decides": _(
            "Cek %(check)s menentukan hasil pemeriksaan, jadi tidak bisa diatur “%(value)s”. Kosongkan bobotnya."
        ),
        "rules.no_limits": _("Cek %(check)s tidak punya batas yang dapat diatur. Kosongkan batasnya."),
        "rules.unknown_limit": _("Cek %(check)s tidak punya batas “%(value)s”. Pilihannya: %(choices)s."),
        "rules.not_a_number": _(
            "Batas “%(name)s” harus berupa angka 0 sampai %(largest)s, bukan “%(value)s”."
        ),
        "rules.limits_not_a_table": _('Batas ditulis sebagai tabel JSON, misalnya {"kmh": 120}.'),
        "rules.activity": _("Kode kegiatan “%(value)s” bukan angka bertitik seperti 02.03."),
        "rules.nothing_set": _("Aturan ini tidak mengubah apa pun: isi bobot atau sedikitnya satu batas."),
        "rules.reason_missing": _("Tulis alasan atau dasar aturan ini."),
    }
)


@dataclass(frozen=True)
class Rules:
    """What differs from the modules' defaults for one project, by the check's code."""

    severity: Mapping[str, str] = field(default_factory=dict)
    limits: Mapping[str, Mapping[str, float]] = field(default_factory=dict)


def for_project(project: Project) -> Rules:
    """The rules that count for a project: one query, always up to date (there are few settings)."""
    with connection.cursor() as cursor:  # plain SQL: it is asked at every photo
        cursor.execute(
            f"SELECT {', '.join(_COLUMNS)} FROM photos_checksetting ORDER BY {', '.join(_COLUMNS[:3])}"
        )
        rows = [dict(zip(_COLUMNS, row, strict=True)) for row in cursor.fetchall()]
    settings = [CheckSetting(**row | {"limits": json.loads(row["limits"])}) for row in rows]
    if not settings:
        return Rules()
    activity = project.activity.code if project.activity else ""
    return applying(settings, activity=activity, sources=project.sources or ())


def applying(settings: Iterable[CheckSetting], *, activity: str, sources: Iterable[str]) -> Rules:
    """What the settings say for an activity code and a set of fund sources.

    The more specific setting counts: first the longer activity, then one for a fund source. Where two of a project's
    sources are equally specific, the stricter severity counts, and its limits first. What a setting leaves empty is
    taken from the next less specific one.
    """
    among = set(sources)
    fitting = [one for one in settings if _fits(one, activity, among)]
    severity: dict[str, str] = {}
    limits: dict[str, dict[str, float]] = {}
    for one in sorted(fitting, key=_most_specific_first):
        if one.severity:
            severity.setdefault(one.code, one.severity)
        for name, value in one.limits.items():
            limits.setdefault(one.code, {}).setdefault(name, float(value))
    return Rules(severity, limits)


def _fits(setting: CheckSetting, activity: str, sources: set[str]) -> bool:
    wanted = setting.activity.rstrip(".")
    begins = not wanted or activity == wanted or activity.startswith(f"{wanted}.")
    return begins and (not setting.fund_source or setting.fund_source in sources)


def _most_specific_first(setting: CheckSetting) -> tuple[int, bool, int, str]:
    strictness = (
        STRICTEST_FIRST.index(Severity(setting.severity)) if setting.severity else len(STRICTEST_FIRST)
    )
    return -len(setting.activity.rstrip(".")), not setting.fund_source, strictness, setting.fund_source


# Storing ---------------------------------------------------------------------------------------------------


def save(*, actor: User, setting: CheckSetting) -> CheckSetting:
    """Store a setting and write down what it changed; stored claims are judged by it with `recheck_photos`.

    Raises Problem (400), its fields named, for a check, severity or limit that there is not.
    """
    wrong = mistakes(setting)
    if wrong:
        name, first = next(iter(wrong.items()))
        problem = Problem(first)
        problem.fields = {name: [problem.sentence]}
        raise problem
    with transaction.atomic():
        before = CheckSetting.objects.filter(pk=setting.pk).first() if setting.pk else None
        setting.save()
        data = {"was": _content(before) if before else None, "now": _content(setting)}
        audit.record(actor=actor, action="check_setting.saved", subject=setting, data=data)
    return setting


def remove(*, actor: User, setting: CheckSetting) -> None:
    """Take a setting back; the defaults count again."""
    with transaction.atomic():
        data = {"was": _content(setting), "now": None}
        audit.record(actor=actor, action="check_setting.removed", subject=setting, data=data)
        setting.delete()


def mistakes(setting: CheckSetting) -> dict[str, Message]:
    """What is wrong with a setting, by the name of its field; {} if it can be stored."""
    check = next((one for one in CHECKS if setting.code == one.CODE), None)
    if check is None:
        codes = ", ".join(one.CODE for one in CHECKS)
        return {"code": message("rules.unknown_check", value=setting.code, choices=codes)}
    wrong: dict[str, Message] = {}
    if not _ACTIVITY.fullmatch(setting.activity):
        wrong["activity"] = message("rules.activity", value=setting.activity)
    if setting.severity and setting.severity not in Severity.values:
        choices = ", ".join(Severity.values)
        wrong["severity"] = message("rules.unknown_severity", value=setting.severity, choices=choices)
    elif setting.severity in _NEVER.get(setting.code, ()):
        wrong["severity"] = message("rules.decides", check=setting.code, value=setting.get_severity_display())
    flaw = _limits_flaw(setting.code, setting.limits, defaults_of(setting.code))
    if flaw:
        wrong["limits"] = flaw
    if not setting.reason.strip():
        wrong["reason"] = message("rules.reason_missing")
    if not (setting.severity or setting.limits or wrong):
        wrong["severity"] = message("rules.nothing_set")
    return wrong


def defaults_of(code: str) -> dict[str, float]:
    """The limits of a check's module that a setting may change."""
    check = next(one for one in CHECKS if code == one.CODE)
    return dict(getattr(check, "LIMITS", {}))


def _limits_flaw(code: str, limits: Any, defaults: Mapping[str, float]) -> Message | None:
    if not isinstance(limits, Mapping):
        return message("rules.limits_not_a_table")
    if limits and not defaults:
        return message("rules.no_limits", check=code)
    for name, value in limits.items():
        if name not in defaults:
            return message("rules.unknown_limit", check=code, value=str(name), choices=", ".join(defaults))
        if not _is_limit(value):
            return message("rules.not_a_number", name=name, value=str(value), largest=f"{LARGEST:.0f}")
    return None


def _is_limit(value: object) -> bool:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return math.isfinite(value) and 0 <= value <= LARGEST


def _content(setting: CheckSetting) -> dict[str, Any]:
    names = ("code", "activity", "fund_source", "severity", "limits", "reason")
    return {name: getattr(setting, name) for name in names}
