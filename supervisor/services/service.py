"""The process of a service: lets homes in, and runs a tenant for each actor that they ask for."""

import contextlib
import logging
import multiprocessing.connection as mpc
import shutil
import threading
from multiprocessing import AuthenticationError
from pathlib import Path
from typing import Any

from config.schema.supervision import SHAREABLE
from supervisor.hosts.build import code_version
from supervisor.services.place import admit, publish
from supervisor.services.tenant import MakesActors, Tenant

log = logging.getLogger(__name__)

MOST = 1000
"""Channels at a time."""

BEAT = 0.25
ENDS_WITHIN = 2.0


class Service:
    """Listens from its making on, until `close`. file: where it is published. allowed: addresses of actors."""

    def __init__(
        self, file: Path, name: str, engines: MakesActors, allowed: frozenset[str] = SHAREABLE, code: str = ""
    ) -> None:
        self._file = file
        self._engines = engines
        self._allowed = allowed
        self._code = code or code_version()
        self._place, self._folder = publish(file, name)
        self._listener = mpc.Listener(self._place.address, self._place.family, backlog=64)
        self._places = threading.BoundedSemaphore(MOST)
        self._lock = threading.Lock()
        self._tenants: set[Tenant] = set()
        self._closed = threading.Event()
        for work in (self._accept, self._beat):
            threading.Thread(target=work, name="service", daemon=True).start()

    @property
    def tenants(self) -> tuple[Tenant, ...]:
        with self._lock:
            return tuple(self._tenants)

    def close(self) -> None:
        """Serve nobody any more. The homes see their actors end, and look for the next service."""
        self._closed.set()
        with contextlib.suppress(OSError):
            self._file.unlink(missing_ok=True)
        with contextlib.suppress(OSError):
            self._listener.close()
        shutil.rmtree(self._folder, ignore_errors=True)

    def _accept(self) -> None:
        while True:
            try:
                connection = self._listener.accept()
            except OSError as error:
                if self._closed.is_set():
                    return
                log.warning("the service did not accept a home: %s", error)
                continue
            if self._places.acquire(blocking=False):
                args = (connection,)
                threading.Thread(target=self._serve, args=args, name="tenant", daemon=True).start()
            else:
                connection.close()

    def _serve(self, connection: Any) -> None:
        try:
            channel = admit(connection, bytes.fromhex(self._place.key))
        except (OSError, EOFError, ValueError, AuthenticationError) as error:
            log.warning("somebody was not let in: %s", error or "gone")
            connection.close()
            self._places.release()
            return
        tenant = Tenant(channel, self._engines, self._code, self._allowed)
        with self._lock:
            self._tenants.add(tenant)
        try:
            tenant.run()
        except Exception:
            log.exception("%s of %s: its channel failed", tenant.address or "an actor", tenant.home)
        finally:
            with self._lock:
                self._tenants.discard(tenant)
            self._places.release()

    def _beat(self) -> None:
        while not self._closed.wait(BEAT):
            for tenant in self.tenants:
                tenant.beat()
