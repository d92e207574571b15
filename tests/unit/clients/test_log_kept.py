# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How far back logs reach: rotated files, rules of logrotate, journals; and what stores count as dropped."""

from __future__ import annotations

import bz2
import gzip
import lzma
import os
import pathlib
import time
import typing as t

import pytest
from ansible_collections.operability.readiness.plugins.module_utils._clients.host_age import host_since
from ansible_collections.operability.readiness.plugins.module_utils._clients.journal_kept import kept_by, present_rate
from ansible_collections.operability.readiness.plugins.module_utils._clients.journald import JournalFile
from ansible_collections.operability.readiness.plugins.module_utils._clients.log_drops import _OF_METRICS, of_metrics, of_thread_pools
from ansible_collections.operability.readiness.plugins.module_utils._clients.log_gathered import GatheredFiles, host_of_line
from ansible_collections.operability.readiness.plugins.module_utils._clients.log_generations import first_time_of, reach_of
from ansible_collections.operability.readiness.plugins.module_utils._clients.logrotate_maxage import maxage_of
from ansible_collections.operability.readiness.plugins.module_utils._clients.own_names import addresses_of_interfaces, addresses_of_routes
from ansible_collections.operability.readiness.plugins.module_utils._finding import CannotObserve
from fakes import NOW, Completed, FakeRunner

MOMENT, DAY, MIB = NOW.timestamp(), 86400.0, 2**20


def stamp(days: float) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(MOMENT - days * DAY))


def written(path: pathlib.Path, content: bytes, days: float) -> None:
    path.write_bytes(content)
    os.utime(path, (MOMENT - days * DAY, MOMENT - days * DAY))


# -- generations


@pytest.mark.parametrize(("extension", "pack"), [("gz", gzip.compress), ("bz2", bz2.compress), ("xz", lzma.compress)])
def test_the_first_line_of_a_packed_generation(tmp_path: pathlib.Path, extension: str, pack: t.Callable[[bytes], bytes]) -> None:
    log = tmp_path / "app.log"
    written(log, f"{stamp(0)} x\n".encode(), 0)
    written(tmp_path / f"app.log.2.{extension}", pack(f"no time\n{stamp(3)} first\n{stamp(2)} last\n".encode()), 2)
    written(tmp_path / "app.log.1", f"{stamp(2)} x\n".encode(), 1)
    found = reach_of(str(log), FakeRunner())
    assert (found.oldest, found.exact, found.files) == (MOMENT - 3 * DAY, True, 2)


@pytest.mark.parametrize(
    "content",
    [b"no gzip at all", gzip.compress(b"x" * 1000)[:20], b"", gzip.compress(b"\xff\x00" * 900)],
    ids=["text", "cut", "empty", "bytes"],
)
def test_what_cannot_be_unpacked_or_read_is_at_least_as_old_as_its_last_change(tmp_path: pathlib.Path, content: bytes) -> None:
    log = tmp_path / "app.log"
    written(log, f"{stamp(0)} x\n".encode(), 0)
    written(tmp_path / "app.log.1.gz", content, 5)
    found = reach_of(str(log), FakeRunner())
    assert (found.oldest, found.exact) == ((MOMENT - 5 * DAY, False) if content else (MOMENT, True))
    assert first_time_of(str(tmp_path / "app.log.1.gz"), FakeRunner()) is None


def test_a_bomb_is_unpacked_a_little(tmp_path: pathlib.Path) -> None:
    path = tmp_path / "app.log.1.gz"
    path.write_bytes(gzip.compress(b"\0" * (200 * MIB)))
    assert first_time_of(str(path), FakeRunner()) is None


def test_how_fast_generations_follow_each_other(tmp_path: pathlib.Path) -> None:
    log = tmp_path / "app.log"
    written(log, b"x\n", 0)
    for number in range(1, 5):
        written(tmp_path / f"app.log.{number}", b"x\n", number / 4)
    assert reach_of(str(log), FakeRunner()).spacing == pytest.approx(DAY / 4)
    os.unlink(tmp_path / "app.log.4")
    os.unlink(tmp_path / "app.log.3")
    assert reach_of(str(log), FakeRunner()).spacing is None


def test_an_empty_log_and_none_have_no_line(tmp_path: pathlib.Path) -> None:
    assert reach_of(str(tmp_path / "none.log"), FakeRunner()).oldest is None
    (tmp_path / "empty.log").write_text("")
    assert reach_of(str(tmp_path / "empty.log"), FakeRunner()).oldest is None
    with pytest.raises(CannotObserve, match="is not a regular file"):
        reach_of(str(tmp_path), FakeRunner())


