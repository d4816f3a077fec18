"""How the body's acts are offered to a model: as an OpenAI tool, or as marks where a server has no tools. Pure."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from actors.llm.messages import ChatMessage
from actors.llm.servers.providers import Endpoint
from config.schema import Behaviour

TOOL = "act"
_PARAMETER = "tools"


def able(behaviour: Behaviour, own: Sequence[str]) -> Behaviour:
    """`behaviour` with the acts that the avatar in use has of its `own`."""
    if not own:
        return behaviour
    acts = {**{key: {} for key in own}, **behaviour.expressions}
    return behaviour.model_copy(update={"expressions": acts})


def equipped(endpoint: Endpoint, behaviour: Behaviour) -> Endpoint:
    """`endpoint` with what the body may do as a tool. The embedded model has none: rules act for it."""
    acts = (*behaviour.allowed, *(name for name in behaviour.expressions if name not in behaviour.allowed))
    if endpoint.is_local or not (behaviour.enabled and behaviour.tools and acts):
        return endpoint
    return _with(endpoint, {**endpoint.options, _PARAMETER: [_tool(acts)]})


def without_tools(endpoint: Endpoint) -> Endpoint:
    """`endpoint` without any."""
    return _with(endpoint, {name: value for name, value in endpoint.options.items() if name != _PARAMETER})


def offered(endpoint: Endpoint) -> tuple[str, ...]:
    """The acts that are offered at `endpoint`."""
    tools = endpoint.options.get(_PARAMETER) or ()
    return tuple(tools[0]["function"]["parameters"]["properties"]["name"]["enum"]) if tools else ()


def in_marks(prompt: Sequence[ChatMessage], acts: Sequence[str]) -> tuple[ChatMessage, ...]:
    """The prompt for a server that takes no tools: its instruction says how to write an act."""
    marks = ", ".join(f"[{act}]" for act in acts)
    line = f" You may move your body by writing one of these, alone: {marks}."
    first, *others = prompt
    if first.role != "system":
        return tuple(prompt)
    return (msgspec.structs.replace(first, content=first.content + line), *others)


def after_acting(prompt: Sequence[ChatMessage], acts: Sequence[str]) -> tuple[ChatMessage, ...]:
    """The prompt for the words to acts that the model did without any."""
    *others, last = prompt
    note = f"[You do this now: {', '.join(acts)}. Answer in words.]\n"
    return (*others, msgspec.structs.replace(last, content=note + last.content))


def _tool(acts: Sequence[str]) -> Mapping[str, Any]:
    name = {"type": "string", "enum": list(acts), "description": "What your body does."}
    return {
        "type": "function",
        "function": {
            "name": TOOL,
            "description": "Move your body while you speak, when it fits. Say your answer in words as well.",
            "parameters": {"type": "object", "properties": {"name": name}, "required": ["name"]},
        },
    }


def _with(endpoint: Endpoint, options: Mapping[str, Any]) -> Endpoint:
    return Endpoint(
        endpoint.base_url, endpoint.model, endpoint.api_key, options, endpoint.headers, endpoint.is_local
    )
