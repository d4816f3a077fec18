"""Virtual time, and who goes on next."""

from supervisor.simulation.scheduler import Scheduler, Task


def worker(scheduler: Scheduler, name: str, steps: int, done: list[str]) -> Task:
    left = [steps]

    def step() -> bool:
        if not left[0]:
            task.queued = False
            return False
        left[0] -= 1
        done.append(name)
        return True

    task = Task(scheduler, name, step)
    task.wake()
    return task


def order(seed: str) -> str:
    scheduler, done = Scheduler(seed), list[str]()
    for name in "abc":
        worker(scheduler, name, 4, done)
    scheduler.run(1.0)
    return "".join(done)


def test_every_order_can_come_about_and_a_seed_always_gives_the_same() -> None:
    orders = {order(f"seed {n}") for n in range(50)}
    assert len(orders) > 40
    assert {"".join(sorted(one)) for one in orders} == {"aaaabbbbcccc"}
    assert order("seed 7") == order("seed 7")


def test_time_moves_to_what_is_due_next_and_not_beyond_the_end() -> None:
    scheduler, seen = Scheduler("seed"), list[float]()
    for at in (3.0, 1.0, 2.0, 9.0):
        scheduler.at(at, lambda: seen.append(scheduler.clock.time))
    scheduler.run(5.0)
    assert seen == [1.0, 2.0, 3.0]
    assert scheduler.clock.time == 5.0


def test_whoever_hangs_does_nothing_while_all_others_go_on() -> None:
    scheduler, done = Scheduler("seed"), list[str]()

    def step() -> bool:
        if "hung" in done:
            task.queued = False
            return False
        scheduler.hang(2.0)
        done.append("hung")
        return True

    task = Task(scheduler, "hanging", step)
    task.wake()
    scheduler.at(1.0, lambda: worker(scheduler, "other", 1, done) and task.wake())
    scheduler.run(10.0)
    assert done == ["other", "hung"]


def test_after_a_power_cut_only_what_is_outside_goes_on() -> None:
    scheduler, seen = Scheduler("seed"), list[str]()
    scheduler.at(1.0, lambda: seen.append("inside"))
    scheduler.schedule_external(1.0, lambda: seen.append("outside"))
    scheduler.at(0.5, scheduler.halt)
    scheduler.run(5.0)
    assert scheduler.clock.time == 0.5
    scheduler.renew()
    scheduler.run(5.0)
    assert seen == ["outside"]
