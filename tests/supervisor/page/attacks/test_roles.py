"""Who gets in, and who may do what: every route and every action of every screen is tried."""

import re
import time
from collections.abc import Iterator

import pytest
from starlette.applications import Starlette
from starlette.routing import Mount, Route

from supervisor.page.app import application
from supervisor.page.gate.guard import Guard
from supervisor.page.gate.hosts import Place
from supervisor.page.gate.links import VALID
from supervisor.page.live.hub import Hub
from supervisor.page.screens import SCREENS
from tests.supervisor.page.attacks.conftest import Served, Visitor

PUBLIC = {"/static", "/sign-in", "/enter", "/sign-out", "/healthz", "/readyz", "/metrics", "/api/v1"}
"""What needs no session, does nothing without one, or needs a token (test_programs)."""
ACTIONS = sorted(action.path for screen in SCREENS for action in screen.actions)
INSTANCE_ASKED = (503, 404, 409, 422, 400, 200, 303)


def filled(path: str) -> str:
    return re.sub(r"\{[^}]*\}", "a", path)


def routes_of(served: Served) -> Iterator[tuple[str, str]]:
    """Every method and path that the page has."""
    made = application(served.home, Place("127.0.0.1", "127.0.0.1", 1), Hub())
    assert isinstance(made, Guard)
    within = made.app
    assert isinstance(within, Starlette)
    for route in within.routes:
        assert isinstance(route, Mount | Route)
        if route.path not in PUBLIC:
            for method in (route.methods if isinstance(route, Route) else None) or {"GET"}:
                yield method, route.path


def test_a_stranger_is_shown_the_way_and_nothing_else(served: Served, stranger: Visitor) -> None:
    seen = set()
    for method, path in routes_of(served):
        answer = stranger.ask(method, filled(path))
        assert answer.status in (303, 401), (method, path)
        if answer.status == 303:
            assert answer.headers["location"] == "/sign-in"
        seen.add(path)
    assert {path for screen in SCREENS for path in screen.pages} <= seen
    assert set(ACTIONS) <= seen


@pytest.mark.parametrize("path", ACTIONS)
def test_an_action_is_the_owners_alone(
    served: Served, stranger: Visitor, owner: Visitor, friend: Visitor, path: str
) -> None:
    path = filled(path)
    assert stranger.post(path).status == 401
    assert friend.post(path).status == 403
    assert friend.post(path, x_form_token=friend.form_token).status == 403
    owner_cookie_and_friends_token = Visitor(served.port, owner.headers, friend.form_token)
    assert owner_cookie_and_friends_token.post(path).status == 403
    friends_cookie_and_owners_token = Visitor(served.port, friend.headers, owner.form_token)
    assert friends_cookie_and_owners_token.post(path).status == 403
    assert owner.post(path).status in INSTANCE_ASKED


# -- sessions and links


@pytest.mark.parametrize("cookie", ["", "x", "é", "a" * 12000, "../../etc", "' or 1=1", "null", "true"])
def test_no_cookie_but_a_session_s_opens_anything(served: Served, stranger: Visitor, cookie: str) -> None:
    answer = stranger.get("/actors", cookie=f"gerald_page_{served.port}={cookie}")
    assert answer.status == 303


def test_a_cookie_that_does_not_fit_is_refused_and_harms_nobody(served: Served, stranger: Visitor) -> None:
    assert stranger.get("/actors", cookie="a=" + "b" * 40000).status == 431
    assert stranger.get("/sign-in").status == 200


def test_the_cookie_is_the_browser_s_alone(served: Served, stranger: Visitor) -> None:
    (cookie,) = stranger.get(f"/enter?link={served.link()}").cookies
    assert {"HttpOnly", "SameSite=strict", "Path=/"} <= set(cookie.split("; "))
    assert "domain" not in cookie.lower()


def test_a_session_is_never_one_that_somebody_else_chose(served: Served, friend: Visitor) -> None:
    planted = friend.headers["cookie"]
    (cookie,) = served.stranger().get(f"/enter?link={served.link()}", cookie=planted).cookies
    assert cookie.partition(";")[0] != planted
    (other,) = served.stranger().get(f"/enter?link={served.link()}", cookie=planted).cookies
    assert other.partition(";")[0] != cookie.partition(";")[0]


def test_a_cookie_that_was_added_takes_nothing_away(served: Served, owner: Visitor) -> None:
    own, name = owner.headers["cookie"], f"gerald_page_{served.port}"
    for tossed in (f"{own}; {name}=x", f"{name}=x; {own}", f"{name}; {own}", f"{name}=; ;;{own};{name}=y"):
        assert owner.get("/sign-in", cookie=tossed).status == 303


def test_a_session_that_was_ended_opens_nothing(served: Served, owner: Visitor) -> None:
    assert owner.post("/sign-out").status == 303
    assert owner.get("/actors").headers["location"] == "/sign-in"
    assert owner.post("/actors/users/kill").status == 401
    assert owner.get("/live/actors").status == 401


def test_a_link_works_once_for_a_short_while_and_cannot_be_guessed(served: Served, stranger: Visitor) -> None:
    link = served.link()
    assert stranger.ask("HEAD", f"/enter?link={link}").cookies == (), "a look does not use it up"
    assert stranger.get(f"/enter?link={link}").status == 200
    old, early = served.link(at=time.time() - VALID - 1.0), served.link()
    guesses = (link, old, "", "x", early[:-1], early + "A", early.swapcase(), "A" * 5000 + "." + "B" * 5000)
    for guess in (*guesses, *(f"{early[:-4]}{n:04d}" for n in range(200))):
        answer = stranger.get(f"/enter?link={guess}")
        assert answer.status in (403, 414), guess
        assert answer.cookies == ()
    assert stranger.get(f"/enter?link={early}").status == 200


def test_a_link_is_taken_from_the_address_only(served: Served, stranger: Visitor) -> None:
    assert stranger.post("/enter", f"link={served.link()}").status == 405
    assert stranger.get("/enter", cookie=f"link={served.link()}").status == 403
