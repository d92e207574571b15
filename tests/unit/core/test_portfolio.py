# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Many services in one run: the list, the summary, the servers that need not be asked twice."""

from __future__ import annotations

import datetime as dt
import pathlib
import time
import typing as t

import pytest
from ansible_collections.operability.readiness.plugins.module_utils._clients.alertmanager import Alertmanager
from ansible_collections.operability.readiness.plugins.module_utils._clients.prometheus import Prometheus
from ansible_collections.operability.readiness.plugins.module_utils._finding import CannotObserve
from ansible_collections.operability.readiness.plugins.module_utils._http import Connection
from ansible_collections.operability.readiness.plugins.module_utils._phrase import phrase
from ansible_collections.operability.readiness.plugins.plugin_utils._acting.portfolio import (
    Entry,
    PlannedService,
    entries,
    refuse_twins,
    work,
)
from ansible_collections.operability.readiness.plugins.plugin_utils._acting.portfolio_summary import Row, render, row, summary
from ansible_collections.operability.readiness.plugins.plugin_utils._publish import expected
from ansible_collections.operability.readiness.plugins.plugin_utils._running.outages import Outages
from fakes import FakeRunner, HttpFailure
from unit.core.described import problems_of

NOW = dt.datetime(2026, 11, 25, 6, 0, tzinfo=dt.timezone.utc)
SHARED: dict[str, t.Any] = {"organisation_file": "/etc/org.yml", "environment": "production"}


def listed(data: t.Any, folder: str = "/srv") -> list[Entry]:
    return entries(data, "p.yml", **SHARED, folder=folder)


def test_a_list_in_each_of_its_forms() -> None:
    full = {"service_file": "../b/r.yml", "organisation_file": "o.yml", "environment": "staging", "service": "b"}
    wanted = [Entry("/srv/a.yml", "/etc/org.yml", "production"), Entry("/b/r.yml", "/srv/o.yml", "staging", "b")]
    assert listed(["a.yml", full]) == listed({"schema_version": 1, "services": ["a.yml", full]}) == wanted
    assert listed(["/x.yml"])[0].service_file == "/x.yml"
    assert len(listed([{"service_file": "a.yml", "environment": name} for name in ("production", "staging")])) == 2


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (None, "p.yml: expected a list of service files"),
        ("a.yml", "p.yml: expected a list of service files"),
        ({"services": []}, "p.yml: expected a list of service files"),
        ({"services": ["a"], "servces": 1}, "p.yml: unknown key servces; known here: schema_version, services"),
        ({"schema_version": 2, "services": ["a"]}, "p.yml: schema_version: this version reads 1, found 2"),
        (["a", 3], "p.yml: services.1: expected the path of a service file"),
        (["a", {}], "p.yml: services.1: expected the path of a service file"),
        ([{"service_file": "a", "enviroment": "x"}], "p.yml: services.0: unknown key enviroment; known here: service_file"),
        ([{"service_file": "a", "environment": 3}], "p.yml: services.0.environment: expected a text"),
        (["a", "./a"], "p.yml: services.1: ./a is listed twice for production"),
    ],
)
def test_what_is_no_list(data: t.Any, said: str) -> None:
    problems = problems_of(lambda: listed(data))
    assert any(problem.startswith(said) for problem in problems), problems


def judged(
    name: str, verdict: str = "go", *, stop: bool = False, reasons: t.Sequence[str] = (), verified: int = 2, **judgement: t.Any
) -> Row:
    codes = {"go": 0, "go_with_reservations": 1, "undetermined": 2, "no_go": 3}
    record = {
        "run": {"finished_at": "2026-11-25T05:59:00Z", "mode": "enforce"},
        "service": {"name": name},
        "judgement": {
            "verdict": verdict,
            "words": verdict.upper(),
            "code": codes[verdict],
            "verified": verified,
            "required": 3,
            "reasons": list(reasons),
            "instruments": [],
            **judgement,
        },
    }
    return row(planned(name, f"/srv/{name}.yml"), {"record": record, "stop": stop, "record_path": "/r.json"}, last=None)


def planned(name: str | None, service_file: str, environment: str = "production", **more: t.Any) -> PlannedService:
    return PlannedService(Entry(service_file, None, environment), name, **more)


def refused(name: str | None, why: str = "r.yml:3: unknown key x", last: str | None = None) -> Row:
    return row(planned(name, "/srv/x.yml", refused=why), None, last=last)


def down(*requirements: str, instrument: str = "Prometheus http://p") -> list[dict[str, t.Any]]:
    return [{"instrument": instrument, "message": "http://p/-/ready refused the connection", "requirements": list(requirements)}]


