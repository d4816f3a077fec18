"""Virtual time, and who goes on next."""

from supervisor.simulation.scheduler import Agenda, Seat


def worker(agenda: Agenda, name: str, steps: int, done: list[str]) -> Seat:
    left = [steps]

    def step() -> bool:
        if not left[0]:
            seat.queued = False
            return False
        left[0] -= 1
        done.append(name)
        return True

    seat = Seat(agenda, name, step)
    seat.wake()
    return seat


def order(seed: str) -> str:
    agenda, done = Agenda(seed), list[str]()
    for name in "abc":
        worker(agenda, name, 4, done)
    agenda.run(1.0)
    return "".join(done)


def test_every_order_can_come_about_and_a_seed_always_gives_the_same() -> None:
    orders = {order(f"seed {n}") for n in range(50)}
    assert len(orders) > 40
    assert {"".join(sorted(one)) for one in orders} == {"aaaabbbbcccc"}
    assert order("seed 7") == order("seed 7")


def test_time_moves_to_what_is_due_next_and_not_beyond_the_end() -> None:
    agenda, seen = Agenda("seed"), list[float]()
    for at in (3.0, 1.0, 2.0, 9.0):
        agenda.at(at, lambda: seen.append(agenda.clock.time))
    agenda.run(5.0)
    assert seen == [1.0, 2.0, 3.0]
    assert agenda.clock.time == 5.0


def test_whoever_hangs_does_nothing_while_all_others_go_on() -> None:
    agenda, done = Agenda("seed"), list[str]()

    def step() -> bool:
        if "hung" in done:
            seat.queued = False
            return False
        agenda.hang(2.0)
        done.append("hung")
        return True

    seat = Seat(agenda, "hanging", step)
    seat.wake()
    agenda.at(1.0, lambda: worker(agenda, "other", 1, done) and seat.wake())
    agenda.run(10.0)
    assert done == ["other", "hung"]


def test_after_a_power_cut_only_what_is_outside_goes_on() -> None:
    agenda, seen = Agenda("seed"), list[str]()
    agenda.at(1.0, lambda: seen.append("inside"))
    agenda.outside(1.0, lambda: seen.append("outside"))
    agenda.at(0.5, agenda.halt)
    agenda.run(5.0)
    assert agenda.clock.time == 0.5
    agenda.renew()
    agenda.run(5.0)
    assert seen == ["outside"]
