# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Parts of a restore that no tool is needed for: the scratch space, the record, what a dump is let through, and the comparison."""

from __future__ import annotations

import dataclasses
import datetime as dt
import os
import pathlib
import re
import time
import typing as t

import pytest
from ansible_collections.operability.readiness.plugins.module_utils._argspec import ArgumentsRefused, parse_arguments
from ansible_collections.operability.readiness.plugins.module_utils._checks import (
    _backup_tools,
    _restore_attempt,
    _restore_borg,
    _restore_comparison,
    _restore_record,
    _restored_database,
    _scratch_mariadb,
    _scratch_postgresql,
    _scratch_servers,
    _scratch_space,
    backup_restore,
)
from ansible_collections.operability.readiness.plugins.module_utils._checks._backup_proofs import Generation, Restored, RestoreFailed
from ansible_collections.operability.readiness.plugins.module_utils._checks._judgement import Judgement
from ansible_collections.operability.readiness.plugins.module_utils._engine import Item, run_item
from ansible_collections.operability.readiness.plugins.module_utils._finding import CannotObserve, Finding
from ansible_collections.operability.readiness.plugins.module_utils._masking import shown_address
from ansible_collections.operability.readiness.plugins.module_utils._phrase import phrase, verbatim
from ansible_collections.operability.readiness.plugins.module_utils._runner import Runner

NOW = dt.datetime.now(dt.timezone.utc)


class Half:
    """A tool that writes what it is told."""

    def __init__(self, *generations: Generation, writes: t.Callable[[str], Restored] | None = None, fails: tuple[str, ...] = ()) -> None:
        self.made, self.writes, self.fails = list(generations), writes, fails

    def generations(self, args: t.Any, runner: Runner) -> list[Generation]:
        return self.made

    def restore(self, args: t.Any, runner: Runner, generation: Generation, target: str) -> Restored:
        if generation.id in self.fails:
            raise RestoreFailed(verbatim("no such chunk"))
        if self.writes:
            return self.writes(target)
        pathlib.Path(target, "file").write_text("x")
        return Restored(1, 1)


def one(name: str = "a", hours: float = 3, size: int | None = None) -> Generation:
    return Generation(name, NOW - dt.timedelta(hours=hours), size)


def found(monkeypatch: pytest.MonkeyPatch, tmp_path: pathlib.Path, half: Half, **more: t.Any) -> Finding:
    scratch = tmp_path / "scratch"
    scratch.mkdir(exist_ok=True)
    monkeypatch.setattr(backup_restore, "restore_of", lambda _tool: half)
    args = {"tool": "restic", "repository": "/srv/restic", "scratch": str(scratch), **more}
    finding = run_item(Item(key="x", check="backup_restore", args=args), Runner(environ=dict(os.environ)))[0]
    assert list(scratch.iterdir()) == []
    return finding


def test_what_nobody_looked_into_is_not_fully_proven(monkeypatch: pytest.MonkeyPatch, tmp_path: pathlib.Path) -> None:
    finding = found(monkeypatch, tmp_path, Half(one()))
    assert (str(finding.status), str(finding.message)[:44]) == ("warn", "nothing of what was restored was looked into")


def test_a_file_of_the_listing_is_missing_or_shorter(monkeypatch: pytest.MonkeyPatch, tmp_path: pathlib.Path) -> None:
    def writes(target: str) -> Restored:
        pathlib.Path(target, "here").write_text("12345")
        return Restored(1, 5, listed={"here": 9, f"{target}/gone": 1})

    finding = found(monkeypatch, tmp_path, Half(one(), writes=writes))
    assert (
        str(finding.status) == "fail"
        and "backup lists 9 B" in " ".join(finding.details)
        and "was not restored" in " ".join(finding.details)
    )


