"""Signs pictures as cameras with Content Credentials do (C2PA), with certificates of nobody, made on the spot."""

import io
import json
from datetime import UTC, datetime, timedelta
from functools import cache

import c2pa
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

_USES = (
    "digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement",
    "key_cert_sign", "crl_sign", "encipher_only", "decipher_only",
)  # fmt: skip


def _certificate(name: str, key, issuer: x509.Name, issuer_key, *, of_authority: bool) -> x509.Certificate:
    today = datetime.now(UTC)
    use = "key_cert_sign" if of_authority else "digital_signature"
    builder = (
        x509.CertificateBuilder()
        .subject_name(_name(name))
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(today - timedelta(days=1))
        .not_valid_after(today + timedelta(days=3650))
        .add_extension(x509.BasicConstraints(ca=of_authority, path_length=None), critical=True)
        .add_extension(x509.KeyUsage(**{one: one == use for one in _USES}), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key()), critical=False
        )
    )
    if not of_authority:
        usage = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.EMAIL_PROTECTION])
        builder = builder.add_extension(usage, critical=False)
    return builder.sign(issuer_key, hashes.SHA256())


def _name(name: str) -> x509.Name:
    return x509.Name(
        [x509.NameAttribute(NameOID.ORGANIZATION_NAME, name), x509.NameAttribute(NameOID.COMMON_NAME, name)]
    )


@cache
def _signer() -> c2pa.Signer:
    """A leaf under a root of its own, as C2PA asks."""
    root, leaf = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    above = _certificate("Akar Uji", root, _name("Akar Uji"), root, of_authority=True)
    ours = _certificate("Kamera Uji", leaf, _name("Akar Uji"), root, of_authority=False)
    pem = serialization.Encoding.PEM
    key = leaf.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    chain = ours.public_bytes(pem) + above.public_bytes(pem)
    return c2pa.Signer.from_info(c2pa.C2paSignerInfo(c2pa.C2paSigningAlg.ES256, chain, key, None))


def signed(picture: bytes, mime: str = "image/jpeg") -> bytes:
    """The picture with a manifest that says it came from a camera, signed by "Kamera Uji"."""
    captured = "http://cv.iptc.org/newscodes/digitalsourcetype/digitalCapture"
    actions = {"actions": [{"action": "c2pa.created", "digitalSourceType": captured}]}
    manifest = {
        "claim_generator_info": [{"name": "Kamera Uji", "version": "1"}],
        "format": mime,
        "assertions": [{"label": "c2pa.actions", "data": actions}],
    }
    out = io.BytesIO()
    with c2pa.Builder.from_json(json.dumps(manifest)) as builder:
        builder.sign(_signer(), mime, io.BytesIO(picture), out)
    return out.getvalue()
