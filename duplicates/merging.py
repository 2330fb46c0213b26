"""Two records of one work made one: photos, money and relations go to the record that lives; undone exactly.

The other record keeps its code, its history and what is the same on both sides (the same photo, the same rupiah);
its status is `merged` and a relation leads on from it. What moved is written down in Merge.moved, by kind of thing,
each with where it was, so that taking the merge back finds every single one again or says why it can't.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from accounts import audit
from accounts.models import User
from budgets.models import BudgetLine, Realisation
from budgets.money import recompute
from budgets.owned_lines import BOTH, ONCE, Claims, as_claim
from duplicates.models import Decision, FollowUp, FollowUpKind, Merge, Pair
from duplicates.register import to_shapely
from photos import standing
from photos.models import Claim
from places.message import mark as _
from places.message import message, sentences
from places.problems import Problem
from projects.editing import Editing
from projects.merged_rows import MERGED
from projects.models import Project, Relation, RelationKind, Site, SiteStatus, Status, StatusChange
from projects.sites import tell_steps

SENTENCES = sentences(
    {
        "merge.no_kept": _("Pilih catatan mana yang dilanjutkan."),
        "merge.no_money": _("Pilih apakah uangnya sama atau berbeda."),
        "merge.foreign": _("Catatan yang dilanjutkan harus salah satu dari pasangan ini."),
        "merge.already": _("%(project_code)s sudah digabung ke catatan lain."),
        "merge.not_living": _(
            "%(project_code)s berstatus %(status_word)s, jadi tidak dapat menjadi catatan yang dilanjutkan."
        ),
        "merge.no_site": _(
            "%(project_code)s belum punya titik lokasi untuk foto dari catatan lain. Pilih catatan lain, atau isi titiknya dulu."
        ),
        "merge.undone_already": _("Penggabungan ini sudah dibatalkan."),
        "merge.kept_merged": _(
            "%(kept)s sendiri sudah digabung ke catatan lain. Batalkan penggabungan itu lebih dulu."
        ),
        "merge.things_changed": _(
            "Tidak dapat dipisahkan lagi: %(what)s pada %(kept)s sudah diubah setelah digabung. "
            "Kembalikan dulu, atau perbaiki catatannya dengan tangan."
        ),
        "merge.gone_changed": _(
            "Tidak dapat dipisahkan lagi: status %(gone)s sudah diubah setelah digabung."
        ),
    }
)
WHAT = {
    "claims": _("foto"),
    "lines": _("baris anggaran"),
    "realisations": _("realisasi"),
    "source": _("kunci asal"),
}
SAME_PICTURE = "foto yang sama sudah ada di %s"


class Money(StrEnum):
    """What to do with the money of the record that goes."""

    ONCE = ONCE  # entered twice: what the living record already says is not counted again
    BOTH = BOTH  # two amounts for one work: all of it moves


@dataclass(frozen=True)
class Plan:
    """What a merge moves and what stays where it was, before it is done; site: where each thing will hang."""

    claims: list[tuple[Claim, Site]]
    same_photos: list[Claim]
    lines: list[tuple[BudgetLine, Site | None]]
    same_lines: list[BudgetLine]
    realisations: list[Realisation]
    same_realisations: list[Realisation]

    @property
    def moved_money(self) -> Decimal:
        return sum((line.amount for line, _site in self.lines), Decimal(0))

    @property
    def moved_spending(self) -> Decimal:
        return sum((spent.amount for spent in self.realisations), Decimal(0))


def plan(*, kept: Project, gone: Project, money: Money) -> Plan:
    """What merging `gone` into `kept` would do; nothing is written. Raises Problem where photos find no site."""
    nearest = _nearest_sites(kept, gone)
    claims, same = _claims(kept, gone, nearest)
    lines, same_lines = _lines(kept, gone, money)
    spent, same_spent = _realisations(kept, gone, money)
    with_sites = [(line, nearest.get(line.site_id) if line.site_id else None) for line in lines]
    return Plan(claims, same, with_sites, same_lines, spent, same_spent)


def _nearest_sites(kept: Project, gone: Project) -> dict[int, Site]:
    """For each site of the record that goes, the living record's nearest active one."""
    targets = [
        (to_shapely(site.geometry), site)
        for site in kept.sites.filter(status=SiteStatus.ACTIVE).order_by("no")
    ]
    if not targets:
        return {}
    return {
        site.pk: min(targets, key=lambda target: target[0].distance(to_shapely(site.geometry)))[1]
        for site in gone.sites.all()
    }


