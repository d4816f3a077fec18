"""One-time links."""

import pytest

from supervisor.page.gate.links import VALID, Links, make_link

KEY, OTHER = "11" * 32, "22" * 32


def test_a_link_works_once() -> None:
    links = Links(KEY)
    link = make_link(KEY, 1000.0)
    assert links.use(link, 1001.0) is True
    assert links.use(link, 1002.0) is None


def test_a_link_says_who_may_only_look() -> None:
    assert Links(KEY).use(make_link(KEY, 1000.0, may_act=False), 1000.0) is False


def test_a_link_ages_also_after_others_were_used() -> None:
    links = Links(KEY)
    old = make_link(KEY, 1000.0)
    assert links.use(make_link(KEY, 1100.0), 1100.0)
    assert links.use(old, 1000.0 + VALID + 1.0) is None
    assert links.use(old, 1000.0 + VALID + 2.0) is None, "its forgotten use must not revive it"


def test_a_link_of_another_instance_is_none() -> None:
    assert Links(KEY).use(make_link(OTHER, 1000.0), 1000.0) is None


@pytest.mark.parametrize("link", ["", ".", "a.b", "é.é", "=.=", "QUFB." + "A" * 43, "A" * 301, "a.b.c"])
def test_what_is_no_link_is_none(link: str) -> None:
    assert Links(KEY).use(link, 1000.0) is None


def test_no_sign_of_a_link_can_be_changed() -> None:
    link = make_link(KEY, 1000.0, may_act=False)
    for at, sign in enumerate(link[:-1]):
        changed = link[:at] + ("B" if sign == "A" else "A") + link[at + 1 :]
        assert Links(KEY).use(changed, 1000.0) is None, at
