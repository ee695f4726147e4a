"""An authority of a test, and a certificate for localhost that it signs."""

from __future__ import annotations

import datetime
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

AUTHORITY = "authority.pem"


def write_certificates(folder: Path) -> Path:
    """A new folder in this one, with the files that deploy/ names, and `AUTHORITY` for browsers to trust."""
    folder.chmod(0o755)
    own, authority = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    issuer = _name("Roomtone tests")
    root = _certificate(issuer, authority, issuer, authority, is_authority=True)
    leaf = _certificate(_name("localhost"), own, issuer, authority, is_authority=False)
    key = own.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    made = folder / "certificates"
    made.mkdir()
    for file, content in {
        AUTHORITY: root,
        "fullchain.pem": leaf,
        "privkey.pem": key,
        "all.pem": leaf + key,
    }.items():
        (made / file).write_bytes(content)
    return made


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, text)])


def _certificate(
    subject: x509.Name,
    key: ec.EllipticCurvePrivateKey,
    issuer: x509.Name,
    authority: ec.EllipticCurvePrivateKey,
    *,
    is_authority: bool,
) -> bytes:
    now = datetime.datetime.now(datetime.UTC)
    day = datetime.timedelta(days=1)
    return (
        x509.CertificateBuilder(
            issuer, subject, key.public_key(), x509.random_serial_number(), now - day, now + day
        )
        .add_extension(x509.BasicConstraints(ca=is_authority, path_length=None), critical=True)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        # RFC 5280, 4.2.1.1 to 4.2.1.3, which Python asks for from 3.13 on.
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(authority.public_key()),
            critical=False,
        )
        .add_extension(_usage(is_authority), critical=True)
        .sign(authority, hashes.SHA256())
        .public_bytes(Encoding.PEM)
    )


def _usage(is_authority: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=True,
        key_cert_sign=is_authority,
        crl_sign=is_authority,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )
