"""What is said unasked, in the language that is spoken to the bot. Pure."""

import re
from collections.abc import Mapping
from types import MappingProxyType

from config.schema import Bot

_CHAR, _USER = re.compile(r"\{\{char\}\}", re.I), re.compile(r"\{\{user\}\}", re.I)
_MACRO = re.compile(r"\{\{[^{}]*\}\}")
_KINDS = ("stranger", "known", "friend", "downcast", "company", "goodbye", "touch", "silence")


def _lines(text: str) -> Mapping[str, tuple[str, ...]]:
    """A line for each of _KINDS, with its variants."""
    rows = [tuple(part.strip() for part in line.split("|")) for line in text.strip().splitlines()]
    return MappingProxyType(dict(zip(_KINDS, rows, strict=True)))


PHRASES: Mapping[str, Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "en": _lines("""
Hi {name}, nice to meet you! | Hello {name}, welcome!
Hi {name}, good to see you again! | Hello again, {name}!
{name}! There you are! | Hey {name}, I was hoping you would come!
Hello {name}. It is good to see you. | Hi {name}, I am glad that you are here.
Hello everybody! | Hi there, everybody!
Bye, {name}! | See you, {name}!
Oh, hello! | Hey, that tickles!
It is quiet here. What are you up to? | So, what shall we talk about? | What do you think of this place?"""),
        "de": _lines("""
Hallo {name}, schön, dich kennenzulernen! | Hallo {name}, willkommen!
Hallo {name}, schön, dich wiederzusehen! | Hallo nochmal, {name}!
{name}! Da bist du ja! | Hey {name}, ich hatte gehofft, dass du kommst!
Hallo {name}. Schön, dass du da bist. | Hallo {name}, es tut gut, dich zu sehen.
Hallo zusammen! | Hallo, ihr alle!
Tschüss, {name}! | Bis bald, {name}!
Oh, hallo! | Hey, das kitzelt!
Es ist still hier. Was macht ihr gerade? | Worüber wollen wir reden? | Wie gefällt dir dieser Ort?"""),
        "fr": _lines("""
Bonjour {name}, enchanté ! | Bonjour {name}, bienvenue !
Bonjour {name}, content de te revoir ! | Rebonjour, {name} !
{name} ! Te voilà ! | Salut {name}, j'espérais que tu viendrais !
Bonjour {name}. C'est bien de te voir. | Salut {name}, je suis content que tu sois là.
Bonjour tout le monde ! | Salut, tout le monde !
Au revoir, {name} ! | À bientôt, {name} !
Oh, bonjour ! | Hé, ça chatouille !
C'est calme ici. Que faites-vous ? | De quoi voulez-vous parler ? | Que penses-tu de cet endroit ?"""),
        "es": _lines("""
Hola {name}, ¡mucho gusto! | Hola {name}, ¡bienvenido!
Hola {name}, ¡qué bueno verte otra vez! | ¡Hola otra vez, {name}!
¡{name}! ¡Aquí estás! | Hola {name}, ¡esperaba que vinieras!
Hola {name}. Qué bueno verte. | Hola {name}, me alegro de que estés aquí.
¡Hola a todos! | ¡Hola!
¡Adiós, {name}! | ¡Hasta luego, {name}!
¡Oh, hola! | ¡Oye, eso hace cosquillas!
Está tranquilo aquí. ¿Qué hacen? | ¿De qué hablamos? | ¿Qué te parece este lugar?"""),
        "it": _lines("""
Ciao {name}, piacere! | Ciao {name}, benvenuto!
Ciao {name}, bello rivederti! | Ciao di nuovo, {name}!
{name}! Eccoti! | Ehi {name}, speravo che venissi!
Ciao {name}. È bello vederti. | Ciao {name}, sono contento che tu sia qui.
Ciao a tutti! | Ciao!
Ciao, {name}! | A presto, {name}!
Oh, ciao! | Ehi, fa il solletico!
È tranquillo qui. Che fate? | Di che cosa parliamo? | Che ne pensi di questo posto?"""),
        "pt": _lines("""
Olá {name}, prazer! | Olá {name}, bem-vindo!
Olá {name}, que bom te ver de novo! | Olá outra vez, {name}!
{name}! Aí está você! | Oi {name}, eu esperava que você viesse!
Olá {name}. É bom te ver. | Oi {name}, que bom que você está aqui.
Olá a todos! | Oi, gente!
Tchau, {name}! | Até logo, {name}!
Oh, olá! | Ei, isso faz cócegas!
Está quieto aqui. O que vocês estão fazendo? | Sobre o que vamos falar? | O que acha deste lugar?"""),
    }
)


def variants(kind: str, language: str) -> tuple[str, ...]:
    """The ways to say it, with {name} where the name stands; English for a language that is not here."""
    return PHRASES.get(language, PHRASES["en"])[kind]


LONGEST_NAME, MOST_WORDS = 24, 3


def spoken_name(name: str) -> str:
    """How somebody is addressed; "" for what is no name: anybody can call themselves anything."""
    plain = " ".join(re.sub(r"[^\w' -]|_", " ", name).split())
    fits = 0 < len(plain) <= LONGEST_NAME and len(plain.split()) <= MOST_WORDS
    return plain if fits and any(c.isalpha() for c in plain) else ""


def own_greetings(bot: Bot) -> tuple[str, ...]:
    """The greetings of the character that is played, with `{name}` for whoever is greeted."""
    filled = (_USER.sub("{name}", _CHAR.sub(lambda _: bot.name, text)) for text in bot.greetings)
    return tuple(_MACRO.sub("", text) for text in filled)


def addressed(phrase: str, name: str) -> str:
    """`phrase` with the name in its place; without one where it is ""."""
    if name:
        return phrase.replace("{name}", name)
    return re.sub(r"^\{name\}\s*[!,.]\s*|,? \{name\}", "", phrase).strip()
