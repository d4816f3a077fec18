"""Other machines of this home, and this machine as a host of another: who may come, for how long, and who is away."""

import datetime
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from config.files import read_limited
from supervisor.doctor.finding import Finding, Findings, note, ok, problem
from supervisor.doctor.subject import Subject

if TYPE_CHECKING:
    from supervisor.hosts.listing import HostRow

APART = 1.0
"""Seconds between two clocks that are worth a word: traces of both are laid side by side by the measured offset."""


@dataclass(frozen=True, slots=True)
class Ends:
    """A certificate of this machine's own. whose: in words. until: UTC, which is soon or not. early, remedy: what to do
    while it lasts, and afterwards."""

    whose: str
    until: datetime.datetime
    soon: bool
    early: str
    remedy: str


@dataclass(frozen=True, slots=True)
class HostsFacts:
    """listen: as configured. rows: every host that is known. trouble: why they cannot be told, and what to do.
    unreachable: why a running Gerald lets none in. home: of which home this machine is a host. authority: whether the
    home has one."""

    listen: str = ""
    rows: tuple["HostRow", ...] = ()
    trouble: tuple[str, str] | None = None
    unreachable: str = ""
    is_running: bool = False
    authority: bool = False
    home: str = ""
    own: tuple[Ends, ...] = ()
    now: datetime.datetime = datetime.datetime.min


def gather(subject: Subject) -> HostsFacts:
    """Reads the registry and this machine's certificates, and connects to nobody."""
    data, section, now = subject.home.data, subject.config.hosts, datetime.datetime.now(datetime.UTC)
    told: Any = subject.running.status.get("hosts") or {}
    if not section.listen and not section.machines and not (data / "hosts").is_dir():
        return HostsFacts()
    # loads the cryptography, which a home without hosts does not need
    from supervisor.hosts.identity.identity import NoIdentity
    from supervisor.hosts.identity.registry import Registry, RegistryTrouble
    from supervisor.hosts.listing import rows_of

    rows: tuple[HostRow, ...] = ()
    own: tuple[Ends, ...] = ()
    trouble, home = None, ""
    try:
        contents = Registry(data).contents()
        rows = rows_of(contents, section.machines, told, now.timestamp())
        home, own = _own(data, now)
    except (RegistryTrouble, NoIdentity) as error:
        what, _, remedy = str(error).rpartition("; ")
        trouble = (what or str(error), remedy if what else "look at the folder data/hosts")
    return HostsFacts(
        listen=section.listen,
        rows=rows,
        trouble=trouble,
        unreachable=str(told.get("trouble") or ""),
        is_running=bool(told),
        authority=(data / "hosts" / "authority" / "certificate.pem").exists(),
        home=home,
        own=own,
        now=now,
    )


def _own(data: Path, now: datetime.datetime) -> tuple[str, tuple[Ends, ...]]:
    """The home that this machine is a host of, "" for none; and its own certificates. Raises NoIdentity."""
    from supervisor.hosts.identity.authority import LARGEST, RENEWED
    from supervisor.hosts.identity.examination import parsed
    from supervisor.hosts.identity.identity import AUTHORITY, agent_folder, home_folder, identity_of
    from supervisor.hosts.identity.membership import membership_of

    found, home = [], ""
    if home_folder(data).exists():
        identity = identity_of(home_folder(data))
        remedy = "remove data/hosts, and invite every host anew"
        found.append((identity.authority, "the authority of this home", remedy, remedy))
    if (agent_folder(data) / AUTHORITY).exists():
        identity = identity_of(agent_folder(data))
        home = membership_of(agent_folder(data)).addresses[0]
        whose = f"the certificate of this machine as the host {identity.name}"
        remedy = f"at the home: `supervisor host invite {identity.name} --again`; then join with --again"
        early = "it is renewed once `supervisor host run` is connected to the home"
        found.append((identity.certificate, whose, early, remedy))
    ends = []
    for file, whose, early, remedy in found:
        until = parsed(read_limited(file, LARGEST)).not_valid_after_utc
        ends.append(Ends(whose, until, until - now < RENEWED, early, remedy))
    return home, tuple(ends)


def judge(facts: HostsFacts) -> Findings:
    """What keeps a host from working, or soon will, is a problem."""
    found = (*_bad(facts), *_away(facts))
    if found:
        return found
    if facts.home:
        return (ok(f"this machine is a host of the home at {facts.home}"),)
    joined = sum(row.state == "joined" for row in facts.rows)
    if not joined:
        return (ok("no other machine is used"),)
    return (ok(f"{joined} joined" + (", all connected" if facts.is_running else "")),)


def _bad(facts: HostsFacts) -> Iterator[Finding]:
    if facts.trouble is not None:
        yield problem(*facts.trouble)
    if facts.listen and not facts.authority:
        yield problem("hosts.listen is set, and this home has no authority", "supervisor host init")
    if facts.unreachable:
        yield problem(
            f"no host can connect: {facts.unreachable}", "correct hosts.listen, and start Gerald again"
        )
    for one in facts.own:
        if one.until < facts.now:
            yield problem(f"{one.whose} ended on {one.until:%Y-%m-%d}", one.remedy)
        elif one.soon:
            yield note(f"{one.whose} ends on {one.until:%Y-%m-%d}", one.early)
    for row in facts.rows:
        again = f"`supervisor host invite {row.name} --again`, and join there with --again"
        if row.state == "ended":
            yield problem(f"the certificate of {row.name} ended on {_day(row.until)}", again)
        elif row.state == "joined" and row.ends_soon:
            remedy = f"it is renewed once {row.name} is connected; else {again}"
            yield note(f"the certificate of {row.name} ends on {_day(row.until)}", remedy)
        elif row.state != "joined" and row.is_configured:
            yield note(
                f"{row.name} is configured, and has not joined", f"`supervisor host invite {row.name}`"
            )
        elif row.state == "joined" and not row.is_configured:
            yield note(
                f"{row.name} has joined, and nothing is placed there", f"name {row.name} in hosts.machines"
            )


def _away(facts: HostsFacts) -> Iterator[Finding]:
    """Of a running instance: who is not there, and whose clock differs."""
    if not facts.is_running or facts.unreachable:
        return
    for row in facts.rows:
        link = row.link or {}
        if row.state == "joined" and row.is_configured and link.get("state") not in ("up", "drained"):
            why = f": {link['why']}" if link.get("why") else ""
            yield problem(f"{row.name} is away{why}", "on that machine: `supervisor host run`, and its log")
        offset = link.get("clock_offset")
        if isinstance(offset, float) and abs(offset) > APART:
            how = "ahead" if offset > 0 else "behind"
            what = f"the clock of {row.name} is {abs(offset):.1f} s {how}"
            yield note(what, "have both machines keep time by NTP")


def _day(at: float) -> str:
    return f"{datetime.datetime.fromtimestamp(at, datetime.UTC):%Y-%m-%d}"
