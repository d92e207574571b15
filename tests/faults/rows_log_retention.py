# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rows of log_retention: a real VictoriaLogs, and real logrotate over real files."""

from __future__ import annotations

import datetime as dt
import functools
import gzip
import os
import pathlib
import time
import typing as t

from ansible_collections.operability.readiness.plugins.module_utils._runner import Runner
from flowing import DAY, Arguments, asking, line, own_store
from gateway import Gateway, Text
from nasty import Nasty
from table import Row, World


@functools.cache
def keeping(days: int) -> t.Any:
    """A VictoriaLogs that keeps lines for so many days."""
    return own_store(f"-retentionPeriod={days}d")


def kept(*lines: dict[str, str], days: int = 90, at: t.Any = None, **more: t.Any) -> Arguments:
    args = asking(*lines, at=at or keeping(days))
    del args["expect"]
    return {**args, "min_retention": "90d", **more}


def each_day(host: str, days: float, until: float = 0.0, **more: str) -> list[dict[str, str]]:
    """A line of each day, from so many days ago on."""
    return [line(host, (days - number) * DAY, **more) for number in range(int(days - until) + 1)]


def day(ago: float) -> str:
    return (dt.datetime.now(dt.timezone.utc) - dt.timedelta(days=ago)).strftime("%Y-%m-%d")


# -- a store


def all_the_time(_world: World) -> Arguments:
    return kept(*each_day("web1", 89), line("web1", 20))


def longer_than_asked(_world: World) -> Arguments:
    return kept(*each_day("web1", 88.5), line("web1", 20), min_retention="30d", max_retention="100d")


def young_and_said(_world: World) -> Arguments:
    return kept(*each_day("web1", 11), line("web1", 20), since=day(12))


def young_beside_others(_world: World) -> Arguments:
    return kept(*each_day("web1", 11), *each_day("db1", 89, app="postgresql"))


def first_deployment(_world: World) -> Arguments:
    return kept(first_deployment=True)


def since_later_than_its_lines(_world: World) -> Arguments:
    """since is the moment of the last deployment."""
    return kept(*each_day("web1", 29), line("web1", 20), since=day(0))


def since_of_a_part_of_the_day(_world: World) -> Arguments:
    """since is a day, and the zone of who wrote it another one."""
    return kept(*each_day("web1", 11), line("web1", 20), since=day(10.5))


def not_the_first_deployment(_world: World) -> Arguments:
    return kept(*each_day("web1", 3), first_deployment=True, since=day(400))


def tried_before_the_first_deployment(_world: World) -> Arguments:
    return kept(line("web1", 3600), first_deployment=True)


def weekly_lines(_world: World) -> Arguments:
    """Of a log with a line a week the oldest one may be a week younger."""
    return kept(*[line("batch1", (75 - 7 * number) * DAY) for number in range(11)], every="7d", since=day(400))


def enough_of_what_may_be_more(_world: World) -> Arguments:
    return kept(*each_day("web1", 45), min_retention="30d")


def policy_too_short(_world: World) -> Arguments:
    return kept(*each_day("web1", 13), days=14)


def policy_too_long(_world: World) -> Arguments:
    return kept(*each_day("web1", 89), min_retention="7d", max_retention="30d")


def deleted_earlier(_world: World) -> Arguments:
    return kept(*each_day("web1", 12), since=day(400))


def deleted_earlier_and_still_enough(_world: World) -> Arguments:
    return kept(*each_day("web1", 45), since=day(400), min_retention="30d")


def one_line_of_a_wrong_clock(_world: World) -> Arguments:
    """The disk is small: all but nine days are gone, and somebody has sent an old line again."""
    server = own_store("-retentionPeriod=90d", "-retention.maxDiskSpaceUsageBytes=1GiB")
    return kept(*each_day("web1", 9), line("web1", 85 * DAY), since=day(400), at=server)


def two_lines_of_a_wrong_clock(_world: World) -> Arguments:
    return kept(*each_day("web1", 9), line("web1", 85 * DAY), line("web1", 60 * DAY), at=keeping(90))


def old_line_of_others(_world: World) -> Arguments:
    return kept(*each_day("web1", 11), *each_day("db1", 3, app="postgresql"), line("db1", 89 * DAY, app="postgresql"))


