# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Snapshots of restic, as it prints them."""

from __future__ import annotations

import datetime as dt
import json
import typing as t

import pytest
from ansible_collections.operability.readiness.plugins.module_utils._argspec import ArgumentsRefused, parse_arguments
from ansible_collections.operability.readiness.plugins.module_utils._checks import restic_backup
from ansible_collections.operability.readiness.plugins.module_utils._clients import restic
from ansible_collections.operability.readiness.plugins.module_utils._engine import Item, run_item
from ansible_collections.operability.readiness.plugins.module_utils._finding import CannotObserve
from ansible_collections.operability.readiness.plugins.plugin_utils._publish.translating import told
from fakes import NOW, Completed, FakeRunner

PASSWORD = "geheim-4711"
WHERE = "\nIs there a repository at the following location?\n/x"


def entry(name: str, hours: float, paths: t.Sequence[str] = ("/var/lib/payments",), host: str = "db1", **more: t.Any) -> dict[str, t.Any]:
    moment = (NOW - dt.timedelta(hours=hours)).strftime("%Y-%m-%dT%H:%M:%S.123456789Z")
    return {"time": moment, "paths": list(paths), "hostname": host, "username": "root", "id": name * 8, "short_id": name, **more}


def summary(size: int, files: int = 10) -> dict[str, t.Any]:
    return {"summary": {"total_files_processed": files, "total_bytes_processed": size}}


def runner(entries: t.Any, sizes: dict[str, int] | None = None, **more: Completed) -> FakeRunner:
    text = entries if isinstance(entries, str) else json.dumps(entries)
    commands = {"restic": Completed(1, "", "Fatal: unexpected"), "restic snapshots": Completed(0, text, "")}
    for name, size in (sizes or {}).items():
        commands[f"restic stats {name}"] = Completed(0, json.dumps({"total_size": size, "total_file_count": 3, "snapshots_count": 1}), "")
    return FakeRunner(commands={**commands, **{key.replace("_", " "): value for key, value in more.items()}})


def check(world: FakeRunner, **args: t.Any) -> t.Any:
    given = {"repository": "/srv/restic", "password": PASSWORD, "max_age": "24h", **args}
    return restic_backup.run(parse_arguments(restic_backup, given), world)


def test_fresh_with_sizes_from_stats() -> None:
    world = runner([entry("a", 51), entry("b", 27), entry("c", 3)], {"a": 1000, "b": 1100, "c": 1050})
    finding = check(world, paths=["/var/lib/payments"], min_count=3)
    assert str(finding.status) == "pass", finding.message
    assert "newest snapshot is 3 h old, 1.0 KiB, the limit is 24 h; 3 kept" in finding.message
    values = {m.name: m.value for m in finding.measurements}
    assert values["backup_size_bytes"] == 1050 and values["backup_count"] == 3 and abs(values["backup_age_seconds"] - 10800) < 2


def test_sizes_of_newer_restic_need_no_calls() -> None:
    world = runner([entry("a", 27, **summary(1000)), entry("b", 3, **summary(300))])
    finding = check(world)
    assert str(finding.status) == "warn" and "more than 50% smaller" in finding.message
    assert len(world.ran) == 1
    assert str(check(runner([entry("b", 3, **summary(0, 0))])).status) == "fail"
    assert str(check(runner([entry("b", 3, summary={"files_new": 0})])).status) == "fail"  # restic leaves zeros out


def test_neither_lock_nor_secret_on_the_command_line() -> None:
    world = runner([entry("a", 3)], {"a": 5})
    address = "rest:https://backup:login-99@store/x"
    check(world, repository=address, environment={"AWS_SECRET_ACCESS_KEY": "s3cr3t", "NUMBER": 1})
    assert len(world.ran) == 2
    for argv, options in world.ran:
        assert "--no-lock" in argv and "--no-cache" in argv
        assert not any(secret in " ".join(argv) for secret in (PASSWORD, "login-99", "s3cr3t"))
        assert options["env"]["RESTIC_PASSWORD"] == PASSWORD and options["env"]["RESTIC_REPOSITORY"] == address
        assert options["env"]["AWS_SECRET_ACCESS_KEY"] == "s3cr3t" and options["env"]["NUMBER"] == "1"
        assert options["env"]["RESTIC_PASSWORD_FILE"] == ""


