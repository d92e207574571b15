# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What engines say of containers, read."""

from __future__ import annotations

import json
import pathlib
import typing as t

import pytest
from ansible_collections.operability.readiness.plugins.module_utils._clients import containers
from ansible_collections.operability.readiness.plugins.module_utils._finding import CannotObserve
from fakes import Completed, FakeRunner

IDENTITY = "0123456789abcdef" * 4


def entry(logs: object, **more: t.Any) -> dict[str, t.Any]:
    return {"Id": IDENTITY, "Name": "/orders", "HostConfig": {"LogConfig": logs}, "LogPath": "/x/a.log", **more}


def parsed(*entries: object, name: str = "orders") -> containers.Container | None:
    return containers.parse_inspect(json.dumps(entries), name, "docker")


def test_a_container_of_docker() -> None:
    found = parsed(entry({"Type": "json-file", "Config": {"max-size": "10m"}}, State={"Running": True}))
    assert found == containers.Container("orders", "docker", "json-file", {"max-size": "10m"}, "/x/a.log", True)


def test_a_container_of_podman() -> None:
    logs = {"Type": "k8s-file", "Config": None, "Path": "/y/ctr.log", "Size": "10MB"}
    found = parsed(entry(logs, Name="orders", LogPath=None, State={"Running": False, "ConmonPid": 17}))
    assert found == containers.Container("orders", "docker", "k8s-file", {"max-size": "10MB"}, "/y/ctr.log", False, 17)
    unbounded = parsed(entry({**logs, "Size": "0B"}))
    assert unbounded is not None and unbounded.options == {}


def test_by_its_identity_and_among_others() -> None:
    logs = {"Type": "local", "Config": {}}
    assert parsed(entry(logs), name=IDENTITY[:12]) is not None
    assert parsed(entry(logs, Name="/other"), entry(logs)) is not None
    assert parsed(entry(logs), name="order") is None and parsed(name="orders") is None


@pytest.mark.parametrize("text", ["", "{}", "null", "<html>", "[" * 100000, "7", '"a"'])
def test_nonsense(text: str) -> None:
    with pytest.raises(CannotObserve, match="did not answer with a list"):
        containers.parse_inspect(text, "orders", "docker")


@pytest.mark.parametrize("logs", [None, 7, [], {}, {"Type": ""}, {"Type": ["json-file"]}])
def test_half_an_answer(logs: object) -> None:
    with pytest.raises(CannotObserve, match="does not tell by which driver orders logs"):
        parsed(entry(logs))
    with pytest.raises(CannotObserve):
        parsed({"Name": "/orders", "HostConfig": 7})


def of(options: dict[str, str], monitor: int | None = None) -> containers.Container:
    return containers.Container("orders", "docker", "json-file", options, "", True, monitor)


@pytest.mark.parametrize(
    ("given", "size"),
    [
        *(("10m", 10**7), ("1G", 10**9), ("500k", 500_000), ("1048576", 2**20), ("10MB", 10**7), ("10MiB", 10 * 2**20)),
        *(("9.537MiB", int(9.537 * 2**20)), ("10kb", 10**4), ("-1", None), ("-1B", None), ("0", None), ("", None)),
    ],
)
def test_sizes(given: str, size: int | None) -> None:
    assert containers.max_size(of({"max-size": given})) == size


def test_a_size_that_is_none() -> None:
    with pytest.raises(CannotObserve, match="no size: much"):
        containers.max_size(of({"max-size": "much"}))


def test_what_podman_hands_to_who_writes(tmp_path: pathlib.Path) -> None:
    (tmp_path / "17").mkdir()
    (tmp_path / "17" / "cmdline").write_text("conmon\0-l\0k8s-file:/x\0--log-size-max\0" + "1048576\0-c\0x\0")
    assert containers.max_size(of({}, 17), str(tmp_path)) == 2**20
    assert containers.max_size(of({}, 18), str(tmp_path)) is None
    assert containers.max_size(of({"max-size": "5m"}, 17), str(tmp_path)) == 5_000_000


def test_how_many_files() -> None:
    assert [containers.max_files(of({"max-file": given}), 1) for given in ("3", "0", "x", "-1", "9" * 30)] == [3, 1, 1, 1, 1]


def test_what_its_files_have(tmp_path: pathlib.Path) -> None:
    for name, size in (("a-json.log", 10), ("a-json.log.1", 20), ("a-json.log.2.gz", 30), ("b-json.log", 40), ("a-json.log.old", 50)):
        (tmp_path / name).write_text("x" * size)
    assert containers.used(str(tmp_path / "a-json.log")) == 60
    assert (
        containers.used("") is None
        and containers.used(str(tmp_path / "none" / "x")) is None
        and containers.used(str(tmp_path / "c")) is None
    )


def test_which_engine_is_asked() -> None:
    answer = Completed(0, json.dumps([entry({"Type": "local"})]), "")
    missing = Completed(1, "[]", "Error: no such object: orders\n")
    down = Completed(1, "", "Cannot connect to the Docker daemon\n")
    both = FakeRunner(commands={"docker": missing, "podman": answer})
    assert containers.inspect("orders", None, both).engine == "podman"  # type: ignore[union-attr]
    assert both.ran[0][0] == ["docker", "inspect", "--type", "container", "--", "orders"]
    assert containers.inspect("orders", "docker", both) is None
    assert containers.inspect("orders", None, FakeRunner(commands={"docker": down, "podman": answer})) is not None
    with pytest.raises(CannotObserve, match="does not tell how orders logs: Cannot connect"):
        containers.inspect("orders", None, FakeRunner(commands={"docker": down, "podman": missing}))
    with pytest.raises(CannotObserve, match="podman is not installed"):
        containers.inspect("orders", "podman", FakeRunner(commands={"docker": answer}))
