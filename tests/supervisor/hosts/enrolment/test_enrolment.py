"""A machine joins with a code: the right one once, and nobody else, however they try."""

import dataclasses
import os
import random
import socket
import ssl
import threading
from pathlib import Path

import msgspec
import pytest

from supervisor.hosts.enrolment.client import NotJoined, join
from supervisor.hosts.enrolment.messages import (
    LARGEST,
    Claim,
    Denial,
    Denied,
    Granted,
    Hello,
    Kept,
    decode_to_host,
    encode,
    proof_of,
)
from supervisor.hosts.enrolment.server import MOST_EACH
from supervisor.hosts.enrolment.stream import Stream, StreamLost
from supervisor.hosts.enrolment.ticket import TRIES, Phase
from supervisor.hosts.identity.authority import make_key, make_request
from supervisor.hosts.identity.identity import identity_of
from supervisor.hosts.identity.invitation import FINGERPRINT, SECRET, Invitation, decode
from supervisor.hosts.identity.invitation import encode as code_of
from supervisor.hosts.identity.membership import membership_of
from supervisor.hosts.identity.refusal import Reason, Refused
from tests.supervisor.hosts.enrolment.conftest import BUILD, WaitingHome

FAR = 1e12


def connect(home: WaitingHome) -> tuple[ssl.SSLSocket, Stream]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    plain = socket.create_connection(("127.0.0.1", home.server.port), timeout=30.0)
    secured = context.wrap_socket(plain)
    return secured, Stream(secured, 30.0, lambda: 0.0)


def hello(stream: Stream) -> Hello:
    found = decode_to_host(stream.receive())
    assert isinstance(found, Hello)
    return found


def claim(home: WaitingHome, secured: ssl.SSLSocket, nonce: bytes, secret: bytes | None = None) -> Claim:
    request, build = make_request(make_key()), encode(BUILD)
    shown = secured.getpeercert(binary_form=True) or b""
    return Claim(proof_of(secret or home.invitation.secret, shown, nonce, request, build), request, build)


def test_who_has_the_code_joins_and_may_come(home: WaitingHome, folder: Path) -> None:
    said: list[str] = []
    joined = join(decode(code_of(home.invitation)), folder, BUILD, said.append)
    assert joined.name == "gpu-box"
    assert joined.addresses == ("127.0.0.1:7447", "gerald.example:7447")
    identity = identity_of(folder)
    assert identity.name == "gpu-box"
    assert os.name != "posix" or identity.key.stat().st_mode & 0o077 == 0
    assert home.registry.admit(identity.certificate.read_bytes()) == "gpu-box"
    assert membership_of(folder).addresses == joined.addresses
    assert [home.event().what for _ in range(2)] == ["connected", "joined"]
    assert home.ended() is Phase.SPENT
    assert not folder.with_name("agent.new").exists()
    assert len(said) == 2


def test_a_code_counts_once(home: WaitingHome, folder: Path, tmp_path: Path) -> None:
    join(home.invitation, folder, BUILD)
    home.ended()
    with pytest.raises(NotJoined, match="nothing listens there") as refused:
        join(home.invitation, tmp_path / "other", BUILD)
    assert "Is the invitation still open" in str(refused.value)
    assert not (tmp_path / "other").exists()
    assert [host.name for host in home.registry.contents().hosts] == ["gpu-box"]


def test_only_one_of_many_at_once_joins(home: WaitingHome, tmp_path: Path) -> None:
    outcomes: list[str] = []

    def attempt(number: int) -> None:
        try:
            outcomes.append(join(home.invitation, tmp_path / str(number), BUILD).name)
        except NotJoined:
            outcomes.append("refused")

    threads = [threading.Thread(target=attempt, args=(number,)) for number in range(MOST_EACH)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60.0)
    assert sorted(outcomes) == ["gpu-box", *["refused"] * (MOST_EACH - 1)]
    (kept,) = (folder for folder in tmp_path.iterdir() if folder.name.isdigit())
    assert home.registry.admit(identity_of(kept).certificate.read_bytes()) == "gpu-box"


def test_wrong_secrets_are_counted_and_end_it(home: WaitingHome, folder: Path) -> None:
    wrong = dataclasses.replace(home.invitation, secret=b"x" * SECRET)
    for number in range(TRIES):
        with pytest.raises(NotJoined, match="not the invitation's secret"):
            join(wrong, folder, BUILD)
        event = home.event()
        assert (event.what, event.address, event.tries_left) == ("refused", "127.0.0.1", TRIES - 1 - number)
    assert home.ended() is Phase.GUESSED
    with pytest.raises(NotJoined):
        join(home.invitation, folder, BUILD)
    assert not folder.exists()
    assert home.registry.contents().hosts == ()


def test_an_invitation_ends(home: WaitingHome, folder: Path) -> None:
    secured, stream = connect(home)
    with secured:
        nonce = hello(stream).nonce
        home.offset = 601.0
        assert home.ended() is Phase.EXPIRED
        assert nonce
        with pytest.raises(StreamLost):  # whoever was connected then is cut off
            stream.receive()
    assert home.registry.contents().hosts == ()


