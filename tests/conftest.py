# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes the checkout importable as the collection it is, and starts real servers for whoever asks for one."""

from __future__ import annotations

import os
import pathlib
import sys
import typing as t

import pytest

ROOT = pathlib.Path(__file__).resolve().parent.parent
LINK = ROOT / "collections" / "ansible_collections" / "operability" / "readiness"
if not LINK.exists():
    LINK.parent.mkdir(parents=True, exist_ok=True)
    LINK.symlink_to("../../..")
for folder in (ROOT / "collections", ROOT / "playbooks" / "files" / "demo", ROOT / "tests"):
    sys.path.insert(0, str(folder))

from servers import Binaries, Server  # noqa: E402 # found by the path above


def _variants() -> dict[str, Binaries]:
    packages = ROOT / ".cache" / "debian" / "root"
    newer = ROOT / ".cache" / "go"
    found = {"debian": Binaries(packages)}
    if (newer / "stamp").exists():  # written when the last of them has been built
        found["newer"] = Binaries(packages, newer / "bin")
    return found


VARIANTS = _variants()


def binaries_of(variant: str) -> Binaries:
    """The servers of one variant; without Debian's, the test is skipped."""
    if not VARIANTS[variant].root.exists():
        pytest.skip("real servers are not here: run dev/debian-packages")
    return VARIANTS[variant]


@pytest.fixture(scope="session")
def binaries() -> Binaries:
    """Debian's versions of the servers."""
    return binaries_of("debian")


@pytest.fixture(scope="session", params=sorted(VARIANTS))
def each_binaries(request: pytest.FixtureRequest) -> Binaries:
    """Debian's versions of the servers, then the newer ones where they have been built."""
    return binaries_of(request.param)


class Running:
    """Starts servers in folders below ``folder`` and stops them all at the end."""

    def __init__(self, folder: pathlib.Path) -> None:
        self.folder = folder
        self.started: list[Server] = []

    def start(self, kind: type, *args: t.Any, **options: t.Any) -> t.Any:
        """``running.start(Prometheus, binaries, config=...)``: a server of that kind, ready."""
        server = kind(self.folder / f"{kind.__name__.lower()}-{len(self.started)}", *args, **options)
        self.started.append(server)
        return server.start()

    def stop(self) -> None:
        for server in reversed(self.started):
            server.stop()


@pytest.fixture
def running(tmp_path: pathlib.Path) -> t.Iterator[Running]:
    """Servers for one test."""
    servers = Running(tmp_path / "servers")
    yield servers
    servers.stop()


@pytest.fixture(scope="module")
def module_running(tmp_path_factory: pytest.TempPathFactory) -> t.Iterator[Running]:
    """Servers shared by the tests of one file."""
    servers = Running(tmp_path_factory.mktemp("servers"))
    yield servers
    servers.stop()


@pytest.fixture(scope="session", autouse=True)
def _log_servers() -> t.Iterator[None]:
    """Stops the log stores that the tests of this process share: a process of a worker ends without what it has registered for its end."""
    yield
    if log_servers := sys.modules.get("log_servers"):
        log_servers.stop_all()


os.environ.setdefault("ANSIBLE_COLLECTIONS_PATH", str(ROOT / "collections"))
