"""The client of the control socket."""

import contextlib
import multiprocessing.connection as mpc
from collections.abc import Iterator, Mapping
from multiprocessing import AuthenticationError
from pathlib import Path
from typing import Any

from supervisor.connection import Connection, limit_reads
from supervisor.control.wire import HANDSHAKE_WITHIN, RequestRefused, receive, send
from supervisor.instance import Instance, find_instance


def stream(home: Path, request: Mapping[str, Any], timeout: float = 120.0) -> Iterator[dict[str, Any]]:
    """Send `request` to the instance of `home`; every answer as it comes.

    Raises NoInstance, and RequestRefused when the instance refuses, is silent for `timeout` seconds, or ends.
    """
    instance = find_instance(home)
    try:
        connection = _connect(instance)
    except (OSError, EOFError, AuthenticationError) as error:
        why = _why_silent(instance.pid, error)
        raise RequestRefused(f"process {instance.pid} runs in {home} but does not answer: {why}") from None
    with contextlib.closing(connection):
        send(connection, request)
        while True:
            if not connection.poll(timeout):
                raise RequestRefused(f"the instance (process {instance.pid}) said nothing for {timeout:g} s")
            try:
                answer = receive(connection)
            except (EOFError, OSError):
                raise RequestRefused("the instance went away") from None
            if "error" in answer:
                raise RequestRefused(str(answer["error"]))
            if answer.get("end"):
                return
            yield answer


def _why_silent(pid: int, error: Exception) -> str:
    """What keeps the process from answering, as far as it can be told from outside."""
    import psutil  # heavy, and needed only here

    with contextlib.suppress(psutil.Error):
        if psutil.Process(pid).status() == psutil.STATUS_STOPPED:
            return f"it is suspended (Ctrl-Z?); type `fg` in its terminal, or `kill -CONT {pid}`"
    if isinstance(error, BlockingIOError | TimeoutError):
        return f"it said nothing for {HANDSHAKE_WITHIN:g} s; `kill {pid}` ends it"
    return str(error) or "it closed the connection; too many clients, perhaps"


def _connect(instance: Instance) -> "Connection":
    """An authenticated connection. Fails after five seconds if the process is frozen."""
    connection: Connection = mpc.Client(instance.address, instance.family)
    try:
        limit_reads(connection, HANDSHAKE_WITHIN)
        key = bytes.fromhex(instance.key)
        mpc.answer_challenge(connection, key)
        mpc.deliver_challenge(connection, key)
    except BaseException:
        connection.close()
        raise
    return connection


def call(home: Path, request: Mapping[str, Any], timeout: float = 30.0) -> dict[str, Any]:
    """Send `request`; its last answer. Raises as `stream` does."""
    answer: dict[str, Any] = {}
    for part in stream(home, request, timeout):
        answer = part
    return answer
