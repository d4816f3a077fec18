"""The languages that can be spoken to the bot, by their codes (ISO 639): those that Whisper knows."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Annotated, Any

from pydantic import AfterValidator
from pydantic_core import PydanticCustomError

AUTO = "auto"

_LISTED = """
af Afrikaans, am Amharic, ar Arabic, as Assamese, az Azerbaijani, ba Bashkir, be Belarusian, bg Bulgarian, bn Bengali,
bo Tibetan, br Breton, bs Bosnian, ca Catalan, cs Czech, cy Welsh, da Danish, de German, el Greek, en English,
es Spanish, et Estonian, eu Basque, fa Persian, fi Finnish, fo Faroese, fr French, gl Galician, gu Gujarati, ha Hausa,
haw Hawaiian, he Hebrew, hi Hindi, hr Croatian, ht Haitian Creole, hu Hungarian, hy Armenian, id Indonesian,
is Icelandic, it Italian, ja Japanese, jw Javanese, ka Georgian, kk Kazakh, km Khmer, kn Kannada, ko Korean, la Latin,
lb Luxembourgish, ln Lingala, lo Lao, lt Lithuanian, lv Latvian, mg Malagasy, mi Maori, mk Macedonian, ml Malayalam,
mn Mongolian, mr Marathi, ms Malay, mt Maltese, my Burmese, ne Nepali, nl Dutch, nn Nynorsk, no Norwegian, oc Occitan,
pa Punjabi, pl Polish, ps Pashto, pt Portuguese, ro Romanian, ru Russian, sa Sanskrit, sd Sindhi, si Sinhala,
sk Slovak, sl Slovenian, sn Shona, so Somali, sq Albanian, sr Serbian, su Sundanese, sv Swedish, sw Swahili, ta Tamil,
te Telugu, tg Tajik, th Thai, tk Turkmen, tl Tagalog, tr Turkish, tt Tatar, uk Ukrainian, ur Urdu, uz Uzbek,
vi Vietnamese, yi Yiddish, yo Yoruba, zh Chinese
"""
LANGUAGES: Mapping[str, str] = MappingProxyType(
    {code: name for code, _, name in (one.strip().partition(" ") for one in _LISTED.split(","))}
)


def name_of(code: str) -> str:
    """The language's English name."""
    return LANGUAGES.get(code, f'the language "{code}"')


def check_language(code: Any) -> Any:
    """One of LANGUAGES."""
    if code not in LANGUAGES:
        raise PydanticCustomError("language", "must be the code of a language, such as en, de or ja")
    return code


def _check_choice(code: str) -> str:
    if code != AUTO and code not in LANGUAGES:
        raise PydanticCustomError("language", "must be auto or the code of a language, such as en, de or ja")
    return code


LanguageCode = Annotated[str, AfterValidator(check_language)]
LanguageChoice = Annotated[str, AfterValidator(_check_choice)]
