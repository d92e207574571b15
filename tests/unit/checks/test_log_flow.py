# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""log_flow: whose name is whose, what of an instance is silence, and what explains it."""

from __future__ import annotations

import dataclasses
import os
import pathlib
import random
import time
import typing as t

import pytest
from ansible_collections.operability.readiness.plugins.module_utils._argspec import ArgumentsRefused, parse_arguments
from ansible_collections.operability.readiness.plugins.module_utils._checks import _log_sources, log_flow
from ansible_collections.operability.readiness.plugins.module_utils._checks._log_drops import lost_by
from ansible_collections.operability.readiness.plugins.module_utils._checks._log_instances import Expected, host_names, matched, plain_name
from ansible_collections.operability.readiness.plugins.module_utils._checks._log_silence import Asked, judge
from ansible_collections.operability.readiness.plugins.module_utils._clients.log_store import Flow, Stored
from ansible_collections.operability.readiness.plugins.module_utils._finding import CannotObserve, Finding
from ansible_collections.operability.readiness.plugins.module_utils._phrase import phrase
from fakes import NOW, Completed, FakeRunner

MOMENT = NOW.timestamp()
MINUTE, HOUR, DAY = 60.0, 3600.0, 86400.0


# -- names


@pytest.mark.parametrize(
    ("given", "plain"),
    [
        ("Web1.Example.", "web1.example"),
        ("web1:514", "web1"),
        ("10.0.0.5:514", "10.0.0.5"),
        ("[2001:0DB8::5]:601", "2001:db8::5"),
        ("2001:db8:0:0:0:0:0:5", "2001:db8::5"),
        ("::ffff:10.0.0.5", "10.0.0.5"),
        ("fe80::1%eth0", "fe80::1"),
        ("  web1  ", "web1"),
        ("", ""),
        ("web1:ssh", "web1:ssh"),
    ],
)
def test_a_name_as_it_is_compared(given: str, plain: str) -> None:
    assert plain_name(given) == plain


def test_the_first_label_of_an_address_is_no_name() -> None:
    assert host_names(["10.0.0.5", "web1", "10"]) == ("10.0.0.5", "web1")


@pytest.mark.parametrize(
    ("names", "stored", "fits"),
    [
        (["web1"], "web1", True),
        (["web1"], "WEB1.example", True),
        (["web1.example", "web1"], "web1", True),
        (["web1.prod.example", "web1"], "web1.prod.example", True),
        (["web1.prod.example", "web1"], "web1.test.example", False),  # another host of the same first name
        (["web1.prod.example"], "web1", True),
        (["10.0.0.5"], "10.0.0.5:514", True),
        (["10.0.0.5"], "10.0.0.50", False),
        (["web1"], "web10", False),
        (["web1"], "10.0.0.5", False),
        (["web1"], "", False),
    ],
)
def test_whose_name_it_is(names: list[str], stored: str, fits: bool) -> None:
    found = matched([Expected("one", host_names(names))], [stored])
    assert (found.of["one"] == [stored]) is fits


def test_the_exact_name_wins_over_one_that_may_be_meant() -> None:
    expected = [Expected("a", host_names(["web1"])), Expected("b", host_names(["web1.example"]))]
    found = matched(expected, ["web1", "web1.example"])
    assert (found.of, found.shared) == ({"a": ["web1"], "b": ["web1.example"]}, {})


def test_a_name_that_several_hosts_may_have_is_told() -> None:
    expected = [Expected(name, host_names([name])) for name in ("web1.prod", "web1.test")]
    assert matched(expected, ["web1"]).shared == {"web1": ["web1.prod", "web1.test"]}


def test_ten_thousand_hosts_are_told_apart_at_once() -> None:
    expected = [Expected(f"web{number}", host_names([f"web{number}.example", f"web{number}"])) for number in range(10_000)]
    flows = {f"web{number}": Flow(200, MOMENT) for number in range(10_000)}
    assert judge(expected, matched(expected, flows), flows, asked()) == []


