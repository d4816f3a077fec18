"""The certificate of the page: the owner's own, or one that it makes for itself, and makes anew before it ends."""

import datetime
import ipaddress
import ssl
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from config.files import read_limited, write_private

LASTS = datetime.timedelta(days=397)
"""No browser takes one that lasts longer."""
RENEWED = datetime.timedelta(days=30)
"""Before its end, one of ours is made anew, and the owner is told of another."""
EARLIER = datetime.timedelta(days=1)
"""Clocks of others may be slow."""
LARGEST = 256 << 10


class CertificateTrouble(Exception):
    """It cannot be used; the text says why. remedy: what to do."""

    def __init__(self, why: str, remedy: str) -> None:
        super().__init__(why)
        self.remedy = remedy


@dataclass(frozen=True, slots=True)
class Certificate:
    """names: hosts and addresses that it is for. fingerprint: its SHA-256, as browsers show it. until: UTC."""

    names: tuple[str, ...]
    fingerprint: str
    until: datetime.datetime

    @property
    def ends(self) -> str:
        return f"{self.until:%Y-%m-%d}"

    def ends_soon(self, now: datetime.datetime) -> bool:
        return self.until - now < RENEWED


def read_certificate(file: Path) -> Certificate:
    """Of a PEM file, of which the first counts. Raises CertificateTrouble."""
    try:
        found = x509.load_pem_x509_certificates(read_limited(file, LARGEST))[0]
        try:
            named = found.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
            names = (
                *named.get_values_for_type(x509.DNSName),
                *map(str, named.get_values_for_type(x509.IPAddress)),
            )
        except x509.ExtensionNotFound:
            names = ()
    except OSError as error:
        raise CertificateTrouble(f"{file}: {error.strerror or error}", "correct page.certificate") from None
    except (ValueError, IndexError):
        raise CertificateTrouble(f"{file} is no certificate in PEM", "correct page.certificate") from None
    digest = found.fingerprint(hashes.SHA256()).hex().upper()
    shown = ":".join(digest[at : at + 2] for at in range(0, len(digest), 2))
    return Certificate(names, shown, found.not_valid_after_utc)


def made_certificate(file: Path, names: Sequence[str], now: datetime.datetime) -> Certificate:
    """The one in `file`, which has its key as well; made anew where it is missing, about to end, or for others than
    the first name.

    Raises OSError where it cannot be written."""
    try:
        found = read_certificate(file)
    except CertificateTrouble:
        found = None
    if found is None or found.ends_soon(now) or names[0] not in found.names:
        write_private(file, _make(names, now))
        found = read_certificate(file)
    return found


def context_of(certificate: Path, key: Path | None) -> ssl.SSLContext:
    """For a server. Raises CertificateTrouble."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.options |= ssl.OP_NO_RENEGOTIATION
    context.set_alpn_protocols(["http/1.1"])
    load(context, certificate, key)
    return context


def load(context: ssl.SSLContext, certificate: Path, key: Path | None) -> None:
    """Whoever connects from now on is shown this certificate. Raises CertificateTrouble."""
    remedy = "correct page.certificate and page.certificate_key; or leave both out, and it makes its own"
    try:
        # an encrypted key would ask at a terminal for its password
        context.load_cert_chain(certificate, key, password=lambda: b"")
    except ssl.SSLError as error:
        said = (
            "they do not belong together"
            if error.reason == "KEY_VALUES_MISMATCH"
            else "no usable certificate and key"
        )
        raise CertificateTrouble(f"{certificate}, {key or certificate}: {said}", remedy) from None
    except OSError as error:
        raise CertificateTrouble(f"{certificate}, {key or certificate}: {error.strerror}", remedy) from None


def _make(names: Sequence[str], now: datetime.datetime) -> bytes:
    """A key and a certificate of it, in PEM."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Gerald")])
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - EARLIER)
        .not_valid_after(now - EARLIER + LASTS)
        .add_extension(x509.SubjectAlternativeName([_general(name) for name in names]), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
    )
    made = builder.sign(key, hashes.SHA256())
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return private + made.public_bytes(serialization.Encoding.PEM)


def _general(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)
