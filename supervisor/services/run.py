"""Runs a service until it is told to stop."""

import logging
import os
import signal
import sys
import threading
from pathlib import Path

from supervisor.launcher.link import LauncherLink
from supervisor.nodes.boot import register_messages
from supervisor.nodes.process_setup import take_short_turns
from supervisor.services.engines import Engines
from supervisor.services.service import Service


def serve(name: str, file: Path, actors: frozenset[str], places: int) -> int:
    """Until a signal, or the launcher, ends it: the exit status."""
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    logging.basicConfig(level="INFO", format="%(asctime)s %(levelname)s %(message)s", stream=sys.stderr)
    tether = LauncherLink.found(stop.set)
    take_short_turns()
    register_messages()
    try:
        service = Service(file, name, Engines(places), actors)
    except OSError as error:
        logging.getLogger(__name__).error("the service cannot be published in %s: %s", file, error)
        return 1
    logging.getLogger(__name__).info("%s serves %s, as %s says", name, ", ".join(sorted(actors)), file)
    stop.wait()
    service.close()
    if tether is not None:
        tether.say_goodbye()
    sys.stderr.flush()
    os._exit(0)  # the threads of models hold up nothing
