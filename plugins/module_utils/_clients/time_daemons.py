# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What sets the clock of this machine: its time daemons, or the machine that it runs on. PRIVATE to the collection."""

from __future__ import annotations

import contextlib
import dataclasses
import os
import re

from .._finding import CannotObserve
from .._phrase import phrase
from .._runner import Runner, user_name

CHRONYD, NTPD, OPENNTPD, TIMESYNCD = "chronyd", "ntpd", "openntpd", "systemd-timesyncd"
PHC2SYS, NTPD_RS, BUSYBOX = "phc2sys", "ntpd-rs", "busybox ntpd"
# by the names that the kernel knows, of which it keeps 15 characters
_PROCESSES = {
    "chronyd": CHRONYD,
    "ntpd": NTPD,
    "openntpd": OPENNTPD,
    "systemd-timesyn": TIMESYNCD,
    "phc2sys": PHC2SYS,
    "ntp-daemon": NTPD_RS,
}
_OF_GUESTS = {"vmtoolsd": "VMware Tools (vmtoolsd)", "VBoxService": "VirtualBox (VBoxService)", "qemu-ga": "qemu-ga"}
_INITIAL_PID_NAMESPACE = 0xEFFFFFFC  # the kernel's PROC_PID_INIT_INO
_PROGRAMS = {
    CHRONYD: ("usr/sbin/chronyd", "usr/local/sbin/chronyd"),
    NTPD: ("usr/sbin/ntpd", "usr/local/sbin/ntpd"),
    TIMESYNCD: ("usr/lib/systemd/systemd-timesyncd", "lib/systemd/systemd-timesyncd"),
}


@dataclasses.dataclass(frozen=True)
class Running:
    """Names of time daemons, and of the guest programs that may set a virtual machine's clock."""

    daemons: list[str]
    guests: list[str]


def running(proc: str, runner: Runner) -> Running:
    """What runs on this host itself; what runs in its containers does not count. CannotObserve."""
    try:
        numbers = [name for name in os.listdir(proc) if name.isdigit()]
    except OSError as exc:
        raise CannotObserve(
            phrase("the processes of this host cannot be looked at: {reason} ({path:path})", reason=exc.strerror or str(exc), path=proc)
        ) from None
    if not os.path.exists(os.path.join(proc, "1", "comm")):
        said = phrase(
            "{user} is not shown the processes of others on this host ({path:path} is mounted with hidepid), "
            "so whether a time daemon runs is not known; let the check run as a user who is (run_as, become)",
            user=user_name(),
            path=proc,
        )
        raise CannotObserve(said)
    daemons: set[str] = set()
    guests: set[str] = set()
    for number in numbers:
        with contextlib.suppress(CannotObserve):  # it has ended meanwhile
            folder = os.path.join(proc, number)
            name = runner.read_text(os.path.join(folder, "comm"), max_bytes=64).rstrip("\n")
            if name in _OF_GUESTS and _is_own(runner, folder):
                guests.add(_OF_GUESTS[name])
            elif name in _PROCESSES and _is_own(runner, folder):
                daemons.add(_named(_PROCESSES[name], runner.read_text(os.path.join(folder, "cmdline"), max_bytes=4096)))
    if OPENNTPD in daemons:
        daemons.discard(NTPD)  # its first process is called ntpd and has no title
    return Running(sorted(daemons), sorted(guests))


def _is_own(runner: Runner, folder: str) -> bool:
    """Whether a process is no zombie and belongs to no container below this host: it has one number, not one for each of them."""
    status = dict(re.findall(r"^(\w+):[ \t]*(.*)$", runner.read_text(os.path.join(folder, "status"), max_bytes=16384), re.MULTILINE))
    return not status.get("State", "").startswith(("Z", "X")) and len(status.get("NSpid", "1").split()) == 1


def _named(daemon: str, command_line: str) -> str:
    words = command_line.split("\0")
    if daemon == NTPD and words[0].startswith("ntpd: "):  # the titles that OpenNTPD gives its processes
        return OPENNTPD
    if daemon == NTPD and os.path.basename(words[0]) == "busybox":
        return BUSYBOX
    return daemon


def installed(root: str) -> list[str]:
    """Names of the time daemons whose programs are there."""
    return [name for name, paths in _PROGRAMS.items() if any(os.path.exists(os.path.join(root, path)) for path in paths)]


def is_container(root: str, proc: str) -> bool:
    """Whether this is a container: its clock is its host's."""
    with contextlib.suppress(OSError):
        if os.stat(os.path.join(proc, "self", "ns", "pid")).st_ino != _INITIAL_PID_NAMESPACE:
            return True
    return any(os.path.exists(os.path.join(root, path)) for path in ("run/systemd/container", ".dockerenv", "run/.containerenv"))


@dataclasses.dataclass(frozen=True)
class VirtualMachine:
    """``channels``: what may set its clock from outside, in words of its administrators; ``kept``: something runs whose work that is."""

    channels: list[str]
    kept: bool = False


def virtual_machine(root: str, proc: str, guests: list[str]) -> VirtualMachine | None:
    """None for a machine of its own. ``guests``: the guest programs that run."""
    channels = list(guests)
    kept = any(_OF_GUESTS[name] in guests for name in ("vmtoolsd", "VBoxService"))
    source = _line(root, "sys/devices/system/clocksource/clocksource0/current_clocksource")
    if source in ("kvm-clock", "xen") or source.startswith("hyperv_"):
        channels.append(source)
    with contextlib.suppress(OSError):
        for device in sorted(os.listdir(os.path.join(root, "sys/class/ptp"))):
            name = _line(root, f"sys/class/ptp/{device}/clock_name")
            if "virtual" in name.lower() or name == "hyperv":
                channels.append(f"/dev/{device} ({name})")
    if "microsoft" in _text(os.path.join(proc, "sys", "kernel", "osrelease")).lower():
        channels.append("WSL")
        kept = True
    guest = os.path.exists(os.path.join(root, "sys/hypervisor/type")) or bool(
        re.search(r"^flags\s*:.*\bhypervisor\b", _text(os.path.join(proc, "cpuinfo")), re.MULTILINE)
    )
    return VirtualMachine(channels, kept) if guest or channels else None


def _line(root: str, path: str) -> str:
    return _text(os.path.join(root, path)).strip()


def _text(path: str) -> str:
    try:
        with open(path, encoding="utf-8", errors="replace") as handle:
            return handle.read(65536)
    except OSError:
        return ""


__all__ = (
    "BUSYBOX",
    "CHRONYD",
    "NTPD",
    "NTPD_RS",
    "OPENNTPD",
    "PHC2SYS",
    "TIMESYNCD",
    "Running",
    "VirtualMachine",
    "installed",
    "is_container",
    "running",
    "virtual_machine",
)
