# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""clock: what the tools of each time daemon print, in the forms of their versions. Real daemons are in the fault table."""

from __future__ import annotations

import datetime as dt
import os
import pathlib
import typing as t

import pytest
from ansible_collections.operability.readiness.plugins.module_utils._argspec import ArgumentsRefused
from ansible_collections.operability.readiness.plugins.module_utils._checks import clock
from ansible_collections.operability.readiness.plugins.module_utils._clients import chrony, ntpd, sntp, time_daemons, timesyncd
from ansible_collections.operability.readiness.plugins.module_utils._clients.kernel_clock import KernelClock, kernel_clock
from ansible_collections.operability.readiness.plugins.module_utils._destination import server_of
from ansible_collections.operability.readiness.plugins.module_utils._finding import CannotObserve, Finding
from fakes import NOW, Completed, FakeRunner
from time_daemons import Host

EPOCH = NOW.timestamp()
TRACKING = "C6336401,198.51.100.1,3,{set:.9f},{offset:.9f},-0.000000114,0.000000114,-0.085,-0.046,0.267,0.004,0.002,64.2,{leap}\n"
SOURCES = (
    "^,*,198.51.100.1,2,6,377,21,-0.000001,-0.000002,0.003\n"
    "^,-,203.0.113.9,3,6,377,20,0.000501,0.000502,0.03\n"
    "#,?,GPS,0,4,0,4294967295,0.000000000,0.000000000,0.000000000\n"
)
RV = (
    'associd=0 status=0615 leap_none, sync_ntp, 1 event, clock_sync,\nversion="ntpd 4.2.8p15@1.3728-o Wed", processor="x86_64",\n'
    'system="Linux/5.14", leap={leap}, stratum={stratum}, precision=-24,\nrootdelay=12.034, rootdisp=22.101, refid={refid},\n'
    "reftime={set:08x}.68c69159  Wed, Nov 25 2026  5:50:00.409,\nclock=ecb1.0, peer=17767, tc=10, mintc=3,\noffset={offset}, "
    "frequency=-8.1, sys_jitter=0.0, clk_jitter=0.01, clk_wander=0.0\n"
)
PEERS = "     remote           refid      st t when poll reach   delay   offset  jitter\n" + "=" * 78 + "\n"
PACKET = (
    "NTPMessage={{ Leap={leap}, Version=4, Mode=4, Stratum={stratum}, Precision=-25, RootDelay=1.129ms, RootDispersion=30.349ms, "
    "Reference={reference}, OriginateTimestamp={set}, ReceiveTimestamp={set}, TransmitTimestamp={set}, DestinationTimestamp={set}, "
    "Ignored=no{comma} PacketCount={packets}, Jitter=4.1ms }}\n"
)
SHOWN = (
    "FallbackNTPServers=ntp.example.org\nServerName={server}\nServerAddress=198.51.100.1\nRootDistanceMaxUSec=5s\nPollIntervalMinUSec=32s\n"
)
SHOWN += "PollIntervalMaxUSec=34min 8s\nPollIntervalUSec={interval}\n"
STATUS = "       Server: 198.51.100.1 (ntp.example.org)\nPoll interval: 34min 8s (min: 32s; max 34min 8s)\n         Leap: normal\n"
STATUS += "      Stratum: 2\n    Reference: C6336401\nRoot distance: 30.913ms (max: 5s)\n       Offset: {offset}\n        Delay: 17.5ms\n"


def judged(
    tmp_path: pathlib.Path, process: str, commands: t.Mapping[str, str | Completed], command_line: str = "", **more: t.Any
) -> Finding:
    host = Host(tmp_path / "host")
    host.pretend(4711, process, command_line)
    runner = FakeRunner(commands={name: said if isinstance(said, Completed) else Completed(0, said, "") for name, said in commands.items()})
    args: t.Any = {"max_offset": 0.5, "max_age": 10800.0, "server": None, "timeout": 60.0, **host.arguments(**more)}
    return clock.run(args, runner)


# -- chrony


