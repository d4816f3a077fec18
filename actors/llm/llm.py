"""`llm`: takes prompts, streams replies sentence by sentence, and reports the provider's health.

Promises: at most `performance.max_concurrent_requests` at once and a bounded queue; exactly one end or failure for
each request, and none for a cancelled turn. A guess gets neither; see `speculation` for which are begun at all."""

from collections.abc import Callable, Mapping
from typing import Any, ClassVar

from actors.behaviour.messages import BEHAVIOUR, ActIntended, TellOwnActs
from actors.conversation.messages import CONVERSATION
from actors.kernel.actor import Actor, AskFailed, Reply, handles
from actors.kernel.protocol.lifecycle import Health
from actors.llm import internal, local_wait, takeover, warming
from actors.llm.http.job import Post
from actors.llm.http.streams import Streams
from actors.llm.jobs import job_of
from actors.llm.messages import (
    LOCAL_LLM,
    CompletionEnded,
    CompletionFailed,
    CompletionRequested,
    DoesEmbeddedAnswer,
    EmbeddedAnswers,
    LocalModelReady,
    LocalModelUnavailable,
    ModelRestarted,
    NotesDropped,
    NotesRequested,
    OwnActs,
    PromptForeseen,
    SentenceReady,
    WhereIsLocalModel,
)
from actors.llm.mock import FIRST_DELAY, NEXT_DELAY, script
from actors.llm.requests.background import Background
from actors.llm.requests.nothing_said import nothing_said
from actors.llm.requests.rate_limit import RateLimit
from actors.llm.requests.request_queue import QueuedRequest, RequestQueue
from actors.llm.requests.speculation import Speculation
from actors.llm.servers.order import ServerOrder
from actors.llm.servers.providers import Provider, Server, choose, label_of
from actors.llm.servers.tools import able
from actors.llm.text.length import most_of
from actors.speech.messages import Cancel, Drop
from actors.system.messages import SYSTEM, StageReached
from actors.vocabulary.type_names import durable
from actors.vocabulary.words import joined
from config.schema import Behaviour, Bot, Llm, Performance, Speech

STOP_TIMEOUT = 1.0


