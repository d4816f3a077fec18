"""Which language an utterance is in."""

from actors.speech.engines.language_choice import LanguageChoice, contenders, weight

HEARD = {"la": 0.5, "de": 0.3, "nl": 0.1, "en": 0.1}


def test_no_dead_language_is_found_unless_it_is_allowed() -> None:
    found = LanguageChoice().among(HEARD)
    assert [one.language for one in found] == ["de", "nl", "en"]
    assert found[0].certainty == 0.6
    assert found[0].sure
    assert LanguageChoice(frozenset(("la", "en"))).among(HEARD)[0].language == "la"


def test_only_what_is_allowed_is_found() -> None:
    found = LanguageChoice(frozenset(("en", "nl"))).among(HEARD)
    assert {one.language for one in found} == {"en", "nl"}
    assert not found[0].sure
    assert not LanguageChoice(frozenset(("fr",))).among(HEARD)


def test_the_expected_language_contends_however_improbable() -> None:
    found = LanguageChoice().among({"de": 0.3, "nl": 0.25, "da": 0.2, "sv": 0.15, "en": 0.1})
    assert [one.language for one in contenders(found, "en")] == ["de", "nl", "da", "en"]
    assert [one.language for one in contenders(found, "nl")] == ["de", "nl", "da"]


def test_the_expected_language_wins_where_the_words_are_about_as_probable() -> None:
    assert weight(-0.5, "de", "de") > weight(-0.3, "nl", "de") > weight(-0.9, "de", "de")
