"""Which writing a voice of a language can read: text of another script is shown, and not spoken. Pure."""

from functools import cache

import regex

_SCRIPTS = {
    "Cyrillic": "ru uk bg sr be mk kk ky mn tg tt",
    "Greek": "el",
    "Han": "zh cmn yue ja",
    "Hiragana": "ja",
    "Katakana": "ja",
    "Hangul": "ko",
    "Arabic": "ar fa ur ug sd",
    "Hebrew": "he",
    "Devanagari": "hi mr ne",
    "Thai": "th",
    "Georgian": "ka",
    "Armenian": "hy",
    "Bengali": "bn as",
    "Tamil": "ta",
    "Telugu": "te",
    "Kannada": "kn",
    "Malayalam": "ml",
    "Gujarati": "gu",
    "Gurmukhi": "pa",
    "Sinhala": "si",
    "Myanmar": "my",
    "Ethiopic": "am",
    "Lao": "lo",
    "Khmer": "km",
}
_LETTER = regex.compile(r"\p{L}")
MOSTLY = 0.5  # of the letters, from which on a text can be read


def readable(text: str, language: str, unread: tuple[str, ...] = ()) -> str:
    """The part of `text` that a voice of `language` can read; "" when most of it is of other scripts.

    unread: scripts that this voice does not read although they belong to its language: a word of them spoils it all."""
    if any(regex.search(rf"\p{{{script}}}", text) for script in unread):
        return ""
    own = _own(language)
    letters = len(_LETTER.findall(text))
    foreign = letters - len(own.findall(text))
    if not foreign:
        return text
    if foreign > MOSTLY * letters:
        return ""
    return " ".join(_foreign_run(language).sub(" ", text).split())


def _named(language: str) -> tuple[str, ...]:
    return ("Latin", *(script for script, languages in _SCRIPTS.items() if language in languages.split()))


@cache
def _own(language: str) -> "regex.Pattern[str]":
    scripts = "".join(rf"\p{{{script}}}" for script in (*_named(language), "Common", "Inherited"))
    return regex.compile(rf"[\p{{L}}&&[{scripts}]]", regex.V1)


@cache
def _foreign_run(language: str) -> "regex.Pattern[str]":
    scripts = "".join(rf"\p{{{script}}}" for script in (*_named(language), "Common", "Inherited"))
    return regex.compile(rf"[\p{{L}}\p{{M}}--[{scripts}]]+(?:\s+[\p{{L}}\p{{M}}--[{scripts}]]+)*", regex.V1)
