"""One shape for every error: {"error": {"code", "message", "fields"?, "hint"?}}, or a page that says the same.

Jobs raise `places.problems.Problem` (or Django's own PermissionDenied, Http404, ValidationError); here they become
an answer in the form that was asked for.
"""

import logging
from collections.abc import Callable
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import exception_handler

from places.problems import Problem

logger = logging.getLogger(__name__)
Handler = Callable[[HttpRequest], HttpResponse]
_JSON_PATHS = ("/api/", "/tiles/", "/healthz", "/readyz")

_NAMED = 5  # fields in one sentence; all stand in `fields`
_CODES = {
    400: "bad_request",
    403: "forbidden",
    404: "not_found",
    405: "method_not_allowed",
    409: "conflict",
    413: "too_large",
    429: "too_many",
    500: "server_error",
    503: "unavailable",
}


def _sentence(status: int) -> tuple[str, str]:
    """The sentence and hint that go with a status when nobody said anything better."""
    known = {
        400: (_("Permintaan tidak dapat dibaca."), _("Periksa alamat atau isian, lalu coba lagi.")),
        403: (_("Anda tidak diizinkan membuka ini."), _("Masuk dengan akun yang bertugas di wilayah ini.")),
        404: (
            _("Halaman atau data ini tidak ada, atau tidak tampil untuk akun Anda."),
            _("Cari dari peta atau daftar."),
        ),
        405: (_("Cara ini tidak tersedia di alamat ini."), ""),
        500: (
            _("Terjadi kesalahan pada server; data Anda tidak hilang."),
            _("Coba lagi. Bila berulang, sampaikan waktu dan alamat halaman ini kepada pengelola."),
        ),
    }
    return known.get(status, (_("Permintaan tidak dapat dilayani."), ""))


def shape(
    code: str, message: str, *, fields: dict[str, list[str]] | None = None, hint: str = ""
) -> dict[str, dict[str, Any]]:
    """The error object as it goes out; `fields` and `hint` only where there are any."""
    error: dict[str, Any] = {"code": code, "message": message}
    if fields:
        error["fields"] = fields
    if hint:
        error["hint"] = hint
    return {"error": error}


def _wants_json(request: HttpRequest) -> bool:
    return request.path.startswith(_JSON_PATHS) or "application/json" in request.headers.get("Accept", "")


def respond(
    request: HttpRequest,
    status: int,
    message: str = "",
    *,
    code: str = "",
    hint: str = "",
    fields: Any = None,
) -> HttpResponse:
    """An error answer as JSON for programs and as a page for people."""
    default_message, default_hint = _sentence(status)
    code = code or _CODES.get(status, "error")
    message, hint = message or default_message, hint or default_hint
    if _wants_json(request):
        return JsonResponse(shape(code, message, fields=fields, hint=hint), status=status)
    context = {"status": status, "message": message, "hint": hint, "fields": fields}
    template = "geomonitor/_error.html" if request.headers.get("HX-Request") else "geomonitor/error.html"
    return render(request, template, context, status=status)


class SayErrors:
    """Middleware: problems raised by jobs become answers in the one shape."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if "%00" in request.META.get("QUERY_STRING", ""):  # no text has it, and the database takes none
            return respond(request, 400)
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if isinstance(error, Problem):
            return respond(
                request, error.status, error.sentence, code=error.code, hint=error.hint, fields=error.fields
            )
        if isinstance(error, PermissionDenied):
            return respond(request, 403, str(error))
        if isinstance(error, Http404):
            return respond(request, 404)
        return None


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return respond(request, 400)


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    return respond(request, 403, str(exception))


def page_not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return respond(request, 404)


def server_error(request: HttpRequest) -> HttpResponse:
    """Also shown when the database is away, so it must ask nothing of it."""
    if _wants_json(request):
        return respond(request, 500)
    message, hint = _sentence(500)
    return render(None, "geomonitor/500.html", {"message": message, "hint": hint}, status=500)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form sent after the session ended or from another page."""
    logger.info("csrf: %s", reason)
    return respond(
        request,
        403,
        _("Formulir ini sudah kedaluwarsa."),
        code="csrf",
        hint=_("Muat ulang halaman, lalu kirim lagi."),
    )


def api_error(error: Exception, context: dict[str, Any]) -> Response | None:
    """REST framework's exceptions in the one shape."""
    if isinstance(error, Problem):
        body = shape(error.code, error.sentence, fields=error.fields, hint=error.hint)
        return Response(body, status=error.status)
    if isinstance(error, ValidationError):
        error = exceptions.ValidationError(detail=getattr(error, "message_dict", error.messages))
    answer = exception_handler(error, context)
    if answer is None:
        return None
    code = getattr(error, "default_code", None) or _CODES.get(answer.status_code, "error")
    if isinstance(error, exceptions.ValidationError):
        fields = _fields(error.detail)
        body = shape("invalid", _invalid(fields), fields=fields)
    else:
        message, hint = _sentence(answer.status_code)
        detail = answer.data.get("detail") if isinstance(answer.data, dict) else None
        if isinstance(error, Http404 | exceptions.NotFound):
            detail = None  # Django's names a class, in English
        body = shape(str(code), str(detail or message), hint=hint)
    return Response(body, status=answer.status_code, headers=dict(answer.items()))


def _invalid(fields: dict[str, list[str]]) -> str:
    """The sentence that names the fields that are wrong; mistakes of no field say themselves."""
    named = [name for name in fields if name.rpartition(".")[2] != "non_field_errors"]
    if not named:
        return " ".join(text for texts in fields.values() for text in texts)
    names = ", ".join(named[:_NAMED]) + (" …" if len(named) > _NAMED else "")
    return _("Isian belum benar: %(names)s.") % {"names": names}


def _fields(detail: Any, inside: str = "") -> dict[str, list[str]]:
    """REST framework's nested mistakes by the path of each field: "sites.0.weight"."""
    if isinstance(detail, list) and any(isinstance(part, dict) for part in detail):
        detail = {str(index): part for index, part in enumerate(detail) if part}
    if not isinstance(detail, dict):
        texts = detail if isinstance(detail, list) else [detail]
        return {inside or "non_field_errors": [str(text) for text in texts]}
    found: dict[str, list[str]] = {}
    for name, part in detail.items():
        found |= _fields(part, f"{inside}.{name}" if inside else str(name))
    return found
