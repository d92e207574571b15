# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rows of log_flow on a real VictoriaLogs."""

from __future__ import annotations

import os
import threading
import time
import typing as t

from ansible_collections.operability.readiness.plugins.module_utils._argspec import parse_arguments
from ansible_collections.operability.readiness.plugins.module_utils._checks import log_flow
from flowing import DAY, HOUR, MINUTE, Arguments, asking, line, marker, own_store, stamp, store
from nasty import Nasty
from table import Row, World

WEB1, WEB2 = line("web1", 20), line("web2", 40)
BOTH = r"2 of 2 instances have logged within 25 h, the newest line is"


def both(_world: World) -> Arguments:
    return asking(line("web1", 20), line("web1", 90), line("web2", 40))


def full_names(_world: World) -> Arguments:
    expect = [{"instance": "web1", "names": ["web1.prod.example"]}, {"instance": "web2", "names": ["WEB2.prod.example."]}]
    return asking(line("Web1.Prod.Example.", 20), line("web2.prod.example", 20), expect=expect)


def short_names_in_one_domain(_world: World) -> Arguments:
    return asking(line("web1.prod.example", 20), line("web2.prod.example", 20), line("web2", 20), line("web1.localdomain", 20))


def short_names_in_two_domains(_world: World) -> Arguments:
    return asking(line("web1.test.example", 20), line("web2.prod.example", 20))


def two_of_one_short_name(_world: World) -> Arguments:
    return asking(line("web1.test.example", 20), line("web1.prod.example", 20), line("web2.prod.example", 20))


def in_two_fields(_world: World) -> Arguments:
    """Two shippers, each with a field of its own for the host."""
    args = asking(line("web1", 20), line("web1", 40))
    other = {"_msg": "an order was taken", "_time": stamp(30), "_HOSTNAME": "web2", "app": "payments"}
    store().put(args["tenant"], other, streams="app")
    return args


def named_in_a_line_of_another(_world: World) -> Arguments:
    """web2 stands in another field of a line that says that it is of web1."""
    return asking(line("web1", 20, instance="web2"), line("web1", 40, source="web2"))


def addresses(_world: World) -> Arguments:
    expect = [{"instance": "web1", "names": ["10.0.0.5"]}, {"instance": "web2", "names": ["2001:db8::5"]}]
    return asking(line("10.0.0.5:514", 20), line("[2001:0db8:0:0:0:0:0:5]:601", 20), expect=expect)


def of_its_own_host_name(_world: World) -> Arguments:
    """The inventory calls it otherwise, and the host has said how it is called."""
    said = [{**marker("web1"), "names": ["ip-10-0-0-5", "10.0.0.5"]}, {**marker("web2"), "names": ["ip-10-0-0-6"]}]
    return asking(line("ip-10-0-0-5", 20), line("ip-10-0-0-6.internal", 20), markers=said)


def nightly(_world: World) -> Arguments:
    return asking(line("batch1", 20 * HOUR), hosts=["batch1"], every="24h", takes="3h")


def weekly(_world: World) -> Arguments:
    return asking(line("batch1", 6 * DAY), hosts=["batch1"], every="7d", takes="6h")


def quiet_daemon(_world: World) -> Arguments:
    said = [marker("web1", started=9 * DAY, written=20 * HOUR, writes=20 * HOUR), marker("web2", started=9 * DAY)]
    return asking(line("web1", 20 * HOUR), line("web2", 3 * HOUR), markers=said)


def containers(_world: World) -> Arguments:
    names = ("web-1", "web-2", "worker-7f9c-x2v", "/proxy")
    lines = [line("node1", 20, container=name) for name in names]
    return asking(*lines, expect=None, instances=["web-1", "web-2", "worker-*", "proxy"], by="container")


def three_pods(_world: World) -> Arguments:
    lines = [line("node1", 20, pod=f"shop-{number}") for number in range(3)]
    return asking(*lines, expect=None, min_instances=3, by="pod")


def since_the_deployment(_world: World) -> Arguments:
    return asking(line("web1", 5 * MINUTE), line("web2", 6 * MINUTE), since=stamp(30 * MINUTE))


def restarted_and_logging(_world: World) -> Arguments:
    said = [marker("web1", started=30 * MINUTE), marker("web2", started=20 * MINUTE, written=16 * MINUTE, writes=10 * MINUTE)]
    return asking(line("web1", 10 * MINUTE), line("web2", 10 * MINUTE), markers=said)


def behind_as_it_may_be(_world: World) -> Arguments:
    """What ships its log sends every five minutes."""
    said = [marker("web1", started=9 * DAY, written=16 * MINUTE, writes=1), marker("web2", started=9 * DAY)]
    return asking(line("web1", 10 * MINUTE), line("web2", 10 * MINUTE), markers=said)


