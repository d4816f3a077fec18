"""What the language model's room accepts and announces: a prompt in, sentences out as they are generated."""

import msgspec

from actors.kernel.message import Message
from actors.vocabulary.addresses import Address
from actors.vocabulary.type_names import durable

LLM = Address("llm")
LOCAL_LLM = Address("llm.local")
MODERATOR = Address("llm.moderator")
EYES = Address("llm.eyes")


@durable("llm.ChatMessage")
class ChatMessage(msgspec.Struct, frozen=True):
    """One message of a prompt. role: system, user or assistant."""

    role: str
    content: str


class OwnActs(Message):
    """From the behaviour: the avatar in use has these acts of its own, beside those of the configuration."""

    acts: tuple[str, ...]


class CompletionRequested(Message):
    """Continue this conversation. The sender gets SentenceReady, then CompletionEnded or -Failed, unless cancelled.

    guess: with turn 0, begin on a guess, of which only the first SentenceReady is told, and no failure; with a turn,
    what was begun on that guess is taken over, if it was for the same messages.
    people: the names before people's words; a reply is over where the model writes one of them a line."""

    turn: int
    messages: tuple[ChatMessage, ...]
    guess: int = 0
    people: tuple[str, ...] = ()


class PromptForeseen(Message):
    """The next prompt will begin so, up to somewhere in the last message: read it ahead. Nothing comes of it.

    Only a server of one's own is asked, and only while it has nothing else to do."""

    messages: tuple[ChatMessage, ...]


class NotesRequested(Message):
    """Answer this when nobody waits for a reply, for the sender alone: NotesTaken, or nothing at all.

    Only a server that the owner has configured is asked, and not the embedded model. about: comes back with it."""

    about: str
    messages: tuple[ChatMessage, ...]


class NotesDropped(Message):
    """The notes that the sender requested are not wanted any more: what they are about is to be forgotten."""


class NotesTaken(Message):
    """What a model wrote to NotesRequested, sentence by sentence."""

    about: str
    sentences: tuple[str, ...]


class SentenceReady(Message):
    """A sentence (the first may be a clause) of the reply, cleaned for voice and chatbox; counted from 0.

    A text of several lines is code or a table: to be read, not heard. guess: with turn 0, the one that it is of."""

    turn: int
    sentence: int
    text: str
    guess: int = 0


class CompletionEnded(Message):
    """The reply is complete. text: all of it. tokens: the server's count, or our own. finish: stop or length."""

    turn: int
    sentences: int
    text: str
    tokens: int
    finish: str


class CompletionFailed(Message):
    """No (further) reply; sentences announced before stay valid. retry_after: seconds, 0 if unknown.

    kind: unauthorized, out_of_credit, forbidden, moderated, not_found, bad_request, rate_limited, timeout, unreachable,
    server_error, broken_off (the stream ended early), empty_reply, bad_reply, too_large, tool_call (nothing else
    came), busy (too many requests wait here) or internal.
    owner: one clear line with the remedy, free of secrets and people's words."""

    turn: int
    kind: str
    owner: str
    retry_after: float = 0.0


class ModelRestarted(Message):
    """To the conversation: another incarnation begins, and knows nothing of the replies that the one before was at."""


class EmbeddedAnswers(Message):
    """To the conversation, at each change: the embedded model answers `instead` of the servers of `llm.models`.

    Not told of a model file that the owner chose, and never at a first start: then the configuration says it."""

    instead: bool


class DoesEmbeddedAnswer(Message):
    """From a conversation that begins again; answered by EmbeddedAnswers where that is so, else by nothing."""


class LookAsked(Message):
    """To `llm.eyes`: what does the newest picture show, as to this question? Answered by LookAnswered."""

    question: str


class LookAnswered(Message):
    """What a model saw, in a few sentences; text is "" where none looked, and why says why."""

    text: str
    why: str = ""


class WhereIsLocalModel(Message):
    """To `llm.local`; answered by LocalModelReady or LocalModelUnavailable."""


class LocalModelReady(Message):
    """The embedded model is served at `base_url` (OpenAI-compatible, on 127.0.0.1) under the name `model`."""

    base_url: str
    model: str
    load_seconds: float


class LocalModelUnavailable(Message):
    """The embedded model is not available: `why`, and what the owner can do."""

    why: str
    remedy: str = ""


class ModerationRequested(Message):
    """To `llm.moderator`: may `text` be said after `before`? Moderated is the answer, in time."""

    text: str
    before: str = ""


class Moderated(Message):
    """categories: for which it is not to be said; () where it may. failed: why it could not be judged, "" if it was."""

    categories: tuple[str, ...] = ()
    failed: str = ""
