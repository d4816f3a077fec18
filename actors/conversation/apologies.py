"""What the bot says when its thoughts fail: honest, short, and nothing that is the owner's business."""

from collections.abc import Mapping
from types import MappingProxyType

_APOLOGIES: Mapping[str, str] = MappingProxyType(
    {
        "rate_limited": "Sorry, I need a little break before I can answer that.",
        "out_of_credit": "Sorry, my thinking budget is used up right now.",
        "timeout": "Sorry, that took me too long to think about.",
        "moderated": "Sorry, I can't talk about that.",
        "tool_call": "Sorry, I can't look that up.",
    }
)


_LOST_THREAD = "Sorry, I lost my thread."


def apology_for(kind: str, *, begun: bool = False) -> str:
    """The sentence for a failure of this kind, as `CompletionFailed` names it. begun: a part of the reply was said."""
    if begun:
        return _LOST_THREAD
    return _APOLOGIES.get(kind, "Sorry, my thoughts are not working right now.")