def test_older_ones_are_tried_only_when_told_to(monkeypatch: pytest.MonkeyPatch, tmp_path: pathlib.Path) -> None:
    half = Half(one("new", 3), one("old", 27), fails=("new",))
    assert str(found(monkeypatch, tmp_path, half).status) == "fail"
    finding = found(monkeypatch, tmp_path, half, fall_back=True)
    assert str(finding.status) == "warn" and "the older backup old" in finding.message
    all_bad = Half(one("new", 3), one("old", 27), fails=("new", "old"))
    assert str(found(monkeypatch, tmp_path, all_bad, fall_back=True).status) == "fail"


def test_dates_in_the_future_are_passed_over(monkeypatch: pytest.MonkeyPatch, tmp_path: pathlib.Path) -> None:
    assert "every backup in /srv/restic is dated in the future" in found(monkeypatch, tmp_path, Half(one(hours=-48))).message
    finding = found(monkeypatch, tmp_path, Half(one("later", -48), one("now")))
    assert finding.observed["generation"] == "now" and "1 backup dated in the future" in " ".join(finding.details)


def test_a_size_that_is_known_is_refused_before_anything_is_written(monkeypatch: pytest.MonkeyPatch, tmp_path: pathlib.Path) -> None:
    finding = found(monkeypatch, tmp_path, Half(one(size=2**40)), max_bytes="1GiB")
    assert str(finding.status) == "unknown" and "nothing was restored" in finding.message
    finding = found(monkeypatch, tmp_path, Half(one(size=2**60)), max_bytes="2000000TiB")
    assert str(finding.status) == "unknown" and "free: nothing was restored" in finding.message


def test_a_tool_that_writes_by_itself_is_stopped_too(monkeypatch: pytest.MonkeyPatch, tmp_path: pathlib.Path) -> None:
    def writes(target: str) -> Restored:
        pathlib.Path(target, "large").write_bytes(b"x" * 3_000_000)
        return Restored(1, 3_000_000)

    finding = found(monkeypatch, tmp_path, Half(one(), writes=writes), max_bytes="2MB")
    assert str(finding.status) == "unknown" and "the restore was stopped at 2.9 MiB" in finding.message


def test_a_failure_in_between_leaves_no_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: pathlib.Path) -> None:
    def writes(target: str) -> Restored:
        os.mkdir(os.path.join(target, "closed"), 0o500)
        raise ValueError("a defect")

    assert "please report this as a defect" in found(monkeypatch, tmp_path, Half(one(), writes=writes)).message


def test_no_secret_is_recorded(monkeypatch: pytest.MonkeyPatch, tmp_path: pathlib.Path) -> None:
    record = tmp_path / "record.json"
    words = ["sh", "-c", "echo Tr0ub4dor >&2; exit 1"]
    finding = found(monkeypatch, tmp_path, Half(one()), password="Tr0ub4dor", record=str(record), verify_command=words)
    assert str(finding.status) == "fail" and "Tr0ub4dor" not in record.read_text() + str(finding.as_dict())


def test_a_command_is_led_to_nothing_else(monkeypatch: pytest.MonkeyPatch, tmp_path: pathlib.Path) -> None:
    monkeypatch.setenv("PGHOST", "live.example.com")
    words = ["sh", "-c", 'test -z "$PGHOST" && test -f "$RESTORED/file"']
    finding = found(monkeypatch, tmp_path, Half(one()), password="hidden-one", verify_command=words)
    assert str(finding.status) == "pass", finding.message


# -- scratch space


def test_what_is_left_is_removed_and_nothing_else(tmp_path: pathlib.Path) -> None:
    with _scratch_space.Scratch(str(tmp_path), 10**6) as running:
        left = _scratch_space.Scratch(str(tmp_path), 10**6)
        left.__enter__()
        pathlib.Path(left.path, "r").mkdir()
        os.close(t.cast("int", left._held))  # as the kernel does when a process ends
        others = [tmp_path / "readiness-restore-1-zz", tmp_path / "thesis"]
        for path in others:
            path.mkdir()
        (tmp_path / "readiness-restore-1-0123456789ab").symlink_to(others[1])
        told, kept = _scratch_space.left_behind(str(tmp_path))
        assert len(told) == 1 and "1 killed restore" in told[0]
        assert len(kept) == 1 and str(others[0]) in kept[0] and others[0].is_dir(), "named as none of these are: told, and left alone"
        assert os.path.isdir(running.path) and not os.path.exists(left.path)
        assert all(path.is_dir() for path in others)
    assert not os.path.exists(running.path)


