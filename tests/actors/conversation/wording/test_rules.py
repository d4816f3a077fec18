from actors.conversation.wording.rules import MOST, Rules, parsed


def test_a_line_is_a_word_a_pattern_or_what_is_allowed() -> None:
    content = (
        "\ufeff# mine\n\nrude word # because\n/ba+d/ # a pattern\n!bad company\nstem*\r\nrude word\n".encode()
    )
    assert parsed("w.txt", content) == (Rules(("rude word", "stem*"), ("ba+d",), ("bad company",)), ())


def test_each_wrong_line_is_named_and_the_others_count() -> None:
    content = b"good\n/(open/\n/no end\n!\ncaf\xe9\n" + b"x" * 201 + b"\n/x*/\n*\nlast\n"
    rules, faults = parsed("lists/w.txt", content)
    assert rules.words == ("good", "last")
    assert [fault.split(": ")[0] for fault in faults] == [f"lists/w.txt:{n}" for n in (2, 3, 4, 5, 6, 7, 8)]
    assert "missing )" in faults[0]
    assert "/PATTERN/" in faults[1]
    assert "byte 4 is no UTF-8" in faults[3]


def test_a_file_has_its_limit() -> None:
    rules, faults = parsed("w", b"".join(b"w%d\n" % number for number in range(MOST + 5)))
    assert len(rules.words) == MOST
    assert faults == (f"w:{MOST + 1}: more than {MOST} lines; the rest is left out",)
