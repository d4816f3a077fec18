"""What another site can make an owner's browser do: nothing."""

import pytest

from tests.supervisor.page.attacks.conftest import Served, Visitor

FOREIGN = "https://evil.example"
NO_ANSWER = 409
"""The page would have asked the instance, which does not answer here: the request was let in."""


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "evil.example:{port}",
        "localhost.:{port}",
        "127.0.0.1.:{port}",
        "127.0.0.1",
        "127.0.0.1:1",
        "127.0.0.1:{port}.evil.example",
        "127.0.0.1.evil.example:{port}",
        "evil.example@127.0.0.1:{port}",
        "127.1:{port}",
        "2130706433:{port}",
        "0.0.0.0:{port}",
        "[::]:{port}",
        "[::ffff:127.0.0.1]:{port}",
        "ⓛocalhost:{port}",
        "１２７.0.0.1:{port}",
        "localhost:{port},evil.example",
        "localhost:0{port}",
        "xn--lcalhost-51a:{port}",
    ],
)
def test_another_name_that_points_here_is_not_answered(served: Served, owner: Visitor, host: str) -> None:
    answer = owner.get("/", host=host.format(port=served.port))
    assert answer.status == 421
    assert "Gerald" not in answer.body


def test_a_request_without_a_host_or_with_two_is_none(served: Served, stranger: Visitor) -> None:
    own = f"Host: 127.0.0.1:{served.port}\r\n"
    assert b" 421 " in stranger.raw(b"GET / HTTP/1.0\r\n\r\n").partition(b"\r\n")[0]
    assert b" 400 " in stranger.raw(b"GET / HTTP/1.1\r\n\r\n").partition(b"\r\n")[0]
    assert b" 400 " in stranger.raw(f"GET / HTTP/1.1\r\n{own}{own}\r\n".encode()).partition(b"\r\n")[0]
    foreign = f"GET http://evil.example/sign-in HTTP/1.1\r\n{own}Connection: close\r\n\r\n"
    assert b" 404 " in stranger.raw(foreign.encode()).partition(b"\r\n")[0]


@pytest.mark.parametrize("host", ["127.0.0.1:{port}", "localhost:{port}", "LocalHost:{port}", "[::1]:{port}"])
def test_its_own_names_are_answered(served: Served, stranger: Visitor, host: str) -> None:
    assert stranger.get("/sign-in", host=host.format(port=served.port)).status == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": FOREIGN},
        {"origin": "null"},
        {"origin": "http://127.0.0.1"},
        {"origin": "http://127.0.0.1:1"},
        {"sec_fetch_site": "cross-site"},
        {"sec_fetch_site": "same-site"},
        {"sec_fetch_site": "cross-site", "sec_fetch_mode": "navigate"},
        {"origin": FOREIGN, "sec_fetch_site": "same-origin"},
    ],
)
@pytest.mark.parametrize("path", ["/sign-out", "/actors/users/kill"])
def test_a_form_of_another_site_does_nothing(owner: Visitor, path: str, headers: dict[str, str]) -> None:
    assert owner.post(path, **headers).status == 403
    assert owner.get("/actors").status == NO_ANSWER, "still signed in: the instance is asked"


@pytest.mark.parametrize("token", ["", "0" * 64, "é", "a" * 5000])
def test_a_form_without_the_token_of_its_session_does_nothing(
    owner: Visitor, friend: Visitor, token: str
) -> None:
    for wrong in (token, friend.form_token):
        owner.form_token = wrong
        assert owner.post("/actors/users/kill").status == 403
        assert owner.post("/actors/users/kill", x_form_token=wrong).status == 403
        assert owner.post("/sign-out").status == 403


