"""Creating, editing and deleting projects. Every state change of a project goes through one of these jobs.

Sites are set by projects.sites.set_sites, the status by projects.statuses.change_status; both can be imported
from here too.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models, transaction

from accounts import audit
from accounts.access import Action, Person, require
from places.message import Message, message, sentences
from places.message import mark as _
from places.models import Level, Place
from places.problems import Problem
from places.saying import say
from projects.editing import Conflict, Editing, as_json, differences, needs_reason, person_of
from projects.models import Activity, ActivityCode, CodeSystem, Project, Status
from projects.numbering import code_of, next_number
from projects.sites import JUDGED_BY, SiteDraft, check_sites, set_sites, store_sites, tell_steps
from projects.statuses import change_status, publish
from projects.titles import tell_titles

SENTENCES = sentences(
    {
        "project.not_a_village": _("%(place)s bukan desa atau kelurahan. Pilih desanya."),
        "project.nik": _(
            "“%(value)s” tampaknya NIK. Nama dan NIK warga tidak boleh tertulis di sini: pakai nomor urut rumah."
        ),
        "project.dates": _("Rencana selesai (%(end_on)s) mendahului rencana mulai (%(start_on)s)."),
        "project.has_evidence": _(
            "Pekerjaan ini punya foto atau anggaran, jadi tidak dapat dihapus. Batalkan dengan alasan."
        ),
        "project.not_a_draft": _("Hanya draf yang dapat dihapus. Batalkan pekerjaan ini dengan alasan."),
        "project.start_status": _("Pekerjaan baru mulai sebagai draf atau direncanakan."),
        "project.invalid": _("Isian belum benar: %(names)s."),
    }
)

# Fields that an editor may change; village, year and code stay for life.
EDITABLE = (
    "title",
    "public_title",
    "work_type",
    "activity",
    "volume",
    "unit",
    "executor",
    "executor_name",
    "planned_start",
    "planned_end",
    "tolerance_m",
)
_NIK = re.compile(r"(?<!\d)\d{16}(?!\d)")


def create_project(
    *,
    actor: Person | None,
    village: Place,
    fiscal_year: int,
    title: str,
    work_type: str,
    sites: Sequence[SiteDraft] = (),
    status: str = Status.DRAFT,
    reason: str = "",
    override_reason: str = "",
    source_key: str = "",
    **details: Any,
) -> Project:
    """Make a project with its code and its sites.

    status: draft, or planned (which needs a site). details: other fields of EDITABLE.
    override_reason: why a monitor saves a point outside the regency.
    Raises Problem (fields in words), PermissionDenied.
    """
    if village.level != Level.VILLAGE:
        raise Problem(message("project.not_a_village", place=village.title))
    if actor is not None:
        require(actor, Action.EDIT, village.code)
    _check_reason(actor, village, reason)
    if status not in {Status.DRAFT, Status.PLANNED}:
        raise Problem(message("project.start_status"))
    check_sites(actor=actor, village=village, status=status, sites=sites, override_reason=override_reason)
    project = Project(
        village=village,
        fiscal_year=fiscal_year,
        title=title.strip(),
        work_type=work_type,
        source_key=source_key,
        **_known(details),
    )
    check_fields(project)
    with transaction.atomic():
        project.number = next_number(village.code, fiscal_year)
        project.code = code_of(village.code, fiscal_year, project.number)
        project.save()
        store_sites(project, sites, author=person_of(actor))
        Project.objects.filter(pk=project.pk).update(status=status)
        tell_titles([project.pk])
        told = {"code": project.code, "title": project.title, "status": status, "version": 1}
        told |= {"sites": len(sites)} | ({"reason": reason} if reason else {})
        told |= {"override_reason": override_reason} if override_reason else {}
        audit.record(actor=actor, action="project.created", subject=project, place=village.code, data=told)
    project.refresh_from_db()
    return project


def edit_project(
    *,
    actor: Person | None,
    project: Project,
    changes: Mapping[str, Any],
    sites: Sequence[SiteDraft] | None = None,
    version: int | None = None,
    reason: str = "",
    override_reason: str = "",
) -> Project:
    """Change fields of EDITABLE, and with `sites` also the project's sites, as one act.

    version: as the editor saw it. If somebody saved in between, raises Conflict (409), which says what the other
    changed, and stores nothing. Raises Problem, PermissionDenied.
    """
    wanted = _known(changes)
    with transaction.atomic():
        editing = Editing.begin(actor=actor, project=project, version=version, reason=reason)
        locked = editing.project
        changed = differences(locked, wanted)
        for name in changed:
            setattr(locked, name, wanted[name])
        check_fields(locked)
        told: dict[str, Any] = {"changes": changed}
        if sites is not None:
            check_sites(
                actor=actor,
                village=locked.village,
                status=locked.status,
                sites=sites,
                override_reason=override_reason,
            )
        if changed:
            locked.save(update_fields=[*changed, "updated_at"])
        if "title" in changed:
            tell_titles([locked.pk])
        moved = store_sites(locked, sites, author=person_of(actor)) if sites is not None else None
        if moved:
            told["changes"] = {**changed, "sites": moved.as_json()}
            told |= {"override_reason": override_reason} if override_reason else {}
        if JUDGED_BY & changed.keys() and not (moved and moved.moves):  # moved sites have told it already
            tell_steps(locked.pk, cause="project")
        if told["changes"]:
            editing.finish("project.edited", told)
    project.refresh_from_db()
    return project


def delete_draft(*, actor: Person, project: Project, reason: str = "") -> None:
    """Delete a draft that has neither photos nor money; all others are cancelled instead (Problem)."""
    with transaction.atomic():
        editing = Editing.begin(actor=actor, project=project, reason=reason)
        locked = editing.project
        if locked.status != Status.DRAFT:
            raise Problem(message("project.not_a_draft"), status=409)
        told = {"code": locked.code, "title": locked.title, "reason": reason}
        audit.record(
            actor=actor, action="project.deleted", subject=locked, place=locked.village_id, data=told
        )
        try:
            locked.delete()
        except models.ProtectedError as error:
            raise Problem(message("project.has_evidence"), status=409) from error


def require_edit(user: Person, village_code: str) -> None:
    """Raises PermissionDenied unless the person may create and edit in this village."""
    require(user, Action.EDIT, village_code)


def activity_for(
    *, village: Place, fiscal_year: int, code: str, name: str = "", source_key: str = ""
) -> Activity:
    """The budget row with this code, made when it is not there yet; its name is the list's unless given."""
    existing = Activity.objects.filter(village=village, fiscal_year=fiscal_year, code=code)
    if source_key:
        existing = Activity.objects.filter(village=village, fiscal_year=fiscal_year, source_key=source_key)
    found = existing.order_by("pk").first()
    if found is not None:
        return found
    listed = ActivityCode.objects.filter(pk=code).first()
    return Activity.objects.create(
        village=village,
        fiscal_year=fiscal_year,
        code_system=CodeSystem.PERMENDAGRI_20_2018 if listed else CodeSystem.REGIONAL,
        code=code,
        name=name or (listed.name if listed else code),
        source_key=source_key,
    )


