"""The demo itself: asks its questions, shows what happens, and checks that everything happened."""

import queue
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.markup import escape

from actors.speech.engines.engine import Transcriber
from supervisor.demo.instance import DemoInstance, free_port
from supervisor.demo.peer import Peer
from supervisor.demo.recordings import recognized
from supervisor.demo.sound import SoundStage
from supervisor.demo.timeline import PARTS, Turn, alike, fold, median
from supervisor.demo.vrchat.game import VRChat

SHOWN_WITHIN = 5.0
ALIKE = 0.9
"""How much of a reply the chatbox must have got."""
TURN_WITHIN = 60.0
HEARD_BACK = 0.5
"""The share of a reply that must be recognized in its recording: small models misspell."""


@dataclass
class Show:
    """Asks a fresh instance the questions. failures: what did not happen, a sentence each."""

    _console: Console
    _home: Path
    _keep: Path
    _transcriber: Transcriber
    failures: list[str] = field(default_factory=list)
    turns: list[Turn] = field(default_factory=list)
    _run: str = ""
    _events: queue.SimpleQueue[dict[str, Any]] = field(default_factory=queue.SimpleQueue)

    def run(self, stage: SoundStage, questions: list[tuple[str, Path]]) -> None:
        """Warm up with the first question, measure the others; then check state and trace. Raises DemoFailed."""
        heard_at = free_port()
        with VRChat(self._home / "game", sends_to=heard_at) as game:
            peer = game.peer
            ports = (f"osc.input_port={heard_at}", f"osc.output_port={game.port}")
            settings = (*stage.settings, *ports, f"osc.avatar_folder={game.folder / 'OSC'}")
            with DemoInstance(self._home, settings, stage.environment) as instance:
                ready = f"instance READY after [bold]{instance.load_seconds:.1f} s[/]"
                self._say(f"{ready}, VRChat's double takes OSC at port {game.port}")
                self._run = str(instance.call({"do": "status"})["run"])
                threading.Thread(target=self._collect, args=(instance,), daemon=True).start()
                for number, (text, wav) in enumerate(questions):
                    self._ask(stage, peer, number, text, wav)
            self._expect(instance.exit_code == 0, f"the instance ended with status {instance.exit_code}")
            self._expect(not peer.typing, "the typing indicator was left on")
            self._expect(not any(peer.inputs.values()), "an input was left pressed")
            self._expect(not game.chatbox.timed_out, "the chatbox was written to too often")
            self._expect(not any(bubble.is_cut for bubble in game.bubbles), "the chatbox cut a text off")
        self._check_state(ports)
        self._check_trace()

    def summary(self) -> str:
        """The demo's last line."""
        measured = [turn for turn in self.turns[1:] if turn.total]
        parts = ", ".join(
            f"{title} {median(turn.seconds.get(name, 0.0) for turn in measured) * 1000:.0f} ms"
            for name, title in PARTS.items()
        )
        total, added = median(t.total for t in measured), median(t.added for t in measured)
        return (
            f"median of {len(measured)}: {total:.2f} s from the last speech frame to the first reply audio, "
            f"of which the runtime added {added * 1000:.0f} ms to {parts}"
        )

    # -- one question

    def _ask(self, stage: SoundStage, peer: Peer, number: int, text: str, wav: Path) -> None:
        asked_at = time.time()
        warm_up = " [dim](warm-up)[/]" if number == 0 else ""
        self._say(f"\n[bold]question {number}[/]{warm_up}: {escape(text)}")
        recorded = self._keep / f"reply-{number}.wav"
        with stage.recording(recorded):
            stage.ask(number, wav)
            turn = self._follow(Turn(number + 1))
        self.turns.append(turn)
        # With files the questions come at their own pace: a slow reply to one may reach into the next.
        since = min(asked_at, turn.at.get("speech_ended", asked_at))
        self._check_turn(turn, text, _shown(peer, since, turn.reply))
        if turn.reply:
            self._check_voice(turn, recorded)

    def _follow(self, turn: Turn) -> Turn:
        """Show the turn's events as they come, until it is over and its chatbox text was sent."""
        deadline = time.monotonic() + TURN_WITHIN
        while time.monotonic() < deadline:
            try:
                event = self._events.get(timeout=max(0.01, deadline - time.monotonic()))
            except queue.Empty:
                break
            if event.get("turn") == turn.number:
                turn = fold(turn, event)
                self._show(turn, event)
            if turn.outcome and "reply_ended" in turn.at:
                break
        return turn

    def _show(self, turn: Turn, event: Mapping[str, Any]) -> None:
        kind = event["event"]
        if kind == "StageReached":
            since = event["at"] - turn.at.get("speech_ended", event["at"])
            took = f"  [dim]took {event['seconds'] * 1000:.0f} ms[/]" if event["seconds"] else ""
            self._say(f"  {since * 1000:7.0f} ms  {event['stage'].replace('_', ' ')}{took}")
        elif kind == "TurnStarted":
            self._say(f"              heard: [cyan]{escape(event['text'])}[/]")
        elif kind == "ReplySentence":
            self._say(f"              says: [green]{escape(event['text'])}[/]")

    def _check_turn(self, turn: Turn, asked: str, shown: list[str]) -> None:
        where = f"question {turn.number - 1}"
        self._expect(turn.outcome == "said", f"{where}: the turn ended as {turn.outcome or 'nothing'}")
        for stage in turn.missing:
            self._expect(False, f"{where}: {stage.replace('_', ' ')} was never reached")
        if asked:
            self._expect(alike(asked, turn.heard) >= HEARD_BACK, f"{where}: heard {turn.heard!r}")
        seen = " ".join(shown)
        self._say(f"              VRChat's chatbox got: [magenta]{escape(seen)}[/]")
        self._expect(alike(turn.reply, seen) >= ALIKE, f"{where}: the chatbox got {seen!r} of {turn.reply!r}")

    def _check_voice(self, turn: Turn, recorded: Path) -> None:
        heard = recognized(recorded, self._transcriber)
        share = alike(turn.reply, heard)
        self._say(f"              the speaker said: [yellow]{escape(heard)}[/] ({share:.0%} of the words)")
        self._expect(share >= HEARD_BACK, f"question {turn.number - 1}: the recording says {heard!r}")

    # -- afterwards

    def _check_state(self, ports: tuple[str, ...]) -> None:
        """Start the home again: it must know the conversation."""
        with DemoInstance(self._home, (*ports, "llm.mock_responses=true"), {}, "--text") as again:
            state = again.call({"do": "state", "domain": "conversation"})["state"]
        kept = [utterance["text"] for utterance in state["messages"]]
        known = all(turn.heard in kept for turn in self.turns)
        self._say(f"\nafter a stop and a new start the conversation holds [bold]{len(kept)}[/] utterances")
        self._expect(known, f"the state after the restart lacks what was said: {kept!r}")

    def _check_trace(self) -> None:
        from supervisor.trace.read.query import Query
        from supervisor.trace.read.reader import Trace

        turn = self.turns[-1].number
        entries = list(Trace(self._home / "data" / "traces" / self._run).read(Query(turn=turn)))
        kinds = {str(getattr(entry.line, "type", "")) for entry in entries}
        wanted = {"CompletionRequested", "SentenceReady", "SpeakRequested", "PlaySentence", "ChatboxText"}
        held = f"the trace holds [bold]{len(entries)}[/] messages of turn {turn}"
        self._say(f"{held}: `supervisor trace show --tree`")
        self._expect(wanted <= kinds, f"the trace of turn {turn} lacks {', '.join(sorted(wanted - kinds))}")

    def _expect(self, condition: bool, failure: str) -> None:
        if not condition:
            self.failures.append(failure)
            self._console.print(f"  [bold red]missing:[/] {escape(failure)}")

    def _collect(self, instance: DemoInstance) -> None:
        for event in instance.watch():
            self._events.put(event)

    def _say(self, markup: str) -> None:
        self._console.print(markup)


def _shown(peer: Peer, since: float, reply: str) -> list[str]:
    """What the chatbox got. The last words may wait for it after the end of the reply: it takes one text at a time."""
    until = time.monotonic() + SHOWN_WITHIN
    while True:
        texts = [shown.text for shown in peer.since(since)]
        if alike(reply, " ".join(texts)) >= ALIKE or time.monotonic() > until:
            return texts
        time.sleep(0.1)
