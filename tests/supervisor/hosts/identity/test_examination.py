"""Whose certificate is good: a stranger's, an ended one, one for something else and a damaged one are told apart."""

import base64
import datetime
import random
import ssl

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from supervisor.hosts.identity.authority import (
    AUTHORITY_LASTS,
    EARLIER,
    LASTS,
    RequestRefused,
    issue,
    issue_for,
    make_key,
    make_request,
    private_key,
)
from supervisor.hosts.identity.examination import examine, is_signed_by, key_fingerprint
from supervisor.hosts.identity.names import HOME, Role, domain_of
from supervisor.hosts.identity.refusal import Reason, Refused
from tests.supervisor.hosts.identity.conftest import DAY, NOW, Ca

SECOND = datetime.timedelta(seconds=1)


def reason(certificate: bytes, ca: Ca, role: Role = Role.HOST, now: datetime.datetime = NOW) -> Reason:
    with pytest.raises(Refused) as refused:
        examine(certificate, ca.certificate, role, now)
    assert str(refused.value)
    return refused.value.reason


def der(pem: bytes) -> bytes:
    return ssl.PEM_cert_to_DER_cert(pem.decode())


def test_its_own_hosts_and_itself_are_known_in_pem_and_der(ca: Ca) -> None:
    host = ca.issue("gpu-box")
    found = examine(host, ca.certificate, Role.HOST, NOW)
    assert found.name == "gpu-box"
    assert found.until - found.since == LASTS
    assert examine(der(host), ca.certificate, Role.HOST, NOW) == found
    assert examine(ca.issue(HOME, Role.HOME), ca.certificate, Role.HOME, NOW).name == HOME


def test_a_stranger_is_one_whoever_it_says_it_is(ca: Ca, stranger: Ca) -> None:
    assert reason(stranger.issue("gpu-box"), ca) is Reason.STRANGER
    assert reason(stranger.certificate, ca) is Reason.STRANGER
    # of another key under the very name of this authority
    forged = issue_for(ca.certificate, stranger.key, make_key(), Role.HOST, "gpu-box", NOW)
    assert reason(forged, ca) is Reason.STRANGER


def test_it_counts_from_its_first_second_to_its_last(ca: Ca) -> None:
    host = ca.issue("gpu-box")
    first, last = NOW - EARLIER, NOW - EARLIER + LASTS
    for good in (first, last):
        examine(host, ca.certificate, Role.HOST, good)
    assert reason(host, ca, now=first - SECOND) is Reason.NOT_YET_VALID
    assert reason(host, ca, now=last + SECOND) is Reason.EXPIRED


def test_a_certificate_never_outlasts_its_authority(ca: Ca) -> None:
    late = NOW - EARLIER + AUTHORITY_LASTS - 5 * DAY
    host = ca.issue("gpu-box", now=late)
    assert examine(host, ca.certificate, Role.HOST, late).until == NOW - EARLIER + AUTHORITY_LASTS


def test_a_home_is_no_host_and_a_host_is_no_home(ca: Ca) -> None:
    assert reason(ca.issue("gpu-box"), ca, Role.HOME) is Reason.WRONG_PURPOSE
    assert reason(ca.issue(HOME, Role.HOME), ca, Role.HOST) is Reason.WRONG_PURPOSE
    assert reason(ca.certificate, ca) is Reason.WRONG_PURPOSE


def made(ca: Ca, *extensions: x509.ExtensionType, public: object = None) -> bytes:
    """A certificate that the authority would never issue, by its key."""
    signer = private_key(ca.key)
    own = public or ec.generate_private_key(ec.SECP256R1()).public_key()
    builder = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "gpu-box")]))
        .issuer_name(x509.load_pem_x509_certificate(ca.certificate).subject)
        .public_key(own)  # type: ignore[arg-type]
        .serial_number(x509.random_serial_number())
        .not_valid_before(NOW - DAY)
        .not_valid_after(NOW + DAY)
    )
    for extension in extensions:
        builder = builder.add_extension(extension, critical=isinstance(extension, x509.BasicConstraints))
    return builder.sign(signer, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)


