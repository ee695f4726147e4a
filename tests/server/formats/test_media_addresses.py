"""Where media may be sent: the table, the setting, and the networks of the machine."""

from __future__ import annotations

from ipaddress import ip_interface

import pytest
from click.testing import CliRunner
from roomtone.cli.node import node_command
from roomtone.formats.media_addresses import Reach

HERE = (ip_interface("192.168.7.5/24"), ip_interface("fd00:7::5/64"))

PUBLIC = ["9.9.9.9", "2620:fe::fe", "64:ff9b::9.9.9.9", "2002:909:909::1", "::ffff:9.9.9.9"]
OWN = ["192.168.7.9", "fd00:7::9", "::ffff:192.168.7.9", "64:ff9b::192.168.7.9"]
PRIVATE = [
    *("10.1.2.3", "172.16.0.1", "192.168.1.1", "100.64.0.1", "198.18.0.1", "192.0.0.8", "198.51.100.1"),
    *("fc00::1", "fd12::1", "2001:db8::1", "100::1", "2001:2::1", "64:ff9b:1::1"),
    *("::ffff:10.1.2.3", "64:ff9b::10.1.2.3", "64:ff9b::a01:203", "2002:a01:203::1"),
]  # fmt: skip
LOOPBACK = ["127.0.0.1", "127.9.9.9", "::1", "::ffff:127.0.0.1", "64:ff9b::127.0.0.1"]
NEVER = [
    *("0.0.0.0", "0.1.2.3", "169.254.169.254", "224.0.0.251", "239.1.1.1", "255.255.255.255", "240.0.0.1"),
    *("::", "fe80::1", "fe80::1%eth0", "fec0::1", "ff02::fb", "::10.1.2.3"),
    *("::ffff:169.254.169.254", "::ffff:224.0.0.1", "64:ff9b::169.254.169.254", "::ffff:0.0.0.0"),
    *("192.168.7.255", "somewhere.example", "0123.local", "localhost", "", "1", "0x7f.1", "010.1.2.3"),
]  # fmt: skip


def allowed(address: str, reach: Reach, port: int = 5000, transport: str = "udp") -> bool:
    return reach.refusal(address, port, transport, HERE) is None


def test_only_public_addresses_and_networks_of_the_machine_are_allowed() -> None:
    reach = Reach()
    assert [each for each in PUBLIC + OWN if not allowed(each, reach)] == []
    assert [each for each in PRIVATE + LOOPBACK + NEVER if allowed(each, reach)] == []


def test_a_setting_allows_private_networks_and_nothing_allows_the_rest() -> None:
    everything = Reach.of(["own", "0.0.0.0/0", "::/0"], loopback=True)
    assert [
        each for each in PUBLIC + OWN + PRIVATE + LOOPBACK if not allowed(each, everything)
    ] == []
    assert [each for each in NEVER if allowed(each, everything)] == []
    ten = Reach.of(["10.0.0.0/8"], loopback=False)
    assert allowed("10.1.2.3", ten)
    assert allowed("::ffff:10.1.2.3", ten)
    # Without `own`, the machine's networks are refused like other private networks.
    assert not allowed("192.168.7.9", ten)


def test_loopback_is_allowed_where_roomtone_serves_it() -> None:
    served = Reach(loopback=True)
    assert [each for each in LOOPBACK if not allowed(each, served)] == []
    assert [each for each in PRIVATE + NEVER if allowed(each, served)] == []


def test_only_udp_and_no_port_of_a_service() -> None:
    assert [
        port for port in (-1, 0, 53, 443, 1023, 65536) if allowed("9.9.9.9", Reach(), port)
    ] == []
    assert allowed("9.9.9.9", Reach(), 1024)
    assert allowed("9.9.9.9", Reach(), transport="UDP")
    assert not allowed("9.9.9.9", Reach(), transport="tcp")


@pytest.mark.parametrize("network", ["10.0.0.1/8", "lan", "10.0.0.0/33"])
def test_an_invalid_network_is_refused_at_the_start(network: str) -> None:
    started = CliRunner().invoke(node_command, ["sfu", "--media-networks", network])
    assert started.exit_code == 2
    assert f"--media-networks: '{network}' is not a network" in started.output
