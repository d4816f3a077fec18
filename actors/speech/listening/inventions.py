"""What Whisper writes where nobody spoke, by language: the credits of subtitles, and the ends of videos. Pure."""

import re

import regex

# Nobody says these aloud: credits of those who made subtitles, in whichever of Whisper's languages.
_CREDITS = re.compile(
    r"amara\.?\s?org|dimatorzok|qtss\b|sous-?titreur|castingwords|authorwave|nicolai winther|jesper buhl|johnyx"
    r"|(?:untertitel(?:ung)?|copyright)\b.{0,30}\b(?:zdf|wdr|swr|ndr|ard|funk)\b|^(?:swr|wdr|ndr|zdf) \d{4}$"
    r"|sous-titrage\b.{0,30}(?:st'? ?\d|radio-canada|société)|sous-titres (?:réalisés|fait)"
    r"|subtítulos (?:realizados )?por|sottotitoli (?:creati|e revisione|a cura)|legendas pela|subtitrarea realizată"
    r"|ondertite(?:ls|ld) (?:ingediend|door)|tv gelderland|napisy (?:stworzone|wykonał)|titulky (?:vytvořil|přeložil)"
    r"|undertexter (?:från|av)|svensktextning|teksting av|danske tekster|tekstitys:|feliratok|altyazı m"
    r"|субтитры (?:сделал|создавал|подготовил|добавил)|редактор субтитров|корректор [а-я]\.|υπότιτλοι"
    r"|ترجمة نانسي|字幕由|字幕[:：]|提供的字幕|字幕志愿者|明镜与点点|请不吝点赞|詞曲|作詞|한글자막|자막 by|mbc 뉴스",
    re.I,
)
# People may say these: of the whole utterance, and only where it was hardly speech.
_FAREWELLS = frozenset(
    """
you|thank you|thanks|bye|bye bye|thanks for watching|thank you for watching|so|oh|the|please subscribe|okay|yeah
vielen dank|vielen dank fürs zuschauen|danke fürs zuschauen|bis zum nächsten mal|tschüss|das war s
merci|merci d avoir regardé cette vidéo|merci d avoir regardé|abonnez vous|à bientôt|merci à tous
gracias|gracias por ver el video|gracias por ver el vídeo|suscríbete|suscríbete al canal|gracias por ver
grazie|grazie per aver guardato il video|grazie per la visione|grazie a tutti|alla prossima
obrigado|obrigada|obrigado por assistir|inscreva se no canal|tchau|até a próxima
bedankt voor het kijken|dank je wel|dziękuję|dziękuję za oglądanie|dzięki za oglądanie|děkuji za pozornost
tack för att du tittade|tack för att ni tittade|tak fordi du så med|takk for at du så på|kiitos
спасибо|спасибо за просмотр|продолжение следует|подписывайтесь на канал|до новых встреч|дякую за перегляд|дякую
teşekkürler|izlediğiniz için teşekkür ederim|izlediğiniz için teşekkürler|abone olmayı unutmayın
ご視聴ありがとうございました|ご視聴ありがとうございます|最後までご視聴ありがとうございました|ありがとうございました|チャンネル登録お願いします
おやすみなさい|はい|ん|谢谢观看|感谢观看|谢谢大家|谢谢|謝謝觀看|謝謝|多谢观看|シーン
시청해주셔서 감사합니다|시청해 주셔서 감사합니다|구독과 좋아요 부탁드립니다|감사합니다|다음 영상에서 만나요
شكرا|شكرا للمشاهدة|اشتركوا في القناة|תודה רבה|धन्यवाद|ขอบคุณที่รับชม|ขอบคุณครับ|ευχαριστώ|cảm ơn các bạn đã theo dõi
terima kasih telah menonton|terima kasih|vă mulțumim pentru vizionare|mulțumesc|köszönöm|hvala što pratite
""".replace("\n", "|").split("|")
)
_NOT_WORD = regex.compile(r"[^\p{L}\p{M}\p{N}]+")


def is_credit(text: str) -> bool:
    """Whether it is what stands under a film, and nobody says."""
    return _CREDITS.search(text) is not None


def is_farewell(text: str) -> bool:
    """Whether it is what Whisper writes of noise, and people say at times."""
    return _NOT_WORD.sub(" ", text.casefold()).strip() in _FAREWELLS
