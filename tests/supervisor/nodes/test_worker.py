"""A worker keeps account, in the memory that it shares, of every envelope that its parent sends."""

from actors.kernel.directory import DeadLetter, Directory
from actors.kernel.durations import no_counts
from actors.kernel.mailbox import Mailbox
from actors.kernel.message import Envelope, encode
from supervisor.nodes.in_flight import BEGUN_AT, STARVING, WINDOW, Fate, Shared
from supervisor.nodes.link import FrameType
from supervisor.nodes.worker import EnvelopeAccount
from tests.actors.kernel.parts import Memo, envelope


class Rig:
    """An account whose parent is a list of frames, and what handles its envelopes: `fails` says how."""

    def __init__(self, capacity: int = 8) -> None:
        self.shared = Shared(bytearray(WINDOW + 1), [0.0, 0.0], no_counts())
        self.frames: list[FrameType] = []
        self.dead: list[DeadLetter] = []
        self.mailbox = Mailbox(capacity, capacity)
        directory = Directory()
        directory.dead_letters.watch = self.dead.append
        self.account = EnvelopeAccount(self.shared, self, self.mailbox, directory, lambda: 7.0)
        self.fails = False
        self.during: list[int] = []
        self.handle = self.account.around(self._handle)

    def send(self, frame: FrameType) -> None:
        self.frames.append(frame)

    def deliver(self, *slots: int) -> None:
        for slot in slots:
            self.account.deliver(slot, encode(envelope(Memo(slot), slot + 1)))

    def step(self) -> bool:
        given = self.mailbox.take()
        assert given is not None
        return self.handle(given)

    def _handle(self, given: Envelope) -> bool:
        self.during = list(self.shared.fates[:4])
        return not self.fails


def test_an_envelope_is_begun_and_then_done() -> None:
    rig = Rig()
    rig.deliver(2)
    assert rig.step()
    assert rig.during[2] == Fate.BEGUN
    assert rig.shared.fates[2] == Fate.DONE
    assert rig.shared.times[BEGUN_AT] == 7.0


def test_the_one_that_kills_the_actor_has_fallen_and_so_has_the_stop_around_it() -> None:
    rig = Rig()
    rig.deliver(0, 1)
    rig.fails = True
    assert not rig.step()
    rig.fails = False
    assert not rig.step()
    assert list(rig.shared.fates[:2]) == [Fate.FALLEN, Fate.FALLEN]


def test_what_nobody_sent_needs_no_account() -> None:
    rig = Rig()
    assert rig.handle(envelope(Memo(1)))
    assert not any(rig.shared.fates)


def test_what_cannot_be_read_is_refused_and_what_falls_out_frees_its_slot() -> None:
    rig = Rig(capacity=2)
    rig.account.deliver(3, b"\xc1")
    assert rig.shared.fates[3] == Fate.REFUSED
    rig.deliver(0, 1, 2)
    assert [letter.why for letter in rig.dead] == ["rejected"]
    assert list(rig.shared.fates[:3]).count(Fate.FALLEN) == 1


def test_a_parent_that_waits_is_told_of_room_once() -> None:
    rig = Rig()
    rig.shared.fates[STARVING] = 1
    rig.deliver(0, 1)
    rig.step()
    rig.step()
    assert rig.frames == [FrameType.ROOM]
