"""The demo's peer notes what reaches VRChat."""

import socket
import time

from actors.osc.wire import datagram
from supervisor.demo.peer import Peer

WITHIN = 10.0


def test_inputs_and_parameters_are_noted_in_their_order_and_can_be_waited_for() -> None:
    begun = time.time()
    with Peer() as peer, socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as game:
        for address, value in (
            ("/avatar/parameters/VRCEmote", 1),
            ("/avatar/parameters/Smile", 0.5),
            ("/input/Vertical", 1.0),
            ("/avatar/parameters/VRCEmote", 0),
        ):
            game.sendto(datagram(address, value), ("127.0.0.1", peer.port))
        ended = peer.moved("/avatar/parameters/VRCEmote", 0.0, begun, WITHIN)
        waved = peer.moved("/avatar/parameters/VRCEmote", 1.0, begun)
        assert ended is not None
        assert waved is not None
        assert waved.at <= ended.at
        assert peer.parameters == {"VRCEmote": 0.0, "Smile": 0.5}
        assert peer.inputs == {"/input/Vertical": 1.0}
        assert peer.moved("/input/Vertical", 1.0, ended.at + 1.0) is None
