"""The page: whether it may be served as the configuration asks, and keeps what it must keep."""

import datetime
import os
import socket
from dataclasses import dataclass
from pathlib import Path

from supervisor.doctor.finding import Finding, Findings, note, ok, problem
from supervisor.doctor.subject import Subject
from supervisor.page.gate.hosts import is_loopback, plain
from supervisor.page.gate.passwords import Passwords

CORRECT_HOST = "set page.host to 127.0.0.1, or to an address of this machine"
SOON = 14
"""Days before the end of a certificate at which its owner is told."""


@dataclass(frozen=True, slots=True)
class PageFacts:
    """refused: why nothing can listen at the host. taken: whether another program has the port. exposed: whether others
    can reach it. certificate: what is wrong with the owner's own, "" for nothing. days: until its end; None without
    one. unwritable: why data/page cannot be written. said: what a running page complains of, and its remedy."""

    enabled: bool = True
    host: str = "127.0.0.1"
    port: int = 0
    refused: str = ""
    taken: bool = False
    exposed: bool = False
    has_password: bool = False
    certificate: str = ""
    days: int | None = None
    folder: Path = Path()
    unwritable: str = ""
    said: tuple[str, str] = ("", "")


def gather(subject: Subject) -> PageFacts:
    """Binds the port for a moment, unless an instance runs that has it; changes nothing."""
    page, folder = subject.config.page, subject.home.data / "page"
    refused, taken, exposed = _place(page.host, page.port, look=not subject.running.is_there)
    certificate, days = _certificate(subject)
    return PageFacts(
        page.enabled,
        page.host,
        page.port,
        refused,
        taken,
        exposed,
        Passwords(subject.home.data).has(may_act=True),
        certificate,
        days,
        folder,
        _unwritable(folder),
        _said(subject),
    )


def _place(host: str, port: int, *, look: bool) -> tuple[str, bool, bool]:
    """Why nothing can listen there, whether the port is taken, and whether others can reach it."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
        exposed = not is_loopback(plain(str(found[4][0])))
        _bind(found, 0)
    except OSError as error:
        return error.strerror or str(error), False, False
    try:
        if look and port:
            _bind(found, port)
    except OSError:
        return "", True, exposed
    return "", False, exposed


def _bind(found: tuple[int, int, int, str, tuple[object, ...]], port: int) -> None:
    family, kind, protocol, _, address = found
    with socket.socket(family, kind, protocol) as opened:
        if os.name == "posix":
            opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        opened.bind((address[0], port, *address[2:]))


def _certificate(subject: Subject) -> tuple[str, int | None]:
    page, home = subject.config.page, subject.home
    if page.certificate is None:
        return (
            "page.certificate_key is there without page.certificate" if page.certificate_key else ""
        ), None
    from supervisor.page.gate.certificate import CertificateTrouble, context_of, read_certificate

    file = home.resolve(page.certificate)
    try:
        found = read_certificate(file)
        context_of(file, home.resolve(page.certificate_key) if page.certificate_key else None)
    except CertificateTrouble as trouble:
        return str(trouble), None
    return "", (found.until - datetime.datetime.now(datetime.UTC)).days


def _unwritable(folder: Path) -> str:
    """Why nothing could be written there; "" where it can be."""
    for there in (folder, *folder.parents):
        if there.exists():
            if not there.is_dir():
                return f"{there} is no folder"
            return "" if os.access(there, os.W_OK | os.X_OK) else f"{there} cannot be written"
    return ""


def _said(subject: Subject) -> tuple[str, str]:
    for row in subject.running.status.get("actors", ()):
        is_on = row["address"] == "page" and row.get("state") != "disabled"
        if is_on and row["health"] in ("DOWN", "DEGRADED"):
            return str(row["reason"]), str(row.get("remedy") or "supervisor restart page")
    return "", ""


def judge(facts: PageFacts) -> Findings:
    """What keeps it from being served is a problem; another port than the one asked for is none."""
    if not facts.enabled:
        return (ok("page.enabled is false"),)
    found = tuple(_bad(facts))
    if found:
        return found
    where = "others can reach it, with a password and encrypted" if facts.exposed else "for this machine only"
    return (ok(f"page.host is {facts.host}: {where}"),)


def _bad(facts: PageFacts) -> list[Finding]:
    found = []
    if facts.refused:
        found.append(problem(f"nothing can listen at {facts.host}: {facts.refused}", CORRECT_HOST))
    if facts.taken:
        seen = f"another program has port {facts.port}: the page takes any free one"
        found.append(note(seen, "`supervisor page` knows which; or set page.port to another"))
    if facts.exposed and not facts.has_password:
        remedy = "type `supervisor page password`, or set page.host to 127.0.0.1"
        found.append(
            problem(f"page.host is {facts.host}, which others can reach, and there is no password", remedy)
        )
    if facts.certificate:
        found.append(problem(facts.certificate, "correct page.certificate and page.certificate_key"))
    if facts.days is not None and facts.days < SOON:
        ends = f"ends in {facts.days} days" if facts.days >= 0 else "has ended"
        bad = problem if facts.days < 0 else note
        found.append(bad(f"the certificate of the page {ends}", "renew page.certificate"))
    if facts.unwritable:
        seen = f"{facts.unwritable}: sessions and passwords cannot be kept"
        found.append(problem(seen, f"let this user write to {facts.folder}"))
    if facts.said[0] and not found:
        found.append(problem(*facts.said))
    return found