def _claims(
    kept: Project, gone: Project, nearest: dict[int, Site]
) -> tuple[list[tuple[Claim, Site]], list[Claim]]:
    """Claims with the site that they go to; and kept ones of a photo that the living record already has there."""
    there = set(
        Claim.objects.kept().filter(project=kept).values_list("photo_id", "site_id", "progress", "purpose")
    )
    moving: list[tuple[Claim, Site]] = []
    same: list[Claim] = []
    for claim in Claim.objects.filter(project=gone).order_by("pk"):
        site = nearest.get(claim.site_id)
        if site is None:
            raise Problem(message("merge.no_site", project_code=kept.code), status=409)
        key = (claim.photo_id, site.pk, claim.progress, claim.purpose)
        if claim.withdrawn_at is None and key in there:
            same.append(claim)
            continue
        if claim.withdrawn_at is None:
            there.add(key)
        moving.append((claim, site))
    return moving, same


def _lines(kept: Project, gone: Project, money: Money) -> tuple[list[BudgetLine], list[BudgetLine]]:
    """Budget lines that move, and those whose source the living record already has in a version of that kind."""
    said = set(BudgetLine.objects.filter(project=kept).values_list("version__kind", "source_id"))
    moving: list[BudgetLine] = []
    same: list[BudgetLine] = []
    for line in BudgetLine.objects.filter(project=gone).select_related("version", "source").order_by("pk"):
        known = money == Money.ONCE and (line.version.kind, line.source_id) in said
        (same if known else moving).append(line)
    return moving, same


def _realisations(kept: Project, gone: Project, money: Money) -> tuple[list[Realisation], list[Realisation]]:
    """Payments that move, and those that both records have: same source, day and amount, each matched once."""
    there = list(Realisation.objects.filter(project=kept).values_list("source_id", "date", "amount"))
    moving: list[Realisation] = []
    same: list[Realisation] = []
    for spent in Realisation.objects.filter(project=gone).order_by("date", "pk"):
        key = (spent.source_id, spent.date, spent.amount)
        if money == Money.ONCE and key in there:
            there.remove(key)
            same.append(spent)
        else:
            moving.append(spent)
    return moving, same


# Doing it ---------------------------------------------------------------------------------------------------


@transaction.atomic
def merge(*, decision: Decision, kept: Project, money: str, actor: User) -> Merge:
    """Make the pair of a `same_record` decision one record; `kept` lives on. Returns what moved.

    money: Money. Raises PermissionDenied for those who may not edit both, Problem where it can't be.
    """
    gone = _other(decision.pair, kept)
    kept, gone = _locked(kept, gone)
    _check(kept, gone)
    reason = decision.reason
    living = Editing.begin(actor=actor, project=kept, reason=reason)
    leaving = Editing.begin(actor=actor, project=gone, reason=reason)
    moving = plan(kept=kept, gone=gone, money=Money(money))
    moved = _move(kept, gone, moving, Money(money))
    StatusChange.objects.create(
        project=gone, before=gone.status, after=Status.MERGED, reason=reason, actor=actor
    )
    Project.objects.filter(pk=gone.pk).update(status=Status.MERGED, published=False)
    _follow(kept, gone)
    living.finish("project.merged_from", {"from": gone.code, "counts": _counts(moved)})
    leaving.finish("project.merged_into", {"into": kept.code, "changes": {"status": [gone.status, "merged"]}})
    made = Merge.objects.create(decision=decision, kept=kept, gone=gone, moved=moved, by=actor)
    FollowUp.objects.create(
        decision=decision,
        kind=FollowUpKind.LIVES,
        project=kept,
        date=timezone.localdate(),
        note=gone.code,
        written_by=actor,
    )
    return made


def _other(pair: Pair, kept: Project) -> Project:
    if kept.pk not in {pair.left_id, pair.right_id}:
        raise Problem(message("merge.foreign"))
    return pair.right if kept.pk == pair.left_id else pair.left


def _locked(kept: Project, gone: Project) -> tuple[Project, Project]:
    """Both rows as they are now, locked in the order of their keys so that two merges crosswise do not wait."""
    rows = Project.objects.select_for_update().filter(pk__in=[kept.pk, gone.pk]).order_by("pk")
    now = {project.pk: project for project in rows}
    return now[kept.pk], now[gone.pk]


def _check(kept: Project, gone: Project) -> None:
    for project in (kept, gone):
        if project.status == Status.MERGED:
            raise Problem(message("merge.already", project_code=project.code), status=409)
    if kept.status in {Status.DRAFT, Status.CANCELLED}:
        said = message("merge.not_living", project_code=kept.code, status_word=str(Status(kept.status).label))
        raise Problem(said, status=409)