LEAF = x509.BasicConstraints(ca=False, path_length=None)
CLIENT = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH])
BOTH = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH, ExtendedKeyUsageOID.SERVER_AUTH])
ANY = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE])


def names(*domains: str) -> x509.SubjectAlternativeName:
    return x509.SubjectAlternativeName([x509.DNSName(domain) for domain in domains])


NAMED = names(domain_of(Role.HOST, "gpu-box"))


@pytest.mark.parametrize(
    ("extensions", "expected"),
    [
        ((), Reason.WRONG_PURPOSE),
        ((LEAF, NAMED), Reason.WRONG_PURPOSE),
        ((LEAF, NAMED, BOTH), Reason.WRONG_PURPOSE),
        ((LEAF, NAMED, ANY), Reason.WRONG_PURPOSE),
        ((x509.BasicConstraints(ca=True, path_length=None), NAMED, CLIENT), Reason.WRONG_PURPOSE),
        ((LEAF, CLIENT), Reason.WRONG_NAME),
        ((LEAF, CLIENT, names("gpu-box.host.example.org")), Reason.WRONG_NAME),
        ((LEAF, CLIENT, names("home.gerald.internal")), Reason.WRONG_NAME),
        ((LEAF, CLIENT, names("home.host.gerald.internal")), Reason.WRONG_NAME),
        ((LEAF, CLIENT, names("GPU.host.gerald.internal")), Reason.WRONG_NAME),
        ((LEAF, CLIENT, names("*.host.gerald.internal")), Reason.WRONG_NAME),
        ((LEAF, CLIENT, names("a.b.host.gerald.internal")), Reason.WRONG_NAME),
        ((LEAF, CLIENT, names("a.host.gerald.internal", "b.host.gerald.internal")), Reason.WRONG_NAME),
        ((LEAF, CLIENT, x509.SubjectAlternativeName([x509.RFC822Name("a@example.org")])), Reason.WRONG_NAME),
    ],
)
def test_what_is_not_exactly_as_it_is_issued_is_refused(
    ca: Ca, extensions: tuple[x509.ExtensionType, ...], expected: Reason
) -> None:
    assert reason(made(ca, *extensions), ca) is expected


def test_a_weak_key_is_refused(ca: Ca) -> None:
    weak = rsa.generate_private_key(public_exponent=65537, key_size=1024).public_key()
    aki = x509.AuthorityKeyIdentifier.from_issuer_public_key(private_key(ca.key).public_key())
    assert reason(made(ca, LEAF, NAMED, CLIENT, aki, public=weak), ca) is Reason.MALFORMED


@pytest.mark.filterwarnings("ignore:Parsed a serial number")
def test_whatever_bytes_arrive_are_refused_or_are_the_certificate(ca: Ca) -> None:
    dice = random.Random(19)
    host = ca.issue("gpu-box")
    originals = (host, der(host))
    known = examine(host, ca.certificate, Role.HOST, NOW)
    counted = dict.fromkeys(Reason, 0)
    for _ in range(4000):
        data = bytearray(dice.choice(originals))
        match dice.randrange(4):
            case 0:
                data[dice.randrange(len(data))] ^= 1 << dice.randrange(8)
            case 1:
                del data[dice.randrange(len(data)) :]
            case 2:
                at = dice.randrange(len(data))
                data[at : at + dice.randrange(40)] = dice.randbytes(dice.randrange(40))
            case _:
                data = bytearray(dice.randbytes(dice.randrange(600)))
        try:
            # a sign in PEM that base64 skips, or that stands before or after it, changes nothing
            assert examine(bytes(data), ca.certificate, Role.HOST, NOW) == known
        except Refused as refused:
            counted[refused.reason] += 1
    assert counted[Reason.MALFORMED] > 1000
    assert counted[Reason.STRANGER] > 100


