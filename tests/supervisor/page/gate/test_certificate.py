"""The certificate: made once, kept, renewed before it ends; the owner's own is taken, or refused with the reason."""

import datetime
import ssl
import subprocess
from pathlib import Path

import pytest
from cryptography import x509

from config.schema.page import Page
from supervisor.page.gate.certificate import (
    LASTS,
    RENEWED,
    CertificateTrouble,
    context_of,
    made_certificate,
    read_certificate,
)
from supervisor.page.gate.tls import Tls
from tests.doubles.rights import is_owners_only

NOW = datetime.datetime.now(datetime.UTC)
NAMES = ("gerald.example", "192.0.2.7", "2001:db8::1")


def test_it_is_made_for_its_names_and_kept(tmp_path: Path) -> None:
    file = tmp_path / "page" / "certificate.pem"
    made = made_certificate(file, NAMES, NOW)
    assert set(made.names) == set(NAMES)
    assert is_owners_only(file)
    assert made_certificate(file, NAMES, NOW) == made
    assert made_certificate(file, NAMES[:1], NOW + LASTS - RENEWED - datetime.timedelta(days=2)) == made
    found = x509.load_pem_x509_certificate(file.read_bytes())
    assert found.extensions.get_extension_for_class(x509.BasicConstraints).value.ca is False
    context_of(file, None)


@pytest.mark.parametrize(
    ("names", "later"),
    [(NAMES, LASTS - RENEWED), (NAMES, LASTS * 2), (("other.example",), datetime.timedelta())],
)
def test_it_is_made_anew_before_its_end_and_for_another_name(
    tmp_path: Path, names: tuple[str, ...], later: datetime.timedelta
) -> None:
    file = tmp_path / "certificate.pem"
    made = made_certificate(file, NAMES, NOW)
    again = made_certificate(file, names, NOW + later)
    assert again.fingerprint != made.fingerprint
    assert again.until > NOW + later + RENEWED
    assert names[0] in again.names


@pytest.mark.parametrize(
    "text", ["", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", "\x00" * 99]
)
def test_a_damaged_one_of_ours_is_made_anew_and_one_of_the_owner_s_is_refused(
    tmp_path: Path, text: str
) -> None:
    file = tmp_path / "certificate.pem"
    file.write_text(text)
    with pytest.raises(CertificateTrouble, match="no certificate in PEM"):
        read_certificate(file)
    assert made_certificate(file, NAMES, NOW).names


def test_an_owner_s_own_is_shown_and_one_that_was_exchanged_is_taken_over(tmp_path: Path) -> None:
    file = tmp_path / "own.pem"
    first = made_certificate(file, NAMES, NOW)
    tls = Tls(Page(certificate="own.pem"), tmp_path, NAMES)
    assert tls.certificate == first
    assert not tls.renew()
    file.unlink()
    assert not tls.renew(), "one that is missing is not taken over"
    second = made_certificate(file, NAMES, NOW)
    assert tls.renew()
    assert tls.certificate == second
    assert not (tmp_path / "data").exists()
    assert not tls.ends_soon()


def test_what_cannot_be_used_is_named(tmp_path: Path) -> None:
    for name in ("a.pem", "b.pem"):
        made_certificate(tmp_path / name, NAMES, NOW)
    with pytest.raises(CertificateTrouble, match="do not belong together"):
        Tls(Page(certificate="a.pem", certificate_key="b.pem"), tmp_path, NAMES)
    with pytest.raises(CertificateTrouble, match=r"without page\.certificate"):
        Tls(Page(certificate_key="b.pem"), tmp_path, NAMES)
    with pytest.raises(CertificateTrouble, match="No such file"):
        Tls(Page(certificate="c.pem"), tmp_path, NAMES)


def test_a_key_with_a_password_is_refused_and_nobody_is_asked_for_it(tmp_path: Path) -> None:
    made_certificate(tmp_path / "a.pem", NAMES, NOW)
    line = ["openssl", "ec", "-in", "a.pem", "-aes128", "-passout", "pass:secret", "-out", "key.pem"]
    try:
        subprocess.run(line, cwd=tmp_path, check=True, capture_output=True, timeout=60)
    except FileNotFoundError:
        pytest.skip("needs openssl")
    with pytest.raises(CertificateTrouble, match="no usable certificate and key"):
        Tls(Page(certificate="a.pem", certificate_key="key.pem"), tmp_path, NAMES)


def test_old_tls_is_refused(tmp_path: Path) -> None:
    made_certificate(tmp_path / "a.pem", NAMES, NOW)
    assert context_of(tmp_path / "a.pem", None).minimum_version is ssl.TLSVersion.TLSv1_2
