"""`llm`: takes prompts, streams replies sentence by sentence, and reports the provider's health.

Promises: at most `performance.max_concurrent_requests` at once and a bounded queue; exactly one end or failure for
each request, and none for a cancelled turn. A guess gets neither; see `speculation` for which are begun at all."""

from collections.abc import Callable, Mapping
from typing import Any

from actors.behaviour.messages import BEHAVIOUR, ActIntended
from actors.kernel.actor import Actor, AskFailed, Reply, handles
from actors.kernel.protocol.lifecycle import Health
from actors.llm import internal
from actors.llm.http.streams import Job, Post, Streams
from actors.llm.messages import (
    LOCAL_LLM,
    CompletionEnded,
    CompletionFailed,
    CompletionRequested,
    LocalModelReady,
    LocalModelUnavailable,
    NotesRequested,
    PromptForeseen,
    SentenceReady,
    WhereIsLocalModel,
)
from actors.llm.mock import FIRST_DELAY, NEXT_DELAY, script
from actors.llm.requests.background import Background
from actors.llm.requests.request_queue import QueuedRequest, RequestQueue
from actors.llm.requests.speculation import Speculation
from actors.llm.servers.providers import Endpoint, choose, limits, local_endpoint
from actors.llm.servers.tools import equipped
from actors.llm.text.length import most_of
from actors.speech.messages import Cancel, Drop
from actors.system.messages import SYSTEM, StageReached
from actors.vocabulary.type_names import durable
from actors.vocabulary.words import joined
from config.schema import Behaviour, Bot, Llm, Performance, Speech

LONGEST_PAUSE = 300.0  # seconds for which a server's Retry-After keeps us from asking again
STOP_TIMEOUT = 1.0


