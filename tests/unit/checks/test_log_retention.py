# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""log_retention: what the policy keeps, held against the oldest line."""

from __future__ import annotations

import pathlib
import typing as t

import pytest
from ansible_collections.operability.readiness.plugins.module_utils._argspec import ArgumentsRefused, parse_arguments
from ansible_collections.operability.readiness.plugins.module_utils._checks import _kept_sources, log_retention
from ansible_collections.operability.readiness.plugins.module_utils._checks._kept_judged import Found, Wanted, judged
from ansible_collections.operability.readiness.plugins.module_utils._checks._kept_sources import kept_by_rule, without_generations
from ansible_collections.operability.readiness.plugins.module_utils._clients.log_generations import Reach
from ansible_collections.operability.readiness.plugins.module_utils._clients.log_store import Kept
from ansible_collections.operability.readiness.plugins.module_utils._clients.logrotate import Rule
from ansible_collections.operability.readiness.plugins.module_utils._finding import CannotObserve
from ansible_collections.operability.readiness.plugins.module_utils._phrase import phrase, verbatim
from fakes import NOW, Completed, FakeRunner

DAY = 86400.0


def days(*numbers: float | None) -> list[float | None]:
    return [None if number is None else number * DAY for number in numbers]


def verdict(
    policy: float | str | None,
    oldest: float | None,
    *,
    least: float = 30,
    most: float | None = None,
    every: float = 0,
    estimated: bool = False,
    sooner: str | None = None,
    **ages: float,
) -> tuple[str, bool, str]:
    """All in days; a policy of ``endless`` keeps without end, and None is one that nobody knows."""
    limit, longest = days(least, most)
    kept = None
    if policy is not None:
        said = verbatim("the policy")
        seconds = None if policy == "endless" else float(policy) * DAY
        kept = Kept(seconds, said, None if sooner is None else verbatim(sooner))
    given = {name: value * DAY for name, value in ages.items()}
    found = Found(kept, *days(oldest), estimated=estimated, **given)  # type: ignore[arg-type] # one number
    made = judged(Wanted(t.cast("float", limit), longest, every * DAY), found)
    return str(made.status), made.derived, str(made.message)


@pytest.mark.parametrize(
    ("policy", "oldest", "more", "status", "derived"),
    [
        (90, 90, {}, "pass", False),
        (90, 89, {"age": 400}, "pass", False),
        (90, 95, {"age": 400}, "pass", False),
        (30, 29, {}, "pass", False),  # a store that deletes whole days
        (30, 28.5, {"age": 400}, "pass", False),
        ("endless", 300, {}, "pass", False),
        (29, 29, {}, "fail", False),
        (29, 300, {}, "fail", False),  # it will be deleted at any time
        (0, None, {}, "fail", False),
        (90, 12, {"age": 400}, "fail", False),  # something deletes earlier
        (90, 45, {"age": 400}, "warn", False),  # and what is asked is still there
        ("endless", 12, {"age": 400}, "fail", False),
        (90, 12, {"age": 12.5}, "pass", True),  # young, as is said
        (90, 12, {"age": 13}, "pass", True),
        (90, 12, {}, "warn", True),  # young, or deleted
        (90, 45, {}, "pass", False),  # young or not: what is asked is there
        (90, 12, {"others": 89}, "pass", True),  # the store keeps lines of others
        (90, 12, {"others": 13}, "warn", True),
        (90, 12, {"at_most": 13}, "pass", True),  # the host is not older
        (90, 12, {"at_most": 400}, "warn", True),  # the host is older, the log perhaps not
        (90, 12, {"at_most": 1}, "warn", True),  # what is older than its host says nothing of it
        (90, None, {"age": 0}, "pass", True),
        (90, None, {"age": 400}, "fail", False),
        (90, None, {}, "unknown", False),
        (14, 400, {"least": 7}, "warn", False),  # the policy is not applied
        (14, 44, {"least": 7}, "pass", False),  # an index of a month is deleted as a whole
        (90, 130, {}, "pass", False),
        (None, 31, {}, "pass", False),
        (None, 28.5, {}, "pass", False),
        (None, 12, {}, "unknown", False),
        (None, 12, {"age": 13}, "unknown", False),
        (None, 12, {"age": 400}, "fail", False),
        (None, None, {}, "unknown", False),
        (90, 75, {"age": 400, "every": 7, "least": 80}, "pass", False),
        (90, 75, {"age": 400, "least": 83}, "warn", False),
        (20, 40, {"estimated": True}, "warn", False),  # at the present rate, which it was not always
        (20, 12, {"estimated": True}, "fail", False),
        (50, 40, {"estimated": True, "age": 400}, "pass", False),
        (50, 12, {"estimated": True, "age": 400}, "fail", False),
        (20, 300, {"estimated": True, "least": 7}, "pass", False),
        (90, 20, {"most": 60, "least": 7}, "fail", False),
        ("endless", 20, {"most": 60, "least": 7}, "fail", False),
        (60, 62.5, {"most": 60, "least": 7}, "fail", False),
        (60, 61, {"most": 60, "least": 7}, "pass", False),
        (None, 63, {"most": 60, "least": 7}, "fail", False),
        (None, 61, {"most": 60, "least": 7}, "pass", False),
    ],
)
def test_what_is_kept(policy: float | str | None, oldest: float | None, more: dict[str, t.Any], status: str, derived: bool) -> None:
    found = verdict(policy, oldest, **more)
    assert found[:2] == (status, derived), found


