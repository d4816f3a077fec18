"""The demo's second part: people who speak, cough and pause while Gerald speaks or listens, and its own echo.

The replies are scripted here, so that they are long enough to be spoken over; ears, voice and devices are real."""

import queue
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from rich.console import Console
from rich.markup import escape

from actors.speech.engines.engine import Sound
from actors.speech.engines.hibari import Hibari
from supervisor.demo.coughs import cough
from supervisor.demo.instance import DemoInstance, free_port
from supervisor.demo.peer import Peer
from supervisor.demo.sound import PulseStage, spoken, write_wav
from supervisor.demo.timeline import alike

QUESTION = "I would like to hear a long story about a small village near the sea."
NOD, INTERRUPTION = "Yeah.", "Wait, stop, I have a question."
HALVES = ("I would like to know, if", "the people there are happy.")
PAUSE = 0.6
"""Seconds of silence within a sentence."""

ECHO_DB, ECHO_MS = -20.0, 100
EVENT_WITHIN = 45.0
SETTLED = 2.5
"""Seconds without an event after which nothing more is to come."""


class OverlapScene(msgspec.Struct, frozen=True):
    """What was heard and how each reply ended, in order."""

    heard: tuple[str, ...] = ()
    outcomes: tuple[str, ...] = ()
    replies: tuple[str, ...] = ()

    @property
    def is_over(self) -> bool:
        """Whether every reply that began has ended."""
        return bool(self.heard) and len(self.outcomes) >= len(self.heard)


@dataclass
class OverlapShow:
    """Use `run`. failures: what went wrong, a sentence each."""

    _console: Console
    _folder: Path
    failures: list[str] = field(default_factory=list)
    _events: queue.SimpleQueue[dict[str, Any]] = field(default_factory=queue.SimpleQueue)

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

    def _play(self, stage: PulseStage, question: Path, over: Path | None) -> OverlapScene:
        """Ask, play `over` when the reply is heard, and wait until nothing more happens."""
        stage.ask(0, question)
        scene, waiting = OverlapScene(), over
        deadline = time.monotonic() + EVENT_WITHIN
        while time.monotonic() < deadline:
            try:
                event = self._events.get(timeout=SETTLED if scene.is_over else EVENT_WITHIN)
            except queue.Empty:
                break
            scene = folded(scene, event)
            if waiting is not None and event.get("stage") == "first_audio":
                stage.ask(0, waiting)
                waiting = None
        return scene

    def _with(self, stage: PulseStage, echo: str, play: Callable[[], None]) -> None:
        with Peer() as peer:
            ports = (f"osc.input_port={free_port()}", f"osc.output_port={peer.port}")
            settings = (*stage.settings, *ports, "llm.mock_responses=true", f"speech.echo={echo}")
            home = self._folder / f"home-{echo}"
            home.mkdir(parents=True, exist_ok=True)
            with DemoInstance(home, settings, stage.environment) as instance:
                watching = threading.Thread(target=self._collect, args=(instance,), daemon=True)
                watching.start()
                play()
            watching.join(5.0)

    def _collect(self, instance: DemoInstance) -> None:
        for event in instance.watch():
            self._events.put(event)

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

    def _expect(self, condition: bool, failure: str, scene: OverlapScene) -> None:
        for heard, outcome, reply in zip(scene.heard, scene.outcomes, scene.replies, strict=False):
            self._say(f"  heard [cyan]{escape(heard)}[/] said [green]{escape(reply)}[/] ({outcome})")
        if not condition:
            self.failures.append(failure)
            self._console.print(f"  [bold red]wrong:[/] {escape(failure)}")

    def _say(self, markup: str) -> None:
        self._console.print(markup)


def folded(scene: OverlapScene, event: Mapping[str, Any]) -> OverlapScene:
    """The scene after one event of the instance."""
    if event["event"] == "TurnStarted":
        return msgspec.structs.replace(scene, heard=(*scene.heard, event["text"]))
    if event["event"] == "ReplyEnded":
        outcomes, replies = (*scene.outcomes, event["outcome"]), (*scene.replies, event["text"])
        return msgspec.structs.replace(scene, outcomes=outcomes, replies=replies)
    return scene


def _paused(voice: Hibari, halves: Sequence[str]) -> Sound:
    spoken_halves = [np.concatenate(list(voice.synthesize(text))) for text in halves]
    return np.concatenate((spoken_halves[0], np.zeros(round(PAUSE * voice.rate), np.int16), spoken_halves[1]))
