"""Which names are the page's own."""

import pytest

from supervisor.page.gate.hosts import Place, is_loopback, machine_names, own_hosts

HERE = Place("127.0.0.1", "127.0.0.1", 1)
ANYWHERE = Place("0.0.0.0", "0.0.0.0", 1, True, ("vm", "192.0.2.9"))


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
    assert Place("::", "::", 1).url == Place("0.0.0.0", "0.0.0.0", 1).url == "http://127.0.0.1:1/"
    assert Place("::1", "::1", 8780, True).url == "https://[::1]:8780/"


def test_at_any_address_it_answers_to_the_one_at_which_it_was_reached() -> None:
    assert ANYWHERE.is_own_host("192.0.2.7:1", "192.0.2.7")
    assert ANYWHERE.is_own_host("192.0.2.7:1", "::ffff:192.0.2.7")
    assert ANYWHERE.is_own_host("[2001:db8::1]:1", "2001:db8::1")
    assert ANYWHERE.is_own_host("VM:1", "192.0.2.7")
    assert not ANYWHERE.is_own_host("192.0.2.7:1", "192.0.2.8")
    assert not ANYWHERE.is_own_host("evil.example:1", "192.0.2.7")
    assert not HERE.is_own_host("192.0.2.7:1", "192.0.2.7")


def test_at_the_usual_port_a_browser_leaves_it_out() -> None:
    assert Place("gerald.example", "192.0.2.7", 443, True).is_own_host("gerald.example", "192.0.2.7")
    assert not Place("gerald.example", "192.0.2.7", 443).is_own_host("gerald.example", "192.0.2.7")
    assert not HERE.is_own_host("127.0.0.1", "127.0.0.1")


@pytest.mark.parametrize(
    "origin",
    ["null", "", "http://evil.example", "http://127.0.0.1", "ftp://127.0.0.1:1", "https://127.0.0.1:1",
     "http://127.0.0.1:1.evil.example", "http://localhost:1", "http://127.0.0.1:1/"],
)  # fmt: skip
def test_foreign_origins(origin: str) -> None:
    assert not HERE.is_own_origin(origin, "127.0.0.1:1")


def test_its_own_origin() -> None:
    assert HERE.is_own_origin("http://127.0.0.1:1", "127.0.0.1:1")
    assert ANYWHERE.is_own_origin("https://vm:1", "VM:1")


def test_under_tls_nobody_else_can_set_its_cookie() -> None:
    assert ANYWHERE.cookie.startswith("__Host-")
    assert HERE.cookie != Place("127.0.0.1", "127.0.0.1", 2).cookie


def test_browsers_are_told_to_come_by_tls_only_where_that_holds_for_the_whole_host() -> None:
    assert Place("gerald.example", "192.0.2.7", 443, True, (), True).is_strict
    assert not Place("gerald.example", "192.0.2.7", 8780, True, (), True).is_strict
    assert not Place("gerald.example", "192.0.2.7", 443, True, (), False).is_strict


def test_what_others_call_this_machine() -> None:
    assert machine_names("gerald.example") == ("gerald.example",)
    assert {"localhost", "127.0.0.1"} < set(machine_names("0.0.0.0"))
