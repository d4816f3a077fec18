"""The text of one streamed reply, as sentences and acts that are posted while it grows."""

import contextlib
import time

from actors.llm.http.client import CompletionError, Ending
from actors.llm.http.failures import of_transport
from actors.llm.http.job import Job, Post
from actors.llm.http.tool_calls import CallPart, name_for_owner
from actors.llm.internal import ActArrived, FirstTokenArrived, ReplyStreamed, SentenceArrived
from actors.llm.text.marks import MOST, acts_of_tool
from actors.llm.text.reply import SpokenReply
from config.schema import holds_secret

_SAID = 200  # characters of what was said, in which a secret may have begun


class StreamProgress:
    """Turns the text of one job into posted sentences."""

    def __init__(self, job: Job, post: Post, begins: bool | None = False) -> None:
        self.begun = False
        self.acts: tuple[str, ...] = ()
        self._job = job
        self._begins = begins
        self._post = post
        self._reply = self._new_reply()
        self._said = ""  # the end of what was said
        self._leaks = False

    def take(self, text: str) -> bool:
        """Take new text; whether more is wanted."""
        if not self.begun:
            self.begun = True
            self._post(FirstTokenArrived(self._job.request, *self._times()), self._job.request)
        self._say(self._reply.feed(text))
        return not self._reply.over

    def begin_again(self) -> None:
        """Another answer for the same job: the one before held nothing to be said."""
        self._reply = self._new_reply()

    def _new_reply(self) -> SpokenReply:
        job = self._job
        return SpokenReply(
            job.names, job.first_words, self._begins, job.people, most=job.most, own=job.own_acts
        )

    @property
    def only_acted(self) -> bool:
        """Whether acts are all that came."""
        return bool(self.acts) and not self._reply.count

    def call(self, call: CallPart) -> None:
        """The model called a tool, apart from its words."""
        for act in acts_of_tool(call.name, call.arguments, self._job.own_acts):
            self._act(act, self._reply.count, "tool")

    def _act(self, act: str, sentence: int, way: str) -> None:
        if act not in self.acts and len(self.acts) < MOST:
            self.acts += (act,)
            self._post(ActArrived(self._job.request, act, sentence, way), self._job.request)

    def begin_plainly(self) -> None:
        """The server gives thoughts apart from the text."""
        self._reply.hidden.begin_plainly()

    def end(self, ending: Ending) -> ReplyStreamed:
        """Say what is left."""
        finish = "length" if self._reply.cut else ending.finish
        self._say(self._reply.finish(cut=finish == "length"))
        tool = name_for_owner(ending.tool or self._reply.hidden.tool)
        return ReplyStreamed(
            self._job.request, ending.tokens, finish, "" if self.acts else tool, bool(self.acts)
        )

    def break_off(self) -> None:
        """Say the whole sentences that came before the stream broke."""
        if self.begun and not self._leaks:
            with contextlib.suppress(CompletionError):
                self._say(self._reply.finish(cut=True, broken=True))

    def opened_by_template(self, ending: Ending) -> bool | None:
        """Whether the reply began inside a thought; None when it does not tell."""
        return None if ending.thinks or self._reply.over else self._reply.hidden.opened_by_template

    def _say(self, sentences: tuple[str, ...]) -> None:
        for number, act in self._reply.acts:
            self._act(act, number, "mark")
        self._reply.acts.clear()
        for sentence in sentences:
            self._refuse_secrets(sentence)
            self._post(SentenceArrived(self._job.request, sentence, *self._times()), self._job.request)

    def _refuse_secrets(self, sentence: str) -> None:
        """Here and not in an actor: what is a secret stands in no message. Raises CompletionError."""
        if self._leaks or holds_secret(self._said + sentence):
            self._leaks = True
            what = "the reply says a secret of the configuration, and was not said"
            remedy = "find out how it came into the prompt, and give the service a new one"
            raise CompletionError(of_transport(self._job.endpoint, "moderated", what, remedy))
        self._said = (self._said + sentence)[-_SAID:]

    def _times(self) -> tuple[float, float]:
        return time.time(), self._job.age
