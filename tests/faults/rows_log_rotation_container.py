# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rows of log_rotation for containers: processes with mounts of their own that write into files of the host, and what an engine answers.

No engine runs here: scripts named docker and podman print what those print.
"""

from __future__ import annotations

import json
import os
import pathlib
import typing as t

from ansible_collections.operability.readiness.plugins.module_utils._runner import Runner
from journals import Journal, reading
from rows_log_rotation import Host, stamp
from rows_systemd_unit import stand_in
from servers import Server
from table import Row, World

Arguments = dict[str, t.Any]
MEBI = 2**20
WRITES = "exec 3>>{file}; while :; do echo a line >&3; touch {ready}; sleep 0.2; done"
READS = "exec 3<{file}; touch {ready}; while :; do sleep 0.2; done"


# -- a container that has the folder of a log, or the log alone, elsewhere


class InMounts(Server):
    """A process that has ``source`` of the host as ``seen``, in mounts of its own."""

    def __init__(self, folder: pathlib.Path, source: pathlib.Path, script: str, name: str) -> None:
        super().__init__(folder)
        self.source, self.script, self.name = source, script, name

    def command(self) -> list[str]:
        seen = self.folder / "seen"
        if self.source.is_dir():
            seen.mkdir()
        else:
            seen.touch()
        file = seen / self.name if self.name else seen
        script = self.script.format(file=file, ready=self.folder / "ready")
        rights = [] if os.geteuid() == 0 else ["--map-root-user"]
        return ["unshare", *rights, "--mount", "sh", "-c", f"mount --bind {self.source} {seen}; {script}"]

    def is_ready(self) -> bool:
        return (self.folder / "ready").exists()


def beside(script: str, rule: str = "daily\nrotate 3", *, name: str = "app.log", again: bool = False) -> t.Callable[[World], Arguments]:
    """A container opens the log, which is then rotated; ``name``: in the folder that it has, empty where it has the log alone."""

    def arrange(world: World) -> Arguments:
        host = Host(world, rule)
        host.log.write_text(f"{stamp()} info a line\n")
        world.running.start(InMounts, host.logs if name else host.log, script, name)
        host.rotate("-f")
        if again:
            host.log.write_text(f"{stamp()} info a line\n")
            host.rotate("-f")
        host.log.write_text(f"{stamp()} info a line\n")
        return host.args()

    return arrange


def another_volume(world: World) -> Arguments:
    """It writes into a deleted file of the same name, in another folder of the host that it has at the same path."""
    host = Host(world)
    other = world.folder / "other"
    other.mkdir()
    (other / "app.log").write_text("a line\n")
    world.running.start(InMounts, other, WRITES, "app.log")
    (other / "app.log").unlink()
    host.log.write_text(f"{stamp()} info a line\n")
    host.rotate("-f")
    host.log.write_text(f"{stamp()} info a line\n")
    return host.args()


# -- what an engine says


def container(driver: str = "json-file", config: dict[str, str] | None = None, **more: t.Any) -> dict[str, t.Any]:
    return {
        "Id": "aa" * 32,
        "Name": "/orders",
        "Created": "2026-10-01T00:00:00Z",
        "State": {"Status": "running", "Running": True},
        "LogPath": "",
        "Config": {"Env": ["PASSWORD=" + "hunter2"]},
        "HostConfig": {"LogConfig": {"Type": driver, "Config": config or {}}},
        **more,
    }


def program(world: World, name: str, script: str) -> None:
    path = world.folder / name
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    world.runner.environ["PATH"] = f"{world.folder}:{world.runner.environ.get('PATH', '')}"


def answered(world: World, name: str, *entries: dict[str, t.Any]) -> None:
    (world.folder / f"{name}.json").write_text(json.dumps(entries))
    program(world, name, f"cat {world.folder}/{name}.json")


def engine(entry: dict[str, t.Any], name: str = "docker", log: int | None = None, **args: t.Any) -> t.Callable[[World], Arguments]:
    """``log``: the bytes that its log has."""

    def arrange(world: World) -> Arguments:
        given = dict(entry)
        if log is not None:
            path = world.folder / "aa-json.log"
            with open(path, "w") as handle:
                handle.truncate(log)
            given["LogPath"] = str(path)
        answered(world, name, given, container(Name="/other"))
        return {"container": "orders", "engine": name, **args}

    return arrange


def podman(driver: str, size: str = "0B", limit: str = "") -> t.Callable[[World], Arguments]:
    """``limit``: what the process that writes the log was started with."""

    def arrange(world: World) -> Arguments:
        conmon = world.running.start(Monitor, limit)
        logs = {"Type": driver, "Config": None, "Path": "/var/lib/containers/x/userdata/ctr.log", "Tag": "", "Size": size}
        state = {"Running": True, "ConmonPid": conmon.process.pid}
        answered(world, "podman", container(Name="orders", State=state, HostConfig={"LogConfig": logs}))
        return {"container": "orders", "engine": "podman"}

    return arrange


class Monitor(Server):
    """A process with the arguments of conmon."""

    def __init__(self, folder: pathlib.Path, limit: str) -> None:
        super().__init__(folder)
        self.limit = limit

    def command(self) -> list[str]:
        return ["sh", "-c", "sleep 600; :", "conmon", "-l", "k8s-file:x", *(["--log-size-max", self.limit] if self.limit else [])]

    def is_ready(self) -> bool:
        return True


def to_the_journal(name: str, *settings: str, volatile: bool = False) -> t.Callable[[World], Arguments]:
    def arrange(world: World) -> Arguments:
        journal = Journal(world.folder / "root", volatile=volatile)
        journal.write("a line of a container")
        stand_in(world, "echo 'System has not been booted with systemd as init system' >&2; exit 1")
        reading(journal, world.runner.environ, world.folder)
        answered(world, name, container("journald"))
        return {"container": "orders", "engine": name, "journald_config": journal.settings(*settings)}

    return arrange


def says(script: str, **args: t.Any) -> t.Callable[[World], Arguments]:
    def arrange(world: World) -> Arguments:
        program(world, "docker", script)
        return {"container": "orders", "engine": "docker", **args}

    return arrange


class WithoutPodman(Runner):
    def which(self, name: str) -> str | None:
        return None if name == "podman" else super().which(name)


def no_engine(world: World) -> Arguments:
    world.runner = WithoutPodman(environ=world.runner.environ)
    return {"container": "orders", "engine": "podman"}


def known_to_podman_alone(world: World) -> Arguments:
    program(world, "docker", "echo 'Error: No such container: orders' >&2; exit 1")
    answered(world, "podman", container("k8s-file", HostConfig={"LogConfig": {"Type": "k8s-file", "Size": "10MB"}}))
    return {"container": "orders"}


def deleted(world: World) -> Arguments:
    """Somebody has removed its log: the engine goes on writing into what no longer has a name."""
    path = world.folder / "aa-json.log"
    path.write_text("{}\n")
    world.running.start(Writing, path)
    path.unlink()
    answered(world, "docker", container(config={"max-size": "10m"}, LogPath=str(path)))
    return {"container": "orders", "engine": "docker"}


class Writing(Server):
    def __init__(self, folder: pathlib.Path, file: pathlib.Path) -> None:
        super().__init__(folder)
        self.file = file

    def command(self) -> list[str]:
        return ["sh", "-c", WRITES.format(file=self.file, ready=self.folder / "ready")]

    def is_ready(self) -> bool:
        return (self.folder / "ready").exists()


def row(state: str, arrange: t.Callable[[World], Arguments], status: str, message: str) -> Row:
    return Row("log_rotation", state, arrange, status, message)


NOT_THERE = "echo 'Error: No such container: orders' >&2; exit 1"
STILL = r"process \d+ \(sh\) still writes into the rotated file .*"
ROWS: list[Row] = [
    row("a container reads the log", beside(READS), "pass", r"logrotate covers it"),
    row("a container writes into a deleted log of another folder", another_volume, "pass", r"logrotate covers it"),
    row("a container writes, copytruncate", beside(WRITES, "daily\nrotate 3\ncopytruncate"), "pass", r"logrotate covers it"),
    row("a container writes into the rotated file", beside(WRITES), "fail", STILL + r"seen/app\.log\.1$"),
    row("a container writes into the deleted file", beside(WRITES, "daily\nrotate 1", again=True), "fail", STILL + r"\(deleted\)$"),
    row("a container that has the log alone writes into the rotated file", beside(WRITES, name=""), "fail", STILL + r"/seen$"),
    row(
        "a container that has the log alone writes into a deleted file",
        beside(WRITES, "daily\nrotate 1", name="", again=True),
        "fail",
        STILL,
    ),
    row(
        "docker, json-file with max-size",
        engine(container(config={"max-size": "10m"})),
        "pass",
        r"json-file, bounded by 9\.5 MiB \(1 x 9\.5 MiB\)",
    ),
    row(
        "docker, json-file with max-size and max-file",
        engine(container(config={"max-size": "10m", "max-file": "3"}), log=2 * MEBI),
        "pass",
        r"bounded by 28\.6 MiB \(3 x 9\.5 MiB\); it has 2\.0 MiB now",
    ),
    row("docker, local", engine(container("local")), "pass", r"local, bounded by 100\.0 MiB \(5 x 20\.0 MiB\)"),
    row("docker, local with bounds", engine(container("local", {"max-size": "1m", "max-file": "2"})), "pass", r"bounded by 1\.9 MiB"),
    row("docker, sent away", engine(container("gelf", {"gelf-address": "udp://log1:12201"})), "pass", r"sends its log away by gelf"),
    row("docker, to the journal", to_the_journal("docker"), "pass", r"orders logs to the journal: the journal has"),
    row("podman, to the journal", to_the_journal("podman"), "pass", r"orders logs to the journal: the journal has"),
    row("podman, k8s-file with max-size", podman("k8s-file", "10MB"), "pass", r"k8s-file, bounded by 9\.5 MiB"),
    row("podman, k8s-file bounded for all", podman("k8s-file", limit="52428800"), "pass", r"k8s-file, bounded by 50\.0 MiB"),
    row("a container that podman knows and docker does not", known_to_podman_alone, "pass", r"k8s-file, bounded by"),
    row(
        "docker, json-file without max-size",
        engine(container(), log=50 * MEBI),
        "fail",
        r"json-file without max-size: .*50\.0 MiB now.*made since",
    ),
    row(
        "docker, json-file, a bound beyond its file system",
        engine(container(config={"max-size": "4000000g"}), log=2 * MEBI),
        "warn",
        r"may have .*which bounds nothing: its file system has",
    ),
    row(
        "docker, bounded by just what is declared",
        engine(container(config={"max-size": "10m", "max-file": "3"}), max_size="30MB"),
        "pass",
        r"bounded by 28\.6 MiB",
    ),
    row(
        "docker, local, a bound beyond any disk",
        engine(container("local", {"max-size": "4000000g"})),
        "warn",
        r"may have .*which bounds nothing: the largest file system of this host has",
    ),
    row("docker, json-file with max-file alone", engine(container(config={"max-file": "3"})), "fail", r"json-file without max-size"),
    row("docker, json-file without end", engine(container(config={"max-size": "-1"})), "fail", r"json-file without max-size"),
    row(
        "docker, larger than its bound",
        engine(container(config={"max-size": "1m"}), log=40 * MEBI),
        "fail",
        r"has 40\.0 MiB, though .* by 976\.6 KiB",
    ),
    row(
        "docker, may be larger than is declared",
        engine(container(config={"max-size": "5g"}), max_size="1GiB"),
        "fail",
        r"may have 4\.7 GiB, the l",
    ),
    row("docker, its log was removed", deleted, "fail", r"still writes into the deleted file"),
    row("docker, no log", engine(container("none")), "fail", r"keeps no log: its driver is none"),
    row(
        "docker, to a journal that keeps nothing",
        to_the_journal("docker", "Storage=none"),
        "fail",
        r"logs to the journal: journald keeps nothing",
    ),
    row("podman, to a journal in memory", to_the_journal("podman", volatile=True), "warn", r"logs to the journal: .*in memory only"),
    row("podman, k8s-file without end", podman("k8s-file"), "fail", r"k8s-file without max-size"),
    row("the container is not there", says(NOT_THERE), "fail", r"the container orders is not there"),
    row(
        "docker does not run",
        says("echo 'Cannot connect to the Docker daemon at unix:///x' >&2; exit 1"),
        "unknown",
        r"does not tell how orders logs",
    ),
    row("docker answers nonsense", says("head -c 5000 /dev/urandom"), "unknown", r"did not answer with a list of containers"),
    row("docker answers half", says("""printf '[{"Name": "/orders", "HostConfig": 7}]'"""), "unknown", r"does not tell by which driver"),
    row("podman is not installed", no_engine, "unknown", r"podman is not installed"),
    row("docker, a max-size that is none", engine(container(config={"max-size": "much"})), "unknown", r"a max-size that is no size: much"),
]
