"""The thread that streams replies: one event loop, a task for each reply, connections kept warm.

It posts internal messages of this package. It starts with the first job and ends after an idle minute."""

import asyncio
import logging
import random
import threading
import time
from dataclasses import replace
from pathlib import Path

import httpx

from actors.kernel.message import Message
from actors.llm.http.album import keep
from actors.llm.http.client import LOADING, CompletionError, complete, open_client
from actors.llm.http.failures import ServerFailure, of_transport
from actors.llm.http.job import Job, Post
from actors.llm.http.knowledge import Knowledge
from actors.llm.http.picture import digest, newest_picture
from actors.llm.http.retry import decide
from actors.llm.http.stream_progress import StreamProgress
from actors.llm.internal import (
    PictureSent,
    ReplyBroken,
    ReplyStreamed,
    ServerProbed,
)
from actors.llm.messages import ChatMessage
from actors.llm.servers.providers import Endpoint
from actors.llm.servers.tools import after_acting, offered, without_tools

WARM_WITHIN = 900.0  # seconds that a server may take to load its model
IDLE = 60.0  # seconds without a job after which the thread ends

FEW = 16  # tokens of a trial; some servers refuse to write less
HELLO = (ChatMessage("user", "Hello."),)

_Owned = tuple[tuple[asyncio.Task[None], ...], tuple[httpx.AsyncClient, ...]]

log = logging.getLogger(__name__)


