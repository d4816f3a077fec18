"""What Whisper writes where nobody spoke, in any language, and words that were only guessed at."""

import pytest

from actors.speech.engines.engine import Transcription
from actors.speech.engines.repetition import loops
from actors.speech.listening.hearing import invented, not_understood


@pytest.mark.parametrize(
    "text",
    [
        "Untertitel der Amara.org-Community",
        "Untertitelung des ZDF, 2020",
        "Untertitel im Auftrag des ZDF für funk, 2017",
        "Sous-titres réalisés para la communauté d'Amara.org",
        "Sous-titrage Société Radio-Canada",
        "Sous-titrage ST' 501",
        "Subtítulos realizados por la comunidad de Amara.org",
        "Sottotitoli e revisione a cura di QTSS",
        "Legendas pela comunidade Amara.org",
        "Ondertitels ingediend door de Amara.org gemeenschap",
        "Napisy stworzone przez społeczność Amara.org",
        "Субтитры сделал DimaTorzok",
        "Редактор субтитров А.Семкин Корректор А.Егорова",
        "字幕由Amara.org社区提供",
        "请不吝点赞 订阅 转发 打赏支持明镜与点点栏目",
        "Altyazı M.K.",
        "Danske tekster af Jesper Buhl Scandinavian Text Service 2018",
        "ترجمة نانسي قنقر",
    ],
)
def test_the_credits_of_subtitles_are_never_speech(text: str) -> None:
    assert invented(Transcription(text, 0.0, 0.1), 1.0)


@pytest.mark.parametrize(
    "text",
    [
        "ご視聴ありがとうございました",
        "Vielen Dank fürs Zuschauen!",
        "Merci d'avoir regardé cette vidéo !",
        "¡Gracias por ver el video!",
        "Спасибо за просмотр!",
        "Thank you.",
        "谢谢观看",
        "시청해주셔서 감사합니다.",
    ],
)
def test_the_end_of_a_video_counts_only_where_it_was_plainly_speech(text: str) -> None:
    assert invented(Transcription(text, 0.0, 0.1), 0.7)
    assert not invented(Transcription(text, 0.0, 0.1), 0.9)


@pytest.mark.parametrize(
    "text",
    [
        "Ich schaue den Film mit Untertiteln.",
        "Thank you for the lovely dance.",
        "Merci, c'est très gentil.",
        "字幕がよめません",
        "The subtitles are too small.",
    ],
)
def test_what_people_say_of_them_is_speech(text: str) -> None:
    assert not invented(Transcription(text, 0.0, 0.1), 0.7)


# As tiny.en wrote what was said, and how probable it held that.
@pytest.mark.parametrize(
    ("text", "probability"),
    [
        ("What is the serum at the end of this year?", -1.12),  # Spanish
        ("Bonjour, coma vatios jour dui.", -0.98),
        ("I'm going to find my little cat.", -1.91),  # German
        ("Chaoku Mr. Yoggi", -1.77),  # Italian
        ("Thank you, and thank you, and thank you, and thank you, and thank you,", -0.37),  # Spanish
        ("I will not be able to be able to be able to be able to be able to be able to be able", -0.34),
    ],
)
def test_another_language_is_not_understood(text: str, probability: float) -> None:
    assert not_understood(Transcription(text, 0.2, 0.1, log_probability=probability))


@pytest.mark.parametrize(
    ("text", "probability"),
    [
        ("Yes", -1.21),  # people, and short
        ("No.", -0.85),
        ("Fail better.", -0.57),
        ("It was the Age of Fullishness.", -0.42),
        ("Laughing. Laughing. Laughing. Laughing. Laughing. Laughing.", -0.12),
        ("yesterday we went to an assignment we now have friends.", -0.86),  # espeak-ng, half understood
    ],
)
def test_english_is_understood(text: str, probability: float) -> None:
    assert not not_understood(Transcription(text, 0.1, 0.1, log_probability=probability))


def test_a_loop_of_a_long_phrase_is_one() -> None:
    assert loops("I'm not sure why I'm not sure why I'm not sure why I'm not sure why")
    assert loops("wau-wau-wau-wau-wau-wau-wau-wau")
    assert not loops("No, no, I mean no.")
    assert not loops("")