def test_a_claim_that_was_heard_proves_nothing_elsewhere(home: WaitingHome) -> None:
    secured, stream = connect(home)
    with secured:
        heard = claim(home, secured, hello(stream).nonce)
    # the same words, on another connection, which has a nonce of its own
    secured, stream = connect(home)
    with secured:
        hello(stream)
        stream.send(encode(heard))
        denied = decode_to_host(stream.receive())
    assert isinstance(denied, Denied)
    assert denied.why is Denial.WRONG_SECRET
    # another key under a proof for this connection
    secured, stream = connect(home)
    with secured:
        good = claim(home, secured, hello(stream).nonce)
        stream.send(encode(msgspec.structs.replace(good, request=make_request(make_key()))))
        denied = decode_to_host(stream.receive())
    assert isinstance(denied, Denied)
    assert home.desk.ticket.tries_left == TRIES - 2


def test_who_takes_the_certificate_and_says_no_more_is_not_let_in(home: WaitingHome, folder: Path) -> None:
    secured, stream = connect(home)
    with secured:
        stream.send(encode(claim(home, secured, hello(stream).nonce)))
        granted = decode_to_host(stream.receive())
    assert isinstance(granted, Granted)
    assert [home.event().what for _ in range(2)] == ["connected", "lost"]
    with pytest.raises(Refused) as refused:
        home.registry.admit(granted.certificate)
    assert refused.value.reason is Reason.STRANGER
    assert join(home.invitation, folder, BUILD).name == "gpu-box"  # and the invitation still counts


def test_another_machine_under_the_home_s_address_learns_nothing(
    home: WaitingHome, folder: Path, tmp_path: Path
) -> None:
    impostor = WaitingHome(tmp_path / "impostor")
    try:
        fooled = dataclasses.replace(home.invitation, port=impostor.server.port)
        with pytest.raises(NotJoined, match="another machine answers there"):
            join(fooled, folder, BUILD)
        assert impostor.event().what == "lost"
        assert impostor.desk.ticket.tries_left == TRIES  # no proof was sent to it
    finally:
        impostor.close()
    assert not folder.exists()


class Forger:
    """Answers at a port of its own with `said`, in TLS with this certificate."""

    def __init__(self, certificate: Path, key: Path, said: bytes) -> None:
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._context.load_cert_chain(certificate, key)
        self._said = said
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port = self._listening.getsockname()[1]
        self.heard = b""
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self) -> None:
        connected, _ = self._listening.accept()
        with self._context.wrap_socket(connected, server_side=True) as secured:
            secured.sendall(len(self._said).to_bytes(4) + self._said)
            self.heard = secured.recv(100)

    def ended(self) -> bytes:
        """What it was told."""
        self._thread.join(30.0)
        self._listening.close()
        return self.heard


def test_the_home_s_authority_alone_does_not_make_a_home(
    home: WaitingHome, folder: Path, tmp_path: Path
) -> None:
    """Anybody can show the authority's certificate, and a host has one that it issued; neither proves the home."""
    invited = home.invitation
    join(invited, folder, BUILD)
    host, said = identity_of(folder), encode(Hello(home.identity.authority.read_bytes(), b"n" * 32))
    other = WaitingHome(tmp_path / "other")
    try:
        for shown in (host, other.identity):
            forger = Forger(shown.certificate, shown.key, said)
            with pytest.raises(NotJoined, match="cannot prove that it is the home"):
                join(dataclasses.replace(invited, port=forger.port), tmp_path / "fooled", BUILD)
            assert forger.ended() == b""
    finally:
        other.close()


@pytest.mark.parametrize(
    ("build", "said"),
    [
        (msgspec.structs.replace(BUILD, code="b" * 32), "the code differs"),
        (msgspec.structs.replace(BUILD, wire=2), "newer wire"),
        (msgspec.structs.replace(BUILD, models={"llm/a.gguf": "2" * 64}), "list of models differs"),
        (
            msgspec.structs.replace(BUILD, damaged=("a model is damaged; run `make setup`",)),
            "a model is damaged",
        ),
    ],
)
def test_what_does_not_match_is_said_on_both_sides_and_the_code_still_counts(
    home: WaitingHome, folder: Path, build: msgspec.Struct, said: str
) -> None:
    with pytest.raises(NotJoined) as refused:
        join(home.invitation, folder, build, lambda line: None)  # type: ignore[arg-type]
    (found,) = refused.value.mismatches
    assert said in found.what
    assert found.remedy
    assert said in home.event().text
    assert not folder.exists()
    assert join(home.invitation, folder, BUILD).name == "gpu-box"


def test_what_it_lacks_is_said(home: WaitingHome, folder: Path) -> None:
    joined = join(home.invitation, folder, msgspec.structs.replace(BUILD, absent=("kokoro/k.onnx",)))
    assert joined.lacking == ("kokoro/k.onnx",)
    assert [home.event().text for _ in range(2)] == ["", "it lacks kokoro/k.onnx"]


