"""`osc.game`: what is known of the game at the other end, and what of it the owner must be told.

Its avatar's parameters come from OSCQuery, else from VRChat's file of the avatar; the sender is told them."""

import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from actors.audio.messages import PlaybackEnded, PlaybackStarted
from actors.avatar.messages import AVATAR, GetParameters, ParametersAre
from actors.kernel.actor import Actor, AskFailed, Reply, handles
from actors.kernel.protocol.lifecycle import Health
from actors.osc.game import avatar_file, microphone
from actors.osc.game.avatar_file import BadAvatarFile
from actors.osc.game.avatar_list import AvatarList
from actors.osc.game.contact import Contact
from actors.osc.game.microphone import GameMicrophone
from actors.osc.inputs import SHORTEST
from actors.osc.internal import LookAtGame, LookAtMicrophone, LookForAvatar
from actors.osc.messages import (
    OSC_QUERY,
    OSC_RECEIVER,
    OSC_SENDER,
    AvatarIs,
    AvatarKnown,
    AvatarLoaded,
    AvatarRead,
    GameRuns,
    Games,
    GetAvatar,
    GetGames,
    GetOscStatistics,
    GetSendStatistics,
    OscStatistics,
    ParametersChanged,
    SendStatistics,
    SetInput,
    TellAvatar,
)
from actors.osc.parameters import meanings
from actors.vocabulary.game_folder import own_folder, usual_places
from config.files import located
from config.schema import Behaviour, Osc

LOOK_EVERY = 30.0
# Seconds between looks for an avatar's file: VRChat may write it after it has loaded the avatar.
LOOK_AGAIN = (2.0, 8.0, 50.0)
# Seconds within which the avatar's values have come: those that its file lacks show that it is old.
FELT = 5.0
# Seconds after a change of avatar within which OSCQuery may still tell of the one before.
TOLD_LATE = 10.0
_EARMUFFS = "the game's earmuffs are on: Gerald hears only who is near"


