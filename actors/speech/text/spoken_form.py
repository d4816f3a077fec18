"""The speech form of a sentence: what the voice says of what the chatbox shows. Pure.

Emoji and emoticons are not said, an address is a link, and numbers, units and signs are words."""

import re
from collections.abc import Mapping

import regex

from actors.speech.text.said_numbers import numbers_said
from actors.speech.text.said_words import SaidWords, words_of

_EMOJI = regex.compile(
    r"(?:[\p{Extended_Pictographic}\p{Emoji_Modifier}\p{Regional_Indicator}\ufe0e\ufe0f\u200d\u20e3"
    r"\U000e0020-\U000e007f]|(?<=\s|^)[\u2190-\u21ff\u2500-\u27bf\u3010\u3011♪♫]+(?=\s|$))+"
)
_EMOTICON = re.compile(
    r"(?<![\w:/])(?:[:;=8xX][-'^]?[)(\]\[DPpOo3/\\|*<>c]+|[)(]+[-']?[:;=]|<[/\\]?3+|\^_*\^|>[_.]*<|-_+-|T_+T|;_+;"
    r"|[uUoOnNqQ][wW][uUoOnNqQ]|[xX]D+|:3)(?![\w/])"
)
_KAOMOJI = re.compile(r"[(（][^\w()（）]{0,4}[^\s\w()（）][^()（）]{0,6}[^\w()（）]{1,4}[)）]")
_URL = re.compile(r"\b(?:https?://|www\.)([^\s/<>\"']+)[^\s<>\"']*", re.I)
_MAIL = re.compile(r"\b([\w.+-]+)@([\w-]+(?:\.[\w-]+)+)\b")
_TRAILING = re.compile(r"[.,;:!?)\]]+$")
_SIGNS = re.compile(r"(?<=[\w)])\s?([=×&+])\s?(?=[\w(])")
_LONE = re.compile(r"(?<=\s)[-–—_/|\\~^<>=#*]+(?=\s)|[_|\\~^<>#*]+")
_HASH = re.compile(r"#(?=\w)")
_WORD = re.compile(r"\w")


def spoken(text: str, language: str = "en", pronunciations: Mapping[str, str] | None = None) -> str:
    """What is said of `text`, in words of `language`; "" for nothing. pronunciations: spoken forms of whole words."""
    words = words_of(language)
    said = _URL.sub(lambda found: _link(found, words), text)
    said = _MAIL.sub(lambda found: f"{found[1]}{words.at}{found[2].replace('.', words.dot)}", said)
    said = _pronounced(said, pronunciations or {})
    said = _EMOTICON.sub(" ", _EMOJI.sub(" ", _KAOMOJI.sub(" ", said)))
    said = numbers_said(_HASH.sub("", said), language)
    said = _SIGNS.sub(lambda found: f" {_sign(found[1], words)} ", said)
    said = re.sub(r"\s+([.,!?;:])", r"\1", " ".join(_LONE.sub(" ", said).split()))
    return said if _WORD.search(said) else ""


def _link(found: re.Match[str], words: SaidWords) -> str:
    host = found[1].partition("@")[2] or found[1]
    host = _TRAILING.sub("", host.split(":")[0]).removeprefix("www.")
    trailing = _TRAILING.search(found[0])
    said = words.link.format(host=host.replace(".", words.dot))
    return said + (trailing[0] if trailing else "")


def _sign(sign: str, words: SaidWords) -> str:
    return {"=": words.equals, "×": words.times, "&": words.and_, "+": words.plus}[sign]


def _pronounced(text: str, pronunciations: Mapping[str, str]) -> str:
    """`text` with the owner's spoken forms, the longest first, whatever the case."""
    if not pronunciations:
        return text
    forms = {written.casefold(): form for written, form in pronunciations.items()}
    written = "|".join(re.escape(word) for word in sorted(pronunciations, key=len, reverse=True))
    whole = re.compile(rf"(?<!\w)(?:{written})(?!\w)", re.I)
    return whole.sub(lambda found: forms.get(found[0].casefold(), found[0]), text)
