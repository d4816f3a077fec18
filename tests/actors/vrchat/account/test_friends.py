"""Requests for friendship, friends, the link, invitations and the status: under the virtual clock."""

from pathlib import Path

import pytest

from actors.kernel.protocol.lifecycle import Health, HealthChanged
from actors.users.messages import (
    USERS,
    GetBlocked,
    InteractionHappened,
    PeopleBlocked,
    PeopleCalled,
    PersonForgotten,
    UsersBegan,
)
from actors.vocabulary.blocks import Blocks, block_of
from actors.vocabulary.values import Person
from actors.vrchat.messages import VRCHAT, AccountDone, AccountRefused, InviteFriend, SetStatus, SignOut
from actors.vrchat.web.session_file import ABOUT
from actors.world.messages import FriendOnline, FriendsOnline
from tests.doubles.sealer import XorSealer
from tests.doubles.web_interface.service import HERE, Service
from tests.doubles.web_interface.virtual import started as room

MINUTE, HOUR, DAY = 60.0, 3600.0, 86400.0


def test_requests_are_accepted_once_and_their_people_told(tmp_path: Path) -> None:
    it = room(tmp_path)
    it.service.befriend(1, it.now)
    it.service.tell("notification", it.service.notifications["frq_000001"])
    it.world.advance(MINUTE)
    assert it.service.accepted == ["frq_000001"]
    happened = it.users.of(InteractionHappened)
    assert [(one.person.name, one.interaction.kind) for one in happened] == [("Person 1", "friend")]
    assert [(one.verdict, one.reason) for one in it.account().verdicts] == [
        ("accepted", "vrchat.auto_friend_accept")
    ]


def test_requests_made_while_nobody_listened_are_found(tmp_path: Path) -> None:
    service = Service("")
    for number in range(150):
        service.befriend(number, 1_700_000_000.0 + number)
    it = room(tmp_path, service, friends_a_day=100)
    it.world.advance(4 * HOUR)
    assert (len(service.accepted), it.account().today) == (100, 100)
    it.world.advance(DAY + 4 * HOUR)
    assert len(service.accepted) == 150


def test_a_request_that_an_event_tells_of_while_the_list_is_read_is_not_lost(tmp_path: Path) -> None:
    it = room(tmp_path)
    for listener in tuple(it.service.listeners.values()):
        listener("")
    asked = len(it.service.asked)
    while it.service.asked[-1].path != "/auth/user/notifications" or len(it.service.asked) == asked:
        it.world.advance(0.1)
    it.service.befriend(1, it.now)  # the list is written, and not arrived yet
    it.world.advance(MINUTE)
    assert it.service.accepted == ["frq_000001"]


@pytest.mark.parametrize("fault", ["lost", "hang", "503"])
def test_an_acceptance_without_answer_is_looked_up_and_counts_once(tmp_path: Path, fault: str) -> None:
    it = room(tmp_path)
    faults = [fault]
    it.fault = lambda method, path: faults.pop() if faults and path.endswith("accept") else ""
    it.service.befriend(1, it.now)
    it.world.advance(HOUR)
    assert it.service.accepted == ["frq_000001"]
    assert it.account().today == 1
    assert len(it.users.of(InteractionHappened)) == 1
    tried = sum(one.path.endswith("accept") for one in it.service.asked)
    assert tried == 1


def test_a_request_that_gets_no_answer_for_hours_is_tried_seldom_and_accepted_in_the_end(
    tmp_path: Path,
) -> None:
    it = room(tmp_path)
    it.fault = lambda method, path: "hang" if path.endswith("accept") else ""
    it.service.befriend(1, it.now)
    it.world.advance(10 * HOUR)
    assert it.service.accepted == []
    assert len(it.service.asked) < 60
    it.fault = lambda method, path: ""
    it.world.advance(4 * HOUR)
    assert it.service.accepted == ["frq_000001"]
    assert it.account().today == 1


def test_a_kill_between_accepting_and_the_answer_counts_once(tmp_path: Path) -> None:
    it = room(tmp_path)
    it.service.befriend(1, it.now)
    it.world.run()
    it.world.advance(0.1)
    assert it.service.accepted == ["frq_000001"]
    it.kill()
    it.start()
    it.world.advance(MINUTE)
    assert it.account().today == 1
    assert len(it.users.of(InteractionHappened)) == 1


def test_a_request_that_was_withdrawn_is_noted_and_not_tried_again(tmp_path: Path) -> None:
    it = room(tmp_path)
    it.fault = lambda method, path: it.service.notifications.clear() or "" if path.endswith("accept") else ""
    it.service.befriend(1, it.now)
    it.world.advance(HOUR)
    assert [one.verdict for one in it.account().verdicts] == ["gone"]
    assert sum(one.path.endswith("accept") for one in it.service.asked) == 1


