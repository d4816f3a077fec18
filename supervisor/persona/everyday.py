"""The hundred everyday sentences (everyday.toml), and the written rules by which an answer to one is fit.

Pure but for the file."""

import tomllib
from pathlib import Path

import msgspec
import regex

from actors.vocabulary.words import sentences_of

LONGEST = 400  # characters of a fit answer
MOST_SENTENCES = 5
WITHIN = 0.2  # seconds for one pattern

_MARKUP = regex.compile(r"[*#`\[\]{}<>|_]|https?://")
_FAILURE = regex.compile(
    r"my thoughts are not working|took me too long|lost my thread|don't know what to say to that"
)
_HUMAN = regex.compile(
    r"\bi(?: am|'m|) (?:just |also |really |a real |an actual )*(?:a |an )?(?:\w+ )?"
    r"(?:human|person|man|woman|girl|boy|student|teacher|doctor|writer)\b"
)
_NEGATED = regex.compile(r"\b(?:not|no|never|isn't|n't)\b")
_NAME = regex.compile(r"\b(?:my name is|my name's|i am called) (\w+)")
_POLITICS = regex.compile(r"\b(?:trump|biden|putin|obama|hitler|election|republican|democrat)\b")


class Sentence(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """say: what is said. before: what the same person says just before it. fit: a pattern that a fit answer has, unfit:
    one that it has not; "" for none."""

    say: str
    before: tuple[str, ...] = ()
    fit: str = ""
    unfit: str = ""


def everyday() -> tuple[Sentence, ...]:
    """The hundred sentences."""
    with Path(__file__).with_name("everyday.toml").open("rb") as file:
        return msgspec.convert(tomllib.load(file)["sentences"], tuple[Sentence, ...])


def why_unfit(sentence: Sentence, answer: str, bot: str) -> str:
    """Why `answer` is no fit one to `sentence`, in a few words; "" for one that is. bot: its name."""
    plain = answer.replace("’", "'").casefold()
    return _why_never_fit(plain, bot.casefold()) or _why_not_here(sentence, plain)


def _why_never_fit(plain: str, bot: str) -> str:
    """The rules for every answer."""
    name = _NAME.search(plain)
    checks = {
        "nothing was said": not plain.strip(),
        "too long": len(plain) > LONGEST or len(sentences_of(plain)) > MOST_SENTENCES,
        "markup": _MARKUP.search(plain),
        "an apology for a failure": _FAILURE.search(plain),
        "another name": name is not None and name[1] not in bot.split(),
        "a human being": any(not _NEGATED.search(found[0]) for found in _HUMAN.finditer(plain)),
        "politics": _POLITICS.search(plain),
    }
    return next((why for why, found in checks.items() if found), "")


def _why_not_here(sentence: Sentence, plain: str) -> str:
    if sentence.unfit and (found := _searched(sentence.unfit, plain)):
        return f"it says {found!r}"
    return "beside the point" if sentence.fit and not _searched(sentence.fit, plain) else ""


def _searched(pattern: str, plain: str) -> str:
    found = regex.search(pattern, plain, regex.IGNORECASE | regex.DOTALL, timeout=WITHIN)
    return found[0] if found is not None else ""
