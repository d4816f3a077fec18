"""Who hears of a turn: its listener, then whoever watches, each once asked for."""

from actors.conversation.reply.audience import Audience


def test_the_listener_is_told_first_and_watchers_until_they_have_enough() -> None:
    audience = Audience()
    for address in ("one", "two", "one"):
        audience.watch(address, on=True)
    assert audience.of("listener") == ("listener", "two", "one")
    audience.watch("two", on=False)
    assert audience.of("") == ("one",)