def test_joining_again_takes_the_place_of_the_first(home: WaitingHome, folder: Path, tmp_path: Path) -> None:
    join(home.invitation, folder, BUILD)
    before = identity_of(folder).certificate.read_bytes()
    home.ended()
    again = WaitingHome(home.data)
    try:
        join(again.invitation, folder, BUILD)
        now = identity_of(folder).certificate.read_bytes()
        assert again.registry.admit(now) == "gpu-box"
        with pytest.raises(Refused) as refused:
            again.registry.admit(before)
        assert refused.value.reason is Reason.REVOKED
        assert sorted(path.name for path in folder.parent.iterdir()) == ["agent"]
    finally:
        again.close()


def test_the_first_address_that_is_the_home_is_taken(home: WaitingHome, folder: Path) -> None:
    others = dataclasses.replace(home.invitation, addresses=("::1", "127.0.0.2", "127.0.0.1"))
    joined = join(others, folder, BUILD)
    assert joined.addresses[0] == "127.0.0.1:7447"


def test_bytes_of_any_kind_cost_nobody_the_service(home: WaitingHome, folder: Path) -> None:
    dice = random.Random(29)
    for number in range(300):
        plain = socket.create_connection(("127.0.0.1", home.server.port), timeout=30.0)
        with plain:
            if number % 3:
                plain.sendall(dice.randbytes(dice.randrange(1, 400)))
    for _ in range(100):
        try:
            secured, stream = connect(home)
        except OSError:
            continue  # turned away: too many of this address at a time
        with secured:
            nonce = hello(stream).nonce
            data = bytearray(encode(claim(home, secured, nonce)))
            match dice.randrange(4):
                case 0:
                    data = bytearray(dice.randbytes(dice.randrange(300)))
                case 1:
                    del data[dice.randrange(len(data)) :]
                case 2:
                    data = bytearray(encode(Kept()))
                case _:
                    data += b"\xc1"
            stream.send(bytes(data))
            with pytest.raises(StreamLost):
                stream.receive()
    assert home.desk.ticket.tries_left == TRIES
    assert _joined_in_the_end(home, folder) == "gpu-box"


def _joined_in_the_end(home: WaitingHome, folder: Path) -> str:
    """Joins as soon as the connections before are over."""
    while True:
        try:
            return join(home.invitation, folder, BUILD).name
        except NotJoined as error:
            said = str(error)
        assert "did not finish" in said or "not found" in said


def test_too_large_a_message_is_refused_by_its_length(home: WaitingHome) -> None:
    secured, stream = connect(home)
    with secured:
        hello(stream)
        secured.sendall((LARGEST + 1).to_bytes(4))
        with pytest.raises(StreamLost):
            stream.receive()
    assert home.event().text == "it sent too much"


def test_who_holds_many_connections_keeps_no_other_address_out(home: WaitingHome, folder: Path) -> None:
    held = [socket.create_connection(("127.0.0.1", home.server.port)) for _ in range(3 * MOST_EACH)]
    try:
        for one in held[MOST_EACH:]:
            one.settimeout(30.0)
            assert one.recv(1) == b""  # turned away at once
        assert home.server.turned_away == 2 * MOST_EACH
        # from another address of this machine
        original = socket.create_connection

        def from_another(address: tuple[str, int], timeout: float) -> socket.socket:
            return original(address, timeout=timeout, source_address=("127.0.0.3", 0))

        with pytest.MonkeyPatch.context() as patched:
            patched.setattr("supervisor.hosts.enrolment.client.socket.create_connection", from_another)
            assert join(home.invitation, folder, BUILD).name == "gpu-box"
        assert home.ended() is Phase.SPENT  # and the held ones do not keep it open
    finally:
        for one in held:
            one.close()


def test_a_slow_guest_is_cut_off(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("supervisor.hosts.enrolment.server.WITHIN", 0.2)
    home = WaitingHome(tmp_path)
    try:
        with socket.create_connection(("127.0.0.1", home.server.port), timeout=30.0) as slow:
            assert slow.recv(1) == b""
        assert (home.event().what, home.desk.ticket.phase) == ("lost", Phase.OPEN)
    finally:
        home.close()


def test_an_authority_is_not_taken_for_another_by_a_part_of_its_fingerprint(
    home: WaitingHome, folder: Path
) -> None:
    other = bytearray(home.invitation.authority)
    other[-1] ^= 1
    with pytest.raises(NotJoined, match="another machine answers there"):
        join(dataclasses.replace(home.invitation, authority=bytes(other)), folder, BUILD)
    assert len(other) == FINGERPRINT


def test_a_name_that_cannot_be_found_is_said(folder: Path) -> None:
    nowhere = Invitation(("127.0.0.1",), 1, b"a" * FINGERPRINT, b"s" * SECRET)
    with pytest.raises(NotJoined, match=r"127\.0\.0\.1:1: nothing listens there"):
        join(nowhere, folder, BUILD)