def test_secrets_are_removed_from_what_restic_says() -> None:
    said = Completed(1, "", f"Fatal: odd answer of rest:https://u:login-99@store/x to {PASSWORD} and s3cr3t")
    args = {
        "repository": "rest:https://u:login-99@store/x",
        "password": PASSWORD,
        "environment": {"KEY": "s3cr3t", "OTHER": "pass", "N": "1234"},
        "max_age": "24h",
    }
    (finding,) = run_item(Item("k", "restic_backup", args), runner([], restic_snapshots=said))
    text = json.dumps(finding.as_dict())
    assert str(finding.status) == "unknown" and "odd answer" in text
    assert not any(secret in text for secret in (PASSWORD, "login-99", "s3cr3t"))


@pytest.mark.parametrize(
    ("rc", "stderr", "kind"),
    [
        (1, "Fatal: wrong password or no key found", restic.WRONG_PASSWORD),
        (12, '{"message_type":"exit_error","code":12,"message":"Fatal: wrong password or no key found"}', restic.WRONG_PASSWORD),
        (1, "Fatal: unable to open config file: stat /x/config: no such file or directory" + WHERE, restic.NO_REPOSITORY),
        (10, '{"message_type":"exit_error","code":10,"message":"Fatal: repository does not exist"}', restic.NO_REPOSITORY),
        (11, "unable to create lock in backend: repository is already locked by PID 5", restic.LOCKED),
        (1, "unable to create lock in backend: repository is already locked exclusively by PID 5", restic.LOCKED),
        (1, "Fatal: unable to open config file: dial tcp 127.0.0.1:9: connect: connection refused" + WHERE, restic.UNREACHABLE),
        (1, "Fatal: unable to open repository at s3:https://s3.x: Access Denied.", restic.PERMISSION),
        (1, "Fatal: unable to open config file: open /x/config: permission denied" + WHERE, restic.PERMISSION),
        (1, "Fatal: an empty password is not a password", restic.NO_PASSWORD),
        (1, "Resolving password failed: Fatal: /nofile does not exist", restic.NO_PASSWORD),
        (1, "", restic.OTHER),
        (130, "something new", restic.OTHER),
    ],
)
def test_failures_are_told_apart(rc: int, stderr: str, kind: str) -> None:
    assert restic.failure(rc, stderr)[0] == kind
    with pytest.raises(restic.ResticFailed) as caught:
        check(runner([], restic_snapshots=Completed(rc, "", stderr)))
    assert caught.value.absent is (kind == restic.NO_REPOSITORY)
    assert caught.value.kind == kind and "/srv/restic" in caught.value.message and "rror" not in caught.value.message


def test_not_installed() -> None:
    with pytest.raises(CannotObserve, match="restic is not installed"):
        check(FakeRunner())


@pytest.mark.parametrize(
    "text", ["", "{}garbage", "<html>", '{"a": 1}', "[1]", '[{"time": "yesterday", "paths": [], "id": "x"}]', '[{"id": "x"}]', '"x"']
)
def test_garbage_is_unknown(text: str) -> None:
    with pytest.raises(CannotObserve, match="not a list of snapshots"):
        check(runner(text))


@pytest.mark.parametrize("text", ["", "null", "[]", '{"total_file_count": 3}', '{"total_size": "x"}'])
def test_a_size_that_is_garbage_is_a_warning(text: str) -> None:
    world = runner([entry("a", 3)], restic_stats=Completed(0, text, ""))
    finding = check(world)
    assert str(finding.status) == "warn" and "size could not be told" in finding.message


