"""Browsers that look at the page's first screen, as far as the server can tell."""

import contextlib
import http.client
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

from supervisor.demo.instance import DemoFailed, DemoInstance
from supervisor.instance import find_instance
from supervisor.page.gate.links import make_link

SETTLE = 1.0
LEVEL = b"event: level\n"


class Browser:
    """Reads the first screen's events, as a browser does, until it is closed."""

    def __init__(self, home: Path, url: str) -> None:
        place = urlsplit(url)
        assert place.hostname is not None
        self._connection = http.client.HTTPConnection(place.hostname, place.port, timeout=10.0)
        self.levels = 0
        cookie = self._signed_in(make_link(find_instance(home).key, time.time()))
        self._connection.request("GET", "/", headers={"Cookie": cookie})
        assert self._connection.getresponse().read()
        self._connection.request("GET", "/live/now", headers={"Cookie": cookie})
        self._answer = self._connection.getresponse()
        assert self._answer.status == 200, self._answer.status
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def _signed_in(self, link: str) -> str:
        self._connection.request("GET", f"/enter?link={link}")
        answer = self._connection.getresponse()
        answer.read()
        return (answer.getheader("Set-Cookie") or "").partition(";")[0]

    def _read(self) -> None:
        with contextlib.suppress(OSError, ValueError, http.client.HTTPException, AttributeError):
            while line := self._answer.readline():
                self.levels += line == LEVEL

    def close(self) -> None:
        if self._connection.sock is not None:
            self._connection.sock.close()
        self._connection.close()
        self._answer.close()


@contextlib.contextmanager
def browsers(home: Path, url: str, count: int) -> Iterator[list[Browser]]:
    opened = [Browser(home, url) for _ in range(count)]
    try:
        time.sleep(SETTLE)
        yield opened
    finally:
        for one in opened:
            one.close()


def page_of(instance: DemoInstance) -> str:
    """The page's address, once it is served."""
    while True:
        with contextlib.suppress(DemoFailed):
            found = instance.call({"do": "ask", "address": "page", "type": "GetPage"})["message"]
            if found["url"]:
                return str(found["url"])
        time.sleep(0.1)
