"""The page on a network: encrypted, with the same bounds, and no handshake without end."""

import contextlib
import socket
import ssl
from collections.abc import Iterator

import pytest

from supervisor.page.gate.certificate import read_certificate
from tests.supervisor.page.attacks.conftest import QUICK, WITHIN, Served, until_closed
from tests.supervisor.page.attacks.test_bounds import dribbles_until_let_go, open_at


@pytest.fixture(scope="module")
def encrypted(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    made = Served(tmp_path_factory.mktemp("home"), QUICK, encrypted=True)
    yield made
    made.close()


def plainly(port: int) -> socket.socket:
    return socket.create_connection(("127.0.0.1", port), WITHIN)


def test_a_cookie_is_for_tls_and_this_host_only(encrypted: Served) -> None:
    (cookie,) = encrypted.stranger().get(f"/enter?link={encrypted.link()}").cookies
    assert cookie.startswith("__Host-")
    assert {"HttpOnly", "Secure", "SameSite=strict", "Path=/"} <= set(cookie.split("; "))
    signed_in = encrypted.signed_in()
    assert signed_in.get("/sign-in").status == 303
    assert signed_in.post("/sign-out", origin=f"http://127.0.0.1:{encrypted.port}").status == 403
    assert signed_in.post("/sign-out", origin=f"https://127.0.0.1:{encrypted.port}").status == 303
    assert "strict-transport-security" not in signed_in.get("/sign-in").headers


def test_a_browser_can_be_told_to_trust_it(encrypted: Served) -> None:
    file = encrypted.home / "data" / "page" / "certificate.pem"
    certificate = "".join(file.read_text().partition("-----BEGIN CERT")[1:])
    trusting = ssl.create_default_context(cadata=certificate)
    with trusting.wrap_socket(plainly(encrypted.port), server_hostname="127.0.0.1") as opened:
        assert opened.version() == "TLSv1.3"
        assert opened.getpeercert()
    assert encrypted.server.tls is not None
    assert encrypted.server.tls.certificate == read_certificate(file)


def test_what_is_not_encrypted_is_not_answered(encrypted: Served) -> None:
    with plainly(encrypted.port) as opened:
        opened.sendall(b"GET /sign-in HTTP/1.1\r\nHost: x\r\n\r\n")
        assert b"HTTP" not in until_closed(opened)


@pytest.mark.parametrize("begun", [b"", b"\x16\x03\x01", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"])
def test_a_handshake_that_does_not_end_is_let_go(encrypted: Served, begun: bytes) -> None:
    with plainly(encrypted.port) as opened:
        opened.sendall(begun)
        until_closed(opened)


def test_a_head_that_dribbles_is_let_go(encrypted: Served) -> None:
    with encrypted.stranger().open() as slow:
        slow.sendall(b"GET / HT")
        assert dribbles_until_let_go(slow) < 100


def test_a_crowd_of_handshakes_keeps_nobody_out(encrypted: Served) -> None:
    owner = encrypted.signed_in()
    with contextlib.ExitStack() as crowd:
        silent = [crowd.enter_context(plainly(encrypted.port)) for _ in range(5 * QUICK.most)]
        assert owner.get("/sign-in").status == 303
        assert open_at(encrypted.port) <= QUICK.most + 1
        for one in silent:
            until_closed(one)