def others_log_too(_world: World) -> Arguments:
    return asking(line("web1", 20), line("web2", 20), line("web3", 20), line("web1", 5, app="sshd"))


def sampled(_world: World) -> Arguments:
    return asking(line("web1", 20, sample_rate="10"), line("web2", 20, sample_rate="10"))


def two_hundred(_world: World) -> Arguments:
    hosts = [f"web{number}" for number in range(200)]
    return asking(*[line(host, 30) for host in hosts], hosts=hosts)


def one_silent(_world: World) -> Arguments:
    return asking(line("web1", 20), line("web2", 3 * DAY))


def never_came(_world: World) -> Arguments:
    return asking(line("web1", 20))


def several_silent(_world: World) -> Arguments:
    hosts = [f"web{number}" for number in range(1, 7)]
    return asking(line("web1", 20), line("web4", 20), line("web5", 2 * DAY), hosts=hosts)


def all_silent(_world: World) -> Arguments:
    return asking(line("web1", 3 * DAY), line("web2", 3 * DAY), line("db1", 5, app="postgresql"))


def without_the_field(_world: World) -> Arguments:
    """The field that is to name the host is in no line."""
    return asking(line("web1", 20), line("web2", 40), by="node")


def too_few_without_the_field(_world: World) -> Arguments:
    return asking(line("web1", 20), line("web2", 40), by="pod", expect=None, min_instances=2)


def some_without_the_field(_world: World) -> Arguments:
    """Lines of the host beside those of containers, of which one is silent."""
    lines = [*[line("node1", number) for number in range(20)], line("node1", 20, container="web-1")]
    return asking(*lines, expect=None, instances=["web-1", "web-2"], by="container")


def not_even_on_its_host(_world: World) -> Arguments:
    said = [marker("web1"), marker("web2", started=9 * DAY, written=3 * DAY, writes=3 * DAY)]
    return asking(line("web1", 20), line("web2", 3 * DAY), markers=said)


def shipper_stopped_in_the_night(_world: World) -> Arguments:
    """Lines of the last day are there, and none of the last three hours."""
    said = [marker("web1", started=9 * DAY, written=16 * MINUTE, writes=1), marker("web2", started=9 * DAY, written=16 * MINUTE, writes=2)]
    return asking(line("web1", 3), *[line("web2", 3 * HOUR + number) for number in range(50)], markers=said)


def shipper_stopped_for_days(_world: World) -> Arguments:
    said = [marker("web1"), marker("web2", started=9 * DAY, written=16 * MINUTE, writes=2)]
    return asking(line("web1", 3), line("web2", 3 * DAY), markers=said)


def silent_since_its_start(_world: World) -> Arguments:
    """Before the deployment it logged."""
    said = [marker("web1", started=HOUR), marker("web2", started=HOUR)]
    return asking(line("web1", 20), *[line("web2", 70 * MINUTE + number) for number in range(50)], markers=said)


def not_shipped_since_its_start(_world: World) -> Arguments:
    """The new version writes into another file, which nobody ships."""
    said = [marker("web1", started=HOUR), marker("web2", started=HOUR, written=16 * MINUTE, writes=2)]
    return asking(line("web1", 20), line("web2", 70 * MINUTE), markers=said)


def silent_since_the_deployment(_world: World) -> Arguments:
    return asking(line("web1", 20), line("web2", 70 * MINUTE), since=stamp(HOUR))


def just_started(_world: World) -> Arguments:
    said = [marker("web1", started=9 * DAY), marker("web2", started=20)]
    return asking(line("web1", 20), line("web2", 3 * MINUTE), markers=said)


def rare_and_started(_world: World) -> Arguments:
    """A batch whose unit was started, and that logs once a day: it is not late yet."""
    return asking(line("web1", 20), line("web2", 5 * HOUR), markers=[marker("web1"), marker("web2", started=HOUR)], every="24h")


def nightly_not_run(_world: World) -> Arguments:
    return asking(line("batch1", 30 * HOUR), line("batch1", 5, app="sshd"), hosts=["batch1"], every="24h", takes="3h")


def too_few_lines(_world: World) -> Arguments:
    return asking(*[line("web1", number) for number in range(10)], line("web2", 20), min_lines=5)


def another_name(_world: World) -> Arguments:
    return asking(line("web1", 20), line("ip-10-0-0-6", 20))


def of_the_test_environment(_world: World) -> Arguments:
    """web2.test is not web2.prod."""
    expect = [{"instance": name, "names": [f"{name}.prod.example", name]} for name in ("web1", "web2")]
    return asking(line("web1.prod.example", 20), line("web2.test.example", 20), expect=expect)


def all_under_the_relay(_world: World) -> Arguments:
    return asking(line("relay1", 20), line("relay1", 30))


