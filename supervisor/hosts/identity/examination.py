"""Whether a certificate is one that this home's authority issued, for whom, for what, and for now. No files."""

import datetime
from dataclasses import dataclass

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.verification import PolicyBuilder, Store, VerificationError

from supervisor.hosts.identity.authority import LARGEST, PURPOSES, RENEWED
from supervisor.hosts.identity.names import Role, domain_of, name_in
from supervisor.hosts.identity.refusal import Reason, Refused


@dataclass(frozen=True, slots=True)
class Examined:
    """What a certificate says that was found good. fingerprint: its SHA-256 in hex. since, until: UTC."""

    name: str
    fingerprint: str
    since: datetime.datetime
    until: datetime.datetime

    def ends_soon(self, now: datetime.datetime) -> bool:
        return self.until - now < RENEWED


def examine(certificate: bytes, authority: bytes, role: Role, now: datetime.datetime) -> Examined:
    """Judge a certificate (DER or PEM) by the authority's (PEM). Raises Refused.

    It says nothing on whether whoever showed it has its key, nor on whether it was revoked since."""
    issuer = x509.load_pem_x509_certificate(authority)
    found = parsed(certificate)
    try:
        _check_issuer(found, issuer)
        _check_time(found, now)
        _check_key(found)
        _check_purpose(found, role)
        name = name_of(found, role)
        _check_chain(found, issuer, role, name, now)
    except Refused:
        raise
    except (
        Exception
    ):  # the library finds faults in an extension only when that is looked at, and raises many kinds
        raise _malformed("what it says of itself cannot be read") from None
    return Examined(name, fingerprint(found), found.not_valid_before_utc, found.not_valid_after_utc)


def parsed(certificate: bytes) -> x509.Certificate:
    """A certificate (DER or PEM), of which nothing is known yet. Raises Refused."""
    if len(certificate) > LARGEST:
        raise _malformed("it is too large")
    is_pem = certificate.lstrip().startswith(b"-----BEGIN")
    try:
        return (x509.load_pem_x509_certificate if is_pem else x509.load_der_x509_certificate)(certificate)
    except Exception:  # as above
        raise _malformed("that is no certificate") from None


def fingerprint(certificate: x509.Certificate) -> str:
    return certificate.fingerprint(hashes.SHA256()).hex()


def key_fingerprint(certificate: bytes) -> bytes:
    """The SHA-256 of the public key of a certificate (DER or PEM): what an invitation names an authority by. Raises
    Refused."""
    key = parsed(certificate).public_key()
    digest = hashes.Hash(hashes.SHA256())
    digest.update(
        key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    )
    return digest.finalize()


def is_signed_by(certificate: bytes, signature: bytes, data: bytes) -> bool:
    """Whether the key of this certificate (DER or PEM) signed `data`, as `Identity.sign` does."""
    try:
        key = parsed(certificate).public_key()
        if not isinstance(key, ec.EllipticCurvePublicKey):
            return False
        key.verify(signature, data, ec.ECDSA(hashes.SHA256()))
    except (InvalidSignature, Refused, ValueError):
        return False
    return True


def name_of(found: x509.Certificate, role: Role) -> str:
    """Whom a certificate names. Raises Refused, and ValueError for an extension that cannot be read."""
    try:
        names = tuple(found.extensions.get_extension_for_class(x509.SubjectAlternativeName).value)
    except x509.ExtensionNotFound:
        names = ()
    only = names[0] if len(names) == 1 else None
    name = name_in(role, only.value) if isinstance(only, x509.DNSName) else None
    if name is None:
        raise Refused(Reason.WRONG_NAME, f"the name in its certificate is not that of a {role}")
    return name


def _check_issuer(found: x509.Certificate, issuer: x509.Certificate) -> None:
    try:
        found.verify_directly_issued_by(issuer)
    except (InvalidSignature, ValueError, TypeError):
        raise Refused(Reason.STRANGER, "this home did not issue its certificate") from None


def _check_time(found: x509.Certificate, now: datetime.datetime) -> None:
    if now > found.not_valid_after_utc:
        text = f"its certificate ended on {found.not_valid_after_utc:%Y-%m-%d}; invite it again"
        raise Refused(Reason.EXPIRED, text)
    if now < found.not_valid_before_utc:
        text = f"its certificate begins on {found.not_valid_before_utc:%Y-%m-%d}; are the clocks right?"
        raise Refused(Reason.NOT_YET_VALID, text)


def _check_key(found: x509.Certificate) -> None:
    key = found.public_key()
    if not isinstance(key, ec.EllipticCurvePublicKey) or not isinstance(key.curve, ec.SECP256R1):
        raise _malformed("its key is not of P-256")


def _check_purpose(found: x509.Certificate, role: Role) -> None:
    try:
        usage = tuple(found.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value)
        is_authority = found.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    except x509.ExtensionNotFound:
        usage, is_authority = (), True
    if usage != (PURPOSES[role],) or is_authority:
        raise Refused(Reason.WRONG_PURPOSE, f"its certificate is not that of a {role}")


def _check_chain(
    found: x509.Certificate, issuer: x509.Certificate, role: Role, name: str, now: datetime.datetime
) -> None:
    """Everything else that a certificate must be, as the library sees it."""
    policy = PolicyBuilder().store(Store([issuer])).time(now).max_chain_depth(0)
    try:
        if role is Role.HOME:
            policy.build_server_verifier(x509.DNSName(domain_of(role, name))).verify(found, [])
        else:
            policy.build_client_verifier().verify(found, [])
    except VerificationError:
        if now > issuer.not_valid_after_utc:
            text = f"the home's authority ended on {issuer.not_valid_after_utc:%Y-%m-%d}"
            raise Refused(Reason.EXPIRED, text) from None
        raise Refused(Reason.STRANGER, "its certificate does not hold") from None


def _malformed(text: str) -> Refused:
    return Refused(Reason.MALFORMED, text)
