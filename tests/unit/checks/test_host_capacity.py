# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The room on a host."""

from __future__ import annotations

import os
import pathlib
import subprocess
import types
import typing as t

import pytest
from ansible_collections.operability.readiness.plugins.module_utils._argspec import ArgumentsRefused, parse_arguments
from ansible_collections.operability.readiness.plugins.module_utils._checks import host_capacity
from ansible_collections.operability.readiness.plugins.module_utils._finding import CannotObserve
from fakes import FakeRunner

GIB = 2**30
MOUNTS = r"""22 27 0:21 / /proc rw,relatime - proc proc rw
27 1 254:0 / / rw,relatime shared:1 - ext4 /dev/vda rw,discard
30 27 254:1 / /var rw,relatime shared:2 master:3 - xfs /dev/vdb rw
31 27 254:1 /lib/docker /var/lib/docker rw - xfs /dev/vdb rw
32 27 7:0 / /snap/core/1 ro,nodev - squashfs /dev/loop0 ro
33 27 254:2 / /mnt/read\040only ro - ext4 /dev/vdc ro
34 27 0:50 / /var/lib/docker/overlay2/x/merged rw - overlay overlay rw,lowerdir=/a
35 27 0:51 / /home rw - nfs4 server:/home rw
36 27 0:52 / /tmp rw - tmpfs tmpfs rw
37 27 254:3 / /my\040data rw - ext4 /dev/vdd rw
"""


def space(used: float, total: int, inodes: float = 0.1) -> t.Any:
    blocks, files = total // 4096, 1000
    free = int(blocks * (1 - used))
    return types.SimpleNamespace(
        f_blocks=blocks, f_bfree=free, f_bavail=free, f_frsize=4096, f_files=files, f_ffree=round(files * (1 - inodes))
    )


