"""The password: guessed by many, and tried without end."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import quote

import pytest

from supervisor.page.gate import passwords as gate
from supervisor.page.gate.attempts import FREE
from supervisor.page.gate.connection import Limits
from tests.supervisor.page.attacks.conftest import Answer, Served, Visitor, until_closed

OWNERS, FRIENDS = "correct horse battery", "only for looking"


@pytest.fixture
def locked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Served]:
    """A page with both passwords, that takes a hundredth of the time for each."""
    monkeypatch.setattr(gate, "N", 1 << 8)
    served = Served(tmp_path, Limits())
    served.passwords.set(OWNERS, may_act=True)
    served.passwords.set(FRIENDS, may_act=False)
    yield served
    served.close()


def tries(visitor: Visitor, password: str) -> Answer:
    return visitor.post("/sign-in", f"password={quote(password)}")


def test_a_password_opens_what_its_role_may(locked: Served) -> None:
    for password, status in ((OWNERS, 409), (FRIENDS, 403)):
        answer = tries(locked.stranger(), password)
        assert answer.status == 200
        visitor = Visitor(locked.port, {"cookie": answer.cookies[0].partition(";")[0]})
        page = visitor.get("/actors").body
        visitor.form_token = page.partition('name="form_token" value="')[2][:64]
        assert visitor.post("/actors/users/restart").status == status


def test_brute_force_is_slowed_down_and_the_right_word_must_wait_as_well(locked: Served) -> None:
    answers = [tries(locked.stranger(), f"guess number {n}") for n in range(FREE + 20)]
    assert [answer.status for answer in answers[:FREE]] == [403] * FREE
    assert {answer.status for answer in answers[FREE + 1 :]} == {429}
    late = tries(locked.stranger(), OWNERS)
    assert late.status == 429
    assert int(late.headers["retry-after"]) >= 1
    assert late.cookies == ()
    assert locked.signed_in().get("/sign-in").status == 303, "a link still leads in"


@pytest.mark.parametrize(
    "body",
    ["", "password=", "password", "x=1", "password=a&password=b", "a=1&password=x", "%", "password=%ff%00"],
)
def test_no_odd_form_opens_anything(locked: Served, body: str) -> None:
    answer = locked.stranger().post("/sign-in", body)
    assert answer.status in (400, 403)
    assert answer.cookies == ()
    assert locked.stranger().get(f"/sign-in?password={quote(OWNERS)}").cookies == ()


def test_another_site_cannot_try(locked: Served) -> None:
    foreign = {"origin": "https://evil.example", "sec_fetch_site": "cross-site"}
    for _ in range(2 * FREE):
        assert locked.stranger().post("/sign-in", f"password={quote(OWNERS)}", **foreign).status == 403
    assert tries(locked.stranger(), OWNERS).status == 200, "and it holds nobody up"


def test_a_flood_is_tried_one_at_a_time_and_others_are_answered(
    locked: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    scrypt, gates, at_once, most = gate._scrypt, threading.Event(), [0], [0]

    def slow(password: str, salt: bytes) -> bytes:
        at_once[0] += 1
        most[0] = max(most[0], at_once[0])
        gates.wait(60.0)
        at_once[0] -= 1
        return scrypt(password, salt)

    monkeypatch.setattr(gate, "_scrypt", slow)
    with ThreadPoolExecutor(30) as pool:
        tried = [pool.submit(tries, locked.stranger(), f"guess number {n}") for n in range(30)]
        assert locked.signed_in().get("/sign-in").status == 303
        gates.set()
        answers = [one.result(60.0).status for one in tried]
    assert most[0] == 1
    assert answers.count(403) <= FREE
    assert set(answers) <= {403, 429}


def test_no_password_is_asked_for_where_there_is_none(served: Served, stranger: Visitor) -> None:
    assert "password" not in stranger.get("/sign-in").body.lower()
    assert tries(stranger, "").status == tries(stranger, OWNERS).status == 403


def test_who_is_signed_out_hears_no_more(locked: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("supervisor.page.live.hub.BEAT", 0.1)
    owner = locked.signed_in()
    request = f"GET /live/actors HTTP/1.1\r\nHost: 127.0.0.1:{locked.port}\r\nCookie: {owner.headers['cookie']}\r\n\r\n"
    with owner.open() as live:
        live.sendall(request.encode())
        assert live.recv(15) == b"HTTP/1.1 200 OK"
        locked.passwords.sign_out_all()
        live.sendall(b"GET /actors HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        assert b"event: alive" in until_closed(live)
    assert owner.get("/actors").status == 303
