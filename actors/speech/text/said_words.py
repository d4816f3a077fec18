"""How symbols, units and currencies are said, and what the voice says of what it does not read out, by language."""

from collections.abc import Mapping
from types import MappingProxyType

import msgspec


class SaidWords(msgspec.Struct, frozen=True):
    """The words of one language. units: singular and plural by symbol. to: of a range.

    in_chat: said of code, tables and scripts that the voice cannot read."""

    link: str
    dot: str
    at: str
    and_: str
    to: str
    plus: str
    times: str
    equals: str
    degrees: str
    units: Mapping[str, tuple[str, str]]
    in_chat: str


def _units(text: str) -> Mapping[str, tuple[str, str]]:
    """Entries such as `km kilometre kilometres`, split by semicolons; an underscore is a space."""
    entries = (entry.split() for entry in text.split(";"))
    return MappingProxyType({e[0]: (e[1].replace("_", " "), e[-1].replace("_", " ")) for e in entries})


WORDS: Mapping[str, SaidWords] = MappingProxyType(
    {
        "en": SaidWords(
            link="a link to {host}",
            dot=" dot ",
            at=" at ",
            and_="and",
            to="to",
            plus="plus",
            times="times",
            equals="equals",
            degrees="degrees",
            units=_units(
                "km kilometre kilometres;m metre metres;cm centimetre centimetres;mm millimetre millimetres;kg kilogram"
                " kilograms;g gram grams;km/h kilometre_per_hour kilometres_per_hour;mph mile_per_hour miles_per_hour;"
                "°C degree_Celsius degrees_Celsius;°F degree_Fahrenheit degrees_Fahrenheit;% percent;GB gigabyte"
                " gigabytes;MB megabyte megabytes;ms millisecond milliseconds;Hz hertz;min minute minutes;$ dollar"
                " dollars;€ euro euros;£ pound pounds;¥ yen"
            ),
            in_chat="I put it in the chat.",
        ),
        "de": SaidWords(
            link="ein Link zu {host}",
            dot=" Punkt ",
            at=" ät ",
            and_="und",
            to="bis",
            plus="plus",
            times="mal",
            equals="gleich",
            degrees="Grad",
            units=_units(
                "km Kilometer;m Meter;cm Zentimeter;mm Millimeter;kg Kilogramm;g Gramm;km/h Kilometer_pro_Stunde;mph"
                " Meile_pro_Stunde Meilen_pro_Stunde;°C Grad_Celsius;°F Grad_Fahrenheit;% Prozent;GB Gigabyte;MB"
                " Megabyte;ms Millisekunde Millisekunden;Hz Hertz;min Minute Minuten;$ Dollar;€ Euro;£ Pfund;¥ Yen"
            ),
            in_chat="Das steht im Chat.",
        ),
        "fr": SaidWords(
            link="un lien vers {host}",
            dot=" point ",
            at=" arobase ",
            and_="et",
            to="à",
            plus="plus",
            times="fois",
            equals="égale",
            degrees="degrés",
            units=_units(
                "km kilomètre kilomètres;m mètre mètres;cm centimètre centimètres;mm millimètre millimètres;kg kilo"
                " kilos;g gramme grammes;km/h kilomètre_heure kilomètres_heure;°C degré_Celsius degrés_Celsius;°F"
                " degré_Fahrenheit degrés_Fahrenheit;% pour_cent;GB gigaoctet gigaoctets;MB mégaoctet mégaoctets;ms"
                " milliseconde millisecondes;Hz hertz;min minute minutes;$ dollar dollars;€ euro euros;£ livre"
                " livres;¥ yen yens"
            ),
            in_chat="Je l'ai mis dans le chat.",
        ),
        "es": SaidWords(
            link="un enlace a {host}",
            dot=" punto ",
            at=" arroba ",
            and_="y",
            to="a",
            plus="más",
            times="por",
            equals="igual a",
            degrees="grados",
            units=_units(
                "km kilómetro kilómetros;m metro metros;cm centímetro centímetros;mm milímetro milímetros;kg kilo"
                " kilos;g gramo gramos;km/h kilómetro_por_hora kilómetros_por_hora;°C grado_Celsius grados_Celsius;°F"
                " grado_Fahrenheit grados_Fahrenheit;% por_ciento;GB gigabyte gigabytes;MB megabyte megabytes;ms"
                " milisegundo milisegundos;Hz hercio hercios;min minuto minutos;$ dólar dólares;€ euro euros;£ libra"
                " libras;¥ yen yenes"
            ),
            in_chat="Lo he puesto en el chat.",
        ),
        "it": SaidWords(
            link="un link a {host}",
            dot=" punto ",
            at=" chiocciola ",
            and_="e",
            to="a",
            plus="più",
            times="per",
            equals="uguale",
            degrees="gradi",
            units=_units(
                "km chilometro chilometri;m metro metri;cm centimetro centimetri;mm millimetro millimetri;kg chilo"
                " chili;g grammo grammi;km/h chilometro_orario chilometri_orari;°C grado_Celsius gradi_Celsius;°F"
                " grado_Fahrenheit gradi_Fahrenheit;% per_cento;GB gigabyte;MB megabyte;ms millisecondo"
                " millisecondi;Hz hertz;min minuto minuti;$ dollaro dollari;€ euro;£ sterlina sterline;¥ yen"
            ),
            in_chat="L'ho messo nella chat.",
        ),
        "pt": SaidWords(
            link="um link para {host}",
            dot=" ponto ",
            at=" arroba ",
            and_="e",
            to="a",
            plus="mais",
            times="vezes",
            equals="igual a",
            degrees="graus",
            units=_units(
                "km quilómetro quilómetros;m metro metros;cm centímetro centímetros;mm milímetro milímetros;kg quilo"
                " quilos;g grama gramas;km/h quilómetro_por_hora quilómetros_por_hora;°C grau_Celsius graus_Celsius;°F"
                " grau_Fahrenheit graus_Fahrenheit;% por_cento;GB gigabyte gigabytes;MB megabyte megabytes;ms"
                " milissegundo milissegundos;Hz hertz;min minuto minutos;$ dólar dólares;€ euro euros;£ libra"
                " libras;¥ iene ienes"
            ),
            in_chat="Pus isso no chat.",
        ),
    }
)


IN_CHAT: Mapping[str, str] = MappingProxyType(
    {
        "ja": "チャットに かきました。",
        "zh": "我写在聊天里了。",
        "ko": "채팅에 적었어요.",
        "ru": "Я написал это в чат.",
        "uk": "Я написав це в чат.",
        "pl": "Napisałem to na czacie.",
        "nl": "Dat staat in de chat.",
        "sv": "Det står i chatten.",
        "tr": "Bunu sohbete yazdım.",
        "hi": "यह चैट में लिखा है।",
        "ar": "كتبت ذلك في الدردشة.",
    }
)


def in_chat(language: str) -> str:
    """Said of what stands in the chat only."""
    return IN_CHAT.get(language) or words_of(language).in_chat


def words_of(language: str) -> SaidWords:
    """Those of the language; English for one that is not here."""
    return WORDS.get(language, WORDS["en"])
