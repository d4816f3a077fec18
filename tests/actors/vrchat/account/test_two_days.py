"""Two days with everything that goes wrong: sessions end, limits, errors, hung sockets, other addresses, crashes."""

import os
import random
from pathlib import Path

import pytest

from actors.users.messages import InteractionHappened
from actors.vrchat.account.budget import PER_DAY, PER_HOUR, PER_MINUTE
from actors.vrchat.messages import SignIn
from config.schema import Secret
from tests.doubles.web_interface.service import TOTP_SECRET, Service
from tests.doubles.web_interface.virtual import VirtualRoom

MINUTE, HOUR, DAY = 60.0, 3600.0, 86400.0
SEEDS = range(100 if os.environ.get("GERALD_SOAK") else 2)
FRIENDS = 90
FAULTS = ("unsent", "hang", "lost", "503")


class TwoDays:
    """What happens is drawn from `seed`; the owner signs in again some hours after being asked to, and anew if a
    kill came between."""

    def __init__(self, home: Path, seed: int) -> None:
        self.random = random.Random(seed)
        self.room = VirtualRoom(home, Service("totp"), totp_secret=Secret(TOTP_SECRET), friends_a_day=100)
        self.room.fault = self.fault
        self.faulty = 0.0
        self.tried: list[float] = []
        self.asked_human = 0.0
        self.trespasses = 0
        self.signed_in_again = False

    def fault(self, method: str, path: str) -> str:
        if path != "pipeline":
            self.tried.append(self.room.now)
            self.trespasses += self.asked_human > 0.0
        elif self.faulty:
            return "refused" if self.random.random() < self.faulty else ""
        # Whether a sign-in without an answer succeeded is for the owner to say: a test of its own.
        fails = path != "sign in" and self.random.random() < self.faulty
        return self.random.choice(FAULTS) if fails else ""

    def run(self) -> None:
        dice, room = self.random, self.room
        at = sorted(dice.uniform(0.0, 2 * DAY - 12 * HOUR) for _ in range(FRIENDS))
        ends = dice.uniform(6 * HOUR, 30 * HOUR)  # of the session
        acts = [(seconds, "befriend") for seconds in at] + [(ends, dice.choice(("expire", "move")))]
        acts += [(dice.uniform(0.0, 2 * DAY), "kill") for _ in range(40)]
        acts += [(dice.uniform(0.0, 2 * DAY), "drop") for _ in range(60)]
        acts += [(dice.uniform(0.0, 2 * DAY), "silence") for _ in range(4)]
        acts += [(dice.uniform(0.0, 1.8 * DAY), "limit") for _ in range(8)]
        acts += [(dice.uniform(0.0, 1.8 * DAY), "trouble") for _ in range(20)]
        room.start()
        now = 0.0
        for number, (seconds, what) in enumerate(sorted(acts)):
            self.advance(seconds - now)
            now = seconds
            getattr(self, what)(number)
        self.advance(2 * DAY - now)

    def advance(self, seconds: float) -> None:
        end = self.room.world.clock.elapsed + seconds
        while (left := end - self.room.world.clock.elapsed) > 0.0:
            self.room.world.advance(min(left, 10 * MINUTE))
            if self.room.account().phase == "human" and not self.asked_human:
                self.asked_human = self.room.now
            if (
                self.asked_human
                and self.room.now - self.asked_human > 3 * HOUR
                and self.room.service.logins < 2
            ):
                self.signed_in_again, self.asked_human = True, 0.0
                self.room.ask(SignIn())

    def befriend(self, number: int) -> None:
        self.room.service.befriend(number, self.room.now)

    def expire(self, number: int) -> None:
        self.room.service.end_sessions()

    def move(self, number: int) -> None:
        self.room.service.address = "198.51.100.7"

    def kill(self, number: int) -> None:
        self.room.kill()
        self.room.world.advance(self.random.choice((0.0, 5.0, HOUR)))
        self.room.start()

    def drop(self, number: int) -> None:
        for listener in tuple(self.room.service.listeners.values()):
            listener("")

    def silence(self, number: int) -> None:
        self.room.silent = True
        self.room.happens(2 * HOUR, lambda: setattr(self.room, "silent", False))

    def limit(self, number: int) -> None:
        self.room.service.limited_until = self.room.now + self.random.uniform(MINUTE, 2 * HOUR)

    def trouble(self, number: int) -> None:
        self.faulty = self.random.choice((0.3, 0.7, 1.0))
        self.room.happens(self.random.uniform(MINUTE, 40 * MINUTE), lambda: setattr(self, "faulty", 0.0))


def most_within(times: list[float], seconds: float) -> int:
    first, most = 0, 0
    for last, at in enumerate(times):
        while times[first] <= at - seconds:
            first += 1
        most = max(most, last - first + 1)
    return most


@pytest.mark.parametrize("seed", SEEDS)
def test_two_days(tmp_path: Path, seed: int) -> None:
    days = TwoDays(tmp_path, seed)
    days.run()
    service, account = days.room.service, days.room.account()
    assert account.phase == "in", account
    assert service.logins <= 2
    assert days.signed_in_again, "the session ended, so the owner was asked"
    assert days.trespasses == 0, "requests while the owner was waited for"
    assert most_within(days.tried, MINUTE) <= PER_MINUTE
    assert most_within(days.tried, HOUR) <= PER_HOUR
    assert most_within(days.tried, DAY) <= PER_DAY
    assert len(service.accepted) == FRIENDS
    counted = [one.request for one in account.verdicts if one.verdict == "accepted"]
    assert sorted(counted) == sorted(service.accepted)
    told = [one.person.user_id for one in days.room.users.of(InteractionHappened)]
    assert len(told) == len(set(told)), "nobody is told of twice"
    assert len(told) == FRIENDS
    print(
        f"seed {seed}: {len(days.tried)} requests, {service.logins} sign-ins, {len(service.accepted)} friends"
    )
