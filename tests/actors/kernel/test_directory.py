"""The directory delivers or buries, and tells of a burial only whoever asked to hear."""

import pytest

from actors.kernel.directory import DeadLetters, Directory
from actors.kernel.errors import MalformedMessage
from actors.kernel.mailbox import Mailbox
from actors.kernel.message import Envelope
from actors.kernel.protocol.lifecycle import Undelivered
from tests.actors.kernel.parts import Act, Doer, Listener, Memo, Reading, envelope
from tests.doubles.virtual_world import Probe, VirtualWorld


def test_mail_goes_to_the_box_of_its_address() -> None:
    directory = Directory()
    here, there = Mailbox(), Mailbox()
    directory.open("here", here)
    directory.open("there", there)
    directory.deliver(envelope(Memo(1), to="there"))
    assert (len(here), len(there)) == (0, 1)


def test_mail_for_an_address_that_is_not_here_goes_elsewhere() -> None:
    directory = Directory()
    parent = directory.elsewhere = Probe()
    directory.deliver(envelope(Memo(1), to="far"))
    assert parent.messages == [Memo(1)]


def test_mail_for_nobody_is_a_dead_letter() -> None:
    directory = Directory()
    directory.deliver(envelope(Memo(1), to="nobody"))
    (letter,) = directory.dead_letters.last
    assert (letter.why, letter.detail) == ("unknown", "nobody lives at 'nobody'")


def test_a_closed_address_receives_nothing() -> None:
    directory = Directory()
    directory.open("a", box := Mailbox())
    directory.close("a")
    directory.deliver(envelope(Memo(1)))
    assert len(box) == 0
    assert directory.dead_letters.counts["unknown"] == 1


@pytest.mark.parametrize("notify", [True, False])
def test_a_sender_hears_of_undelivered_mail_only_when_it_asked_to(notify: bool) -> None:
    world = VirtualWorld()
    doer = Doer(go=lambda me: me.tell("nobody", Memo(1), notify=notify))
    world.start(doer, "a")
    world.give("a", Act("go"))
    lost = str(doer.done[0])
    expected = [Undelivered(lost, "nobody", "Memo", "unknown", "nobody lives at 'nobody'")]
    assert doer.undelivered == (expected if notify else [])
    assert world.dead_letters.counts == {"unknown": 1}


def test_a_note_that_cannot_be_delivered_itself_breeds_no_further_notes() -> None:
    directory = Directory()
    note = Undelivered("x/0/1", "nobody", "Memo", "unknown")
    directory.deliver(envelope(note, to="nobody", sender="gone"))
    assert sum(directory.dead_letters.counts.values()) == 1


def test_the_note_has_an_id_that_no_actor_could_have_given() -> None:
    directory = Directory()
    sender = Probe()
    directory.open("a", sender)
    directory.deliver(Envelope("a", 2, 7, "nobody", Memo(1), "", 3, "", True))
    (note,) = sender.envelopes
    assert (note.id, note.cause, note.answers, note.turn) == ("nobody~post@a/2/7", "a/2/7", "a/2/7", 3)


def test_only_the_last_dead_letters_are_kept_but_all_are_counted() -> None:
    directory = Directory(DeadLetters(keep=3))
    for number in range(10):
        directory.deliver(envelope(Memo(number), number, to="nobody"))
    assert [letter.envelope.sequence for letter in directory.dead_letters.last] == [7, 8, 9]
    assert directory.dead_letters.counts["unknown"] == 10


def test_whoever_watches_sees_every_dead_letter() -> None:
    directory = Directory()
    seen: list[str] = []
    directory.dead_letters.watch = lambda letter: seen.append(letter.why)
    directory.deliver(envelope(Memo(1), to="nobody"))
    assert seen == ["unknown"]


def test_the_paranoid_directory_hands_over_a_copy_and_no_shared_value() -> None:
    world = VirtualWorld(paranoid=True)
    listener = Listener()
    world.start(listener, "a")
    sent = Memo(1, "hello")
    world.give("a", sent)
    assert listener.heard == [sent]
    assert listener.heard[0] is not sent


def test_the_paranoid_directory_refuses_what_no_wire_would_carry() -> None:
    directory = Directory(paranoid=True)
    with pytest.raises(MalformedMessage, match="not finite"):
        directory.deliver(envelope(Reading(float("nan"))))