@pytest.mark.parametrize("size", [(16 << 10) + 1, 10 << 20])
def test_too_much_is_refused_before_it_is_read(ca: Ca, size: int) -> None:
    assert reason(ca.issue("gpu-box").ljust(size), ca) is Reason.MALFORMED
    assert reason(b"0" * size, ca) is Reason.MALFORMED


def test_a_request_gives_its_key_and_nothing_else(ca: Ca) -> None:
    key = make_key()
    certificate = issue(ca.certificate, ca.key, make_request(key), Role.HOST, "gpu-box", NOW)
    assert examine(certificate, ca.certificate, Role.HOST, NOW).name == "gpu-box"
    public = x509.load_pem_x509_certificate(certificate).public_key()
    assert public == private_key(key).public_key()
    greedy = (
        x509.CertificateSigningRequestBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "home")]))
        .add_extension(x509.BasicConstraints(ca=True, path_length=9), critical=True)
        .add_extension(BOTH, critical=False)
        .sign(private_key(key), hashes.SHA256())
        .public_bytes(serialization.Encoding.PEM)
    )
    given = issue(ca.certificate, ca.key, greedy, Role.HOST, "gpu-box", NOW)
    assert examine(given, ca.certificate, Role.HOST, NOW).name == "gpu-box"


def test_a_request_that_is_none_is_refused(ca: Ca) -> None:
    good = make_request(make_key())
    other = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    of_rsa = x509.CertificateSigningRequestBuilder().subject_name(x509.Name([])).sign(other, hashes.SHA256())
    of_rsa_pem = of_rsa.public_bytes(serialization.Encoding.PEM)
    dice = random.Random(7)
    bad = [
        b"",
        b"\x00" * 100,
        good[:200],
        good.ljust(20 << 10),
        of_rsa_pem,
        dice.randbytes(500),
        ca.certificate,
    ]
    flipped = bytearray(x509.load_pem_x509_csr(good).public_bytes(serialization.Encoding.DER))
    flipped[-1] ^= 1  # the last byte of its signature
    unsigned = b"-----BEGIN CERTIFICATE REQUEST-----\n%s-----END CERTIFICATE REQUEST-----\n"
    for request in (*bad, unsigned % base64.encodebytes(flipped)):
        with pytest.raises(RequestRefused):
            issue(ca.certificate, ca.key, request, Role.HOST, "gpu-box", NOW)


@pytest.mark.parametrize("name", ["", "home", "GPU", "gpu box", "a.b", "-a", "a-", "a" * 33, "ä", "a\n"])
def test_no_certificate_has_such_a_name(ca: Ca, name: str) -> None:
    with pytest.raises(ValueError, match="is no name of a host"):
        ca.issue(name)


def test_a_signature_is_of_this_key_and_these_bytes(ca: Ca) -> None:
    key = make_key()
    certificate = issue_for(ca.certificate, ca.key, key, Role.HOST, "gpu-box", NOW)
    signature = private_key(key).sign(b"words", ec.ECDSA(hashes.SHA256()))
    assert is_signed_by(certificate, signature, b"words")
    assert is_signed_by(der(certificate), signature, b"words")
    assert not is_signed_by(certificate, signature, b"other words")
    assert not is_signed_by(ca.issue("gpu-box"), signature, b"words")
    assert not is_signed_by(certificate, signature[:-1], b"words")
    assert not is_signed_by(b"no certificate", signature, b"words")


def test_an_authority_is_known_by_its_key(ca: Ca, stranger: Ca) -> None:
    assert len(key_fingerprint(ca.certificate)) == 32
    assert key_fingerprint(ca.certificate) == key_fingerprint(der(ca.certificate))
    assert key_fingerprint(ca.certificate) != key_fingerprint(stranger.certificate)
