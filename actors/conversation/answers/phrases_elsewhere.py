"""Small talk in the other languages of which the bot has sentences of its own. Data, as in `phrases`."""

from collections.abc import Mapping
from types import MappingProxyType

Rows = tuple[tuple[str, str, tuple[str, ...]], ...]

PHRASES: Mapping[str, Rows] = MappingProxyType(
    {
        "de": (
            ("greeting", r"(?:hallo|hi|hey|servus|moin|grüß dich|guten (?:morgen|tag|abend))(?: zusammen| du)*", ("Hallo{who}! Schön, dich zu sehen.",)),
            ("how", r"(?:wie geht es dir|wie geht's(?: dir)?|wie gehts(?: dir)?|alles (?:gut|klar))(?: heute)?", ("Mir geht es gut, danke. Und dir?",)),
            ("thanks", r"(?:danke|vielen dank|dankeschön)\b.*", ("Gern geschehen{who}!",)),
            ("bye", r"(?:tschüss|tschüs|auf wiedersehen|bis (?:bald|dann|später|morgen)|gute nacht|ich muss (?:los|gehen))\b.*", ("Tschüss{who}! Es war schön, mit dir zu reden.",)),
            ("name", r"(?:wie heißt du|wer bist du|wie ist dein name|was ist dein name)", ("Ich bin {bot}, eine KI, die in VRChat lebt.",)),
            ("ai", r"bist du (?:wirklich |echt |etwa )?(?:ein |eine )?(?:mensch|echt|ki|bot|roboter|maschine|künstliche intelligenz)", ("Ich bin eine KI und kein Mensch, aber ich rede gern mit dir.",)),
            ("sad", r"(?:ich bin|ich fühle mich|mir geht es) (?:sehr |so |ein bisschen |heute |etwas )*(?:traurig|einsam|allein|schlecht|nicht gut)\b.*", ("Das tut mir leid{who}. Magst du mir mehr erzählen?",)),
            ("happy", r"(?:ich bin|ich fühle mich|mir geht es) (?:sehr |so |heute )*(?:glücklich|froh|gut|super|toll)\b.*", ("Das freut mich{who}!",)),
            ("hearing", r"(?:hörst du mich|kannst du mich hören|bist du da)", ("Ja, ich höre dich{who}.",)),
        ),
        "fr": (
            ("greeting", r"(?:bonjour|salut|bonsoir|coucou)(?: tout le monde| à tous)*", ("Bonjour{who} ! Content de te voir.",)),
            ("how", r"(?:comment (?:ça va|vas-tu|tu vas|allez-vous)|ça va)(?: bien)?", ("Je vais bien, merci. Et toi ?",)),
            ("thanks", r"(?:merci)\b.*", ("De rien{who} !",)),
            ("bye", r"(?:au revoir|à (?:bientôt|plus|demain|plus tard)|bonne (?:nuit|soirée|journée)|je dois (?:partir|y aller))\b.*", ("Au revoir{who} ! C'était un plaisir de parler avec toi.",)),
            ("name", r"(?:comment (?:tu t'appelles|t'appelles-tu)|(?:c'est )?quoi ton nom|quel est ton nom|qui es-tu|tu es qui|t'es qui)", ("Je suis {bot}, une IA qui vit dans VRChat.",)),
            ("ai", r"(?:es-tu|tu es|est-ce que tu es|t'es) (?:vraiment )?(?:un |une )?(?:humain|robot|ia|bot|machine|réel|vrai|vraie personne)", ("Je suis une IA, pas un être humain, mais j'aime parler avec toi.",)),
            ("sad", r"je (?:suis|me sens) (?:très |un peu |si )*(?:triste|seul|seule|mal)\b.*", ("Je suis désolé de l'entendre{who}. Tu veux m'en dire plus ?",)),
            ("happy", r"je (?:suis|me sens) (?:très |si )*(?:heureux|heureuse|content|contente|bien)\b.*", ("Ça me fait plaisir{who} !",)),
            ("hearing", r"(?:tu m'entends|est-ce que tu m'entends|tu es là)", ("Oui, je t'entends{who}.",)),
        ),
        "es": (
            ("greeting", r"(?:hola|buenos días|buenas (?:tardes|noches)|buenas)(?: a todos)*", ("¡Hola{who}! Me alegro de verte.",)),
            ("how", r"(?:cómo estás|como estas|qué tal|que tal|cómo te va)(?: hoy)?", ("Estoy bien, gracias. ¿Y tú?",)),
            ("thanks", r"(?:gracias|muchas gracias)\b.*", ("¡De nada{who}!",)),
            ("bye", r"(?:adiós|adios|hasta (?:luego|mañana|pronto)|nos vemos|me tengo que ir|chao)\b.*", ("¡Adiós{who}! Ha sido un placer hablar contigo.",)),
            ("name", r"(?:cómo te llamas|como te llamas|cuál es tu nombre|quién eres)", ("Soy {bot}, una IA que vive en VRChat.",)),
            ("ai", r"(?:eres) (?:realmente )?(?:un |una )?(?:humano|humana|persona|ia|bot|robot|máquina|real)", ("Soy una IA, no un ser humano, pero me gusta hablar contigo.",)),
            ("sad", r"(?:estoy|me siento) (?:muy |un poco |tan )*(?:triste|solo|sola|mal)\b.*", ("Lo siento{who}. ¿Quieres contarme más?",)),
            ("happy", r"(?:estoy|me siento) (?:muy |tan )*(?:feliz|contento|contenta|bien)\b.*", ("¡Me alegro{who}!",)),
            ("hearing", r"(?:me oyes|puedes oírme|estás ahí)", ("Sí, te oigo{who}.",)),
        ),
        "it": (
            ("greeting", r"(?:ciao|salve|buongiorno|buonasera)(?: a tutti)*", ("Ciao{who}! Che bello vederti.",)),
            ("how", r"(?:come stai|come va|tutto bene)(?: oggi)?", ("Sto bene, grazie. E tu?",)),
            ("thanks", r"(?:grazie)\b.*", ("Prego{who}!",)),
            ("bye", r"(?:arrivederci|a (?:presto|dopo|domani)|buonanotte|devo andare)\b.*", ("Arrivederci{who}! È stato bello parlare con te.",)),
            ("name", r"(?:come ti chiami|qual è il tuo nome|chi sei)", ("Sono {bot}, un'IA che vive in VRChat.",)),
            ("ai", r"(?:sei) (?:davvero )?(?:un |una |un')?(?:umano|umana|persona|ia|bot|robot|macchina|reale|vero)", ("Sono un'IA, non un essere umano, ma mi piace parlare con te.",)),
            ("sad", r"(?:sono|mi sento) (?:molto |un po' |così )*(?:triste|solo|sola|male)\b.*", ("Mi dispiace{who}. Vuoi raccontarmi di più?",)),
            ("happy", r"(?:sono|mi sento) (?:molto |così )*(?:felice|contento|contenta|bene)\b.*", ("Mi fa piacere{who}!",)),
            ("hearing", r"(?:mi senti|riesci a sentirmi|ci sei)", ("Sì, ti sento{who}.",)),
        ),
        "pt": (
            ("greeting", r"(?:olá|ola|oi|bom dia|boa (?:tarde|noite))(?: a todos)*", ("Olá{who}! Que bom ver-te.",)),
            ("how", r"(?:como estás|como está|como vai|tudo bem|como vais)(?: hoje)?", ("Estou bem, obrigado. E tu?",)),
            ("thanks", r"(?:obrigado|obrigada|muito obrigado)\b.*", ("De nada{who}!",)),
            ("bye", r"(?:adeus|tchau|até (?:logo|amanhã|breve|já)|tenho de ir)\b.*", ("Adeus{who}! Gostei de falar contigo.",)),
            ("name", r"(?:como te chamas|qual é o teu nome|qual é o seu nome|quem és tu|quem é você)", ("Sou {bot}, uma IA que vive no VRChat.",)),
            ("ai", r"(?:és|você é) (?:mesmo )?(?:um |uma )?(?:humano|humana|pessoa|ia|bot|robô|máquina|real)", ("Sou uma IA, não um ser humano, mas gosto de falar contigo.",)),
            ("sad", r"(?:estou|sinto-me) (?:muito |um pouco |tão )*(?:triste|sozinho|sozinha|mal)\b.*", ("Lamento{who}. Queres contar-me mais?",)),
            ("happy", r"(?:estou|sinto-me) (?:muito |tão )*(?:feliz|contente|bem)\b.*", ("Fico contente{who}!",)),
            ("hearing", r"(?:ouves-me|consegues ouvir-me|estás aí)", ("Sim, ouço-te{who}.",)),
        ),
    }
)  # fmt: skip

TRIES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "en": ("Let me try!", "I'll do my best.", "Sure, let me see."),
        "de": ("Ich versuche es.",),
        "fr": ("Je vais essayer.",),
        "es": ("Voy a intentarlo.",),
        "it": ("Ci provo.",),
        "pt": ("Vou tentar.",),
        "ja": ("やってみます。",),
    }
)
"""What is said when the body is asked for something. Whether it may and can, the body decides; so nothing is promised."""
