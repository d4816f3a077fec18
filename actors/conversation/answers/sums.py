"""Sums, as people say them: "what is five plus seven", "12 * 3", "half of ten". Pure."""

import math
import re

_ONES = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen"
    " eighteen nineteen"
).split()
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()
_WORDS = {word: number for number, word in enumerate(_ONES)} | {
    word: 20 + 10 * place for place, word in enumerate(_TENS)
}
_SIGNS = {
    "plus": "+", "and": "+", "+": "+", "minus": "-", "-": "-", "−": "-", "less": "-", "times": "*", "x": "*", "*": "*",
    "×": "*", "multiplied by": "*", "divided by": "/", "over": "/", "/": "/", "÷": "/", ":": "/",
}  # fmt: skip
_SPOKEN = {"+": "plus", "-": "minus", "*": "times", "/": "divided by"}

_DIGITS = r"\d{1,9}(?:[.,]\d{1,4})?"
_ONE_WORD = rf"(?:a |one )?(?:hundred|thousand)|(?:{'|'.join(_TENS)})(?:[- ](?:{'|'.join(_ONES[1:10])}))?|{'|'.join(sorted(_ONES, key=len, reverse=True))}"
_NUMBER = rf"(?:{_DIGITS}|{_ONE_WORD})"
_SIGN = r"(?:plus|minus|less|times|multiplied by|divided by|over|[-+*x×÷/−:])"
_ASKED = r"(?:what's|what is|what are|what|what does|how much is|how much are|how many is|calculate|compute|do you know what|can you (?:calculate|add|do)|what do you get (?:for|from))?"
_SUM = re.compile(
    rf"^{_ASKED} ?({_NUMBER}(?: ?{_SIGN} ?{_NUMBER}){{1,4}})(?: (?:make|equal|equals|is|be))? ?=?$"
)
_PIECE = re.compile(rf"({_NUMBER})|({_SIGN})")
_PART = re.compile(
    rf"^{_ASKED} ?(half of|twice|double|({_DIGITS}) ?(?:%|percent) of|the square root of) ?({_NUMBER})(?: is)?$"
)
MOST_SIGNS = 4


def sum_of(clause: str) -> str:
    """The answer to a clause that asks for a sum; "" for any other."""
    if found := _SUM.match(clause):
        return _chain(found[1])
    if found := _PART.match(clause):
        return _part(found[1], found[2], _value(found[3]), found[3])
    return ""


def _chain(text: str) -> str:
    pieces = [(one[1], one[2]) for one in _PIECE.finditer(text)]
    numbers = [_value(number) for number, _ in pieces if number]
    signs = [_SIGNS[sign] for _, sign in pieces if sign]
    if len(numbers) != len(signs) + 1:
        return ""
    result = _result(numbers, signs)
    said = " ".join(
        part
        for number, sign in zip(numbers, (*signs, ""), strict=True)
        for part in (_written(number), _SPOKEN.get(sign, ""))
    ).strip()
    return "Nobody can divide by zero." if result is None else f"{said} is {_written(result)}."


def _result(numbers: list[float], signs: list[str]) -> float | None:
    """Times and divided by come first; None for a division by zero."""
    terms, added = [numbers[0]], []
    for sign, number in zip(signs, numbers[1:], strict=True):
        if sign == "*":
            terms[-1] *= number
        elif sign == "/":
            if not number:
                return None
            terms[-1] /= number
        else:
            terms.append(number)
            added.append(1 if sign == "+" else -1)
    return terms[0] + sum(sign * term for sign, term in zip(added, terms[1:], strict=True))


def _part(how: str, percent: str | None, of: float, as_said: str) -> str:
    if percent:
        return f"{how} {as_said} is {_written(float(percent.replace(',', '.')) / 100 * of)}."
    result = {"half of": of / 2, "the square root of": math.sqrt(of)}.get(how, of * 2)
    return f"{how.capitalize()} {as_said} is {_written(result)}."


def _value(said: str) -> float:
    words = said.replace("-", " ").split()
    if words[-1] in ("hundred", "thousand"):
        return 100.0 if words[-1] == "hundred" else 1000.0
    if words[0][0].isdigit():
        return float(words[0].replace(",", "."))
    return float(sum(_WORDS[word] for word in words))


def _written(value: float) -> str:
    rounded = round(value, 2)
    return str(int(rounded)) if rounded == int(rounded) else f"{rounded:g}"
