"""/projects/import/: upload a file, look at what it would do, confirm. The file waits in the incoming folder."""

import secrets
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.access import Action, reach
from places.saying import say
from projects import import_mappings, money_text
from projects.forms import UploadForm
from projects.import_rows import Row, State
from projects.imports import ImportRefused, Outcome, import_projects, mistakes_csv, near_warnings

SHOWN_ROWS, SHOWN_MISTAKES = 20, 100
_KEPT = "project_import"  # session: token, file name, suffix, mapping of the file that waits


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def project_import(request: HttpRequest) -> HttpResponse:
    """Upload, then preview; nothing is stored but the file itself."""
    _require(request)
    if request.method != "POST":
        return _show(request, UploadForm(mappings=import_mappings.names()))
    form = UploadForm(request.POST, request.FILES, mappings=import_mappings.names())
    if not form.is_valid():
        return _show(request, form, status=400)
    kept = _keep(request, form.cleaned_data["file"], form.cleaned_data["mapping"])
    return _preview(request, form, kept)


@require_POST
@login_required
def project_import_confirm(request: HttpRequest) -> HttpResponse:
    """Load the file that was previewed."""
    _require(request)
    kept = _kept(request, request.POST.get("token", ""))
    if kept is None:
        return _gone(request)
    form = UploadForm(mappings=import_mappings.names())
    try:
        outcome = _run(request, kept, dry_run=False)
    except ImportRefused as refused:
        return _refused(request, form, kept, refused)
    _path(kept).unlink(missing_ok=True)
    request.session.pop(_KEPT, None)
    messages.success(
        request, _("%(file)s dimuat: %(counts)s") % {"file": kept["name"], "counts": say(outcome.summary)}
    )
    return redirect("register")


@require_GET
@login_required
def project_import_errors(request: HttpRequest) -> HttpResponse:
    """All mistakes of the waiting file as CSV."""
    _require(request)
    kept = _kept(request, request.GET.get("token", ""))
    if kept is None:
        return _gone(request)
    try:
        _run(request, kept, dry_run=True)
        mistakes = []
    except ImportRefused as refused:
        mistakes = refused.mistakes
    answer = HttpResponse(mistakes_csv(mistakes), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = 'attachment; filename="kesalahan.csv"'
    return answer


def _require(request: HttpRequest) -> None:
    if not reach(request.user, Action.IMPORT):
        raise PermissionDenied(_("Hanya desa, pemantau, dan pengelola yang memuat file kegiatan."))


def _keep(request: HttpRequest, file: Any, mapping: str) -> dict[str, str]:
    """Put the upload into the incoming folder under a random name; the one before it goes."""
    old = request.session.get(_KEPT)
    if old:
        _path(old).unlink(missing_ok=True)
    kept = {
        "token": secrets.token_hex(16),
        "name": Path(file.name).name[:120],
        "suffix": file.name.rpartition(".")[2].lower(),
        "mapping": mapping,
    }
    _path(kept).parent.mkdir(parents=True, exist_ok=True)
    with _path(kept).open("wb") as target:
        for chunk in file.chunks():
            target.write(chunk)
    request.session[_KEPT] = kept
    return kept


def _kept(request: HttpRequest, token: str) -> dict[str, str] | None:
    """The waiting file of this person's session; None for any other token, and when it was already loaded."""
    kept: dict[str, str] | None = request.session.get(_KEPT)
    if kept is None or not secrets.compare_digest(kept["token"].encode(), token.encode()):
        return None
    return kept if _path(kept).is_file() else None


def _gone(request: HttpRequest) -> HttpResponse:
    messages.warning(
        request, _("File ini tidak lagi menunggu: sudah dimuat, atau diganti. Unggah lagi bila perlu.")
    )
    return redirect("project_import")


def _path(kept: dict[str, str]) -> Path:
    return Path(settings.INCOMING_DIR) / "imports" / f"{kept['token']}.{kept['suffix']}"


def _run(request: HttpRequest, kept: dict[str, str], *, dry_run: bool) -> Outcome:
    return import_projects(
        _path(kept),
        actor=request.user,
        mapping=kept["mapping"],
        dry_run=dry_run,
        file_name=kept["name"],
        suffix=kept["suffix"],
    )


def _preview(request: HttpRequest, form: UploadForm, kept: dict[str, str]) -> HttpResponse:
    try:
        outcome = _run(request, kept, dry_run=True)
    except ImportRefused as refused:
        return _refused(request, form, kept, refused)
    context: dict[str, Any] = {
        "outcome": outcome,
        "kept": kept,
        "totals": [(_TOTALS.get(name, name), amount) for name, amount in outcome.totals.items()],
        "rows": [_shown(row) for row in outcome.rows[:SHOWN_ROWS]],
        "near": near_warnings(request.user, outcome.rows),
    }
    return _show(request, form, **context)


def _refused(
    request: HttpRequest, form: UploadForm, kept: dict[str, str], refused: ImportRefused
) -> HttpResponse:
    return _show(
        request,
        form,
        status=400,
        kept=kept,
        mistakes=refused.mistakes[:SHOWN_MISTAKES],
        mistake_count=len(refused.mistakes),
        notes=refused.notes,
    )


_TOTALS = {"amount": "Pagu", "amount_revised": "Pagu perubahan"}


def _shown(row: Row) -> dict[str, Any]:
    """A row of the preview."""
    words = {State.NEW: _("baru"), State.CHANGED: _("berubah"), State.SAME: _("sama")}
    kinds = {State.NEW: "info", State.CHANGED: "warning", State.SAME: "none"}
    return {
        "number": row.number,
        "project": row.project,
        "amount": money_text.parse(row.values["amount"]) if row.text("amount") else None,
        "source": row.text("fund_source"),
        "state": words[row.state],
        "kind": kinds[row.state],
        "point": row.point,
    }


def _show(request: HttpRequest, form: UploadForm, status: int = 200, **more: Any) -> HttpResponse:
    return render(request, "projects/import.html", {"form": form, **more}, status=status)