def our_own_lines(_world: World) -> Arguments:
    """Of the one that is silent the marked lines of log_canary are there."""
    mark = "operability-canary 0f2f4f7c1b7a4f0e9f0f4b8a5d1c3e77"
    return asking(line("web1", 20), line("web2", 20, mark), line("web2", 20, f"2026-11-25T06:00:00Z info {mark}"))


def our_own_lines_in_another_field(_world: World) -> Arguments:
    mark = "operability-canary 0f2f4f7c1b7a4f0e9f0f4b8a5d1c3e77"
    return asking(line("web1", 20, "-", log="an order"), line("web2", 20, "-", log=mark), message_field="log")


def broken_off(_world: World) -> Arguments:
    """Nobody could look on the hosts; both have logged all the time, and one of them not for three hours."""
    both = [line("web1", number * 60) for number in range(1, 400)], [line("web2", 3 * HOUR + number * 60) for number in range(1, 400)]
    return asking(*both[0], *both[1])


def standby(_world: World) -> Arguments:
    """One of two works, the other one says a few words an hour."""
    return asking(
        *[line("web1", number * 60) for number in range(1, 400)], *[line("web2", 3 * HOUR + number * HOUR) for number in range(9)]
    )


def night(_world: World) -> Arguments:
    """Both have been quiet since the evening, and what else runs there goes on."""
    return asking(*_until_the_evening(), line("web1", 20, app="cron"))


def night_of_hosts_that_say_so(_world: World) -> Arguments:
    said = [marker(host, started=9 * DAY, written=6 * HOUR, writes=6 * HOUR) for host in ("web1", "web2")]
    return asking(*_until_the_evening(), markers=said)


def night_as_declared(_world: World) -> Arguments:
    return asking(*_until_the_evening(), every="12h")


def dead_since_the_evening(_world: World) -> Arguments:
    """Not one line of anybody has come into the whole store."""
    return asking(*_until_the_evening(), line("web1", 6 * HOUR, app="cron"))


def _until_the_evening(hosts: t.Sequence[str] = ("web1", "web2")) -> list[dict[str, str]]:
    return [line(host, 6 * HOUR + number * 60) for number in range(1, 300) for host in hosts]


def dead_for_twenty_hours(_world: World) -> Arguments:
    lines = [line("node1", 20 * HOUR + number * 60, pod=f"shop-{pod}") for number in range(200) for pod in "abc"]
    return asking(*lines, at=own_store("-retentionPeriod=100y"), expect=None, min_instances=3, by="pod")


def pods(**stopped: float) -> list[dict[str, str]]:
    """Pods that have logged each minute for a long time, until so many seconds ago."""
    return [line("node1", ago + number * 60, pod=f"shop-{pod}") for pod, ago in stopped.items() for number in range(400)]


def two_of_three_pods_stopped(_world: World) -> Arguments:
    return asking(*pods(a=5, b=5 * HOUR, c=5 * HOUR), expect=None, min_instances=3, by="pod")


def pods_of_before(_world: World) -> Arguments:
    """Two are of the version before, and gone."""
    lines = [line("node1", ago, pod=f"shop-{pod}") for pod, ago in (("a", 20), ("b", 12 * HOUR), ("c", 12 * HOUR))]
    return asking(*lines, expect=None, min_instances=3, by="pod")


def pods_that_log_rarely(world: World) -> Arguments:
    return {**pods_of_before(world), "every": "24h"}


def a_pattern_of_which_some_stopped(_world: World) -> Arguments:
    return asking(*pods(a=5, b=5 * HOUR, c=5 * HOUR), expect=None, instances=["shop-*"], by="pod")


def a_pattern_after_a_deployment(_world: World) -> Arguments:
    """As many new ones as have stopped."""
    new = [line("node1", number * 60, pod=f"shop-{pod}") for pod in "xy" for number in range(299)]
    return asking(*pods(b=5 * HOUR, c=5 * HOUR), *new, expect=None, instances=["shop-*"], by="pod")


def unreadable_on_the_host(_world: World) -> Arguments:
    said = [marker("web1"), marker("web2", hidden="/var/log/app.log may not be read by nobody")]
    return asking(line("web1", 20), line("web2", 20), markers=said)


def pods_of_anybody(_world: World) -> Arguments:
    return {**three_pods(_world), "query": None}


def seen_on(world: World, host: str, *agos: float, text: str = "{time}Z info a line", ago: float = 1.0) -> dict[str, t.Any]:
    """What this host says of a log with lines of so many seconds ago, the last one written so long ago, under another host's name."""
    path = world.folder / f"{host}.log"
    stamps = [time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(time.time() - one)) for one in agos]
    path.write_text("".join(f"{text.format(time=one)}\n" for one in stamps))
    os.utime(path, (time.time() - ago, time.time() - ago))
    return looked_at(world, host, str(path))