def test_units_and_containers_are_called_as_they_are() -> None:
    expected = [Expected("payments", ("payments",), host=False), Expected("web-*", ("web-*",), host=False)]
    found = matched(expected, ["payments.service", "/web-1", "web-2", "Web-3", "payments.timer"])
    assert found.of == {"payments": ["payments.service"], "web-*": ["/web-1", "web-2"]}
    assert found.strangers == ["Web-3", "payments.timer"]


# -- silence


def asked(**more: t.Any) -> Asked:
    given = {"now": MOMENT, "window": 25 * HOUR, "since": None, "min_lines": 1, "max_lag": 15 * MINUTE, "rhythm": False, **more}
    return Asked(**given)


def said_of(one: Expected, flow: Flow | None, **more: t.Any) -> tuple[str, str]:
    flows = {} if flow is None else {one.names[0]: flow}
    said = judge([one], matched([one], flows), flows, asked(**more))
    return (str(said[0].status), str(said[0].message)) if said else ("pass", "")


def host(**moments: float) -> Expected:
    return Expected("web1", ("web1",), True, **{name: MOMENT - ago for name, ago in moments.items()})


def lines(ago: float, count: int = 5) -> Flow:
    return Flow(count, MOMENT - ago)


@pytest.mark.parametrize(
    ("one", "flow", "more", "status", "words"),
    [
        (host(), lines(20), {}, "pass", ""),
        (host(), lines(24 * HOUR), {}, "pass", ""),
        (host(), None, {}, "fail", "no line of web1 has come within 25 h"),
        (host(started=20), None, {}, "warn", "was started 20 s ago and no line of it is there yet"),
        (host(started=20), lines(60), {}, "warn", "was started 20 s ago and has not logged since"),
        (host(started=301), lines(400), {}, "fail", "has not logged since; its newest line is"),
        (host(started=HOUR), lines(2 * HOUR), {"rhythm": True}, "warn", "has not logged since"),
        (host(started=26 * HOUR), lines(24 * HOUR), {"rhythm": True}, "pass", ""),
        (host(started=2), lines(3), {}, "pass", ""),  # a second of difference is none
        (host(started=HOUR, written=20 * MINUTE, writes=5), lines(2 * HOUR), {"rhythm": True}, "fail", "does not follow"),
        (host(), lines(20, 4), {"min_lines": 5}, "fail", "has logged 4 lines within 25 h, at least 5 must be there"),
        (host(), lines(-301), {}, "warn", "lies 5 min 1 s in the future"),
        (host(), lines(-299), {}, "pass", ""),
        (host(written=16 * MINUTE, writes=1), lines(17 * MINUTE), {}, "pass", ""),
        (host(written=16 * MINUTE, writes=1), lines(19 * MINUTE), {}, "fail", "is stuck, or leaves out"),
        (host(written=16 * MINUTE, writes=1), lines(3 * HOUR), {"max_lag": 4 * HOUR}, "pass", ""),
        (host(written=3 * DAY, writes=3 * DAY), None, {}, "fail", "it has not logged on its own host either for 3 d"),
        (host(written=16 * MINUTE, writes=3), None, {}, "fail", "logs on its host, 3 s ago for the last time"),
        (host(), None, {"since": MOMENT - 30}, "warn", "no line of it is there yet"),
        (host(), None, {"since": MOMENT - HOUR}, "fail", "no line of web1 has come within 60 min"),
        (dataclasses.replace(host(writes=5), timeless=True), lines(5 * HOUR), {}, "warn", "is not stuck is not proven"),
        (dataclasses.replace(host(writes=5), timeless=True), lines(10 * MINUTE), {}, "pass", ""),
        (dataclasses.replace(host(writes=5 * HOUR), timeless=True), lines(5 * HOUR), {}, "pass", ""),
        (dataclasses.replace(host(writes=HOUR, written=HOUR), timeless=True), lines(5 * HOUR), {}, "fail", "is stuck"),
        (Expected("web1", ("web1",), dropped=1), lines(20), {}, "warn", "1 line of web1 was dropped on its way"),
    ],
)
def test_what_is_said_of_an_instance(one: Expected, flow: Flow | None, more: dict[str, t.Any], status: str, words: str) -> None:
    found = said_of(one, flow, **more)
    assert found[0] == status and words in found[1], found


