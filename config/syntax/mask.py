"""Masks secrets, and what looks like one, in what is shown to people; replaces control characters."""

import re
from collections.abc import Callable, Set

MASK = "********"

# A name that ends like a credential's; `max_tokens` and `routing_key` must not match.
_NAMED = re.compile(
    r"""(?i)[\w.-]*(?:(?<!routing_)key|token|secret|password|passwd|credentials?)["']?\s*[:=]\s*(?=\S)"""
)
# The same name without its value, which then stands in the lines below.
_NAMED_ABOVE = re.compile(
    r"""(?i)(\s*)[\w.-]*(?:(?<!routing_)key|token|secret|password|passwd|credentials?)["']?"""
    r"""\s*:\s*(?:[|>][-+0-9]*)?\s*(?:#.*)?\Z"""
)
# Also where the slashes before it were mistyped. Of limited lengths: a long line must not be searched for ever.
_URL_PASSWORD = re.compile(r"""(?<![^\s/@:\\"'])[^\s/@:\\"']{1,256}:[^\s/]{1,512}(?=@)""")
_TOKEN = re.compile(
    r"\b(?:sk|pk|ghp|gho|xox[bp]|authcookie)[-_][A-Za-z0-9_-]{8,}|\bey[A-Za-z0-9_-]{16,}\.[\w.-]+"
)
_WORD = re.compile(r"""\$\{[A-Z][A-Z0-9_]*\}|[^\s\[\]{},:"'#=|>&*]+""")
_PUBLIC = re.compile(r"\$\{[A-Z][A-Z0-9_]*\}|[-+.]?\d{1,7}(?:\.\d{1,4})?|\W|\W*\w{1,2}|---|<<")
_UNPRINTABLE = re.compile(
    "[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff\ufeff]"
)
# Only a bare reference may be seen: a default inside it could be the secret itself.
_REFERENCE = re.compile(r"""(["']?)\$\{\w+\}\1\s*(?:#|\Z)""")


def conceal(text: str, secrets: Set[str] = frozenset(), column: int = 0) -> tuple[str, int]:
    """The text with secrets masked, and the new place of `column` (from 1); inside a mask, the mask's start."""
    return _mask(text, _hidden(text, secrets), column)


def _mask(text: str, spans: list[tuple[int, int]], column: int) -> tuple[str, int]:
    """The text without these spans, given in order and apart."""
    for start, end in reversed(spans):
        if column > end:
            column += len(MASK) - (end - start)
        elif column > start:
            column = start + 1
        text = text[:start] + MASK + text[end:]
    return text, column


def conceal_credentials(text: str) -> str:
    """The text without passwords of URLs and what looks like a token; a name such as `api_key` hides nothing here."""
    for pattern in (_URL_PASSWORD, _TOKEN):
        text = pattern.sub(MASK, text)
    return text


def conceal_unparsed(text: str, known: Callable[[str], bool], column: int) -> tuple[str, int]:
    """The same for a line that could not be parsed: only known words, numbers, `${NAME}` and punctuation stay."""
    spans = [
        match.span() for match in _WORD.finditer(text) if not (_PUBLIC.fullmatch(match[0]) or known(match[0]))
    ]
    return _mask(text, spans, column)


def continues_secret(above: str, line: str) -> bool:
    """Whether a line belongs to the value of a credential that the line above it begins."""
    match = _NAMED_ABOVE.match(above)
    return match is not None and len(line) - len(line.lstrip()) > len(match[1])


def printable(text: str) -> str:
    """The text without anything that could move a terminal's cursor or turn its writing around."""
    return _UNPRINTABLE.sub("\N{REPLACEMENT CHARACTER}", text.replace("\n", " ").replace("\t", " "))


def _hidden(text: str, secrets: Set[str]) -> list[tuple[int, int]]:
    """The spans to mask, merged, in order."""
    spans = [match.span() for pattern in (_URL_PASSWORD, _TOKEN) for match in pattern.finditer(text)]
    for secret in secrets:
        start = text.find(secret)
        while start >= 0:
            spans.append((start, start + len(secret)))
            start = text.find(secret, start + 1)
    # To the end of the line: where a value ends cannot be told when the line does not parse.
    spans += [
        (match.end(), len(text.rstrip()))
        for match in _NAMED.finditer(text)
        if not _REFERENCE.match(text, match.end())
    ]
    merged: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        elif end > start:
            merged.append((start, end))
    return merged
