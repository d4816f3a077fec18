"""The simulated server of the language model: it streams an answer, late, in part, or not at all."""

import re
from dataclasses import dataclass, field

from actors.llm.http.client import Ending
from actors.llm.http.failures import of_transport
from actors.llm.http.job import Job, Post
from actors.llm.http.stream_progress import StreamProgress
from actors.llm.http.tool_calls import CallPart
from actors.llm.internal import ReplyBroken, ServerProbed
from actors.llm.servers.tools import TOOL
from supervisor.simulation.scheduler import Scheduler

FIRST_TOKEN = 0.4
BETWEEN = 0.15
"""Seconds on average: until the first words, and between two pieces."""

WAVES = 4
"""Of so many questions the model waves at one, by a mark, and dances to another, by its tool."""

_QUESTION = re.compile(r"question (\d+)", re.IGNORECASE)
_ANSWER = re.compile(r"answer (\d+)", re.IGNORECASE)


REFUSES = 0.3
"""The probability that a server with another one behind it refuses a request."""

RUDE = 3
"""Of so many answers of a server that is `rude`, one says its word."""


def answer_to(question: int, rude: str = "") -> tuple[str, ...]:
    """The pieces in which the model streams its answer. rude: a word that it says in some."""
    name = f"Answer {question}"
    says = (f". {name}: you {rude[:4]}", f"{rude[4:]}, you") if rude and question % RUDE == 0 else ()
    return (f"{name} begins here", *says, f". {name} goes on", f" for a while. {name} is over", ".")


def question_in(text: str) -> int:
    """The number of the question that `text` asks or answers; 0 for none. What is asked stands after what is quoted."""
    answer = _ANSWER.search(text)
    found = [answer[1]] if answer else _QUESTION.findall(text)
    return int(found[-1]) if found else 0


@dataclass(slots=True)
class ModelServer:
    """silent_until: when it answers again. broken_until: when its answers are complete again.

    rude: a word that it says now and then. spare: the address of another one, which never fails.
    spared: how often it was asked."""

    rude: str = ""
    spare: str = ""
    spared: int = 0
    silent_until: float = 0.0
    broken_until: float = 0.0


class _Progress(StreamProgress):
    """With the simulation's clock."""

    def __init__(self, job: Job, post: Post, scheduler: Scheduler) -> None:
        super().__init__(job, post)
        self._clock = scheduler.clock
        self._begun = scheduler.clock.time - job.waited

    def _times(self) -> tuple[float, float]:
        return self._clock.wall(), self._clock.time - self._begun


@dataclass(frozen=True, slots=True)
class SimulatedStreams:
    """In place of the thread that streams replies (actors.llm.http.streams.Streams)."""

    post: Post
    scheduler: Scheduler
    server: ModelServer
    _running: dict[str, list[str]] = field(default_factory=dict)
    _dancing: set[str] = field(default_factory=set)

    def submit(self, job: Job) -> None:
        if job.probes:
            self.scheduler.after(self._pause(FIRST_TOKEN), lambda: self._probe(job))
            return
        self.server.spared += self._is_spare(job)
        asked = next((m.content for m in reversed(job.prompt) if m.role == "user"), "")
        question = question_in(asked)
        first, *others = answer_to(question, self.server.rude)
        self._running[job.request] = [f"[wave] {first}" if question % WAVES == 1 else first, *others]
        self._dancing.update({job.request} if question % WAVES == 2 else ())
        progress = _Progress(job, self.post, self.scheduler)
        self.scheduler.after(self._pause(FIRST_TOKEN), lambda: self._stream(job, progress))
        self.scheduler.after(job.limits.first_token, lambda: self._too_late(job, progress))

    def warm(self, job: Job) -> None:
        """The simulated model is always loaded."""

    def cancel(self, request: str) -> None:
        # The thread may still post what it had begun.
        late = self.scheduler.dice.uniform(0.0, 0.5 if self._is_broken else 0.005)
        self.scheduler.after(late, lambda: self._running.pop(request, None))

    def close(self, timeout: float) -> None:
        self._running.clear()

    def _stream(self, job: Job, progress: _Progress) -> None:
        pieces = self._running.get(job.request)
        if pieces is None:
            return
        wait = self.server.silent_until - self.scheduler.clock.time
        if self._refuses(job, progress):
            self._fail(job, "server_error")
        elif wait > 0 and not self._is_spare(job):
            self.scheduler.after(wait, lambda: self._stream(job, progress))
        elif self._is_broken and not self._is_spare(job) and self.scheduler.dice.random() < 0.3:
            kind = (
                "broken_off"
                if progress.begun
                else self.scheduler.dice.choice(("rate_limited", "server_error"))
            )
            self._fail(job, kind)
        elif pieces:
            progress.take(pieces.pop(0))
            if job.request in self._dancing:
                self._dancing.discard(job.request)
                progress.call(CallPart(0, TOOL, '{"name": "dance"}'))
            self.scheduler.after(self._pause(BETWEEN), lambda: self._stream(job, progress))
        else:
            del self._running[job.request]
            self.post(progress.end(Ending(20, "stop")), job.request)

    def _probe(self, job: Job) -> None:
        """A trial of a server that has failed."""
        failed = self._is_broken or self.server.silent_until > self.scheduler.clock.time
        failure = of_transport(job.endpoint, "server_error", "the simulated server has trouble")
        told = (
            ServerProbed(job.probes, failure.kind, failure.owner)
            if failed and not self._is_spare(job)
            else ServerProbed(job.probes)
        )
        self.post(told, job.request)

    def _refuses(self, job: Job, progress: _Progress) -> bool:
        """Whether a server that has another one behind it says nothing this time."""
        has_other = bool(self.server.spare) and not self._is_spare(job)
        return has_other and not progress.begun and self.scheduler.dice.random() < REFUSES

    def _is_spare(self, job: Job) -> bool:
        return job.endpoint.base_url == self.server.spare

    def _too_late(self, job: Job, progress: _Progress) -> None:
        if job.request in self._running and not progress.begun:
            self._fail(job, "timeout")

    def _fail(self, job: Job, kind: str) -> None:
        del self._running[job.request]
        failure = of_transport(job.endpoint, kind, "the simulated server has trouble")
        retry_after = 3.0 if kind == "rate_limited" else 0.0
        self.post(ReplyBroken(job.request, failure.kind, failure.owner, retry_after), job.request)

    def _pause(self, mean: float) -> float:
        return min(self.scheduler.dice.expovariate(1.0 / mean), 10 * mean)

    @property
    def _is_broken(self) -> bool:
        return self.scheduler.clock.time < self.server.broken_until