def test_the_worst_first_and_counted() -> None:
    made = summary(
        [judged("b"), judged("c", "no_go"), judged("a"), refused("x"), judged("d", "go_with_reservations")], NOW, refused_stops=False
    )
    assert [item["service"] for item in made["services"]] == ["c", "x", "d", "a", "b"]
    assert made["counts"] == {"no_go": 1, "undetermined": 1, "go_with_reservations": 1, "go": 2}
    assert made["msg"] == "5 services: 1 NO-GO, 1 UNDETERMINED, 1 GO WITH RESERVATIONS, 2 GO" and made["stop"] is False
    assert made["services"][0]["age_seconds"] == 60


def test_a_platform_failure_is_told_once_and_explains_its_reasons() -> None:
    reasons = ["MON-01 every instance: unknown", "MON-03 the alerts: unknown", "APP-01 it answers: no"]
    rows = [
        judged("a", "undetermined", reasons=reasons, instruments=down("MON-01", "MON-03")),
        judged("b", "undetermined", reasons=reasons[:1], instruments=down("MON-01")),
        judged("c", "undetermined", instruments=down("MON-04", instrument="Alertmanager http://m")),
    ]
    made = summary(rows, NOW, refused_stops=False)
    first, second = made["platform_failures"]
    assert (first["instrument"], first["services"], first["requirements"]) == ("Prometheus http://p", ["a", "b"], 3)
    assert (second["instrument"], second["services"], second["requirements"]) == ("Alertmanager http://m", ["c"], 1)
    assert [item["reasons"] for item in made["services"]] == [["APP-01 it answers: no"], [], []]
    text = render(made, width=160)
    assert text.count("refused the connection") == 2 and "leaves 3 requirements of 2 services unknown (a, b)" in text
    assert "APP-01 it answers: no (and 1 more)" in text and "see 2 below" in text


def test_refused_and_never_verified() -> None:
    made = summary(
        [refused("x"), refused(None), refused("y", last="2026-11-24T04:00:00Z"), judged("z", "undetermined", verified=0)],
        NOW,
        refused_stops=False,
    )
    assert made["never_verified"] == ["/srv/x.yml", "x", "z"] and made["stop"] is False
    text = render(made)
    assert "26 h ago" in text and "input refused, see below" in text
    assert "WHAT COULD NOT BE JUDGED" in text and "x: input refused: r.yml:3: unknown key x" in text
    assert "EXPECTED AND NEVER VERIFIED\n/srv/x.yml, x, z" in text
    lost = summary([row(planned("q", "f"), {"msg": "broke"}, last=None)], NOW, refused_stops=True)
    assert lost["services"][0]["reasons"] == ["it was not judged: broke"]


def test_all_that_must_not_go_on_are_named_once() -> None:
    made = summary([judged("a", "no_go", stop=True, reasons=["R-1 x: y"]), judged("b", "no_go"), refused("x")], NOW, refused_stops=True)
    assert made["stop"] and made["stopping"] == ["a", "x"]
    assert made["msg"].splitlines()[1:] == ["  a: NO_GO: R-1 x: y", "  x: UNDETERMINED: input refused: r.yml:3: unknown key x"]


def test_nothing_from_a_file_reaches_the_terminal_as_it_is() -> None:
    text = render(summary([refused("\x1b[31mx\n", "bad\x1b]0;t\x07\nline")], NOW, refused_stops=False))
    assert "\x1b" not in text and "\x07" not in text


# -- what is to be done


def test_the_work_of_plays() -> None:
    web = planned("web", "/w.yml", hosts=["a", "b"], later_hosts=["log"])
    static, lost = planned("static", "/s.yml"), planned(None, "/x.yml", refused="x.yml:1: no")
    made = work([web, static, lost])
    entry = {"service_file": "/w.yml", "organisation_file": None, "environment": "production", "service": "web"}
    assert made["hosts"] == ["a", "b", "localhost"] and made["later"] == [{**entry, "host": "log"}]
    assert made["by_host"] == {"a": [entry], "b": [entry], "localhost": [static.named]}
    assert made["services"] == [entry, static.named] and made["refused"] == [{**lost.named, "refused": "x.yml:1: no"}]
    told = planned("told", "/t.yml", refused="t.yml:1: no", on_record=True)
    made = work([web, told])
    assert made["services"] == [entry, told.named] and made["by_host"] == {"a": [entry], "b": [entry]}, "nothing of it is verified"


