"""Removes what a model writes but nobody should hear: thoughts, and tool calls written as text. Pure.

It works on the growing reply, since a thought may span sentences; a possible beginning of a mark is held back."""

import re
from collections.abc import Iterable

import msgspec

from actors.llm.text.marks import is_act

END = ""  # closes nothing: what is opened lasts to the end of the reply

# The marks of thoughts that models are known to use, in lower case: what opens one, and what closes it.
THOUGHTS: dict[str, tuple[str, ...]] = {
    "<think>": ("</think>",),
    "<thinking>": ("</thinking>",),
    "<thought>": ("</thought>",),
    "<thoughts>": ("</thoughts>",),
    "<reasoning>": ("</reasoning>",),
    "<reflection>": ("</reflection>",),
    "<seed:think>": ("</seed:think>",),
    "[think]": ("[/think]",),
    "◁think▷": ("◁/think▷",),
    "<|begin_of_thought|>": ("<|end_of_thought|>",),
    "<|channel|>analysis": ("<|start|>assistant<|channel|>final<|message|>", "<|channel|>final<|message|>"),
    "<|channel>thought": ("<channel|>",),
}

# The same for calls of tools.
CALLS: dict[str, tuple[str, ...]] = {
    "<tool_call>": ("</tool_call>",),
    "<tool_calls>": ("</tool_calls>",),
    "<function_call>": ("</function_call>",),
    "<function=": ("</function>",),
    "<invoke": ("</invoke>",),
    "<function_calls>": ("</function_calls>",),
    "<|tool_call>": ("<tool_call|>",),
    "<|tool_calls_section_begin|>": ("<|tool_calls_section_end|>",),
    "<｜tool▁calls▁begin｜>": ("<｜tool▁calls▁end｜>",),
    "<|tool_call_begin|>": ("<|tool_call_end|>",),
    "<|channel|>commentary": ("<|start|>assistant<|channel|>final<|message|>", "<|channel|>final<|message|>"),
    "[tool_calls]": (END,),
    "<|python_tag|>": (END,),
    "<|action_start|>": ("<|action_end|>",),
    "commentary to=": (END,),
    "assistant to=": (END,),
    "functools[": (END,),
}

MARKS = THOUGHTS | CALLS
# Marks that show, where nothing was opened, that the template had opened the thought: all before was one.
CLOSING = frozenset(
    close for closes in THOUGHTS.values() for close in closes if close.startswith(("</", "[/", "◁/"))
)
# Marks of the text itself.
DROPPED = frozenset({"<|start|>assistant<|channel|>final<|message|>", "<|channel|>final<|message|>"})
_ALL = (*MARKS, *CLOSING, *DROPPED)
_LONGEST = max(map(len, _ALL))
_BEGINNINGS = frozenset(mark[:size] for mark in _ALL for size in range(1, len(mark) + 1))


def _any_of(marks: Iterable[str]) -> re.Pattern[str]:
    return re.compile("|".join(re.escape(mark) for mark in sorted(marks, key=len, reverse=True)), re.I)


_OPENING = _any_of(_ALL)
_CLOSED_BY = {closes: _any_of(closes) for closes in MARKS.values() if END not in closes}

CALLS_KEPT = 8  # calls of one reply whose texts are kept
OBJECT = 4000  # characters of a JSON object that is looked at as a whole

_PLAIN = re.compile(
    r"gpt-[345]|claude|gemini|gemma|llama|mistral|mixtral|phi-?[234]|smol|command|dolphin|nemo\b", re.I
)
_THINKS = re.compile(r"\br1\b|deepseek-r|qwq|thinking|reason|nemotron|glm-z|magistral", re.I)


def opens_in_thought(model: str) -> bool | None:
    """Whether the chat template of a model of this name opens a thought that the model only closes; None: unknown."""
    if _THINKS.search(model):
        return True
    return False if _PLAIN.search(model) else None


