# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Suites that fail, break, hang and are not there, run by the real pytest here; and a fault for each kind of the suite that ships.

systemd does not run where these tests do: a script named systemctl prints recorded answers. The molecule scenarios have the real one.
"""

from __future__ import annotations

import os
import pathlib
import subprocess
import sys
import typing as t

import iniconfig
import packaging
import pluggy
import pygments
import pytest
from table import Row, World

Arrange = t.Callable[[World], dict[str, t.Any]]
LOCAL = ["local://"]
GOOD = "def test_shell(host):\n    assert host.run('true').rc == 0\n"
UNIT = {"LoadState": "loaded", "ActiveState": "active", "SubState": "running", "UnitFileState": "enabled", "Type": "simple"}


def suite(body: str, *, timeout: str = "60s", **args: t.Any) -> Arrange:
    def arrange(world: World) -> dict[str, t.Any]:
        (world.folder / "test_it.py").write_text(body)
        return {"suite": [str(world.folder)], "hosts": LOCAL, "timeout": timeout, **args}

    return arrange


def missing_suite(world: World) -> dict[str, t.Any]:
    return {"suite": [str(world.folder / "smoke")], "hosts": LOCAL}


def without_pytest(world: World) -> dict[str, t.Any]:
    """A Python that has nothing installed."""
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(world.folder / "venv")], check=True)
    return {**suite(GOOD)(world), "python": str(world.folder / "venv" / "bin" / "python")}


def without_testinfra(world: World) -> dict[str, t.Any]:
    """A Python that has pytest and what that needs, and nothing else."""
    args = without_pytest(world)
    here = world.folder / "packages"
    here.mkdir()
    for package in (iniconfig, packaging, pluggy, pygments, pytest):
        folder = pathlib.Path(str(package.__file__)).parent
        (here / folder.name).symlink_to(folder)
    for name in ("_pytest", "py.py"):
        (here / name).symlink_to(pathlib.Path(str(pytest.__file__)).parent.parent / name)
    world.runner.environ["PYTHONPATH"] = str(here)
    return args


def expecting(**expect: t.Any) -> Arrange:
    return lambda world: {"expect": [_filled(expect, world)], "hosts": LOCAL, "timeout": "60s"}


def _filled(value: t.Any, world: World) -> t.Any:
    """With FOLDER for the row's own, and a file in it."""
    (world.folder / "app.conf").write_text("port = 8080\n")
    (world.folder / "app.conf").chmod(0o640)
    if isinstance(value, dict):
        return {_filled(name, world): _filled(item, world) for name, item in value.items()}
    if isinstance(value, list):
        return [_filled(item, world) for item in value]
    return value.replace("FOLDER", str(world.folder)) if isinstance(value, str) else value


def unit(changes: dict[str, str], *, script: str = "", enabled: bool = True) -> Arrange:
    def arrange(world: World) -> dict[str, t.Any]:
        lines = "".join(f"{name}={value}\n" for name, value in {**UNIT, **changes}.items())
        program = world.folder / "systemctl"
        program.write_text(f"#!/bin/sh\n{script or f'cat <<END{chr(10)}{lines}END'}\n")
        program.chmod(0o755)
        world.runner.environ["PATH"] = f"{world.folder}:{os.environ['PATH']}"
        return {"expect": [{"units": [{"name": "shop.service", "enabled": enabled}]}], "hosts": LOCAL, "timeout": "60s"}

    return arrange


def row(state: str, arrange: Arrange, status: str, message: str) -> Row:
    return Row("testinfra", state, arrange, status, message)


XFAIL = "import pytest\n\n@pytest.mark.xfail(reason='SHOP-12')\ndef test_known(host):\n    assert host.file('/nonexistent').exists\n"
SKIPPED = "import pytest\n\n@pytest.mark.skip(reason='not here')\ndef test_later(host):\n    pass\n"
FIXTURE = "import pytest\n\n@pytest.fixture\ndef shop():\n    {}\n\ndef test_shop(host, shop):\n    pass\n"
SELF = "import os, signal\n\ndef test_first(host):\n    pass\n\ndef test_last(host):\n    os.kill(os.getpid(), signal.SIGKILL)\n"