def test_two_files_of_one_service_and_environment() -> None:
    first, second, elsewhere = planned("web", "/a.yml"), planned("web", "/b.yml"), planned("web", "/b.yml", "staging")
    unknown = [planned(None, "/c.yml"), planned(None, "/d.yml"), planned("web", "/e.yml", refused="no")]
    refuse_twins([first, second, elsewhere, *unknown])
    twins = [planned("web", f"/{name}.yml", refused="no", on_record=True) for name in "fgh"]
    twins[2] = planned("other", "/h.yml", refused="no", on_record=True)
    refuse_twins([*twins, first])
    assert [item.on_record for item in twins] == [False, False, True], "a good one has the record"
    assert second.refused == "web in production is described by /a.yml too"
    assert (first.refused, elsewhere.refused, *(item.refused for item in unknown)) == (None, None, None, None, "no")


# -- servers that are out of reach

ONE = {"status": "success", "data": {"resultType": "vector", "result": [{"metric": {}, "value": [1.0, "1"]}]}}


def prometheus(answers: dict[str, t.Any], outages: Outages | None, *, left: float | None = None) -> tuple[Prometheus, FakeRunner]:
    runner = FakeRunner(answers=answers)
    runner.outages = outages
    asked = runner.within(left) if left else runner
    return Prometheus(Connection("http://p:9090"), asked), runner


@pytest.mark.parametrize(
    ("failure", "remembered"),
    [
        (HttpFailure("refused", "http://p:9090 refused the connection"), True),
        (HttpFailure("name", "p cannot be resolved"), True),
        (HttpFailure("timeout", "http://p:9090 did not answer within 10 s"), True),
        (HttpFailure("tls", "not trusted"), False),
        (HttpFailure("protocol", "broken off"), False),
    ],
)
def test_who_is_out_of_reach_is_asked_once(tmp_path: pathlib.Path, failure: HttpFailure, remembered: bool) -> None:
    outages = Outages(tmp_path)
    for turn in range(2):
        server, runner = prometheus({"/-/ready": failure}, outages)
        with pytest.raises(CannotObserve) as caught:
            server.probe()
        assert caught.value.message == failure.message and caught.value.instrument == "Prometheus http://p:9090"
        assert len(runner.http.asked) == (0 if remembered and turn else 1)  # type: ignore[attr-defined] # of FakeHttp
    # another one is asked, and so is this one where nobody remembers
    assert outages.known("Prometheus http://q:9090") is None
    server, runner = prometheus({"/-/ready": failure}, None)
    with pytest.raises(CannotObserve):
        server.probe()
    assert len(runner.http.asked) == 1  # type: ignore[attr-defined] # of FakeHttp


def test_a_slow_query_or_too_little_time_is_no_outage(tmp_path: pathlib.Path) -> None:
    outages = Outages(tmp_path)
    slow = HttpFailure("timeout", "did not answer within 10 s")
    server, _unused = prometheus({"/-/ready": "ok", "/api/v1/query": slow}, outages)
    with pytest.raises(CannotObserve):
        server.probe()
    server, _unused = prometheus({"/-/ready": slow}, outages, left=3)
    with pytest.raises(CannotObserve):
        server.probe()
    assert outages.known("Prometheus http://p:9090") is None


def test_an_alertmanager_too(tmp_path: pathlib.Path) -> None:
    runner = FakeRunner(answers={"/api/v2/silences": HttpFailure("refused", "http://m refused the connection")})
    runner.outages = Outages(tmp_path)
    for _turn in range(2):
        with pytest.raises(CannotObserve):
            Alertmanager(Connection("http://m"), runner).silences()
    assert len(runner.http.asked) == 1  # type: ignore[attr-defined] # of FakeHttp


def test_it_is_asked_again_after_five_minutes(tmp_path: pathlib.Path) -> None:
    later = [0.0]
    outages = Outages(tmp_path, lambda: time.time() + later[0])
    outages.remember("Prometheus http://p", phrase("{url:path} gave no answer", url="http://p"))
    kept = outages.known("Prometheus http://p")
    assert kept == "http://p gave no answer" and kept.params == {"url": "http://p"}
    later[0] = 301
    assert outages.known("Prometheus http://p") is None


# -- what is expected


def test_expected_services_as_metrics() -> None:
    text = expected.exposition([("a", "production"), ('b"\n', "staging")]).decode()
    assert "# TYPE operability_service_expected gauge" in text
    assert 'operability_service_expected{deployment_environment="production",service_name="a"} 1.0' in text
    assert len([line for line in text.splitlines() if line.startswith("operability_service_expected{")]) == 2


def test_names_of_the_files_of_portfolios() -> None:
    names = {expected.filename(name) for name in ("default", "a b", "a-b", "../x")}
    assert len(names) == 4 and "operability-portfolio-default.prom" in names
    assert not [name for name in names if "/" in name or name.startswith("operability_")]
