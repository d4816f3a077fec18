"""The actor class: its handlers are found once, by the annotation of their one parameter."""

import pytest

from actors.kernel.actor import Actor, handles
from actors.kernel.errors import HandlerError
from tests.actors.kernel.parts import Burst, Doer, Glimpse, Listener, Memo, Shout


def test_handlers_are_found_by_the_type_they_take() -> None:
    table = Listener.handlers()
    assert table[Memo] == "on_memo"
    assert table[Burst] == "on_burst"
    assert Listener.handlers() is table


def test_a_subclass_inherits_handlers_and_adds_its_own() -> None:
    class More(Doer):
        @handles
        def on_shout(self, message: Shout) -> None: ...

    assert set(More.handlers()) == {*Doer.handlers(), Shout}


def test_a_handler_without_a_message_is_refused() -> None:
    class Empty(Actor):
        @handles
        def on_nothing(self) -> None: ...

    with pytest.raises(HandlerError, match=r"Empty\.on_nothing must take one annotated message"):
        Empty.handlers()


def test_a_handler_may_take_several_types() -> None:
    class Both(Doer):
        @handles
        def on_either(self, message: Shout | Glimpse) -> None:
            """Takes both."""

    assert {Both.handlers()[kind] for kind in (Shout, Glimpse)} == {"on_either"}


def test_a_handler_of_something_else_is_refused() -> None:
    class Odd(Actor):
        @handles
        def on_number(self, message: int) -> None: ...

    with pytest.raises(HandlerError, match=r"Odd\.on_number is annotated with .*int.*, not with a message"):
        Odd.handlers()


def test_two_handlers_of_one_type_are_refused() -> None:
    class Double(Actor):
        @handles
        def on_this(self, message: Memo) -> None: ...

        @handles
        def on_that(self, message: Memo) -> None: ...

    with pytest.raises(HandlerError, match="Double handles Memo in on_that and in on_this"):
        Double.handlers()


def test_an_actor_that_takes_no_new_configuration_over_wants_to_be_restarted_with_it() -> None:
    assert Listener().commit({}) is False