@durable("llm.LanguageModel", "actors.llm.llm:LanguageModel")
class LanguageModel(Actor):
    """See the module. bot: its name is taken off the front of replies. streaming: makes what asks the servers."""

    deterministic = True
    former_attributes: ClassVar[Mapping[str, str]] = {
        "_llm": "llm",
        "_queue": "queue",
        "_provider": "servers.provider",
        "_local": "servers.local",
        "_no_local": "servers.no_local",
        "_paused_until": "_limit.until",
        "_paused_why": "_limit.why",
    }

    def __init__(
        self,
        llm: Llm,
        performance: Performance,
        bot: Bot | None = None,
        speech: Speech | None = None,
        behaviour: Behaviour | None = None,
        streaming: Callable[[Post], Streams] = Streams,
    ) -> None:
        self.llm = llm
        self.queue = RequestQueue(performance.max_concurrent_requests)
        self._behaviour = behaviour or Behaviour()
        self._own_acts: tuple[str, ...] = ()
        self._bot = bot or Bot()
        self._first_words = (speech or Speech()).first_clause_words
        self.servers = ServerOrder(choose(llm))
        self.asked_at = 0.0
        self._speculation = Speculation(llm.speculate)
        self._background = Background()
        self._limit = RateLimit()
        self._said: tuple[Health, str, str] | None = None
        self.streams = streaming(lambda message, cause: self.post(message, cause))

    @property
    def _provider(self) -> Provider:
        return self.servers.provider

    @property
    def _able(self) -> Behaviour:
        return able(self._behaviour, self._own_acts)

    @handles
    def on_own_acts(self, message: OwnActs) -> None:
        self._own_acts = message.acts

    def on_start(self) -> None:
        if self.context.incarnation > 1:
            self.tell(CONVERSATION, ModelRestarted())
            self.tell(BEHAVIOUR, TellOwnActs())
        self.say(Health.OK, self._provider.note)
        self.ask_where()
        warming.warm_up(self)

    def on_stop(self) -> None:
        self.side_effect(lambda: self.streams.close(STOP_TIMEOUT))

    def commit(self, sections: Mapping[str, Any]) -> bool:
        """What is being answered goes on as it began; what comes next goes by the new section."""
        if "performance" in sections:
            self.queue.limit(sections["performance"].max_concurrent_requests)
        self._bot = sections.get("bot", self._bot)
        if "speech" in sections:
            self._first_words = sections["speech"].first_clause_words
        self._behaviour = sections.get("behaviour", self._behaviour)
        if "llm" in sections:
            self._change_provider(sections["llm"])
        self.begin_waiting()
        return True

    def _change_provider(self, llm: Llm) -> None:
        self.llm, before = llm, self._provider
        self._speculation.mode = llm.speculate
        self.servers.change(choose(llm))
        if self._provider.asks_as(before):
            return
        self._limit.end()
        takeover.say_who_answers(self)
        warming.warm_up(self)

    @handles
    def on_prompt_foreseen(self, message: PromptForeseen) -> None:
        warming.read_ahead(self, self._able, message.messages)

    @handles
    def on_notes_requested(self, message: NotesRequested) -> None:
        server = self.servers.first("remember")  # the embedded model is not among them: it is not asked
        is_free = self.queue.is_idle and not self._background.request and not self._limit.holds(self.now())
        if server is not None and is_free:
            at, within = server.endpoint, server.limits
            job = self._background.begin(self.cause(), self.sender(), message, at, within)
            self.side_effect(lambda: self.streams.submit(job))

    @handles
    def on_notes_dropped(self, _: NotesDropped) -> None:
        if request := self._background.end():
            self._cancel(request)

    # -- requests

    @handles
    def on_completion_requested(self, message: CompletionRequested) -> None:
        self.asked_at = self.now()
        for key in self.servers.deferred():
            takeover.probe_if_due(self, key)
        if request := self._background.end():
            self._cancel(request)
        if message.guess and not message.turn:
            self._guess(message)
        elif not self.queue.is_void(message.turn):
            self._speculation.decided()
            ahead = self.queue.take_over(message.guess, message.turn, message.messages)
            if ahead is not None:
                self._hand_over(ahead)
            else:
                self._enter(message)

    def _enter(self, message: CompletionRequested) -> None:
        request = QueuedRequest(
            self.cause(), self.sender(), message.turn, message.messages, self.now(), people=message.people
        )
        if self._limit.holds(self.now()):
            self._fail(request, "rate_limited", self._limit.why, self._limit.until - self.now())
        elif (none := self.servers.no_local) is not None and not self._provider.is_list:
            self._fail(request, "unreachable", f"{none.why}; {none.remedy}")
        elif self.queue.is_full:
            remedy = "raise performance.max_concurrent_requests, or choose a faster model"
            self._fail(request, "busy", f"too many requests wait for {label_of(self.server())}; {remedy}")
        else:
            self.queue.enter(request)
            self.begin_waiting()
            local_wait.limit_the_wait(self, request)

    def _guess(self, message: CompletionRequested) -> None:
        if not self.can_answer() or self.queue.is_full or self._limit.holds(self.now()):
            return
        server = self.server()
        is_private = server is None or server.endpoint.is_private
        if self._speculation.admits(message.guess, is_private, self.now()):
            request = QueuedRequest(
                self.cause(), self.sender(), 0, message.messages, self.now(), people=message.people
            )
            request.guess = message.guess
            self._stop(self.queue.guess(request))
            self.begin_waiting()

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
            self.begin_waiting()

    @handles
    def on_drop(self, message: Drop) -> None:
        self._speculation.drop(message.guess)
        self._stop(self.queue.drop(message.guess))
        self.begin_waiting()

    def _stop(self, request: QueuedRequest | None) -> None:
        if request is not None:
            self._cancel(request.id)

    @handles
    def on_cancel(self, message: Cancel) -> None:
        for request in self.queue.void(message.turn):
            self._cancel(request.id)
        self.begin_waiting()

    def begin_waiting(self) -> None:
        self._stop(self.queue.make_room())
        while self.can_answer() and (request := self.queue.begin_next()) is not None:
            self._begin(request)

    def can_answer(self) -> bool:
        return self._provider.kind == "mock" or self.server() is not None

    def server(self, tried: tuple[str, ...] = ()) -> Server | None:
        return self.servers.next(self.llm, tried)

    def _begin(self, request: QueuedRequest) -> None:
        server = request.server = self.server(request.tried) or self.server()
        if server is None:
            most = most_of(self._bot.response_length)
            request.script = script(request.prompt, self.llm.temperature, self.random, most)
            self.after(FIRST_DELAY, internal.ScriptedSentenceDue(request.id, 0))
            return
        hurried = self._provider.is_list and self.server((*request.tried, server.key)) is not None
        how = (self.now() - request.asked_at, self.llm.retries, self._bot, self._first_words, self._able)
        job = job_of(request, server, *how, hurried=hurried)
        self.side_effect(lambda: self.streams.submit(job))

    def _cancel(self, request: str) -> None:
        self.side_effect(lambda: self.streams.cancel(request))

    # -- what comes back

    @handles
    def on_first_token(self, message: internal.FirstTokenArrived) -> None:
        if (request := self.queue.running(message.request)) is not None:
            self._stage(request, "first_token", message.at, message.seconds)

    @handles
    def on_sentence(self, message: internal.SentenceArrived) -> None:
        self._background.came(message, self.tell)
        if (request := self.queue.running(message.request)) is None:
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
        request = self.queue.running(message.request)
        if request is not None and message.act not in request.acted:
            request.acts += (message,)
            request.acted += (message.act,)
            if not request.guess:
                self._intend(request)

    def _intend(self, request: QueuedRequest) -> None:
        for one in request.acts:
            self.tell(BEHAVIOUR, ActIntended(request.turn, one.act, one.sentence, one.way))
        request.acts = ()

    @handles
    def on_streamed(self, message: internal.ReplyStreamed) -> None:
        self._background.came(message, self.tell)
        if (request := self.queue.end(message.request)) is None:
            return
        if request.guess:
            request.streamed = message
        else:
            self._finish(request, message)
        self.begin_waiting()

    def _finish(self, request: QueuedRequest, message: internal.ReplyStreamed) -> None:
        if request.sentences or message.acted:
            self._end(request, message.tokens, message.finish)
            return
        broken = nothing_said(message, label_of(request.server))
        if not takeover.pass_on(self, request, broken):
            self._fail(request, broken.kind, broken.owner)

    @handles
    def on_broken(self, message: internal.ReplyBroken) -> None:
        self._background.came(message, self.tell)
        if (request := self.queue.end(message.request)) is None:
            return
        if request.guess:
            takeover.rest(self, request, message)
            self.queue.drop(request.guess)  # the turn asks anew, and meets the trouble itself if it lasts
            self._speculation.broken(message.kind, self.now())
        elif not (local_wait.send_again(self, request, message) or takeover.pass_on(self, request, message)):
            if not self._provider.is_list:
                self._limit.begin(message, self.now())
            self._fail(request, message.kind, message.owner, message.retry_after)
            self.say(Health.DEGRADED, message.owner, "it is tried again with the next reply")
        self.begin_waiting()

    @handles
    def on_probe_due(self, message: internal.ProbeDue) -> None:
        takeover.probe_if_due(self, message.server)

    @handles
    def on_probed(self, message: internal.ServerProbed) -> None:
        takeover.probed(self, message)

    @handles
    def on_scripted(self, message: internal.ScriptedSentenceDue) -> None:
        if (request := self.queue.running(message.request)) is None:
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
        self._limit.end()
        if request.server is not None:
            self.servers.recover(request.server.key)
        takeover.say_who_answers(self)

    def _fail(self, request: QueuedRequest, kind: str, owner: str, retry_after: float = 0.0) -> None:
        self.tell(request.to, CompletionFailed(request.turn, kind, owner, retry_after))

    def _stage(self, request: QueuedRequest, stage: str, at: float, seconds: float) -> None:
        if request.guess:
            request.stages += (stage,)
            return
        self.tell(SYSTEM, StageReached(request.turn, stage, at, seconds))

    @handles
    def on_local_ready(self, message: LocalModelReady) -> None:
        takeover.local_told(self, message)

    @handles
    def on_no_local(self, message: LocalModelUnavailable) -> None:
        takeover.local_told(self, message)

    @handles
    def on_does_embedded_answer(self, _: DoesEmbeddedAnswer) -> None:
        if self.servers.stands_in:
            self.tell(self.sender(), EmbeddedAnswers(True))

    @handles
    def on_wait_over(self, message: internal.LocalWaitOver) -> None:
        local_wait.wait_is_over(self, message)

    def on_where(self, answer: Reply | AskFailed) -> None:
        """The answer of llm.local; without one, it reports by itself when it is ready."""
        if isinstance(answer, Reply) and isinstance(answer.message, LocalModelReady | LocalModelUnavailable):
            takeover.local_told(self, answer.message)

    def ask_where(self) -> None:
        if self._provider.uses_local:
            self.ask(LOCAL_LLM, WhereIsLocalModel(), "on_where", within=self.llm.first_token_timeout)

    def refuse(self, request: QueuedRequest, owner: str) -> None:
        self.queue.leave(request)
        self._fail(request, "unreachable", owner)

    def say(self, health: Health, reason: str, remedy: str = "") -> None:
        if self._said != (health, reason, remedy):
            self._said = (health, reason, remedy)
            self.health(health, reason, remedy)