def test_what_may_delete_earlier_is_named() -> None:
    assert "the disk is full" in verdict(90, 12, age=400, sooner="the disk is full")[2]
    assert "the disk is full" in verdict(90, 12, sooner="the disk is full")[2]
    assert "something deletes them earlier" in verdict(90, 12, age=400)[2]


# -- what a rule of logrotate keeps


def rule(keeps: int | None, period: float | None = 1.0) -> Rule:
    return Rule("*", phrase("daily"), None if period is None else period * DAY, None, keeps)


def reach(spacing: float | None = None) -> Reach:
    return Reach(None, True, 9, None if spacing is None else spacing * DAY)


@pytest.mark.parametrize(
    ("given", "maxage", "spacing", "kept", "estimated"),
    [
        (rule(14), None, None, 14, False),
        (rule(4, 7), None, 7.1, 28, False),
        (rule(0), None, None, 0, False),
        (rule(14), 10, None, 10, False),
        (rule(14), 20, None, 14, False),
        (rule(14), None, 0.25, 3.5, True),  # a size comes first
        (rule(14), None, 1.0, 14, False),
        (rule(14), None, 0.9, 14, False),
        (rule(None), 30, None, 30, False),
        (rule(5, None), None, 2.0, 10, True),
    ],
)
def test_what_a_rule_keeps(given: Rule, maxage: float | None, spacing: float | None, kept: float, estimated: bool) -> None:
    found, faster = kept_by_rule(given, None if maxage is None else maxage * DAY, reach(spacing))
    assert found is not None and (found.seconds, faster) == (kept * DAY, estimated)


def test_a_rule_that_keeps_without_end_and_one_of_which_nobody_knows() -> None:
    found, _faster = kept_by_rule(rule(None), None, reach())
    assert found is not None and found.seconds is None
    assert kept_by_rule(rule(5, None), None, reach()) == (None, True)


def test_generations_are_no_logs_of_their_own() -> None:
    paths = [
        "/a/app.log",
        "/a/app.log.1",
        "/a/app.log.2.gz",
        "/a/app.log-20261101",
        "/a/app.log-20261101.gz",
        "/a/2026-11-24.log",
        "/a/b.1",
    ]
    assert without_generations(paths) == ["/a/app.log", "/a/2026-11-24.log", "/a/b.1"]


# -- arguments and sources


def arguments(**more: t.Any) -> t.Any:
    given = {"backend": "victorialogs", "url": "http://logs.example", "query": "app:=x", "min_retention": "30d", **more}
    return parse_arguments(log_retention, {key: value for key, value in given.items() if value is not None})