class HiddenText:
    """Removes thoughts and calls from a growing text. tool: the tool that was called, or "". calls: their texts.

    begins: whether the reply begins inside a thought; None: unknown, so nothing is heard before a mark or the end."""

    def __init__(self, begins: bool | None = False) -> None:
        self.opened_by_template: bool | None = begins
        self.tool = ""
        self.calls: list[str] = []
        self._held = ""
        self._in_call = False
        self._closes: tuple[str, ...] = ()
        self._waits = begins is not False

    def feed(self, text: str) -> str:
        """What of the text may be heard so far."""
        self._held += text
        heard = ""
        while True:
            if self._closes:
                if not self._close():
                    return heard
                continue
            found = _OPENING.search(self._held)
            brace = self._held.find("{")
            if brace >= 0 and (found is None or brace < found.start()):
                taken = self._object(brace)
                if taken is None:
                    return heard + self._release(brace)
                heard += taken
                continue
            if found is None:
                return heard + self._release(len(self._held) - _possible(self._held))
            heard += self._open(found)

    def flush(self, *, cut: bool = False) -> str:
        """What was held back and turned out to be for ears. cut: the model was stopped, perhaps inside its thought."""
        heard = ""
        if self._waits:
            if cut and self.opened_by_template:
                return ""
            self.opened_by_template = self._waits = False
            heard = self.feed("")
        while not self._closes and (brace := self._held.find("{")) >= 0:
            if _is_call_begun(self._held[brace:]):
                self.tool = self.tool or "?"
                self._note(self._held[brace:])
                self._held = self._held[:brace]
                break
            # no object after all: the brace is text, and what follows is looked at again
            heard += self._held[: brace + 1]
            self._held = self._held[brace + 1 :]
            heard += self.feed("")
        rest, self._held = self._held, ""
        if self._closes and self._in_call:
            self._note(rest)
        return heard if self._closes else heard + rest

    def begin_plainly(self) -> None:
        """The server gives thoughts apart from the text: the text holds none that was not opened."""
        self._waits = False

    def _release(self, end: int) -> str:
        if self._waits:
            return ""
        rest, self._held = self._held[:end], self._held[end:]
        return rest

    def _open(self, found: re.Match[str]) -> str:
        before, mark = self._held[: found.start()], found[0].lower()
        self._held = self._held[found.end() :]
        waited, self._waits = self._waits, False
        if mark in CLOSING:
            self.opened_by_template = True
            return "" if waited else before
        if mark in DROPPED:
            return before
        self._closes = MARKS[mark]
        self._in_call = mark in CALLS
        if self._in_call:
            self.tool = self.tool or "?"
        return before

    def _close(self) -> bool:
        """Whether what is open was closed."""
        pattern = _CLOSED_BY.get(self._closes)
        found = pattern.search(self._held) if pattern is not None else None
        if found is None:
            # what cannot be the beginning of the mark any more is not kept, but for a call
            self._held = self._held[-(OBJECT if self._in_call else _LONGEST) :]
            return False
        if self._in_call:
            self._note(self._held[: found.start()])
        self._held, self._closes = self._held[found.end() :], ()
        return True

    def _object(self, start: int) -> str | None:
        """What may be heard up to the end of the JSON object at `start`; None when that is not known yet."""
        if self._waits:
            return None
        end = _balanced(self._held, start)
        if end is None and len(self._held) - start < OBJECT:
            return None
        if end is None:
            end = start + 1
        whole, before = self._held[start:end], self._held[:start]
        self._held = self._held[end:]
        name = _called(whole)
        if not name and _OPENING.search(whole):
            # no object after all: the brace is text, and the mark behind it is looked at
            self._held = whole[1:] + self._held
            return before + whole[0]
        if not name:
            return before + whole
        self.tool = self.tool or name
        self._note(whole)
        return before

    def _note(self, call: str) -> None:
        if len(self.calls) < CALLS_KEPT:
            self.calls.append(call)


def _possible(text: str) -> int:
    """How many characters at the end could be the beginning of a mark."""
    end = text[-_LONGEST:]
    for start in range(len(end)):
        # a mark that begins with a letter is a word of its own: else every text would be held back
        if end[start].isalpha() and start and end[start - 1].isalnum():
            continue
        if end[start:].lower() in _BEGINNINGS:
            return len(end) - start
    return 0


def _balanced(text: str, start: int) -> int | None:
    """Where the JSON object that begins at `start` ends; None while it is open."""
    depth, quoted, escaped = 0, False, False
    for place in range(start, min(len(text), start + OBJECT)):
        character = text[place]
        if escaped:
            escaped = False
        elif quoted:
            escaped, quoted = character == "\\", character != '"'
        elif character == '"':
            quoted = True
        elif character in "{}":
            depth += 1 if character == "{" else -1
            if depth == 0:
                return place + 1
    return None


def _called(text: str) -> str:
    """The tool that this JSON object calls; "" if it is not a call."""
    try:
        found = msgspec.json.decode(text)
    except (msgspec.DecodeError, RecursionError):
        return ""
    if not isinstance(found, dict):
        return ""
    inner = found.get("function")
    call = inner if isinstance(inner, dict) else found
    if is_act(found):
        return "act"
    name = call.get("name") or call.get("tool") or (inner if isinstance(inner, str) else "")
    is_call = (
        any(key in call for key in ("arguments", "parameters", "args", "input")) or "tool_calls" in found
    )
    return str(name or "?") if is_call else ""


def _is_call_begun(text: str) -> bool:
    """Whether a JSON object that was never closed is a call of a tool."""
    return re.match(r'\{\s*"(?:name|tool|function|tool_calls|arguments)"\s*:', text) is not None
