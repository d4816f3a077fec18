"""What a server wants otherwise than OpenAI's interface says: learned from its refusals, used from then on. Pure.

"Compatible" servers refuse parameters that others require, and templates refuse roles."""

import re
from collections.abc import Sequence
from typing import Any

import msgspec

from actors.llm.http.chunks import ServerError
from actors.llm.messages import ChatMessage

# Statuses with which servers refuse a parameter or a role; the text says so.
REFUSED = frozenset({400, 404, 405, 415, 422, 500, 501})

RENAMED = {"max_tokens": "max_completion_tokens"}  # what newer servers call a parameter

REQUIRED = frozenset({"model", "messages", "stream"})

_NAMED = re.compile(r"[\w.-]+")
_UNWANTED = re.compile(
    r"unsupported|not support|unrecogni[sz]ed|unknown|unexpected|not permitted|not allowed|deprecated"
    r"|extra (?:input|field)s?|invalid (?:parameter|argument|value)|only the default",
    re.I,
)
_NO_SYSTEM = re.compile(
    r"system(?: role| message| prompt)?s?\b.{0,40}(?:not support|unsupported|not allowed)", re.I
)


# A server that has no tools says so in many ways; llama.cpp and vLLM name the switch that is missing.
_NO_TOOLS = re.compile(r"\btools?\b|tool[ _-](?:use|choice|call)", re.I)


class Learned(msgspec.Struct, frozen=True):
    """left_out: refused parameters. renamed: parameters sent by their newer name. no_system: no system role.

    longest: characters that a prompt may have, 0 while no limit was met."""

    left_out: frozenset[str] = frozenset()
    renamed: frozenset[str] = frozenset()
    no_system: bool = False
    longest: int = 0

    def options(self, options: dict[str, Any]) -> dict[str, Any]:
        """The parameters as this server takes them."""
        return {
            RENAMED[name] if name in self.renamed else name: value
            for name, value in options.items()
            if name not in self.left_out
        }


def learn(known: Learned, options: dict[str, Any], error: ServerError) -> Learned | None:
    """What the refusal teaches beside what is known; None when it teaches nothing new."""
    if error.code not in REFUSED:
        return None
    if not known.no_system and _NO_SYSTEM.search(error.message):
        return msgspec.structs.replace(known, no_system=True)
    if "tools" in options and "tools" not in known.left_out and _NO_TOOLS.search(error.message):
        return msgspec.structs.replace(known, left_out=known.left_out | {"tools"})
    if not (error.parameter or _UNWANTED.search(error.message)):
        return None
    mentioned = {error.parameter, *_NAMED.findall(error.message)}
    for name in options:
        sent = RENAMED[name] if name in known.renamed else name
        if name in known.left_out or name in REQUIRED or not mentioned & {sent, name}:
            continue
        if name in RENAMED and name not in known.renamed:
            return msgspec.structs.replace(known, renamed=known.renamed | {name})
        return msgspec.structs.replace(known, left_out=known.left_out | {name})
    return None


def in_turns(prompt: Sequence[ChatMessage], *, no_system: bool = False) -> tuple[ChatMessage, ...]:
    """The prompt as strict templates want it: one instruction message, then user and assistant in turns, user first.

    Neighbours of one role are joined. no_system: the instructions stand in the first user message."""
    instructions = [message.content for message in prompt if message.role == "system"]
    turns: list[ChatMessage] = []
    for message in prompt:
        if message.role == "system":
            continue
        if turns and turns[-1].role == message.role:
            turns[-1] = ChatMessage(message.role, f"{turns[-1].content}\n\n{message.content}")
        else:
            turns.append(message)
    if turns and turns[0].role == "assistant":
        turns.insert(0, ChatMessage("user", "..."))
    system = "\n\n".join(instructions)
    if not system:
        return tuple(turns)
    if no_system and turns:
        return (ChatMessage("user", f"{system}\n\n{turns[0].content}"), *turns[1:])
    return (ChatMessage("system", system), *turns)