def by_chrony(tmp_path: pathlib.Path, tracking: str, sources: str = SOURCES, ntpdata: str = "") -> Finding:
    asked = {"chronyc -n -c tracking": tracking, "chronyc -n -c sources": sources, "chronyc -n -c ntpdata": ntpdata}
    return judged(tmp_path, "chronyd", asked)


def tracked(ago: float = 30.0, offset: float = -0.0000012, leap: str = "Normal") -> str:
    return TRACKING.format(set=EPOCH - ago, offset=offset, leap=leap)


@pytest.mark.parametrize("leap", ["Normal", "Insert second", "Delete second"])
def test_chrony_is_synchronised(tmp_path: pathlib.Path, leap: str) -> None:
    finding = by_chrony(tmp_path, tracked(leap=leap))
    assert (finding.status.value, finding.message) == (
        "pass",
        "chronyd is synchronised with 198.51.100.1, 0 ms off; the limit is 500 ms",
    )
    assert [(found.name, found.value, found.limit) for found in finding.measurements] == [
        ("clock_offset_seconds", 1e-06, 0.5),
        ("clock_age_seconds", 30.0, 10800.0),
    ]


@pytest.mark.parametrize(
    ("tracking", "status", "said"),
    [
        (tracked(leap="Not synchronised"), "fail", "it trusts none of its sources, of which 2 of 3 answer"),
        (tracked(offset=0.7), "fail", "the clock is 700 ms off from that of 198.51.100.1, as chronyd says"),
        (tracked(offset=-0.7), "fail", "the clock is 700 ms off"),
        (tracked(ago=5 * 3600), "fail", "has not compared the clock with any source for 5 h, the limit is 3 h"),
        (tracked(ago=-7200), "unknown", "at a time that lies 2 h in the future: something else has set it back since"),
        (tracked().replace("C6336401", "7F7F0101"), "fail", "it follows this host's own clock (local), which no source sets"),
        (tracked(offset=float("nan")), "unknown", "chronyc tracking answers cannot be understood"),
        (tracked(ago=float("-inf")), "unknown", "chronyc tracking answers cannot be understood"),
        ("", "unknown", "chronyc tracking answers nothing (exit code 0)"),
        ("<html>\n", "unknown", "chronyc tracking answers cannot be understood: <html>"),
    ],
)
def test_what_chrony_tracks(tmp_path: pathlib.Path, tracking: str, status: str, said: str) -> None:
    finding = by_chrony(tmp_path, tracking)
    assert finding.status.value == status and said in finding.message


def test_a_source_of_chrony_that_no_longer_answers_or_follows_itself(tmp_path: pathlib.Path) -> None:
    lost = by_chrony(tmp_path, tracked(ago=3000), SOURCES.replace("^,*,198.51.100.1,2,6,377", "^,?,198.51.100.1,2,6,0"))
    assert (lost.status.value, lost.message) == (
        "warn",
        "chronyd has had no answer from 198.51.100.1 since 50 min: the clock runs by itself",
    )
    ntpdata = "198.51.100.1,C6336401,123,192.0.2.7,C0000207,Normal,4,Server,3,6,64,-25,0.00000003,0.0,0.0,7F7F0101,,1795.2,0.0\n"
    # its own clock, as Windows and ntpd name it (LOCL), and an ntpd that has lost all of its sources (an orphan)
    for reference in ("7F7F0101", "4C4F434C", "4C434C00", "7F000001"):
        alone = by_chrony(tmp_path / reference, tracked(), ntpdata=ntpdata.replace("7F7F0101", reference))
        assert alone.status.value == "warn" and "198.51.100.1 follows its own clock" in alone.message
    for reference in ("47505300", "C6336402"):
        assert by_chrony(tmp_path / reference, tracked(), ntpdata=ntpdata.replace("7F7F0101", reference)).status.value == "pass"


def test_sources_that_cannot_be_read() -> None:
    with pytest.raises(CannotObserve, match="chronyc sources answers cannot be understood"):
        chrony.parse_sources(Completed(0, "^,*,a,2,6,999,1,0,0,0\n", ""))


# -- ntpd


