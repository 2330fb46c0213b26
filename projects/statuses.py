"""Where a project stands: which change may follow which, with reason and document; and what the public sees."""

from django.db import transaction

from accounts.access import Action, Person, require
from places.message import mark as _
from places.message import message, sentences
from places.problems import Problem
from places.saying import say
from projects.editing import Editing, person_of
from projects.models import Project, SiteSource, Status, StatusChange
from projects.sites import ROUGH_ALLOWED, drafts_of

SENTENCES = sentences(
    {
        "status.not_allowed": _("Dari “%(before_word)s” tidak dapat langsung menjadi “%(after_word)s”."),
        "status.reason_missing": _("Perubahan ini memerlukan alasan. Tulis mengapa."),
        "status.needs_point": _("Pekerjaan ini belum punya titik lokasi. Tambahkan titiknya dulu."),
        "status.needs_survey": _(
            "Titik lokasi masih berupa pusat dusun dan radius. Isi titik survei sebelum pekerjaan berjalan."
        ),
        "status.draft_unpublished": _(
            "Draf tidak dapat ditampilkan untuk publik. Ubah dulu menjadi direncanakan."
        ),
    }
)

# From each status to the next, forward ones first. Merging belongs to duplicates and is not offered on the form.
TRANSITIONS: dict[Status, tuple[Status, ...]] = {
    Status.DRAFT: (Status.PLANNED, Status.CANCELLED),
    Status.PLANNED: (Status.AWAITING_FUNDS, Status.IN_PROGRESS, Status.POSTPONED, Status.CANCELLED),
    Status.AWAITING_FUNDS: (Status.IN_PROGRESS, Status.PLANNED, Status.POSTPONED, Status.CANCELLED),
    Status.IN_PROGRESS: (Status.COMPLETED, Status.POSTPONED, Status.CANCELLED),
    Status.POSTPONED: (Status.PLANNED, Status.AWAITING_FUNDS, Status.IN_PROGRESS, Status.CANCELLED),
    Status.COMPLETED: (Status.HANDED_OVER, Status.IN_PROGRESS),
    Status.HANDED_OVER: (Status.COMPLETED,),
    Status.CANCELLED: (Status.PLANNED,),
    Status.MERGED: (),
}
# Changes that go the usual way need no reason; all others do.
USUAL = {
    (Status.DRAFT, Status.PLANNED),
    (Status.PLANNED, Status.AWAITING_FUNDS),
    (Status.PLANNED, Status.IN_PROGRESS),
    (Status.AWAITING_FUNDS, Status.IN_PROGRESS),
    (Status.IN_PROGRESS, Status.COMPLETED),
    (Status.COMPLETED, Status.HANDED_OVER),
}


def change_status(
    *,
    actor: Person | None,
    project: Project,
    after: str,
    reason: str = "",
    document: str = "",
    version: int | None = None,
) -> StatusChange:
    """Bring a project from its status to another, with the reason and the document that says so.

    Merging (to and from `merged`) is for the job that merges two records; people are not offered it.
    Raises Problem for a change that does not exist or lacks its reason, PermissionDenied, Conflict (409).
    """
    with transaction.atomic():
        editing = Editing.begin(actor=actor, project=project, version=version, reason=reason)
        locked = editing.project
        before, wanted = Status(locked.status), Status(after)
        _check(locked, before, wanted, reason)
        locked.status = wanted
        locked.save(update_fields=["status", "updated_at"])
        change = StatusChange.objects.create(
            project=locked,
            before=before,
            after=wanted,
            reason=reason.strip(),
            document=document.strip(),
            actor=person_of(actor),
        )
        editing.finish("project.status", {"changes": {"status": [before, wanted]}, "document": document})
        project.refresh_from_db()
        return change


def _check(project: Project, before: Status, after: Status, reason: str) -> None:
    merging = Status.MERGED in {before, after}
    if before == after or (after not in TRANSITIONS[before] and not merging):
        words = {"before_word": str(before.label), "after_word": str(after.label)}
        raise Problem(message("status.not_allowed", **words))
    if (before, after) not in USUAL and not reason.strip():
        said = message("status.reason_missing")
        raise Problem(said, fields={"reason": [say(said)]})
    if project.point is None:
        raise Problem(message("status.needs_point"))
    rough = after not in ROUGH_ALLOWED | {Status.CANCELLED, Status.MERGED}
    if rough and any(site.source == SiteSource.AREA for site in drafts_of(project)):
        raise Problem(message("status.needs_survey"))


def publish(*, actor: Person, project: Project, published: bool, reason: str = "") -> Project:
    """Show a project to the public, or no longer; not for drafts, and only by those who may publish here."""
    with transaction.atomic():
        require(actor, Action.PUBLISH, project.village_id)
        editing = Editing.begin(actor=actor, project=project, reason=reason)
        if published and editing.project.status == Status.DRAFT:
            raise Problem(message("status.draft_unpublished"))
        if editing.project.published != published:
            editing.project.published = published
            editing.project.save(update_fields=["published", "updated_at"])
            editing.finish("project.published", {"changes": {"published": [not published, published]}})
        project.refresh_from_db()
        return project
