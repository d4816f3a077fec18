"""One run of an instance, as its owner sees it: it comes to life on the screen, is talked to, and is stopped."""

import logging
import queue
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from io import TextIOWrapper
from typing import Any, NamedTuple

from rich.console import Console, Group
from rich.live import Live

from actors.audio.messages import MICROPHONE, SPEAKER
from actors.conversation.messages import ReplyEnded, ReplySentence
from actors.kernel.protocol.lifecycle import Health
from actors.kernel.protocol.storage import PERSISTENCE
from actors.osc.wire import rest
from config.home import Home
from config.layers.source import ConfigSource
from config.models import ModelError, check_all, list_path, load_models
from config.schema import Config
from supervisor.cli.instance.answering import who_answers
from supervisor.cli.instance.render import headline, missing, tree_table
from supervisor.cli.instance.service_report import ServiceReport
from supervisor.cli.instance.typed import typed_lines
from supervisor.cli.literal import escaped
from supervisor.console import is_console
from supervisor.control.requests.turns import talk
from supervisor.control.server import ControlServer
from supervisor.control.wire import RequestRefused
from supervisor.instance import Claim
from supervisor.launcher.link import LauncherLink
from supervisor.logs import start_logging
from supervisor.nodes.process_setup import take_short_turns
from supervisor.otp.slot import ActorSlot
from supervisor.runtime.runtime import Runtime
from supervisor.tree import DOMAINS

log = logging.getLogger(__name__)

READY_WITHIN = 60.0
LOOK_EVERY = 1.0 if sys.platform != "win32" else 0.25
"""Seconds between two looks at what has changed. On Windows Ctrl-C does not end a wait, and is noticed after it."""
SAVED = "state saved"


