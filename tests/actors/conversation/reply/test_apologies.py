"""The bot's own sentences, in the language that is spoken to it."""

import pytest

from actors.conversation.reply.apologies import APOLOGIES, apology_for


@pytest.mark.parametrize("language", [*APOLOGIES])
def test_each_failure_has_a_sentence_of_its_own_in_each_language(language: str) -> None:
    kinds = ("rate_limited", "out_of_credit", "timeout", "moderated", "tool_call", "unheard", "internal")
    said = {apology_for(kind, language=language) for kind in kinds}
    said.add(apology_for("timeout", begun=True, language=language))
    assert len(said) == len(kinds) + 1
    assert all(sentence.endswith(".") for sentence in said)
    others = [one for name, sentences in APOLOGIES.items() if name != language for one in sentences.values()]
    assert not said & set(others)


def test_english_speaks_for_a_language_that_is_not_there() -> None:
    assert apology_for("timeout", language="ja") == apology_for("timeout")