def by_ntpd(tmp_path: pathlib.Path, peers: str, **values: t.Any) -> Finding:
    given = {"leap": "00", "stratum": 3, "refid": "198.51.100.1", "offset": -0.123, "set": int(EPOCH) - 600 + sntp.EPOCH, **values}
    return judged(tmp_path, "ntpd", {"ntpq -c rv": RV.format(**given), "ntpq -pn": PEERS + peers}, "/usr/sbin/ntpd\0-u\0ntp:ntp")


GOOD = "*198.51.100.1    192.0.2.9         2 u   33   64  377   12.034   -0.121   0.014\n"
OTHER = "+203.0.113.9     192.0.2.9         2 u  5m  1024  377   12.034   -0.321   0.014\n"


@pytest.mark.parametrize(
    ("peers", "values", "status", "said"),
    [
        (GOOD + OTHER, {}, "pass", "ntpd is synchronised with 198.51.100.1, 0 ms off"),
        ("o" + GOOD[1:] + OTHER, {}, "pass", "ntpd is synchronised with 198.51.100.1"),
        (
            "*2001:db8:0:1:2:3:4:5\n                 192.0.2.9         2 u   33   64  377   12.034   -0.121   0.014\n",
            {},
            "pass",
            "2001:db8:0:1:2:3:4:5",
        ),
        (GOOD, {"stratum": 2}, "pass", "is synchronised"),
        (GOOD, {"offset": 812.5}, "fail", "the clock is 812 ms off from that of 198.51.100.1, as ntpd says"),
        (GOOD.replace("-0.121", "-9121.3"), {}, "fail", "the clock is 9.1 s off"),
        (
            GOOD,
            {"leap": "11", "stratum": 16, "refid": "STEP"},
            "fail",
            "it follows 198.51.100.1, from which the clock is 0 ms off, and has not set it",
        ),
        (" " + GOOD[1:].replace("377", "  0"), {"leap": "11", "stratum": 16, "refid": "INIT"}, "fail", "none of its sources answers (1)"),
        ("x" + GOOD[1:] + "x" + OTHER[1:], {"leap": "11", "stratum": 16, "refid": "INIT"}, "fail", "of which 2 of 2 answer"),
        ("", {"leap": "11", "stratum": 16, "refid": "INIT"}, "fail", "ntpd is not synchronised: it has no source"),
        (" " + GOOD[1:].replace("377", "  0"), {}, "warn", "has had no answer from 198.51.100.1 since 10 min"),
        (GOOD, {"set": int(EPOCH) - 86400 + sntp.EPOCH}, "fail", "not compared the clock with any source for 24 h"),
        (
            "*LOCAL(0)        .LOCL.           5 l    7   64  377   0.000    0.000   0.000\n",
            {"refid": "LOCAL(0)"},
            "fail",
            "own clock (LOCAL(0))",
        ),
        ("*127.127.1.0     .LOCL.          10 l    7   64  377   0.000    0.000   0.000\n", {"refid": "127.127.1.0"}, "fail", "own clock"),
        ("", {"refid": "127.0.0.1"}, "fail", "own clock (127.0.0.1)"),
        (GOOD.replace("192.0.2.9", ".LOCL.   "), {}, "warn", "198.51.100.1 follows its own clock"),
        (GOOD.replace("377", "99z"), {}, "unknown", "ntpq -pn answers cannot be understood"),
        (GOOD, {"offset": "lots"}, "unknown", "ntpq -c rv answers cannot be understood"),
    ],
)
def test_what_ntpd_says(tmp_path: pathlib.Path, peers: str, values: dict[str, t.Any], status: str, said: str) -> None:
    finding = by_ntpd(tmp_path, peers, **values)
    assert (finding.status.value, said in finding.message) == (status, True), finding.message


def test_ntpq_that_gets_no_answer(tmp_path: pathlib.Path) -> None:
    finding = judged(tmp_path, "ntpd", {"ntpq -c rv": Completed(0, "", "***Request timed out\n")})
    assert finding.status.value == "unknown" and "ntpd runs, but does not answer ntpq" in finding.message
    missing = judged(tmp_path / "missing", "ntpd", {})
    assert "ntpq, which tells what it does, is not installed on this host; or name a server" in missing.message


