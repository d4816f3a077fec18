"""Whatever happens between a domain and persistence: when the dust has settled, what is kept is the state."""

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from actors.kernel.mailbox import Mailbox
from actors.kernel.protocol.lifecycle import Stop
from actors.kernel.protocol.state import UpdateState
from actors.kernel.protocol.storage import SaveSnapshot
from actors.kernel.protocol.subscription import Subscribe
from actors.kernel.state.document import Document
from actors.kernel.state.patch import ORDERED
from actors.kernel.state.state_loader import LOAD_AGAIN
from tests.actors.kernel.garden import Orchard, Orchardist, Tree
from tests.doubles.keeper import Keeper, Shelf
from tests.doubles.virtual_world import VirtualWorld


class Lazy(Orchardist):
    save_delay = 0.5


class Loyal(Orchardist):
    """Prefers what it has done in the interim."""

    def merged(self, stored: Orchard, interim: Orchard) -> Orchard:
        return Orchard({**stored.trees, **interim.trees}, interim.owner or stored.owner)


names = st.sampled_from(["a", "b", "c", "old_7"])
numbers = st.integers(0, 3)
steps = st.one_of(
    st.tuples(st.just("plant"), names, numbers),
    st.tuples(st.just("pick"), names, numbers),
    st.tuples(st.just("fell"), names),
    st.tuples(st.just("sell"), names),
    st.tuples(st.just("subscribe"), names),
    st.tuples(st.just("want")),
    st.tuples(st.just("some steps"), st.integers(1, 6)),
    st.tuples(st.just("run")),
    st.tuples(st.just("pass"), st.sampled_from([0.5, 1.0, 6.0, 31.0])),
    st.tuples(st.sampled_from(["lost", "mute", "slow", "disk"])),
    st.tuples(st.just("settle")),
    st.tuples(st.just("crash")),
    st.tuples(st.just("restart")),
    st.tuples(st.just("persistence forgets"), st.booleans()),
)


class Storm:
    """A domain, its keeper, and everything that may come between."""

    def __init__(self, kind: type[Orchardist], shelf: Shelf) -> None:
        self.world = VirtualWorld()
        self.keeper = Keeper(self.world, shelf)
        self.kind = kind
        self.number = 0
        self.mailbox = Mailbox()
        self.begin()

    def begin(self) -> None:
        """One more incarnation."""
        self.number += 1
        self.actor = self.kind()
        self.life = self.world.start(self.actor, "garden", self.number, self.mailbox)

    def change(self, **changes: object) -> None:
        self.world.tell("garden", UpdateState(msgspec.msgpack.encode(changes)))

    def at(self, path: str, value: object) -> None:
        self.world.tell("garden", UpdateState(msgspec.msgpack.encode({path: value})))

    def take(self, step: tuple[str, ...]) -> None:
        match step:
            case ("plant", name, number):
                self.at(f"trees/{name}", Tree(float(number)))
            case ("pick", name, number):
                tree = self.actor.state.trees.get(name, Tree())
                self.at(f"trees/{name}/picked", (*tree.picked, number)[-3:])
            case ("fell", name):
                self.world.tell("garden", UpdateState(b"\x80", remove=(f"trees/{name}",)))
            case ("sell", name):
                self.at("owner", name)
            case ("subscribe", name):
                self.world.tell("garden", Subscribe(path=name), sender=name)
            case ("want",):
                self.keeper.want("garden")
            case ("some steps", count):
                for _ in range(int(count)):
                    self.life.step()
            case ("run",):
                self.world.run()
            case ("pass", seconds):
                self.world.advance(float(seconds))
            case ("disk",):
                self.keeper.disk = "full"
            case ("lost" | "mute" | "slow" as fault,):
                setattr(self.keeper, fault, True)
            case ("settle",):
                self.keeper.settle()
            case ("crash",):
                self.life.fence()
                self.begin()
            case ("restart",):
                self.world.give("garden", Stop())
                self.life.fence()
                self.begin()
            case ("persistence forgets", everything):
                self.keeper.forget(bool(everything))

    def settle(self) -> None:
        """All works again, for as long as the slowest retry takes."""
        for _ in range(4):
            self.keeper.settle()
            self.world.advance(self.kind.load_within + LOAD_AGAIN + 31.0)


@settings(max_examples=300, deadline=None)
@given(
    st.sampled_from([Orchardist, Lazy, Loyal]),
    st.sampled_from([None, 0, 10, 450]),
    st.lists(steps, max_size=40),
)
def test_when_the_dust_has_settled_what_is_kept_is_the_state(
    kind: type[Orchardist], old_trees: int | None, taken: list[tuple[str, ...]]
) -> None:
    shelf = Shelf()
    if old_trees is not None:
        crowd = {f"old_{number}": Tree(float(number)) for number in range(old_trees)}
        shelf = Shelf.holding(Orchard(crowd, "Ann"))
    storm = Storm(kind, shelf)
    for step in taken:
        storm.take(step)
    storm.settle()
    storm.change(owner="the last one")
    storm.settle()
    actor = storm.actor
    # A restart before the store could be read says that what happened is not stored; nothing else may fail.
    assert all(failure.kind == "PersistenceError" for failure in storm.world.failures.values() if failure)
    assert actor.state.owner == "the last one"
    assert shelf.document(actor) == Document(actor.state, actor.subscriptions)
    if len(actor.state.trees) <= ORDERED:
        assert list(shelf.document(actor).state.trees) == list(actor.state.trees)
    assert shelf.newest == actor.version == actor.committed
    changes = [(c.version, c.patch) for c in shelf.seen if not isinstance(c, SaveSnapshot)]
    assert len({version for version, _ in changes}) == len(changes)
    assert changes == sorted(changes)
    # Each version stands for one state only, however often it was handed over.
    wholes = [(s.version, s.parts, s.payload) for s in shelf.seen if isinstance(s, SaveSnapshot)]
    assert len({version for version, _, _ in wholes}) == len(set(wholes))
    successor = VirtualWorld()
    Keeper(successor, shelf)
    again = kind()
    successor.start(again, "garden")
    successor.run()
    assert (again.state, again.subscriptions) == (actor.state, actor.subscriptions)
    assert again.version > actor.version
