"""Whether words ask for what can be seen. Pure.

Only then does a picture leave this machine: what merely speaks of looks does not count."""

import re

LONGEST = 300  # characters in which it is looked for

_MINE = r"(?:my|this|that|his|her|our|the)"
_LOOKS = r"(?:avatar|outfit|looks?|clothes|hair|dress|shirt|hat|skin|model|world|place|view|room)"
_ASKED = rf"""
what (?:do|can) you see
what are you looking at
(?:can|do) you see (?:me|us|anything|something|this|that|what)\b
(?:describe|tell (?:me|us)) what you see
what (?:do|does) (?:i|he|she|it|this|that|my \w+) look like
how (?:do|does) (?:i|my \w+) look\b
what am i (?:wearing|doing|holding)
what(?: is|'s) (?:he|she|that (?:guy|girl|person|one)) (?:wearing|doing|holding)
(?:do you like|what do you think (?:of|about)|how do you like) {_MINE} (?:\w+ )?{_LOOKS}\b
(?:what|which) colou?r(?: is| are|'s) {_MINE}\b
can you read {_MINE}\b
what does (?:it|this|that|the \w+) say\b
how many \w+ (?:do|can) you see
who (?:can|do) you see
was siehst du
siehst du (?:mich|uns|etwas|das)
wie sehe ich aus
gefällt dir mein
was habe ich an
beschreib\w*,? was du siehst
que vois[- ]tu
qu'est-ce que tu vois
qué ves
me ves\b
cosa vedi
o que (?:você|tu) (?:vê|vês)
何が見え
見える[?？かの]
"""
_ASKS = re.compile("|".join(_ASKED.split("\n")[1:-1]), re.IGNORECASE)


def asks_to_look(text: str) -> bool:
    """Whether somebody who says this wants to hear what is seen."""
    return bool(_ASKS.search(text[:LONGEST].replace("’", "'")))