# -- arguments


def arguments(**more: t.Any) -> t.Any:
    given = {"backend": "victorialogs", "url": "http://logs.example", "query": "app:=x", "expect": [{"instance": "web1"}], **more}
    return parse_arguments(log_flow, {key: value for key, value in given.items() if value is not None})


@pytest.mark.parametrize(
    ("more", "problem"),
    [
        ({"expect": []}, "there is nothing to look for"),
        ({"expect": None}, "there is nothing to look for"),
        ({"url": None}, "url is required with backend victorialogs"),
        ({"instances": ["a"]}, "needs the field that tells them apart (by)"),
        ({"min_lines": 0}, "min_lines must be 1 or more"),
        ({"min_instances": 0}, "min_instances must be 1 or more"),
        ({"every": "0s"}, "every must be longer than nothing"),
        ({"max_lag": "0s"}, "max_lag must be longer than nothing"),
        ({"backend": "file"}, "search"),
    ],
)
def test_arguments_that_ask_nothing_are_refused(more: dict[str, t.Any], problem: str) -> None:
    with pytest.raises(ArgumentsRefused, match=problem.replace("(", r"\(").replace(")", r"\)")):
        arguments(**more)


def test_what_a_host_says_of_itself_makes_it_known() -> None:
    marker = {
        "inventory_host": "web1",
        "names": ["ip-10-0-0-5", "172.17.0.1"],
        "started": MOMENT - 60,
        "written": "no number",
        "dropped": 3,
    }
    other = {"inventory_host": "web2", "names": ["172.17.0.1", "172.17.0.1"], "started": True}
    one, two = log_flow.expected_of(arguments(markers=[marker, other]))
    assert (one.names, one.started, one.written, one.dropped) == (("web1", "ip-10-0-0-5"), MOMENT - 60, None, 3)
    assert (two.instance, two.names, two.started) == ("web2", ("web2",), None)  # the address of a bridge tells nobody apart


@pytest.mark.parametrize(
    ("text", "ago"), [("2026-11-25T05:00:00Z", HOUR), ("2026-11-25T05:00:00", HOUR), ("2026-11-25T06:30:00+01:00", HOUR / 2)]
)
def test_a_moment_without_a_zone_is_utc(text: str, ago: float) -> None:
    assert log_flow.moment_of(text, MOMENT) == MOMENT - ago


@pytest.mark.parametrize("text", ["yesterday", "2026-11-25T08:00:00Z"])
def test_a_moment_that_is_none_is_told(text: str) -> None:
    with pytest.raises(CannotObserve, match="since"):
        log_flow.moment_of(text, MOMENT)


# -- a store, and what explains silence


class Store:
    """A store that answers what a test puts in; with a query only the lines of the service."""

    def __init__(self, args: t.Mapping[str, object], flows: dict[str, dict[str, float]], **more: t.Any) -> None:
        self.name, self.args, self.flows, self.more = "Logs http://logs.example", args, flows, more

    def ready(self) -> list[t.Any]:
        return list(self.more.get("hinders", ()))

    def flow(self, by: str, since: float, until: float) -> dict[str, Flow]:
        self.more.setdefault("fields", []).append(by)
        kind = "mine" if "app:=x" in str(self.args.get("query")) else "all"
        found = self.flows.get(kind, {})
        if by not in self.more.get("has", ("host",)):
            return {"": Flow(1, MOMENT)} if found else {}
        return {name: Flow(3, MOMENT - ago) for name, ago in found.items() if since <= MOMENT - ago <= until}

    def find(self, tokens: t.Sequence[str], since: float) -> list[Stored]:
        return list(self.more.get("lines", ()))

    def find_elsewhere(self, tokens: t.Sequence[str], since: float) -> list[Stored]:
        return list(self.more.get("elsewhere", ()))

    def oldest(self) -> float | None:
        return None

    def kept(self) -> None:
        return None


