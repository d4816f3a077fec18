"""Whose names must not be in a report: the user's, those of the configuration, those that Gerald knows."""

import contextlib
import getpass
import os
import socket
import sys
from collections.abc import Iterator
from pathlib import Path

from supervisor.doctor.masking import Masker, masker
from supervisor.doctor.subject import Subject


def masker_of(subject: Subject) -> Masker:
    """A masker for reports about `subject`."""
    try:
        home = str(Path.home())
    except RuntimeError:  # a user who is a mere number
        home = ""
    return masker(home, _names(subject, home))


def _names(subject: Subject, home: str) -> Iterator[str]:
    config = subject.config
    yield from (config.vrchat.username or "", *config.safety.people, *subject.running.people)
    yield from (Path(home).name if home else "", socket.gethostname())
    with contextlib.suppress(OSError, KeyError, ImportError):
        yield getpass.getuser()
    yield from _owners(subject)


if sys.platform == "win32":

    def _owners(subject: Subject) -> Iterator[str]:
        yield from ()

else:
    import pwd

    def _owners(subject: Subject) -> Iterator[str]:
        """The login and full name of this user and of whom the home belongs to."""
        for uid in (os.geteuid(), *_uid_of(subject.home.path)):
            try:
                entry = pwd.getpwuid(uid)
            except KeyError:
                continue
            yield from (entry.pw_name, entry.pw_gecos.partition(",")[0])

    def _uid_of(path: Path) -> Iterator[int]:
        try:
            yield path.stat().st_uid
        except OSError:
            return
