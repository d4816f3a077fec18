"""What can be known of a game of which nothing is heard."""

from actors.kernel.protocol.lifecycle import Health
from actors.osc.game.contact import PATIENCE, SENT, Contact

LATE = PATIENCE + 1.0


def test_of_a_game_that_does_not_run_nothing_is_said() -> None:
    assert Contact(0.0).said(1e6) is None


def test_a_game_that_runs_by_its_log_and_sends_nothing_has_osc_off() -> None:
    runs = Contact(0.0).runs(True, 10.0)
    assert runs.said(10.0 + PATIENCE - 1.0) is None
    health, reason, remedy = runs.said(10.0 + LATE) or (None, "", "")
    assert health is Health.DEGRADED
    assert "its log" in reason
    assert "OSC > Enabled" in remedy


def test_a_game_that_is_found_and_sends_nothing_is_not_let_through() -> None:
    _, reason, remedy = Contact(0.0).finds("VRChat-Client-A", 0.0).said(LATE) or (None, "", "")
    assert "VRChat-Client-A" in reason
    assert "firewall" in remedy


def test_whoever_was_heard_may_stand_still() -> None:
    heard = Contact(0.0).runs(True, 0.0).hears(7, 5.0)
    assert heard.hears(7, 900.0).said(1000.0) is None


def test_a_game_that_no_longer_answers_is_noticed_by_what_was_sent_since() -> None:
    heard = Contact(0.0).runs(True, 0.0).sent(20).hears(7, 5.0)
    assert heard.sent(20 + SENT - 1).said(1000.0) is None
    silent = heard.sent(20 + SENT)
    assert (silent.said(1000.0) or ("",))[0] is Health.DEGRADED
    assert silent.hears(8, 1000.0).said(1010.0) is None


def test_without_log_and_oscquery_unanswered_messages_are_a_hint_only() -> None:
    sent = Contact(0.0).sent(SENT)
    health, reason, remedy = sent.said(LATE) or (None, "", "")
    assert health is Health.OK
    assert f"none of {SENT}" in reason
    assert "osc.output_host" in remedy


def test_another_receiver_or_sender_counts_from_the_beginning() -> None:
    heard = Contact(0.0).runs(True, 0.0).hears(700, 5.0)
    assert heard.hears(3, 100.0).heard_at == 100.0
    assert heard.hears(0, 100.0).heard_at == 5.0
    assert Contact(0.0).sent(3).hears(1, 1.0).sent(1).unanswered == 1


def test_another_run_of_the_game_is_another_question() -> None:
    again = Contact(0.0).runs(True, 0.0).hears(7, 5.0).runs(False, 50.0).runs(True, 100.0)
    assert (again.said(100.0 + LATE) or ("",))[0] is Health.DEGRADED