def found_in(
    monkeypatch: pytest.MonkeyPatch, flows: dict[str, dict[str, float]], args: dict[str, t.Any] | None = None, **more: t.Any
) -> Finding:
    monkeypatch.setattr(_log_sources, "log_store", lambda _backend, given, _runner: Store(given, flows, **more))
    return log_flow.run(arguments(**(args or {})), FakeRunner())


def test_the_field_in_which_the_hosts_stand_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    finding = found_in(monkeypatch, {"mine": {"web1": 20}})
    assert (finding.status, finding.observed["field"]) == ("pass", "host")
    assert found_in(monkeypatch, {"mine": {"web1": 20}}, {"by": "host"}).observed["logging"] == ["web1"]


def test_lines_elsewhere_of_before_explain_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    line = Stored("web1", MOMENT - 3 * DAY, "web1", "other", astray=phrase("it lies in the index {index}", index="other"))
    finding = found_in(monkeypatch, {"all": {"db1": 5}}, {}, elsewhere=[line])
    assert finding.status == "fail" and "elsewhere" not in finding.message
    line = Stored("web1", MOMENT - 60, "web1", "other", astray=phrase("it lies in the index {index}", index="other"))
    assert "lines of it lie elsewhere: it lies in the index other" in found_in(monkeypatch, {}, {}, elsewhere=[line]).message


def test_a_store_stands_still_only_where_nobody_has_newer_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    stands = {"mine": {"web1": 30 * HOUR}, "all": {"web1": 30 * HOUR, "db1": 29 * HOUR}}
    finding = found_in(monkeypatch, stands)
    assert (finding.status, finding.instrument) == ("unknown", "Logs http://logs.example")
    moves = {"mine": {"web1": 30 * HOUR}, "all": {"web1": 30 * HOUR, "db1": 60}}
    assert found_in(monkeypatch, moves).status == "fail"
    alone = {"mine": {"web1": 30 * HOUR}, "all": {"web1": 30 * HOUR}}
    assert found_in(monkeypatch, alone).status == "fail"


def test_one_that_logs_shows_that_the_store_does_not_stand_still(monkeypatch: pytest.MonkeyPatch) -> None:
    flows = {"mine": {"web1": 60}, "all": {"web1": 60, "db1": 30 * HOUR}}
    finding = found_in(monkeypatch, flows, {"expect": [{"instance": "web1"}, {"instance": "web2"}]})
    assert (finding.status, finding.observed["silent"]) == ("fail", ["web2"])


def test_each_silent_instance_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    hosts = [f"web{number}" for number in range(60)]
    finding = found_in(monkeypatch, {"mine": {"web0": 5}}, {"expect": [{"instance": one} for one in hosts]})
    assert finding.observed["silent"] == sorted(hosts[1:])
    assert len(finding.details) == 59 and "and 29 more" in finding.message


def test_what_hinders_the_store_is_told_and_explains_silence(monkeypatch: pytest.MonkeyPatch) -> None:
    full = [phrase("its disk is full")]
    assert found_in(monkeypatch, {"mine": {"web1": 20}}, {}, hinders=full).status == "warn"
    assert found_in(monkeypatch, {}).status == "unknown"
    finding = found_in(monkeypatch, {}, {}, hinders=full)
    assert finding.status == "fail" and "; its disk is full" in finding.message


def test_a_store_of_which_nothing_is_asked_but_the_host_proves_less(monkeypatch: pytest.MonkeyPatch) -> None:
    finding = found_in(monkeypatch, {"all": {"web1": 20}}, {"query": None})
    assert finding.status == "warn" and "say which are those of the service" in finding.message
    assert found_in(monkeypatch, {"all": {"web1": 20}}, {"query": None, "index": "logs-payments"}).status == "pass"