def looked_at(world: World, host: str, path: str) -> dict[str, t.Any]:
    args = parse_arguments(log_flow, {"backend": "journald", "min_instances": 1, "path": path})
    said = log_flow.see(args, world.runner).observed
    return {**said, "host": host, "inventory_host": host, "names": [host], "machine": "0123456789ab"}


def no_time_in_its_lines(world: World) -> Arguments:
    return asking(line("web1", 20), line("web2", 20), markers=[marker("web1"), seen_on(world, "web2", 1, text="a line")])


def stuck_without_times(world: World) -> Arguments:
    """Its log is written to all the time."""
    return asking(line("web1", 20), line("web2", 5 * HOUR), markers=[marker("web1"), seen_on(world, "web2", 1, text="a line")])


def quiet_without_times(world: World) -> Arguments:
    said = seen_on(world, "web2", 1, text="a line", ago=5 * HOUR)
    return asking(line("web1", 20), line("web2", 5 * HOUR), markers=[marker("web1"), said])


def stuck_behind_another_zone(world: World) -> Arguments:
    """The application writes its times five hours behind, and without a zone."""
    said = seen_on(world, "web2", *range(int(9 * HOUR), int(5 * HOUR), -60), text="{time} info a line")
    return asking(line("web1", 20), line("web2", 4 * HOUR), markers=[marker("web1"), said])


def stuck_before_another_zone(world: World) -> Arguments:
    said = seen_on(world, "web2", *range(int(2 * HOUR), int(-2 * HOUR), -60), text="{time} info a line")
    return asking(line("web1", 20), line("web2", 2 * HOUR), markers=[marker("web1"), said])


def in_another_zone(world: World) -> Arguments:
    said = seen_on(world, "web2", *range(int(9 * HOUR), int(5 * HOUR), -60), text="{time} info a line")
    return asking(line("web1", 20), line("web2", 20), markers=[marker("web1"), said])


def its_log_is_not_there(world: World) -> Arguments:
    said = looked_at(world, "web2", str(world.folder / "paymemts.log"))
    return asking(line("web1", 20), line("web2", 5 * HOUR), markers=[marker("web1"), said])


def its_log_is_empty(world: World) -> Arguments:
    return asking(line("web1", 20), line("web2", 5 * HOUR), markers=[marker("web1"), seen_on(world, "web2")])


def its_log_was_just_rotated(world: World) -> Arguments:
    seen_on(world, "web2", 3 * HOUR, 2 * HOUR, ago=2 * HOUR)
    (world.folder / "web2.log").rename(world.folder / "web2.log.1")
    return asking(line("web1", 20), line("web2", 2 * HOUR), markers=[marker("web1"), seen_on(world, "web2")])


def not_this_log(_world: World) -> Arguments:
    return asking(line("web1", 20), line("web2", 20, app="sshd"))


def in_another_tenant(_world: World) -> Arguments:
    server = own_store("-retentionPeriod=100y")
    args = asking(line("web1", 20), at=server)
    server.put(server.own_tenant(), line("web2", 20, "web2 took an order"))
    return args


def one_container_silent(_world: World) -> Arguments:
    lines = [line("node1", 20, container="web-1"), line("node1", 3 * DAY, container="web-2")]
    return asking(*lines, expect=None, instances=["web-1", "web-2"], by="container")


def too_few_pods(_world: World) -> Arguments:
    lines = [line("node1", 20, pod=f"shop-{number}") for number in range(2)]
    return asking(*lines, expect=None, min_instances=3, by="pod")


def clock_ahead(_world: World) -> Arguments:
    """Two hours, since long: what it has logged until now lies in all the time until then."""
    return asking(line("web1", 20), *[line("web2", -2 * HOUR + number * 60) for number in range(200)])


def clock_ahead_since_now(_world: World) -> Arguments:
    """Its lines all lie in the future, and more come."""
    return going_on(asking(line("web1", 20), line("web2", -2 * HOUR, "first")), -2 * HOUR)


def one_line_of_the_future(_world: World) -> Arguments:
    """It is silent, but for one line of a wrong date."""
    return asking(line("web1", 20), line("web2", -20 * HOUR))


def stuck_behind_the_future(_world: World) -> Arguments:
    said = [marker("web1"), marker("web2", started=9 * DAY, written=16 * MINUTE, writes=1)]
    return asking(line("web1", 20), line("web2", 5 * HOUR), line("web2", -20 * HOUR), markers=said)


def time_zone(_world: World) -> Arguments:
    """Five hours behind, and more lines come while it is looked at."""
    return going_on(asking(line("web1", 20), line("web2", 5 * HOUR, "first"), since=stamp(HOUR)), 5 * HOUR)


