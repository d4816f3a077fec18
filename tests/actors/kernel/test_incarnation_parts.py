"""What a host passes into an incarnation instead of overriding it."""

from collections.abc import Callable

from actors.kernel.incarnation import Handle, Incarnation
from actors.kernel.mailbox import Mailbox
from actors.kernel.message import Envelope, Message
from actors.kernel.protocol.lifecycle import Hang
from tests.actors.kernel.parts import Act, Burst, Doer, Listener, Memo
from tests.doubles.virtual_world import VirtualWorld


def test_what_a_host_does_around_each_envelope_hears_whether_the_actor_failed() -> None:
    world = VirtualWorld()
    heard: list[tuple[Message, bool]] = []

    def around(handle: Handle) -> Handle:
        def noted(envelope: Envelope) -> bool:
            heard.append((envelope.message, went_well := handle(envelope)))
            return went_well

        return noted

    mailbox = Mailbox()
    world.directory.open("a", mailbox)
    life = Incarnation(Listener(), "a", 1, mailbox, world.directory, world.clock, around=around)
    life.start()
    life.context.after(0.0, Memo(3))
    for message in (Memo(1), Burst()):
        world.tell("a", message)
    while life.step():
        if not life.running:
            break
    assert sorted(heard, key=repr) == sorted([(Memo(3), True), (Memo(1), True), (Burst(), False)], key=repr)


def test_side_effects_are_the_host_s_to_carry_out_or_leave() -> None:
    world = VirtualWorld()
    left: list[Callable[[], object]] = []
    done: list[int] = []
    doer = Doer(go=lambda me: me.side_effect(lambda: done.append(1)))
    mailbox = Mailbox()
    world.directory.open("a", mailbox)
    life = Incarnation(doer, "a", 1, mailbox, world.directory, world.clock, side_effect=left.append)
    life.start()
    world.tell("a", Act("go"))
    life.step()
    assert (len(left), done) == (1, [])


def test_a_hang_is_a_side_effect_so_that_no_replay_sleeps_through_it() -> None:
    world = VirtualWorld()
    left: list[Callable[[], object]] = []
    mailbox = Mailbox()
    world.directory.open("a", mailbox)
    life = Incarnation(Doer(), "a", 1, mailbox, world.directory, world.clock, side_effect=left.append)
    life.start()
    world.tell("a", Hang(3600.0))
    life.step()
    assert len(left) == 1
