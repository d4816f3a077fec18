"""The health of a group of actors, from the health of each: pure."""

from collections.abc import Sequence

from actors.kernel.protocol.lifecycle import Health

__all__ = ["of_group"]


def of_group(members: Sequence[tuple[str, Health]]) -> tuple[Health, str]:
    """The health of a group and the reason, from its members' addresses and health, without those that are disabled.

    OK when all are, DOWN when all are, STARTING while one starts and none is worse, else DEGRADED.
    """
    unwell = [(address, health) for address, health in members if health is not Health.OK]
    if not unwell:
        return Health.OK, ""
    worse = [(address, health) for address, health in unwell if health is not Health.STARTING]
    if not worse:
        return Health.STARTING, ""
    down = [health for _, health in worse if health is Health.DOWN]
    named = ", ".join(f"{address} {health}" for address, health in worse[:3])
    more = f" and {len(worse) - 3} more" if len(worse) > 3 else ""
    return (Health.DOWN if len(down) == len(members) else Health.DEGRADED), named + more