@durable("llm.LanguageModel", "actors.llm.llm:LanguageModel")
class LanguageModel(Actor):
    """See the module. bot: its name is taken off the front of replies. streaming: makes what asks the servers."""

    deterministic = True

    def __init__(
        self,
        llm: Llm,
        performance: Performance,
        bot: Bot | None = None,
        speech: Speech | None = None,
        behaviour: Behaviour | None = None,
        streaming: Callable[[Post], Streams] = Streams,
    ) -> None:
        self._llm = llm
        self._queue = RequestQueue(performance.max_concurrent_requests)
        self._behaviour = behaviour or Behaviour()
        self._bot = bot or Bot()
        self._first_words = (speech or Speech()).first_clause_words
        self._provider = choose(llm)
        self._speculation = Speculation(llm.speculate)
        self._background = Background()
        self._local: LocalModelReady | None = None
        self._no_local: LocalModelUnavailable | None = None
        self._paused_until = 0.0
        self._paused_why = ""
        self._said: tuple[Health, str, str] | None = None
        self._streams = streaming(lambda message, cause: self.post(message, cause))

    def on_start(self) -> None:
        self._say(Health.OK, self._provider.note)
        self._ask_where()
        self._warm_up()

    def on_stop(self) -> None:
        self.side_effect(lambda: self._streams.close(STOP_TIMEOUT))

    def commit(self, sections: Mapping[str, Any]) -> bool:
        """What is being answered goes on as it began; what comes next goes by the new section."""
        if "performance" in sections:
            self._queue.limit(sections["performance"].max_concurrent_requests)
        if "bot" in sections:
            self._bot = sections["bot"]
        if "speech" in sections:
            self._first_words = sections["speech"].first_clause_words
        self._behaviour = sections.get("behaviour", self._behaviour)
        if "llm" in sections:
            self._change_provider(sections["llm"])
        self._begin_waiting()
        return True

    def _change_provider(self, llm: Llm) -> None:
        self._llm, before = llm, self._provider
        self._speculation.mode = llm.speculate
        self._provider = choose(llm)
        if self._provider == before:
            return
        self._paused_until, self._paused_why = 0.0, ""
        # The local model is started again when it is needed now, and then tells where it is.
        self._no_local = self._local = None
        self._say(Health.OK, self._provider.note)
        self._warm_up()

    def _warm_up(self) -> None:
        endpoint = self._provider.endpoint
        if endpoint is not None and endpoint.is_private and self._llm.warm_up:
            job = Job("", endpoint, (), limits(self._llm))
            self.side_effect(lambda: self._streams.warm(job))

    @handles
    def on_prompt_foreseen(self, message: PromptForeseen) -> None:
        endpoint = self._endpoint()
        admitted = self._llm.speculate != "off" and self._queue.is_idle
        if endpoint is not None and endpoint.is_private and admitted:
            job = Job("", equipped(endpoint, self._behaviour), message.messages, limits(self._llm))
            self.side_effect(lambda: self._streams.warm(job))

    @handles
    def on_notes_requested(self, message: NotesRequested) -> None:
        endpoint = self._provider.endpoint  # the embedded model has none here: it is not asked
        is_free = self._queue.is_idle and not self._background.request and self.now() >= self._paused_until
        if endpoint is not None and is_free:
            job = self._background.begin(self.cause(), self.sender(), message, endpoint, limits(self._llm))
            self.side_effect(lambda: self._streams.submit(job))

    # -- requests

    @handles
    def on_completion_requested(self, message: CompletionRequested) -> None:
        if request := self._background.end():
            self._cancel(request)
        if message.guess and not message.turn:
            self._guess(message)
        elif not self._queue.is_void(message.turn):
            self._speculation.decided()
            ahead = self._queue.take_over(message.guess, message.turn, message.messages)
            if ahead is not None:
                self._hand_over(ahead)
            else:
                self._enter(message)

    def _enter(self, message: CompletionRequested) -> None:
        request = QueuedRequest(
            self.cause(), self.sender(), message.turn, message.messages, self.now(), people=message.people
        )
        if self.now() < self._paused_until:
            self._fail(request, "rate_limited", self._paused_why, self._paused_until - self.now())
        elif self._no_local is not None:
            self._fail(request, "unreachable", f"{self._no_local.why}; {self._no_local.remedy}")
        elif self._queue.is_full:
            remedy = "raise performance.max_concurrent_requests, or choose a faster model"
            self._fail(request, "busy", f"too many requests wait for {self._label()}; {remedy}")
        else:
            self._queue.enter(request)
            self._begin_waiting()
            self._limit_the_wait(request)

    def _guess(self, message: CompletionRequested) -> None:
        if not self._can_answer() or self._queue.is_full or self.now() < self._paused_until:
            return
        endpoint = self._endpoint()
        is_private = endpoint is None or endpoint.is_private
        if self._speculation.admits(message.guess, is_private, self.now()):
            request = QueuedRequest(
                self.cause(), self.sender(), 0, message.messages, self.now(), people=message.people
            )
            request.guess = message.guess
            self._stop(self._queue.guess(request))
            self._begin_waiting()

    def _hand_over(self, request: QueuedRequest) -> None:
        """Tell what came of a guess, now that it is the turn's; what is not there yet follows."""
        self._intend(request)
        for number, text in enumerate(request.sentences):
            self.tell(request.to, SentenceReady(request.turn, number, text))
        for stage in request.stages:
            self._stage(request, stage, self.wall(), 0.0)  # nobody waited for it
        if request.streamed is not None:
            self._finish(request, request.streamed)
        else:
            self._begin_waiting()

    @handles
    def on_drop(self, message: Drop) -> None:
        self._speculation.drop(message.guess)
        self._stop(self._queue.drop(message.guess))
        self._begin_waiting()

    def _stop(self, request: QueuedRequest | None) -> None:
        if request is not None:
            self._cancel(request.id)

    @handles
    def on_cancel(self, message: Cancel) -> None:
        for request in self._queue.void(message.turn):
            self._cancel(request.id)
        self._begin_waiting()

    def _begin_waiting(self) -> None:
        self._stop(self._queue.make_room())
        while self._can_answer() and (request := self._queue.begin_next()) is not None:
            self._begin(request)

    def _can_answer(self) -> bool:
        return self._provider.kind == "mock" or self._endpoint() is not None

    def _endpoint(self) -> Endpoint | None:
        if self._provider.kind == "local" and self._local is not None:
            return local_endpoint(self._llm, self._local)
        return self._provider.endpoint

    def _begin(self, request: QueuedRequest) -> None:
        request.endpoint = self._endpoint()
        most = most_of(self._bot.response_length)
        if request.endpoint is None:
            request.script = script(request.prompt, self._llm.temperature, self.random, most)
            self.after(FIRST_DELAY, internal.ScriptedSentenceDue(request.id, 0))
            return
        # a local model that is gone comes back at another address: see _sent_again
        retries = 0 if request.endpoint.is_local or request.guess else self._llm.retries
        waited, patience = self.now() - request.asked_at, self._llm.first_token_timeout
        within = limits(self._llm)
        prompt, names, words = request.prompt, (self._bot.name,), self._first_words
        endpoint = equipped(request.endpoint, self._behaviour)
        spoken = (names, words, request.people, most)
        job = Job(request.id, endpoint, prompt, within, waited, retries, patience, *spoken)
        self.side_effect(lambda: self._streams.submit(job))

    def _cancel(self, request: str) -> None:
        self.side_effect(lambda: self._streams.cancel(request))

    # -- what comes back

    @handles
    def on_first_token(self, message: internal.FirstTokenArrived) -> None:
        if (request := self._queue.running(message.request)) is not None:
            self._stage(request, "first_token", message.at, message.seconds)

    @handles
    def on_sentence(self, message: internal.SentenceArrived) -> None:
        self._background.came(message, self.tell)
        if (request := self._queue.running(message.request)) is None:
            return
        number = len(request.sentences)
        if not request.guess or number == 0:
            self.tell(request.to, SentenceReady(request.turn, number, message.text, request.guess))
        request.sentences += (message.text,)
        if number == 0:
            self._stage(request, "first_sentence", message.at, message.seconds)

    @handles
    def on_act(self, message: internal.ActArrived) -> None:
        """Nothing of a guess is acted before it is the turn's."""
        if (request := self._queue.running(message.request)) is not None:
            request.acts += (message,)
            if not request.guess:
                self._intend(request)

    def _intend(self, request: QueuedRequest) -> None:
        for one in request.acts:
            self.tell(BEHAVIOUR, ActIntended(request.turn, one.act, one.sentence, one.way))
        request.acts = ()

    @handles
    def on_streamed(self, message: internal.ReplyStreamed) -> None:
        self._background.came(message, self.tell)
        if (request := self._queue.end(message.request)) is None:
            return
        if request.guess:
            request.streamed = message
        else:
            self._finish(request, message)
        self._begin_waiting()

    def _finish(self, request: QueuedRequest, message: internal.ReplyStreamed) -> None:
        if request.sentences or message.acted:
            self._end(request, message.tokens, message.finish)
        elif message.tool:
            tool = f"a tool ({message.tool[:40]})" if message.tool != "?" else "a tool"
            remedy = "there is none; choose another llm.model if that happens often"
            self._fail(
                request, "tool_call", f"{self._label()}: the model called {tool} and said nothing; {remedy}"
            )
        else:
            remedy = "ask again, or choose another llm.model"
            self._fail(request, "empty_reply", f"{self._label()}: nothing that can be said; {remedy}")

    @handles
    def on_broken(self, message: internal.ReplyBroken) -> None:
        self._background.came(message, self.tell)
        if (request := self._queue.end(message.request)) is None:
            return
        if request.guess:
            self._give_up_guess(request, message)
        elif not self._sent_again(request, message):
            self._pause(message)
            self._fail(request, message.kind, message.owner, message.retry_after)
            self._say(Health.DEGRADED, message.owner, "it is tried again with the next reply")
        self._begin_waiting()

    def _give_up_guess(self, request: QueuedRequest, broken: internal.ReplyBroken) -> None:
        """The turn asks anew, and meets the trouble itself if it lasts."""
        self._queue.drop(request.guess)
        if broken.kind == "rate_limited":
            self._speculation.limited(self.now())

    @handles
    def on_scripted(self, message: internal.ScriptedSentenceDue) -> None:
        if (request := self._queue.running(message.request)) is None:
            return
        seconds = self.now() - request.asked_at
        if message.sentence == 0:
            self.on_first_token(internal.FirstTokenArrived(request.id, self.wall(), seconds))
        self.on_sentence(
            internal.SentenceArrived(request.id, request.script[message.sentence], self.wall(), seconds)
        )
        if len(request.sentences) < len(request.script):
            self.after(NEXT_DELAY, internal.ScriptedSentenceDue(request.id, len(request.sentences)))
        else:
            words = " ".join(request.sentences).split()
            self.on_streamed(internal.ReplyStreamed(request.id, len(words), "stop"))

    def _end(self, request: QueuedRequest, tokens: int, finish: str) -> None:
        text = joined(request.sentences)
        self.tell(request.to, CompletionEnded(request.turn, len(request.sentences), text, tokens, finish))
        self._paused_until = 0.0
        self._say(Health.OK, self._provider.note)

    def _fail(self, request: QueuedRequest, kind: str, owner: str, retry_after: float = 0.0) -> None:
        self.tell(request.to, CompletionFailed(request.turn, kind, owner, retry_after))

    def _pause(self, broken: internal.ReplyBroken) -> None:
        if broken.kind == "rate_limited" and broken.retry_after > 0:
            self._paused_until = self.now() + min(broken.retry_after, LONGEST_PAUSE)
            self._paused_why = broken.owner

    def _stage(self, request: QueuedRequest, stage: str, at: float, seconds: float) -> None:
        if request.guess:
            request.stages += (stage,)
            return
        self.tell(SYSTEM, StageReached(request.turn, stage, at, seconds))

    # -- the local model

    @handles
    def on_local_ready(self, message: LocalModelReady) -> None:
        if self._provider.kind == "local":
            self._local, self._no_local = message, None
            self._say(Health.OK, self._provider.note)
            self._begin_waiting()

    @handles
    def on_no_local(self, message: LocalModelUnavailable) -> None:
        if self._provider.kind != "local":
            return
        self._local, self._no_local = None, message
        self._say(Health.DOWN, message.why, message.remedy)
        for request in self._queue.waiting:
            self._refuse(request, f"{message.why}; {message.remedy}")

    @handles
    def on_wait_over(self, message: internal.LocalWaitOver) -> None:
        if self._can_answer():
            return
        remedy = "see the health of llm.local"
        why = f"the embedded model was not up within {self._llm.first_token_timeout:g} s"
        for request in self._queue.waiting:
            if request.id == message.request:
                self._say(Health.DEGRADED, why, remedy)
                self._refuse(request, f"{why}; {remedy}")

    def on_where(self, answer: Reply | AskFailed) -> None:
        """The answer of llm.local; without one, it reports by itself when it is ready."""
        if isinstance(answer, Reply) and isinstance(answer.message, LocalModelReady):
            self.on_local_ready(answer.message)
        elif isinstance(answer, Reply) and isinstance(answer.message, LocalModelUnavailable):
            self.on_no_local(answer.message)

    def _ask_where(self) -> None:
        if self._provider.kind == "local":
            self.ask(LOCAL_LLM, WhereIsLocalModel(), "on_where", within=self._llm.first_token_timeout)

    def _limit_the_wait(self, request: QueuedRequest) -> None:
        if not self._can_answer():
            self.after(self._llm.first_token_timeout, internal.LocalWaitOver(request.id))

    def _sent_again(self, request: QueuedRequest, broken: internal.ReplyBroken) -> bool:
        """Whether the request waits once more, because the local process died before it said a word."""
        endpoint = request.endpoint
        is_gone = endpoint is not None and endpoint.is_local and broken.kind == "unreachable"
        if not is_gone or request.sentences or request.sent_again:
            return False
        request.sent_again = True
        if self._local is not None and endpoint is not None and self._local.base_url == endpoint.base_url:
            self._local = None
            self._ask_where()
        self._queue.enter(request, first=True)
        self._limit_the_wait(request)
        return True

    def _refuse(self, request: QueuedRequest, owner: str) -> None:
        self._queue.leave(request)
        self._fail(request, "unreachable", owner)

    # -- inside

    def _label(self) -> str:
        endpoint = self._endpoint()
        return f"{endpoint.host} ({endpoint.model})" if endpoint is not None else "the model"

    def _say(self, health: Health, reason: str, remedy: str = "") -> None:
        if self._said != (health, reason, remedy):
            self._said = (health, reason, remedy)
            self.health(health, reason, remedy)
