"""`supervisor demo --company`: two people come to see Gerald, with voices of their own and a game log that names them.

Everything is real but VRChat and the people; rules and the embedded model answer."""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.markup import escape

from actors.avatar.avatar import EMOTE, EMOTES
from actors.behaviour.company import ARRIVAL
from actors.speech.engines.engine import Sound, Transcriber
from supervisor.demo.company_checks import answered_in_turn, attributed, audible, greeted
from supervisor.demo.game_log import GameLog
from supervisor.demo.instance import DemoInstance, free_port
from supervisor.demo.peer import PARAMETERS, Peer
from supervisor.demo.recordings import recognized
from supervisor.demo.scene import Happenings, OnEvent, Scene, ignore
from supervisor.demo.sound import RATE, PulseStage, write_wav
from supervisor.demo.visitors import ANNA, BOB, Visitor
from supervisor.demo.vrchat.game import VRChat

INTRODUCTIONS = (
    (ANNA, "Hello Gerald, my name is Anna and my dog is called Charlie."),
    (BOB, "Hi Gerald, my name is Bob and I live in Berlin."),
)
TALK = (
    (ANNA, "I love long walks in the forest with my sister."),
    (BOB, "I play the piano every evening after work."),
)
# No comma after the name: these voices pause there, and a call and its question would be two utterances.
QUESTIONS = (
    (ANNA, "Gerald do you still remember what my dog is called?", "Charlie"),
    (BOB, "Gerald can you tell me where I live?", "Berlin"),
)

HAILED_WITHIN = 10.0
"""Seconds within which Gerald says hello to whoever was there before it."""