def test_a_new_folder_without_its_marker_is_left_alone(tmp_path: pathlib.Path) -> None:
    folder = tmp_path / "readiness-restore-1-0123456789ab"
    folder.mkdir()
    assert _scratch_space.left_behind(str(tmp_path)) == ([], [])
    os.utime(folder, (time.time() - 3600, time.time() - 3600))
    assert _scratch_space.left_behind(str(tmp_path))[0] and not folder.exists()


def test_the_marker_of_another_host_is_not_believed_to_be_dead(tmp_path: pathlib.Path) -> None:
    folder = tmp_path / "readiness-restore-1-0123456789ab"
    folder.mkdir()
    (folder / _scratch_space.MARKER).write_text('{"pid": 1, "host": "elsewhere"}')
    _told, kept = _scratch_space.left_behind(str(tmp_path))
    assert len(kept) == 1 and folder.is_dir()


def test_a_file_with_two_names_counts_once(tmp_path: pathlib.Path) -> None:
    (tmp_path / "a").write_bytes(b"x" * 1000)
    os.link(tmp_path / "a", tmp_path / "b")
    (tmp_path / "c").symlink_to("a")
    assert _scratch_space.measured(str(tmp_path)) == (1, 1000)


# -- the record


@dataclasses.dataclass(frozen=True)
class Asked:
    of: dict[str, object]
    wanted: list[str]
    min_files: int = 1
    of_one_host: bool = True
    max_age: float | None = None
    rto: float | None = None


def record(**changes: t.Any) -> _restore_record.Record:
    fields: dict[str, t.Any] = {
        "generation": "a",
        "generation_time": NOW,
        "files": 1,
        "bytes": 1,
        "duration": 10.0,
        "proven": ["restored", "listing"],
        "result": "pass",
        "message": "",
    }
    return _restore_record.made(NOW, {"tool": "file"}, **{**fields, **changes})


def test_a_record_is_itself_after_it_was_kept(tmp_path: pathlib.Path) -> None:
    made = dataclasses.replace(record(), ended=NOW.replace(microsecond=0), generation_time=NOW.replace(microsecond=0))
    _restore_record.write(str(tmp_path / "r"), made)
    assert _restore_record.read(str(tmp_path / "r"), {"tool": "file"}) == made


@pytest.mark.parametrize(
    ("changes", "asked", "serves"),
    [
        ({}, {}, True),
        ({"result": "fail"}, {}, False),
        ({"result": "warn"}, {}, False),
        ({"duration": 100.0}, {"rto": 60.0}, False),
        ({}, {"min_files": 2}, False),
        ({}, {"wanted": ["restored", "verify_query 12"]}, False),
        ({"proven": ["restored", "verify_query 12"]}, {"wanted": ["restored", "verify_query 12"]}, True),
    ],
)
def test_only_a_good_record_of_the_same_questions_stands_for_a_restore(
    changes: dict[str, t.Any], asked: dict[str, t.Any], serves: bool
) -> None:
    held = Asked(**{"of": {"tool": "file"}, "wanted": ["restored"], **asked})
    assert _restore_record.serves(record(**changes), held, 60.0, 3600.0) is serves
    assert not _restore_record.serves(record(**changes), held, 7200.0, 3600.0)