def a_hole(_world: World) -> Arguments:
    return kept(*each_day("web1", 10), *each_day("web1", 89, 84))


def a_fortnight_of_holidays(_world: World) -> Arguments:
    return kept(*each_day("web1", 20), *each_day("web1", 89, 34), since=day(400))


def working_days(_world: World) -> Arguments:
    days = [number for number in range(90) if number % 7 not in (2, 3)]
    return kept(*[line("web1", number * DAY) for number in days], min_retention="85d", since=day(400))


def once_a_month(_world: World) -> Arguments:
    """Of a log that has a line a month nobody has said how often it has one."""
    return kept(*[line("web1", number * DAY) for number in (1, 30, 59, 88)])


def deleted_by_size(_world: World) -> Arguments:
    server = own_store("-retentionPeriod=90d", "-retention.maxDiskSpaceUsageBytes=1GiB")
    return kept(*each_day("web1", 12), since=day(400), at=server)


def young_or_lost(_world: World) -> Arguments:
    return kept(*each_day("web1", 12))


def nothing_there(_world: World) -> Arguments:
    return kept(line("web1", 5, app="sshd"), since=day(400))


def nothing_there_and_nobody_knows(_world: World) -> Arguments:
    return kept(line("web1", 5, app="sshd"))


def of_anybody(_world: World) -> Arguments:
    return {**kept(*each_day("web1", 89)), "query": None}


def unreachable(_world: World) -> Arguments:
    return {**kept(), "url": "http://127.0.0.1:9"}


def login_page(world: World) -> Arguments:
    return {**kept(), "url": world.running.start(Nasty, "login").url}


def a_gateway_hides_the_policy(world: World) -> Arguments:
    return {**kept(*each_day("web1", 89)), "url": world.running.start(Gateway, keeping(90).url, {"/metrics": 403}).url}


def metrics_of_another_product(world: World) -> Arguments:
    """The gateway hands all but the questions on to a VictoriaMetrics, whose flags have the same names."""
    version = 'vm_app_version{version="victoria-metrics-20260101-tags-v1.130.0", short_version="v1.130.0"} 1'
    metrics = version + '\nflag{name="retentionPeriod", value="5y", is_set="true"} 1\n'
    at = world.running.start(Gateway, keeping(14).url, {"/metrics": Text(metrics)})
    return {**kept(*each_day("web1", 13), line("web1", 20), at=keeping(14)), "url": at.url}


def a_gateway_and_a_young_log(world: World) -> Arguments:
    return {**kept(*each_day("web1", 12)), "url": world.running.start(Gateway, keeping(90).url, {"/metrics": 403}).url}


# -- logrotate on the host


class Host:
    """logrotate with a configuration and a log of its own, on a host that is as old as it is said to be."""

    def __init__(self, world: World, rule: str, set_up: float) -> None:
        self.logs = world.folder / "logs"
        self.logs.mkdir(mode=0o755)
        self.log = self.logs / "app.log"
        self.config, self.state = world.folder / "logrotate.conf", world.folder / "status"
        rules = world.folder / "logrotate.d"
        rules.mkdir()
        self.config.write_text(f"# as distributions ship it\nweekly\ncreate\ninclude {rules}\n")
        (rules / "app").write_text(f"{self.logs}/*.log {{\n{rule}\n}}\n")
        programs = world.folder / "bin"
        programs.mkdir()
        (programs / "stat").write_text(f"#!/bin/sh\necho {int(time.time() - set_up * DAY)}\n")  # when the host was set up
        (programs / "stat").chmod(0o755)
        found = world.binaries.environment()
        self.environment = {**found, "PATH": f"{programs}:{world.binaries.root}/usr/sbin:{found['PATH']}"}
        world.runner = Runner(environ=self.environment)

    def args(self) -> Arguments:
        return {"path": str(self.log), "logrotate_config": str(self.config), "logrotate_state": str(self.state)}


