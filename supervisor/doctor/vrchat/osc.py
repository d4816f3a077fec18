"""Whether VRChat's OSC is on: who has the two UDP ports, and whether anything comes."""

from collections.abc import Iterator
from dataclasses import dataclass

from config.format import count
from config.schema import Osc
from supervisor.doctor.finding import Finding, Findings, note, ok, problem
from supervisor.doctor.running import Running
from supervisor.doctor.subject import Subject
from supervisor.doctor.vrchat import game
from supervisor.doctor.vrchat.ports import Heard, Holders, holders, listen

LISTEN = 1.0
"""Seconds for which datagrams are counted where no instance does it."""
ENABLE = "in VRChat: Action Menu > Options > OSC > Enabled"


@dataclass(frozen=True, slots=True)
class OscFacts:
    """ears, mouth: who has osc.input_port and osc.output_port. heard: of a port that was free to listen on; None where
    the instance has it. game_runs, game_is_here: see GameFacts."""

    osc: Osc
    ears: Holders
    mouth: Holders
    heard: Heard | None
    running: Running
    game_runs: bool
    game_is_here: bool


def gather(subject: Subject) -> OscFacts:
    """Listens for a second, if no instance of this home does."""
    osc, running, seen = subject.config.osc, subject.running, game.gather(subject)
    heard = None if running.is_there else listen(osc.input_host, osc.input_port, LISTEN)
    return OscFacts(
        osc,
        holders(osc.input_port),
        holders(osc.output_port),
        heard,
        running,
        seen.runs,
        seen.is_here,
    )


def judge(facts: OscFacts) -> Findings:
    """First Gerald's own port, then what came to it, then VRChat's."""
    return (*_ears(facts), *_mouth(facts))


def _ears(facts: OscFacts) -> Iterator[Finding]:
    port = facts.osc.input_port
    if facts.heard is not None:
        if facts.heard.refused:
            yield _taken(facts, facts.heard.refused, facts.heard.remedy)
        else:
            yield ok(f"UDP port {port} is free for Gerald" if port else "any free UDP port will be taken")
            yield from _silence(facts, facts.heard.datagrams, 0)
        return
    told = facts.running.osc
    if not told:
        yield note(
            "the running instance does not say what it hears", "`supervisor status` shows osc.receiver"
        )
        return
    if not told.get("port"):
        yield _taken(facts, f"UDP port {port} is not Gerald's", f"close the program that has UDP port {port}")
    else:
        yield ok(f"Gerald listens on UDP port {told['port']}")
    yield from _silence(facts, told.get("received", 0), told.get("foreign", 0))


def _taken(facts: OscFacts, what: str, remedy: str) -> Finding:
    who = f"; {facts.ears} has it" if facts.ears.processes else ""
    if not facts.ears.is_known:
        who = "; who has it is told to an administrator only"
    if facts.osc.is_announced:
        return note(f"{what}{who}: VRChat is heard by OSCQuery only", remedy)
    return problem(f"{what}{who}", remedy)


def _silence(facts: OscFacts, received: int, foreign: int) -> Iterator[Finding]:
    running = facts.running.is_there
    since = "since its start" if running else f"within {LISTEN:g} s"
    if received:
        refused = f", and {foreign} of other hosts were refused" if foreign else ""
        yield ok(f"{count(received, 'datagram')} came {since}{refused}: OSC is on")
    elif foreign:
        remedy = "set osc.output_host to the address of the machine that VRChat runs on"
        yield problem(f"all {count(foreign, 'datagram')} came from other hosts and were refused", remedy)
    elif facts.game_runs and running:
        yield problem(f"VRChat runs, and not one datagram came {since}", ENABLE)
    elif facts.game_runs:
        yield note(f"VRChat runs, and no datagram came {since}", f"move your avatar meanwhile; else {ENABLE}")
    else:
        yield note(f"no datagram came {since}")


def _mouth(facts: OscFacts) -> Iterator[Finding]:
    port, where = facts.osc.output_port, facts.osc.output_host
    if not facts.game_is_here:
        yield note(f"whether VRChat listens at UDP port {port} of {where} cannot be seen from here")
    elif facts.mouth.processes:
        yield ok(f"{facts.mouth} listens on UDP port {port}, to which Gerald sends")
    elif not facts.mouth.is_known:
        yield note(f"who listens on UDP port {port} is told to an administrator only")
    elif facts.game_runs:
        yield problem(f"VRChat runs, and nobody listens on UDP port {port}: OSC is off", ENABLE)
    else:
        yield note(f"nobody listens on UDP port {port} yet, to which Gerald sends", f"start VRChat; {ENABLE}")