class Game(Actor):
    """Told of the avatar and of MuteSelf by the receiver, of the voice by the speaker, of the game by its log."""

    def __init__(self, osc: Osc, home: Path, behaviour: Behaviour) -> None:
        self._osc = osc
        self._feels = behaviour.movement.enabled
        self._home = home
        self._avatar = AvatarList()
        self._microphone = GameMicrophone()
        self._contact = Contact(0.0)
        self._loaded_at = float("-inf")
        self._earmuffs = False
        self._said = (Health.OK, "", "")
        self._timer = 0

    def on_start(self) -> None:
        self._contact = Contact(self.now())
        if self._osc.is_announced:
            self.ask(OSC_QUERY, GetGames(), "on_games")
        if self.context.incarnation > 1:
            # Of the game that it met first, it has heard; of what an earlier Gerald knew, nothing may be true any more.
            self.ask(AVATAR, GetParameters(), "on_remembered")
        self.after(LOOK_EVERY, LookAtGame())
        self.health(*self._said)

    def commit(self, sections: Mapping[str, Any]) -> bool:
        before, self._osc = self._osc, sections.get("osc", self._osc)
        if "behaviour" in sections:
            self._feels = sections["behaviour"].movement.enabled
        if before.avatar_folder != self._osc.avatar_folder:
            self._look_for_file(0)
        self._press()
        self._report()
        return True

    # -- the avatar

    @handles
    def on_avatar_loaded(self, message: AvatarLoaded) -> None:
        self._loaded_at = self.now()
        if message.avatar_id != self._avatar.avatar_id:
            self._know(AvatarList(message.avatar_id))
            self._look_for_file(0)

    def on_remembered(self, answer: Reply | AskFailed) -> None:
        """What the one before knew, as the avatar's domain knows it, unless it was told meanwhile."""
        if isinstance(answer, Reply) and isinstance(answer.message, ParametersAre):
            self._mute(bool(answer.message.values.get(microphone.PARAMETER, self._microphone.muted)))
            if answer.message.avatar_id and not self._avatar.avatar_id:
                self.on_avatar_loaded(AvatarLoaded(answer.message.avatar_id))

    @handles
    def on_tell_avatar(self, _: TellAvatar) -> None:
        self._know(self._avatar)

    @handles
    def on_avatar_read(self, message: AvatarRead) -> None:
        """From OSCQuery. What it still tells of the avatar before is passed over."""
        self._contact = self._contact.finds(message.game, self.now())
        if not message.parameters:
            if self._avatar.is_of_query:
                self._know(AvatarList(self._avatar.avatar_id))
                self._look_for_file(0)
        elif message.avatar_id in ("", self._avatar.avatar_id) or self.now() - self._loaded_at > TOLD_LATE:
            self._know(AvatarList.of_query(message, self._avatar.avatar_id))
            muted = self._avatar.value(microphone.PARAMETER)
            if muted is not None:
                self._mute(bool(muted))
        self._report()

    def on_games(self, answer: Reply | AskFailed) -> None:
        """What was found before this incarnation began."""
        if isinstance(answer, Reply) and isinstance(answer.message, Games) and answer.message.ours:
            games = answer.message
            self.on_avatar_read(AvatarRead(games.ours, games.avatar_id, games.parameters))

    @handles
    def on_look_for_avatar(self, message: LookForAvatar) -> None:
        if message.avatar_id == self._avatar.avatar_id:
            if self._avatar.is_of_file:
                self.ask(AVATAR, GetParameters(), "on_felt", message.avatar_id)
            else:
                self._look_for_file(message.attempt)

    def on_felt(self, answer: Reply | AskFailed) -> None:
        """What the avatar tells, and its file does not know, shows that the file is old."""
        if not (isinstance(answer, Reply) and isinstance(answer.message, ParametersAre)):
            return
        aged = self._avatar.compared(answer.message.values)
        if answer.context == self._avatar.avatar_id and aged != self._avatar:
            self._know(aged)
            self._report()

    def _look_for_file(self, attempt: int) -> None:
        avatar_id = self._avatar.avatar_id
        if not avatar_id or self._avatar.is_of_query:
            return
        try:
            path = avatar_file.find(self._folders(), avatar_id)
            if path is not None:
                self._know(AvatarList.of_file(avatar_id, path, avatar_file.read(path, avatar_id)))
                self.after(FELT, LookForAvatar(avatar_id, attempt))
        except (OSError, BadAvatarFile) as error:
            why = error.strerror if isinstance(error, OSError) else error
            self._know(AvatarList(avatar_id, note=f"the file of the avatar cannot be used: {why or error}"))
        if not self._avatar.parameters and attempt < len(LOOK_AGAIN):
            self.after(LOOK_AGAIN[attempt], LookForAvatar(avatar_id, attempt + 1))
        self._report()

    def _folders(self) -> tuple[Path, ...]:
        if self._osc.avatar_folder is not None:
            return (located(self._home, self._osc.avatar_folder),)
        return tuple(place / "OSC" for place in usual_places(sys.platform, os.environ, own_folder()))

    def _know(self, avatar: AvatarList) -> None:
        self._avatar = avatar
        self.tell(OSC_SENDER, AvatarKnown(avatar.avatar_id, avatar.parameters, avatar.is_whole))

    @handles
    def on_get_avatar(self, _: GetAvatar) -> None:
        known, found = self._avatar, meanings(self._osc, feels=self._feels)
        each = {one.name: found.of(one.name) for one in known.parameters}
        events = {name: event for name, (event, _) in each.items() if event}
        zones = {name: zone for name, (_, zone) in each.items() if zone}
        self.reply(AvatarIs(known.avatar_id, known.source, known.note, known.parameters, events, zones))

    # -- its microphone

    @handles
    def on_parameters(self, message: ParametersChanged) -> None:
        values = message.values
        self._earmuffs = bool(values.get("Earmuffs", self._earmuffs))
        if microphone.PARAMETER in values:
            self._mute(bool(values[microphone.PARAMETER]))
        self._report()

    @handles
    def on_playback_started(self, _: PlaybackStarted) -> None:
        self._speak(True)

    @handles
    def on_playback_ended(self, _: PlaybackEnded) -> None:
        self._speak(False)

    @handles
    def on_look_at_microphone(self, _: LookAtMicrophone) -> None:
        self._press()
        self._report()

    def _speak(self, on: bool) -> None:
        self._microphone = self._microphone.speaks(on)
        self._press()
        self._report()

    def _mute(self, muted: bool) -> None:
        self._microphone = self._microphone.told(muted)
        self._press()

    def _press(self) -> None:
        if not (self._osc.unmute and self._microphone.unheard):
            return
        if self._microphone.may_press(self.now()):
            self._microphone = self._microphone.pressed(self.now())
            self.tell(OSC_SENDER, SetInput(microphone.INPUT, 1.0, SHORTEST))
        self.cancel(self._timer)
        self._timer = self.after(microphone.APART, LookAtMicrophone())

    # -- whether it is heard

    @handles
    def on_game_runs(self, message: GameRuns) -> None:
        self._contact = self._contact.runs(message.on, self.now())
        self._report()

    @handles
    def on_look(self, _: LookAtGame) -> None:
        self.after(LOOK_EVERY, LookAtGame())
        self.ask(OSC_RECEIVER, GetOscStatistics(), "on_heard")
        self.ask(OSC_SENDER, GetSendStatistics(), "on_sent")

    def on_heard(self, answer: Reply | AskFailed) -> None:
        """How much has come so far."""
        if isinstance(answer, Reply) and isinstance(answer.message, OscStatistics):
            self._contact = self._contact.hears(answer.message.heard, self.now())
            self._report()

    def on_sent(self, answer: Reply | AskFailed) -> None:
        """How much of what is answered was sent so far."""
        if isinstance(answer, Reply) and isinstance(answer.message, SendStatistics):
            self._contact = self._contact.sent(answer.message.answerable)
            self._report()

    # -- what is told

    def _report(self) -> None:
        said = self._worth_saying()
        if said != self._said:
            self._said = said
            self.health(*said)

    def _worth_saying(self) -> tuple[Health, str, str]:
        muted = self._microphone.said(self.now(), unmute=self._osc.unmute)
        if muted[0]:
            return Health.DEGRADED, *muted
        silent = self._contact.said(self.now())
        if silent is not None:
            return silent
        if self._avatar.note:
            return Health.OK, self._avatar.note, self._avatar.remedy
        return (Health.OK, _EARMUFFS, "") if self._earmuffs else (Health.OK, "", "")