def test_no_snapshots() -> None:
    assert "holds no snapshot" in check(runner("[]")).message
    assert str(check(runner("null")).status) == "fail"
    lost = Completed(0, "[]", "could not load snapshot 2d4c5e4c: invalid data returned\ncould not load snapshot aeab58a8: x\n")
    assert "2 snapshots of which none can be loaded" in check(runner([], restic_snapshots=lost)).message


def test_some_snapshots_cannot_be_loaded() -> None:
    said = Completed(0, json.dumps([entry("a", 3, **summary(5))]), "could not load snapshot 2d4c5e4c: invalid data returned\n")
    finding = check(runner([], restic_snapshots=said))
    assert str(finding.status) == "warn" and "run restic check" in finding.message


def test_too_old_says_since_when_and_spares_the_sizes() -> None:
    world = runner([entry("a", 76)])
    finding = check(world)
    assert str(finding.status) == "fail"
    assert "newest snapshot of /var/lib/payments is 3 d 4 h old, the limit is 24 h" in finding.message
    assert finding.since == "2026-11-23T02:00:00Z" and len(world.ran) == 1


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/var/lib/payments", "pass"),
        ("/var/lib/payments/", "pass"),
        ("/var/lib/payments/a/b", "pass"),
        ("/var/lib/payments2", "fail"),
        ("/var/lib", "fail"),
        ("/var/lib/payments/cache/x", "fail"),
        ("/var/lib/payments/a/node_modules", "fail"),
        ("/var/lib/payments/cached", "pass"),
    ],
)
def test_what_is_covered(path: str, status: str) -> None:
    world = runner([entry("a", 3, excludes=["/var/lib/payments/cache", "node_modules", "*.tmp"], **summary(5))])
    assert str(check(world, paths=[path]).status) == status
    assert str(check(runner([entry("a", 3, ["/"], **summary(5))]), paths=[path]).status) == "pass"


def test_a_path_that_is_backed_up_no_longer_is_no_alarm() -> None:
    kept = [entry("old", 24 * 400, ["/srv/old"], **summary(9)), entry("older", 24 * 800, ["/srv/old"], **summary(9))]
    world = runner([*kept, entry("a", 3, **summary(5))])
    assert str(check(world).status) == "pass"
    assert str(check(world, paths=["/var/lib/payments"]).status) == "pass"
    assert str(check(world, paths=["/srv/old"]).status) == "fail"


def test_a_snapshot_by_hand_does_not_hide_the_nightly_one() -> None:
    nightly = [entry("a", 80, **summary(9)), entry("b", 56, **summary(9))]
    world = runner([*nightly, entry("c", 1, ["/etc"], **summary(9))])
    finding = check(world)
    assert str(finding.status) == "warn" and "name the paths that matter" in finding.message
    assert str(check(world, paths=["/var/lib/payments", "/etc"]).status) == "fail"


def test_hosts_and_tags() -> None:
    world = runner([entry("a", 3, host="db2", tags=["nightly", "prod"], **summary(5)), entry("b", 50, **summary(5))])
    assert "snapshots of 2 hosts (db1, db2) are mixed" in " ".join(check(world).details + [check(world).message])
    assert str(check(world, host="db1").status) == "fail"
    assert str(check(world, host="db2", tags=["prod"]).status) == "pass"
    finding = check(world, host="db3")
    assert str(finding.status) == "fail" and "of the host db3; hosts: db1, db2; tags: nightly, prod" in finding.message
    assert str(check(world, tags=["prod", "weekly"]).status) == "fail"


def test_too_few() -> None:
    world = runner([entry("a", 3, **summary(5)), entry("b", 4, ["/etc"], **summary(5))])
    finding = check(world, min_count=2)
    assert str(finding.status) == "fail" and "there is 1 snapshot of /var/lib/payments, at least 2" in finding.message