@dataclass
class CompanyShow:
    """Use `run`. failures: what went wrong, a sentence each."""

    _console: Console
    _folder: Path
    _transcriber: Transcriber
    failures: list[str] = field(default_factory=list)
    _happenings: Happenings = field(default_factory=Happenings)
    _made: int = 0

    def run(self, stage: PulseStage) -> None:
        """Play both visits. Raises DemoFailed, PulseBroken."""
        heard_at = free_port()
        with VRChat(self._folder / "game", sends_to=heard_at) as game:
            self._visits(stage, game)

    def _visits(self, stage: PulseStage, game: VRChat) -> None:
        log, peer = game.log, game.peer
        with self._gerald(stage, game):
            self._say("\n[bold]somebody comes, by the game's log, and says who they are[/]")
            self._say(f"  [dim]{ARRIVAL:g} s, in which whoever is here counts as having been here before[/]")
            time.sleep(ARRIVAL)
            self._comes(stage, log, peer, *INTRODUCTIONS[0])
            self._say("\n[bold]somebody else comes, with another voice[/]")
            self._comes(stage, log, peer, *INTRODUCTIONS[1])
            self._say(
                "\n[bold]both talk, and nobody says a name[/] (who is not addressing it may get no answer)"
            )
            for visitor, text in TALK:
                self._hears(stage, visitor, text, answered=False)
            self._say("\n[bold]both ask something, one right after the other[/]")
            self._asks(stage)
        self._say("\n[bold]after a stop and a new start[/] (both are still there, by the game's log)")
        with self._gerald(stage, game):
            self._show_all(self._happenings.scene(within=HAILED_WITHIN))
            for one in QUESTIONS:
                self._remembers(stage, *one)

    # -- what happens

    def _comes(self, stage: PulseStage, log: GameLog, peer: Peer, visitor: Visitor, text: str) -> None:
        """They join, are greeted, and introduce themselves."""
        since = time.time()

        scene, heard = self._play(stage, lambda: log.joined(visitor.person))
        waved = peer.moved(PARAMETERS + EMOTE, EMOTES["wave"], since) is not None
        if waved:
            self._say(f"  [magenta]VRChat got {EMOTE} {EMOTES['wave']}[/]: a wave")
        self._expect(greeted(scene, visitor.person, waved=waved))
        self._expect(audible(scene, heard))
        self._hears(stage, visitor, text)

    def _hears(self, stage: PulseStage, visitor: Visitor, text: str, *, answered: bool = True) -> None:
        """They say something, which is known to be theirs."""
        scene, heard = self._spoken(stage, visitor.says(text))
        self._expect(attributed(scene, visitor.person, text, answered=answered))
        self._expect(audible(scene, heard))

    def _asks(self, stage: PulseStage) -> None:
        """Both ask: the second one as soon as the first has finished, and before there is an answer."""
        (first, one, _), (second, other, _) = QUESTIONS
        waiting = [self._wav(second.says(other))]

        def follow(event: Mapping[str, Any]) -> None:
            if waiting and event.get("stage") == "end_of_speech":
                stage.ask(0, waiting.pop())

        wav = self._wav(first.says(one))
        scene, heard = self._play(stage, lambda: stage.ask(0, wav), follow)
        self._expect(answered_in_turn(scene, [(who.person, text, word) for who, text, word in QUESTIONS]))
        self._expect(audible(scene, heard))

    def _remembers(self, stage: PulseStage, visitor: Visitor, text: str, word: str) -> None:
        """They ask for what they told, and are known by their voice."""
        scene, heard = self._spoken(stage, visitor.says(text))
        self._expect(answered_in_turn(scene, [(visitor.person, text, word)]))
        self._expect(audible(scene, heard))

    # -- one scene

    def _spoken(self, stage: PulseStage, sound: Sound) -> tuple[Scene, str]:
        wav = self._wav(sound)
        return self._play(stage, lambda: stage.ask(0, wav))

    def _wav(self, sound: Sound) -> Path:
        self._made += 1
        wav = self._folder / f"said-{self._made}.wav"
        write_wav(wav, sound, RATE)
        return wav

    def _play(
        self, stage: PulseStage, begin: Callable[[], None], on_event: OnEvent = ignore
    ) -> tuple[Scene, str]:
        """Begin it, wait until all is over, and show it; what happened, and the words that were heard outside."""
        self._made += 1
        recorded = self._folder / f"heard-{self._made}.wav"
        with stage.recording(recorded):
            begin()
            scene = self._happenings.scene(on_event)
        self._show_all(scene)
        if not any(one.reply for one in scene.exchanges):
            return scene, ""
        heard = recognized(recorded, self._transcriber)
        self._say(f"  the speaker said: [yellow]{escape(heard)}[/]")
        return scene, heard

    def _show_all(self, scene: Scene) -> None:
        for one in scene.exchanges:
            who = f"{one.person.name} ({one.certainty:.2f})" if one.person.is_known else "somebody"
            heard = f"heard {escape(who)}: [cyan]{escape(one.heard)}[/]" if one.heard else "unasked"
            self._say(f"  {heard} said: [green]{escape(one.reply)}[/] ({one.outcome or 'not over'})")

    # -- the instance

    @contextmanager
    def _gerald(self, stage: PulseStage, game: VRChat) -> Iterator[None]:
        """A start of Gerald in the demo's home."""
        home = self._folder / "home"
        home.mkdir(parents=True, exist_ok=True)
        environment = {**stage.environment, "GERALD_KEY_FILE": str(self._folder / "key")}
        with DemoInstance(home, self._settings(stage, game), environment) as instance:
            self._say(f"instance READY after [bold]{instance.load_seconds:.1f} s[/]")
            with self._happenings.following(instance):
                yield
        self._expect(_left_in_order(instance, game))

    def _settings(self, stage: PulseStage, game: VRChat) -> Sequence[str]:
        return (
            *stage.settings,
            f"osc.input_port={game.sends_to}",
            f"osc.output_port={game.port}",
            f"vrchat.log_directory={game.folder}",
            f"osc.avatar_folder={game.folder / 'OSC'}",
            "speech.echo=free",  # the two cables do not touch
            "users.voice_prints=true",
            "behaviour.idle=0",  # a smile of its own would tell nothing
        )

    def _expect(self, failures: Iterator[str]) -> None:
        for failure in failures:
            self.failures.append(failure)
            self._console.print(f"  [bold red]wrong:[/] {escape(failure)}")

    def _say(self, markup: str) -> None:
        self._console.print(markup)


def _left_in_order(instance: DemoInstance, game: VRChat) -> Iterator[str]:
    peer = game.peer
    if instance.exit_code != 0:
        yield f"the instance ended with status {instance.exit_code}"
    if peer.typing:
        yield "the typing indicator was left on"
    if game.chatbox.timed_out:
        yield "the chatbox was written to too often"
    if game.refused:
        yield f"written to the avatar, which does not take it: {', '.join(game.refused)}"
    left = [name for name, value in {**peer.inputs, **peer.parameters}.items() if value]
    if left:
        yield f"left on: {', '.join(left)}"