class RunScreen:
    """Starts a System in `home` and stays with it. `live` returns how it ended: stopped, unsaved (stopped,
    and the state could not be saved), late or gave up."""

    def __init__(
        self,
        home: Home,
        config: Config,
        claim: Claim,
        notes: tuple[str, ...],
        *,
        text: bool,
        safe: tuple[str, ...] | None = None,
        tether: LauncherLink | None = None,
        source: ConfigSource | None = None,
        opens: bool = False,
    ) -> None:
        self._home = home
        self._config = config
        self._claim = claim
        self._notes = notes
        self._text = text
        self._safe = safe
        self._tether = tether
        self._source = source
        # A run that is started again has its page open already.
        self._opens = opens and config.page.enabled and (tether is None or not tether.restarts)
        self._console = Console(emoji=False, highlight=False, soft_wrap=True)
        self._told: dict[object, tuple[object, object]] = {}

    def live(self, stop: threading.Event) -> str:
        """Start, show, talk, and stop when `stop` is set, a client asks for it, or the root gives up."""
        take_short_turns()
        trouble = start_logging(self._config.logging, self._home.data)
        for note in (
            *self._notes,
            *(self._safe or ()),
            *((trouble,) if trouble else ()),
            *_damaged_models(self._home),
        ):
            self._console.print(f"[yellow]note[/]  {escaped(note)}")
        system = Runtime(self._config, self._home.path, text=self._text, safe=self._safe, source=self._source)
        line = self._tether.address if self._tether is not None else ""
        server = ControlServer(system, self._claim.publish(system.run, line), stop)
        if self._tether is not None:
            self._hold_on_to(self._tether, system)
        report = ServiceReport.found(system, self._tether)
        try:
            system.start()
            report.begin()
            self._show_start(system, stop)
            report.ready()
            system.complete()
            if self._opens:
                self._open_page()
            if self._console.is_terminal and is_console(sys.stdin) and not stop.is_set():
                threading.Thread(target=self._chat, args=(system, stop), daemon=True).start()
            self._watch(system, report, stop)
        finally:
            report.stopping()
            gave_up = system.ended.is_set()
            ended = self._stop(system, server)
        if gave_up:
            failure = system.failure
            self._console.print(
                f"[bold red]gave up:[/] {escaped(failure.text if failure else 'the root ended')}"
            )
            return "gave up"
        return ended

    def _hold_on_to(self, tether: LauncherLink, system: Runtime) -> None:
        """Tell the launcher what to do should this process die."""
        osc, s = self._config.osc, self._config.supervision
        manners = {
            "intensity": s.intensity,
            "period": s.period,
            "initial": s.backoff_initial,
            "longest": s.backoff_max,
            "reset": s.backoff_reset,
        }
        faces = self._config.behaviour.expressions.values()
        at_rest = rest({name: value for face in faces for name, value in face.items()})
        tether.hand_over(at_rest, (osc.output_host, osc.output_port), str(self._claim.folder), manners)
        system.launcher = {"pid": tether.pid, "restarts": tether.restarts}

    # -- coming to life

    def _show_start(self, system: Runtime, stop: threading.Event) -> None:
        deadline = time.monotonic() + READY_WITHIN
        if self._console.is_terminal:
            with Live(console=self._console, refresh_per_second=8, transient=True) as live:
                self._until_ready(
                    system,
                    deadline,
                    stop,
                    lambda: live.update(_picture(system.status(), self._console.width)),
                )
            self._console.print(tree_table(system.status()["actors"], self._console.width))
            for line in missing(system.status()["actors"]):
                self._console.print(line)
            self._forget_changes(system)
        else:
            self._until_ready(system, deadline, stop, lambda: self._tell_changes(system))
            self._tell_changes(system)
        if not self._text and _is_mute(system):
            self._console.print(
                "[yellow]text mode[/]: no microphone and no speaker; type here, or `supervisor talk`"
            )
        if system.ready:
            self._console.print(f"[bold green]READY[/] after {time.time() - system.started_at:.1f} s")
            for line in who_answers(self._config.llm):
                self._console.print(escaped(line))
            unwell = (Health.DEGRADED, Health.DOWN)
            if any(slot.health in unwell for slot in system.registry.slots.values()):
                self._console.print("[dim]what is missing, and what to do: `supervisor doctor`[/]")
            if self._config.page.enabled:
                self._console.print("[dim]to see it hear, think and talk in a browser: `supervisor page`[/]")
        elif not stop.is_set():
            self._console.print(
                "[bold yellow]not everything is ready yet[/]; see `supervisor status` and `supervisor doctor`"
            )

    def _open_page(self) -> None:
        """Not waited for: the page starts last, and the command waits for it and says what becomes of it."""
        command = (sys.executable, "-m", "supervisor", "--home", str(self._home.path), "page")
        subprocess.Popen(command, stdin=subprocess.DEVNULL)

    def _until_ready(self, system: Runtime, deadline: float, stop: threading.Event, look: Any) -> None:
        while time.monotonic() < deadline and not stop.is_set():
            look()
            if system.wait_ready(0.1) or system.ended.is_set():
                return

    # -- living

    def _watch(self, system: Runtime, report: ServiceReport, stop: threading.Event) -> None:
        while not (stop.wait(LOOK_EVERY) or system.ended.is_set()):
            self._tell_changes(system)
            report.look()

    def _tell_changes(self, system: Runtime) -> None:
        """One line for each change of an actor's health, also for what lasted only a moment."""
        while system.changes:
            row = system.changes.popleft()
            seen = (row["health"], row["reason"])
            if (
                row["kind"] == "actor"
                and row["state"] != "disabled"
                and self._told.get(row["address"]) != seen
            ):
                self._told[row["address"]] = seen
                self._console.print(_line(row))

    def _forget_changes(self, system: Runtime) -> None:
        """The table has shown them."""
        system.changes.clear()
        rows = system.registry.statuses()
        self._told = {row["address"]: (row["health"], row["reason"]) for row in rows}

    def _chat(self, system: Runtime, stop: threading.Event) -> None:
        name = self._config.bot.name
        self._console.print(f"[dim]Type to {escaped(name)}; Ctrl-C stops.[/]")
        if isinstance(sys.stdin, TextIOWrapper):
            sys.stdin.reconfigure(errors="replace")
        for line in typed_lines(sys.stdin, stop):
            if not line.strip():
                continue
            try:
                for message in talk(system, line.strip(), "you"):
                    if isinstance(message, ReplySentence):
                        self._console.print(f"[bold cyan]{escaped(name)}[/]: {escaped(message.text)}")
                    elif isinstance(message, ReplyEnded) and message.outcome != "said":
                        self._console.print(
                            f"[yellow]({escaped(message.outcome)}: {escaped(message.detail)})[/]"
                        )
            except (RequestRefused, queue.Empty) as error:
                self._console.print(f"[red]{escaped(str(error))}[/]")
        stop.set()  # end of input: Ctrl-D

    # -- the end

    def _stop(self, system: Runtime, server: ControlServer) -> str:
        began = time.monotonic()
        log.info("stopping")  # before it is printed: a terminal may be gone
        self._console.print("stopping...")
        keepers = [_Keeper.of(system.registry.slot(address)) for address in (PERSISTENCE, *DOMAINS)]
        ended = system.stop()
        saved = _saved(keepers)
        late = [str(r["address"]) for r in system.registry.statuses() if r["state"] == "stopping"]
        late_text = f"not everything stopped in time ({', '.join(late) or 'unknown'})"
        server.tell_outcome(saved=ended and saved == SAVED, said=saved if ended else late_text)
        server.close()
        self._claim.release()
        took = time.monotonic() - began
        log.info("%s after %.1f s, %s", "stopped in order" if ended else late_text, took, saved)
        if not ended:
            self._console.print(f"[red]{escaped(late_text)}[/]")
            return "late"
        self._console.print(f"stopped in order in {took:.1f} s, {escaped(saved)}")
        return "stopped" if saved == SAVED else "unsaved"