@pytest.mark.parametrize(
    ("text", "lost"),
    [
        ("Suppressed 1200 messages from payments.service", 1200),
        ("imjournal: 77 messages lost due to rate-limiting (20000 allowed within 600 seconds)", 77),
        ("imuxsock lost 12 messages from pid 4711 due to rate-limiting", 12),
        ("fwd: origin=core.queue size=1 discarded.full=31 discarded.nf=40", 40),
        ('{"name":"fwd","discarded.full":31}', 31),
        ("fwd: discarded.full=0 discarded.nf=0", 0),
        ("an order of 12 messages", 0),
    ],
)
def test_what_shippers_say_of_lines_that_they_lost(text: str, lost: int) -> None:
    assert lost_by(Stored(text, None, None, "")) == lost


# -- the half on the hosts


def seen(tmp_path: pathlib.Path, **more: t.Any) -> dict[str, t.Any]:
    commands = {"hostname -f": Completed(0, "web1.example\n", ""), **more.pop("commands", {})}
    args = parse_arguments(log_flow, {"backend": "journald", "min_instances": 1, **more})
    runner = FakeRunner(commands=commands)
    return t.cast("dict[str, t.Any]", log_flow.see(args, runner).observed)


def log_of(tmp_path: pathlib.Path, *agos: float, ago: float = 0.0) -> str:
    path = tmp_path / "app.log"
    stamps = [time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(MOMENT - one)) for one in agos]
    path.write_text("".join(f"{stamp} info a line\n" for stamp in stamps))
    os.utime(path, (MOMENT - ago, MOMENT - ago))
    return str(path)


def test_a_host_says_what_it_has_logged_and_must_have_arrived(tmp_path: pathlib.Path) -> None:
    said = seen(tmp_path, path=log_of(tmp_path, 3 * HOUR, HOUR, 10 * MINUTE, 5, ago=5))
    assert (said["written"], said["writes"]) == (MOMENT - HOUR, MOMENT - 5)
    assert "web1.example" in said["names"] and said["hidden"] is None


def test_a_quiet_log_must_have_arrived_whole(tmp_path: pathlib.Path) -> None:
    said = seen(tmp_path, path=log_of(tmp_path, 3 * HOUR, 2 * HOUR, ago=2 * HOUR))
    assert (said["written"], said["writes"]) == (MOMENT - 2 * HOUR, MOMENT - 2 * HOUR)


def test_of_a_log_of_now_nothing_must_have_arrived(tmp_path: pathlib.Path) -> None:
    assert seen(tmp_path, path=log_of(tmp_path, 9, 5, ago=5))["written"] is None


def test_what_was_rotated_just_now_must_have_arrived(tmp_path: pathlib.Path) -> None:
    path = log_of(tmp_path, 2 * HOUR, HOUR, ago=HOUR)
    os.rename(path, f"{path}.1")
    assert seen(tmp_path, path=log_of(tmp_path))["written"] == MOMENT - HOUR


def test_lines_without_a_time_are_as_old_as_the_file(tmp_path: pathlib.Path) -> None:
    path = tmp_path / "app.log"
    path.write_text("no time\n")
    for ago, written in ((HOUR, MOMENT - HOUR), (5.0, None)):
        os.utime(path, (MOMENT - ago, MOMENT - ago))
        assert seen(tmp_path, path=str(path))["written"] == written


def test_a_log_that_cannot_be_looked_at_says_why(tmp_path: pathlib.Path) -> None:
    assert "is not a regular file" in seen(tmp_path, path=str(tmp_path))["hidden"]
    assert "none.log does not exist" in seen(tmp_path, path=str(tmp_path / "none.log"))["hidden"]


@pytest.mark.parametrize(
    ("agos", "ago", "timeless", "written"),
    [
        ((3 * HOUR, 5), 5, False, 3 * HOUR),
        ((3 * HOUR, 20), 5, False, 3 * HOUR),
        ((5 * HOUR + 10,), 5, True, None),  # its times are five hours behind
        ((-2 * HOUR,), 5, True, None),  # ... or two hours ahead
        ((-2 * HOUR,), HOUR, True, HOUR),
        ((HOUR,), 50 * MINUTE, False, HOUR),  # it has waited in its program
    ],
)
def test_times_of_another_zone_are_not_believed(
    tmp_path: pathlib.Path, agos: tuple[float, ...], ago: float, timeless: bool, written: float | None
) -> None:
    said = seen(tmp_path, path=log_of(tmp_path, *agos, ago=ago))
    assert (said["timeless"], said["written"]) == (timeless, None if written is None else MOMENT - written)


