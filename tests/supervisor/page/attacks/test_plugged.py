"""The pages of plugins are kept as our own are: nobody gets in without a session, and only a form of ours changes."""

from collections.abc import Iterator

import pytest
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from supervisor.page.gate.connection import Limits
from supervisor.plugins.pages import PluginPage
from tests.supervisor.page.attacks.conftest import Served, Visitor

CHANGED: list[str] = []


async def show(request: Request) -> Response:
    return PlainTextResponse(f"hats, {request.state.may_act}, {request.state.form_token}")


async def change(request: Request) -> Response:
    async with request.form() as form:
        CHANGED.append(str(form["hat"]))
    return PlainTextResponse("changed")


PAGES = (
    PluginPage("hats", "Hats.", (Route("/", show), Route("/change", change, methods=["POST"]))),
    PluginPage("gloves", "Gloves.", (), "gloves: making its routes failed: OSError: cold"),
)


@pytest.fixture(scope="module")
def plugged(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    made = Served(tmp_path_factory.mktemp("home"), Limits(), plugged=PAGES)
    yield made
    made.close()


def test_who_has_signed_in_sees_it_and_an_owner_changes_something(plugged: Served) -> None:
    owner = plugged.signed_in()
    shown = owner.get("/plugins/hats/")
    assert (shown.status, shown.body) == (200, f"hats, True, {owner.form_token}")
    assert "content-security-policy" in shown.headers
    CHANGED.clear()
    assert owner.post("/plugins/hats/change", "hat=top").status == 200
    assert CHANGED == ["top"]
    by_header = {"x_form_token": owner.form_token}
    assert owner.ask("POST", "/plugins/hats/change", "hat=bowler", **by_header).status == 200
    assert CHANGED == ["top", "bowler"]


def test_it_is_listed_and_a_broken_one_says_why(plugged: Served) -> None:
    listed = plugged.signed_in().get("/plugins").body
    assert 'href="/plugins/hats/"' in listed
    assert "OSError: cold" in listed
    assert 'href="/plugins/gloves/"' not in listed


def test_nobody_else_changes_anything(plugged: Served) -> None:
    CHANGED.clear()
    stranger, friend, owner = plugged.stranger(), plugged.signed_in(may_act=False), plugged.signed_in()
    assert stranger.get("/plugins/hats/").headers["location"] == "/sign-in"
    assert stranger.post("/plugins/hats/change", "hat=top").status == 401
    assert friend.post("/plugins/hats/change", "hat=top").status == 403
    assert owner.ask("POST", "/plugins/hats/change", "hat=top").status == 403
    forged = f"form_token={'0' * 64}&hat=top"
    assert owner.ask("POST", "/plugins/hats/change", forged).status == 403
    assert owner.ask("POST", "/plugins/hats/change", "form_token=%FF&hat=top").status == 403
    assert CHANGED == []


def test_a_page_without_plugins_has_no_place_for_them(owner: Visitor) -> None:
    assert owner.get("/plugins").status == 404
    assert "/plugins" not in owner.get("/sign-in").body
