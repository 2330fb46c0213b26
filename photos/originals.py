"""Serves pictures: originals to those allowed, as attachments; display pictures to all who may see the claim."""

import logging

from django.core.exceptions import PermissionDenied
from django.core.files.storage import storages
from django.http import FileResponse, Http404, HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.utils.cache import get_conditional_response
from django.utils.http import quote_etag
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from accounts.access import Action, may
from photos.models import Claim
from places.message import mark as _
from places.message import message, sentences
from places.problems import Problem

SENTENCES = sentences(
    {
        "originals.unreachable": _(
            "Berkas foto sedang tidak bisa diambil dari penyimpanan. Coba lagi beberapa menit lagi."
        ),
    }
)
logger = logging.getLogger(__name__)

_TYPES = {
    "JPEG": "image/jpeg",
    "PNG": "image/png",
    "WEBP": "image/webp",
    "HEIC": "image/heic",
    "HEIF": "image/heif",
}
_LOCKED = "default-src 'none'; sandbox"
_PUBLIC = "public, max-age=600"  # short: a photo that no longer stands must leave other people's caches
_PRIVATE = "private, max-age=86400"


@require_safe
def original(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The file as it came, byte for byte, to keep; never shown inside the site."""
    claim = _claim(request, pk)
    if not may(request.user, Action.ORIGINALS, claim.project.village_id):
        raise PermissionDenied(gettext("Berkas asli hanya untuk petugas yang bertugas di wilayah ini."))
    photo = claim.photo
    suffix = photo.original.rpartition(".")[2]
    name = f"{claim.project.code.replace('/', '-')}-{claim.progress}-{photo.sha256[:8]}.{suffix}"
    response = _file(photo.original, _TYPES[photo.format], as_attachment=True, filename=name)
    response["Cache-Control"] = "private, no-store"
    return response


@require_safe
def display(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The picture at 1000 px, without metadata."""
    claim = _claim(request, pk)
    return _derivative(request, claim, claim.photo.display)


@require_safe
def thumb(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The picture at 320 px, without metadata."""
    claim = _claim(request, pk)
    return _derivative(request, claim, claim.photo.thumb)


def _claim(request: HttpRequest, pk: int) -> Claim:
    visible = Claim.objects.visible_to(request.user).select_related("photo", "project")
    return get_object_or_404(visible, pk=pk)


def _derivative(request: HttpRequest, claim: Claim, name: str) -> HttpResponseBase:
    if not name:
        raise Http404("not made yet")
    etag = quote_etag(name.rpartition("/")[2].removesuffix(".jpg"))
    response: HttpResponseBase = get_conditional_response(request, etag=etag) or _file(name, "image/jpeg")
    for_all = claim.project.published and claim.stands and not request.user.is_authenticated
    response["Cache-Control"] = _PUBLIC if for_all else _PRIVATE
    response["ETag"] = etag
    return response


def _file(
    name: str, content_type: str, *, as_attachment: bool = False, filename: str = ""
) -> HttpResponseBase:
    try:
        file = storages["default"].open(name, "rb")
    except FileNotFoundError as error:
        raise Http404("no such file") from error
    except OSError as error:
        logger.error("%s cannot be read: %s", name, error)
        raise Problem(message("originals.unreachable"), status=503) from error
    response = FileResponse(file, content_type=content_type, as_attachment=as_attachment, filename=filename)
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = _LOCKED
    response["Cross-Origin-Resource-Policy"] = "same-origin"
    return response
