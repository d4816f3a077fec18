"""A supervisor under the virtual clock: it is real, its children are only noted down."""

from actors.kernel.protocol.lifecycle import Failure, Health
from supervisor.otp.messages import ChildEnded, ChildReady
from supervisor.otp.spec import ChildSpec, SupervisorSpec
from supervisor.otp.supervisor import Supervisor
from supervisor.runtime.incarnation_launcher import SYSTEM_ACTOR
from tests.doubles.virtual_world import VirtualWorld


class NotedSlots:
    """What a supervisor did to its children, in order (supervisor.otp.supervisor.Slots)."""

    def __init__(self) -> None:
        self.log: list[str] = []
        self.incarnations: dict[str, int] = {}
        self.killed: dict[str, str] = {}
        self.health: list[tuple[str, Health, str]] = []
        self.specs: dict[str, ChildSpec] = {}
        self.configured: SupervisorSpec
        self.planned: SupervisorSpec | None = None

    def launch(self, address: str) -> int:
        self.log.append(f"start {address}")
        self.incarnations[address] = self.incarnations.get(address, 0) + 1
        return self.incarnations[address]

    def halt(self, address: str) -> None:
        self.log.append(f"stop {address}")

    def kill(self, address: str, why: str, kind: str = "Killed", message: str = "") -> None:
        self.log.append(f"kill {address}")
        self.killed[address] = why

    def close_slot(self, address: str) -> None:
        self.log.append(f"close {address}")

    def set_health(self, address: str, health: Health, reason: str, remedy: str) -> None:
        self.health.append((address, health, reason))

    def configure_slot(self, spec: ChildSpec) -> None:
        self.specs[spec.address] = spec

    def remove_slot(self, address: str) -> None:
        self.log.append(f"remove {address}")

    def revision(self, address: str) -> tuple[SupervisorSpec, SupervisorSpec]:
        assert self.planned is not None
        return self.configured, self.planned


class House:
    """A supervisor for `spec` and the levers to play its children's part."""

    def __init__(self, spec: SupervisorSpec) -> None:
        self.world = VirtualWorld()
        self.system = self.world.probe("system")
        self.answers = self.world.probe("asker")
        self.slots = NotedSlots()
        self.slots.configured = spec
        self.supervisor = Supervisor(spec, self.slots, SYSTEM_ACTOR)
        self.life = self.world.start(self.supervisor, spec.address)
        self.address = spec.address

    @property
    def log(self) -> list[str]:
        """What was done since the last look."""
        seen, self.slots.log = self.slots.log, []
        return seen

    def ready(self, *addresses: str) -> None:
        """These children say that they are ready."""
        for address in addresses:
            self.world.give(self.address, ChildReady(address, self.slots.incarnations[address]))

    def ended(self, address: str, failure: Failure | None = None) -> None:
        """This child's incarnation is over."""
        self.world.give(self.address, ChildEnded(address, self.slots.incarnations[address], failure))

    def crash(self, address: str) -> None:
        """This child dies of a failure."""
        self.ended(address, Failure("ValueError", "no good"))

    def settle(self) -> list[str]:
        """Play obedient children until nothing is asked of them any more: what is started is ready at once, what is
        stopped ends. Everything that was done meanwhile."""
        seen: list[str] = []
        while steps := self.log:
            seen += steps
            for verb, _, address in (step.partition(" ") for step in steps):
                if verb == "start":
                    self.ready(address)
                elif verb == "stop":
                    self.ended(address)
        return seen