def going_on(args: Arguments, ago: float) -> Arguments:
    end = time.monotonic() + 180

    def more() -> None:
        while time.monotonic() < end:
            try:
                store().put(args["tenant"], line("web2", ago))
            except OSError:
                return
            time.sleep(0.5)

    threading.Thread(target=more, daemon=True).start()
    return args


def journald_suppressed(_world: World) -> Arguments:
    said = line("web2", 30, "Suppressed 1200 messages from payments.service")
    return asking(line("web1", 20), line("web2", 20), said)


def rsyslog_lost(_world: World) -> Arguments:
    said = line("web2", 30, "imjournal: 77 messages lost due to rate-limiting (20000 allowed within 600 seconds)")
    return asking(line("web1", 20), line("web2", 20), said)


def queue_discarded(_world: World) -> Arguments:
    said = line("web2", 30, "rsyslogd-pstats: fwd queue: origin=core.queue size=12 enqueued=90 full=4 discarded.full=31 discarded.nf=0")
    return asking(line("web1", 20), line("web2", 20), said)


def nothing_discarded(_world: World) -> Arguments:
    said = line("web2", 30, "rsyslogd-pstats: fwd queue: origin=core.queue size=12 enqueued=90 full=0 discarded.full=0 discarded.nf=0")
    return asking(line("web1", 20), line("web2", 20), said)


def host_has_dropped(_world: World) -> Arguments:
    return asking(line("web1", 20), line("web2", 20), markers=[marker("web1"), marker("web2", dropped=12)])


def store_drops(_world: World) -> Arguments:
    """Lines older than it keeps are dropped at its door."""
    server = own_store("-retentionPeriod=7d")
    return asking(line("web1", 20), line("web2", 20), *[line("web2", 30 * DAY + number) for number in range(5)], at=server)


def store_read_only(_world: World) -> Arguments:
    server = own_store("-retentionPeriod=100y")
    args = asking(line("web1", 20), line("web2", 20), at=server)
    server.stop()
    server.flags = ("-retentionPeriod=100y", "-storage.minFreeDiskSpaceBytes=900TB")
    server.start(60.0)
    return {**args, "url": server.url}


def any_line_counts(_world: World) -> Arguments:
    return {**asking(line("web1", 20), line("web2", 20)), "query": None}


def anything(world: World) -> Arguments:
    return {**any_line_counts(world), "query": "*"}


def any_host(world: World) -> Arguments:
    return {**any_line_counts(world), "query": "host:* AND (_time:2d)"}


def our_own_request(_world: World) -> Arguments:
    """An access log in JSON: what log_canary has asked for stands in another field than the message."""
    url = "/?readiness=operability-canary+0f2f4f7c1b7a4f0e9f0f4b8a5d1c3e77"
    return asking(line("web1", 20, "GET /", url="/basket"), *[line("web2", 20 + number, "GET /", url=url) for number in range(10)])


def store_behind(_world: World) -> Arguments:
    """Nothing of anybody has come for 30 hours."""
    return asking(line("web1", 30 * HOUR), line("web2", 31 * HOUR), line("db1", 30 * HOUR, app="postgresql"), every="2h")


def behind_since_the_start(_world: World) -> Arguments:
    said = [marker(name, started=HOUR, written=16 * MINUTE, writes=5) for name in ("web1", "web2")]
    return asking(line("web1", 3 * HOUR), line("web2", 3 * HOUR), line("db1", 2 * HOUR, app="postgresql"), markers=said)


def same_short_name(_world: World) -> Arguments:
    expect = [{"instance": f"web1.{where}.example", "names": [f"web1.{where}.example"]} for where in ("prod", "test")]
    return asking(line("web1", 20), expect=expect)


def an_empty_store(_world: World) -> Arguments:
    return asking()


def nobody_named(_world: World) -> Arguments:
    args = asking()
    store().put(args["tenant"], {"_msg": "an order was taken", "_time": stamp(20), "app": "payments"}, streams="app")
    return args


def unreachable(_world: World) -> Arguments:
    return {**asking(), "url": "http://127.0.0.1:9"}


def hangs(world: World) -> Arguments:
    return {**asking(), "url": world.running.start(Nasty, "hang").url, "timeout": "4s"}


def cut_short(world: World) -> Arguments:
    return {**asking(), "url": world.running.start(Nasty, "truncated").url}


def login_page(world: World) -> Arguments:
    return {**asking(), "url": world.running.start(Nasty, "login").url}


def query_refused(_world: World) -> Arguments:
    return {**asking(line("web1", 20)), "query": "app:=("}


def no_such_tenant(_world: World) -> Arguments:
    return {**asking(), "tenant": "payments"}


def in_the_future(_world: World) -> Arguments:
    return asking(line("web1", 20), line("web2", 20), since=stamp(-2 * HOUR))


