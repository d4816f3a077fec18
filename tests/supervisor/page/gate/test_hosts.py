"""Which names are the page's own."""

import pytest

from supervisor.page.gate.hosts import is_loopback, is_own, own_hosts, shown_url


def test_its_own_names_and_no_other() -> None:
    hosts = own_hosts("127.0.0.1", "127.0.0.1", 8780)
    assert hosts == {"127.0.0.1:8780", "localhost:8780", "[::1]:8780"}
    assert own_hosts("0.0.0.0", "0.0.0.0", 1) == {"127.0.0.1:1", "localhost:1", "[::1]:1"}
    assert "gerald.example:1" in own_hosts("Gerald.Example", "192.0.2.7", 1)
    assert "[2001:db8::1]:1" in own_hosts("2001:db8::1", "2001:db8::1", 1)


@pytest.mark.parametrize(
    ("host", "own"),
    [("localhost", True), ("127.8.0.1", True), ("::1", True), ("0.0.0.0", False), ("example.org", False)],
)
def test_loopback(host: str, own: bool) -> None:
    assert is_loopback(host) is own


def test_where_it_is_opened() -> None:
    assert shown_url("::", 1) == shown_url("0.0.0.0", 1) == "http://127.0.0.1:1/"
    assert shown_url("::1", 8780) == "http://[::1]:8780/"


@pytest.mark.parametrize(
    "origin",
    [
        "null",
        "",
        "http://evil.example",
        "http://127.0.0.1",
        "ftp://127.0.0.1:1",
        "http://127.0.0.1:1.evil.example",
    ],
)
def test_foreign_origins(origin: str) -> None:
    assert not is_own(origin, own_hosts("127.0.0.1", "127.0.0.1", 1))