FOLLOWED = "198.51.100.1 from pool ntp.example.org\n *  1 10  2  733s 1640s      {offset}ms     1.105ms     0.126ms\n"


@pytest.mark.parametrize(
    ("said", "status", "message"),
    [
        (
            "4/4 peers valid, clock synced, stratum 3\n\npeer\n   wt tl st\n" + FOLLOWED.format(offset="-0.111"),
            "pass",
            "with 198.51.100.1, 0 ms",
        ),
        ("4/4 peers valid, 1/1 sensors valid, clock synced, stratum 3\n" + FOLLOWED.format(offset="-984.9"), "fail", "985 ms off"),
        ("4/4 peers valid, clock unsynced, clock offset is 1048.342ms\n", "fail", "of which 4 of 4 answer"),
        ("0/4 peers valid, clock unsynced\n", "fail", "none of its sources answers (4)"),
        ("4/4 peers valid, clock synced, stratum 2\n", "warn", "how far off the clock is cannot be told; name a server"),
        ("usage: ntpctl -s all\n", "unknown", "what ntpctl answers cannot be understood: usage"),
    ],
)
def test_what_openntpd_says(tmp_path: pathlib.Path, said: str, status: str, message: str) -> None:
    finding = judged(tmp_path, "ntpd", {"ntpctl -s all": said}, "ntpd: ntp engine")
    assert (finding.status.value, message in finding.message) == (status, True), finding.message


# -- systemd-timesyncd


def by_timesyncd(tmp_path: pathlib.Path, ago: float = 900.0, offset: str = "+1.263ms", **values: t.Any) -> Finding:
    moment = (NOW - dt.timedelta(seconds=ago)).strftime("%a %Y-%m-%d %H:%M:%S UTC")
    given = {
        "leap": 0,
        "stratum": 2,
        "reference": "C6336401",
        "comma": ",",
        "packets": 12,
        "server": "ntp.example.org",
        "interval": "34min 8s",
    }
    shown = (SHOWN + PACKET).format(**{**given, **values}, set=moment)
    asked = {"timedatectl --no-pager --all show-timesync": shown, "timedatectl --no-pager timesync-status": STATUS.format(offset=offset)}
    return judged(tmp_path, "systemd-timesyn", asked)


@pytest.mark.parametrize(
    ("values", "status", "said"),
    [
        ({}, "pass", "systemd-timesyncd is synchronised with ntp.example.org, 1 ms off"),
        ({"comma": ""}, "pass", "systemd-timesyncd is synchronised"),
        ({"offset": "0"}, "pass", "0 ms off"),
        ({"ago": 2040}, "pass", "systemd-timesyncd is synchronised"),
        ({"offset": "-1min 2.5s"}, "fail", "the clock is 62.5 s off"),
        (
            {"offset": "+3.2s", "packets": 1, "interval": "32s", "ago": 10},
            "warn",
            "has just set the clock by 3.2 s to that of ntp.example.org",
        ),
        ({"offset": "n/a"}, "warn", "how far off the clock is cannot be told"),
        ({"ago": 500, "interval": "32s"}, "warn", "has had no answer from ntp.example.org since 8 min"),
        ({"ago": 30 * 3600}, "fail", "has not compared the clock with any source for 30 h"),
        ({"packets": 0}, "fail", "ntp.example.org has not answered since it was started"),
        ({"leap": 3}, "fail", "ntp.example.org says that its own clock is not"),
        ({"stratum": 16}, "fail", "ntp.example.org says that its own clock is not"),
        ({"reference": "LOCL", "stratum": 1}, "warn", "ntp.example.org follows its own clock"),
        ({"packets": "many"}, "unknown", "timedatectl show-timesync answers cannot be understood"),
    ],
)
def test_what_timesyncd_says(tmp_path: pathlib.Path, values: dict[str, t.Any], status: str, said: str) -> None:
    finding = by_timesyncd(tmp_path, **values)
    assert (finding.status.value, said in finding.message) == (status, True), finding.message


