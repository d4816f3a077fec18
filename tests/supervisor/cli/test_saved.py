"""What the last line of `supervisor run` says of the state."""

from actors.kernel.protocol.lifecycle import Failure
from supervisor.cli.instance.session import _Keeper, _saved
from supervisor.otp.slot import ActorSlot
from supervisor.otp.spec import ChildSpec


def keeper(failures: int = 0, failure: Failure | None = None) -> ActorSlot:
    slot = ActorSlot(ChildSpec("persistence", "some.module:Persistence"), "core", 1)
    slot.failures, slot.last_failure = failures, failure
    return slot


def test_an_end_without_a_failure_has_saved_whatever_else_was_wrong() -> None:
    earlier = keeper(1, Failure("OSError", "long ago"))
    assert _saved([_Keeper(earlier, "running", "no backup could be made", 1)]) == "state saved"


def test_an_end_that_failed_has_not() -> None:
    failed = keeper(1, Failure("PersistenceError", "not written: users: the disk is full"))
    assert (
        _saved([_Keeper(failed, "running", "", 0)]) == "state NOT saved: not written: users: the disk is full"
    )


def test_what_did_not_run_has_not() -> None:
    assert _saved([_Keeper(keeper(), "down", "gave up", 0)]) == "state NOT saved: gave up"
    assert _saved([_Keeper(keeper(), "down", "", 0)]) == "state NOT saved: not started"


def test_a_domain_that_could_not_hand_over_its_state_has_lost_it() -> None:
    spec = ChildSpec("users", "some.module:Users")
    users = ActorSlot(spec, "state", 1)
    users.failures, users.last_failure = 1, Failure("PersistenceError", "in memory only")
    kept = [_Keeper(keeper(), "running", "", 0), _Keeper(users, "running", "", 0)]
    assert _saved(kept) == "state NOT saved: users: in memory only"