# -- maxage


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("/var/log/app.log {\n  daily\n  maxage 20\n}\n", 20),
        ("maxage 30\n/var/log/app.log {\n  daily\n}\n", 30),
        ("maxage 30\n/var/log/app.log {\n  maxage 20\n}\n", 20),
        ("/var/log/app.log {\n  daily\n}\nmaxage 30\n", None),
        ("/var/log/other.log {\n  maxage 20\n}\n", None),
        ("/var/log/*.log\n{\n  maxage 20\n}\n", 20),
        ('"/var/log/app.log" /var/log/b.log {\n  maxage 20 # days\n}\n', 20),
        ("/var/log/app.log { maxage 20\n}\n", None),  # logrotate takes no directive there
        ("/var/log/app.log {\n  postrotate\n    maxage 9\n  endscript\n  maxage 20\n}\n", 20),
        ("/var/log/app.log {\n  maxage many\n}\n", None),
        ("/var/log/app.log {\n  maxage 20\n}\n/var/log/app.log {\n  maxage 5\n}\n", 20),  # the first one wins
        ('/var/log/"app.log {\n  maxage 20\n}\n', None),
        ("", None),
    ],
)
def test_after_how_many_days_rotated_files_are_removed(tmp_path: pathlib.Path, text: str, days: int | None) -> None:
    config = tmp_path / "logrotate.conf"
    config.write_text(text)
    assert maxage_of(str(config), "/var/log/app.log", FakeRunner()) == (None if days is None else days * DAY)


def test_what_is_included_is_read_by_its_names(tmp_path: pathlib.Path) -> None:
    rules = tmp_path / "logrotate.d"
    rules.mkdir()
    (rules / "b").write_text("/var/log/app.log {\n  maxage 5\n}\n")
    (rules / "a").write_text("/var/log/app.log {\n  maxage 9\n}\n")
    config = tmp_path / "logrotate.conf"
    config.write_text(f"maxage 30\ninclude {rules}\ninclude {tmp_path}/none\ninclude {config}\n")
    assert maxage_of(str(config), "/var/log/app.log", FakeRunner()) == 9 * DAY
    assert maxage_of(str(tmp_path / "none"), "/var/log/app.log", FakeRunner()) is None


# -- journals


def journal(*files: tuple[float, int, bool]) -> list[tuple[float, int, bool]]:
    return [(MOMENT - days * DAY, size, archived) for days, size, archived in files]


@pytest.mark.parametrize(
    ("files", "rate"),
    [
        (journal((2, 128 * MIB, True), (1, 128 * MIB, True), (0, 16 * MIB, False)), 256 * MIB / (2 * DAY)),
        (journal((40, 128 * MIB, True), (2, 64 * MIB, True), (1, 64 * MIB, True), (0, 8 * MIB, False)), 128 * MIB / (2 * DAY)),
        (journal((10, 40 * MIB, False)), 32 * MIB / (10 * DAY)),
        (journal((10, 8 * MIB, False)), 0.0),  # it has been given 8 MiB, and nobody knows what stands in them
        (journal((0.1, 128 * MIB, True), (0, 8 * MIB, False)), None),
        (journal(), None),
    ],
)
def test_how_fast_a_journal_grows(files: list[tuple[float, int, bool]], rate: float | None) -> None:
    assert present_rate(files, MOMENT) == (None if rate is None else pytest.approx(rate))


def files_of(tmp_path: pathlib.Path, *files: tuple[float, int, bool]) -> list[JournalFile]:
    made = []
    for number, (days, size, archived) in enumerate(files):
        path = tmp_path / f"system@{number}.journal"
        with open(path, "wb") as handle:
            handle.truncate(size)
        made.append(JournalFile(str(path), archived, MOMENT - days * DAY))
    return made


@pytest.mark.parametrize(
    ("settings", "days", "by_size"),
    [
        ({"SystemMaxUse": "1280M"}, 10, True),
        ({"SystemMaxUse": "1280M", "MaxRetentionSec": "1week"}, 7, False),
        ({"SystemMaxUse": "1280M", "MaxRetentionSec": "1month"}, 10, True),
        ({"SystemMaxUse": "1280M", "MaxRetentionSec": "0"}, 10, True),
        ({"Storage": "volatile"}, 0, False),
        ({"Storage": "none", "SystemMaxUse": "1280M"}, 0, False),
    ],
)
def test_for_how_long_a_journal_is_kept(tmp_path: pathlib.Path, settings: dict[str, str], days: float, by_size: bool) -> None:
    files = files_of(tmp_path, (2, 128 * MIB, True), (1, 128 * MIB, True), (0, 8 * MIB, False))
    kept, size = kept_by(settings, files, MOMENT)
    assert kept is not None and kept.seconds == pytest.approx(days * DAY) and size is by_size


def test_a_journal_of_an_hour_says_nothing_of_its_size(tmp_path: pathlib.Path) -> None:
    assert kept_by({}, files_of(tmp_path, (0.04, 8 * MIB, False)), MOMENT) == (None, True)


# -- a host


def test_a_host_is_as_old_as_the_oldest_of_what_was_made_when_it_was_set_up() -> None:
    assert host_since(FakeRunner(commands={"stat": Completed(1, "1700000000\n0\n-\n?\n1600000000\n", "stat: cannot statx")})) == 1.6e9
    assert host_since(FakeRunner(commands={"stat": Completed(0, "0\n0\n", "")})) is None
    assert host_since(FakeRunner()) is None


