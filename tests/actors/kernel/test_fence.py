"""A fence closes once, around what is being handled, and only one side says what became of that."""

from actors.kernel.fence import Fence
from tests.actors.kernel.parts import Memo, envelope

ONE, TWO = envelope(Memo(1)), envelope(Memo(2))


def test_it_closes_once() -> None:
    fence = Fence()
    assert fence.close(lambda: None)
    assert (fence.fenced, fence.over, fence.hanging) == (True, True, None)
    assert not fence.close(lambda: None)


def test_it_closes_only_around_what_is_expected() -> None:
    fence = Fence()
    assert not fence.close(lambda: TWO, ONE)
    assert not fence.fenced
    assert fence.close(lambda: ONE, ONE)


def test_who_closes_it_accounts_for_what_hangs_and_the_handler_for_all_else() -> None:
    fence = Fence()
    fence.close(lambda: ONE)
    assert not fence.accounts_for(ONE)
    assert fence.accounts_for(TWO)