class _Keeper(NamedTuple):
    """Persistence or a domain, and the state, reason and failures of its slot before the stop."""

    slot: ActorSlot
    state: str
    reason: str
    failures: int

    @classmethod
    def of(cls, slot: ActorSlot) -> "_Keeper":
        return cls(slot, slot.state, slot.reason, slot.failures)


def _saved(keepers: Sequence[_Keeper]) -> str:
    """What became of the state. It is what the ends of persistence, which is the first, and of the domains say that
    counts: any of them may be less than well for other reasons, such as a backup that could not be made."""
    persistence = keepers[0]
    if persistence.state != "running":
        return f"state NOT saved: {persistence.reason or 'not started'}"
    for keeper in keepers:
        if keeper.slot.failures > keeper.failures and keeper.slot.last_failure is not None:
            whose = "" if keeper is persistence else f"{keeper.slot.address}: "
            return f"state NOT saved: {whose}{keeper.slot.last_failure.text}"
    return SAVED


def _is_mute(system: Runtime) -> bool:
    """True when there is neither an ear nor a mouth: the bot still reads and writes."""
    slots = system.registry.slots
    return all(slots[device].health is Health.DOWN for device in (MICROPHONE, SPEAKER))


def _picture(status: Mapping[str, Any], width: int) -> Group:
    return Group(headline(status), tree_table(status["actors"], width))


def _line(row: Mapping[str, Any]) -> str:
    text = f"{row['health']:>8}  {row['address']}"
    if row["reason"]:
        text += f": {row['reason']}"
    if row["remedy"]:
        text += f" -> {row['remedy']}"
    return escaped(text)


def _damaged_models(home: Home) -> tuple[str, ...]:
    """One line for each embedded model that is missing or is not what Models/models.yaml says."""
    cache = home.data / "models.verified.json"
    errors: tuple[ModelError, ...] = check_all(load_models(list_path()), cache)
    return tuple(str(error) for error in errors)