ROWS = [
    row("the suite passes", suite(GOOD), "pass", r"^test_it.py::test_shell passed$"),
    row(
        "a test fails",
        suite(f"{GOOD}\ndef test_shop(host):\n    assert False, 'the shop is closed'\n"),
        "fail",
        "test_shop: the shop is closed",
    ),
    row(
        "a port is closed",
        suite("def test_port(host):\n    assert host.socket('tcp://1').is_listening\n"),
        "fail",
        r"assert False, where False = <socket",
    ),
    row("a test fails as expected", suite(GOOD + XFAIL), "warn", "test_known fails, as its suite expects: SHOP-12"),
    row("a test is skipped that must not be", suite(GOOD + SKIPPED, allow_skipped=False), "warn", "test_later was skipped: not here"),
    row("a test may be skipped", suite(GOOD + SKIPPED), "pass", "test_shell passed"),
    row("every test is skipped", suite(SKIPPED), "unknown", "every test was skipped on localhost: nothing was looked at"),
    row("a fixture breaks", suite(FIXTURE.format("raise OSError('no key')")), "unknown", r"carried out \(its set-up\): OSError: no key"),
    row("a clean-up breaks", suite(FIXTURE.format("yield\n    raise OSError('locked')")), "unknown", r"\(its tear-down\): OSError: locked"),
    row(
        "a file cannot be collected",
        suite("import nothing_at_all\n"),
        "unknown",
        "test_it.py could not be collected: ModuleNotFoundError: No module",
    ),
    row("there are no tests", suite("def helper():\n    pass\n"), "unknown", "no tests were collected in"),
    row("no test fits the keyword", suite(GOOD, keyword="shop"), "unknown", "the only test does not fit keyword 'shop'"),
    row("an argument that pytest does not know", suite(GOOD, arguments=["--nonsense"]), "unknown", "pytest did not start: .*--nonsense"),
    row("the suite is missing", missing_suite, "unknown", "the suite .*/smoke does not exist on the controller"),
    row("pytest is not installed", without_pytest, "unknown", "^pytest is not installed for"),
    row("pytest-testinfra is not installed", without_testinfra, "unknown", "^pytest-testinfra is not installed for"),
    row(
        "a test hangs",
        suite(f"{GOOD}import time\n\ndef test_z(host):\n    time.sleep(600)\n", timeout="20s"),
        "unknown",
        "test_z was not run: .* did not end within",
    ),
    row("pytest is killed", suite(SELF), "unknown", "test_last was not run: pytest was ended by the signal 9"),
    row(
        "a host is unreachable",
        suite(GOOD, hosts=["ssh://127.0.0.1:1"]),
        "unknown",
        "127.0.0.1 cannot be used for tests: .*Connection refused",
    ),
    row("common: no port is open there", expecting(ports=["1"]), "fail", "nothing listens on tcp port 1"),
    row("common: a file is there", expecting(files=[{"path": "FOLDER/app.conf", "mode": "0640", "contains": "8080"}]), "pass", "passed"),
    row("common: a file is missing", expecting(files=["FOLDER/other.conf"]), "fail", "other.conf does not exist"),
    row("common: a file has another mode", expecting(files=[{"path": "FOLDER/app.conf", "mode": "0600"}]), "fail", "mode 0640, not 0600"),
    row("common: a user is missing", expecting(users=["root", "no-such-user"]), "fail", "there is no user no-such-user"),
    row(
        "common: a package is missing", expecting(packages={"no-such-package": "1"}), "fail", "the package no-such-package is not installed"
    ),
    row("common: another version", expecting(versions={"echo shop 1.4.2": "1.5"}), "fail", "'echo shop 1.4.2' says shop 1.4.2, not 1.5"),
    row("common: exactly this version", expecting(versions={"echo shop 1.4": "==1.4"}), "pass", "shop"),
    row("common: a longer version", expecting(versions={"echo shop 1.4.2": "==1.4"}), "fail", "says shop 1.4.2, not "),
    row("common: a unit runs", unit({}), "pass", r"test_unit\[shop.service\] passed"),
    row(
        "common: a unit has failed",
        unit({"ActiveState": "failed", "SubState": "failed"}),
        "fail",
        r"shop.service is failed \(failed\), not active",
    ),
    row("common: a unit is not enabled", unit({"UnitFileState": "disabled"}), "fail", "disabled: it does not come back"),
    row(
        "common: systemd cannot be asked",
        unit({}, script="echo Failed to connect to bus >&2; exit 1"),
        "unknown",
        "systemd cannot be asked about shop",
    ),
]
