"""What people see of a chatbox, and when its writer is timed out."""

from supervisor.demo.vrchat.chatbox import LONGEST, MANY, PENALTY, GameChatbox


def test_a_text_is_cut_where_the_chatbox_ends() -> None:
    _, bubble = GameChatbox().takes("x" * 200, 1.0)
    assert bubble is not None
    assert (len(bubble.text), bubble.is_cut) == (LONGEST, True)
    _, emoji = GameChatbox().takes("\U0001f600" * 73, 1.0)
    assert emoji is not None
    assert emoji.text == "\U0001f600" * 72
    _, lines = GameChatbox().takes("a\n" * 12, 1.0)
    assert lines is not None
    assert lines.text.count("\n") == 8


def test_who_writes_too_often_is_not_seen_for_half_a_minute() -> None:
    box, seen = GameChatbox(), []
    for number in range(MANY + 2):
        box, bubble = box.takes("hello", number * 0.1)
        seen.append(bubble is not None)
    assert seen == [True] * MANY + [False] * 2
    assert box.timed_out == 1
    box, bubble = box.takes("hello", 1.0 + PENALTY)
    assert bubble is not None


def test_who_writes_at_gerald_s_pace_is_always_seen() -> None:
    box = GameChatbox()
    for number in range(100):
        box, bubble = box.takes("hello", number * 1.5)
        assert bubble is not None
