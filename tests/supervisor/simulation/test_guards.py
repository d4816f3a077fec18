"""One of four seeds has an owner who blocks people, a list of words, and two servers: each of them is really used."""

from supervisor.nodes.boot import register_messages
from supervisor.simulation.environment.configuration import is_guarded
from supervisor.simulation.world import SimulatedWorld, quiet


def test_people_are_blocked_words_withheld_and_servers_taken_over() -> None:
    register_messages()
    with quiet():
        world = SimulatedWorld(11)
        assert world.guarded
        world.load.begin(40.0)
        world.owner.begin(40.0)
        world.watch()
        world.run(80.0)
        world.blocking.check()
        assert world.faults == []
        assert world.blocking.confirmed >= 2
        assert world.blocking.checked >= 4
        assert world.wording.withheld >= 2
        assert world.model.spared >= 2
        assert world.stop(30.0)


def test_the_other_seeds_are_as_they_were() -> None:
    assert [seed for seed in range(8) if is_guarded(seed)] == [3, 7]
    with quiet():
        world = SimulatedWorld(4)
        assert not world.guarded
        assert not world.source.config.llm.models
        assert not world.source.config.safety.words
