# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Clocks as real time daemons keep them: chronyd and ntpd, without control of this machine's clock, and NTP servers that are wrong."""

from __future__ import annotations

import os
import typing as t

from ansible_collections.operability.readiness.plugins.module_utils._checks import clock
from ansible_collections.operability.readiness.plugins.module_utils._clients.kernel_clock import KernelClock
from ntp_server import NtpServer
from table import Row, World
from time_daemons import UPSTREAM, Chronyd, Host, Ntpd, free_udp_port, until

Arrange = t.Callable[[World], dict[str, t.Any]]
OFTEN = "iburst minpoll -4 maxpoll -4"  # sixteen times a second: what a daemon learns in hours happens at once


class Kernel:
    """Lets the kernel say this while a row runs: what it really says is this machine's own."""

    def __init__(self, _folder: object, said: KernelClock | None) -> None:
        self.said, self.real = said, clock.kernel_clock

    def start(self) -> Kernel:
        clock.kernel_clock = lambda: self.said  # type: ignore[assignment] # what the test stands in for
        return self

    def stop(self) -> None:
        clock.kernel_clock = self.real


SET_LATELY = KernelClock(True, 0.2)
NOT_SET = KernelClock(False, 16.0)


def host_of(world: World) -> Host:
    host = Host(world.folder)
    world.runner.environ["PATH"] = f"{host.bin}:{os.environ['PATH']}"
    return host


def upstream(world: World, **manners: t.Any) -> NtpServer:
    server: NtpServer = world.running.start(NtpServer, **manners)
    return server


def asks(server: NtpServer, options: str = OFTEN) -> str:
    return f"server {server.address} port {server.port} {options}"


def chronyd(world: World, host: Host, *lines: str, **options: t.Any) -> Chronyd:
    daemon: Chronyd = world.running.start(Chronyd, host, *lines, **options)
    return daemon


# -- chronyd


def following(shift: float = 0.0, measured_by: float | None = None, **more: t.Any) -> Arrange:
    """chronyd, synchronised with a server whose clock is ahead; another one may measure the clock."""

    def arrange(world: World) -> dict[str, t.Any]:
        host = host_of(world)
        chronyd(world, host, asks(upstream(world, shift=shift))).until_synchronised()
        if measured_by is not None:
            more["server"] = upstream(world, shift=measured_by).name
        return host.arguments(**more)

    return arrange


def source_is_gone(world: World) -> dict[str, t.Any]:
    host = host_of(world)
    source = upstream(world)
    daemon = chronyd(world, host, asks(source)).until_synchronised()
    source.manners.manner = "silent"
    until(lambda: "^,?," in daemon.report("sources"), "chronyd has had no answer for a while")
    return host.arguments()


def source_is_gone_for_long(world: World) -> dict[str, t.Any]:
    return {**source_is_gone(world), "max_age": "1ms"}


def never_answered(world: World) -> dict[str, t.Any]:
    host = host_of(world)
    chronyd(world, host, asks(upstream(world, manner="silent")))
    return host.arguments()


def source_not_synchronised(world: World) -> dict[str, t.Any]:
    host = host_of(world)
    source = upstream(world, leap=3, stratum=0)
    chronyd(world, host, asks(source))
    until(lambda: source.asked > 4, "chronyd has asked its source")
    return host.arguments()


def sources_disagree(world: World) -> dict[str, t.Any]:
    host = host_of(world)
    daemon = chronyd(world, host, asks(upstream(world)), asks(upstream(world, address="127.0.0.2", shift=100.0)))
    until(lambda: daemon.report("sources").count("^,x,") == 2, "chronyd has found that its sources disagree")
    return host.arguments()


def no_source(world: World) -> dict[str, t.Any]:
    host = host_of(world)
    chronyd(world, host)
    return host.arguments()


def own_clock(world: World) -> dict[str, t.Any]:
    host = host_of(world)
    daemon = chronyd(world, host, "local stratum 10")
    until(lambda: daemon.report("tracking").startswith("7F7F0101"), "chronyd follows its own clock")
    return host.arguments()


def source_follows_its_own_clock(world: World) -> dict[str, t.Any]:
    host = host_of(world)
    source = chronyd(world, Host(world.folder / "other"), "local stratum 3", port=free_udp_port())
    daemon = chronyd(world, host, f"server 127.0.0.1 port {source.serves} {OFTEN}")
    daemon.until_synchronised()
    return host.arguments()


def hangs(world: World) -> dict[str, t.Any]:
    host = host_of(world)
    chronyd(world, host, asks(upstream(world))).until_synchronised().freeze()
    return {**host.arguments(), "timeout": "4s"}


