"""The time and the day, where the bot runs. Pure but for the machine's time zone."""

import re
from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType

_TIME: Mapping[str, str] = MappingProxyType(
    {
        "en": r"what time is it|what's the time|what is the time|what time do you have|how late is it|do you have the time",
        "de": r"wie spät ist es|wie viel uhr ist es|wieviel uhr ist es",
        "fr": r"quelle heure est-il|il est quelle heure|quelle heure il est",
        "es": r"qué hora es|que hora es",
        "it": r"che ore sono|che ora è",
        "pt": r"que horas são|que horas sao",
    }
)
_DAY: Mapping[str, str] = MappingProxyType(
    {
        "en": r"what day is it|what day is today|what's the date|what is the date|what's today's date|what is today's date"
        r"|what date is it|which day is it|what weekday is it|what year is it|what month is it",
        "de": r"welcher tag ist|was für ein tag ist|welches datum",
        "fr": r"quel jour (?:sommes-nous|on est|est-ce)|on est quel jour",
        "es": r"qué día es|que dia es",
        "it": r"che giorno è",
        "pt": r"que dia é",
    }
)
_TIME_SAID: Mapping[str, str] = MappingProxyType(
    {
        "en": "It is {time} where I run.",
        "de": "Bei mir ist es {time} Uhr.",
        "fr": "Chez moi, il est {time}.",
        "es": "Aquí son las {time}.",
        "it": "Qui sono le {time}.",
        "pt": "Aqui são {time}.",
    }
)
_DAY_SAID: Mapping[str, str] = MappingProxyType(
    {
        "en": "Today is {day}.",
        "de": "Heute ist {day}.",
        "fr": "Aujourd'hui, c'est {day}.",
        "es": "Hoy es {day}.",
        "it": "Oggi è {day}.",
        "pt": "Hoje é {day}.",
    }
)
_DAYS = {
    "en": "Monday Tuesday Wednesday Thursday Friday Saturday Sunday",
    "de": "Montag Dienstag Mittwoch Donnerstag Freitag Samstag Sonntag",
    "fr": "lundi mardi mercredi jeudi vendredi samedi dimanche",
    "es": "lunes martes miércoles jueves viernes sábado domingo",
    "it": "lunedì martedì mercoledì giovedì venerdì sabato domenica",
    "pt": "segunda-feira terça-feira quarta-feira quinta-feira sexta-feira sábado domingo",
}
_MONTHS = {
    "en": "January February March April May June July August September October November December",
    "de": "Januar Februar März April Mai Juni Juli August September Oktober November Dezember",
    "fr": "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
    "es": "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
    "it": "gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre",
    "pt": "janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro",
}
_FORM = {
    "en": "{weekday}, {number} {month} {year}",
    "de": "{weekday}, der {number}. {month} {year}",
    "fr": "{weekday} {number} {month} {year}",
    "es": "{weekday}, {number} de {month} de {year}",
    "it": "{weekday} {number} {month} {year}",
    "pt": "{weekday}, {number} de {month} de {year}",
}


def time_told(clause: str, now: float, language: str) -> str:
    """The answer to a clause that asks for the time or the day at `now` (epoch seconds); "" for any other."""
    if language not in _TIME:
        return ""
    local = datetime.fromtimestamp(now)  # as the owner's clock shows it
    if re.search(_TIME[language], clause):
        return _TIME_SAID[language].format(time=f"{local:%H:%M}")
    if re.search(_DAY[language], clause):
        return _DAY_SAID[language].format(day=_day(local, language))
    return ""


def _day(local: datetime, language: str) -> str:
    return _FORM[language].format(
        weekday=_DAYS[language].split()[local.weekday()],
        number=local.day,
        month=_MONTHS[language].split()[local.month - 1],
        year=local.year,
    )
