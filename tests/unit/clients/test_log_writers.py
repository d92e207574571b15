# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who writes into a rotated or deleted file of a log."""

from __future__ import annotations

import pathlib
import threading
import time

import pytest
from ansible_collections.operability.readiness.plugins.module_utils._clients import log_files, log_writers


def process(folder: pathlib.Path, pid: int, target: str, flags: str = "0102001", command: str = "app") -> None:
    (folder / str(pid) / "fd").mkdir(parents=True)
    (folder / str(pid) / "fdinfo").mkdir()
    (folder / str(pid) / "comm").write_text(command + "\n")
    (folder / str(pid) / "fd" / "3").symlink_to(target)
    (folder / str(pid) / "fdinfo" / "3").write_text(f"pos:\t0\nflags:\t{flags}\n")


def test_writers(tmp_path: pathlib.Path) -> None:
    log, rotated, packed = (tmp_path / name for name in ("app.log", "app.log.1", "app.log.2.gz"))
    for path in (log, rotated, packed):
        path.write_text("a line\n")
    folder = tmp_path / "proc"
    process(folder, 10, str(rotated))
    process(folder, 11, str(rotated), flags="0100000")  # a shipper that reads
    process(folder, 12, str(packed))  # what compresses
    process(folder, 13, str(log))  # right
    process(folder, 14, f"{log} (deleted)")
    process(folder, 15, "/elsewhere/app.log (deleted)")
    process(folder, 16, "socket:[1]")
    (folder / "self").mkdir()
    found, unseen = log_writers.writers_into(str(log), log_files.rotated_files(str(log)), str(folder))
    assert sorted(writer.pid for writer in found) == [10, 14]
    assert unseen == 0


def test_logs_that_are_looked_at_together_share_a_look_at_all_processes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each sees what was open when it asked, or later."""
    looks: list[float] = []

    def look(_proc: str) -> tuple[dict[str, dict[str, str]], int]:
        looks.append(time.monotonic())
        time.sleep(0.1)
        return {str(len(looks)): {}}, 0

    monkeypatch.setattr(log_writers, "_look", look)
    open_files = log_writers._OpenFiles()
    seen: list[tuple[float, int]] = []

    def ask() -> None:
        asked = time.monotonic()
        ((number, _targets),) = open_files.now("/proc")[0].items()
        seen.append((asked, int(number)))

    threads = [threading.Thread(target=ask) for _unused in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    ask()
    assert len(seen) == 9 and len(looks) < 6
    assert all(looks[number - 1] >= asked for asked, number in seen)
    assert seen[-1][1] == len(looks), "who asks afterwards looks anew"


# a container that has /srv/app of the host as /logs, and one log of the host as /app/out.txt
HOST_MOUNTS = "22 1 254:0 / / rw,relatime - ext4 /dev/vda rw\n30 22 254:1 / /srv rw - ext4 /dev/vdb rw\n"
CONTAINER_MOUNTS = (
    "90 80 0:55 / / rw - overlay overlay rw\n91 90 254:1 /app /logs rw - ext4 /dev/vdb rw\n"
    "92 90 254:1 /app/app.log.1//deleted /app/out.txt rw - ext4 /dev/vdb rw\n93 90 0:60 / /with\\040blank rw - tmpfs tmpfs rw\n"
)


@pytest.mark.parametrize(
    ("path", "mounts", "place"),
    [
        ("/srv/app/app.log", HOST_MOUNTS, ("254:1", "/app/app.log")),
        ("/var/log/app.log", HOST_MOUNTS, ("254:0", "/var/log/app.log")),
        ("/logs/app.log.1", CONTAINER_MOUNTS, ("254:1", "/app/app.log.1")),
        ("/app/out.txt", CONTAINER_MOUNTS, ("254:1", "/app/app.log.1")),
        ("/app/other.txt", CONTAINER_MOUNTS, ("0:55", "/app/other.txt")),
        ("/with blank/x", CONTAINER_MOUNTS, ("0:60", "/x")),
        ("/x", "", None),
        ("/x", "garbage\n1 2 3\n", None),
    ],
)
def test_places_of_files_behind_mounts(path: str, mounts: str, place: tuple[str, str] | None) -> None:
    assert log_writers.place_of(path, mounts) == place


def test_deleted_files_of_containers(tmp_path: pathlib.Path) -> None:
    folder = tmp_path / "proc"
    process(folder, 20, "/logs/app.log (deleted)")
    process(folder, 21, "/app/out.txt (deleted)")
    process(folder, 22, "/logs/other.log (deleted)")
    process(folder, 23, "/srv/app/app.log (deleted)")  # of another volume that has the same path there
    process(folder, 24, "/logs/app.log (deleted)", flags="0100000")
    for pid in range(20, 25):
        (folder / str(pid) / "ns").mkdir()
        (folder / str(pid) / "ns" / "mnt").symlink_to("mnt:[2]")
        (folder / str(pid) / "mountinfo").write_text(CONTAINER_MOUNTS)
    (folder / "self" / "ns").mkdir(parents=True)
    (folder / "self" / "ns" / "mnt").symlink_to("mnt:[1]")
    (folder / "self" / "mountinfo").write_text(HOST_MOUNTS)
    found, _unseen = log_writers.writers_into("/srv/app/app.log", [], str(folder))
    assert sorted(writer.pid for writer in found) == [20, 21]
