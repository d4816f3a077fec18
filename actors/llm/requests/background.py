"""A request that nobody waits for: it runs only while nothing else does, and ends as soon as somebody asks."""

from collections.abc import Callable

from actors.kernel.message import Message
from actors.llm import internal
from actors.llm.http.job import Job
from actors.llm.messages import NotesRequested, NotesTaken
from actors.llm.servers.providers import Endpoint, RequestLimits
from actors.vocabulary.type_names import durable
from actors.vocabulary.words import joined, sentences_of

Came = internal.SentenceArrived | internal.ReplyStreamed | internal.ReplyBroken
WHOLE = 10_000  # words: no sentence is cut for the sake of a voice


@durable("llm.Background")
class Background:
    """At most one request at a time, without a further attempt. request: its id, "" while there is none."""

    def __init__(self) -> None:
        self.request = ""
        self._to = ""
        self._about = ""
        self._sentences: tuple[str, ...] = ()

    def begin(self, request: str, to: str, asked: NotesRequested, at: Endpoint, within: RequestLimits) -> Job:
        """The job of this request, whose answer `to` gets."""
        self.request, self._to, self._about, self._sentences = request, to, asked.about, ()
        return Job(request, at, asked.messages, within, patience=within.first_token, first_words=WHOLE)

    def end(self) -> str:
        """Forget the request; its id, where one must be stopped."""
        request, self.request = self.request, ""
        return request

    def takes(
        self, message: internal.SentenceArrived | internal.ReplyStreamed | internal.ReplyBroken
    ) -> bool:
        """Whether it is of this request."""
        return bool(self.request) and message.request == self.request

    def came(self, message: Message, tell: Callable[[str, Message], object]) -> None:
        """Something of it came. A failure is told to nobody: nobody waits."""
        if isinstance(message, internal.SentenceArrived):
            self._sentences += (message.text,)
        elif self.end() and isinstance(message, internal.ReplyStreamed) and self._sentences:
            tell(self._to, NotesTaken(self._about, sentences_of(joined(self._sentences))))
