"""Runs a look at the sound hardware in a process of its own: drivers hang, and libraries crash."""

import multiprocessing
import os
import threading
from collections.abc import Callable
from dataclasses import replace
from multiprocessing import connection as mpc
from typing import Any, TypeVar

from actors.vocabulary.process_end import ended
from config.schema import Config
from supervisor.doctor.running import Running
from supervisor.doctor.subject import Subject

_spawn = multiprocessing.get_context("spawn")
_one_at_a_time = threading.Lock()  # two streams on one device would disturb each other
Facts = TypeVar("Facts")


class LookFailed(Exception):
    """The process ended without an answer, or raised; the text says how."""


def apart(look: Callable[[Subject], Facts], subject: Subject, within: float) -> Facts:
    """What `look`, a function of a module, returns; after the ones before it. Raises LookFailed.

    It sees the sections audio and osc only: the others may hold secrets, which stay in this process."""
    config = Config(audio=subject.config.audio, osc=subject.config.osc)
    shown = replace(subject, config=config, running=Running(subject.running.pid), problems=(), environ={})
    with _one_at_a_time:
        return _answer(look, shown, within)


def _answer(look: Callable[[Subject], Facts], subject: Subject, within: float) -> Facts:
    ours, theirs = _spawn.Pipe(duplex=False)
    answer: Facts
    process = _spawn.Process(target=_run, args=(look, subject, theirs), daemon=True)
    try:
        process.start()
        theirs.close()
        ready = mpc.wait((ours, process.sentinel), within)
        if not ready:
            raise LookFailed(f"no answer within {within:g} s")
        answer = _received(ours, process)
        return answer
    finally:
        process.kill()
        process.join()
        ours.close()


def _received(ours: Any, process: Any) -> Any:
    """A process that has ended may have answered before."""
    try:
        if ours.poll():
            fine, answer = ours.recv()
            if fine:
                return answer
            raise LookFailed(answer)
    except (EOFError, OSError):
        pass
    process.join()
    raise LookFailed(_how(process.exitcode or 0))


def _how(status: int) -> str:
    return f"its process {ended(status)}"


def _run(look: Callable[[Subject], Any], subject: Subject, theirs: Any) -> None:
    """In the child. What libraries write there is for nobody."""
    with open(os.devnull, "w") as nowhere:
        os.dup2(nowhere.fileno(), 2)
    try:
        answer = True, look(subject)
    except BaseException as error:
        answer = False, str(error) or type(error).__name__
    theirs.send(answer)
