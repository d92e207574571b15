# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether what a container writes to its standard output is bounded. PRIVATE to the collection."""

from __future__ import annotations

import os

from .._clients import containers, log_writers, mounts
from .._clients.containers import Container
from .._finding import CannotObserve, Finding, Measurement, failed
from .._phrase import Message, phrase
from .._runner import Runner
from . import _rotation_journal
from ._rotation_bounded import size_of_file_system
from ._rotation_verdict import Verdict

DEFAULT_LOCAL = 20 * 2**20, 5  # the driver local is bounded by itself
TO_FILES = ("json-file", "k8s-file", "local")
TO_JOURNAL = ("journald", "passthrough")
MOST_MOUNTS = 200
SLACK = 1.1  # a line more than the limit, and what is rotated just now


def judge_container(name: str, engine: str | None, max_size: int | None, journal: _rotation_journal.Asked, runner: Runner) -> Finding:
    container = containers.inspect(name, engine, runner)
    if container is None:
        return failed(
            phrase("the container {name:path} is not there", name=name), observed={"container": name, "exists": False}, absent=True
        )
    observed: dict[str, object] = {
        "container": name,
        "engine": container.engine,
        "driver": container.driver,
        "options": {key: value for key, value in container.options.items() if key in containers.SHOWN},
        "running": container.running,
    }
    if container.driver in TO_JOURNAL:
        return _by_journal(container, journal, observed, runner)
    verdict = Verdict()
    if container.driver in TO_FILES:
        return _to_files(verdict, container, max_size, observed, runner)
    if container.driver == "none":
        verdict.problems.append(phrase("the container {name:path} keeps no log: its driver is none", name=name))
    verdict.good = phrase(
        "the container {name:path} sends its log away by {driver}: nothing of it grows on this host", name=name, driver=container.driver
    )
    return verdict.finding(observed=observed)


def _by_journal(container: Container, journal: _rotation_journal.Asked, observed: dict[str, object], runner: Runner) -> Finding:
    try:
        finding = _rotation_journal.judge_journal(journal._replace(unit="docker.service" if container.engine == "docker" else None), runner)
    except CannotObserve as exc:
        said = phrase("the container {name:path} logs to the journal: {said}", name=container.name, said=exc.message)
        raise CannotObserve(said, observed=observed) from None
    finding.message = phrase("the container {name:path} logs to the journal: {said}", name=container.name, said=finding.message)
    finding.observed = {**finding.observed, **observed}
    return finding


def _to_files(verdict: Verdict, container: Container, max_size: int | None, observed: dict[str, object], runner: Runner) -> Finding:
    name, driver = container.name, container.driver
    used = containers.used(container.path)
    size, files = containers.max_size(container), containers.max_files(container, DEFAULT_LOCAL[1] if driver == "local" else 1)
    if size is None and driver == "local":
        size = DEFAULT_LOCAL[0]
    bound = None if size is None else size * files
    observed.update(path=container.path or None, used_bytes=used, bound_bytes=bound)
    if size is None or bound is None:
        verdict.problems.append(_unbounded(container, used))
    else:
        if used is not None and used > bound * SLACK + 2**20:
            verdict.problems.append(
                phrase(
                    "the log of the container {name:path} has {used:bytes}, though it is bounded by {bound:bytes}",
                    name=name,
                    used=used,
                    bound=bound,
                )
            )
        if max_size is not None and bound > max_size:
            verdict.problems.append(
                phrase(
                    "the log of the container {name:path} may have {bound:bytes}, the limit is {limit:bytes}",
                    name=name,
                    bound=bound,
                    limit=max_size,
                )
            )
        room = size_of_file_system(os.path.dirname(container.path)) if container.path else None
        if max_size is None and room is not None and bound > room:
            verdict.doubts.append(
                phrase(
                    "the log of the container {name:path} may have {bound:bytes}, which bounds nothing: its file system has {room:bytes}",
                    name=name,
                    bound=bound,
                    room=room,
                )
            )
        elif max_size is None and room is None and bound > (largest := _largest(runner) or bound):
            verdict.doubts.append(
                phrase(
                    "the log of the container {name:path} may have {bound:bytes}, which bounds nothing: the largest file system of this "
                    "host has {room:bytes}",
                    name=name,
                    bound=bound,
                    room=largest,
                )
            )
        verdict.good = _bounded(container, bound, size, files, used)
    writers, unseen = log_writers.lasting_writers(container.path, [], runner) if container.path else ([], 0)
    observed["processes_not_visible"] = unseen
    for writer in writers:
        verdict.problems.append(
            phrase(
                "process {pid} ({command}) still writes into the deleted file {path:path}",
                pid=writer.pid,
                command=writer.command,
                path=writer.path,
            )
        )
    measurements = [] if used is None else [Measurement("log_size_bytes", float(used), None if bound is None else float(bound), "upper")]
    return verdict.finding(observed=observed, expected={"max_size_bytes": max_size}, measurements=measurements)


def _largest(runner: Runner) -> int | None:
    """Where the engine keeps the files is not told, or cannot be looked at."""
    try:
        points = mounts.points(runner.read_text(mounts.MOUNTS))
    except CannotObserve:
        return None
    return max((size_of_file_system(point) or 0 for point in points[:MOST_MOUNTS]), default=None)


def _unbounded(container: Container, used: int | None) -> Message:
    if used is None:
        return phrase(
            "the container {name:path} logs by {driver} without max-size: its log grows without end "
            "(what the engine is configured to holds for containers made since)",
            name=container.name,
            driver=container.driver,
        )
    return phrase(
        "the container {name:path} logs by {driver} without max-size: its log grows without end, it has {used:bytes} now "
        "(what the engine is configured to holds for containers made since)",
        name=container.name,
        driver=container.driver,
        used=used,
    )


def _bounded(container: Container, bound: int, size: int, files: int, used: int | None) -> Message:
    if used is None:
        return phrase(
            "the container {name:path} logs by {driver}, bounded by {bound:bytes} ({files:number} x {size:bytes}); "
            "its files cannot be looked at here",
            name=container.name,
            driver=container.driver,
            bound=bound,
            files=files,
            size=size,
        )
    return phrase(
        "the container {name:path} logs by {driver}, bounded by {bound:bytes} ({files:number} x {size:bytes}); it has {used:bytes} now",
        name=container.name,
        driver=container.driver,
        bound=bound,
        files=files,
        size=size,
        used=used,
    )


__all__ = ("judge_container",)
