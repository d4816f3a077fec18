"""Signing in once, keeping the session, and stopping where only the owner can go on: under the virtual clock."""

from pathlib import Path

import pytest

from actors.kernel.protocol.lifecycle import Health, HealthChanged
from actors.vrchat.messages import CODE_ABOUT, AccountIs, SetStatus, SignIn, SignOut
from config.schema import Secret
from tests.doubles.rights import is_owners_only
from tests.doubles.sealer import XorSealer
from tests.doubles.web_interface.service import EMAIL_CODE, TOTP_SECRET, Service
from tests.doubles.web_interface.virtual import VirtualRoom
from tests.doubles.web_interface.virtual import started as room

MINUTE, HOUR, DAY = 60.0, 3600.0, 86400.0


def health(of: VirtualRoom) -> HealthChanged:
    found: HealthChanged = of.world.supervisor.of(HealthChanged)[-1]
    return found


def code(text: str) -> SignIn:
    return SignIn(XorSealer().encrypt(text.encode(), CODE_ABOUT))


def test_it_signs_in_once_and_a_restart_uses_the_session_that_is_kept(tmp_path: Path) -> None:
    it = room(tmp_path)
    assert it.account().phase == "in"
    it.kill()
    it.start()
    it.world.advance(HOUR)
    assert it.account().phase == "in"
    assert it.account().linked
    assert it.service.logins == 1


def test_what_is_kept_on_disk_shows_nothing(tmp_path: Path) -> None:
    room(tmp_path)
    data = (tmp_path / "data" / "vrchat.session").read_bytes()
    assert b"authcookie" not in data
    assert is_owners_only(tmp_path / "data" / "vrchat.session")


def test_a_code_is_made_from_the_secret_of_the_authenticator(tmp_path: Path) -> None:
    it = room(tmp_path, Service("totp"), totp_secret=Secret(TOTP_SECRET))
    assert (it.account().phase, it.service.logins) == ("in", 1)


def test_a_code_sent_by_mail_is_waited_for_and_a_wrong_one_refused(tmp_path: Path) -> None:
    it = room(tmp_path, Service("emailOtp"), totp_secret=Secret(TOTP_SECRET))
    assert it.account().phase == "code"
    assert "by e-mail" in health(it).remedy
    assert health(it).health is Health.DOWN
    asked = len(it.service.asked)
    it.world.advance(DAY)
    assert len(it.service.asked) == asked, "nothing is sent while it waits for the code"
    it.ask(code("000000"))
    it.world.advance(MINUTE)
    assert isinstance(told := it.told(), AccountIs)
    assert (told.phase, told.reason) == ("code", "VRChat refuses the code")
    it.ask(code(EMAIL_CODE))
    it.world.advance(MINUTE)
    assert isinstance(told := it.told(), AccountIs)
    assert told.phase == "in"
    assert it.service.logins == 1


def test_a_second_factor_that_is_kept_asks_for_no_other_code(tmp_path: Path) -> None:
    it = room(tmp_path, Service("emailOtp"))
    it.ask(code(EMAIL_CODE))
    it.world.advance(MINUTE)
    it.service.end_sessions()
    it.service.tell("hide-notification", "frq_1")
    it.world.advance(DAY)
    assert it.account().phase == "human"
    it.ask(SignIn())
    it.world.advance(MINUTE)
    assert (it.account().phase, it.service.logins) == ("in", 2)


def test_a_wrong_password_is_sent_once(tmp_path: Path) -> None:
    it = room(tmp_path, password=Secret("another password"))
    it.world.advance(2 * DAY)
    assert [(one.path, one.status) for one in it.service.asked] == [("/auth/user", 401)]
    assert health(it).health is Health.DOWN
    assert "supervisor secrets set vrchat.password" in health(it).remedy
    it.kill()
    it.start()
    it.world.advance(2 * DAY)
    assert len(it.service.asked) == 1, "nor after a restart"


@pytest.mark.parametrize("what", ["expired", "moved"])
def test_a_session_that_ended_is_validated_once_and_then_the_owner_is_asked(
    tmp_path: Path, what: str
) -> None:
    it = room(tmp_path)
    if what == "expired":
        it.service.end_sessions()
    else:
        it.service.address = "198.51.100.7"
    it.service.befriend(1, it.now)
    it.world.advance(DAY)
    refused = [one for one in it.service.asked if one.status == 401]
    assert [one.path for one in refused[-1:]] == ["/auth/user"]
    assert len(refused) == 2, "the request itself, and one to validate"
    assert health(it).health is Health.DOWN
    assert "supervisor vrchat login" in health(it).remedy
    asked = len(it.service.asked)
    for _ in range(3):
        it.kill()
        it.start()
        it.world.advance(DAY)
    assert len(it.service.asked) == asked
    it.ask(SignIn())
    it.world.advance(MINUTE)
    assert (it.account().phase, it.service.logins) == ("in", 2)
    assert it.service.accepted == ["frq_000001"]


