"""A reply that came whole, and holds nothing that can be said, as a failure. Pure."""

from actors.llm.internal import ReplyBroken, ReplyStreamed


def nothing_said(reply: ReplyStreamed, server: str) -> ReplyBroken:
    """What went wrong, with the remedy. server: as people read it."""
    if reply.tool:
        tool = f"a tool ({reply.tool[:40]})" if reply.tool != "?" else "a tool"
        remedy = "there is none; choose another llm.model if that happens often"
        what = f"{server}: the model called {tool} and said nothing; {remedy}"
        return ReplyBroken(reply.request, "tool_call", what)
    what = f"{server}: nothing that can be said; ask again, or choose another llm.model"
    return ReplyBroken(reply.request, "empty_reply", what)