ROWS = [
    Row(
        "log_flow",
        "nothing but our own, in a field of that name",
        our_own_lines_in_another_field,
        "fail",
        r"no line of web2 has come within",
    ),
    Row("log_flow", "no line has the field that names the host", without_the_field, "unknown", r"has the field node, so that"),
    Row("log_flow", "no line has the field that is counted", too_few_without_the_field, "unknown", r"has the field pod, so that"),
    Row("log_flow", "some lines have no such field, and one is silent", some_without_the_field, "fail", r"no line of web-2 has come"),
    Row("log_flow", "one works, the other one stands by", standby, "pass", BOTH),
    Row("log_flow", "lines without a time on a host", no_time_in_its_lines, "pass", BOTH),
    Row("log_flow", "a quiet log without times", quiet_without_times, "pass", BOTH),
    Row("log_flow", "times of another zone on a host", in_another_zone, "pass", BOTH),
    Row("log_flow", "a log that was just rotated on its host", its_log_was_just_rotated, "pass", BOTH),
    Row(
        "log_flow",
        "stuck, and no time in the lines on the host",
        stuck_without_times,
        "warn",
        r"web2 .* is 5 h(?: \d+ min)? old, .* not stuck is not",
    ),
    Row(
        "log_flow",
        "stuck, and the times on the host lie behind",
        stuck_behind_another_zone,
        "warn",
        r"is 4 h(?: \d+ min)? old, .* not stuck is not",
    ),
    Row(
        "log_flow",
        "stuck, and the times on the host lie ahead",
        stuck_before_another_zone,
        "warn",
        r"is 2 h(?: \d+ min)? old, .* not stuck is not",
    ),
    Row("log_flow", "the log is not there on the host", its_log_is_not_there, "warn", r"not looked at: \S*paymemts\.log does not exist"),
    Row("log_flow", "the log is empty on the host", its_log_is_empty, "warn", r"web2\.log is empty, and nothing of it was rotated away"),
    Row("log_flow", "a query that anything matches", anything, "warn", r"whoever wrote them: say which are those of the service"),
    Row("log_flow", "a query that any host matches", any_host, "warn", r"whoever wrote them: say which are those of the service"),
    Row("log_flow", "nothing but requests of our own", our_own_request, "fail", r"1 of 2 instances log: no line of web2 has come"),
    Row(
        "log_flow",
        "all lines lie in the future, and more come",
        clock_ahead_since_now,
        "warn",
        r"newest line of web2 lies .* in the future",
    ),
    Row(
        "log_flow",
        "one line of the future, and no other",
        one_line_of_the_future,
        "fail",
        r"no line of web2 has come within 25 h; its newest line lies 19 h 5\d min .*in the future",
    ),
    Row(
        "log_flow",
        "stuck, with one line of the future",
        stuck_behind_the_future,
        "fail",
        r"newest line of web2 in the store is 5 h(?: \d+ min)? old",
    ),
    Row("log_flow", "two shippers name the host in different fields", in_two_fields, "pass", BOTH),
    Row("log_flow", "a line of another host that names it", named_in_a_line_of_another, "fail", r"1 of 2 instances log: no line of web2"),
    Row("log_flow", "an empty store", an_empty_store, "unknown", r"there is no line of anybody in VictoriaLogs .* of the last 7 d"),
    Row("log_flow", "hosts are known by their short names alone", short_names_in_one_domain, "pass", BOTH),
    Row(
        "log_flow",
        "short names, and two domains",
        short_names_in_two_domains,
        "warn",
        r"only the short name is known are there in prod\.example, test\.example",
    ),
    Row(
        "log_flow",
        "two hosts have the short name",
        two_of_one_short_name,
        "unknown",
        r"web1 is there in several domains \(prod\.example, test\.example\)",
    ),
    Row("log_flow", "both have been quiet since the evening", night, "pass", BOTH),
    Row("log_flow", "both have been quiet, as their hosts say", night_of_hosts_that_say_so, "pass", BOTH),
    Row("log_flow", "both have been quiet, as it was declared", night_as_declared, "pass", r"2 of 2 instances have logged within 13 h"),
    Row(
        "log_flow",
        "nothing of anybody has come since the evening",
        dead_since_the_evening,
        "warn",
        r"nothing of anybody has come into VictoriaLogs .* for 6 h(?: \d+ min)?, and \d+ lines had come within as long before",
    ),
    Row("log_flow", "nothing has come for twenty hours", dead_for_twenty_hours, "warn", r"nothing of anybody has come into .* for 20 h"),
    Row(
        "log_flow",
        "two of three pods have stopped",
        two_of_three_pods_stopped,
        "warn",
        r"1 instances log now, at least 3 must: shop-[bc], shop-[bc] had logged until 5 h",
    ),
    Row(
        "log_flow",
        "two pods are of the version before",
        pods_of_before,
        "warn",
        r"at least 3 must: shop-[bc], shop-[bc] had logged until 12 h",
    ),
    Row("log_flow", "pods that log once a day", pods_that_log_rarely, "pass", r"3 of 3 instances have logged within 25 h"),
    Row(
        "log_flow",
        "some of a pattern have stopped",
        a_pattern_of_which_some_stopped,
        "warn",
        r"2 of 3 that are called shop-\* have stopped, shop-[bc], shop-[bc], the last one 5 h",
    ),
    Row("log_flow", "new ones have taken the place of those that stopped", a_pattern_after_a_deployment, "pass", r"1 of 1 instance"),
    Row("log_flow", "nothing but marked lines of our own", our_own_lines, "fail", r"no line of web2 has come within 25 h"),
    Row(
        "log_flow",
        "one broke off while the other one goes on",
        broken_off,
        "warn",
        r"web2 had logged 399 lines until 3 h.* ago and none since",
    ),
    Row(
        "log_flow",
        "what a host has logged itself may not be read",
        unreadable_on_the_host,
        "warn",
        r"was not looked at: /var/log/app.log may not",
    ),
    Row("log_flow", "pods of anybody count", pods_of_anybody, "warn", r"whoever wrote them: say which are those of the service"),
    Row("log_flow", "both hosts log", both, "pass", BOTH),
    Row("log_flow", "both hosts log, under their full names", full_names, "pass", BOTH),
    Row("log_flow", "both hosts log, under their addresses", addresses, "pass", BOTH),
    Row("log_flow", "both log under names that they give themselves", of_its_own_host_name, "pass", BOTH),
    Row("log_flow", "the nightly job logged twenty hours ago", nightly, "pass", r"1 of 1 instance has logged within 27 h"),
    Row("log_flow", "the weekly job logged six days ago", weekly, "pass", r"1 of 1 instance has logged within 7 d 6 h"),
    Row("log_flow", "a quiet daemon, whose last line is there", quiet_daemon, "pass", BOTH),
    Row("log_flow", "all containers log, some of them by a pattern", containers, "pass", r"4 of 4 instances have logged"),
    Row("log_flow", "as many pods as must log, whatever their names", three_pods, "pass", r"3 of 3 instances have logged"),
    Row("log_flow", "both have logged since the deployment", since_the_deployment, "pass", r"2 of 2 instances have logged within 3\d min"),
    Row("log_flow", "both were restarted and have logged since", restarted_and_logging, "pass", BOTH),
    Row("log_flow", "lines arrive a few minutes late", behind_as_it_may_be, "pass", BOTH),
    Row("log_flow", "a host that is not expected logs too", others_log_too, "pass", BOTH),
    Row("log_flow", "lines are sampled on purpose", sampled, "pass", BOTH),
    Row("log_flow", "two hundred hosts log", two_hundred, "pass", r"200 of 200 instances have logged"),
    Row(
        "log_flow",
        "one of two hosts is silent",
        one_silent,
        "fail",
        r"1 of 2 instances log: no line of web2 has come within 25 h; its newest line is 3 d",
    ),
    Row(
        "log_flow",
        "a host never had a line there",
        never_came,
        "fail",
        r"no line of web2 has come within 25 h; none of it has come for 7 d",
    ),
    Row(
        "log_flow",
        "four of six hosts are silent",
        several_silent,
        "fail",
        r"2 of 6 instances log, not so web2, web3, web5, web6: no line of web2",
    ),
    Row(
        "log_flow",
        "both hosts are silent, others log",
        all_silent,
        "fail",
        r"0 of 2 instances log, not so web1, web2: no line of web1 has come",
    ),
    Row(
        "log_flow",
        "it is silent on its own host too",
        not_even_on_its_host,
        "fail",
        r"web2 is silent: it has not logged on its own host either for 3 d",
    ),
    Row(
        "log_flow",
        "what ships the log stopped three hours ago",
        shipper_stopped_in_the_night,
        "fail",
        r"web2 in the store is 3 h.* is stuck, or leaves out",
    ),
    Row(
        "log_flow",
        "what ships the log stopped three days ago",
        shipper_stopped_for_days,
        "fail",
        r"web2 logs on its host, .* what ships its log has stopped",
    ),
    Row(
        "log_flow",
        "nothing has come since it was restarted",
        silent_since_its_start,
        "fail",
        r"web2 was started 6\d min(?: \d+ s)? ago.* has not logged since; .*7\d min(?: \d+ s)? old",
    ),
    Row(
        "log_flow",
        "the new version logs where nobody ships it",
        not_shipped_since_its_start,
        "fail",
        r"and logs on its host, .* does not follow",
    ),
    Row(
        "log_flow",
        "nothing has come since the deployment",
        silent_since_the_deployment,
        "fail",
        r"no line of web2 has come within (?:60|61) min",
    ),
    Row(
        "log_flow",
        "the nightly job did not run",
        nightly_not_run,
        "fail",
        r"no line of batch1 has come within 27 h; other lines of its host come",
    ),
    Row("log_flow", "too few lines", too_few_lines, "fail", r"web2 has logged 1 line.* within 25 h, at least 5 must be there"),
    Row("log_flow", "it logs under another name", another_name, "fail", r"no line of web2 .*; ip-10-0-0-6 logs there and is not expected"),
    Row(
        "log_flow",
        "the host of that name in another environment logs",
        of_the_test_environment,
        "fail",
        r"no line of web2 .*; web2.test.example logs",
    ),
    Row("log_flow", "all lines are under the name of the relay", all_under_the_relay, "fail", r"0 of 2 instances log.*relay1 logs there"),
    Row(
        "log_flow",
        "other lines of the host come, not those of the service",
        not_this_log,
        "fail",
        r"web2 .*; other lines of its host come, .* this log alone",
    ),
    Row(
        "log_flow",
        "its lines go to another tenant",
        in_another_tenant,
        "fail",
        r"web2 .*; lines of it lie elsewhere: it lies in the tenant \d+:\d+, not in",
    ),
    Row("log_flow", "one of two containers is silent", one_container_silent, "fail", r"no line of web-2 has come within 25 h"),
    Row("log_flow", "too few pods log", too_few_pods, "fail", r"2 instances have logged, at least 3 must"),
    Row(
        "log_flow",
        "a clock is two hours ahead",
        clock_ahead,
        "warn",
        r"newest line of web2 lies (?:119 min 5\d s|2 h) in the future",
    ),
    Row(
        "log_flow",
        "a time zone is taken for another",
        time_zone,
        "warn",
        r"lines of web2 come, and the newest is 5 h.* old: they are late by that, or",
    ),
    Row("log_flow", "it was started seconds ago", just_started, "warn", r"web2 was started 2\d(?:\.\d)? s ago and has not logged since"),
    Row(
        "log_flow",
        "it was started an hour ago and logs once a day",
        rare_and_started,
        "warn",
        r"web2 was started .* and has not logged since; its newest line is 5 h",
    ),
    Row(
        "log_flow",
        "journald says that it dropped lines",
        journald_suppressed,
        "warn",
        r"1200 lines of web2 were dropped before they were sent",
    ),
    Row("log_flow", "rsyslog says that it lost lines", rsyslog_lost, "warn", r"77 lines of web2 were dropped before they were sent"),
    Row(
        "log_flow",
        "a queue of rsyslog has discarded lines",
        queue_discarded,
        "warn",
        r"31 lines of web2 were dropped before they were sent",
    ),
    Row("log_flow", "rsyslog says that it has discarded nothing", nothing_discarded, "pass", BOTH),
    Row("log_flow", "its host says that lines were dropped", host_has_dropped, "warn", r"12 lines of web2 were dropped on their way"),
    Row(
        "log_flow",
        "the store drops lines",
        store_drops,
        "warn",
        r"the store has dropped 5 lines since it was started, .*% of what it was given",
    ),
    Row("log_flow", "the store takes no lines any more", store_read_only, "warn", r"takes no more lines: its disk is full"),
    Row("log_flow", "any line of a host counts", any_line_counts, "warn", r"whoever wrote them: say which are those of the service"),
    Row("log_flow", "nothing of anybody has come", store_behind, "unknown", r"nothing of anybody has come into VictoriaLogs .* for 30 h"),
    Row(
        "log_flow",
        "nothing of anybody since they were started",
        behind_since_the_start,
        "unknown",
        r"nothing of anybody has come into .* stands still",
    ),
    Row(
        "log_flow",
        "two hosts have the same name there",
        same_short_name,
        "unknown",
        r"is called web1 in the store, as web1.test.example: whether it logs cannot",
    ),
    Row("log_flow", "no line says whose it is", nobody_named, "unknown", r"none of the fields that usually name a host"),
    Row("log_flow", "the store cannot be reached", unreachable, "unknown", r"127\.0\.0\.1:9"),
    Row("log_flow", "the store never answers", hangs, "unknown", r"did not answer|time allowed"),
    Row(
        "log_flow",
        "the store answers with something else",
        cut_short,
        "unknown",
        r"answered with what VictoriaLogs does not answer|broke off",
    ),
    Row("log_flow", "a login page answers", login_page, "unknown", r"web page instead of lines"),
    Row("log_flow", "the store refuses the query", query_refused, "unknown", r"refuses /select/logsql/query \(400\)"),
    Row("log_flow", "there is no such tenant", no_such_tenant, "unknown", r"payments(?::0)? is no tenant of VictoriaLogs"),
    Row("log_flow", "the deployment lies in the future", in_the_future, "unknown", r"since: .* lies in the future"),
]
