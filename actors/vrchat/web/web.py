"""The thread that holds the session: it alone knows password and cookies, and does what the account decides."""

import asyncio
import contextlib
import logging
import threading
from collections import deque
from collections.abc import Callable

from actors.kernel.message import Message
from actors.vrchat.account.account import Job
from actors.vrchat.internal import LinkClosed, SessionLoaded, WebAnswered, WebFailed
from actors.vrchat.state import Kept
from actors.vrchat.web.http import ANSWER_WITHIN, HttpSession, NoAnswer, NotSent
from actors.vrchat.web.pipeline import follow
from actors.vrchat.web.session_file import SessionFile, SessionUnusable
from config.schema import VRChat

log = logging.getLogger(__name__)


class Web:
    """Methods are for any thread; none but `stop` blocks. post: called on its thread with what comes of it.

    What is kept is on disk before a request is sent that was asked for after it."""

    def __init__(
        self,
        section: VRChat,
        file: SessionFile,
        post: Callable[[Message], object],
        within: float = ANSWER_WITHIN,
    ) -> None:
        self._section = section
        self._file = file
        self._post = post
        self._within = within
        self._kept: Kept | None = None
        self._todo: deque[Kept | tuple[int, Job]] = deque()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._unusable = ""  # why the file could not be read: then it is not overwritten either
        self._over = False
        self._link: asyncio.Task[None] | None = None
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Begin: what an earlier start left is posted first."""
        self._thread = threading.Thread(target=self._main, name="vrchat web", daemon=True)
        self._thread.start()

    def keep(self, kept: Kept) -> None:
        """Keep this on disk."""
        self._todo.append(kept)
        self._wake()

    def send(self, number: int, job: Job) -> None:
        """Send a request when those before it are done; WebAnswered or WebFailed follows."""
        self._todo.append((number, job))
        self._wake()

    def open(self, link: int) -> None:
        """Open the websocket; LinkOpened or LinkClosed follows."""
        self._call(lambda: self._open(link))

    def close_link(self) -> None:
        """Close the websocket."""
        self._call(self._close_link)

    def stop(self, patience: float) -> None:
        """End; at most `patience` seconds."""
        self._over = True
        self._wake()
        self._call(self._cancel)
        if self._thread is not None:
            self._thread.join(patience)

    # -- on its thread

    def _main(self) -> None:
        try:
            asyncio.run(self._run())
        except asyncio.CancelledError:
            pass
        except Exception as error:
            log.error("the thread of VRChat's web interface has ended: %s", type(error).__name__)
            self._post(
                SessionLoaded(Kept(), False, f"it failed ({type(error).__name__})", "restart the actor")
            )

    async def _run(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._news = asyncio.Event()
        self._task = asyncio.current_task()
        try:
            self._kept = self._file.read()
        except SessionUnusable as error:
            self._unusable = str(error)
            self._post(SessionLoaded(Kept(), False, str(error), error.remedy))
        else:
            self._post(SessionLoaded(self._kept, "auth" in self._file.cookies))
        try:
            async with HttpSession(self._section, self._file, self._within) as http:
                while not self._over:
                    while self._todo and not self._over:
                        await self._do(http, self._todo.popleft())
                    await self._news.wait()
                    self._news.clear()
        finally:
            self._close_link()
            self._keep_last()

    def _keep_last(self) -> None:
        """What was to be kept when it was stopped: else a friend would be counted again after the next start."""
        kept = [self._kept, *(one for one in self._todo if isinstance(one, Kept))][-1]
        if kept is not None and not self._unusable:
            with contextlib.suppress(SessionUnusable):
                self._file.write(kept)

    async def _do(self, http: HttpSession, what: Kept | tuple[int, Job]) -> None:
        trouble = self._unusable
        if isinstance(what, Kept):
            self._kept = what
            if self._todo:  # a request that follows writes it first
                return
        try:
            if self._kept is not None and not trouble:
                self._file.write(self._kept)
        except SessionUnusable as error:
            trouble = str(error)
            log.warning("VRChat's session is not kept: %s", error)
        if isinstance(what, Kept):
            return
        number, job = what
        if trouble:
            self._post(WebFailed(number, False, trouble))
            return
        await self._send(http, number, job)

    async def _send(self, http: HttpSession, number: int, job: Job) -> None:
        before = dict(self._file.cookies)
        try:
            found: Message = WebAnswered(number, await http.do(job))
        except NotSent as error:
            found = WebFailed(number, False, str(error))
        except NoAnswer as error:
            found = WebFailed(number, True, str(error))
        if self._file.cookies != before and self._kept is not None:
            with contextlib.suppress(SessionUnusable):  # the next request says so
                self._file.write(self._kept)
        self._post(found)

    def _open(self, link: int) -> None:
        self._close_link()
        token = self._file.cookies.get("auth", "")
        if not token:
            self._post(LinkClosed(link, "there is no session"))
            return
        self._link = asyncio.get_running_loop().create_task(follow(self._section, token, link, self._post))

    def _close_link(self) -> None:
        if self._link is not None:
            self._link.cancel()
        self._link = None

    def _cancel(self) -> None:
        self._close_link()
        if self._task is not None:
            self._task.cancel()

    def _wake(self) -> None:
        self._call(lambda: self._news.set())

    def _call(self, what: Callable[[], object]) -> None:
        if self._loop is not None:
            with contextlib.suppress(RuntimeError):  # it has ended
                self._loop.call_soon_threadsafe(what)