def _move(kept: Project, gone: Project, moving: Plan, money: Money) -> dict[str, Any]:
    """Hang everything on the living record, and say by kind where each thing was."""
    claims = Claims([gone.pk])
    for claim, site in moving.claims:
        Claim.objects.filter(pk=claim.pk).update(project=kept, site=site)
    Claim.objects.filter(pk__in=[claim.pk for claim in moving.same_photos]).update(
        withdrawn_at=timezone.now(), withdrawn_reason=SAME_PICTURE % kept.code, stands=False
    )
    for line, at in moving.lines:
        BudgetLine.objects.filter(pk=line.pk).update(project=kept, site=at)
    Realisation.objects.filter(pk__in=[spent.pk for spent in moving.realisations]).update(project=kept)
    pairs = Pair.objects.current().filter(Q(left=gone) | Q(right=gone))
    moved: dict[str, Any] = {
        "claims": [[claim.pk, claim.site_id, site.pk] for claim, site in moving.claims],
        "same_photos": [claim.pk for claim in moving.same_photos],
        "lines": [
            [line.pk, line.site_id, at.pk if at else None, str(line.amount)] for line, at in moving.lines
        ],
        "realisations": [[spent.pk, str(spent.amount)] for spent in moving.realisations],
        "relations": _move_relations(kept, gone),
        "pairs": list(pairs.values_list("pk", flat=True)),
        "status": gone.status,
        "published": gone.published,
        "kept_published": kept.published,
        "source": _move_source(kept, gone),
        "imported": gone.imported,
    }
    mine = [line for line, _at in moving.lines if claims.owner.get(line.pk, gone.pk) == gone.pk]
    _claim(kept if moved["source"] else gone, mine, money, taken_over=bool(moved["source"]))
    pairs.update(gone_at=timezone.now())
    if gone.published and not kept.published:  # the public's link must lead somewhere
        Project.objects.filter(pk=kept.pk).update(published=True)
    return moved


def _claim(record: Project, lines: list[BudgetLine], money: Money, *, taken_over: bool) -> None:
    """Keep whose row's these lines are, so that loading its file again changes them and no others.

    taken_over: the living record has the row now; where the money is the same, all that it has is that row's.
    """
    if taken_over and money == Money.ONCE:
        return
    claim = {"money": money.value, "lines": as_claim(lines)}
    now = Project.objects.get(pk=record.pk)
    now.imported = now.imported | {MERGED: claim}
    now.save(update_fields=["imported"])


def _move_relations(kept: Project, gone: Project) -> list[list[Any]]:
    """Relations of the record that goes become the living one's, unless it has them; then the one that leads on."""
    moved: list[list[Any]] = []
    touching = Relation.objects.filter(Q(project=gone) | Q(other=gone)).exclude(
        Q(project=kept) | Q(other=kept)
    )
    for relation in touching.order_by("pk"):
        side = "project" if relation.project_id == gone.pk else "other"
        setattr(relation, f"{side}_id", kept.pk)
        there = Relation.objects.filter(
            project=relation.project_id, other=relation.other_id, kind=relation.kind
        )
        if not there.exists():
            relation.save(update_fields=[side])
            moved.append([relation.pk, side])
    Relation.objects.create(project=gone, other=kept, kind=RelationKind.MERGED_INTO)
    return moved


def _move_source(kept: Project, gone: Project) -> dict[str, Any] | None:
    """The key that a file finds its project by goes along where the living record has none, else None."""
    same_list = (kept.village_id, kept.fiscal_year) == (gone.village_id, gone.fiscal_year)
    if not gone.source_key or kept.source_key or not same_list:
        return None
    Project.objects.filter(pk=gone.pk).update(source_key="", imported={})
    Project.objects.filter(pk=kept.pk).update(source_key=gone.source_key, imported=gone.imported)
    return {"key": gone.source_key}


def _follow(kept: Project, gone: Project) -> None:
    """Everything that is summed up from what moved."""
    recompute([kept.pk, gone.pk])
    for project in (kept, gone):
        standing.push(project.pk)
        tell_steps(project.pk, cause="site")


def _counts(moved: dict[str, Any]) -> dict[str, int]:
    return {name: len(moved[name]) for name in ("claims", "same_photos", "lines", "realisations")}


# Taking it back ---------------------------------------------------------------------------------------------