def test_a_record_of_another_host_stands_only_where_no_path_names_the_backups() -> None:
    made = dataclasses.replace(record(), host="elsewhere")
    held = Asked({"tool": "restic"}, ["restored"])
    assert not _restore_record.serves(made, held, 60.0, 3600.0)
    assert _restore_record.serves(made, dataclasses.replace(held, of_one_host=False), 60.0, 3600.0)


@pytest.mark.parametrize(
    ("args", "one"),
    [
        ({"tool": "restic", "repository": "/srv/restic"}, True),
        ({"tool": "restic", "repository": "local:/srv/restic"}, True),
        ({"tool": "restic", "repository": "sftp:backup@store:/srv"}, False),
        ({"tool": "restic", "repository": "rest:https://store/payments"}, False),
        ({"tool": "borg", "repository": "backup@store:payments"}, False),
        ({"tool": "borg", "config": "/etc/borgmatic/config.yaml"}, True),
        ({"tool": "file", "pattern": ["/var/backups/*.gz"]}, True),
        ({"tool": "pgbackrest", "stanza": "main"}, False),
    ],
)
def test_a_path_leads_elsewhere_on_another_host(args: dict[str, t.Any], one: bool) -> None:
    assert _backup_tools.is_of_one_host(args) is one


@pytest.mark.parametrize(
    "changes",
    [
        {"duration": -5.0},
        {"duration": float("nan")},
        {"duration": float("inf")},
        {"files": -1},
        {"bytes": -1},
        {"files": 0, "bytes": 0},
        {"files": 0, "bytes": 9},
        {"proven": ["restored"]},
        {"proven": ["listing"]},
        {"generation_time": NOW + dt.timedelta(days=2)},
    ],
)
def test_a_record_that_no_restore_can_have_left_proves_nothing(tmp_path: pathlib.Path, changes: dict[str, t.Any]) -> None:
    _restore_record.write(str(tmp_path / "r"), record(**changes))
    with pytest.raises(CannotObserve, match="is nothing that a check has kept"):
        _restore_record.read(str(tmp_path / "r"), {"tool": "file"})


def test_a_command_alone_may_be_content_with_no_file(tmp_path: pathlib.Path) -> None:
    _restore_record.write(str(tmp_path / "r"), record(files=0, bytes=0, proven=["restored", "verify_command 12"]))
    assert _restore_record.read(str(tmp_path / "r"), {"tool": "file"})


def test_another_question_is_another_one() -> None:
    args: dict[str, t.Any] = {"verify_database": None, "verify_query": "SELECT 1", "expect": "1", "verify_command": None}
    args.update(manifest=None, database=None, compare_with="live")
    first = _restore_attempt.wanted(t.cast("_restore_attempt.Asked", args))
    second = _restore_attempt.wanted(t.cast("_restore_attempt.Asked", {**args, "expect": "2"}))
    assert first != second and "live" in first and "SELECT" not in str(first)


# -- databases


@pytest.mark.parametrize(
    ("line", "given"),
    [
        (b"COPY public.payments (id) FROM stdin;\n", True),
        (b"\\N\t\\\\!\n", True),
        (b"\\.\n", True),
        (b"\\connect payments\n", True),
        (b"\\restrict abc\n", True),
        (b"CREATE TABLESPACE live LOCATION '/srv';\n", False),
        (b"\\! rm -rf /\n", False),
        (b"\\copy payments to '/tmp/x'\n", False),
        (b"\\o /etc/passwd\n", False),
        (b"\\i /etc/passwd\n", False),
    ],
)
def test_what_of_a_dump_reaches_psql(line: bytes, given: bool) -> None:
    assert _scratch_postgresql._is_given(line) is given


@pytest.mark.parametrize(
    ("line", "given"), [(b"INSERT INTO t VALUES (1);\n", True), (b"\\! id\n", False), (b"source /etc/passwd\n", False)]
)
def test_what_of_a_dump_reaches_mariadb(line: bytes, given: bool) -> None:
    assert _scratch_mariadb._is_given(line) is given