def host(
    world: World,
    rule: str,
    *,
    newest: float = 0.5,
    apart: float = 1.0,
    files: int = 14,
    pack: bool = False,
    since: float | None = None,
    set_up: float = 900.0,
) -> Arguments:
    """A log with so many generations, each so many days older than the one after it."""
    at = Host(world, rule, set_up)
    at.log.write_text(f"{text_time(newest)} info a line\n")
    for number in range(1, files + 1):
        generation(at.log, number, newest + apart * number, apart, pack=pack and number > 1)
    os.utime(at.log, None)
    return {"backend": "file", **at.args(), "min_retention": "14d", **({} if since is None else {"since": day(since)})}


def generation(log: pathlib.Path, number: int, ended: float, apart: float, *, pack: bool) -> None:
    """One rotated file: its first line is ``apart`` days older than its last."""
    text = f"{text_time(ended + apart)} info first\n{text_time(ended)} info last\n".encode()
    path = log.with_name(f"{log.name}.{number}{'.gz' if pack else ''}")
    path.write_bytes(gzip.compress(text) if pack else text)
    moment = time.time() - ended * DAY
    os.utime(path, (moment, moment))


def text_time(days_ago: float) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() - days_ago * DAY))


def two_weeks(world: World) -> Arguments:
    return host(world, "daily\nrotate 14", since=400)


def two_weeks_packed(world: World) -> Arguments:
    return host(world, "daily\nrotate 14\ncompress\ndelaycompress", pack=True, since=400)


def by_week(world: World) -> Arguments:
    return {**host(world, "weekly\nrotate 12", apart=7.0, files=12, since=400), "min_retention": "84d"}


def in_another_folder(world: World) -> Arguments:
    (world.folder / "old").mkdir()
    args = host(world, f"daily\nrotate 14\nolddir {world.folder}/old", since=400)
    for path in pathlib.Path(args["path"]).parent.glob("app.log.*"):
        path.rename(world.folder / "old" / path.name)
    return args


def by_age(world: World) -> Arguments:
    return host(world, "daily\nrotate 400\nmaxage 20", files=19, since=400)


def begins_with_an_old_line(world: World) -> Arguments:
    """An import has written one line of long ago into the log of today."""
    args = host(world, "daily\nrotate 14", files=0, since=400)
    lines = [text_time(100), *[text_time(0.001 * number) for number in range(9, 0, -1)]]
    pathlib.Path(args["path"]).write_text("".join(f"{moment} info a line\n" for moment in lines))
    return args


def without_times(world: World) -> Arguments:
    args = host(world, "daily\nrotate 14", since=400)
    for path in pathlib.Path(args["path"]).parent.glob("app.log*"):
        moment = path.stat().st_mtime
        path.write_text("a line without a time\n")
        os.utime(path, (moment, moment))
    return args


def young_on_the_host(world: World) -> Arguments:
    return host(world, "daily\nrotate 14", files=3, since=5)


def as_old_as_the_host(world: World) -> Arguments:
    return host(world, "daily\nrotate 14", files=3, set_up=4.2)


def by_the_application(world: World) -> Arguments:
    return {**host(world, "daily\nrotate 14", since=400), "rotated_by": "application"}


def of_all_hosts(world: World) -> Arguments:
    """Files of a receiver."""
    args = host(world, "daily\nrotate 14", since=400)
    log = pathlib.Path(args.pop("path"))
    return {**args, "search": f"{log.parent}/{{host}}.log"}


def rule_too_short(world: World) -> Arguments:
    return host(world, "daily\nrotate 7", files=7, since=400)


def deleted_at_each_rotation(world: World) -> Arguments:
    return host(world, "daily\nrotate 0", files=0, since=400)


def age_too_short(world: World) -> Arguments:
    return host(world, "daily\nrotate 60\nmaxage 10", files=10, since=400)


def rotated_by_size(world: World) -> Arguments:
    """Generations follow each other every six hours."""
    return host(world, "daily\nrotate 14\nmaxsize 10M", apart=0.25, since=400)


def something_deletes(world: World) -> Arguments:
    """find -mtime +5 -delete, in somebody's crontab."""
    return host(world, "daily\nrotate 14", files=5, since=400)


def young_or_deleted(world: World) -> Arguments:
    return host(world, "daily\nrotate 14", files=3)