@transaction.atomic
def undo(*, made: Merge, reason: str, actor: User) -> Merge:
    """Take a merge back: every thing that moved returns to where it was; what came since stays with the living record.

    Raises PermissionDenied, Problem (409) with what has changed since where it can't be exact any more.
    """
    locked = Merge.objects.select_for_update().get(pk=made.pk)
    if locked.undone_at:
        raise Problem(message("merge.undone_already"), status=409)
    kept, gone = _locked(locked.kept, locked.gone)
    _check_untouched(locked, kept, gone)
    living = Editing.begin(actor=actor, project=kept, reason=reason)
    leaving = Editing.begin(actor=actor, project=gone, reason=reason, merged=True)
    moved = locked.moved
    _move_back(kept, gone, moved, _loaded(locked))
    StatusChange.objects.create(
        project=gone, before=Status.MERGED, after=moved["status"], reason=reason, actor=actor
    )
    _follow(kept, gone)
    living.finish("project.unmerged", {"other": gone.code})
    leaving.finish(
        "project.unmerged", {"other": kept.code, "changes": {"status": ["merged", moved["status"]]}}
    )
    locked.undone_at, locked.undone_by, locked.undone_reason = timezone.now(), actor, reason.strip()[:500]
    locked.save(update_fields=["undone_at", "undone_by", "undone_reason"])
    audit.record(actor=actor, action="merge.undone", subject=locked, place=kept.village_id)
    return locked


def _check_untouched(made: Merge, kept: Project, gone: Project) -> None:
    if kept.status == Status.MERGED:
        raise Problem(message("merge.kept_merged", kept=kept.code), status=409)
    if gone.status != Status.MERGED:
        raise Problem(message("merge.gone_changed", gone=gone.code), status=409)
    changed = [name for name, ok in _still_there(made, kept).items() if not ok]
    if changed:
        what = ", ".join(str(WHAT[name]) for name in changed)
        raise Problem(message("merge.things_changed", what=what, kept=kept.code), status=409)


def _loaded(made: Merge) -> dict[int, str]:
    """The gone record's lines on the living one with their amounts, as its own row was loaded since: primary key → Rp."""
    record = made.kept_id if made.moved["source"] else made.gone_id
    imported = Project.objects.values_list("imported", flat=True).get(pk=record)
    return {int(pk): amount for pk, amount in imported.get(MERGED, {}).get("lines", {}).items()}


def _still_there(made: Merge, kept: Project) -> dict[str, bool]:
    """By kind of thing: whether all that moved is still on the living record, as it was or as its file was loaded."""
    moved = made.moved
    claims = set(Claim.objects.filter(project=kept).values_list("pk", "site_id"))
    lines = {
        (pk, site, str(amount))
        for pk, site, amount in BudgetLine.objects.filter(project=kept).values_list("pk", "site_id", "amount")
    }
    spent = {
        (pk, str(amount))
        for pk, amount in Realisation.objects.filter(project=kept).values_list("pk", "amount")
    }
    source, loaded = moved["source"], _loaded(made)
    return {
        "claims": all((pk, at) in claims for pk, _before, at in moved["claims"]),
        "lines": all((pk, at, loaded.get(pk, amount)) in lines for pk, _before, at, amount in moved["lines"]),
        "realisations": all((pk, amount) in spent for pk, amount in moved["realisations"]),
        "source": source is None or kept.source_key == source["key"],
    }


def _move_back(kept: Project, gone: Project, moved: dict[str, Any], loaded: dict[int, str]) -> None:
    for pk, site, _at in moved["claims"]:
        Claim.objects.filter(pk=pk).update(project=gone, site=site)
    Claim.objects.filter(pk__in=moved["same_photos"]).update(withdrawn_at=None, withdrawn_reason="")
    for pk, site, _at, _amount in moved["lines"]:
        BudgetLine.objects.filter(pk=pk).update(project=gone, site=site)
    since = loaded.keys() - {line[0] for line in moved["lines"]}
    BudgetLine.objects.filter(pk__in=since, project=kept).update(project=gone)
    Realisation.objects.filter(pk__in=[pk for pk, _amount in moved["realisations"]]).update(project=gone)
    Relation.objects.filter(project=gone, other=kept, kind=RelationKind.MERGED_INTO).delete()
    for pk, side in moved["relations"]:
        Relation.objects.filter(pk=pk).update(**{f"{side}_id": gone.pk})
    Pair.objects.filter(pk__in=moved["pairs"]).update(gone_at=None)
    # What the row last said to the record that is two again: the next loading tells it what changed since.
    Project.objects.filter(pk=gone.pk).update(imported=moved["imported"])
    if moved["source"]:
        Project.objects.filter(pk=kept.pk).update(source_key="", imported={})
        Project.objects.filter(pk=gone.pk).update(source_key=moved["source"]["key"])
    if moved["published"] and not moved["kept_published"]:
        Project.objects.filter(pk=kept.pk).update(published=False)
    Project.objects.filter(pk=gone.pk).update(status=moved["status"], published=moved["published"])


def in_force(decisions: Iterable[Decision]) -> dict[int, Merge]:
    """Merges that hold, by their decision."""
    made = Merge.objects.filter(decision__in=[one.pk for one in decisions], undone_at__isnull=True)
    return {merge.decision_id: merge for merge in made.select_related("kept", "gone")}
