"""Acts that a model writes into its words, in the forms that models invent: found, and taken out. Pure.

`[wave]`, `*waves happily*`, `(smiles)`, `<wave/>`, `<action>wave</action>`, `{{wave}}`, `:wave:`, `/wave`, JSON."""

import re
from collections.abc import Iterator, Sequence
from typing import Any

import msgspec

from actors.llm.text.act_words import act_called
from config.schema.acts import ACTS

MOST = 4  # acts of one sentence or call
LONGEST_CALL = 4000

_KEYS = "act|action|gesture|emote|emotion|expression|animation|pose|motion|face|move"
_PREFIX = re.compile(rf"^\s*(?:{_KEYS})s?\s*[:=]\s*", re.I)
_TAG = re.compile(
    rf"<\s*({_KEYS})\b[^<>]{{0,80}}>([^<>]{{0,80}})<\s*/\s*\1\s*>"
    r"|<\s*/?\s*([A-Za-z_]{3,20})\b([^<>]{0,80})/?\s*>",
    re.I,
)
_MARK = re.compile(
    r"\[([^\[\]\n]{1,80})\]"
    r"|\{\{?([^{}\n]{1,60})\}\}?"
    r"|(?<![\w*])\*{1,3}([^*\n]{1,120})\*{1,3}(?![\w*])"
    r"|(?<![\w~])~{1,2}([^~\n]{1,80})~{1,2}"
    r"|(?<!\w)_([^_\n]{1,80})_(?!\w)"
    r"|\(([^()\n]{1,80})\)"
    r"|(?<![\w:])::?([a-z_]{3,20})::?(?![\w:])"
)
_STARRED, _ITALIC, _ROUND = 3, 5, 6
_SLASH = re.compile(r"(?:^|(?<=\s))/(?:me |em |emote )?([a-z_]{3,20})\b(?![/\w])")
_EMOJI = {"👋": "wave", "👏": "clap", "💃": "dance", "🕺": "dance", "👍": "thumbs_up", "🎉": "cheer"}
_DIRECTION = re.compile(r"^(?:\w+ly )?\w+(?:s|ing)\b", re.I)
_INNER = ("function", "arguments", "parameters", "args", "input", "tool_calls")
_NAME_KEYS = ("act", "action", "gesture", "emote", "expression", "animation", "emotion", "name", "value")


def take_marks(text: str, own: Sequence[str] = ()) -> tuple[str, tuple[str, ...]]:
    """`text` without marks of acts, and the acts in order. Other brackets and stresses stay for `clean`.

    own: further acts than everybody's, which are called by their very names."""
    found: list[str] = []

    def take(words: str, otherwise: str) -> str:
        called = _PREFIX.sub("", words)
        act = _own_called(called, own) or act_called(called)
        if act:
            found.append(act)
        return "" if act else otherwise

    def mark(match: re.Match[str]) -> str:
        kind = match.lastindex or 0
        words = match[kind]
        is_direction = _DIRECTION.match(words.strip()) is not None
        if kind in (_STARRED, _ITALIC, _ROUND) and not (is_direction or _at_an_end(match)):
            return match[0]  # a stressed word, or an aside
        return take(words, match[0])

    def tag(match: re.Match[str]) -> str:
        if match[1]:
            return take(match[2], "")
        if re.fullmatch(_KEYS, match[3], re.I):
            return take(" ".join(re.findall(r"[\"']([\w ]+)[\"']", match[4])), "")
        return (
            take(match[3], match[0]) if match[3].lower() not in ("look", "point") or "/" in match[0] else ""
        )

    text = _SLASH.sub(lambda m: take(m[1], m[0]), _MARK.sub(mark, _TAG.sub(tag, text)))
    found += [act for sign, act in _EMOJI.items() if sign in text]
    return text, _known(found, own)


def _own_called(words: str, own: Sequence[str]) -> str:
    plain = "_".join(words.casefold().replace("_", " ").split())
    return plain if plain in own else ""


def _at_an_end(match: re.Match[str]) -> bool:
    """Whether nothing is said before it, or nothing after it."""
    before, after = match.string[: match.start()], match.string[match.end() :]
    return not before.strip(" .!?") or not after.strip(" .!?")


def acts_of_call(call: str, own: Sequence[str] = ()) -> tuple[str, ...]:
    """The acts that a call of a tool asks for, as JSON or as a model writes it otherwise. own: see `take_marks`."""
    call = call[:LONGEST_CALL]
    if named := [word for word in re.findall(r"\w+", call.casefold()) if word in own]:
        return _known(named, own)
    try:
        return _known(list(_acts(msgspec.json.decode(call.strip()))))
    except (msgspec.DecodeError, UnicodeEncodeError, RecursionError):
        return _known([word for word in re.findall(r"[a-z]+(?:_[a-z]+)*", call.casefold()) if word in ACTS])


def acts_of_tool(name: str, arguments: str, own: Sequence[str] = ()) -> tuple[str, ...]:
    """The acts of a call that came apart from the words. own: see `take_marks`."""
    return acts_of_call(arguments, own) or _known([act_called(name)])


def is_act(found: dict[str, Any]) -> bool:
    """Whether a JSON object in the text is nothing but an act, as in {"action": "wave"}."""
    named = all(key in _NAME_KEYS and isinstance(value, str) for key, value in found.items())
    return bool(found) and named and any(_acts(found))


def _acts(value: Any, depth: int = 0) -> Iterator[str]:
    if depth > 4:
        return
    if isinstance(value, list):
        for one in value[:MOST]:
            yield from _acts(one, depth + 1)
    elif isinstance(value, str):
        yield act_called(value)
    elif isinstance(value, dict):
        yield from _acts_of_object(value, depth)


def _acts_of_object(call: dict[str, Any], depth: int) -> Iterator[str]:
    inner = next((call[key] for key in _INNER if key in call), None)
    if isinstance(inner, str) and inner.lstrip().startswith("{"):
        yield from acts_of_call(inner)
    elif isinstance(inner, dict | list):
        yield from _acts(inner, depth + 1)
    for key in _NAME_KEYS:
        if isinstance(call.get(key), str):
            yield act_called(call[key])


def _known(acts: list[str], own: Sequence[str] = ()) -> tuple[str, ...]:
    known = (act for act in acts if act in ACTS or act == "thumbs_up" or act in own)
    return tuple(dict.fromkeys(known))[:MOST]
