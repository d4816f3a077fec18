"""Requests that no browser makes: refused, and nothing is told that helps."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.requests import Request
from starlette.responses import Response

from supervisor.page import app
from supervisor.page.app import STATIC
from supervisor.page.gate.connection import Limits
from supervisor.page.site import Screen, Site
from tests.supervisor.page.attacks.conftest import Served, Visitor

SECRET = "/very/secret/place"


@pytest.mark.parametrize(
    "path",
    [
        "/static/../app.py",
        "/static/..%2fapp.py",
        "/static/%2e%2e/app.py",
        "/static/%2e%2e%2fapp.py",
        "/static/..%5capp.py",
        "/static/..\\app.py",
        "/static/..%252fapp.py",
        "/static//etc/passwd",
        "/static/%2fetc%2fpasswd",
        "/static/vendor/../../app.py",
        "/static/....//app.py",
        "/static/page.css%00.py",
        "/static/%c0%ae%c0%ae/app.py",
        "/static/C:/Windows/win.ini",
        "/static/~root",
        "/static/",
        "/static/vendor",
        "/../../../etc/passwd",
        "/%2e%2e/%2e%2e/etc/passwd",
        "//etc/passwd",
        "/actors/..%2f..%2fenter",
    ],
)
def test_no_path_leads_out_of_the_served_files(owner: Visitor, path: str) -> None:
    answer = owner.get(path)
    assert answer.status in (400, 404)
    assert "import" not in answer.body
    assert "root:" not in answer.body


@pytest.mark.posix("links in the file system")
def test_a_link_in_the_file_system_is_not_followed_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "static"
    folder.mkdir()
    (tmp_path / "secret.txt").write_text(SECRET)
    (folder / "out.txt").symlink_to(tmp_path / "secret.txt")
    (folder / "in.txt").write_text("in")
    monkeypatch.setattr(app, "STATIC", folder)
    served = Served(tmp_path / "home", Limits())
    try:
        assert served.stranger().get("/static/in.txt").body == "in"
        assert served.stranger().get("/static/out.txt").status == 404
    finally:
        served.close()


def test_what_is_served_is_named_what_it_is(stranger: Visitor) -> None:
    kinds = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
    for file in STATIC.rglob("*"):
        if file.suffix in kinds:
            answer = stranger.get(f"/static/{file.relative_to(STATIC).as_posix()}")
            assert answer.status == 200
            assert answer.headers["content-type"].startswith(kinds[file.suffix]), file


@pytest.mark.parametrize(
    "method", ["PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "CONNECT", "PROPFIND", "get", "G", "POSTPOST"]
)
def test_odd_methods_are_refused(owner: Visitor, method: str) -> None:
    answer = owner.ask(method, "/actors/users/kill")
    assert answer.status == 405
    assert answer.headers["allow"] == "GET, HEAD, POST"


def test_a_method_cannot_be_dressed_up(owner: Visitor) -> None:
    for name in ("x_http_method_override", "x_http_method", "x_method_override"):
        assert owner.get("/actors/users/kill", **{name: "POST"}).status == 405
    assert owner.get("/actors/users/kill?_method=POST").status == 405
    assert owner.ask("HEAD", "/actors/users/kill").status == 405
    assert owner.ask("POST", "/actors").status == 405


def test_nobody_is_signed_out_by_an_address(owner: Visitor) -> None:
    assert owner.get("/sign-out").status == 405
    assert owner.get("/sign-in").status == 303, "still signed in"


@pytest.mark.parametrize(
    "path",
    ["/actors/a%0d%0aSet-Cookie:%20x=1", "/enter?link=%0d%0aX-Evil:%201", "/%0d%0aX-Evil: 1", "/a%00b"],
)
def test_no_line_break_gets_into_the_headers(owner: Visitor, path: str) -> None:
    answer = owner.get(path.replace(" ", "%20"))
    assert answer.status in (403, 404, 409)
    assert "x-evil" not in answer.headers
    assert answer.cookies == ()


@pytest.mark.parametrize(
    "data",
    [
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"GET / HTTP/9.9\r\n\r\n",
        b"GET /\r\n\r\n",
        b"\x00" * 500 + b"\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost : x\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: a\r\n folded: b\r\n\r\n" + b"\xff" * 10,
        b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999999999999999999\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nZZZ\r\n",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: a\r\nX: " + b"a" * 20000 + b"\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: a\r\n" + b"X: a\r\n" * 5000 + b"\r\n",
        b"GET /" + b"a" * 30000,
    ],
)  # fmt: skip
def test_what_is_no_request_is_answered_once_or_not_at_all(hasty: Served, data: bytes) -> None:
    if not data.endswith(b"\n"):
        data += b"\r\n\r\n"
    answered = hasty.stranger().raw(data)
    assert answered == b"" or answered.split(b" ")[1] in (b"400", b"421"), answered
    assert b"Traceback" not in answered
    assert hasty.stranger().get("/sign-in").status == 200


def test_an_address_or_a_form_that_is_too_long_is_refused(owner: Visitor) -> None:
    assert owner.get("/" + "a" * 3000).status == 414
    assert owner.get("/?" + "a" * 3000).status == 414
    assert owner.post("/actors/users/kill", "a=" + "a" * (64 << 10)).status == 413
    assert owner.post("/actors/users/kill", "&".join(f"a{n}=1" for n in range(500))).status == 400


def test_an_uploaded_file_is_refused(owner: Visitor) -> None:
    body = '--b\r\nContent-Disposition: form-data; name="f"; filename="../x"\r\n\r\nx\r\n--b--\r\n'
    answer = owner.ask("POST", "/actors/users/kill", body, content_type="multipart/form-data; boundary=b")
    assert answer.status == 400


# -- what a failure tells


@pytest.fixture
def failing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Served]:
    """A page with a screen that fails."""

    async def show(site: Site, request: Request) -> Response:
        raise RuntimeError(f"{SECRET} could not be read")

    monkeypatch.setattr(app, "SCREENS", (*app.SCREENS, Screen("broken", "Broken", {"/broken": show})))
    served = Served(tmp_path / "home", Limits())
    yield served
    served.close()


def test_a_failure_tells_nothing_and_is_labelled(failing: Served) -> None:
    answer = failing.signed_in().get("/broken")
    assert answer.status == 500
    assert "the log says more" in answer.body
    assert SECRET not in answer.body
    assert "Traceback" not in answer.body
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert answer.headers["cache-control"] == "no-store"


def test_no_answer_names_the_folder_that_gerald_lives_in(served: Served, owner: Visitor) -> None:
    for path in ("/", "/actors", "/actors/nobody", "/nothing", "/static/nothing"):
        assert str(served.home) not in owner.get(path).body