def kept_too_long(world: World) -> Arguments:
    """The dates of the rotated files got another form, so logrotate no longer deletes the old ones."""
    args = host(world, "daily\nrotate 14", since=900)
    log = pathlib.Path(args["path"])
    old = log.with_name("app.log-20240101")
    old.write_text(f"{text_time(400)} info a line\n")
    moment = time.time() - 399 * DAY
    os.utime(old, (moment, moment))
    return args


def kept_longer_than_allowed(world: World) -> Arguments:
    return {**kept_too_long(world), "max_retention": "30d"}


def never_deleted(world: World) -> Arguments:
    return {**host(world, "daily\nrotate -1", files=40, since=400), "max_retention": "30d"}


def size_alone(world: World) -> Arguments:
    return host(world, "size 10M\nrotate 5", files=1)


def by_size_as_it_is_now(world: World) -> Arguments:
    return host(world, "size 10M\nrotate 8", apart=2.0, files=8, since=400)


class WithoutLogrotate(Runner):
    def which(self, name: str) -> str | None:
        return None if name == "logrotate" else super().which(name)


def no_logrotate(world: World) -> Arguments:
    args = host(world, "daily\nrotate 14", files=3)
    world.runner = WithoutLogrotate(environ=world.runner.environ)
    return args


def no_log(world: World) -> Arguments:
    args = host(world, "daily\nrotate 14", files=0)
    pathlib.Path(args["path"]).unlink()
    return args


def no_file_of_a_receiver(world: World) -> Arguments:
    args = host(world, "daily\nrotate 14")
    del args["path"]
    return {**args, "search": f"{world.folder}/elsewhere/{{host}}/*.log"}


def binary(world: World) -> Arguments:
    args = host(world, "daily\nrotate 14", files=0)
    pathlib.Path(args["path"]).write_bytes(bytes(range(256)) * 1000)
    return args


