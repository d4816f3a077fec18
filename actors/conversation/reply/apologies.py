"""What the bot says when its thoughts fail: honest, short, and nothing that is the owner's business."""

from collections.abc import Mapping
from types import MappingProxyType

_KINDS = (
    "rate_limited",
    "out_of_credit",
    "timeout",
    "moderated",
    "tool_call",
    "begun",
    "unheard",
    "language",
    "",
)


def _sentences(text: str) -> Mapping[str, str]:
    """One line for each of _KINDS."""
    return MappingProxyType(dict(zip(_KINDS, text.strip().splitlines(), strict=True)))


# begun: a part of the reply was said. unheard: nothing was understood. language: it was of another language than the
# only one that is understood. "": every other failure.
APOLOGIES: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "en": _sentences("""
Sorry, I need a little break before I can answer that.
Sorry, my thinking budget is used up right now.
Sorry, that took me too long to think about.
Sorry, I can't talk about that.
Sorry, I can't look that up.
Sorry, I lost my thread.
Sorry, I didn't catch that.
Sorry, I only understand English.
Sorry, my thoughts are not working right now."""),
        "de": _sentences("""
Entschuldige, ich brauche eine kleine Pause, bevor ich das beantworten kann.
Entschuldige, mein Budget zum Nachdenken ist gerade aufgebraucht.
Entschuldige, darüber habe ich zu lange nachgedacht.
Entschuldige, darüber kann ich nicht sprechen.
Entschuldige, das kann ich nicht nachschlagen.
Entschuldige, ich habe den Faden verloren.
Entschuldige, das habe ich nicht verstanden.
Entschuldige, ich verstehe nur Englisch.
Entschuldige, ich kann gerade nicht klar denken."""),
        "fr": _sentences("""
Désolé, j'ai besoin d'une petite pause avant de répondre.
Désolé, mon budget de réflexion est épuisé pour le moment.
Désolé, j'ai mis trop de temps à y réfléchir.
Désolé, je ne peux pas parler de ça.
Désolé, je ne peux pas chercher ça.
Désolé, j'ai perdu le fil.
Désolé, je n'ai pas compris.
Désolé, je ne comprends que l'anglais.
Désolé, je n'arrive pas à réfléchir en ce moment."""),
        "es": _sentences("""
Perdona, necesito una pequeña pausa antes de responder.
Perdona, ahora mismo se me ha acabado el presupuesto para pensar.
Perdona, he tardado demasiado en pensarlo.
Perdona, no puedo hablar de eso.
Perdona, no puedo buscar eso.
Perdona, he perdido el hilo.
Perdona, no te he entendido.
Perdona, solo entiendo inglés.
Perdona, ahora mismo no consigo pensar."""),
        "it": _sentences("""
Scusa, ho bisogno di una piccola pausa prima di rispondere.
Scusa, al momento ho esaurito il budget per pensare.
Scusa, ci ho messo troppo a pensarci.
Scusa, non posso parlare di questo.
Scusa, non posso cercarlo.
Scusa, ho perso il filo.
Scusa, non ho capito.
Scusa, capisco solo l'inglese.
Scusa, in questo momento non riesco a pensare."""),
        "pt": _sentences("""
Desculpa, preciso de uma pequena pausa antes de responder.
Desculpa, o meu orçamento para pensar acabou por agora.
Desculpa, demorei demasiado a pensar nisso.
Desculpa, não posso falar sobre isso.
Desculpa, não consigo procurar isso.
Desculpa, perdi o fio à meada.
Desculpa, não percebi.
Desculpa, só percebo inglês.
Desculpa, agora não consigo pensar."""),
    }
)


def apology_for(kind: str, *, begun: bool = False, language: str = "en") -> str:
    """The sentence for a failure of this kind, as `CompletionFailed` names it, or for "unheard".

    begun: a part of the reply was said. language: English speaks for one that is not here."""
    sentences = APOLOGIES.get(language, APOLOGIES["en"])
    return sentences["begun"] if begun else sentences.get(kind, sentences[""])