def test_what_a_client_says_is_read_to_its_end_or_not_judged(monkeypatch: pytest.MonkeyPatch, tmp_path: pathlib.Path) -> None:
    (tmp_path / "dump").write_text("x\n")
    words = ["sh", "-c", "cat > /dev/null; yes complaint | head -c 300000 >&2; echo last >&2"]
    with _scratch_space.Scratch(str(tmp_path), 10**6) as scratch:
        runner = Runner(environ=dict(os.environ))
        _rc, lines = _scratch_servers.fed(runner, scratch, words, str(tmp_path / "dump"), _scratch_postgresql._is_given)
        assert lines[-1] == "last"
        monkeypatch.setattr(_scratch_servers, "COMPLAINTS", 1000)
        with pytest.raises(CannotObserve, match="of messages"):
            _scratch_servers.fed(runner, scratch, words, str(tmp_path / "dump"), _scratch_postgresql._is_given)


def test_links_that_lead_out_of_the_scratch_space(tmp_path: pathlib.Path) -> None:
    with _scratch_space.Scratch(str(tmp_path), 10**6) as scratch:
        data, space = pathlib.Path(scratch.folder("data")), pathlib.Path(scratch.folder("space"))
        (data / "pg_tblspc").mkdir()
        (data / "pg_tblspc" / "1").symlink_to("/srv/live/space")
        (data / "server.key").symlink_to("/etc/ssl/private/x.key")
        with pytest.raises(CannotObserve, match="outside the scratch space"):
            _scratch_servers.held_inside(str(data), scratch, {})
        _scratch_servers.held_inside(str(data), scratch, {"/srv/live/space": str(space)})
        assert os.readlink(data / "pg_tblspc" / "1") == str(space)
        assert not os.path.lexists(data / "server.key")


def test_settings_of_the_recovery_are_taken_over_and_no_standby_is_made(tmp_path: pathlib.Path) -> None:
    (tmp_path / "standby.signal").touch()
    (tmp_path / "postgresql.conf").write_text("restore_command = 'get ''%f'' %p'\nrecovery_target_time = '2026-01-01'\n")
    (tmp_path / "postgresql.auto.conf").write_text("recovery_target_time = '2026-02-02'\nrecovery_target_action = 'shutdown'\n")
    assert _scratch_postgresql._recovery(str(tmp_path)) == {"restore_command": "get '%f' %p"}
    assert (tmp_path / "recovery.signal").exists() and not (tmp_path / "standby.signal").exists()


def test_a_cluster_that_needs_no_archive_starts_without_one(tmp_path: pathlib.Path) -> None:
    (tmp_path / "standby.signal").touch()
    assert _scratch_postgresql._recovery(str(tmp_path)) == {}
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"--\n-- PostgreSQL database dump\n--\n", "postgresql_dump"),
        (b"--\n-- PostgreSQL database cluster dump\n--\n", "postgresql_dump"),
        (b"PGDMP\x01\x0e", "postgresql_dump"),
        (b"/*M!999999\\- enable the sandbox mode */ \n-- MariaDB dump 10.19\n", "mysql_dump"),
        (b"-- MySQL dump 10.13  Distrib 8.0\n", "mysql_dump"),
        (b"SQLite format 3\x00", "sqlite"),
        (b"pg_dump: error: connection to server failed", None),
        (b"", None),
    ],
)
def test_databases_are_known_by_their_content(tmp_path: pathlib.Path, content: bytes, kind: str | None) -> None:
    (tmp_path / "x").write_bytes(content)
    assert _restored_database.kind_of(str(tmp_path / "x")) == kind


@pytest.mark.parametrize(
    ("answer", "expect", "good"),
    [("3", "3", True), (" 3\n", "3", True), ("3", "> 2", True), ("3|x", ">= 3", True), ("", "> 2", False), ("a", "> 2", False)]
    + [("3", "> 3", False), ("", None, False), ("x", None, True), (">= 3 items", ">= 3 items", False)],
)
def test_an_answer_and_what_is_expected(answer: str, expect: str | None, good: bool) -> None:
    judgement = Judgement()
    assert _restored_database._compare(answer, expect, "payments", judgement) is good
    assert bool(judgement.fails) is not good


