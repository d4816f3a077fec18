"""A model server's failure as a stable word and a clear line for the owner. Pure.

The line names the server, the model and the remedy, never the API key or what people said."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from actors.llm.http.chunks import ServerError
from actors.llm.servers.providers import Endpoint

QUOTED = 200  # characters of the server's own words that an owner's line may quote
SHARED = 12  # a server's message that shares this many characters with the conversation is not quoted

_KEYLIKE = re.compile(r"\b(?:sk|pk|key)-[\w*.-]{6,}|\bBearer\s+\S+", re.I)
_KEY = "check OPENROUTER_API_KEY or llm.api_key"
_BY_CODE: dict[int, tuple[str, str, str]] = {
    400: ("bad_request", "it does not accept the request", "check llm.model and llm.max_tokens"),
    401: ("unauthorized", "it does not accept the API key", _KEY),
    402: ("out_of_credit", "the account has no credit left", "add credit, or choose a free llm.model"),
    403: ("forbidden", "the API key may not use this model", "check its rights, or choose another llm.model"),
    404: ("not_found", "no such model or address", "check llm.model and llm.base_url (it often ends in /v1)"),
    408: ("timeout", "the request took too long", "try again, or choose a faster llm.model"),
    413: ("bad_request", "the prompt is too long for it", "choose a model with a larger context"),
    422: ("bad_request", "it does not accept the request", "check llm.model and llm.max_tokens"),
    429: ("rate_limited", "too many requests", "wait, or use a model or an account with a higher limit"),
    504: ("timeout", "the model did not answer in time", "try again, or choose another llm.model"),
}
_MODERATED = (
    "moderated",
    "the content was refused by moderation",
    "nothing to do; another llm.model may be less strict",
)
_SERVER = ("server_error", "the server has trouble", "try again later, or choose another llm.model")
_REDIRECT = ("bad_request", "it redirects elsewhere", "put the final address into llm.base_url")
_MAY_PASS = frozenset({"timeout", "rate_limited", "server_error", "unreachable", "empty_reply"})


@dataclass(frozen=True, slots=True)
class ServerFailure:
    """kind, owner, retry_after: as in CompletionFailed. may_pass: another attempt may succeed."""

    kind: str
    owner: str
    retry_after: float = 0.0

    @property
    def may_pass(self) -> bool:
        """Whether another attempt may succeed."""
        return self.kind in _MAY_PASS


def of_server(
    endpoint: Endpoint, error: ServerError, retry_after: float, said: Iterable[str]
) -> ServerFailure:
    """An error reported by the server. said: the prompt's texts, which must not be quoted."""
    kind, what, remedy = _classify(error)
    quote = "" if kind == "moderated" else _quotable(error.message, endpoint, said)
    code = f"{error.code} " if error.code else ""
    return ServerFailure(kind, _line(endpoint, f"{code}{what}{quote}", remedy), retry_after)


def of_transport(endpoint: Endpoint, kind: str, what: str, remedy: str = "") -> ServerFailure:
    """Trouble on the way: `what` in our own words, or those of the operating system."""
    if not remedy and endpoint.is_local:
        remedy = "the local model's process is restarted by itself"
    return ServerFailure(
        kind, _line(endpoint, what, remedy or "check that the server runs, and llm.base_url")
    )


def _classify(error: ServerError) -> tuple[str, str, str]:
    if error.moderated:
        return _MODERATED
    if known := _BY_CODE.get(error.code):
        return known
    if 300 <= error.code < 400:
        return _REDIRECT
    if 400 <= error.code < 500:
        return _BY_CODE[400]
    return _SERVER


def _line(endpoint: Endpoint, what: str, remedy: str) -> str:
    return f"{endpoint.label}: {what}; {remedy}"


def _quotable(message: str, endpoint: Endpoint, said: Iterable[str]) -> str:
    text = " ".join(message.split())
    if not text or "\\u" in text or any(_shares(text, words) for words in said):
        return ""
    text = "".join(character for character in text if character.isprintable())
    if endpoint.api_key is not None:
        text = text.replace(endpoint.api_key.reveal(), "***")
    text = _KEYLIKE.sub("***", text)
    return f" ({text[:QUOTED]}{'...' if len(text) > QUOTED else ''})"


def _shares(text: str, words: str) -> bool:
    words = " ".join(words.split())
    if len(words) < SHARED:
        return len(words) > 3 and words in text
    pieces = {words[i : i + SHARED] for i in range(len(words) - SHARED + 1)}
    return any(text[i : i + SHARED] in pieces for i in range(len(text) - SHARED + 1))