def ended(world: World) -> dict[str, t.Any]:
    """The process is still there for its parent to look at: a zombie."""
    host = host_of(world)
    daemon = chronyd(world, host, asks(upstream(world))).until_synchronised()
    assert daemon.process is not None
    daemon.process.kill()
    os.waitid(os.P_PID, daemon.process.pid, os.WEXITED | os.WNOWAIT)
    host.file("usr/sbin/chronyd")
    return host.arguments()


def may_not_ask(world: World) -> dict[str, t.Any]:
    """As chronyc answers everybody but root where the daemon has cmdport 0."""
    host = host_of(world)
    daemon = chronyd(world, host, asks(upstream(world))).until_synchronised()
    host.tool("chronyc", f"exec {daemon.client} -h 127.0.0.1 -p {free_udp_port()} -n -c tracking")
    return host.arguments()


def garbage(world: World) -> dict[str, t.Any]:
    host = host_of(world)
    host.pretend(4711, "chronyd")
    host.tool("chronyc", "echo 'Segmentation fault'")
    return host.arguments()


def no_client(world: World) -> dict[str, t.Any]:
    host = host_of(world)
    host.pretend(4711, "phc2sys")
    return host.arguments()


def two_daemons(world: World) -> dict[str, t.Any]:
    arguments = following()(world)
    numbers = 4 * 10**6  # more than a process can have
    host = world.folder / "proc" / str(numbers)
    host.mkdir()
    (host / "comm").write_text("systemd-timesyn\n")
    (host / "cmdline").write_text("/lib/systemd/systemd-timesyncd\0")
    (host / "status").write_text("State:\tS (sleeping)\n")
    tool = world.folder / "bin" / "timedatectl"
    tool.write_text("#!/bin/sh\necho 'Failed to connect to bus: No such file or directory' >&2; exit 1\n")
    tool.chmod(0o755)
    return arguments


# -- ntpd


def ntpd(world: World, host: Host, *lines: str, **options: t.Any) -> Ntpd:
    daemon: Ntpd = world.running.start(Ntpd, host, *lines, **options)
    return daemon


def ntpd_follows(shift: float, **more: t.Any) -> Arrange:
    def arrange(world: World) -> dict[str, t.Any]:
        host = host_of(world)
        ntpd(world, host, f"server {UPSTREAM} iburst minpoll 3 maxpoll 3", upstream=shift).until_synchronised()
        return host.arguments(**more)

    return arrange


def ntpd_cannot_set_it(world: World) -> dict[str, t.Any]:
    """It would step the clock, and has no right to."""
    host = host_of(world)
    daemon = ntpd(world, host, f"server {UPSTREAM} iburst minpoll 3 maxpoll 3", upstream=-5.0)
    until(lambda: "\n*" in daemon.report("-pn"), "ntpd has chosen its source")
    return host.arguments()


def ntpd_without_answer(world: World) -> dict[str, t.Any]:
    host = host_of(world)
    ntpd(world, host, f"server {UPSTREAM} iburst")
    return host.arguments()


def ntpd_follows_its_own_clock(world: World) -> dict[str, t.Any]:
    host = host_of(world)
    ntpd(world, host, "tos orphan 6 orphanwait 1").until_synchronised()
    return host.arguments()


def ntpd_tells_nobody(world: World) -> dict[str, t.Any]:
    host = host_of(world)
    ntpd(world, host)
    host.tool("ntpq", "echo '***Request timed out' >&2; exit 1")  # as it says where ntp.conf has noquery, after ten seconds
    return host.arguments()


# -- no daemon, or one that cannot be asked


def nothing_runs(**files: str) -> Arrange:
    """``files``: names of files of the host, with _ for /, and what they hold."""

    def arrange(world: World) -> dict[str, t.Any]:
        host = host_of(world)
        for name, text in files.items():
            host.file(name.replace("__", "/"), text)
        host.pretend(4711, "sshd")
        host.pretend(4712, "chronyd", numbers="4712 7")  # of a container on this host
        return host.arguments()

    return arrange


def container(said: KernelClock | None) -> Arrange:
    def arrange(world: World) -> dict[str, t.Any]:
        world.running.start(Kernel, said)
        host = host_of(world)
        host.file("run/.containerenv")
        return host.arguments()

    return arrange


def unread_and_measured(shift: float, said: KernelClock) -> Arrange:
    def arrange(world: World) -> dict[str, t.Any]:
        world.running.start(Kernel, said)
        host = host_of(world)
        host.pretend(4711, "phc2sys", "/usr/sbin/phc2sys")
        return host.arguments(server=upstream(world, shift=shift).name)

    return arrange


def hidden_processes(world: World) -> dict[str, t.Any]:
    host = host_of(world)
    (host.proc / "1" / "comm").unlink()  # as a user sees it with hidepid
    return host.arguments()


# -- an NTP server is asked


