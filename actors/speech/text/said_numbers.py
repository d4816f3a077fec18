"""Numbers, dates, times, amounts and units as people say them. Pure.

Only in languages whose words are at hand: a voice of another one reads the digits itself."""

import re
from collections.abc import Callable

from actors.speech.text.said_words import WORDS

LONGEST = 9  # digits; a longer number is a telephone's or an id, and read digit by digit

_NUMBER = r"\d{1,3}(?:[.,\u202f\u00a0']\d{3})+(?:[.,]\d{1,6})?|\d+(?:[.,]\d{1,6})?"
_MONEY = "$€£¥"
_CODES = {"$": "USD", "€": "EUR", "£": "GBP", "¥": "JPY"}
_DATE = re.compile(r"(?<![\w-])(\d{4})-(\d\d)-(\d\d)(?![\w-])")
_TIME = re.compile(r"(?<![\w:.])([01]?\d|2[0-3]):([0-5]\d)(?::[0-5]\d)?(?![\w:])")
_PRICE = re.compile(rf"(?<!\w)([{_MONEY}])\s?({_NUMBER})(?![\w])|(?<![\w.,])({_NUMBER})\s?([{_MONEY}])(?!\w)")
_MEASURE = re.compile(
    rf"(?<![\w.,])([-−+]?)({_NUMBER})\s?(km/h|mph|km|cm|mm|kg|°C|°F|GB|MB|ms|Hz|min|%|m|g|°)(?![\w/])"
)
_ORDINAL = re.compile(r"(?<![\w.,])(\d{1,6})(?:st|nd|rd|th)\b", re.I)
_PLAIN = re.compile(rf"(?<![\w.,])([-−](?=\d))?({_NUMBER})(?!\w)")
_RANGE = re.compile(r"(?<=\d)\s?[-–]\s?(?=\d)")


def numbers_said(text: str, language: str) -> str:
    """`text` with its numbers in words, where the language is one of WORDS; else `text` itself."""
    if language not in WORDS or not any(c.isdigit() for c in text):
        return text
    try:
        say = _Sayer(language)
    except ImportError:  # installed otherwise than by the set-up: the voice reads the digits itself
        return text
    text = _DATE.sub(say.date, text)
    text = _TIME.sub(say.time, text)
    text = _PRICE.sub(say.price, text)
    text = _MEASURE.sub(say.measure, text)
    if language == "en":
        text = _ORDINAL.sub(lambda found: say.words(int(found[1]), "ordinal"), text)
    return _PLAIN.sub(say.plain, _RANGE.sub(f" {WORDS[language].to} ", text))


class _Sayer:
    """The replacements, in one language."""

    def __init__(self, language: str) -> None:
        # imported here: it loads some fifty languages
        from num2words import num2words

        self._convert: Callable[..., str] = num2words
        self._language = language
        self._words = WORDS[language]

    def words(self, value: int | float, kind: str = "cardinal") -> str:
        said = self._convert(value, lang=self._language, to=kind)
        return said.replace(",", "") if self._language == "en" else said

    def number(self, written: str) -> str:
        digits = re.sub(r"\D", "", written)
        if len(digits) > LONGEST or (digits.startswith("0") and len(digits) > 1 and written == digits):
            return " ".join(self.words(int(digit)) for digit in digits[:40])
        return self.words(_value(written, self._language))

    def date(self, found: re.Match[str]) -> str:
        year, month, day = (int(part) for part in found.groups())
        said = (self.words(day, "ordinal" if self._language == "en" else "cardinal"), self.words(month))
        return f"{said[0]} {said[1]} {self.words(year, 'year')}" if month <= 12 and day <= 31 else found[0]

    def time(self, found: re.Match[str]) -> str:
        hour, minute = int(found[1]), int(found[2])
        between = " Uhr " if self._language == "de" else " "
        if not minute:
            suffix = {"en": " o'clock", "de": " Uhr"}.get(self._language, "")
            return self.words(hour) + suffix
        spoken = self.words(minute)
        zero = "oh " if self._language == "en" and minute < 10 else ""
        return f"{self.words(hour)}{between}{zero}{spoken}"

    def price(self, found: re.Match[str]) -> str:
        symbol, written = (found[1], found[2]) if found[1] else (found[4], found[3])
        value = _value(written, self._language)
        if isinstance(value, float) and symbol != "¥":
            said = self._convert(value, lang=self._language, to="currency", currency=_CODES[symbol])
            return said.replace(",", " and") if self._language == "en" else said
        return f"{self.number(written)} {self._unit(symbol, value)}"

    def measure(self, found: re.Match[str]) -> str:
        sign, written, unit = found.groups()
        name = self._words.degrees if unit == "°" else self._unit(unit, _value(written, self._language))
        return f"{self._sign(sign)}{self.number(written)} {name}"

    def plain(self, found: re.Match[str]) -> str:
        sign, written = found[1] or "", found[2]
        is_year = not sign and re.fullmatch(r"1[1-9]\d\d|20\d\d", written) is not None
        if is_year:
            return self.words(int(written), "year")
        return f"{self._sign(sign)}{self.number(written)}"

    def _sign(self, sign: str) -> str:
        if not sign or sign == "+":
            return f"{self._words.plus} " if sign else ""
        return self.words(-1).removesuffix(self.words(1)).strip() + " "

    def _unit(self, symbol: str, value: int | float) -> str:
        one, many = self._words.units.get(symbol, (symbol, symbol))
        return one if value == 1 else many


def _value(written: str, language: str) -> int | float:
    """The number that is meant: 1,234.5 in English, 1.234,5 elsewhere; three digits after one mark are thousands."""
    written = re.sub(r"[\u202f\u00a0']", "", written)
    decimal = "." if language == "en" else ","
    thousands = "," if language == "en" else "."
    if re.fullmatch(rf"\d{{1,3}}(?:\{thousands}\d{{3}})+(?:\{decimal}\d+)?", written):
        written = written.replace(thousands, "")
    written = written.replace(",", ".")
    if written.count(".") > 1:
        written = written.replace(".", "")
    return float(written) if "." in written else int(written)
