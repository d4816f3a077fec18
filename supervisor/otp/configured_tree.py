"""The supervision tree that the configuration asks for, and how far each supervisor has adopted it."""

from supervisor.otp.spec import SupervisorSpec, supervisors


class ConfiguredTree:
    """One specification per supervisor. A new one takes effect when its supervisor asks for the revision."""

    def __init__(self, root: SupervisorSpec) -> None:
        self._current = {spec.address: spec for spec in supervisors(root)}
        self._planned: dict[str, SupervisorSpec] = {}

    def spec(self, address: str) -> SupervisorSpec:
        """The specification in effect for the supervisor at `address`. Raises KeyError."""
        return self._current[address]

    def plan(self, root: SupervisorSpec) -> tuple[str, ...]:
        """Plan for the tree below `root`; returns the addresses of the supervisors that must revise theirs."""
        self._planned = {spec.address: spec for spec in supervisors(root) if spec.address in self._current}
        return tuple(address for address, spec in self._planned.items() if spec != self._current[address])

    def revision(self, address: str) -> tuple[SupervisorSpec, SupervisorSpec]:
        """The specifications of the supervisor at `address`, before and from now on."""
        before = self._current[address]
        after = self._current[address] = self._planned.get(address, before)
        return before, after
