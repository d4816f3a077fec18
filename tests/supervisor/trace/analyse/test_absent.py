from collections import Counter

from supervisor.trace.analyse.absent import absent


def test_messages_of_plugins_that_are_not_installed_are_counted_by_plugin() -> None:
    counts = Counter({"TextReceived": 5, "hats.Tipped": 9, "hats.Found": 3, "caps.Worn": 1, "Gone": 2})
    assert absent(counts) == (
        "1 message of a plugin that is not installed: caps.Worn",
        "12 messages of a plugin that is not installed: hats.Found, hats.Tipped",
    )