def test_a_token_counts_in_a_form_or_a_header_and_nowhere_else(owner: Visitor) -> None:
    token, owner.form_token = owner.form_token, ""
    assert owner.post(f"/actors/users/kill?form_token={token}").status == 403
    cookies = f"{owner.headers['cookie']}; form_token={token}"
    assert owner.post("/actors/users/kill", cookie=cookies).status == 403
    assert (
        owner.post("/actors/users/kill", f'{{"form_token": "{token}"}}', content_type="text/plain").status
        == 403
    )
    assert owner.post("/actors/users/restart", x_form_token=token).status == NO_ANSWER


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": FOREIGN},
        {
            "origin": "null",
            "sec_fetch_mode": "cors",
            "sec_fetch_site": "cross-site",
            "sec_fetch_dest": "empty",
        },
        {"sec_fetch_mode": "cors", "sec_fetch_site": "same-site", "sec_fetch_dest": "empty"},
        {"sec_fetch_mode": "no-cors", "sec_fetch_site": "cross-site", "sec_fetch_dest": "image"},
        {"sec_fetch_mode": "no-cors", "sec_fetch_site": "cross-site", "sec_fetch_dest": "script"},
        {"sec_fetch_mode": "navigate", "sec_fetch_site": "cross-site", "sec_fetch_dest": "iframe"},
        {"sec_fetch_mode": "navigate", "sec_fetch_site": "same-origin", "sec_fetch_dest": "object"},
    ],
)
@pytest.mark.parametrize("path", ["/live/actors", "/actors", "/static/page.js"])
def test_another_site_reads_and_embeds_nothing(owner: Visitor, path: str, headers: dict[str, str]) -> None:
    answer = owner.get(path, **headers)
    assert answer.status == 403
    assert "access-control-allow-origin" not in answer.headers


def test_a_plain_link_of_another_site_leads_here(owner: Visitor) -> None:
    linked = {"sec_fetch_mode": "navigate", "sec_fetch_site": "cross-site", "sec_fetch_dest": "document"}
    assert owner.get("/sign-in", **linked).status == 303


@pytest.mark.parametrize("origin", [FOREIGN, "null", "http://127.0.0.1:{port}"])
def test_no_websocket_is_opened(served: Served, owner: Visitor, origin: str) -> None:
    upgrade = {
        "connection": "Upgrade, close",
        "upgrade": "websocket",
        "sec_websocket_version": "13",
        "sec_websocket_key": "dGhlIHNhbXBsZSBub25jZQ==",
    }
    answer = owner.get("/sign-in", origin=origin.format(port=served.port), **upgrade)
    assert answer.status == (303 if "127" in origin else 403)
    assert "upgrade" not in answer.headers


@pytest.mark.parametrize(
    "came",
    [
        "https://evil.example/x",
        "//evil.example",
        "javascript:alert(1)",
        "http://127.0.0.1:{port}@evil.example/",
        "http://127.0.0.1:{port}.evil.example/",
        "http://evil.example/127.0.0.1:{port}/",
        "http://127.0.0.1:{port}//evil.example/",
        "http://127.0.0.1:{port}/\\evil.example/",
        '"><script>alert(1)</script>',
    ],
)
def test_no_way_back_leads_to_another_site(served: Served, owner: Visitor, came: str) -> None:
    body = owner.post("/actors/users/pin", "pin=nowhere", referer=came.format(port=served.port)).body
    assert "choose a thread or a process" in body
    assert any(f'<a href="{way}">Back' in body for way in ("/", "/evil.example/")), body
    assert "<script>" not in body


def test_the_way_back_is_the_page_of_the_form(served: Served, owner: Visitor) -> None:
    came = f"http://127.0.0.1:{served.port}/actors/users?a=1"
    body = owner.post("/actors/users/pin", "pin=nowhere", referer=came).body
    assert '<a href="/actors/users?a=1">Back' in body


@pytest.mark.parametrize(
    "path", ["/", "/actors", "/sign-in", "/nothing", "/static/page.css", "/enter?link=x"]
)
def test_every_answer_is_labelled(owner: Visitor, stranger: Visitor, path: str) -> None:
    for visitor in (owner, stranger):
        headers = visitor.get(path).headers
        assert "default-src 'none'" in headers["content-security-policy"]
        assert "frame-ancestors 'none'" in headers["content-security-policy"]
        assert "unsafe" not in headers["content-security-policy"]
        assert headers["x-frame-options"] == "DENY"
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "same-origin"
        assert headers["cross-origin-resource-policy"] == "same-origin"
        assert headers["cache-control"] == "no-store"
        assert "server" not in headers
