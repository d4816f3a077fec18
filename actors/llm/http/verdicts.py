"""Reads what a moderation endpoint answers, in OpenAI's form, and says what went wrong instead. Pure.

No line for the owner quotes the server: its words may hold the ones that it was to judge."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

NAMED = 8  # categories that a line for the owner names
_MODEL, _KEY = "check safety.moderation.model", "check safety.moderation.api_key"
_ADDRESS = "check safety.moderation.base_url (it often ends in /v1); not every server has /moderations"
_LATER = "it is tried again with what is said next"
_BY_STATUS: Mapping[int, tuple[str, str, str]] = {
    400: ("bad_request", "it does not accept the request", _MODEL),
    401: ("unauthorized", "it does not accept the API key", _KEY),
    402: ("out_of_credit", "the account has no credit left", "add credit, or choose another server"),
    403: ("forbidden", "the API key may not use it", f"{_KEY} and its rights"),
    404: ("not_found", "no such address or model", f"{_MODEL} and base_url (it often ends in /v1)"),
    405: ("not_found", "it has no /moderations", _ADDRESS),
    408: ("timeout", "judging took too long", _LATER),
    413: ("bad_request", "the text is too long for it", _MODEL),
    422: ("bad_request", "it does not accept the request", _MODEL),
    429: ("rate_limited", "too many requests", "use an account with a higher limit, or a server of your own"),
}


class Verdict(msgspec.Struct, frozen=True):
    """categories: for which the text is not to be said; () says that it may be. unknown: of `safety.moderation.block`,
    what the server has no category for; known: some of what it has."""

    categories: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()
    known: tuple[str, ...] = ()


class NoVerdict(Exception):
    """The text could not be judged. kind: as in CompletionFailed. owner: what happened; remedy: what to do."""

    def __init__(self, kind: str, what: str, remedy: str, retry_after: float = 0.0) -> None:
        super().__init__(kind)
        self.kind, self.what, self.remedy, self.retry_after = kind, what, remedy, retry_after


def of_status(status: int, retry_after: float) -> NoVerdict:
    """The failure that a status other than 200 stands for."""
    if 300 <= status < 400:
        return NoVerdict("bad_request", f"{status} it redirects elsewhere", _ADDRESS)
    default = ("server_error", "the server has trouble", _LATER) if status >= 500 else _BY_STATUS[400]
    kind, what, remedy = _BY_STATUS.get(status, default)
    return NoVerdict(kind, f"{status} {what}", remedy, retry_after)


def read_verdict(body: bytes, block: Sequence[str]) -> Verdict:
    """The verdict in the body of an answer. block: the categories that count; () for whatever is flagged.

    Raises NoVerdict."""
    try:
        answer = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise NoVerdict("bad_reply", "its answer is no JSON", _ADDRESS) from None
    results = answer.get("results") if isinstance(answer, dict) else None
    if not isinstance(results, list) or not results:
        raise NoVerdict("bad_reply", "its answer has no results", _ADDRESS)
    flagged, categories = False, dict[str, bool]()
    for result in results:
        one, named = _result(result)
        flagged = flagged or one
        categories |= {name: on or categories.get(name, False) for name, on in named.items()}
    return _blocked(categories, block) if block else _flagged(categories, flagged)


def _result(result: Any) -> tuple[bool, dict[str, bool]]:
    """Whether it is flagged, and by category."""
    found = result if isinstance(result, dict) else {}
    flagged, named = found.get("flagged"), found.get("categories")
    categories = {name: on is True for name, on in named.items()} if isinstance(named, dict) else {}
    if not isinstance(flagged, bool) and not categories:
        raise NoVerdict("bad_reply", "its answer does not say whether the text is flagged", _ADDRESS)
    # Some servers, such as Mistral's, have categories only.
    return flagged if isinstance(flagged, bool) else any(categories.values()), categories


def _flagged(categories: Mapping[str, bool], flagged: bool) -> Verdict:
    named = tuple(name for name, on in categories.items() if on)
    return Verdict((named or ("flagged",)) if flagged else ())


def _blocked(categories: Mapping[str, bool], block: Sequence[str]) -> Verdict:
    if not categories:
        remedy = "leave safety.moderation.block empty, so that whatever it flags is not said"
        raise NoVerdict("bad_reply", "its answer has no categories", remedy)
    found = tuple(name for name, on in categories.items() if on and any(_covers(one, name) for one in block))
    unknown = tuple(one for one in block if not any(_covers(one, name) for name in categories))
    return Verdict(found, unknown, tuple(categories)[:NAMED] if unknown else ())


def _covers(blocked: str, name: str) -> bool:
    """Whether a category of the configuration stands for `name`: itself, or a part of it."""
    blocked, name = blocked.casefold(), name.casefold()
    return name == blocked or name.startswith(f"{blocked}/")
