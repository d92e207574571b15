# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The pytest-testinfra suite that ships: ports, units, files, users, packages and versions. PRIVATE to the collection.

The check ``testinfra`` copies this file beside its settings, where what is expected stands; it runs inside pytest, where of the
collection is only what lies with it. It reads, and changes nothing.
"""

from __future__ import annotations

import ipaddress
import json
import os
import pathlib
import re
import sys
import typing as t

from .._phrase import phrase

VARIABLE = "OPERABILITY_READINESS_PYTEST"
LISTENING = {"tcp": "0A", "udp": "07"}
ENABLED = ("enabled", "enabled-runtime", "static", "indirect", "generated", "alias", "linked", "linked-runtime")
KINDS = {"file": "is_file", "directory": "is_directory", "symlink": "is_symlink", "socket": "is_socket", "fifo": "is_pipe"}


class CannotLook(Exception):
    """Nothing was seen of what is expected."""

    cannot_observe = True  # the plugin asks for it


class Answer(t.Protocol):
    """What a command has said on a host."""

    rc: int
    stdout: str
    stderr: str


class File(t.Protocol):
    mode: int
    user: str
    group: str
    uid: int
    gid: int


class User(t.Protocol):
    exists: bool
    groups: list[str]


class Package(t.Protocol):
    is_installed: bool
    version: object


class Host(t.Protocol):
    """A host as testinfra hands it in, as far as it is used here."""

    def run(self, command: str, *arguments: str) -> Answer: ...
    def file(self, path: str) -> File: ...
    def user(self, name: str) -> User: ...
    def package(self, name: str) -> Package: ...


class Function(t.Protocol):
    __name__: str


class Metafunc(t.Protocol):
    """A test function for which pytest asks what to run it with."""

    function: Function

    def parametrize(self, name: str, values: t.Sequence[Expected], *, ids: t.Sequence[str]) -> None: ...


class Expected(t.TypedDict):
    """One thing that must be so. The keys of its kind stand in the classes below; the check has looked at them."""

    kind: str
    id: str


class Port(Expected):
    protocol: str
    port: int
    address: str | None


class Unit(Expected):
    name: str
    enabled: bool


class FileState(Expected):
    path: str
    type: str | None
    mode: str | None
    owner: str | None
    group: str | None
    contains: str | None
    absent: bool


class Account(Expected):
    name: str
    uid: str | None
    home: str | None
    shell: str | None
    groups: list[str] | None


class Installed(Expected):
    name: str
    version: str | None


class Told(Expected):
    command: str
    version: str


def pytest_generate_tests(metafunc: Metafunc) -> None:
    expected: list[Expected] = json.loads(pathlib.Path(os.environ[VARIABLE]).read_text(encoding="utf-8"))["expect"]
    entries = [entry for entry in expected if f"test_{entry['kind']}" == metafunc.function.__name__]
    metafunc.parametrize("expected", entries, ids=[entry["id"] for entry in entries])


def test_port(host: Host, expected: Port) -> None:
    protocol, port, address = expected["protocol"], expected["port"], expected["address"]
    found = listening(host, protocol, port)
    if not found:
        raise AssertionError(phrase("nothing listens on {protocol} port {port}", protocol=protocol, port=port))
    wanted = ("0.0.0.0", "::", address)  # noqa: S104 # an address to compare with
    if address is not None and not set(found) & set(wanted):
        raise AssertionError(
            phrase(
                "{protocol} port {port} is open on {found:list}, not on {address}",
                protocol=protocol,
                port=port,
                found=found,
                address=address,
            )
        )


def listening(host: Host, protocol: str, port: int) -> list[str]:
    """The addresses on which the port is open, from the kernel's own tables: a host may have neither ss nor netstat."""
    answer = host.run(f"cat /proc/net/{protocol} /proc/net/{protocol}6 2>/dev/null")
    if "local_address" not in answer.stdout:
        path, reason = f"/proc/net/{protocol}", answer.stderr.strip() or phrase("it is empty")
        raise CannotLook(phrase("{path:path} cannot be read: {reason}", path=path, reason=reason))
    found = []
    for line in answer.stdout.splitlines():
        fields = line.split()
        if len(fields) > 3 and fields[3] == LISTENING[protocol] and ":" in fields[1]:
            number, _unused, hexadecimal = fields[1].rpartition(":")
            if int(hexadecimal, 16) == port:
                found.append(readable(number))
    return sorted(set(found))


def readable(number: str) -> str:
    """An address as the kernel's tables have it (words in the order of the machine) in the usual form."""
    words = [int(number[start : start + 8], 16).to_bytes(4, sys.byteorder) for start in range(0, len(number), 8)]
    address = ipaddress.ip_address(b"".join(words))
    mapped = getattr(address, "ipv4_mapped", None)
    return str(mapped or address)


