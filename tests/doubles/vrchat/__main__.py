"""VRChat's double by hand: `python -m tests.doubles.vrchat`, with Gerald on the same machine."""

import argparse
import sys
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path

from actors.osc.query.discovery import interface_towards
from actors.vocabulary.values import Person, person_named
from supervisor.demo.vrchat.avatar import AVATARS, FOX, GameAvatar
from supervisor.demo.vrchat.game import NAME, VRChat
from supervisor.demo.vrchat.query import LOOPBACK
from tests.doubles.vrchat.small_world import SmallWorld, room

HELP = """commands, one a line:
  touch NAME         a contact, such as HeadPat, is true for one frame
  set NAME VALUE     a parameter has this value: true, false, 3 or 0.5
  mute, unmute       the microphone
  join NAME, leave NAME   somebody comes or goes, in the log
  avatar ID          another avatar: {ids}, or local:NAME
  osc off, osc on    the switch in the menu
  show               what people see, and where the body is
  quit               or Ctrl-D"""


def options() -> argparse.ArgumentParser:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m tests.doubles.vrchat", description=__doc__)
    parser.add_argument(
        "--port", type=int, default=9000, help="UDP port that it takes OSC at (default: 9000)"
    )
    parser.add_argument(
        "--sends-to", type=int, default=9001, help="UDP port that it sends to (default: 9001)"
    )
    parser.add_argument(
        "--folder", type=Path, help="for its log and its files of avatars (default: a new one)"
    )
    parser.add_argument("--no-query", action="store_true", help="no OSCQuery")
    parser.add_argument(
        "--told-port", type=int, default=9000, help="port that OSCQuery tells (default: 9000)"
    )
    parser.add_argument("--name", default=NAME, help=f"of its OSCQuery service (default: {NAME})")
    parser.add_argument("--hold-to-talk", action="store_true", help="Toggle Voice is off in its settings")
    return parser


def main(arguments: list[str]) -> int:
    """Run until the input ends."""
    given = options().parse_args(arguments)
    folder = given.folder or Path(tempfile.mkdtemp(prefix="vrchat-double-"))
    body = SmallWorld(walls=room(10.0, 8.0))
    game = VRChat(
        folder,
        port=given.port,
        sends_to=given.sends_to,
        interface="" if given.no_query else interface_towards(LOOPBACK),
        told_port=given.told_port,
        body=body,
        toggles=not given.hold_to_talk,
        name=given.name,
    )
    with game:
        print(
            f"VRChat's double takes OSC at UDP port {game.port} and sends it to {given.sends_to}; its files:"
        )
        print(f"{folder} (vrchat.log_directory; its OSC is osc.avatar_folder)\nhelp lists what can happen")
        for line in sys.stdin:
            if line.strip() == "quit":
                break
            obey(game, body, line)
    return 0


def obey(game: VRChat, body: SmallWorld, line: str) -> None:
    """Do what a line says."""
    word, _, rest = line.strip().partition(" ")
    act = _acts(game).get(word)
    if word == "show":
        _show(game, body)
    elif act is not None:
        act(rest.strip())
    elif word:
        print(HELP.format(ids=", ".join(AVATARS)))


def _acts(game: VRChat) -> Mapping[str, Callable[[str], None]]:
    return {
        "touch": game.touch,
        "set": lambda rest: _set(game, *rest.partition(" ")[::2]),
        "mute": lambda _: game.mute(True),
        "unmute": lambda _: game.mute(False),
        "join": lambda name: game.log.joined(_person(name)),
        "leave": lambda name: game.log.left(_person(name)),
        "avatar": lambda avatar_id: game.load(AVATARS.get(avatar_id, GameAvatar(avatar_id, "Mine", FOX.own))),
        "osc": lambda word: setattr(game, "osc", word != "off"),
    }


def _person(name: str) -> Person:
    return Person(f"usr_{person_named(name).user_id.encode().hex()[:32]:0<32}", name)


def _set(game: VRChat, name: str, text: str) -> None:
    words = {"true": True, "false": False}
    try:
        value = words[text] if text in words else float(text) if "." in text else int(text)
    except ValueError:
        print(f"{text!r} is no value: true, false, 3 or 0.5")
    else:
        game.tell(name, value)


def _show(game: VRChat, body: SmallWorld) -> None:
    east, north = body.at
    print(
        f"the body is at {east:.2f}, {north:.2f} and looks to {body.yaw:.0f} degrees; avatar {game.avatar.name}"
    )
    print(f"the microphone is {'muted' if game.values['MuteSelf'] else 'on'}, typing {game.peer.typing}")
    for bubble in game.bubbles[-5:]:
        print(f"  {bubble.text}{' (cut)' if bubble.is_cut else ''}")
    if game.chatbox.timed_out:
        print(f"timed out for spam {game.chatbox.timed_out} times")
    if game.refused:
        print(f"refused writes: {', '.join(dict.fromkeys(game.refused))}")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