def test_who_is_denied_is_declined_and_who_is_not_allowed_waits(tmp_path: Path) -> None:
    it = room(tmp_path, deny=("Person 1",), allow=("usr_00000002",))
    for number in (1, 2, 3):
        it.service.befriend(number, it.now)
    it.world.advance(MINUTE)
    assert it.service.accepted == ["frq_000002"]
    assert [(one.verdict, one.reason) for one in it.account().verdicts] == [
        ("declined", "listed in vrchat.deny"),
        ("accepted", "listed in vrchat.allow"),
    ]
    assert [one.person.name for one in it.account().requests] == ["Person 3"]


def test_without_the_switch_nobody_is_accepted(tmp_path: Path) -> None:
    it = room(tmp_path, auto_friend_accept=False)
    it.service.befriend(1, it.now)
    it.world.advance(DAY)
    assert it.service.accepted == []
    assert [one.person.name for one in it.account().requests] == ["Person 1"]


def test_friends_are_known_with_their_place_and_followed_by_events(tmp_path: Path) -> None:
    service = Service("")
    service.friends = {f"usr_{n:08}": (f"Person {n}", "offline" if n % 2 else HERE) for n in range(250)}
    it = room(tmp_path, service)
    friends = {one.person.user_id: one for one in it.account().friends}
    assert len(friends) == 250
    assert sum(one.online for one in friends.values()) == 125
    assert friends["usr_00000002"].place == "wrld_11111111-0000-4000-8000-000000000000"
    service.moves("usr_00000001", "private")
    service.moves("usr_00000002", "offline")
    service.renames("usr_00000003", "Another name")
    service.tell("friend-delete", {"userId": "usr_00000004"})
    it.world.run()
    friends = {one.person.user_id: one for one in it.account().friends}
    assert (friends["usr_00000001"].online, friends["usr_00000001"].place) == (True, "private")
    assert (friends["usr_00000002"].online, friends["usr_00000002"].place) == (False, "")
    assert friends["usr_00000003"].person.name == "Another name"
    assert "usr_00000004" not in friends


def test_unknown_events_are_counted_and_harm_nothing(tmp_path: Path) -> None:
    it = room(tmp_path)
    for _ in range(3):
        it.service.tell("group-joined", {"groupId": "grp_1"})
    it.service.tell("friend-location", {"userId": 7})
    it.world.run()
    assert it.account().ignored == {"group-joined": 3, "friend-location": 1}


def test_the_link_is_opened_after_the_session_was_found_good_and_seldom(tmp_path: Path) -> None:
    it = room(tmp_path)
    opened: list[float] = []

    def refused(method: str, path: str) -> str:
        if path == "pipeline":
            opened.append(it.now)
            assert it.service.asked[-1].path == "/auth/user"
            return "refused"
        return ""

    it.fault = refused
    for listener in tuple(it.service.listeners.values()):
        listener("")
    it.world.advance(DAY)
    assert len(opened) <= 48, "a cap a day"
    assert opened[-1] - opened[-2] > opened[1] - opened[0]
    it.fault = lambda method, path: ""
    it.service.befriend(1, it.now)
    it.world.advance(DAY)
    assert it.account().linked
    assert it.service.accepted == ["frq_000001"]


def test_a_link_that_fell_silent_misses_nothing_for_ever(tmp_path: Path) -> None:
    it = room(tmp_path)
    it.silent = True
    it.service.befriend(1, it.now)
    it.world.advance(4 * HOUR)
    assert it.service.accepted == ["frq_000001"]


def test_who_asks_for_an_invitation_is_invited_once_and_only_friends_are(tmp_path: Path) -> None:
    it = room(tmp_path, Service(""), invites="friends")
    it.service.befriend(1, it.now)
    it.world.advance(MINUTE)
    for number in (1, 1, 2):
        it.service.notify(
            "requestInvite", f"usr_{number:08}", f"Person {number}", it.now, {"platform": "android"}
        )
    it.world.advance(MINUTE)
    assert it.service.invited == [("usr_00000001", HERE)]
    left = [one["senderUserId"] for one in it.service.notifications.values()]
    assert left == ["usr_00000001", "usr_00000002"]


def test_an_invitation_is_passed_on_to_the_game_unless_they_are_ignored(tmp_path: Path) -> None:
    service = Service("")
    service.friends["usr_00000001"] = ("Person 1", HERE)
    it = room(tmp_path, service, invites="friends")
    service.notify("invite", "usr_00000001", "Person 1", it.now, {"worldId": HERE, "worldName": "A place"})
    it.world.advance(MINUTE)
    assert service.went == [HERE]
    other = room(tmp_path / "other", Service(""))
    other.service.friends["usr_00000001"] = ("Person 1", HERE)
    other.service.notify("invite", "usr_00000001", "Person 1", other.now, {"worldId": HERE, "worldName": "x"})
    other.world.advance(HOUR)
    assert other.service.went == []
    assert [one.kind for one in other.account().invitations] == ["invite"]


