"""Debian's Chromium without a window, driven by the DevTools protocol: runs the renderer's scripts and returns values.

It draws by SwiftShader, so that a machine without a graphics card draws the same; it talks to nobody but its driver.
"""

import asyncio
import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Self

from websockets.asyncio.client import ClientConnection, connect

NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")
ARGUMENTS = (
    "--headless=new --use-angle=swiftshader --enable-unsafe-swiftshader --no-first-run --disable-sync --mute-audio "
    "--disable-background-networking --disable-component-update --disable-default-apps --disable-extensions "
    "--disable-dev-shm-usage --remote-debugging-port=0"
).split()
MOST_BYTES = 64 << 20
"""Bytes of one answer at most."""


class NoChromium(Exception):
    """It cannot be found or started; the text says what to do."""


def chromium() -> str:
    """Its path. Raises NoChromium."""
    for name in NAMES:
        if path := shutil.which(name):
            return path
    raise NoChromium(
        f"there is no Chromium ({', '.join(NAMES)}) to draw with: apt-get install chromium, then try again"
    )


class Browser:
    """A page with scripts in it. Use it as a context; every call waits at most `patience` seconds."""

    def __init__(self, scripts: Sequence[Path], patience: float = 120.0) -> None:
        self._scripts = scripts
        self._patience = patience
        self._asked = 0

    def __enter__(self) -> Self:
        """Raises NoChromium."""
        self._program = chromium()
        self._folder = tempfile.TemporaryDirectory(prefix="gerald-chromium-", ignore_cleanup_errors=True)
        self._loop = asyncio.new_event_loop()
        self._process: subprocess.Popen[bytes] | None = None
        self._page: ClientConnection | None = None
        try:
            self._wait(self._open())
            for script in self._scripts:
                self.run(script.read_text("utf-8"))
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        if self._page is not None:
            self._wait(self._page.close())
        if self._process is not None:
            self._process.terminate()
            try:
                self._process.wait(10)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        self._loop.close()
        self._folder.cleanup()

    def run(self, code: str) -> Any:
        """The value of JavaScript `code`, which must have a JSON form. Raises RuntimeError with what it threw."""
        arguments = {"expression": code, "returnByValue": True, "awaitPromise": True}
        answer = self._wait(self._ask("Runtime.evaluate", arguments))
        if "exceptionDetails" in answer:
            details = answer["exceptionDetails"]
            raise RuntimeError(details.get("exception", {}).get("description") or details["text"])
        return answer["result"].get("value")

    def call(self, function: str, *arguments: object) -> Any:
        """What one of the scripts' functions returns."""
        return self.run(f"{function}({', '.join(map(json.dumps, arguments))})")

    def _wait(self, awaited: Any) -> Any:
        return self._loop.run_until_complete(asyncio.wait_for(awaited, self._patience))

    async def _open(self) -> None:
        address = await self._started()
        async with connect(address, max_size=MOST_BYTES, proxy=None) as browser:
            await browser.send(
                json.dumps({"id": 1, "method": "Target.createTarget", "params": {"url": "about:blank"}})
            )
            target = json.loads(await browser.recv())["result"]["targetId"]
        page = f"{address.partition('/devtools')[0]}/devtools/page/{target}"
        self._page = await connect(page, max_size=MOST_BYTES, proxy=None)

    async def _started(self) -> str:
        sandbox = ["--no-sandbox"] if os.name == "posix" and os.geteuid() == 0 else []
        arguments = [
            self._program,
            *ARGUMENTS,
            *sandbox,
            f"--user-data-dir={self._folder.name}",
            "about:blank",
        ]
        with (Path(self._folder.name) / "log").open("wb") as log:
            self._process = subprocess.Popen(arguments, stdout=log, stderr=log)
        written = Path(self._folder.name) / "DevToolsActivePort"
        while not written.exists() or written.read_text().count("\n") < 1:
            if self._process.poll() is not None:
                raise NoChromium(
                    f"{self._program} ended with status {self._process.returncode}: {self._said()}"
                )
            await asyncio.sleep(0.02)
        port, path = written.read_text().split()
        return f"ws://127.0.0.1:{port}{path}"

    def _said(self) -> str:
        lines = (Path(self._folder.name) / "log").read_text("utf-8", "replace").strip().splitlines()
        return lines[-1] if lines else "it said nothing"

    async def _ask(self, method: str, arguments: dict[str, object]) -> Any:
        assert self._page is not None
        self._asked += 1
        await self._page.send(json.dumps({"id": self._asked, "method": method, "params": arguments}))
        while True:
            answer = json.loads(await self._page.recv())
            if answer.get("id") == self._asked:
                if "error" in answer:
                    raise RuntimeError(f"{method}: {answer['error'].get('message')}")
                return answer["result"]
