"""/healthz: the process answers. /readyz: database, storage and queue are there."""

import tempfile
from collections.abc import Callable
from pathlib import Path

from django.conf import settings
from django.core.files.storage import default_storage
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, JsonResponse
from django.utils.translation import gettext as _
from django_tasks_db.models import DBTaskResult

from geomonitor.errors import shape


def healthz(request: HttpRequest) -> JsonResponse:
    """Alive: asks nothing of anything else."""
    return JsonResponse({"status": "ok"})


def _database() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT postgis_lib_version()")
    plan = MigrationExecutor(connection).migration_plan(
        MigrationExecutor(connection).loader.graph.leaf_nodes()
    )
    return _("migrasi belum dijalankan") if plan else ""


def _storage() -> str:
    Path(settings.INCOMING_DIR).mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=settings.INCOMING_DIR):
        default_storage.exists("readyz")
    return ""


def _queue() -> str:
    DBTaskResult.objects.exists()
    return ""


PARTS: dict[str, Callable[[], str]] = {"database": _database, "storage": _storage, "queue": _queue}


def readyz(request: HttpRequest) -> JsonResponse:
    """Ready: 200 when every part answers, else 503 with what is wrong with which."""
    troubles = {}
    for name, probe in PARTS.items():
        try:
            trouble = probe()
        except (DatabaseError, OSError) as error:
            trouble = str(error).strip().splitlines()[0]
        if trouble:
            troubles[name] = [trouble]
    if troubles:
        return JsonResponse(shape("not_ready", _("Belum siap."), fields=troubles), status=503)
    return JsonResponse({"status": "ok", "parts": list(PARTS)})