class Streams:
    """Streams jobs until they end or are cancelled. Methods are for any thread; none blocks but `close`."""

    def __init__(self, post: Post, idle: float = IDLE) -> None:
        self._post = post
        self._idle = idle
        self._lock = threading.Lock()
        self._new: list[Job] = []
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._clients: dict[bool, httpx.AsyncClient] = {}
        self._knowledge = Knowledge()
        self._to_warm: list[Job] = []
        self._warming: dict[str, asyncio.Task[None]] = {}
        self._loop: asyncio.AbstractEventLoop | None = None
        self._wake: asyncio.Event | None = None
        self._thread: threading.Thread | None = None
        self._closing = False

    def submit(self, job: Job) -> None:
        """Begin to stream."""
        with self._lock:
            self._new.append(job)
            self._wake_up()

    def warm(self, job: Job) -> None:
        """Have the server of this job load its model, and read its prompt, while nobody waits for it."""
        with self._lock:
            self._to_warm.append(job)
            self._wake_up()

    def cancel(self, request: str) -> None:
        """Stop a stream, if it exists, and close its connection."""
        with self._lock:
            self._new = [job for job in self._new if job.request != request]
            if self._loop is not None:
                self._loop.call_soon_threadsafe(self._cancel, request)

    def close(self, timeout: float) -> None:
        """Stop every stream and end the thread; waits at most `timeout` seconds for it."""
        with self._lock:
            self._closing = True
            self._ring()
            thread = self._thread
        if thread is not None:
            thread.join(timeout)

    def _wake_up(self) -> None:
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="llm~io", daemon=True)
            self._thread.start()
        else:
            self._ring()

    def _ring(self) -> None:
        if self._loop is not None and self._wake is not None:
            self._loop.call_soon_threadsafe(self._wake.set)

    def _cancel(self, request: str) -> None:
        if (task := self._tasks.get(request)) is not None:
            task.cancel()

    def _run(self) -> None:
        try:
            asyncio.run(self._serve())
        finally:
            with self._lock:
                if self._thread is threading.current_thread():
                    self._forget()

    async def _serve(self) -> None:
        wake = asyncio.Event()
        with self._lock:
            self._loop, self._wake = asyncio.get_running_loop(), wake
        idled = False
        while (owned := self._leave(idled)) is None:
            wake.clear()
            jobs, cold = self._take()
            for job in cold:
                self._warm(job)
            for job in jobs:
                self._begin(job)
            try:
                await asyncio.wait_for(wake.wait(), self._idle)
                idled = False
            except TimeoutError:
                idled = True
        tasks, clients = owned
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for client in clients:
            await client.aclose()

    def _leave(self, idled: bool) -> _Owned | None:
        """What this thread closes if it ends now, else None; locked, so that no job slips in unseen."""
        with self._lock:
            if not self._closing and (
                not idled or self._new or self._to_warm or self._tasks or self._warming
            ):
                return None
            return self._forget()

    def _forget(self) -> _Owned:
        owned = (*self._tasks.values(), *self._warming.values()), tuple(self._clients.values())
        # new ones, because another thread may begin before these are closed
        self._tasks, self._clients, self._warming = {}, {}, {}
        self._thread = self._loop = self._wake = None
        return owned

    def _take(self) -> tuple[list[Job], list[Job]]:
        with self._lock:
            jobs, self._new = self._new, []
            cold, self._to_warm = self._to_warm, []
        return jobs, cold

    def _begin(self, job: Job) -> None:
        task = asyncio.get_running_loop().create_task(self._probe(job) if job.probes else self._stream(job))
        self._tasks[job.request] = task
        task.add_done_callback(lambda _: self._ended(job.request, task))

    def _ended(self, request: str, task: asyncio.Task[None]) -> None:
        if self._tasks.get(request) is task:  # and not a later attempt of the same request
            del self._tasks[request]

    async def _probe(self, job: Job) -> None:
        """Have the server answer something small, so that nobody has to wait to learn whether it does."""
        failure = await self._trial(job)
        if failure is None:
            self._post(ServerProbed(job.probes), job.request)
        else:
            self._post(
                ServerProbed(job.probes, failure.kind, failure.owner, failure.retry_after), job.request
            )

    async def _trial(self, job: Job) -> ServerFailure | None:
        endpoint = replace(job.endpoint, options={**job.endpoint.options, "max_tokens": FEW})
        while True:
            try:
                await self._warmed(job)
                learned = self._knowledge.of(endpoint)
                await complete(
                    self._client(endpoint), endpoint, HELLO, job.limits, lambda text: False, learned
                )
            except CompletionError as error:
                if self._knowledge.learn(endpoint, error.error, HELLO):
                    continue
                if error.failure.kind == "timeout":
                    self._warm(replace(job, prompt=()))
                # that few tokens may all have been thoughts
                return None if error.failure.kind == "empty_reply" else error.failure
            except Exception as error:
                what = f"an unexpected {type(error).__name__}"
                return of_transport(endpoint, "internal", what, "report it, with the log")
            return None

    async def _stream(self, job: Job) -> None:
        progress = StreamProgress(job, self._post, self._knowledge.opens_in_thought(job.endpoint))
        try:
            last: Message = await self._attempts(job, progress)
        except CompletionError as error:
            progress.break_off()
            last = _broken(job, error.failure)
        except Exception as error:
            # words may stand in an exception's text, so only its kind is told
            log.error("streaming a reply failed unexpectedly: %s", type(error).__name__)
            what = f"an unexpected {type(error).__name__}"
            last = _broken(job, of_transport(job.endpoint, "internal", what, "report it, with the log"))
        self._post(last, job.request)

    async def _attempts(self, job: Job, progress: StreamProgress) -> ReplyStreamed:
        attempt = 1
        picture = self._picture(job)
        while True:
            try:
                await self._warmed(job)
                http = self._client(job.endpoint)
                learned = self._knowledge.of(job.endpoint)
                ending = await complete(
                    http,
                    job.endpoint,
                    job.prompt,
                    job.limits,
                    progress.take,
                    learned,
                    progress.begin_plainly,
                    progress.call,
                    picture,
                )
                last = progress.end(ending)
                self._knowledge.note_reply(job.endpoint, progress.opened_by_template(ending))
                if not progress.only_acted or not offered(job.endpoint):
                    return last
                # many models that call a tool say their words only when they are asked again
                prompt = after_acting(job.prompt, progress.acts)
                job = replace(job, endpoint=without_tools(job.endpoint), prompt=prompt)
                progress.begin_again()
                continue
            except CompletionError as error:
                if not progress.begun and self._knowledge.learn(job.endpoint, error.error, job.prompt):
                    log.info("%s; asked again otherwise", error.failure.owner)
                    continue
                if error.failure.kind == "timeout" and not progress.begun:
                    self._warm(replace(job, prompt=()))
                budget = job.patience - job.age
                delay = decide(attempt, error.failure, job.retries, budget, random.random())
                if progress.begun or delay is None:
                    raise
                log.info("attempt %d: %s; again in %.1f s", attempt, error.failure.owner, delay)
            attempt += 1
            await asyncio.sleep(delay)

    def _picture(self, job: Job) -> bytes:
        """The picture that goes with it. Raises CompletionError while there is none."""
        if job.picture_of is None:
            return b""
        if not (jpeg := newest_picture(job.picture_of)):
            what = "there is no picture yet"
            raise CompletionError(
                of_transport(job.endpoint, "no_picture", what, "see vision.camera in status")
            )
        if job.keep_in is not None:
            _keep(job.keep_in, jpeg)
        self._post(PictureSent(job.request, len(jpeg), digest(jpeg)), job.request)
        return jpeg

    def _warm(self, job: Job) -> None:
        """Load the model, once at a time for each server; not cancelled with its turn, or it would never finish."""
        endpoint = job.endpoint
        if endpoint.is_private and endpoint.base_url not in self._warming:
            task = asyncio.get_running_loop().create_task(self._load_model(job))
            self._warming[endpoint.base_url] = task
            task.add_done_callback(lambda _: self._warming.pop(endpoint.base_url, None))

    async def _load_model(self, job: Job) -> None:
        limits = replace(job.limits, first_token=WARM_WITHIN, total=WARM_WITHIN)
        endpoint = replace(job.endpoint, options={**job.endpoint.options, "max_tokens": 1})
        try:
            learned = self._knowledge.of(endpoint)
            await complete(
                self._client(endpoint), endpoint, job.prompt or HELLO, limits, lambda text: False, learned
            )
        except CompletionError as error:
            log.debug("warming up: %s", error.failure.owner)

    async def _warmed(self, job: Job) -> None:
        """Wait for a model that is being loaded, as long as a whole reply may take. Raises CompletionError."""
        task = self._warming.get(job.endpoint.base_url)
        if task is None:
            return
        longest = 0.0 if job.hurried else job.limits.total - job.age
        done, _ = await asyncio.wait({task}, timeout=max(job.limits.first_token, longest))
        if not done:
            what = "the server still loads its model"
            raise CompletionError(of_transport(job.endpoint, "timeout", what, f"{LOADING}, or ask again"))

    def _client(self, endpoint: Endpoint) -> httpx.AsyncClient:
        if (known := self._clients.get(endpoint.is_loopback)) is not None:
            return known
        return self._clients.setdefault(endpoint.is_loopback, open_client(endpoint))


def _broken(job: Job, failure: ServerFailure) -> ReplyBroken:
    return ReplyBroken(job.request, failure.kind, failure.owner, failure.retry_after)


def _keep(folder: Path, jpeg: bytes) -> None:
    """A full disk keeps no question from being answered."""
    try:
        keep(folder, jpeg, time.time())
    except OSError as error:
        log.warning("a picture that a model is shown could not be kept: %s", error)
