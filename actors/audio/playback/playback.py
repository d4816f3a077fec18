"""Where playback stands, and what is to be announced of it: pure transitions from one state to the next."""

import msgspec

from actors.audio.messages import PlaybackEnded, PlaybackStarted, SentencePlayed, VoiceSilent

Announcement = PlaybackStarted | SentencePlayed | VoiceSilent | PlaybackEnded
Step = tuple["Playback", tuple[Announcement, ...]]


class Track(msgspec.Struct, frozen=True):
    """The playback of one turn. since: when it began (epoch seconds), 0 before. expected: -1 until it is known.

    heard: how many of its first sentences are over, up to the last one that had sound. silent: nothing is heard of it
    at present."""

    turn: int
    since: float = 0.0
    completed: int = 0
    expected: int = -1
    heard: int = 0
    silent: bool = False

    @property
    def complete(self) -> bool:
        """True when every sentence was played and no other will come."""
        return 0 <= self.expected <= self.completed


class Playback(msgspec.Struct, frozen=True):
    """Turns that play or wait, oldest first; the last cancelled turn; the last ended turn, and when (epoch seconds).

    Each transition returns the new state and what to announce."""

    tracks: tuple[Track, ...] = ()
    voided: int = 0
    ended: int = 0
    ended_at: float = 0.0

    def is_open(self, turn: int) -> bool:
        """Whether `turn` has begun and is not over."""
        return bool(self._track(turn).since)

    @property
    def now(self) -> PlaybackStarted | PlaybackEnded:
        """What is going on, as it was announced."""
        for track in self.tracks:
            if track.since and not track.silent:
                return PlaybackStarted(track.turn, track.since)
        return PlaybackEnded(self.ended, self.ended_at)

    def began(self, turn: int, at: float) -> Step:
        """A sentence of `turn` can be heard from `at`; what played before it, and every earlier turn, is over."""
        if turn <= self.voided:
            return self, ()
        over = tuple(one for one in self.tracks if one.turn < turn or (one.turn > turn and one.since))
        state, announced = self._end(over, at)
        track = state._track(turn)
        if track.since and not track.silent:
            return state, announced
        track = msgspec.structs.replace(track, since=track.since or at, silent=False)
        return state._with(track), (*announced, PlaybackStarted(turn, at))

    def silent(self, turn: int, at: float) -> Step:
        """Nothing of `turn` has been heard since `at`, and it is not over."""
        track = self._track(turn)
        if not track.since or track.silent:
            return self, ()
        return self._with(msgspec.structs.replace(track, silent=True)), (VoiceSilent(turn, at),)

    def played(self, turn: int, sentence: int, at: float, heard: bool) -> Step:
        """Sentence `sentence` of `turn` is over; heard: it had sound."""
        if turn <= self.voided:
            return self, ()
        track = self._track(turn)
        over = max(track.heard, sentence + 1) if heard else track.heard
        state = self._with(msgspec.structs.replace(track, completed=track.completed + 1, heard=over))
        state, ended = state._end_complete(at)
        return state, (*((SentencePlayed(turn, sentence),) if heard else ()), *ended)

    def done(self, turn: int, sentences: int, at: float) -> Step:
        """No sentence will follow the first `sentences` of `turn`."""
        if turn <= self.voided:
            return self, ()
        state = self._with(msgspec.structs.replace(self._track(turn), expected=sentences))
        return state._end_complete(at)

    def cancelled(self, turn: int, at: float) -> Step:
        """Turns up to `turn` are cancelled. One that never began is announced too, since others may wait for it."""
        if turn <= self.voided:
            return self, ()
        over = tuple(track for track in self.tracks if track.turn <= turn)
        if not over and turn > self.ended:
            over = (Track(turn),)
        state, announced = self._end(over, at, cancelled=True)
        return msgspec.structs.replace(state, voided=turn), announced

    def quiet(self, at: float) -> Step:
        """No sound has come for too long: what is open ends. Should sound come after all, it begins again."""
        return self._end(self.tracks, at)

    def _track(self, turn: int) -> Track:
        return next((track for track in self.tracks if track.turn == turn), Track(turn))

    def _with(self, track: Track) -> "Playback":
        others = (other for other in self.tracks if other.turn != track.turn)
        return msgspec.structs.replace(self, tracks=tuple(sorted((*others, track), key=lambda one: one.turn)))

    def _end_complete(self, at: float) -> Step:
        return self._end(tuple(track for track in self.tracks if track.complete), at)

    def _end(self, over: tuple[Track, ...], at: float, *, cancelled: bool = False) -> Step:
        if not over:
            return self, ()
        left = tuple(track for track in self.tracks if track not in over)
        ended = max(self.ended, *(track.turn for track in over))
        state = msgspec.structs.replace(self, tracks=left, ended=ended, ended_at=at)
        return state, tuple(PlaybackEnded(track.turn, at, cancelled, track.heard) for track in over)