def test_the_owner_cannot_sign_in_too_often_either(tmp_path: Path) -> None:
    it = room(tmp_path)
    for _ in range(6):
        it.service.end_sessions()
        it.ask(SetStatus("hello"))
        it.world.advance(10 * MINUTE)
        it.ask(SignIn())
        it.world.advance(MINUTE)
    assert it.service.logins == 3
    assert "within a day" in it.account().reason
    it.world.advance(DAY)
    it.ask(SignIn())
    it.world.advance(MINUTE)
    assert it.account().phase == "in"


def test_signing_in_again_while_there_is_a_session_begins_no_other(tmp_path: Path) -> None:
    it = room(tmp_path)
    it.ask(SignIn())
    assert isinstance(told := it.told(), AccountIs)
    assert (told.phase, it.service.logins) == ("in", 1)


def test_signing_out_ends_the_session_at_the_service_and_stays(tmp_path: Path) -> None:
    it = room(tmp_path)
    it.ask(SignOut())
    it.world.advance(MINUTE)
    assert it.service.sessions == {}
    it.kill()
    it.start()
    asked = len(it.service.asked)
    it.world.advance(DAY)
    assert (it.account().phase, len(it.service.asked)) == ("out", asked)
    it.ask(SignIn())
    it.world.advance(MINUTE)
    assert (it.account().phase, it.service.logins) == ("in", 2)


def test_a_sign_in_without_an_answer_is_not_repeated(tmp_path: Path) -> None:
    it = VirtualRoom(tmp_path, Service(""))
    it.fault = lambda method, path: "lost"
    it.start()
    it.world.advance(DAY)
    assert it.service.logins == 1
    assert "unknown" in it.account().reason


def test_a_service_that_cannot_be_reached_is_tried_again(tmp_path: Path) -> None:
    it = VirtualRoom(tmp_path, Service(""))
    it.fault = lambda method, path: "unsent"
    it.start()
    it.world.advance(HOUR)
    assert health(it).health is Health.DEGRADED
    it.fault = lambda method, path: ""
    it.world.advance(HOUR)
    assert (it.account().phase, it.service.logins) == ("in", 1)


def test_how_long_to_wait_is_obeyed_over_a_restart(tmp_path: Path) -> None:
    it = room(tmp_path)
    it.service.limited_until = it.now + 2 * HOUR
    it.service.befriend(1, it.now)
    it.world.advance(MINUTE)
    limited = [one.at for one in it.service.asked if one.status == 429]
    assert len(limited) == 1
    it.kill()
    it.start()
    it.world.advance(1.9 * HOUR)
    assert [one.at for one in it.service.asked if one.status == 429] == limited
    it.world.advance(HOUR)
    assert it.service.accepted == ["frq_000001"]
    assert [one.at for one in it.service.asked if one.status == 429] == limited


def test_every_request_says_who_sends_it(tmp_path: Path) -> None:
    it = room(tmp_path)
    assert {one.agent.split("/")[0] for one in it.service.asked} == {"Gerald"}
    assert all(one.agent.endswith(" owner@example.org") for one in it.service.asked)


def test_another_account_does_not_get_the_session_of_the_one_before(tmp_path: Path) -> None:
    it = room(tmp_path)
    it.kill()
    it.section = it.section.model_copy(update={"username": "somebody else"})
    it.start()
    it.world.advance(MINUTE)
    assert it.service.asked[-1].status == 401
    assert it.account().phase == "human"


def test_a_secret_of_an_authenticator_that_is_none_asks_the_owner(tmp_path: Path) -> None:
    it = room(tmp_path, Service("totp"), totp_secret=Secret("ABC-1890"))
    it.world.advance(DAY)
    assert (it.account().phase, it.service.logins, len(it.service.asked)) == ("human", 1, 1)
    assert it.account().reason == "vrchat.totp_secret is not the secret of an authenticator"


def test_who_signs_in_during_a_long_pause_is_told_and_it_goes_on_by_itself(tmp_path: Path) -> None:
    it = room(tmp_path)
    it.ask(SignOut())
    it.world.advance(MINUTE)
    it.service.limited_until = it.now + 2 * HOUR
    it.ask(SignIn())
    it.world.advance(MINUTE)
    it.ask(SignIn())
    assert isinstance(told := it.told(), AccountIs)
    assert (told.phase, told.reason) == ("signing", "VRChat says: too many requests")
    it.world.advance(3 * HOUR)
    assert (it.account().phase, it.service.logins) == ("in", 2)


def test_a_session_that_ended_while_a_code_was_waited_for_is_told_from_a_wrong_code(tmp_path: Path) -> None:
    it = room(tmp_path, Service("emailOtp"))
    it.service.wrong_code = 401
    it.ask(code("000000"))
    it.world.advance(MINUTE)
    assert it.account().phase == "code"
    it.service.end_sessions()
    it.ask(code(EMAIL_CODE))
    it.world.advance(MINUTE)
    assert (it.account().phase, it.service.logins) == ("human", 1)


def test_a_code_that_is_made_is_made_once(tmp_path: Path) -> None:
    service = Service("totp")
    service.wrong_code = 401
    it = room(tmp_path, service, totp_secret=Secret("JBSWY3DPEHPK3PXQ"))
    it.world.advance(DAY)
    assert (it.account().phase, service.logins) == ("code", 1)
    assert len(service.asked) == 3, "signed in, the code, and whether it was the code"
