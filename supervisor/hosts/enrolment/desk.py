"""Decides at the home who is let in by an invitation, and lets in. Knows no network."""

import datetime
import hmac
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from config.ownership import trouble
from supervisor.hosts.build import Build, lacking, mismatches
from supervisor.hosts.enrolment.messages import (
    Claim,
    Denial,
    Denied,
    Granted,
    NotUnderstood,
    decode_build,
    proof_of,
)
from supervisor.hosts.enrolment.ticket import Ticket, at, given_back, shown, spent
from supervisor.hosts.identity.authority import RequestRefused
from supervisor.hosts.identity.home import issue_to_host
from supervisor.hosts.identity.identity import NoIdentity
from supervisor.hosts.identity.refusal import Refused
from supervisor.hosts.identity.registry import Registry, RegistryTrouble

_SAID = {
    Denial.WRONG_SECRET: "this is not the invitation's secret",
    Denial.USED: "this invitation was used",
    Denial.EXPIRED: "this invitation has ended",
    Denial.GUESSED: "somebody tried to guess the secret of this invitation, so it counts no more",
}


@dataclass(frozen=True, slots=True)
class Offer:
    """What a host is told. link_port: where the home listens for its hosts. addresses: what else the home is called.
    build: the home's own."""

    name: str
    link_port: int
    addresses: tuple[str, ...]
    build: Build


class Desk:
    """For one invitation. data: the home's. until: when it ends, by `clock`. For any thread."""

    def __init__(
        self,
        data: Path,
        registry: Registry,
        secret: bytes,
        offer: Offer,
        until: float,
        clock: Callable[[], float],
        now: Callable[[], datetime.datetime],
    ) -> None:
        self._data, self._registry, self._secret, self._offer = data, registry, secret, offer
        self._clock, self._now = clock, now
        self._ticket = Ticket(until)
        self._lock = threading.Lock()

    @property
    def ticket(self) -> Ticket:
        """As it is now."""
        with self._lock:
            self._ticket = at(self._ticket, self._clock())
            return self._ticket

    def answer(self, claim: Claim, server: bytes, nonce: bytes) -> Granted | Denied:
        """Granted: the invitation is held for this host, until `spend` or `give_back`.

        server: the certificate that was shown to it, in DER. nonce: what it was told to prove."""
        proof = proof_of(self._secret, server, nonce, claim.request, claim.build)
        right = hmac.compare_digest(proof, claim.proof)
        with self._lock:
            self._ticket, denial = shown(self._ticket, self._clock(), right=right)
        if denial is not None:
            return Denied(denial, _SAID[denial])
        answered = self._granted(claim)
        if isinstance(answered, Denied):
            self.give_back()
        return answered

    def admit(self, certificate: bytes) -> Denied | None:
        """It has kept this certificate: it may come from now on. None: that was done."""
        try:
            self._registry.add(self._offer.name, certificate)
        except (RegistryTrouble, Refused) as error:
            self.give_back()
            return Denied(Denial.TROUBLE, str(error))
        return None

    def spend(self) -> None:
        """The host that it was held for has joined: the invitation is over."""
        with self._lock:
            self._ticket = spent(self._ticket)

    def give_back(self) -> None:
        """Whoever it was held for is gone."""
        with self._lock:
            self._ticket = given_back(self._ticket, self._clock())

    def _granted(self, claim: Claim) -> Granted | Denied:
        offer = self._offer
        try:
            build = decode_build(claim.build)
            if found := mismatches(offer.build, build):
                return Denied(Denial.MISMATCH, "this machine does not match the home", found)
            certificate, authority = issue_to_host(self._data, claim.request, offer.name, self._now())
        except (NotUnderstood, RequestRefused) as error:
            return Denied(Denial.BAD_REQUEST, str(error))
        except NoIdentity as error:
            return Denied(Denial.TROUBLE, str(error))
        except OSError as error:
            return Denied(Denial.TROUBLE, trouble(error))
        missing = lacking(offer.build, build)
        return Granted(offer.name, certificate, authority, offer.link_port, offer.addresses, missing)