@pytest.mark.parametrize(
    ("more", "problem"),
    [
        ({"url": None}, "url is required with backend victorialogs"),
        ({"backend": "file"}, "needs the log file"),
        ({"min_retention": "0d"}, "min_retention must be longer than nothing"),
        ({"max_retention": "7d"}, "max_retention must not be shorter than min_retention"),
        ({"backend": "file", "path": "/a", "search": "/b"}, "mutually exclusive"),
    ],
)
def test_arguments_that_ask_nothing_are_refused(more: dict[str, t.Any], problem: str) -> None:
    with pytest.raises(ArgumentsRefused, match=problem):
        arguments(**more)


class Store:
    name = "Logs http://logs.example"

    def __init__(self, args: t.Mapping[str, object], kept: Kept | None, mine: float | None, everybody: float | None) -> None:
        self.answers = (kept, mine if args.get("query") else everybody)

    def ready(self) -> list[t.Any]:
        return []

    def kept(self) -> Kept | None:
        return self.answers[0]

    def oldest(self) -> float | None:
        return None if self.answers[1] is None else NOW.timestamp() - self.answers[1] * DAY

    def filled(self, step: float) -> list[float]:
        return [] if self.answers[1] is None else [NOW.timestamp() - number * DAY for number in range(int(self.answers[1]) + 1)]


def asked(
    monkeypatch: pytest.MonkeyPatch, policy: float | None, mine: float | None, everybody: float | None = None, **more: t.Any
) -> t.Any:
    kept = None if policy is None else Kept(policy * DAY, verbatim("the policy"))
    monkeypatch.setattr(_kept_sources, "log_store", lambda _backend, args, _runner: Store(args, kept, mine, everybody))
    return log_retention.run(arguments(**more), FakeRunner())


def test_a_finding_has_both_ages_with_their_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    finding = asked(monkeypatch, 90, 89)
    measured = {one.name: (one.value, one.limit, one.bound) for one in finding.measurements}
    assert measured == {
        "log_retention_policy_seconds": (90 * DAY, 30 * DAY, "lower"),
        "log_retention_oldest_seconds": (89 * DAY, 30 * DAY, "lower"),
    }
    assert (finding.proof, finding.observed["policy"]) == ("observed", "the policy")


def test_the_age_of_a_young_log_has_no_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    finding = asked(monkeypatch, 90, 12, 89)
    assert (finding.status, finding.proof) == ("pass", "derived")
    assert [one.limit for one in finding.measurements if one.name == "log_retention_oldest_seconds"] == [None]


def test_a_first_deployment_has_no_line_yet(monkeypatch: pytest.MonkeyPatch) -> None:
    finding = asked(monkeypatch, 90, None, 89, first_deployment=True)
    assert (finding.status, finding.proof) == ("pass", "derived")


@pytest.mark.parametrize("text", ["last week", "2026-12-24"])
def test_a_day_that_is_none_is_told(text: str) -> None:
    with pytest.raises(CannotObserve, match="since"):
        log_retention.moment_of(text, NOW.timestamp())


DEBUG = "Handling 1 logs\nrotating pattern: {folder}/*.log  after 1 days (14 rotations)\n{logs}"


def test_the_worst_of_many_logs_counts(tmp_path: pathlib.Path) -> None:
    for host, text in (("web1", "2026-11-01T00:00:00Z info x\n"), ("web2", "2026-11-24T00:00:00Z info x\n")):
        (tmp_path / f"{host}.log").write_text(text)
    config = tmp_path / "logrotate.conf"
    config.write_text(f"{tmp_path}/*.log {{\ndaily\nrotate 14\n}}\n")
    logs = "".join(f"considering log {tmp_path}/{host}.log\n" for host in ("web1", "web2"))
    commands = {"logrotate": Completed(0, DEBUG.format(folder=tmp_path, logs=logs), ""), "stat": Completed(1, "-\n?\n0\n", "")}
    search = f"{tmp_path}/{{host}}.log"
    args = arguments(backend="file", search=search, logrotate_config=str(config), min_retention="14d", since="2026-01-01")
    finding = log_retention.run(args, FakeRunner(commands=commands))
    assert finding.status == "fail" and "1 of 2 logs is not kept as it must be" in finding.message and "web2.log" in finding.message
