"""Messages from this package's own threads and timers to its actors."""

from actors.kernel.message import Message


class FirstTokenArrived(Message):
    """The first words of the reply to `request` came at `at` (epoch seconds), `seconds` after the request."""

    request: str
    at: float
    seconds: float


class SentenceArrived(Message):
    """A sentence of the reply to `request`, cleaned. `at` and `seconds` as for the first token."""

    request: str
    text: str
    at: float
    seconds: float


class ActArrived(Message):
    """The reply to `request` holds an act, for its sentence `sentence`. way: tool or mark."""

    request: str
    act: str
    sentence: int
    way: str


class ReplyStreamed(Message):
    """The reply to `request` is complete. finish: stop, length or tool_calls. tool: called, or "". acted: with acts."""

    request: str
    tokens: int
    finish: str
    tool: str = ""
    acted: bool = False


class ReplyBroken(Message):
    """The reply to `request` failed, after all retries. Fields as in CompletionFailed."""

    request: str
    kind: str
    owner: str
    retry_after: float = 0.0


class ProbeDue(Message):
    """Time to try `server` (its key), which failed, again."""

    server: str


class ServerProbed(Message):
    """What came of a small request to `server` (its key). kind: "" where it answered, else as in CompletionFailed."""

    server: str
    kind: str = ""
    owner: str = ""
    retry_after: float = 0.0


class LocalWaitOver(Message):
    """`request` has waited long enough for the embedded model."""

    request: str


class ScriptedSentenceDue(Message):
    """Time to say sentence `sentence` of the scripted reply to `request`."""

    request: str
    sentence: int


class PictureSent(Message):
    """A picture went with `request`: its size in bytes, and its digest (16 hexadecimal digits of blake2b)."""

    request: str
    size: int
    digest: str


class TextJudged(Message):
    """What came of checking the text of `request`. categories, unknown, known: as of a Verdict.

    kind: "" where it was judged, else as in CompletionFailed; owner, remedy: lines for the owner."""

    request: str
    categories: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()
    known: tuple[str, ...] = ()
    kind: str = ""
    owner: str = ""
    remedy: str = ""
    retry_after: float = 0.0