def test_the_owner_invites_by_name_and_is_told_why_not(tmp_path: Path) -> None:
    service = Service("")
    service.friends["usr_00000001"] = ("Anna", HERE)
    it = room(tmp_path, service)
    it.ask(InviteFriend("anna"))
    it.world.advance(MINUTE)
    assert isinstance(told := it.told(), AccountDone)
    assert told.person.user_id == "usr_00000001"
    assert service.invited == [("usr_00000001", HERE)]
    it.ask(InviteFriend("Ben"))
    assert it.told() == AccountRefused("no friend is called Ben")
    service.location = "offline"
    it.ask(InviteFriend("Anna"))
    it.world.advance(MINUTE)
    assert isinstance(refused := it.told(), AccountRefused)
    assert "no instance" in refused.reason
    assert it.world.supervisor.of(HealthChanged)[-1].health is Health.OK, "that is no trouble of the account"


def test_the_status_is_set_once_by_the_configuration_and_by_the_owner(tmp_path: Path) -> None:
    it = room(tmp_path, status="ask me", status_text="an AI")
    assert (it.service.status, it.service.text) == ("ask me", "an AI")
    it.ask(SetStatus("back soon"))
    it.world.advance(HOUR)
    assert it.service.text == "back soon"
    assert sum(one.method == "PUT" for one in it.service.asked) == 2


def test_the_world_hears_who_is_online_and_the_users_how_people_are_called(tmp_path: Path) -> None:
    service = Service("")
    service.friends = {"usr_00000001": ("Anna", HERE), "usr_00000002": ("Ben", "offline")}
    it = room(tmp_path, service, share_places=True)
    anna = FriendOnline(Person("usr_00000001", "Anna"), "wrld_11111111-0000-4000-8000-000000000000")
    assert it.inhabited.of(FriendsOnline)[-1].friends == (anna,)
    assert it.users.of(PeopleCalled)[-1].people == (anna.person, Person("usr_00000002", "Ben"))
    it.inhabited.clear()
    it.users.clear()
    service.moves("usr_00000001", "private")
    service.renames("usr_00000002", "Benjamin")
    it.world.run()
    assert it.inhabited.of(FriendsOnline) == [FriendsOnline((FriendOnline(anna.person, "private"),))]
    assert it.users.of(PeopleCalled) == [PeopleCalled((Person("usr_00000002", "Benjamin"),))]
    it.ask(SignOut())
    it.world.advance(MINUTE)
    assert it.inhabited.of(FriendsOnline)[-1].friends == ()


def test_where_friends_are_is_not_told_unless_the_owner_wants_it(tmp_path: Path) -> None:
    service = Service("")
    service.friends = {"usr_00000001": ("Anna", HERE)}
    it = room(tmp_path, service)
    assert [one.place for one in it.inhabited.of(FriendsOnline)[-1].friends] == [""]
    assert it.life is not None
    it.life.actor.commit({"vrchat": it.section.model_copy(update={"share_places": True})})
    told = it.inhabited.of(FriendsOnline)[-1].friends
    assert [one.place for one in told] == ["wrld_11111111-0000-4000-8000-000000000000"]


def test_somebody_who_is_forgotten_is_dropped_and_somebody_blocked_declined(tmp_path: Path) -> None:
    it = room(tmp_path)
    it.service.befriend(1, it.now)
    it.world.advance(MINUTE)
    first = Person("usr_00000001", "Person 1")
    it.world.give(VRCHAT, PersonForgotten((first,), it.now))
    assert it.account().verdicts == ()
    assert it.account().friends == ()
    data = XorSealer().decrypt((tmp_path / "data" / "vrchat.session").read_bytes(), ABOUT)
    assert b"Person 1" not in data
    it.world.give(VRCHAT, PeopleBlocked(Blocks().adding(block_of((Person("usr_00000002", "Person 2"),)))))
    it.service.befriend(2, it.now)
    it.world.advance(MINUTE)
    assert [(one.verdict, one.reason) for one in it.account().verdicts] == [("declined", "blocked")]
    assert it.service.accepted == ["frq_000001"]


def test_it_asks_again_who_is_blocked_when_the_users_actor_has_begun_anew(tmp_path: Path) -> None:
    it = room(tmp_path)
    users = it.world.probe(USERS)
    it.world.give(VRCHAT, UsersBegan())
    assert users.messages == [GetBlocked(follow=True)]
