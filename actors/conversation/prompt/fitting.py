"""Cuts a long character to what a model with a small context can read beside everything else. Pure."""

from collections.abc import Iterator, Mapping

from config.schema import Bot, Llm

OTHER = 1200  # tokens of a prompt that are no character: rules, notes, the talk and the reply
LETTERS = 3  # of a token, at the least
LEAST = 800  # characters of a character
PARTS = {"description": 0.4, "personality": 0.15, "scenario": 0.1, "instructions": 0.1}
EXAMPLES = 0.25


def fitted(bot: Bot, llm: Llm | None, *, embedded: bool = False) -> Bot:
    """The bot as the model can take it: whole for a server, cut to its context for a model on this machine.

    embedded: that one stands in for the servers."""
    if llm is None or not (embedded or llm.provider == "local"):
        return bot
    room = max(LEAST, (llm.local.context - OTHER) * LETTERS)
    cut = {name: _cut(getattr(bot, name), int(room * part)) for name, part in PARTS.items()}
    examples = dict(_examples(bot.examples, int(room * EXAMPLES)))
    changed = {name: text for name, text in cut.items() if text != getattr(bot, name)}
    if len(examples) < len(bot.examples):
        changed["examples"] = examples  # type: ignore[assignment]
    return bot.model_copy(update=changed) if changed else bot


def _cut(text: str, longest: int) -> str:
    """`text`, or its first whole sentences, or words, of at most `longest` characters."""
    if len(text) <= longest:
        return text
    short = text[:longest]
    end = max(short.rfind(mark) for mark in (". ", "! ", "? ", ".\n"))
    return short[: end + 1] if end > longest // 3 else short.rpartition(" ")[0] or short


def _examples(examples: Mapping[str, str], left: int) -> Iterator[tuple[str, str]]:
    for said, reply in examples.items():
        left -= len(said) + len(reply)
        if left >= 0:
            yield said, reply