def measured(**manners: t.Any) -> Arrange:
    def arrange(world: World) -> dict[str, t.Any]:
        host = host_of(world)
        chronyd(world, host, asks(upstream(world))).until_synchronised()
        return host.arguments(server=upstream(world, **manners).name)

    return arrange


def nobody_listens(world: World) -> dict[str, t.Any]:
    return {**following()(world), "server": f"127.0.0.1:{free_udp_port()}"}


def unresolved(world: World) -> dict[str, t.Any]:
    return {**following()(world), "server": "ntp.nowhere.invalid"}


def measured_by_itself(world: World) -> dict[str, t.Any]:
    host, port = host_of(world), free_udp_port()
    chronyd(world, host, asks(upstream(world)), port=port).until_synchronised()
    return host.arguments(server=f"localhost:{port}")


def source_says(**manners: t.Any) -> Arrange:
    def arrange(world: World) -> dict[str, t.Any]:
        host = host_of(world)
        chronyd(world, host, asks(upstream(world, **manners))).until_synchronised()
        return host.arguments()

    return arrange


def own_clock_measured(world: World) -> dict[str, t.Any]:
    return {**own_clock(world), "server": upstream(world, shift=-3600.0).name}


ROWS = [
    Row(
        "clock", "chronyd is synchronised", following(), "pass", r"^chronyd is synchronised with 127\.0\.0\.1, \d+ ms off; the limit is 500"
    ),
    Row("clock", "chronyd is synchronised, and a server measures it", following(0.0, 0.0), "pass", r"127.* measures -?\d+ ms; the limit"),
    Row("clock", "the clock is a little off, within the limit", following(0.2), "pass", r"chronyd is synchronised with .*, 200 ms off"),
    Row(
        "clock",
        "the clock is off",
        following(5.0),
        "fail",
        r"the clock is 5(\.0)? s off from that of 127\.0\.0\.1, as chronyd says; the limit",
    ),
    Row(
        "clock",
        "the clock is off by more than the service's own limit",
        following(0.2, max_offset="50ms"),
        "fail",
        r"2\d\d ms off .* 50 ms",
    ),
    Row("clock", "the clock is off, and a wide limit allows it", following(5.0, max_offset="10s"), "pass", r"5 s off; the limit is 10 s"),
    Row(
        "clock",
        "the source does not answer any more",
        source_is_gone,
        "warn",
        r"has had no answer from 127\.0\.0\.1 since .*runs by itself",
    ),
    Row(
        "clock",
        "the source has not answered for long",
        source_is_gone_for_long,
        "fail",
        r"not compared the clock with any source for .*limit",
    ),
    Row("clock", "the source has never answered", never_answered, "fail", r"not synchronised: none of its sources answers \(1\)"),
    Row("clock", "the source is not synchronised", source_not_synchronised, "fail", r"not synchronised: "),
    Row("clock", "two sources disagree", sources_disagree, "fail", r"it trusts none of its sources, of which 2 of 2 answer"),
    Row("clock", "chronyd has no source", no_source, "fail", r"chronyd is not synchronised: it has no source"),
    Row("clock", "chronyd follows its own clock", own_clock, "fail", r"says that it is synchronised, but it follows this host's own clock"),
    Row("clock", "the source follows its own clock", source_follows_its_own_clock, "warn", r"127\.0\.0\.1 follows its own clock"),
    Row("clock", "chronyd hangs", hangs, "unknown", r"chronyc did not end within|does not answer chronyc"),
    Row("clock", "chronyd has crashed", ended, "fail", r"no time daemon runs on this host: chronyd is installed, and stopped"),
    Row(
        "clock",
        "only root may ask chronyd",
        may_not_ask,
        "unknown",
        r"chronyd runs, but does not answer chronyc when \w+ asks \(506 Cannot",
    ),
    Row("clock", "chronyc answers with garbage", garbage, "unknown", r"chronyc tracking answers cannot be understood: Segmentation fault"),
    Row(
        "clock", "two daemons set the clock", two_daemons, "warn", r"several time daemons .*: chronyd, systemd-timesyncd; stop all but one"
    ),
    Row("clock", "ntpd is synchronised", ntpd_follows(0.0), "pass", r"^ntpd is synchronised with 192\.0\.2\.2, \d+ ms off"),
    Row(
        "clock", "ntpd is off", ntpd_follows(-0.1, max_offset="50ms"), "fail", r"the clock is \d+ ms off from that of 192\.0\.2\.2, as ntpd"
    ),
    Row(
        "clock", "ntpd cannot set the clock", ntpd_cannot_set_it, "fail", r"it follows 192\.0\.2\.2, from which the clock is 5(\.0)? s off"
    ),
    Row("clock", "ntpd has had no answer", ntpd_without_answer, "fail", r"ntpd is not synchronised: none of its sources answers \(1\)"),
    Row("clock", "the source follows Windows' own clock", source_says(stratum=1, reference=b"LOCL"), "warn", r"1 follows its own clock"),
    Row(
        "clock", "the source is an orphan", source_says(stratum=6, reference=b"\x7f\0\0\x01"), "warn", r"127\.0\.0\.1 follows its own clock"
    ),
    Row("clock", "the source has a receiver of its own", source_says(stratum=1, reference=b"GPS\0"), "pass", r"is synchronised with 127"),
    Row(
        "clock", "the server is this host itself", measured_by_itself, "warn", r"localhost:\d+ is this host itself, which measures nothing"
    ),
    Row("clock", "ntpd follows its own clock", ntpd_follows_its_own_clock, "fail", r"ntpd says .* follows this host's own clock \(127"),
    Row("clock", "ntpd tells nobody", ntpd_tells_nobody, "unknown", r"ntpd runs, but does not answer ntpq .*Request timed out"),
    Row("clock", "no daemon, on a machine of its own", nothing_runs(), "fail", r"no time daemon runs on this host: nothing sets its clock"),
    Row("clock", "the daemon is stopped", nothing_runs(usr__sbin__chronyd=""), "fail", r"host: chronyd is installed, and stopped"),
    Row(
        "clock",
        "a virtual machine without a daemon",
        nothing_runs(sys__hypervisor__type="kvm\n"),
        "fail",
        r"on this virtual machine, and nothing",
    ),
    Row(
        "clock",
        "a virtual machine whose host may set its clock",
        nothing_runs(sys__class__ptp__ptp0__clock_name="KVM virtual PTP\n"),
        "unknown",
        r"on this virtual machine; /dev/ptp0 \(KVM virtual PTP\) may set its clock from its host",
    ),
    Row(
        "clock", "a container on a host that is synchronised", container(SET_LATELY), "pass", r"container, .* set less than 6 min 40 s ago"
    ),
    Row("clock", "a container on a host that is not", container(NOT_SET), "unknown", r"the kernel does not say that it is synchronised"),
    Row("clock", "a container whose host lost its source", container(KernelClock(True, 9.0)), "warn", r"may not have been set for 5 h"),
    Row("clock", "a container, and the kernel does not answer", container(None), "unknown", r"the kernel does not say that it is"),
    Row("clock", "a daemon that cannot be asked", no_client, "unknown", r"phc2sys sets the clock .*; or name a server to measure"),
    Row(
        "clock",
        "a daemon that cannot be asked, and is right",
        unread_and_measured(0.0, SET_LATELY),
        "pass",
        r"kernel says .*measures \d+ ms",
    ),
    Row(
        "clock",
        "a daemon that cannot be asked, and is wrong",
        unread_and_measured(9.0, SET_LATELY),
        "fail",
        r"is 9(\.0)? s off from that of",
    ),
    Row(
        "clock", "a daemon that cannot be asked and sets nothing", unread_and_measured(0.0, NOT_SET), "unknown", r"cannot be asked how far"
    ),
    Row("clock", "the processes of others are hidden", hidden_processes, "unknown", r"is not shown the processes of others .*hidepid"),
    Row(
        "clock",
        "chronyd and its source are wrong alike",
        following(0.0, 60.0),
        "fail",
        r"is 60(\.0)? s off from that of 127.*; the limit is 500",
    ),
    Row("clock", "its own clock, measured as wrong", own_clock_measured, "fail", r"of this host is (59|60) min.* off from"),
    Row("clock", "the server answers another first, then this host", measured(manner="forger"), "pass", r"measures \d+ ms"),
    Row("clock", "the server answers another question", measured(manner="other_question"), "unknown", r"answers another question than"),
    Row("clock", "the server does not answer", measured(manner="silent"), "unknown", r"does not answer when it is asked for its time"),
    Row("clock", "the server is a web server", measured(manner="page"), "unknown", r"something else than the time of an NTP server"),
    Row("clock", "the server is broken", measured(manner="garbage"), "unknown", r"something else than the time of an NTP server"),
    Row("clock", "the server is not synchronised", measured(leap=3), "unknown", r"says that its own clock is not synchronised"),
    Row("clock", "the server is of stratum 16", measured(stratum=16), "unknown", r"says that its own clock is not synchronised"),
    Row("clock", "the server sends this host away", measured(stratum=0, leap=3, reference=b"RATE"), "unknown", r"not want .*\(RATE\)"),
    Row("clock", "the server follows its own clock", measured(stratum=1, reference=b"LOCL"), "warn", r"127.* follows its own clock, which"),
    Row("clock", "nobody listens at the server", nobody_listens, "unknown", r"refuses the question for its time: no NTP server listens"),
    Row("clock", "the server's name leads nowhere", unresolved, "unknown", r"ntp\.nowhere\.invalid (cannot be|was not) resolved"),
]
