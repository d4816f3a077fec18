"""Which of the games that are found belongs to this Gerald, and what is said about it; pure."""

from collections.abc import Mapping

import msgspec

from actors.osc.messages import AvatarParameter


class FoundGame(msgspec.Struct, frozen=True):
    """A game that answers. host: where; osc_port: where it says to take OSC."""

    host: str
    osc_port: int
    parameters: tuple[AvatarParameter, ...] = ()
    avatar_id: str = ""


def ours(games: Mapping[str, FoundGame], output_port: int) -> str:
    """The only one; of several the only one at `output_port`; else "": which it is cannot be told."""
    if len(games) == 1:
        return next(iter(games))
    there = [name for name, game in games.items() if game.osc_port == output_port]
    return there[0] if len(there) == 1 else ""


def summary(name: str, games: Mapping[str, FoundGame], output_port: int, input_port: int) -> str:
    """One line for the owner about what `name`, Gerald's own, has found."""
    if not games:
        return f"announced as {name}; no game is found yet"
    if len(games) == 1:
        ((found, game),) = games.items()
        return f"announced as {name}; {found} at {game.host} is found"
    names = ", ".join(sorted(games))
    mine = ours(games, output_port)
    which = (
        f"{mine} is at osc.output_port"
        if mine
        else f"which of them is at UDP port {output_port} cannot be told"
    )
    return f"{names} are found; {which}, and only UDP port {input_port} is heard"