@pytest.mark.parametrize("answer", ["0", "0.00", "f", "NULL", " 0\n"])
def test_an_answer_that_may_mean_nothing_is_to_be_expected_by_name(answer: str) -> None:
    judgement = Judgement()
    assert not _restored_database._compare(answer, None, "payments", judgement)
    assert not judgement.fails and "say with expect what it must be" in judgement.warns[0]
    assert _restored_database._compare(answer, answer.strip(), "payments", Judgement())


@pytest.mark.parametrize(
    ("answer", "expect", "said"),
    [("1", "", "returns 1, and should return nothing"), ("", "1", "returns nothing, expected 1"), ("2", "1", "returns 2, expected 1")],
)
def test_an_unexpected_answer_is_said_in_whole_sentences(answer: str, expect: str, said: str) -> None:
    judgement = Judgement()
    _restored_database._compare(answer, expect, "payments", judgement)
    assert judgement.fails == [f"verify_query {said}"]


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"verify_query": ""}, "verify_query: there is no query in it"),
        ({"verify_query": " -- nothing\n;"}, "verify_query: there is no query in it"),
        ({"verify_query": "/* SELECT 1 */"}, "verify_query: there is no query in it"),
        ({"verify_query": "SELECT 1", "expect": "> abc"}, "expect: "),
        ({"verify_query": "SELECT 1", "expect": ">"}, "expect: "),
        ({"verify_command": []}, "verify_command: there is no command in it"),
        ({"verify_command": [" "]}, "verify_command: there is no command in it"),
    ],
)
def test_what_asks_nothing_is_refused(given: dict[str, t.Any], said: str) -> None:
    args = {"tool": "restic", "repository": "/srv/restic", "scratch": "/var/tmp", **given}
    with pytest.raises(ArgumentsRefused, match=re.escape(said)):
        parse_arguments(t.cast("t.Any", backup_restore), args)


def test_restics_own_word_for_the_newest(monkeypatch: pytest.MonkeyPatch, tmp_path: pathlib.Path) -> None:
    half = Half(one("new", 3), one("old", 27))
    assert found(monkeypatch, tmp_path, half, generation="latest").observed["generation"] == "new"
    assert found(monkeypatch, tmp_path, half, generation="old").observed["generation"] == "old"


@pytest.mark.parametrize(
    "said", ["cannot open /s/r/x: Permission denied", "Operating system error number 13 in a file operation", 'Errcode: 30 "ro"']
)
def test_what_may_not_be_written_is_no_damage(monkeypatch: pytest.MonkeyPatch, tmp_path: pathlib.Path, said: str) -> None:
    def writes(_target: str) -> Restored:
        raise RestoreFailed(verbatim(said))

    finding = found(monkeypatch, tmp_path, Half(one(), writes=writes))
    assert str(finding.status) == "unknown" and "nothing can be restored into" in finding.message


