"""Gerald as other tools see it: python-oscquery, liblo, zeroconf's own browser, and a bare mDNS packet."""

import ipaddress
import shutil
import socket
import subprocess
from collections.abc import Iterator

import pytest
from pythonoscquery.osc_query_browser import OSCQueryBrowser
from pythonoscquery.osc_query_service import OSCQueryService
from pythonoscquery.shared.osc_access import OSCAccess
from pythonoscquery.shared.osc_address_space import OSCAddressSpace
from pythonoscquery.shared.osc_path_node import OSCPathNode
from zeroconf import DNSIncoming, DNSOutgoing, DNSQuestion, Zeroconf, const

from actors.osc.messages import AvatarParameter
from actors.osc.query.query import service_name
from supervisor.demo.vrchat.query import LOOPBACK, OSC, QUERY
from tests.actors.osc.query.conftest import SMILE, Room

GROUP = ("224.0.0.251", 5353)
needs_liblo = pytest.mark.skipif(shutil.which("oscsend") is None, reason="liblo-tools is not installed")


@pytest.fixture
def announced(room: Room) -> Room:
    room.start()
    room.until(lambda: room.games().address)
    return room


@pytest.fixture
def browser() -> Iterator[OSCQueryBrowser]:
    made = OSCQueryBrowser()
    yield made
    made.zc.close()


def test_python_oscquery_finds_gerald_and_what_it_takes(announced: Room, browser: OSCQueryBrowser) -> None:
    name = service_name(announced.home)
    wanted = f"{name}.{QUERY}"
    announced.until(lambda: browser.listener.oscjson_services.get(wanted))
    announced.until(lambda: browser.listener.osc_services.get(f"{name}.{OSC}"))
    for address in ("/avatar/change", "/tracking/vrsystem"):
        found = {info.name: node for _, info, node in browser.find_nodes_by_endpoint_address(address)}
        assert found[name].access is OSCAccess.WRITEONLY_VALUE, address
    ((info,),) = [[info for _, info, _ in browser.find_nodes_by_endpoint_address("/") if info.name == name]]
    assert (info.osc_ip, info.osc_port) == (LOOPBACK, announced.statistics().announced_port)
    assert browser.listener.osc_services[f"{name}.{OSC}"].port == info.osc_port


def test_a_game_that_python_oscquery_serves_is_found_with_its_parameters(room: Room) -> None:
    space = OSCAddressSpace()
    space.add_node(OSCPathNode("/avatar/parameters/MuteSelf", access=OSCAccess.READONLY_VALUE, value=True))
    space.add_node(OSCPathNode("/avatar/parameters/Go/Float", access=OSCAccess.READWRITE_VALUE, value=0.5))
    with socket.socket() as free:
        free.bind((LOOPBACK, 0))
        port = free.getsockname()[1]
    game = OSCQueryService(space, "VRChat-Client-0A0B0C", port, 9000, LOOPBACK)
    game.start()
    try:
        room.start()
        room.until(lambda: room.games().ours == "VRChat-Client-0A0B0C")
        assert room.games().parameters == (
            AvatarParameter("Go/Float", "float", True, True, 0.5),
            AvatarParameter("MuteSelf", "bool", True, False, True),
        )
    finally:
        game.stop()


def test_zeroconf_s_own_browser_sees_one_address_and_the_ports(announced: Room) -> None:
    name = service_name(announced.home)
    network = Zeroconf(interfaces=[LOOPBACK])
    try:
        tree = network.get_service_info(QUERY, f"{name}.{QUERY}", 10_000)
        osc = network.get_service_info(OSC, f"{name}.{OSC}", 10_000)
    finally:
        network.close()
    assert tree is not None
    assert osc is not None
    assert tree.parsed_addresses() == osc.parsed_addresses() == [LOOPBACK]
    assert announced.games().address == f"http://{LOOPBACK}:{tree.port}"
    assert osc.port == announced.statistics().announced_port


@pytest.mark.parametrize("kind", [QUERY, OSC])
def test_the_answer_to_a_question_has_port_and_address_beside_it(announced: Room, kind: str) -> None:
    """VRChat does not ask again: it wants SRV and A as additional records of the answer."""
    name = f"{service_name(announced.home)}.{kind}"
    question = DNSOutgoing(const._FLAGS_QR_QUERY)
    question.add_question(DNSQuestion(kind, const._TYPE_PTR, const._CLASS_IN))
    records: dict[int, object] = {}
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asker:
        asker.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, socket.inet_aton(LOOPBACK))
        asker.bind((LOOPBACK, 0))
        asker.settimeout(0.2)  # short: it asks again

        def answered() -> bool:
            asker.sendto(question.packets()[0], GROUP)
            try:
                found = DNSIncoming(asker.recv(9000)).answers()
            except TimeoutError:
                return False
            if any(getattr(one, "alias", "") == name for one in found):
                records.update({one.type: one for one in found})
            return bool(records)

        announced.until(answered)
    assert records.keys() >= {const._TYPE_PTR, const._TYPE_SRV, const._TYPE_A}
    address = records[const._TYPE_A].address  # type: ignore[attr-defined]
    assert str(ipaddress.ip_address(address)) == LOOPBACK


@pytest.mark.liblo
@needs_liblo
def test_oscsend_to_the_announced_port_is_heard(announced: Room) -> None:
    port = announced.statistics().announced_port
    subprocess.run(["oscsend", LOOPBACK, str(port), SMILE, "f", "0.25"], check=True, timeout=10)
    announced.until(lambda: announced.value("Smile") == 0.25)
    assert announced.statistics().foreign == 0