def test_timesyncd_before_its_first_answer() -> None:
    shown = timesyncd.parse_exchange(Completed(0, SHOWN.format(server="", interval="32s").replace("198.51.100.1", ""), ""))
    assert (shown.server, shown.packets, shown.answered) == ("", 0, None)


def test_timesyncd_without_a_bus(tmp_path: pathlib.Path) -> None:
    """The file that it touches tells when; how far off the clock was, nothing."""
    no_bus = {"timedatectl": Completed(1, "", "Failed to connect to bus: No such file or directory\n")}
    finding = judged(tmp_path, "systemd-timesyn", no_bus)
    assert (
        finding.status.value == "unknown" and "timedatectl cannot ask it as" in finding.message and "Failed to connect" in finding.message
    )
    for ago, status, said in ((600, "warn", "how far off the clock is cannot be told"), (90000, "fail", "any source for 25 h")):
        folder = tmp_path / str(ago)
        root = tmp_path / f"root{ago}" / "run" / "systemd" / "timesync"
        root.mkdir(parents=True)
        touched = root / "synchronized"
        touched.touch()
        os.utime(touched, (EPOCH - ago, EPOCH - ago))
        finding = judged(folder, "systemd-timesyn", no_bus, root=str(tmp_path / f"root{ago}"))
        assert (finding.status.value, said in finding.message) == (status, True), finding.message


# -- processes and machines


def running(host: Host) -> time_daemons.Running:
    return time_daemons.running(str(host.proc), FakeRunner())


def test_which_processes_count(tmp_path: pathlib.Path) -> None:
    host = Host(tmp_path)
    for pid, name, line in (
        (10, "ntpd", "/usr/sbin/ntpd\0-f"),
        (11, "ntpd", "ntpd: dns engine"),
        (12, "vmtoolsd", ""),
        (13, "chronyc", ""),
    ):
        host.pretend(pid, name, line)
    host.pretend(14, "chronyd", state="Z (zombie)")
    host.pretend(15, "systemd-timesyn", numbers="15 1")
    (host.proc / "16").mkdir()  # it has ended
    assert running(host) == time_daemons.Running(["openntpd"], ["VMware Tools (vmtoolsd)"])
    host.pretend(17, "ntpd", "/bin/busybox\0ntpd")
    assert running(host).daemons == ["busybox ntpd", "openntpd"]


def test_phc2sys_beside_a_daemon_only_feeds_it(tmp_path: pathlib.Path) -> None:
    host = Host(tmp_path)
    host.pretend(4710, "phc2sys")
    finding = by_chrony(tmp_path / "chrony", tracked())
    assert running(host).daemons == ["phc2sys"] and finding.status.value == "pass"


@pytest.mark.parametrize(
    ("files", "channels"),
    [
        ({}, None),
        ({"sys/hypervisor/type": "xen\n"}, []),
        ({"sys/devices/system/clocksource/clocksource0/current_clocksource": "tsc\n"}, None),
        ({"sys/devices/system/clocksource/clocksource0/current_clocksource": "kvm-clock\n"}, ["kvm-clock"]),
        (
            {"sys/devices/system/clocksource/clocksource0/current_clocksource": "hyperv_clocksource_tsc_page\n"},
            ["hyperv_clocksource_tsc_page"],
        ),
        ({"sys/class/ptp/ptp0/clock_name": "hyperv\n"}, ["/dev/ptp0 (hyperv)"]),
        ({"sys/class/ptp/ptp0/clock_name": "i40e_ptp\n"}, None),
    ],
)
def test_virtual_machines(tmp_path: pathlib.Path, files: dict[str, str], channels: list[str] | None) -> None:
    host = Host(tmp_path)
    for path, text in files.items():
        host.file(path, text)
    machine = time_daemons.virtual_machine(str(host.root), str(host.proc), [])
    assert (machine and machine.channels) == channels


