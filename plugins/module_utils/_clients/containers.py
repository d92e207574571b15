# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How a container logs, as its engine says of the container itself: what its daemon is configured to holds for new ones only. PRIVATE."""

from __future__ import annotations

import dataclasses
import json
import os
import re
import typing as t

from .._finding import CannotObserve
from .._message import first_line
from .._phrase import phrase
from .._runner import Runner
from .._units import parse_size

ENGINES = ("docker", "podman")
SHOWN = ("compress", "max-file", "max-size", "mode", "tag")  # options in which no secret can be
_NONE = re.compile(r"no such (?:container|object)", re.IGNORECASE)


@dataclasses.dataclass(frozen=True)
class Container:
    name: str
    engine: str
    driver: str
    options: t.Mapping[str, str]
    path: str  # of its log file; empty where it has none, or the engine does not say
    running: bool | None
    monitor: int | None = None  # the process that writes the log of podman's containers


def inspect(name: str, engine: str | None, runner: Runner) -> Container | None:
    """The container of this name; None where no engine knows it. CannotObserve."""
    engines = [one for one in ([engine] if engine else ENGINES) if runner.which(one)]
    if not engines:
        wanted = engine or "docker"
        raise CannotObserve(
            phrase(
                "{engine:path} is not installed on this host: how the container {name:path} logs cannot be seen", engine=wanted, name=name
            )
        )
    unseen: CannotObserve | None = None
    for one in engines:
        try:
            found = _inspect(name, one, runner)
        except CannotObserve as exc:
            unseen = exc
            continue
        if found is not None:
            return found
    if unseen is not None:
        raise unseen
    return None


def _inspect(name: str, engine: str, runner: Runner) -> Container | None:
    done = runner.run([engine, "inspect", "--type", "container", "--", name], timeout=20.0)
    if done.rc != 0:
        if _NONE.search(done.stderr):
            return None
        said = first_line(done.stderr.strip() or done.stdout, "", 200) or f"exit code {done.rc}"
        raise CannotObserve(phrase("{engine:path} does not tell how {name:path} logs: {reason}", engine=engine, name=name, reason=said))
    return parse_inspect(done.stdout, name, engine)


def parse_inspect(text: str, name: str, engine: str) -> Container | None:
    """The answer of ``docker inspect`` or ``podman inspect``. CannotObserve when it is something else."""
    try:
        data = json.loads(text)
    except (ValueError, RecursionError):
        data = None
    if not isinstance(data, list):
        raise CannotObserve(phrase("{engine:path} did not answer with a list of containers", engine=engine))
    for entry in data:
        if isinstance(entry, dict) and _is_named(entry, name):
            return _container(entry, name, engine)
    return None


def _is_named(entry: dict[str, object], name: str) -> bool:
    identity = str(entry.get("Id") or entry.get("ID") or "")
    return str(entry.get("Name") or "").lstrip("/") == name or (len(name) >= 12 and identity.startswith(name))


def _container(entry: dict[str, object], name: str, engine: str) -> Container:
    logs = _mapping(_mapping(entry.get("HostConfig")).get("LogConfig"))
    driver = logs.get("Type")
    if not isinstance(driver, str) or not driver:
        raise CannotObserve(phrase("{engine:path} does not tell by which driver {name:path} logs", engine=engine, name=name))
    options = {str(key): str(value) for key, value in _mapping(logs.get("Config")).items()}
    size = logs.get("Size")  # podman's own place
    if isinstance(size, str) and "max-size" not in options and not re.fullmatch(r"-?0*1?B?|", size):
        options["max-size"] = size
    state = _mapping(entry.get("State"))
    running = state.get("Running")
    monitor = state.get("ConmonPid")
    return Container(
        name,
        engine,
        driver,
        options,
        str(entry.get("LogPath") or logs.get("Path") or ""),
        running if isinstance(running, bool) else None,
        monitor if isinstance(monitor, int) and monitor > 0 else None,
    )


def _mapping(value: object) -> dict[str, object]:
    return value if isinstance(value, dict) else {}


def max_size(container: Container, proc: str = "/proc") -> int | None:
    """Bytes that one log file may have; None where there is no limit. CannotObserve for a size that is none.

    Engines count a bare k, m or g by the thousand.
    """
    given = container.options.get("max-size", "").strip()
    if not given and container.monitor is not None:  # podman's limit for all containers is handed to the process that writes
        try:
            with open(f"{proc}/{container.monitor}/cmdline", encoding="utf-8", errors="replace") as handle:
                found = re.search(r"\0--log-size-max\0(\d{1,18})(?:\0|$)", handle.read(65536))
        except OSError:
            found = None
        given = found.group(1) if found else ""
    if not given or given.startswith("-"):
        return None
    try:
        size = parse_size(re.sub(r"([KMGT])$", r"\1B", given.upper()).replace("IB", "iB"))
    except ValueError:
        said = phrase("the container {name:path} has a max-size that is no size: {size}", name=container.name, size=given[:40])
        raise CannotObserve(said) from None
    return size or None


def max_files(container: Container, default: int) -> int:
    given = container.options.get("max-file", "")
    return int(given) if given.isdigit() and 0 < int(given) < 10**6 else default


def used(path: str) -> int | None:
    """Bytes of a log file and of those that the engine has rotated; None where they cannot be looked at."""
    if not path:
        return None
    folder, name = os.path.split(path)
    try:
        names = [one for one in os.listdir(folder) if re.fullmatch(re.escape(name) + r"(?:\.\d{1,6})?(?:\.gz)?", one)]
        sizes = [os.lstat(os.path.join(folder, one)).st_size for one in names]
    except OSError:
        return None
    return sum(sizes) if sizes else None


__all__ = ("ENGINES", "SHOWN", "Container", "inspect", "max_files", "max_size", "parse_inspect", "used")
