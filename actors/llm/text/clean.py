"""Makes a sentence of a model fit for speech and the chatbox; hidden.py has removed thoughts and calls. Pure."""

import re
import unicodedata
from collections.abc import Sequence

_SPECIAL = re.compile(r"<\|[^|<>]{1,40}\|>|</?s>|\[/?INST\]|</?(?:think|thinking|reasoning)>", re.I)
# `<b>`, `</i>`, `<br/>`, `<speed ratio="1.05"/>`: the markup of pages and of voices
_TAG = re.compile(
    r"""</?[a-z][\w:-]{0,30}(?:\s+[\w:-]{1,40}\s*=\s*(?:"[^"<>]{0,200}"|'[^'<>]{0,200}'|[^\s"'<>]{1,200}))*\s*/?>""",
    re.I,
)
_FENCE = re.compile(r"```\w*")
_LINK = re.compile(r"!?\[([^\]\n]{0,200})\]\([^)\s]{0,500}\)")
_LINE_MARK = re.compile(r"(?m)^[ \t]*(?:#{1,6}[ \t]+|>[ \t]*|[-*+•][ \t]+)")
_STRONG = re.compile(r"(\*\*\*|\*\*|__|~~)(?=\S)(.{1,400}?)(?<=\S)\1", re.S)
_ITALIC = re.compile(r"(?<!\w)_(?=\S)([^_\n]{1,200})(?<=\S)_(?!\w)")
_STARRED = re.compile(r"\*([^*\n]{1,300})\*")
_BRACKETED = re.compile(r"\[[^\[\]\n]{1,200}\]")
_PARENTHESES = re.compile(r"\(([^()\n]{1,200})\)")
_VERB = re.compile(
    r"(?:\w+ly )?(?:smil|wav|laugh|giggl|chuckl|grin|nod|sigh|wink|blush|shrug|paus|gasp|bow|look|tilt|lean"
    r"|whisper|danc|clap|cough|yawn|point|stretch|jump|spin|think|stop|turn)(?:s|es|ing)\b",
    re.I,
)
_OTHERS = ("user", "human", "person", "player")
_SPACE_BEFORE = re.compile(r"\s+([,.!?;:])(?=\s|$)")
_ROLES = ("assistant", "ai", "bot", "system")


def clean(text: str, names: Sequence[str] = ()) -> str:
    """One sentence without role prefixes (`names` too), markdown, stage directions and control characters.

    Empty when nothing remains to be said or shown. Idempotent."""
    before = None
    while text != before:
        before = text
        text = _once(text, names)
    return text if any(_is_sayable(character) for character in text) else ""


def clean_block(text: str) -> str:
    """Code or a table as it can be shown: its lines without control characters and blank ends, and no blank line."""
    lines = "".join(_character(c) for c in text.replace("\t", "  ")).splitlines()
    return "\n".join(line.rstrip() for line in lines if line.strip())


def speaks_for_others(text: str, people: Sequence[str] = ()) -> bool:
    """Whether the model has begun to write another person's lines (`people` too): the reply is over before `text`."""
    return _prefix((*_OTHERS, *people)).match(text.lstrip("*_ ")) is not None


def _once(text: str, names: Sequence[str]) -> str:
    text = "".join(_character(c) for c in text)
    text = _FENCE.sub("", _TAG.sub("", _SPECIAL.sub("", text))).replace("`", "")
    text = _LINE_MARK.sub("", _LINK.sub(r"\1", text))
    text = _ITALIC.sub(r"\1", _STRONG.sub(r"\2", text))
    text = _BRACKETED.sub("", _STARRED.sub(_starred, text))
    text = _PARENTHESES.sub(lambda match: "" if _VERB.match(match[1]) else match[0], text)
    text = text.replace("*", "")
    text = _prefix((*names, *_ROLES)).sub("", text)
    return _SPACE_BEFORE.sub(r"\1", " ".join(text.split()))


def _prefix(names: Sequence[str]) -> re.Pattern[str]:
    words = "|".join(re.escape(name) for name in names if name)
    return re.compile(rf"^\s*(?:{words})[*_]*\s*[:：]\s*", re.I)


def _starred(match: re.Match[str]) -> str:
    """A starred passage is a stage direction unless it is one stressed word inside a sentence."""
    inner = match[1].strip()
    is_word = " " not in inner and not inner.endswith(("s", "ing")) and not _VERB.match(inner)
    is_inside = bool(match.string[: match.start()].strip()) or inner[:1].isupper()
    return match[1] if is_word and is_inside else ""


def _character(character: str) -> str:
    category = unicodedata.category(character)
    if character == "\n" or category not in ("Cc", "Zl", "Zp", "Cf", "Co", "Cs", "Cn"):
        return character
    if character == "\u200d" or category == "Cn":
        return character  # joined emoji; and emoji newer than this Python's tables
    return " " if category in ("Cc", "Zl", "Zp") else ""


def _is_sayable(character: str) -> bool:
    return character.isalnum() or unicodedata.category(character) in ("So", "Sc", "Cn")
