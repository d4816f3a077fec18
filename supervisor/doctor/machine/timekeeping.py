"""Whether this machine's clock is right: beside a model server's, and beside the files that were written here."""

import contextlib
import email.utils
import time
from collections.abc import Iterator
from dataclasses import dataclass

from actors.llm.servers.providers import choose
from config.home import Home
from supervisor.doctor.finding import Finding, Findings, ok, problem
from supervisor.doctor.subject import Subject

WITHIN = 5.0
TOLERATED = 30.0
"""Seconds: one-time passwords change as often."""
EARLIEST = 1_767_225_600.0
"""The beginning of 2026, before which there was no Gerald."""
REMEDY = "switch on the setting of the time by the network, and look at the time zone"


@dataclass(frozen=True, slots=True)
class ClockFacts:
    """now: epoch seconds by this machine. ahead: seconds that it is ahead of the server at `host`, to the second; None
    if none was asked or answered. newest: when the newest file of the home was written; 0 without one."""

    now: float
    host: str = ""
    ahead: float | None = None
    newest: float = 0.0
    offset: float = 0.0


def gather(subject: Subject) -> ClockFacts:
    """Asks the first model server of all for its time, without the key."""
    servers = choose(subject.config.llm).servers
    host, ahead = "", None
    if servers and subject.ask_model:
        host = servers[0].endpoint.host
        ahead = _ahead_of(servers[0].endpoint.base_url, trust=not servers[0].endpoint.is_loopback)
    offset = float(time.localtime().tm_gmtoff or 0)
    return ClockFacts(time.time(), host, ahead, _newest(subject.home), offset)


def _ahead_of(url: str, *, trust: bool) -> float | None:
    import httpx

    with contextlib.suppress(httpx.HTTPError, httpx.InvalidURL, ImportError, OSError, ValueError):
        asked = time.time()
        with httpx.Client(trust_env=trust, timeout=WITHIN) as http:
            date = http.head(url).headers.get("Date", "")
        told = email.utils.parsedate_to_datetime(date).timestamp()
        return (asked + time.time()) / 2.0 - (told + 0.5)  # it names whole seconds
    return None


def _newest(home: Home) -> float:
    times = [0.0]
    for folder in (home.path, home.data, home.state, home.logs):
        with contextlib.suppress(OSError):
            for entry in folder.iterdir():
                with contextlib.suppress(OSError):
                    times.append(entry.lstat().st_mtime)
    return max(times)


def judge(facts: ClockFacts) -> Findings:
    """Seconds do not matter; minutes do, to certificates and one-time passwords."""
    return tuple(_wrong(facts)) or (ok(_right(facts)),)


def _wrong(facts: ClockFacts) -> Iterator[Finding]:
    if facts.now < EARLIEST:
        yield problem(f"it is {_date(facts.now)} by this machine's clock", REMEDY)
    elif facts.ahead is not None and abs(facts.ahead) > TOLERATED:
        side = "ahead of" if facts.ahead > 0.0 else "behind"
        yield problem(f"this machine's clock is {abs(facts.ahead):.0f} s {side} that of {facts.host}", REMEDY)
    elif facts.newest > facts.now + TOLERATED:
        late = facts.newest - facts.now
        yield problem(f"a file was written {late:.0f} s in the future: the clock was set back", REMEDY)


def _right(facts: ClockFacts) -> str:
    zone = f"UTC{facts.offset / 3600.0:+g}"
    if facts.ahead is None:
        return f"{zone}; not compared with another clock"
    return f"{zone}; as that of {facts.host}, within {max(1.0, abs(facts.ahead)):.0f} s"


def _date(at: float) -> str:
    return time.strftime("%Y-%m-%d", time.gmtime(at))
