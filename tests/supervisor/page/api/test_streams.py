"""Replies that are read in parts: how many at once, and that a place is given back however its reader ends."""

import asyncio
import json
import threading
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest
from starlette.types import Message

from supervisor.control.wire import RequestRefused
from supervisor.page.api.reading import Reading
from supervisor.page.api.routes import MOST_STREAMS, Api, api
from supervisor.page.api.tokens import Tokens, add, file_of
from supervisor.page.asking import Asking

WITHIN = 20.0


class Talking(Asking):
    """An instance whose replies begin at once, and end when the test says so."""

    def __init__(self, home: Path) -> None:
        super().__init__(home)
        self.go_on = threading.Event()
        self.waits, self.closed = threading.Semaphore(0), threading.Semaphore(0)
        self.refuses = ""
        self.breaks = False

    def stream(self, do: str, stop: threading.Event, **fields: Any) -> Generator[dict[str, Any], None, None]:
        if self.refuses:
            raise RequestRefused(self.refuses)
        try:
            yield {"event": "turn", "turn": 1}
            self.waits.release()
            self.go_on.wait(WITHIN)
            if self.breaks:
                raise RequestRefused(f"lost in {self.home}")
            yield {"event": "end", "turn": 1, "outcome": "said"}
        finally:
            self.closed.release()


class Reader:
    """One request to talk. parts: the body's, as they come."""

    def __init__(self, app: Any, secret: str) -> None:
        self.status = 0
        self.parts: asyncio.Queue[bytes] = asyncio.Queue()
        self._gone = asyncio.Event()
        self._sent = False
        headers = [(b"authorization", f"Bearer {secret}".encode()), (b"content-type", b"application/json")]
        scope = {
            "type": "http", "method": "POST", "path": "/talk", "root_path": "", "query_string": b"",
            "headers": headers, "client": ("127.0.0.1", 1), "server": ("127.0.0.1", 2), "scheme": "http",
        }  # fmt: skip
        self.task = asyncio.ensure_future(app(scope, self._receive, self._send))

    async def _receive(self) -> Message:
        if not self._sent:
            self._sent = True
            return {"type": "http.request", "body": b'{"text": "Hi"}', "more_body": False}
        await self._gone.wait()
        return {"type": "http.disconnect"}

    async def _send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
        elif message["body"]:
            await self.parts.put(message["body"])

    async def part(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(await asyncio.wait_for(self.parts.get(), WITHIN))
        return found

    async def leave(self) -> None:
        self._gone.set()
        await asyncio.wait_for(self.task, WITHIN)


class Rig:
    def __init__(self, home: Path) -> None:
        self.asking = Talking(home)
        self.secret = add(file_of(home / "data"), "test", 1.0, may_act=True)
        self.shared = Api(home, "0", self.asking, Tokens(home / "data"))
        self.app = api(self.shared)

    def reader(self) -> Reader:
        return Reader(self.app, self.secret)

    def free(self) -> int:
        """Places that nobody has."""
        count = 0
        while self.shared.places.acquire(blocking=False):
            count += 1
        for _ in range(count):
            self.shared.places.release()
        return count


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path


def test_there_are_places_for_a_few_readers_and_one_is_free_when_the_instance_has_let_go_of_it(
    tmp_path: Path,
) -> None:
    async def run() -> None:
        rig = Rig(tmp_path)
        readers = [rig.reader() for _ in range(MOST_STREAMS)]
        assert [(await one.part())["event"] for one in readers] == ["turn"] * MOST_STREAMS
        late = rig.reader()
        assert "are being read already" in (await late.part())["detail"]
        assert late.status == 503
        for _ in readers:
            assert await asyncio.to_thread(rig.asking.waits.acquire, True, WITHIN)
        await readers[0].leave()
        assert rig.free() == 0, "the instance still serves who has left"
        rig.asking.go_on.set()
        assert (await readers[1].part())["event"] == "end"
        await asyncio.wait_for(asyncio.gather(*(one.task for one in readers)), WITHIN)
        for _ in readers:
            assert await asyncio.to_thread(rig.asking.closed.acquire, True, WITHIN)
        another = rig.reader()
        assert (await another.part())["event"] == "turn"
        await asyncio.wait_for(another.task, WITHIN)

    asyncio.run(run())


def test_a_place_is_given_back_once_whoever_is_last() -> None:
    def parts() -> Generator[dict[str, Any], None, None]:
        entered.set()
        go_on.wait(WITHIN)
        yield {"event": "end"}

    entered, go_on, released = threading.Event(), threading.Event(), threading.Semaphore(0)
    reading = Reading(parts(), released.release)
    thread = threading.Thread(target=reading.next, daemon=True)
    thread.start()
    assert entered.wait(WITHIN)
    reading.leave()
    assert not released.acquire(blocking=False)
    go_on.set()
    assert released.acquire(timeout=WITHIN)
    thread.join(WITHIN)
    assert reading.next() is None
    assert not released.acquire(blocking=False)

    never_begun = Reading(parts(), released.release)
    never_begun.leave()
    assert released.acquire(blocking=False)
    assert never_begun.next() is None


def test_a_reply_that_breaks_off_says_so_in_its_last_part(home: Path) -> None:
    async def run() -> None:
        rig = Rig(home)
        rig.asking.breaks = True
        reader = rig.reader()
        assert (await reader.part())["event"] == "turn"
        rig.asking.go_on.set()
        assert await reader.part() == {"event": "error", "detail": "lost in its home"}
        await asyncio.wait_for(reader.task, WITHIN)
        assert rig.free() == MOST_STREAMS

    asyncio.run(run())


def test_a_refusal_has_a_status_of_its_own_and_takes_no_place(home: Path) -> None:
    async def run() -> None:
        rig = Rig(home)
        rig.asking.refuses = f"not now, says {home}"
        for _ in range(2 * MOST_STREAMS):
            reader = rig.reader()
            assert (await reader.part())["detail"] == "not now, says its home"
            assert reader.status == 409
        assert rig.free() == MOST_STREAMS

    asyncio.run(run())