ROUTES = """\
Local:
  +-- 0.0.0.0/0 3 0 5
     |-- 0.0.0.0
        /0 universe UNICAST
     +-- 10.0.0.0/24 2 0 2
        |-- 10.0.0.5
           /32 host LOCAL
        |-- 10.0.0.255
           /32 link BROADCAST
     |-- 127.0.0.1
        /32 host LOCAL
     |-- 169.254.0.9
        /32 host LOCAL
"""


def test_the_addresses_of_a_host() -> None:
    assert addresses_of_routes(ROUTES) == ["10.0.0.5"]
    text = "20010db8000000000000000000000005 02 40 00 80     eth0\nfe80000000000000000000000000001 02\n" + "0" * 31 + "1 01 80 10 80 lo\n"
    assert addresses_of_interfaces(text) == ["2001:db8::5"]


# -- files of a receiver


@pytest.mark.parametrize(
    ("pattern", "path", "hosts"),
    [
        ("/srv/{host}/app.log", "/srv/web1/app.log", ["web1"]),
        ("/srv/{host}/*/app.log", "/srv/web1.example/2026/app.log", ["web1.example"]),
        ("/srv/app-{host}-*.log", "/srv/app-web1-2026-11.log", ["web1", "web1-2026"]),
        ("/srv/{host}/{host}.log", "/srv/web1/web1.log", ["web1"]),
        ("/srv/{host}/{host}.log", "/srv/web1/web2.log", []),
        ("/srv/**/{host}/app.log", "/srv/a/b/web1/app.log", ["web1"]),
        ("/srv/{host}/app[0-9].log", "/srv/web1/app7.log", ["web1"]),
        ("/srv/{host}/app[!0-9].log", "/srv/web1/app7.log", []),
        ("/srv/{host}/a?.log", "/srv/web1/ab.log", ["web1"]),
    ],
)
def test_of_which_host_a_file_is(pattern: str, path: str, hosts: list[str]) -> None:
    assert GatheredFiles(pattern, None, FakeRunner()).host_of(path) == hosts


@pytest.mark.parametrize(
    ("line", "host"),
    [
        ("2026-11-25T06:00:00+01:00 web1 payments[12]: x", "web1"),
        ("<14>Nov 25 06:00:00 web1.example payments: x", "web1.example"),
        ("Nov  5 06:00:00 2026 web1 payments: x", "web1"),
        ("<14>1 2026-11-25T06:00:00.123Z web1 payments 12 - - x", "web1"),
        ("2026-11-25 06:00:00,123 web1 x", "web1"),
        ('{"host":{"name":"web1"},"message":"x"}', "web1"),
        ('{"hostname":"web2"}', "web2"),
        ('{"message":"x"}', None),
        ('{"host":', None),
        ("2026-11-25T06:00:00Z stdout F x", None),
        ("2026-11-25T06:00:00Z INFO payments: x", None),
        ("2026-11-25 06:00:00 web9 payments x", None),
        ("2026-11-25T06:00:00+00:00 web9 payments: x", "web9"),
        ('2026-11-25T06:00:00Z\tpayments\t{"host":"web9"}', "web9"),
        ('{"source":"stdout","message":"x"}', None),
        ('{"source":"web1","message":"x"}', "web1"),
        ("{" * 100_000, None),
        ("a line", None),
        ("Nov 25 06:00:00 payments[12]: without a host", None),
        ("", None),
    ],
)
def test_which_host_a_line_names(line: str, host: str | None) -> None:
    assert host_of_line(line, lambda name: name == "web1") == host


# -- what stores count


PAGE = """\
# TYPE vl_rows_dropped_total counter
vl_rows_dropped_total{reason="too_small_timestamp"} 12
vl_rows_dropped_total{reason="debug"} 0
vl_too_long_lines_skipped_total 3
vl_rows_ingested_total{type="jsonline"} 1e+3
vl_rows_ingested_total{type="syslog"} nonsense
"""


def test_what_a_page_of_metrics_counts() -> None:
    found = of_metrics(PAGE, _OF_METRICS["victorialogs"])
    assert found is not None
    assert (found.dropped, found.taken, str(found.why)) == (15, 985, "too_small_timestamp 12, vl_too_long_lines_skipped_total 3")
    assert of_metrics("up 1\n", _OF_METRICS["victorialogs"]) is None
    assert of_metrics(PAGE, _OF_METRICS["loki"]) is None


@pytest.mark.parametrize(
    ("data", "counted"),
    [
        ({"nodes": {"a": {"thread_pool": {"write": {"rejected": 2, "completed": 90}}}, "b": {"thread_pool": {}}}}, (2, 90)),
        ({"nodes": {"a": {"thread_pool": {"write": {"rejected": "2", "completed": 90}}}}}, None),
        ({"nodes": []}, None),
        ([], None),
    ],
)
def test_what_nodes_have_refused(data: object, counted: tuple[int, int] | None) -> None:
    found = of_thread_pools(data)
    assert (None if found is None else (found.dropped, found.taken)) == counted
