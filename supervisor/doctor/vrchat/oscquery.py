"""What multicast DNS tells of games: what the running instance found, else a look of our own."""

import contextlib
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from actors.osc.query.discovery import LOOPBACK, QUERY, interface_towards, is_ipv4
from actors.osc.query.game import NoOscQuery, host_info, is_game
from config.schema import Osc
from supervisor.doctor.finding import Finding, Findings, note, ok, problem
from supervisor.doctor.running import Running
from supervisor.doctor.subject import Subject

BROWSE = 2.0
"""Seconds in which games answer that they are there."""
READ_WITHIN = 2.0
MOST = 8
LARGEST = 1 << 16
"""Bytes of an answer."""


@dataclass(frozen=True, slots=True)
class QueryFacts:
    """trouble: why multicast DNS cannot be used. games: by name, where each says to take OSC, or "" if it does not say.
    None where it was not looked."""

    osc: Osc
    running: Running
    trouble: str = ""
    games: Mapping[str, str] | None = None


@dataclass(slots=True)
class _Found:
    """Whatever a browser was told, by its threads."""

    names: dict[str, None] = field(default_factory=dict)

    def changed(self, zeroconf: Any, service_type: str, name: str, state_change: Any) -> None:
        short = name.removesuffix(f".{QUERY}")
        if is_game(short) and len(self.names) < MOST:
            self.names[short] = None


def gather(subject: Subject) -> QueryFacts:
    """Browses for two seconds where no instance says what it found."""
    osc, running = subject.config.osc, subject.running
    if running.is_there or not osc.is_announced:
        return QueryFacts(osc, running)
    try:
        return QueryFacts(osc, running, games=_browse(interface_towards(osc.output_host)))
    except OSError as error:
        return QueryFacts(osc, running, error.strerror or str(error))


def _browse(interface: str) -> Mapping[str, str]:
    from zeroconf import ServiceBrowser, Zeroconf

    found = _Found()
    with contextlib.closing(Zeroconf(interfaces=[interface])) as network:
        ServiceBrowser(network, QUERY, handlers=[found.changed])
        threading.Event().wait(BROWSE)
        return {name: _asked(network, name) for name in tuple(found.names)}


def _asked(network: Any, name: str) -> str:
    """Where a game says to take OSC; "" if it does not answer."""
    import httpx

    info = network.get_service_info(QUERY, f"{name}.{QUERY}", int(READ_WITHIN * 1000))
    if info is None:
        return ""
    hosts = [address for address in info.parsed_addresses() if is_ipv4(address)][:MOST]
    with httpx.Client(trust_env=False, timeout=READ_WITHIN) as http:
        for host in dict.fromkeys((*hosts, LOOPBACK)):
            with contextlib.suppress(httpx.HTTPError, NoOscQuery):
                told = host_info(_read(http, f"http://{host}:{info.port}/?HOST_INFO"))
                return f"{host}:{told.osc_port}"
    return ""


def _read(http: Any, url: str) -> bytes:
    """Anybody on the network may answer in a game's name: no more than a HOST_INFO may have."""
    data = bytearray()
    with http.stream("GET", url) as response:
        for part in response.iter_bytes():
            data += part
            if len(data) > LARGEST:
                raise NoOscQuery("its answer is too large")
    return bytes(data)


def judge(facts: QueryFacts) -> Findings:
    """OSCQuery is a help: without it the two ports remain, so its absence is a note."""
    if not facts.osc.is_announced:
        return (ok(f"not used (osc.query: {facts.osc.query}); the two UDP ports are"),)
    if facts.trouble:
        remedy = "allow UDP port 5353 in the firewall, or set osc.query: off"
        return (note(f"multicast DNS cannot be used: {facts.trouble}", remedy),)
    return tuple(_instance(facts) if facts.games is None else _look(facts.games))


def _instance(facts: QueryFacts) -> Iterator[Finding]:
    told = facts.running.games
    if not told.get("name"):
        yield note("Gerald is not announced", "`supervisor status` says why at osc.query")
        return
    games = told.get("games") or {}
    if len(games) > 1 and not told.get("ours"):
        remedy = "start each with an --osc of its own, and write its ports into the Gerald that belongs to it"
        yield problem(
            f"several games are found ({', '.join(sorted(games))}), and which is meant cannot be told", remedy
        )
    elif games:
        mine = told.get("ours") or next(iter(games))
        yield ok(f"announced as {told['name']}; {mine} is found at {games[mine]}: OSC is on")
    else:
        yield note(
            f"announced as {told['name']}; no game is found", "a game whose OSC is off is not announced"
        )


def _look(games: Mapping[str, str]) -> Iterator[Finding]:
    if not games:
        yield note(f"no game was found within {BROWSE:g} s", "a game whose OSC is off is not announced")
    for name, where in games.items():
        if where:
            yield ok(f"{name} is found, and says to take OSC at {where}: OSC is on")
        else:
            yield note(f"{name} is announced and does not answer", "allow its program in the firewall")