def test_space_that_stays_free_is_told(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    scratch = _scratch_space.Scratch(str(tmp_path), 2**30)
    monkeypatch.setattr(scratch, "free", lambda: 8 * 2**20)
    with pytest.raises(CannotObserve, match=r"beside 32(\.0)? MiB that stay free, .* has 8(\.0)? MiB free"):
        scratch.refuse(verbatim("it"), 1000)


def test_a_command_gets_no_secret_of_who_runs_the_check(monkeypatch: pytest.MonkeyPatch, tmp_path: pathlib.Path) -> None:
    monkeypatch.setenv("RESTIC_PASSWORD", "exported")
    finding = found(monkeypatch, tmp_path, Half(one()), verify_command=["sh", "-c", 'test -z "$RESTIC_PASSWORD" && test -n "$PATH"'])
    assert str(finding.status) == "pass", finding.message


def test_one_that_failed_is_not_said_to_have_answered(monkeypatch: pytest.MonkeyPatch, tmp_path: pathlib.Path) -> None:
    finding = found(monkeypatch, tmp_path, Half(one()), verify_command=["false"])
    assert "said nothing" in finding.message and "answered as expected" not in " ".join(finding.details)


@pytest.mark.parametrize(
    ("line", "statement", "absent"),
    [
        ('ERROR:  relation "public.t" does not exist', "ALTER TABLE ONLY public.t DROP CONSTRAINT t_pkey;", True),
        ('ERROR:  table "t" does not exist', "DROP TABLE public.t;", True),
        ('ERROR:  relation "public.t" does not exist', "ALTER TABLE ONLY public.p DETACH PARTITION public.t;", True),
        ('ERROR:  relation "public.t" does not exist', "ALTER TABLE ONLY public.t ADD CONSTRAINT t_pkey PRIMARY KEY (id);", False),
        ('ERROR:  relation "public.t" does not exist', "COPY public.t (id) FROM stdin;", False),
        ("ERROR:  cannot drop table t because other objects depend on it", "DROP TABLE t;", False),
        ('ERROR:  relation "public.t" does not exist', "", False),
    ],
)
def test_what_a_new_server_need_not_remove(line: str, statement: str, absent: bool) -> None:
    lines = ["before", line, "LINE 1: x", "--", *([f"STATEMENT:  {statement}"] if statement else []), "ERROR:  other"]
    first, second = _scratch_postgresql._failures(lines)
    assert first == (line, statement) and second == ("ERROR:  other", "")
    assert _scratch_postgresql._removes_what_is_absent(*first) is absent


# -- the comparison


def test_a_live_file_that_differs_counts_only_where_it_has_not_changed(tmp_path: pathlib.Path) -> None:
    live, scratch = tmp_path / "live", tmp_path / "scratch"
    for folder in (live, scratch):
        folder.mkdir()
        (folder / "same").write_text("same")
        (folder / "other").write_text(folder.name[:4])
    places, runner = {str(live): str(scratch)}, Runner()
    later = dt.datetime.now(dt.timezone.utc) + dt.timedelta(hours=1)
    compared = _restore_comparison.with_live(places, str(tmp_path), later, 10, runner)
    assert (compared.equal, len(compared.differ), compared.changed) == (1, 1, 0)
    compared = _restore_comparison.with_live(places, str(tmp_path), later - dt.timedelta(hours=2), 10, runner)
    assert (compared.equal, len(compared.differ), compared.changed) == (1, 0, 1)


def test_a_tree_that_is_named_by_its_root_is_narrowed(tmp_path: pathlib.Path) -> None:
    (tmp_path / "var" / "lib" / "x").mkdir(parents=True)
    deepest = {"/var/lib/x": str(tmp_path / "var" / "lib" / "x")}
    assert dict(_restore_comparison._narrowed({"/": str(tmp_path)}, str(tmp_path))) == deepest
    assert dict(_restore_comparison._narrowed({"/srv/var": str(tmp_path / "var")}, str(tmp_path))) == {"/srv/var": str(tmp_path / "var")}
    (tmp_path / "etc").mkdir()
    assert dict(_restore_comparison._narrowed({"/": str(tmp_path)}, str(tmp_path))) == {"/": str(tmp_path)}


def test_what_was_named_for_an_archive_of_borg_is_what_lies_in_no_other_folder_of_it() -> None:
    assert _restore_borg._tops(["srv/app/data", "srv/app/data/sub", "etc/nginx", "etc/nginx/sites/on"]) == ["/etc/nginx", "/srv/app/data"]
    assert _restore_borg._tops([]) == []


def test_an_address_is_shown_without_its_login() -> None:
    assert "first" not in shown_address("rest:https://svc:first@login@backup.example.com/main")
    assert phrase("{a}", a=1) == "1"
