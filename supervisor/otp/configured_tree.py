"""The tree as the configuration has it, and how far each supervisor has followed it."""

from supervisor.otp.spec import SupervisorSpec, supervisors

__all__ = ["ConfiguredTree"]


class ConfiguredTree:
    """One specification per supervisor. A new one counts when its supervisor has asked for the revision."""

    def __init__(self, root: SupervisorSpec) -> None:
        self._current = {spec.address: spec for spec in supervisors(root)}
        self._planned: dict[str, SupervisorSpec] = {}

    def spec(self, address: str) -> SupervisorSpec:
        """What counts now for the supervisor at `address`. Raises KeyError."""
        return self._current[address]

    def plan(self, root: SupervisorSpec) -> tuple[str, ...]:
        """The configuration wants this tree from now on; the addresses of the supervisors that must revise theirs."""
        self._planned = {spec.address: spec for spec in supervisors(root) if spec.address in self._current}
        return tuple(address for address, spec in self._planned.items() if spec != self._current[address])

    def revision(self, address: str) -> tuple[SupervisorSpec, SupervisorSpec]:
        """What counted until now for the supervisor at `address`, and what counts from now on."""
        before = self._current[address]
        after = self._current[address] = self._planned.get(address, before)
        return before, after