def check_fields(project: Project) -> None:
    """Raises Problem with the fields that cannot be, in words."""
    wrong: dict[str, list[str]] = {}
    try:
        project.clean_fields(exclude=["search", "code", "number", "village", "activity", "point"])
    except ValidationError as error:
        wrong = {name: list(texts) for name, texts in error.message_dict.items()}
    for name, said in household_data({"title": project.title, "public_title": project.public_title}):
        wrong.setdefault(name, []).append(say(said))
    start, end = project.planned_start, project.planned_end
    if start and end and end < start:
        said = message("project.dates", start_on=start.isoformat(), end_on=end.isoformat())
        wrong.setdefault("planned_end", []).append(say(said))
    if wrong:
        names = ", ".join(str(getattr(Project._meta.get_field(name), "verbose_name", name)) for name in wrong)
        raise Problem(message("project.invalid", names=names), fields=wrong)


def household_data(texts: Mapping[str, str]) -> list[tuple[str, Message]]:
    """Fields (name → text) in which a NIK stands, with what to do instead."""
    found = ((name, _NIK.search(text)) for name, text in texts.items())
    return [(name, message("project.nik", value=nik[0])) for name, nik in found if nik]


def _known(fields: Mapping[str, Any]) -> dict[str, Any]:
    unknown = set(fields) - set(EDITABLE)
    if unknown:
        raise TypeError(f"not editable: {', '.join(sorted(unknown))}")
    return {name: value.strip() if isinstance(value, str) else value for name, value in fields.items()}


def _check_reason(actor: Person | None, village: Place, reason: str) -> None:
    if needs_reason(actor, village.code) and not reason.strip():
        said = message("project.reason_missing")
        raise Problem(said, fields={"reason": [say(said)]})


__all__ = [
    "EDITABLE",
    "Conflict",
    "SiteDraft",
    "activity_for",
    "as_json",
    "change_status",
    "create_project",
    "delete_draft",
    "edit_project",
    "publish",
    "require_edit",
    "set_sites",
]
