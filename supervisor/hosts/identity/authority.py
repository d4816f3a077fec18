"""A certificate authority for one home and its hosts: what it issues, as functions of keys and times. No files.

All keys are of the curve P-256, all certificates in PEM."""

import datetime

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from supervisor.hosts.identity.names import Role, domain_of

AUTHORITY_LASTS = datetime.timedelta(days=3650)
LASTS = datetime.timedelta(days=397)
"""A certificate of a home or a host."""
RENEWED = datetime.timedelta(days=60)
"""So long before its end one is made anew."""
EARLIER = datetime.timedelta(days=1)
"""Clocks of others may be slow."""
LARGEST = 16 << 10
"""Bytes of a certificate, a request or a key in PEM."""

PURPOSES = {Role.HOME: ExtendedKeyUsageOID.SERVER_AUTH, Role.HOST: ExtendedKeyUsageOID.CLIENT_AUTH}


class RequestRefused(Exception):
    """No certificate is issued for this; the text says why."""


def make_key() -> bytes:
    """A new private key, in PEM, not encrypted."""
    return ec.generate_private_key(ec.SECP256R1()).private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def private_key(pem: bytes) -> ec.EllipticCurvePrivateKey:
    """Raises ValueError for anything but a private key of P-256 that is not encrypted."""
    try:
        key = serialization.load_pem_private_key(pem, password=None)
    except TypeError:
        raise ValueError("it is encrypted") from None
    if not isinstance(key, ec.EllipticCurvePrivateKey) or not isinstance(key.curve, ec.SECP256R1):
        raise ValueError("it is no key of P-256")
    return key


def make_authority(key_pem: bytes, now: datetime.datetime) -> bytes:
    """The certificate of a new authority, which signs itself."""
    key = private_key(key_pem)
    itself = x509.SubjectKeyIdentifier.from_public_key(key.public_key())
    # two homes have two names, so that a certificate of the other one is seen to be of a stranger
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"Gerald home {itself.digest.hex()[:16]}")])
    usage = x509.KeyUsage(
        digital_signature=False,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=True,
        crl_sign=True,
        encipher_only=False,
        decipher_only=False,
    )
    made = (
        _begun(name, name, key.public_key(), now, AUTHORITY_LASTS)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(itself, critical=False)
        .sign(key, hashes.SHA256())
    )
    return made.public_bytes(serialization.Encoding.PEM)


def make_request(key_pem: bytes) -> bytes:
    """A request for a certificate: it proves that whoever sends it has the key. The home chooses the name."""
    request = x509.CertificateSigningRequestBuilder().subject_name(x509.Name([]))
    return request.sign(private_key(key_pem), hashes.SHA256()).public_bytes(serialization.Encoding.PEM)


def issue(
    authority: bytes, authority_key: bytes, request: bytes, role: Role, name: str, now: datetime.datetime
) -> bytes:
    """A certificate for the key of `request`, and nothing else of what that says. Raises RequestRefused."""
    return _signed(authority, authority_key, _requested(request), role, name, now)


def issue_for(
    authority: bytes, authority_key: bytes, key_pem: bytes, role: Role, name: str, now: datetime.datetime
) -> bytes:
    """A certificate for a key that is at hand."""
    return _signed(authority, authority_key, private_key(key_pem).public_key(), role, name, now)


def issue_again(
    authority: bytes, authority_key: bytes, shown: bytes, role: Role, name: str, now: datetime.datetime
) -> bytes:
    """A newer certificate for the key of a good one that was shown, by whoever has that key. `shown`: DER or PEM."""
    is_pem = shown.lstrip().startswith(b"-----BEGIN")
    found = (x509.load_pem_x509_certificate if is_pem else x509.load_der_x509_certificate)(shown)
    key = found.public_key()
    assert isinstance(key, ec.EllipticCurvePublicKey), "it was found good"
    return _signed(authority, authority_key, key, role, name, now)


def _requested(request: bytes) -> ec.EllipticCurvePublicKey:
    if len(request) > LARGEST:
        raise RequestRefused("the request for a certificate is too large")
    try:
        found = x509.load_pem_x509_csr(request)
        key, proven = found.public_key(), found.is_signature_valid
    except Exception:  # the library raises many kinds for bytes of strangers
        raise RequestRefused("that is no request for a certificate") from None
    if not isinstance(key, ec.EllipticCurvePublicKey) or not isinstance(key.curve, ec.SECP256R1):
        raise RequestRefused("the key of the request is not of P-256")
    if not proven:
        raise RequestRefused("the request is not signed by its key")
    return key


def _signed(
    authority: bytes,
    authority_key: bytes,
    public: ec.EllipticCurvePublicKey,
    role: Role,
    name: str,
    now: datetime.datetime,
) -> bytes:
    issuer = x509.load_pem_x509_certificate(authority)
    key = private_key(authority_key)
    named = x509.SubjectAlternativeName([x509.DNSName(domain_of(role, name))])
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    ends = min(now - EARLIER + LASTS, issuer.not_valid_after_utc)
    begins = max(now - EARLIER, issuer.not_valid_before_utc)
    made = (
        _begun(subject, issuer.subject, public, begins + EARLIER, ends - begins)
        .add_extension(named, critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.ExtendedKeyUsage([PURPOSES[role]]), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(key.public_key()), critical=False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
        .sign(key, hashes.SHA256())
    )
    return made.public_bytes(serialization.Encoding.PEM)


def _begun(
    subject: x509.Name,
    issuer: x509.Name,
    public: ec.EllipticCurvePublicKey,
    now: datetime.datetime,
    lasts: datetime.timedelta,
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(public)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - EARLIER)
        .not_valid_after(now - EARLIER + lasts)
    )
