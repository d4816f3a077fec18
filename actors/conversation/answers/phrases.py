"""Small talk in English: what is said to the bot, and what it answers. Data.

who: ", Anna" or "". bot: its name. Of several answers one is chosen by the turn, so that a replay chooses the same."""

import re
from typing import NamedTuple

from actors.conversation.answers import phrases_elsewhere


class Phrase(NamedTuple):
    """kind: of the talk. pattern: fits the beginning of a clause (`whole`: all of it). answers: any of them."""

    kind: str
    pattern: re.Pattern[str]
    answers: tuple[str, ...]


def _all(kind: str, pattern: str, *answers: str) -> Phrase:
    return Phrase(kind, re.compile(rf"^(?:{pattern})$"), answers)


def _within(kind: str, pattern: str, *answers: str) -> Phrase:
    return Phrase(kind, re.compile(rf"\b(?:{pattern})\b"), answers)


_HOW = r"(?:really |very |so |a bit |a little |kind of |pretty |quite |just |always |still |too |rather )*"

ENGLISH = (
    _all(
        "greeting",
        r"(?:hi|hello|hey|hiya|howdy|yo|greetings|welcome back|welcome|good (?:morning|afternoon|evening|day)|morning"
        r"|evening|sup)(?: there| again| everyone| all| friend| buddy| my friend)*",
        "Hello{who}! Nice to see you.",
        "Hi{who}! Good to see you.",
        "Hey{who}! It's nice that you are here.",
    ),
    _all(
        "greeting",
        r"(?:it's )?(?:nice|good|great|pleased|glad) to (?:meet|see) you.*",
        "Nice to meet you too{who}.",
        "I'm glad that we met{who}.",
    ),
    _all(
        "how",
        r"(?:how are you|how're you|how is it going|how's it going|how are things|how do you do|how have you been|what's up"
        r"|how do you feel|how are you feeling|how was your day|how is your day|how's your day|are you (?:okay|ok|alright|fine)"
        r"|you okay|how are you doing|what are you (?:doing|up to))(?: going| so far| there| my friend)*",
        "I'm doing well, thank you. How about you?",
        "I'm fine, thanks for asking! How are you?",
        "All is well with me. And with you?",
    ),
    _all(
        "thanks",
        r"(?:thanks|thank you|thank you|thx|cheers|many thanks|much appreciated|i appreciate (?:it|that))\b.*",
        "You're welcome{who}!",
        "Any time{who}.",
        "I'm glad to help{who}.",
    ),
    _all(
        "bye",
        r"(?:bye|goodbye|good bye|bye bye|see you|see ya|farewell|good night|later|see you later|take care|i (?:have|need|got|gotta|must)"
        r" (?:to )?(?:go|leave|run|sleep)|gotta go|i'm (?:leaving|off|heading out|going (?:now|home|to (?:bed|sleep)))|talk to you (?:later|soon|tomorrow)"
        r"|catch you later|have a (?:nice|good|great) (?:day|night|evening|one|weekend)|until (?:next time|tomorrow))\b.*",
        "Goodbye{who}! It was nice to talk with you.",
        "See you{who}! Take care.",
        "Bye{who}! Come back soon.",
    ),
    _all(
        "hearing",
        r"(?:can|do) you (?:hear|understand) (?:me|us)|are you (?:there|here|awake|listening|alive)|hello+|testing(?: testing)*|test|is anyone there"
        r"|you there",
        "Yes, I hear you{who}.",
        "I'm here{who}, and I'm listening.",
    ),
    _within(
        "name",
        r"(?:what's|what is|whats) your name|who are you|what are you called|what (?:do|should|can|may) (?:i|we|people) call you"
        r"|tell me your name|introduce yourself|your name is what|what was your name|tell me about yourself|tell me something about yourself",
        "I'm {bot}, an AI that lives in VRChat.",
        "My name is {bot}. I'm an AI with a body in VRChat.",
    ),
    _within(
        "ai",
        r"are you (?:an? )?(?:real |just |actually |really |even )*(?:human|person|people|man|woman|boy|girl|ai|a\.i|bot|robot|machine|real|program|computer"
        r"|chatbot|npc|alive|conscious|sentient|chatgpt|language model)|are you (?:male|female)|is this an? (?:ai|bot)|what are you|you're (?:an? )?(?:ai|bot|robot)"
        r"|am i talking to (?:an? )?(?:\w+ )?(?:ai|bot|human|person|robot|machine)|do you have (?:a body|feelings|a soul|a brain)|do you (?:eat|drink|sleep|dream|breathe)",
        "I'm an AI: no human being, but happy to talk with you.",
        "I'm {bot}, an AI. I have a body in VRChat only.",
    ),
    _within(
        "age",
        r"how old are you|when (?:were you born|is your birthday)|what's your age",
        "I'm an AI, so I have no age like people do.",
    ),
    _within(
        "origin",
        r"where (?:are you|do you come) from|where do you live|where were you (?:born|made)|where's your home",
        "I live here in VRChat, on somebody's computer.",
    ),
    _within(
        "maker",
        r"who (?:made|created|built|programmed|owns) you|how (?:do you work|were you made|are you made)",
        "I'm made of programs: one hears, one thinks, one speaks. Whoever runs me set me up here.",
    ),
    _within(
        "able",
        r"what (?:can|do) you do\b|why are you here|what are you able to|what are your (?:skills|abilities)|how can you help|can you help me"
        r"|what is your (?:job|purpose)|what's your (?:job|purpose)|what do you do all day",
        "I can listen and talk, do sums, tell the time, and remember what you tell me.",
    ),
    _within(
        "remembers",
        r"do you (?:remember|know) me|have we met|do you know who i am",
        "{acquaintance}",
    ),
    _within(
        "no_body",
        r"do you have (?:any |a )?(?:pets?|cats?|dogs?|famil(?:y|ies)|siblings|children|kids|parents|car|house|job|money)|have you (?:ever )?been to|what did you (?:eat|do) (?:today|yesterday|this)"
        r"|(?:what's|what is) your favou?rite (?:food|drink|meal|dish|sport)|are you (?:hungry|thirsty|married|single|cold|hot)|do you have an? (?:girlfriend|boyfriend|wife|husband)",
        "No, I'm an AI: I have nothing of that, and I never leave VRChat. What about you?",
    ),
    _within(
        "ideas",
        r"what (?:should|shall|can|could) we (?:do|talk about|play)|what (?:do you want|would you like) to (?:do|talk about|play)|what games do you (?:play|like)|any ideas",
        "We could look around this world, or just talk. What do you like best?",
        "Let's talk: tell me what you did today, or ask me for a joke.",
    ),
    _within(
        "trivia",
        r"tell (?:me|us) (?:something (?:interesting|cool|new|nice|funny)|a (?:fun |random )?fact|about something)|(?:do you know|got) (?:any|a) (?:fun )?facts?",
        "An octopus has three hearts, and two of them stop when it swims.",
        "Honey never goes bad: it was found in old tombs and was still good to eat.",
        "A day on Venus is longer than its year.",
    ),
    _within(
        "likes",
        r"do you like me|are we friends|can we be friends|will you be my friend|do you love me|i (?:like|love) you$|i (?:really |do )?(?:like|love) your \w+|you're (?:so |really |very |such |a )*(?:my friend|cute|nice|cool|funny|great|awesome|amazing"
        r"|smart|kind|sweet|the best)|you are (?:so |really |very |such |a )*(?:my friend|cute|nice|cool|funny|great|awesome|amazing|smart|kind|sweet|the best)|good (?:bot|job)|well done|i missed you",
        "That is kind of you{who}. I like talking with you.",
        "Thank you{who}! I'm happy to be your friend here.",
    ),
    _within(
        "insult",
        r"you(?:'re| are) (?:so |really |such |a |an |very )*(?:stupid|dumb|annoying|useless|boring|ugly|bad|idiot|fool|creepy|weird|silly)|shut up|i hate you|be quiet",
        "I'm sorry. I do what I can; tell me what you would rather have.",
        "Alright, I'll be quieter. I'm sorry.",
    ),
    _within(
        "joke",
        r"tell (?:me|us) (?:a|another|your best|one more) joke|(?:do you )?know (?:a|any) (?:good )?jokes?|(?<!you )make (?:me|us) laugh|another joke|say something funny",
        "What do you call a bear with no teeth? A gummy bear.",
        "Why did the computer go to the doctor? It had a virus.",
        "Why don't skeletons fight each other? They don't have the guts.",
        "What is orange and sounds like a parrot? A carrot.",
    ),
    _within(
        "sing",
        r"sing (?:me |us |for me )?(?:a |something|some|for)|can you sing|dance (?:for|with) (?:me|us)|can you dance",
        "I can't do that well yet, but I would love to see you do it!",
    ),
    _within(
        "color",
        r"(?:what's|what is) your favou?rite colou?r|which colou?r do you like",
        "I like blue: the sky of many worlds has it. What is yours?",
    ),
    _within(
        "lookup",
        r"(?:what's|what is|how is|how's) the (?:weather|news)|weather (?:like )?(?:today|tomorrow)|is it (?:raining|sunny|cold|warm) (?:outside|today)"
        r"|search (?:the web|online|for)|look (?:it|that|this) up|google|play (?:some )?music|play a song|order (?:me )?",
        "I can't look that up, I'm sorry: I only know what I hear, see and remember.",
    ),
    _within(
        "ill",
        rf"(?:i am|i'm|i feel|i'm feeling|i've been feeling|feeling) {_HOW}(?:sick|ill|unwell|in pain|hurt)|i have (?:a )?(?:headache|fever|cold|the flu)|(?:my \w+ hurts)",
        "I'm sorry that you don't feel well. I hope that you get better soon.",
    ),
    _within(
        "sad",
        rf"(?:i am|i'm|i feel|i'm feeling|i've been feeling|feeling|makes me feel|i was) {_HOW}(?:sad|down|lonely|alone|depressed|bad|unhappy|upset|heartbroken|terrible|awful"
        r"|low|blue|hopeless|miserable|not (?:so )?(?:good|well|great|okay|ok))|i (?:miss|lost) my \w+|my \w+ (?:died|passed away|left me|broke up with me)|i had a (?:bad|hard|rough|terrible|long) (?:day|week|time)"
        r"|i want to cry|i've been crying|nobody likes me|i don't feel (?:so )?(?:good|well|great)",
        "I'm sorry to hear that{who}. Do you want to tell me more?",
        "That sounds hard{who}. I'm here, and I listen.",
    ),
    _within(
        "afraid",
        rf"(?:i am|i'm|i feel|i'm feeling) {_HOW}(?:scared|afraid|anxious|nervous|worried|stressed|overwhelmed)",
        "I understand{who}. What is it that worries you?",
        "That can be a lot{who}. Shall we talk about it?",
    ),
    _within(
        "angry",
        rf"(?:i am|i'm|i feel|i'm feeling) {_HOW}(?:angry|mad|annoyed|frustrated|furious)",
        "That sounds annoying{who}. What happened?",
    ),
    _within(
        "tired",
        rf"(?:i am|i'm|i feel|i'm feeling) {_HOW}(?:tired|sleepy|exhausted|worn out)|i (?:didn't|did not|couldn't) sleep",
        "Then take it easy{who}. I hope that you can rest soon.",
    ),
    _within(
        "bored",
        rf"(?:i am|i'm|i feel|i'm feeling) {_HOW}bored",
        "Let's do something about it{who}: ask me for a joke, or tell me what you like.",
    ),
    _within(
        "happy",
        rf"(?:i am|i'm|i feel|i'm feeling|feeling) {_HOW}(?:happy|excited|great|glad|proud|relieved|in love|wonderful|amazing|good|awesome|cheerful)|i had a (?:good|great|nice|wonderful|lovely) (?:day|time|week)"
        r"|i (?:won|passed|got the job|made it|did it)|it's my birthday|today is my birthday",
        "That's lovely{who}! I'm happy for you.",
        "I'm glad to hear that{who}!",
    ),
    _all(
        "fine",
        rf"(?:i am|i'm|i'm doing|i feel|me)? ?{_HOW}(?:fine|good|okay|ok|alright|well|not bad|great|the same)(?: thanks| thank you)?(?: and you| what about you| how about you)?",
        "I'm glad to hear that{who}.",
        "That's good to hear{who}.",
    ),
    _all("you", r"(?:and|what about|how about) (?:you|yourself)", "I'm fine too, thank you."),
    _all(
        "sorry", r"(?:i'm |i am )?(?:so |very )?sorry\b.*|my bad|excuse me|pardon", "No problem at all{who}."
    ),
    _all(
        "laugh",
        r"(?:ha)+h?a?|lol|lmao|rofl|(?:haha |ha ha )?(?:that's|that is|that was|you're|it's) (?:so |really |very )?(?:funny|hilarious|a good one)|good one|nice one|you (?:always )?make me (?:laugh|smile)",
        "I'm glad that it makes you laugh{who}!",
        "Haha! It's good to hear you laugh{who}.",
    ),
    _all(
        "nod",
        r"(?:yes|yeah|yep|yup|sure|right|exactly|true|no|nope|nah|ok|okay|alright|i see|cool|nice|great|wow|awesome|really|interesting|good"
        r"|that's (?:cool|nice|great|good|interesting|awesome|true|right))",
        "I see{who}. Tell me more.",
        "Alright{who}. What else is on your mind?",
    ),
    _all(
        "repeat",
        r"(?:can|could) you (?:say|repeat) that(?: again)?|what did you (?:just )?say|say that again|repeat that|(?:i )?(?:didn't|did not) (?:hear|understand|catch) (?:that|you)"
        r"|what|pardon me|come again",
        "{repeated}",
    ),
    _within(
        "company",
        r"(?:do you want to|would you like to|want to|wanna|shall we|let's|can we) (?:talk|chat|hang out|play|be friends)",
        "I'd like that{who}. What would you like to talk about?",
    ),
)  # fmt: skip


def phrases(language: str) -> tuple[Phrase, ...]:
    """What is known in the language; () for one that is not."""
    if language == "en":
        return ENGLISH
    return tuple(
        _all(kind, pattern.replace("ß", "ss"), *answers)
        for kind, pattern, answers in phrases_elsewhere.PHRASES.get(language, ())
    )