def test_compares_the_same_paths_only_and_no_more_than_asked() -> None:
    entries = [
        entry("z", 99, ["/var/lib/payments", "/big"]),
        *[entry(name, 60 - number) for number, name in enumerate("abcd")],
        entry("e", 3),
    ]
    world = runner(entries, dict.fromkeys("abcd", 1000) | {"e": 900, "z": 10**9})
    assert str(check(world).status) == "pass"
    assert [argv[2] for argv, _unused in world.ran if argv[1] == "stats"] == ["e", "b", "c", "d"]
    world = runner(entries, {"e": 900})
    assert str(check(world, compare=0).status) == "pass"


def test_empty_or_damaged() -> None:
    assert "holds nothing" in check(runner([entry("a", 3)], {"a": 0})).message
    damaged = Completed(1, "", "error walking snapshot: walking tree c8: id c8 not found in repository")
    finding = check(runner([entry("a", 3)], restic_stats=damaged))
    assert str(finding.status) == "fail" and "the repository is damaged" in finding.message
    finding = check(runner([entry("a", 30), entry("b", 3)], {"b": 5}, **{"restic_stats_a": damaged}))
    assert str(finding.status) == "warn" and "could not be compared" in finding.message


def test_the_future() -> None:
    with pytest.raises(CannotObserve, match="dated in the future"):
        check(runner([entry("a", -48)]))
    finding = check(runner([entry("a", -48, **summary(5)), entry("b", 3, **summary(5))]))
    assert str(finding.status) == "warn" and "1 snapshot dated in the future" in finding.message


def test_arguments() -> None:
    with pytest.raises(ArgumentsRefused):
        check(runner("[]"), password_file="/x")
    with pytest.raises(ArgumentsRefused, match="size_deviation"):
        check(runner("[]"), size_deviation="half")
    assert restic.Restic(runner("[]"), "s3:https://a:b@h/x?token=c").shown == "s3:https://h/x"
    assert restic.parse_time("2026-11-25T03:00:00.123456789+01:00").hour == 3


def test_cache_is_used_where_there_is_one(tmp_path: t.Any) -> None:
    assert not restic.has_cache({"HOME": str(tmp_path)})
    (tmp_path / ".cache" / "restic").mkdir(parents=True)
    assert restic.has_cache({"HOME": str(tmp_path)})
    assert not restic.has_cache({})


def test_what_can_be_compared_with_earlier() -> None:
    two = [entry("a", 27, paths=["/etc"]), entry("b", 3)]
    assert check(runner(two, {"a": 5, "b": 5})).observed["paths"] == ["/etc", "/var/lib/payments"], "whichever of them ran last"
    assert check(runner(two, {"b": 5}), paths=["/var/lib/payments", "/gone"]).observed["paths"] == ["/var/lib/payments"]
    assert "paths" not in check(runner([])).observed


def test_what_is_said_is_told_in_french() -> None:
    message = check(runner([entry("a", 27, **summary(1000)), entry("b", 3, **summary(300))])).message
    assert (message.params["size"], message.params["usual"], message.params["share"], message.params["count"]) == (300, 1000, 0.5, 1)
    assert told(message, "fr") == (
        "dernier instantané b de /var/lib/payments\u00a0: 300\u00a0o, soit plus de 50\u202f% de moins que la fois précédente (1000\u00a0o)"
    )
    other = check(runner([entry("a", 3, tags=["nightly"])]), host="db3", tags=["prod"]).message
    assert told(other, "fr") == (
        "le seul instantané du dépôt /srv/restic n\u2019est pas de l\u2019hôte db3 et étiqueté prod\u202f; "
        "hôtes\u00a0: db1\u202f; étiquettes\u00a0: nightly"
    )


def test_a_failure_without_a_reason_is_told_in_french() -> None:
    with pytest.raises(restic.ResticFailed) as caught:
        check(runner([], restic_snapshots=Completed(1, "", "")))
    assert caught.value.message == "restic ended with code 1 on /srv/restic: it gave no reason"
    assert told(caught.value.message, "fr").endswith("sur le dépôt /srv/restic\u00a0: aucune raison donnée")
