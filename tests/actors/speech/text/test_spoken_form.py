"""What the voice says of what the chatbox shows."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actors.speech.text.said_words import WORDS
from actors.speech.text.spoken_form import spoken


@pytest.mark.parametrize(
    ("shown", "said"),
    [
        ("Hello there 😀🎉, I am so happy 👨‍👩‍👧 ❤️!", "Hello there, I am so happy!"),
        ("🎉😀", ""),
        ("Hi 🇩🇪 and 👍🏽.", "Hi and."),
        ("Nice :3 <3 uwu", "Nice"),
        ("I know :) really ^_^ xD", "I know really"),
        ("Hi (◕‿◕) you", "Hi you"),
        ("Look at https://example.com/a?b=1#c.", "Look at a link to example dot com."),
        ("See www.vrchat.com, please", "See a link to vrchat dot com, please"),
        ("Write to me@example.org!", "Write to me at example dot org!"),
        ("It costs $5.99 or 20 €.", "It costs five dollars and ninety-nine cents or twenty euros."),
        ("It is 3.5 km at 20°C.", "It is three point five kilometres at twenty degrees Celsius."),
        ("1 km, 50% and -3 °C", "one kilometre, fifty percent and minus three degrees Celsius"),
        ("In 1990 it was 1,234,567.", "In nineteen ninety it was one million two hundred and thirty-four thousand five"
         " hundred and sixty-seven."),
        ("The 1st of 2 at 10:30, or 9:05, or 12:00.", "The first of two at ten thirty, or nine oh five, or twelve"
         " o'clock."),
        ("On 2026-11-27.", "On twenty-seventh eleven twenty twenty-six."),
        ("Call 0301234567.", "Call zero three zero one two three four five six seven."),
        ("2 + 3 = 5", "two plus three equals five"),
        ("Tom & Jerry #fun", "Tom and Jerry fun"),
        ("The B12 and MP3 stay.", "The B12 and MP3 stay."),
        ("1-2 people", "one to two people"),
        ("a_b|c", "a b c"),
        ("...", ""),
    ],
)  # fmt: skip
def test_it_is_said_as_people_say_it(shown: str, said: str) -> None:
    assert spoken(shown) == said


@pytest.mark.parametrize(
    ("language", "shown", "said"),
    [
        ("de", "Das kostet 3,50 € um 10:30.", "Das kostet drei Euro und fünfzig Cent um zehn Uhr dreißig."),
        ("de", "1.500 m", "eintausendfünfhundert Meter"),
        (
            "fr",
            "Il y a 21 % de vent à 5 km/h.",
            "Il y a vingt et un pour cent de vent à cinq kilomètres heure.",
        ),
        ("es", "Mira https://example.com ahora: 2 kg", "Mira un enlace a example punto com ahora: dos kilos"),
        ("it", "Sono 3 gatti.", "Sono tre gatti."),
        ("pt", "São 16 gatos.", "São dezasseis gatos."),
        ("ja", "猫が3匹 😀", "猫が3匹"),
    ],
)
def test_in_the_language_of_the_talk(language: str, shown: str, said: str) -> None:
    assert spoken(shown, language) == said


def test_the_owners_pronunciations_are_of_whole_words_the_longest_first() -> None:
    forms = {"VRChat": "V R chat", "VR": "virtual reality", "Müller.exe": "Miller"}
    assert spoken("VRChat is VR, not OVR, says müller.exe.", "en", forms) == (
        "V R chat is virtual reality, not OVR, says Miller."
    )


@given(st.text(max_size=80), st.sampled_from([*WORDS, "ja"]))
def test_nothing_makes_it_fail_and_only_words_are_said(text: str, language: str) -> None:
    said = spoken(text, language)
    assert not said or any(c.isalnum() for c in said)
    assert "\n" not in said


@given(
    st.from_regex(r"[-$€£¥+]?[0-9.,:' -]{1,14}(km|%|°C|€|th|m)?", fullmatch=True), st.sampled_from([*WORDS])
)
def test_no_number_makes_it_fail(text: str, language: str) -> None:
    spoken(text, language)
