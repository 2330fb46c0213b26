"""What follows a conclusion: which project goes on, money stopped or returned, a letter, the village's reply."""

from datetime import date
from decimal import Decimal

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from accounts import audit
from accounts.access import Person
from accounts.models import User
from duplicates.decisions import require_follow_up
from duplicates.models import Decision, FollowUp, FollowUpKind, Pair
from places.message import mark as _
from places.message import message, sentences
from places.problems import Problem
from places.saying import say
from projects.models import Project

SENTENCES = sentences(
    {
        "follow_up.withdrawn": _("Kesimpulan ini sudah ditarik; tindak lanjut tidak dapat ditambahkan."),
        "follow_up.no_project": _("Pilih pekerjaan yang dilanjutkan."),
        "follow_up.foreign": _("Pekerjaan itu bukan bagian dari pasangan ini."),
        "follow_up.no_amount": _("Isi nilai rupiahnya, lebih dari nol."),
        "follow_up.no_document": _("Isi nomor suratnya."),
        "follow_up.no_note": _("Tulis uraiannya."),
        "follow_up.future": _("Tanggal %(date_on)s belum tiba. Tulis yang sudah dilakukan."),
        "follow_up.due": _("Batas waktu mendahului tanggalnya."),
    }
)
_MONEY = {FollowUpKind.MONEY_STOPPED, FollowUpKind.MONEY_RETURNED}


def follow_ups_of(pair: Pair, user: Person) -> QuerySet[FollowUp]:
    """What followed the pair's decisions that the person may see, in order of its dates."""
    decisions = Decision.objects.visible_to(user).filter(pair=pair)
    return FollowUp.objects.filter(decision__in=decisions).select_related("project", "written_by", "decision")


@transaction.atomic
def record(
    *,
    decision: Decision,
    kind: str,
    on: date,
    actor: User,
    project: Project | None = None,
    amount: Decimal | None = None,
    document: str = "",
    due: date | None = None,
    note: str = "",
) -> FollowUp:
    """Write down what was done after a decision; by who may decide it, also after the engagement was closed.

    Raises PermissionDenied, Problem with the field that is missing (409 for a decision that was withdrawn).
    """
    require_follow_up(actor, decision)
    if Decision.objects.select_for_update().get(pk=decision.pk).withdrawn_at:
        raise Problem(message("follow_up.withdrawn"), status=409)
    _check(decision, FollowUpKind(kind), on, project, amount, document, due, note)
    written = FollowUp.objects.create(
        decision=decision,
        kind=kind,
        project=project if kind == FollowUpKind.LIVES else None,
        amount=amount if kind in _MONEY else None,
        document=document.strip(),
        date=on,
        due=due,
        note=note.strip(),
        written_by=actor,
    )
    data: dict[str, object] = {"decision": decision.pk}
    if decision.engagement_id is None:  # a finding's follow-up is its team's until it reports
        data |= {"kind": kind, "document": written.document}
    audit.record(
        actor=actor,
        action="follow_up.recorded",
        subject=written,
        place=decision.pair.left.village_id,
        data=data,
    )
    return written


def _check(
    decision: Decision,
    kind: FollowUpKind,
    on: date,
    project: Project | None,
    amount: Decimal | None,
    document: str,
    due: date | None,
    note: str,
) -> None:
    if kind == FollowUpKind.LIVES:
        if project is None:
            raise _field("project", "follow_up.no_project")
        if project.pk not in {decision.pair.left_id, decision.pair.right_id}:
            raise _field("project", "follow_up.foreign")
    if kind in _MONEY and not (amount and amount > 0):
        raise _field("amount", "follow_up.no_amount")
    if kind == FollowUpKind.LETTER and not document.strip():
        raise _field("document", "follow_up.no_document")
    if kind in {FollowUpKind.OTHER, FollowUpKind.REPLY} and not note.strip():
        raise _field("note", "follow_up.no_note")
    if on > timezone.localdate():
        said = message("follow_up.future", date_on=on.isoformat())
        raise Problem(said, fields={"date": [say(said)]})
    if due is not None and due < on:
        raise _field("due", "follow_up.due")


def _field(name: str, code: str) -> Problem:
    said = message(code)
    return Problem(said, fields={name: [say(said)]})
