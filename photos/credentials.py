"""[pure] Content Credentials (C2PA): the signed statement that some cameras put into a file.

Read by c2pa-python, only for files that carry one, in the child (photos.decoding); it asks nothing of the network.
"""

import io
import json
import logging
from typing import Any

logger = logging.getLogger(__name__)

_MIME = {
    "JPEG": "image/jpeg",
    "PNG": "image/png",
    "WEBP": "image/webp",
    "HEIC": "image/heic",
    "HEIF": "image/heif",
}
_OFFLINE = {"verify": {"remote_manifest_fetch": False, "ocsp_fetch": False}}
_NAME_LIMIT = 120
NONE: dict[str, Any] = {"c2pa": "none"}


def carried(data: bytes) -> bool:
    """Whether the file seems to hold a manifest: two short words, so that the library is rarely asked for nothing."""
    return data.find(b"jumb") >= 0 and data.find(b"c2pa") >= 0


def read(data: bytes, format: str) -> dict[str, Any]:
    """c2pa: "none", "valid", "untrusted" or "broken"; c2pa_signer; c2pa_errors: what the library objects to.

    valid: whole, and its signer is in the library's list of trust (none is set up at first). untrusted: whole, by a
    signer that nobody vouches for. broken: bytes or statements are not those that were signed.
    """
    if not carried(data):
        return dict(NONE)
    import c2pa  # slow to load, rarely needed

    try:
        c2pa.load_settings(_OFFLINE)
        with c2pa.Reader(_MIME[format], io.BytesIO(data)) as reader:
            return _told(json.loads(reader.json()), str(reader.get_validation_state()))
    except c2pa.C2paError as error:
        if "ManifestNotFound" in type(error).__name__ or "ManifestNotFound" in str(error):
            return dict(NONE)
        logger.info("content credentials could not be read: %s", error)
        return {"c2pa": "unreadable", "c2pa_errors": [str(error)[:_NAME_LIMIT]]}


def _told(store: dict[str, Any], state: str) -> dict[str, Any]:
    errors = [str(one.get("code", "")) for one in store.get("validation_status", [])]
    manifest = store.get("manifests", {}).get(store.get("active_manifest", ""), {})
    signature = manifest.get("signature_info") or {}
    signer = signature.get("issuer") or signature.get("common_name") or ""
    broken = any(code.endswith(".mismatch") for code in errors)
    return {
        "c2pa": "broken" if broken else "valid" if state == "Trusted" else "untrusted",
        "c2pa_signer": str(signer)[:_NAME_LIMIT],
        "c2pa_errors": errors[:20],
    }
