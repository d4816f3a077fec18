"""The game's own microphone, as MuteSelf tells: whether Gerald's voice is heard, and when it is pressed on; pure."""

import msgspec

INPUT = "Voice"
PARAMETER = "MuteSelf"
PRESSES = 3
WITHIN = 600.0
"""Seconds within which it is pressed no more often: who holds the key to talk is muted again at each release."""
APART = 3.0
"""Seconds between two presses: MuteSelf follows one sooner, and a second would mute again."""
MUTED = "nobody hears Gerald: the game's microphone is muted"


class GameMicrophone(msgspec.Struct, frozen=True):
    """speaking: Gerald's voice plays. unheard: it did while muted, and it is muted still. presses: when (monotonic)."""

    muted: bool = False
    speaking: bool = False
    unheard: bool = False
    presses: tuple[float, ...] = ()

    def told(self, muted: bool) -> "GameMicrophone":
        """VRChat says whether it is muted."""
        unheard = muted and (self.unheard or self.speaking)
        return GameMicrophone(muted, self.speaking, unheard, self.presses)

    def speaks(self, on: bool) -> "GameMicrophone":
        """Gerald's voice begins or ends."""
        return GameMicrophone(self.muted, on, self.unheard or (self.muted and on), self.presses)

    def pressed(self, now: float) -> "GameMicrophone":
        """It was pressed."""
        recent = tuple(at for at in self.presses if now - at < WITHIN)
        return GameMicrophone(self.muted, self.speaking, self.unheard, (*recent, now))

    def may_press(self, now: float) -> bool:
        """Whether a press could help, and is not one too many."""
        recent = [at for at in self.presses if now - at < WITHIN]
        rested = not recent or now - recent[-1] >= APART
        return self.unheard and rested and len(recent) < PRESSES

    def said(self, now: float, *, unmute: bool) -> tuple[str, str]:
        """What the owner is told, and what to do about it; nothing while Gerald is heard, or silent."""
        if not self.unheard:
            return "", ""
        recent = sum(now - at < WITHIN for at in self.presses)
        if recent < PRESSES:
            return MUTED, "unmute it in VRChat" + ("" if unmute else ", or set osc.unmute: true")
        remedy = "unmute it in VRChat by hand, and switch Toggle Voice on there (Settings > Audio)"
        return f"{MUTED}, and pressing {INPUT} {recent} times did not help", remedy
