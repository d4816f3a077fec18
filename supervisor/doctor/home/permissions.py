"""Whose the files of the home are, and who else may read or change them."""

import contextlib
import os
import stat
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from config.access import others_that_read
from config.home import Home
from config.secrets.key_file import EncryptionKeyError, key_path
from supervisor.doctor.finding import Finding, Findings, note, ok, problem
from supervisor.doctor.subject import Subject


@dataclass(frozen=True, slots=True)
class FileFacts:
    """mode: as of os.stat. private: nobody else may read it. uid: whose it is."""

    path: Path
    mode: int
    uid: int
    private: bool

    @property
    def others(self) -> str:
        """What anybody else may do that they should not: write, read, or "" for nothing."""
        if self.mode & 0o002 and not self.mode & stat.S_ISVTX:
            return "change"
        return "read" if self.private and self.mode & 0o077 else ""


@dataclass(frozen=True, slots=True)
class PermissionFacts:
    """uid: of this process; None on a system without such. files: those that are there. readers: on Windows, which
    groups of people may read which private file."""

    uid: int | None
    files: tuple[FileFacts, ...] = ()
    readers: tuple[tuple[Path, tuple[str, ...]], ...] = ()


if sys.platform == "win32":

    def gather(subject: Subject) -> PermissionFacts:
        """Looks at the files' lists of access."""
        private = (one.path for one in _files(subject.home, subject.environ) if one.private)
        return PermissionFacts(None, readers=tuple((path, others_that_read(path)) for path in private))

else:

    def gather(subject: Subject) -> PermissionFacts:
        """Looks at the files that matter, and opens none."""
        return PermissionFacts(os.geteuid(), tuple(_files(subject.home, subject.environ)))


def _files(home: Home, environ: Mapping[str, str]) -> Iterator[FileFacts]:
    plain = (home.path, home.config_file.parent, home.config_file, home.data, home.state, home.overrides_file)
    private = [home.env_file, home.secrets_file, home.instance_file, home.data_key_file]
    private += [home.data / "page" / name for name in ("passwords.json", "sessions.json", "certificate.pem")]
    private += [home.data / "hosts" / part / "key.pem" for part in ("authority", "home", "agent")]
    with contextlib.suppress(EncryptionKeyError):  # without a folder of one's own there is no key
        private.append(key_path(environ))
    for path in (*plain, *private, home.instance_file.with_suffix(".lock"), home.state / "data.mdb"):
        with contextlib.suppress(OSError):
            found = path.stat()
            yield FileFacts(path, found.st_mode, found.st_uid, path in private)


def judge(facts: PermissionFacts) -> Findings:
    """Another user's file is a problem: Gerald could not write it."""
    if facts.uid is None:
        said = ok("no group of others may read keys; whose the files are is not looked at on this system")
        return tuple(_read_by_groups(facts)) or (said,)
    return tuple(_bad(facts)) or (
        ok("the files are this user's, and nobody else may read keys or change anything"),
    )


def _read_by_groups(facts: PermissionFacts) -> Iterator[Finding]:
    for path, groups in facts.readers:
        if groups:
            remedy = f'icacls "{path}" /inheritance:r /grant:r "%USERNAME%:F"'
            yield problem(f"{' and '.join(groups)} may read {path}", remedy)


def _bad(facts: PermissionFacts) -> Iterator[Finding]:
    if facts.uid == 0:
        yield note(
            "this is run by root, who has powers that Gerald does not need", "run it as a user of its own"
        )
    foreign = next((one for one in facts.files if one.uid != facts.uid), None)
    if foreign is not None:
        what = f"{foreign.path} belongs to another user (number {foreign.uid}; this one is {facts.uid})"
        remedy = f"run Gerald as that user, or type `sudo chown -R {facts.uid} {foreign.path}`"
        yield problem(what, remedy) if facts.uid else note(what, remedy)
    for one in facts.files:
        if one.others:
            mode = "o-w" if one.others == "change" else "600"
            yield problem(f"other users may {one.others} {one.path}", f"chmod {mode} {one.path}")