ROWS = [
    Row(
        "log_retention",
        "the store keeps what it must",
        all_the_time,
        "pass",
        r"lines are kept for 90 d \(-retentionPeriod=90d .*, the oldest line is 89 d old, 90 d is asked",
    ),
    Row(
        "log_retention",
        "the store keeps more than it must",
        longer_than_asked,
        "pass",
        r"kept for 90 d .*, the oldest line is 88 d 12 h old, 30 d is asked",
    ),
    Row(
        "log_retention",
        "a young log, since a day that is declared",
        young_and_said,
        "pass",
        r"the oldest line is 11 d old, as the log itself; 90 d is asked",
    ),
    Row(
        "log_retention",
        "a young log, others have older lines",
        young_beside_others,
        "pass",
        r"lines of others there are 89 d old, so this log is young",
    ),
    Row("log_retention", "the first deployment", first_deployment, "pass", r"lines are kept for 90 d .*; there is no line yet"),
    Row("log_retention", "tried before the first deployment", tried_before_the_first_deployment, "pass", r"lines are kept for 90 d"),
    Row(
        "log_retention",
        "since is a day in another zone",
        since_of_a_part_of_the_day,
        "pass",
        r"the oldest line is 11 d old, as the log itself",
    ),
    Row(
        "log_retention",
        "older lines than since when it is said to be written",
        since_later_than_its_lines,
        "warn",
        r"lines of 29 d ago are there, though it is said to be written for",
    ),
    Row(
        "log_retention",
        "it is not the first deployment",
        not_the_first_deployment,
        "fail",
        r"the oldest line is 3 d old, and it has been written for 40\d d",
    ),
    Row("log_retention", "a log with a line a week", weekly_lines, "pass", r"the oldest line is 75 d old, 90 d is asked"),
    Row(
        "log_retention",
        "a log that may be young, and has enough",
        enough_of_what_may_be_more,
        "pass",
        r"the oldest line is 45 d old, 30 d is asked",
    ),
    Row(
        "log_retention",
        "the store keeps less than it must",
        policy_too_short,
        "fail",
        r"lines are kept for 14 d .*, they must be for 90 d; the oldest line there is 13 d old",
    ),
    Row(
        "log_retention",
        "the store keeps more than it may",
        policy_too_long,
        "fail",
        r"lines are kept for 90 d .*, they may be for 30 d at most",
    ),
    Row(
        "log_retention",
        "lines are deleted before the policy says",
        deleted_earlier,
        "fail",
        r"the oldest line is 12 d old, and it has been written for 40\d d.*: something deletes them earlier",
    ),
    Row(
        "log_retention",
        "lines are deleted when the disk is full",
        deleted_by_size,
        "fail",
        r"written for 40\d d.*: it drops its oldest days when its disk is fuller than",
    ),
    Row(
        "log_retention",
        "lines are deleted earlier, and are kept long enough",
        deleted_earlier_and_still_enough,
        "warn",
        r"the oldest line is 45 d old, and it has been written for 40\d d",
    ),
    Row(
        "log_retention", "nothing is logged in the holidays", a_fortnight_of_holidays, "pass", r"the oldest line is 89 d old, 90 d is asked"
    ),
    Row("log_retention", "nothing is logged at weekends", working_days, "pass", r"the oldest line is 89 d old, 85 d is asked"),
    Row("log_retention", "a line a month", once_a_month, "pass", r"the oldest line is 88 d old, 90 d is asked"),
    Row(
        "log_retention",
        "one old line has come again",
        one_line_of_a_wrong_clock,
        "fail",
        r"the oldest line is (?:[789]|10) d.* old, and it has been written for 40\d d.*; a few lines are 85 d old, far from all others",
    ),
    Row(
        "log_retention",
        "two lines of a wrong clock",
        two_lines_of_a_wrong_clock,
        "warn",
        r"the oldest line is (?:[789]|10) d.*it is a young log .*; a few lines are 85 d old, far from all others",
    ),
    Row("log_retention", "one old line of others proves nothing", old_line_of_others, "warn", r"11 d old: it is a young log"),
    Row(
        "log_retention",
        "there is no line of two months",
        a_hole,
        "warn",
        r"the oldest line is 89 d old, 90 d is asked; between 8[3-5] d.* and (?:9|10|11) d.* ago there is no line",
    ),
    Row(
        "log_retention",
        "a young log, or one that something deletes",
        young_or_lost,
        "warn",
        r"12 d old: it is a young log \(say since when: since\), or something deletes",
    ),
    Row("log_retention", "the oldest line is that of anybody", of_anybody, "warn", r"the oldest line is that of anybody in the store"),
    Row(
        "log_retention",
        "not one line is there, though it is written",
        nothing_there,
        "fail",
        r"there is no line of it, though it has been written for 40\d d",
    ),
    Row(
        "log_retention",
        "not one line is there",
        nothing_there_and_nobody_knows,
        "unknown",
        r"there is no line of it: is it looked for at the right place",
    ),
    Row(
        "log_retention",
        "a gateway hides the policy, old lines are there",
        a_gateway_hides_the_policy,
        "pass",
        r"the oldest line is 89 d old.*; the store does not say for how long",
    ),
    Row(
        "log_retention",
        "a gateway hides the policy, no old line is there",
        a_gateway_and_a_young_log,
        "unknown",
        r"12 d old.* whether it is a young log or lines are deleted cannot",
    ),
    Row(
        "log_retention",
        "a gateway shows the metrics of another product",
        metrics_of_another_product,
        "unknown",
        r"whether it is a young log or lines are deleted cannot be told; the store does not say",
    ),
    Row("log_retention", "the store cannot be reached", unreachable, "unknown", r"127\.0\.0\.1:9"),
    Row("log_retention", "a login page answers", login_page, "unknown", r"web page instead of lines"),
    Row(
        "log_retention",
        "logrotate keeps two weeks",
        two_weeks,
        "pass",
        r"kept for 14 d \(14 generations, daily\), the oldest line is 15 d 12 h old, 14 d is asked",
    ),
    Row(
        "log_retention",
        "logrotate keeps two weeks, compressed",
        two_weeks_packed,
        "pass",
        r"kept for 14 d \(14 generations, daily\), the oldest line is 15 d 12 h old",
    ),
    Row(
        "log_retention",
        "logrotate keeps twelve weeks",
        by_week,
        "pass",
        r"kept for 84 d \(12 generations, weekly\), the oldest line is 91 d 12 h old",
    ),
    Row(
        "log_retention",
        "the rotated files lie in another folder",
        in_another_folder,
        "pass",
        r"kept for 14 d \(14 generations, daily\), the oldest line is 15 d 12 h",
    ),
    Row("log_retention", "logrotate deletes by age", by_age, "pass", r"kept for 20 d \(maxage\), the oldest line is 20 d 12 h old"),
    Row("log_retention", "no line has a time", without_times, "pass", r"kept for 14 d .*, the oldest line is 14 d 12 h old"),
    Row(
        "log_retention",
        "a young log on the host",
        young_on_the_host,
        "pass",
        r"the oldest line is 4 d 12 h old, as the log itself; 14 d is asked",
    ),
    Row(
        "log_retention",
        "a log as old as its host",
        as_old_as_the_host,
        "pass",
        r"the oldest line is 4 d 12 h old, as the log itself; 14 d is asked",
    ),
    Row(
        "log_retention",
        "the application rotates, old lines are there",
        by_the_application,
        "pass",
        r"15 d 12 h old, lines must be kept for 14 d; the application rotates it",
    ),
    Row("log_retention", "the files of a receiver", of_all_hosts, "pass", r"kept for 14 d \(14 generations, daily\)"),
    Row(
        "log_retention",
        "generations by size, slow enough",
        by_size_as_it_is_now,
        "pass",
        r"kept for (?:15 d 23 h|16 d) \(8 generations, one each (?:47 h 59 min|2 d|48 h) as it is now",
    ),
    Row(
        "log_retention",
        "the log of today begins with an old line",
        begins_with_an_old_line,
        "fail",
        r"the oldest line is \d+ m.*written for 40\d d",
    ),
    Row(
        "log_retention",
        "logrotate keeps a week",
        rule_too_short,
        "fail",
        r"kept for 7 d \(7 generations, daily\), they must be for 14 d; the oldest line there is 8 d 12 h",
    ),
    Row(
        "log_retention",
        "logrotate keeps nothing",
        deleted_at_each_rotation,
        "fail",
        r"kept for 0 ms \(rotate 0: a rotation deletes what there is\), they must be for 14 d",
    ),
    Row("log_retention", "logrotate deletes by age, too early", age_too_short, "fail", r"kept for 10 d \(maxage\), they must be for 14 d"),
    Row(
        "log_retention",
        "it fills its size four times a day",
        rotated_by_size,
        "fail",
        r"kept for 3 d 1[12] h \(14 generations, one each (?:5 h 59 min|6 h) as it is now\), they must be",
    ),
    Row(
        "log_retention",
        "somebody deletes rotated files",
        something_deletes,
        "fail",
        r"the oldest line is 6 d 12 h old, and it has been written for 40\d d.* something deletes",
    ),
    Row(
        "log_retention",
        "a young log on an old host, or a deleted one",
        young_or_deleted,
        "warn",
        r"4 d 12 h old: it is a young log \(say since when: since\), or",
    ),
    Row(
        "log_retention",
        "files that nobody deletes any more",
        kept_too_long,
        "warn",
        r"kept for 14 d .*, the oldest line is 400 d old: it is not applied to them",
    ),
    Row(
        "log_retention",
        "lines older than they may become",
        kept_longer_than_allowed,
        "fail",
        r"lines of 400 d ago are there, they may be kept for 30 d at most",
    ),
    Row(
        "log_retention",
        "lines that are kept without end",
        never_deleted,
        "fail",
        r"kept without end \(rotate -1\), they may be for 30 d at most",
    ),
    Row(
        "log_retention",
        "generations by size, nobody knows how fast",
        size_alone,
        "unknown",
        r"it is rotated by its size, and how fast it fills is not known yet",
    ),
    Row("log_retention", "logrotate is not there", no_logrotate, "unknown", r"logrotate is not installed"),
    Row("log_retention", "the log is not there", no_log, "unknown", r"there is no line of it: is it looked for at the right place"),
    Row("log_retention", "no file of a receiver", no_file_of_a_receiver, "unknown", r"no file matches .*/elsewhere/\{host\}/\*\.log"),
    Row("log_retention", "bytes that are no text", binary, "warn", r"the oldest line is .* old: it is a young log"),
]
