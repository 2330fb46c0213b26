"""A file that leaves: written down with its SHA-256, then sent. Whoever holds it can show that it is the one."""

import hashlib
from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.db import models
from django.http import HttpRequest, HttpResponse

from accounts import audit
from accounts.models import User


def hand_over(
    *,
    actor: User,
    subject: models.Model,
    content: bytes,
    name: str,
    kind: str,
    data: Mapping[str, Any] | None = None,
) -> HttpResponse:
    """The file as an attachment, after the audit event "file.handed_over" about `subject`.

    name: of the file. kind: its media type. data: what was asked for (filters), JSON values.
    """
    digest = hashlib.sha256(content).hexdigest()
    known = {**(data or {}), "file": name, "sha256": digest, "bytes": len(content)}
    audit.record(actor=actor, action="file.handed_over", subject=subject, data=known)
    headers = {
        "Content-Disposition": f'attachment; filename="{name}"',
        "Cache-Control": "private, no-store",
        "X-Content-SHA256": digest,
    }
    return HttpResponse(content, content_type=kind, headers=headers)


def base_address(request: HttpRequest) -> str:
    """What stands before every path in a file: GEOMONITOR_PUBLIC_URL, else the address by which the person came."""
    return settings.PUBLIC_URL or request.build_absolute_uri("/").rstrip("/")