def test_unit(host: Host, expected: Unit) -> None:
    name = expected["name"]
    names = "LoadState,ActiveState,SubState,UnitFileState,Type,Result"
    answer = host.run("systemctl show --no-pager --property=%s -- %s", names, name)
    state = dict(line.partition("=")[::2] for line in answer.stdout.splitlines() if "=" in line)
    if answer.rc != 0 or "LoadState" not in state:
        reason = answer.stderr.strip() or phrase("{program} ended with {code}", program="systemctl", code=answer.rc)
        raise CannotLook(phrase("systemd cannot be asked about {unit}: {reason}", unit=name, reason=reason))
    if state["LoadState"] == "not-found":
        raise AssertionError(phrase("there is no unit {unit}", unit=name))
    ended_well = state.get("Type") == "oneshot" and state["ActiveState"] == "inactive" and state.get("Result") == "success"
    if state["ActiveState"] != "active" and not ended_well:
        raise AssertionError(
            phrase("{unit} is {state} ({detail}), not active", unit=name, state=state["ActiveState"], detail=state.get("SubState"))
        )
    unit_file = state.get("UnitFileState")
    if expected["enabled"] and not unit_file:
        raise AssertionError(phrase("{unit} is without a unit file: it does not come back after a restart", unit=name))
    if expected["enabled"] and unit_file not in ENABLED:
        raise AssertionError(phrase("{unit} is {state}: it does not come back after a restart", unit=name, state=unit_file))


def test_file(host: Host, expected: FileState) -> None:
    path = expected["path"]
    seen = host.run("LC_ALL=C ls -d -- %s", path)
    if seen.rc != 0 and "No such file" not in seen.stderr:
        reason = seen.stderr.strip().rpartition(": ")[2]
        raise CannotLook(phrase("{path:path} cannot be looked at: {reason}", path=path, reason=reason))
    if expected["absent"]:
        if seen.rc == 0:
            raise AssertionError(phrase("{path:path} is there, and must not be", path=path))
        return
    if seen.rc != 0:
        raise AssertionError(phrase("{path:path} does not exist", path=path))
    file = host.file(path)
    kind = expected["type"]
    if kind is not None:
        fits = bool(getattr(file, KINDS[kind]))
        if not fits:
            raise AssertionError(phrase("{path:path} is not of the type {kind}", path=path, kind=kind))
    if expected["mode"] is not None and file.mode != int(expected["mode"], 8):
        mode, wanted = f"{file.mode:04o}", f"{int(expected['mode'], 8):04o}"
        raise AssertionError(phrase("{path:path} has the mode {mode}, not {wanted}", path=path, mode=mode, wanted=wanted))
    if expected["owner"] is not None and expected["owner"] not in (file.user, str(file.uid)):
        raise AssertionError(
            phrase("{path:path} is owned by {owner}, not by {wanted}", path=path, owner=file.user, wanted=expected["owner"])
        )
    if expected["group"] is not None and expected["group"] not in (file.group, str(file.gid)):
        raise AssertionError(
            phrase("{path:path} is of the group {group}, not {wanted}", path=path, group=file.group, wanted=expected["group"])
        )
    if expected["contains"] is not None:
        read = host.run("cat -- %s", path)
        if read.rc != 0:
            reason = read.stderr.strip().rpartition(": ")[2]
            raise CannotLook(phrase("{path:path} cannot be read: {reason}", path=path, reason=reason))
        there = expected["contains"] in read.stdout
        if not there:
            raise AssertionError(phrase("{path:path} does not contain '{text}'", path=path, text=expected["contains"]))


def test_user(host: Host, expected: Account) -> None:
    name = expected["name"]
    user = host.user(name)
    if not user.exists:
        raise AssertionError(phrase("there is no user {user}", user=name))
    for key, wanted in (("uid", expected["uid"]), ("home", expected["home"]), ("shell", expected["shell"])):
        if wanted is not None:
            seen = str(getattr(user, key))
            if seen != str(wanted):
                raise AssertionError(
                    phrase("{user} has the {field} {value}, not {wanted}", user=name, field=key, value=seen, wanted=wanted)
                )
    missing = [group for group in expected["groups"] if group not in user.groups] if expected["groups"] else []
    if missing:
        raise AssertionError(phrase("{user} is not in the groups {groups:list}", user=name, groups=missing))


def _begins(version: str) -> str:
    """What the text of a version begins with: 1.4 fits 1.4.2 too, and ==1.4 does not."""
    return re.escape(version[2:]) + r"(?!\.[0-9])" if version.startswith("==") else re.escape(version)


def test_package(host: Host, expected: Installed) -> None:
    name, version = expected["name"], expected["version"]
    package = host.package(name)
    if not package.is_installed:
        raise AssertionError(phrase("the package {package} is not installed", package=name))
    if version is not None:
        seen = str(package.version)
        plain = seen.partition(":")[2] or seen  # an epoch is rarely meant
        fits = any(text == version or re.match(_begins(version) + r"(?![0-9A-Za-z])", text) for text in (seen, plain))
        if not fits:
            raise AssertionError(
                phrase("the package {package} has the version {version}, not {wanted}", package=name, version=seen, wanted=version)
            )


def test_version(host: Host, expected: Told) -> None:
    command, version = expected["command"], expected["version"]
    answer = host.run(command)
    said = next((line.strip() for line in (answer.stdout + answer.stderr).splitlines() if line.strip()), phrase("nothing"))
    if answer.rc != 0:
        raise AssertionError(phrase("'{command}' ended with {code} and said: {said}", command=command, code=answer.rc, said=said))
    fits = re.search(rf"(?<![0-9.]){_begins(version)}(?![0-9]|-?(?:rc|alpha|beta))", answer.stdout + answer.stderr)
    if not fits:
        raise AssertionError(phrase("'{command}' says {said}, not {version}", command=command, said=said, version=version))