@pytest.mark.parametrize(
    ("process", "installed", "status"),
    [
        ("VBoxService", ["usr/lib/systemd/systemd-timesyncd"], "unknown"),  # which Debian then does not start
        ("VBoxService", ["usr/sbin/chronyd"], "fail"),
        ("qemu-ga", ["usr/lib/systemd/systemd-timesyncd"], "fail"),
        ("qemu-ga", [], "unknown"),
        ("sshd", [], "fail"),
    ],
)
def test_a_machine_without_a_daemon(tmp_path: pathlib.Path, process: str, installed: list[str], status: str) -> None:
    root = Host(tmp_path / "other")
    for path in installed:
        root.file(path)
    finding = judged(tmp_path, process, {}, root=str(root.root))
    assert finding.status.value == status, finding.message
    assert ("clock from its host" in finding.message) == (status == "unknown")


def test_the_kernel_tells_without_being_asked_to_change_anything() -> None:
    said = kernel_clock()
    assert said is None or said.possible_error >= 0
    assert KernelClock(True, 1.0).age == 2000.0


# -- NTP


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("ntp.example.org", ("ntp.example.org", 123)),
        ("ntp.example.org:1123", ("ntp.example.org", 1123)),
        ("192.0.2.1", ("192.0.2.1", 123)),
        ("2001:db8::1", ("2001:db8::1", 123)),
        ("2001:db8::123", ("2001:db8::123", 123)),
        ("[2001:db8::1]:1123", ("2001:db8::1", 1123)),
    ],
)
def test_names_of_servers(text: str, found: tuple[str, int]) -> None:
    assert server_of("server", text, 123) == found


@pytest.mark.parametrize("text", ["", "http://ntp.example.org", "ntp.example.org:0", "a b", "[::1"])
def test_names_that_are_none(text: str) -> None:
    with pytest.raises(ArgumentsRefused, match=r"server: .* is not a server"):
        server_of("server", text, 123)
    assert clock.problems(t.cast("t.Any", {"max_offset": 0.0, "max_age": 1.0, "server": text}), {})[0] == "max_offset: expected more than 0"


def test_the_second_era_begins_in_2036() -> None:
    after = dt.datetime(2036, 2, 8, tzinfo=dt.timezone.utc).timestamp()
    assert sntp.unfolded((int(after) + sntp.EPOCH) % sntp.ERA, after - 86400) == after
    assert sntp.unfolded(int(EPOCH) + sntp.EPOCH, EPOCH) == int(EPOCH)


def test_packets_that_are_none() -> None:
    assert sntp.parse(b"", EPOCH) is None and sntp.parse(b"x" * 47, EPOCH) is None
    assert sntp.parse(b"\x24\x02" + bytes(46), EPOCH) is None  # it has no time


def test_addresses_of_this_host() -> None:
    assert sntp.is_this_host("127.0.0.1") and not sntp.is_this_host("198.51.100.1") and not sntp.is_this_host("x")


def test_references() -> None:
    itself = ("LOCL", ".LOCL.", "4C4F434C", "127.0.0.1", "7f000001", "127.127.1.0")
    assert [sntp.follows_itself(text) for text in itself] == [True] * len(itself)
    assert not any(sntp.follows_itself(text) for text in ("GPS", "PPS", "C6336401", "47505300", "", "127.127.20.0"))
    own = ("LOCL", ".LOCL.", "LCL", "7F7F0101", "127.127.1.0", "LOCAL(0)")
    assert [sntp.is_own_clock(text) for text in own] == [True] * len(own)
    assert not any(sntp.is_own_clock(text) for text in ("GPS", "PPS", "C6336401", "7F000001", "127.127.20.0", "", "LOCALE"))
    assert (sntp.reference_of(b"GPS\0", 1), sntp.reference_of(b"\xc6\x33\x64\x01", 2), sntp.reference_of(bytes(4), 0)) == (
        "GPS",
        "C6336401",
        "00000000",
    )


def test_peers_of_ntpd_that_are_none() -> None:
    assert ntpd.parse_peers(Completed(0, "", "No association ID's returned\n")) == []
    with pytest.raises(CannotObserve, match="cannot be understood"):
        ntpd.parse_peers(Completed(0, "Name or service not known\n", ""))