UNIT = (
    "LoadState=loaded\nActiveState=active\nExecMainStartTimestamp=Wed 2026-11-25 05:00:00 UTC\n"
    "ActiveEnterTimestamp=Wed 2026-11-25 05:00:01 UTC\n"
)


def test_a_host_says_since_when_its_unit_runs(tmp_path: pathlib.Path) -> None:
    show = {"systemctl show": Completed(0, UNIT, "")}
    assert seen(tmp_path, units=["payments.service"], commands=show)["started"] == MOMENT - HOUR + 1
    never = {"systemctl show": Completed(0, "LoadState=loaded\nActiveState=inactive\nExecMainStartTimestamp=n/a\n", "")}
    assert seen(tmp_path, units=["payments.service"], commands=never)["started"] is None
    assert seen(tmp_path, units=["payments.service"])["started"] is None  # no systemctl
    job = {"systemctl show": Completed(0, UNIT + "Type=oneshot\n", "")}
    assert seen(tmp_path, units=["settlement.service"], commands=job)["started"] is None  # it runs in its own rhythm


ENTRY = '{{"MESSAGE":"{message}","_HOSTNAME":"web1","__REALTIME_TIMESTAMP":"{micro}"}}\n'


def test_a_host_says_what_its_journal_has(tmp_path: pathlib.Path) -> None:
    entry = ENTRY.format(message="x", micro=int((MOMENT - HOUR) * 1e6))
    dropped = "".join(
        ENTRY.format(message=f"Suppressed 7 messages from {unit}", micro=int(MOMENT * 1e6)) for unit in ("a.service", "b.service")
    )
    begin = "journalctl --no-pager --output=json --output-fields=MESSAGE,_HOSTNAME "
    commands = {f"{begin}_SYSTEMD_UNIT=a.service": Completed(0, entry, ""), f"{begin}MESSAGE_ID": Completed(0, dropped, "")}
    said = seen(tmp_path, unit="a", commands=commands)
    assert (said["written"], said["dropped"]) == (MOMENT - HOUR, 7)
    hidden = {"journalctl": Completed(0, "", "Hint: You are currently not seeing messages from other users and the system.")}
    assert "may not read the system's journal" in seen(tmp_path, tag="a", commands=hidden)["hidden"]


# -- healthy days


@pytest.mark.parametrize("seed", range(20))
def test_twenty_healthy_days_without_a_false_alarm(seed: int) -> None:
    """A host that logs now and then, restarts sometimes, and whose lines arrive up to five minutes late: it is looked at each hour."""
    chance = random.Random(seed)
    restarts = sorted(chance.uniform(0, 3 * DAY) for _number in range(3))
    moments = [restart + chance.uniform(0.1, 5) for restart in restarts]
    now = 0.0
    while now < 3 * DAY:
        moments.append(now)
        now += min(chance.expovariate(1 / (chance.choice([1, 10, 60]) * MINUTE)), 12 * HOUR)
    arriving = sorted((moment, moment + chance.uniform(0, 5 * MINUTE)) for moment in moments)
    for hour in range(26, 72):
        look = hour * HOUR + chance.uniform(0, HOUR)
        there = [moment for moment, arrived in arriving if arrived <= look and moment >= look - 25 * HOUR]
        on_host = [moment for moment, _arrived in arriving if moment <= look]
        started = max((one for one in restarts if one <= look), default=None)
        due = max((moment for moment in on_host if moment <= look - 15 * MINUTE), default=None)
        one = Expected("web1", ("web1",), True, started, due, max(on_host))
        flows = {"web1": Flow(len(there), max(there))} if there else {}
        said = judge([one], matched([one], flows), flows, asked(now=look))
        just = started is not None and look - started < 6 * MINUTE
        assert not said or (just and said[0].status == "warn"), (hour, said)
