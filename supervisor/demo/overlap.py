"""The demo's second part: people who speak, cough and pause while Gerald speaks or listens, and its own echo.

The replies are scripted here, so that they are long enough to be spoken over; ears, voice and devices are real."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from rich.console import Console
from rich.markup import escape

from actors.speech.engines.engine import Sound
from actors.speech.engines.hibari import Hibari
from supervisor.demo.coughs import cough
from supervisor.demo.instance import DemoInstance, free_port
from supervisor.demo.scene import Happenings, Scene
from supervisor.demo.sound import PulseStage, spoken, write_wav
from supervisor.demo.timeline import alike
from supervisor.demo.vrchat.game import VRChat

QUESTION = "I would like to hear a long story about a small village near the sea."
NOD, INTERRUPTION = "Yeah.", "Wait, stop, I have a question."
HALVES = ("I would like to know, if", "the people there are happy.")
PAUSE = 0.6
"""Seconds of silence within a sentence."""

ECHO_DB, ECHO_MS = -20.0, 100


@dataclass
class OverlapShow:
    """Use `run`. failures: what went wrong, a sentence each."""

    _console: Console
    _folder: Path
    failures: list[str] = field(default_factory=list)
    _happenings: Happenings = field(default_factory=Happenings)

    def run(self, stage: PulseStage) -> None:
        """Play all scenes. Raises DemoFailed, PulseBroken."""
        sounds = self._sounds()
        self._say("\n[bold]while it speaks[/] (replies from a script; the cough is synthetic)")
        self._with(stage, "free", lambda: self._scenes(stage, sounds))
        self._say("\n[bold]with its own voice in the microphone[/]")
        self._with(stage, "auto", lambda: self._echo(stage, sounds))

    def _scenes(self, stage: PulseStage, sounds: Mapping[str, Path]) -> None:
        for name in ("nod", "cough"):
            scene = self._play(stage, sounds["question"], sounds[name])
            self._expect(
                scene.outcomes == ("said",), f"a {name} over the reply: it ended as {scene.outcomes}", scene
            )
        scene = self._play(stage, sounds["question"], sounds["interruption"])
        stopped = scene.outcomes[:1] == ("cancelled",) and alike(INTERRUPTION, scene.heard[-1]) > 0.5
        self._expect(stopped, f"an interruption: heard {scene.heard}, ended as {scene.outcomes}", scene)
        scene = self._play(stage, sounds["paused"], None)
        whole = bool(scene.heard) and alike(" ".join(HALVES), scene.heard[-1]) > 0.6
        self._expect(whole, f"a pause in a sentence: heard {scene.heard}", scene)

    def _echo(self, stage: PulseStage, sounds: Mapping[str, Path]) -> None:
        with stage.echo(ECHO_DB, ECHO_MS):
            scene = self._play(stage, sounds["question"], None)
            self._expect(scene.outcomes == ("said",), f"it answered its echo: heard {scene.heard}", scene)

    # -- one scene

    def _play(self, stage: PulseStage, question: Path, over: Path | None) -> Scene:
        """Ask, play `over` when the reply is heard, and wait until nothing more happens."""
        stage.ask(0, question)
        waiting = [over] if over is not None else []

        def speak_over(event: Mapping[str, Any]) -> None:
            if waiting and event.get("stage") == "first_audio":
                stage.ask(0, waiting.pop())

        return self._happenings.scene(speak_over)

    def _with(self, stage: PulseStage, echo: str, play: Callable[[], None]) -> None:
        heard_at = free_port()
        with VRChat(self._folder / f"game-{echo}", sends_to=heard_at) as game:
            ports = (f"osc.input_port={heard_at}", f"osc.output_port={game.port}")
            settings = (*stage.settings, *ports, "llm.mock_responses=true", f"speech.echo={echo}")
            home = self._folder / f"home-{echo}"
            home.mkdir(parents=True, exist_ok=True)
            instance = DemoInstance(home, settings, stage.environment)
            with instance, self._happenings.following(instance):
                play()

    def _sounds(self) -> dict[str, Path]:
        folder = self._folder / "overlap"
        folder.mkdir(parents=True, exist_ok=True)
        texts = {"question": QUESTION, "nod": NOD, "interruption": INTERRUPTION}
        files = {
            name: path for name, (_, path) in zip(texts, spoken(list(texts.values()), folder), strict=True)
        }
        files |= {"cough": folder / "cough.wav", "paused": folder / "paused.wav"}
        voice = Hibari(threads=1)
        write_wav(files["cough"], cough(voice.rate), voice.rate)
        write_wav(files["paused"], _paused(voice, HALVES), voice.rate)
        return files

    def _expect(self, condition: bool, failure: str, scene: Scene) -> None:
        for one in scene.exchanges:
            self._say(
                f"  heard [cyan]{escape(one.heard)}[/] said [green]{escape(one.reply)}[/] ({one.outcome})"
            )
        if not condition:
            self.failures.append(failure)
            self._console.print(f"  [bold red]wrong:[/] {escape(failure)}")

    def _say(self, markup: str) -> None:
        self._console.print(markup)


def _paused(voice: Hibari, halves: Sequence[str]) -> Sound:
    spoken_halves = [np.concatenate(list(voice.synthesize(text))) for text in halves]
    return np.concatenate((spoken_halves[0], np.zeros(round(PAUSE * voice.rate), np.int16), spoken_halves[1]))