@pytest.fixture
def host(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> t.Any:
    """A /proc of its own and file systems by their mount points."""
    proc = tmp_path / "proc"
    (proc / "self").mkdir(parents=True)
    (proc / "sys" / "fs").mkdir(parents=True)
    (proc / "self" / "mountinfo").write_text(MOUNTS)
    (proc / "meminfo").write_text("MemTotal: 1000 kB\nMemFree: 10 kB\nMemAvailable: 600 kB\n")
    (proc / "sys" / "fs" / "file-nr").write_text("300\t0\t1000\n")
    spaces = {"/": space(0.5, 100 * GIB), "/var": space(0.5, 100 * GIB), "/my data": space(0.5, 100 * GIB)}
    monkeypatch.setattr(os, "statvfs", lambda place: spaces[place])
    monkeypatch.setattr(os.path, "isdir", lambda place: place in spaces or str(place) == str(proc))

    def run(**args: t.Any) -> t.Any:
        return host_capacity.run(parse_arguments(host_capacity, {"proc": str(proc), **args}), FakeRunner())

    return types.SimpleNamespace(proc=proc, spaces=spaces, run=run)


def test_room_everywhere(host: t.Any) -> None:
    finding = host.run()
    assert str(finding.status) == "pass", finding.message
    assert sorted(finding.observed["file_systems"]) == ["/", "/my data", "/var"]
    assert {m.name for m in finding.measurements} >= {
        "disk_used_ratio",
        "inodes_used_ratio",
        "memory_used_ratio",
        "file_descriptors_used_ratio",
    }


@pytest.mark.parametrize(
    ("used", "total", "status"),
    [
        (0.95, 20 * GIB, "fail"),
        (0.95, 2000 * GIB, "pass"),  # 100 GiB free
        (0.85, 20 * GIB, "warn"),
        (0.85, 2000 * GIB, "pass"),
        (0.95, 210 * GIB, "warn"),  # 10.5 GiB free
        (0.70, 1 * GIB, "pass"),
        (1.0, 20 * GIB, "fail"),
    ],
)
def test_disk_share_and_free_bytes(host: t.Any, used: float, total: int, status: str) -> None:
    host.spaces["/var"] = space(used, total)
    finding = host.run()
    assert str(finding.status) == status, finding.message
    if status != "pass":
        assert finding.message.startswith("/var is")
    ratio = next(m for m in finding.measurements if m.name == "disk_used_ratio")
    assert (ratio.headroom is not None and ratio.headroom <= 0) == (status == "fail")


def test_inodes_memory_descriptors(host: t.Any) -> None:
    host.spaces["/"] = space(0.1, 100 * GIB, inodes=0.97)
    (host.proc / "meminfo").write_text("MemTotal: 1000 kB\nMemAvailable: 20 kB\n")
    (host.proc / "sys" / "fs" / "file-nr").write_text("750\t0\t1000\n")
    finding = host.run()
    assert str(finding.status) == "fail" and "(and 1 more)" in finding.message
    assert finding.details == [
        "/ inodes in use: 97%, the limit is < 90%",
        "memory in use: 98%, the limit is < 95%",
        "file descriptors in use: 75%, which is near the limit of < 80%",
    ]


def test_no_fixed_number_of_inodes(host: t.Any) -> None:
    host.spaces["/"] = types.SimpleNamespace(**{**vars(space(0.1, 100 * GIB)), "f_files": 0, "f_ffree": 0})
    assert str(host.run().status) == "pass"


def test_paths_choose_file_systems(host: t.Any, tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os.path, "lexists", lambda path: not path.startswith("/gone"))
    monkeypatch.setattr(os.path, "realpath", lambda path: path)
    host.spaces["/home"] = space(0.99, 20 * GIB)
    assert list(host.run(paths=["/var/lib/x", "/var"]).observed["file_systems"]) == ["/var"]
    assert host.run(paths=["/home/me"]).message.startswith("/home is 99% full")
    gone = host.run(paths=["/gone"])
    assert str(gone.status) == "unknown" and "/gone does not exist" in gone.message


@pytest.mark.parametrize("name", ["self/mountinfo", "meminfo", "sys/fs/file-nr"])
@pytest.mark.parametrize("text", ["", "garbage", "1 2", "MemTotal: 5 kB"])
def test_garbage_is_unknown(host: t.Any, name: str, text: str) -> None:
    (host.proc / name).write_text(text)
    assert str(host.run().status) == "unknown"
    host.spaces["/var"] = space(0.99, 20 * GIB)
    if name != "self/mountinfo":
        assert str(host.run().status) == "fail"  # what was seen counts more


def test_a_file_system_that_does_not_answer(host: t.Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def stale(place: str) -> t.Any:
        raise OSError(116, "Stale file handle")

    monkeypatch.setattr(os, "statvfs", stale)
    finding = host.run()
    assert str(finding.status) == "unknown" and "Stale file handle" in finding.message


def test_root_elsewhere(host: t.Any) -> None:
    (host.proc / "1").mkdir()
    (host.proc / "1" / "mountinfo").write_text(MOUNTS)
    host.spaces.update(
        {f"/host{point.rstrip('/')}": value for point, value in host.spaces.copy().items()}, **{"/host/": space(0.2, 100 * GIB)}
    )
    assert sorted(host.run(root="/host").observed["file_systems"]) == ["/", "/my data", "/var"]


def test_no_proc(tmp_path: pathlib.Path) -> None:
    args = parse_arguments(host_capacity, {"proc": str(tmp_path / "none")})
    with pytest.raises(CannotObserve, match="does not exist"):
        host_capacity.run(args, FakeRunner())


@pytest.mark.parametrize("limit", ["< 90", "> 10%", "== 50%", "< 0%"])
def test_a_limit_that_cannot_fail_is_refused(limit: str) -> None:
    with pytest.raises(ArgumentsRefused, match="not an upper limit"):
        host_capacity.run(parse_arguments(host_capacity, {"disk": limit}), FakeRunner())


def test_a_full_file_system_really(tmp_path: pathlib.Path) -> None:
    place = tmp_path / "small"
    place.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(place)], capture_output=True, check=False).returncode:
        pytest.skip("this user may not mount")
    try:
        args = parse_arguments(host_capacity, {"paths": [str(place)]})
        assert str(host_capacity.run(args, FakeRunner()).status) == "pass"
        (place / "data").write_bytes(bytes(1_990_000))
        finding = host_capacity.run(args, FakeRunner())
        assert str(finding.status) == "fail" and finding.message.startswith(f"{place} is 9"), finding.message
    finally:
        subprocess.run(["umount", str(place)], check=True)
