# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What was there before and after a deployment: each kind of fact both ways, hosts that come and go, what was not seen."""

from __future__ import annotations

import datetime as dt
import json
import typing as t

import pytest
from ansible_collections.operability.readiness.plugins.module_utils._finding import Finding, Measurement, Status
from ansible_collections.operability.readiness.plugins.module_utils._phrase import Message, phrase
from ansible_collections.operability.readiness.plugins.plugin_utils._comparing.baseline import Loaded, Outcome, at_post, take
from ansible_collections.operability.readiness.plugins.plugin_utils._model.baseline import Baseline
from ansible_collections.operability.readiness.plugins.plugin_utils._model.compared import Compared
from ansible_collections.operability.readiness.plugins.plugin_utils._model.judged import Reach
from ansible_collections.operability.readiness.plugins.plugin_utils._model.plain import from_plain
from ansible_collections.operability.readiness.plugins.plugin_utils._model.planned import Limit, Plan, PlanState, Removal, Terms
from ansible_collections.operability.readiness.plugins.plugin_utils._model.run import Run
from ansible_collections.operability.readiness.plugins.plugin_utils._publish.translating import told, translated
from ansible_collections.operability.readiness.plugins.plugin_utils._publish.words import words
from ansible_collections.operability.readiness.plugins.plugin_utils._recording.record_json import Unreadable, from_json, to_json
from unit.core.described import one as planned_one
from unit.core.described import plan as described
from unit.core.judged import asked, check, found, judge, one, plan, waiver

NOW = dt.datetime(2026, 11, 25, 12, 0, tzinfo=dt.timezone.utc)
RUN = {
    "id": "r1",
    "phase": "pre",
    "environment": "production",
    "version": "2",
    "deployment_id": "D1",
    "partial": None,
    "first_deployment": False,
}
EXPECT = [{"addresses": ["10.0.0.1", "h1"], "port": 9100}, {"addresses": ["10.0.0.2", "h2"], "port": 9100}]
HOSTS = ("h1", "h2")
NOBODY = Reach()

Findings = dict[str, list[Finding]]


def service(phase: str = "post", *left_out: str, hosts: tuple[str, ...] = HOSTS, **fields: t.Any) -> Plan:
    """A service with one check of each kind of fact; ``left_out`` are keys of checks."""
    made = {
        "MON-01": [check("MON-01/0", check="prometheus_targets", instance="shop", args={"expect": EXPECT[: len(hosts)]})],
        "MON-03": [check("MON-03/0", check="prometheus_alerts", instance="shop")],
        "MON-07": [check("MON-07/0", check="http_probe", instance="https://shop/health")],
        "PLT-01": [check("PLT-01/0", check="systemd_unit", instance="shop.service", hosts=hosts)],
        "BKP-01": [
            check("BKP-01/0", check="restic_backup", instance="/var/lib/shop", hosts=hosts[:1]),
            check("BKP-01/1", check="file_backup", instance="/srv/*.tar", hosts=hosts[:1]),
        ],
        "BKP-05": [check("BKP-05/0", check="scheduled_job", instance="shop-backup.timer", hosts=hosts[:1])],
    }
    requirements = [asked(name, checks=[one for one in checks if one.key not in left_out]) for name, checks in made.items()]
    if phase == "post":
        requirements.append(asked("DEL-04", checks=[check("DEL-04/0", check="baseline", instance="shop", call="compare")]))
    return plan(*requirements, phase=phase, expected_hosts=hosts, **fields)


def healthy(hosts: tuple[str, ...] = HOSTS) -> Findings:
    return {
        "MON-01/0": [
            found(
                "pass",
                check="prometheus_targets",
                instance="shop",
                observed={"expected_targets": ["shop/10.0.0.1:9100", "shop/10.0.0.2:9100"][: len(hosts)]},
            )
        ],
        "MON-03/0": [
            found(
                "pass",
                check="prometheus_alerts",
                instance="shop",
                observed={
                    "alerts": ["Down", "Slow"],
                    "needed_metrics": ["shop_requests_total", "up"],
                    "live_metrics": ["shop_requests_total", "up"],
                    "urgent": ["Old"],
                },
            )
        ],
        "MON-07/0": [latency(0.2)],
        "PLT-01/0": [unit(host) for host in hosts],
        "BKP-01/0": [
            found(
                "pass",
                check="restic_backup",
                instance="/var/lib/shop",
                host=hosts[0],
                observed={"paths": ["/etc", "/var/lib/shop"]},
                measurements=[Measurement("backup_size_bytes", 1000)],
            )
        ],
        "BKP-01/1": [found("pass", check="file_backup", instance="/srv/*.tar", host=hosts[0], observed={"backups": ["/srv/*.tar"]})],
        "BKP-05/0": [found("pass", check="scheduled_job", instance="shop-backup.timer", host=hosts[0], observed={"scheduled": True})],
    }


def latency(seconds: float, status: str = "pass", requests: int = 20) -> Finding:
    measured = [Measurement("http_latency_seconds", seconds)]
    return found(status, check="http_probe", instance="https://shop/health", measurements=measured, observed={"requests": requests})


def unit(host: str, status: str = "pass", state: str = "active") -> Finding:
    seen = {"ActiveState": state, "UnitFileState": "enabled"}
    return found(status, f"shop.service is {state}", check="systemd_unit", instance="shop.service", host=host, observed=seen)


def baseline(findings: Findings | None = None, made: Plan | None = None, reach: Reach = NOBODY) -> dict[str, t.Any]:
    taken = take(made or service("pre"), findings or healthy(), reach, a_run(), NOW)
    assert taken is not None
    return t.cast("dict[str, t.Any]", json.loads(json.dumps(to_json(taken))))


def a_run(**fields: t.Any) -> Run:
    return from_plain(Run, {**RUN, **fields})


def kept(data: t.Mapping[str, t.Any]) -> Loaded:
    """A baseline as it is found again."""
    return Loaded(from_json(Baseline, data, "D1.json"))


def compared(outcome: Outcome) -> dict[str, t.Any]:
    return to_json(outcome.comparison) if outcome.comparison else {}


def after(
    changes: Findings | None = None,
    before: dict[str, t.Any] | None = None,
    made: Plan | None = None,
    reach: Reach = NOBODY,
    **run: t.Any,
) -> Outcome:
    findings = {**healthy(), **(changes or {})}
    return at_post(made or service(), kept(before or baseline()), findings, reach, a_run(phase="post", **run), now=NOW)


def bad(outcome: Outcome) -> list[tuple[str, str, str]]:
    return [(item.status.value, item.instance, item.host) for item in outcome.findings["DEL-04/0"] if item.status is not Status.PASS]


def message(outcome: Outcome, position: int = 0) -> str:
    return outcome.findings["DEL-04/0"][position].message


# -- nothing has happened


def test_as_it_was() -> None:
    outcome = after()
    assert bad(outcome) == [] and len(outcome.findings["DEL-04/0"]) == 1
    assert message(outcome) == "18 observations are as they were in the baseline of deployment D1, taken at 2026-11-25T12:00:00Z"
    comparison = compared(outcome)
    assert comparison["baseline"] == {"deployment_id": "D1", "version": "2", "taken_at": "2026-11-25T12:00:00Z", "run": "r1"}
    assert all(not comparison[key] for key in ("gone", "new", "changed", "newly_firing", "unknown"))
    assert {item["name"] for item in comparison["within"]} == {"http_latency_seconds", "backup_size_bytes"}
    assert outcome.notices == []


def test_it_is_told_in_french() -> None:
    slow = after({"MON-07/0": [latency(0.75)]}).findings["DEL-04/0"][0]
    assert slow.message.template == "the {what} was {before} before the deployment and is {after}, the limit is {limit}"
    after_it = slow.message.params["after"]
    assert isinstance(after_it, Message) and after_it.params == {"amount": 0.75}
    assert slow.message == "the latency of https://shop/health was 200 ms before the deployment and is 750 ms, the limit is 300 ms"
    assert told(slow.message, "fr").endswith(
        "https://shop/health\u00a0: 200\u00a0ms avant le déploiement, 750\u00a0ms maintenant, la limite est de 300\u00a0ms"
    )
    same = after().findings["DEL-04/0"][0]
    assert told(same.message, "fr").startswith(
        "18 observations sont inchangées depuis l\u2019état de référence du déploiement D1, relevé le "
    )


def test_a_kept_comparison_and_its_findings_name_things_in_one_language() -> None:
    outcome = after({"PLT-01/0": [unit("h1", "fail", "failed"), unit("h2")]})
    assert outcome.comparison is not None
    kept = json.loads(json.dumps(to_json(outcome.comparison)))
    again = from_json(Compared, kept, "record.json")
    assert again == outcome.comparison
    assert again.gone[0].message.params == outcome.comparison.gone[0].message.params
    record = {"comparison": kept, "said": kept["said"], "findings": [outcome.findings["DEL-04/0"][0].as_dict()]}
    french = t.cast("dict[str, t.Any]", translated(record, words("fr")))
    assert french["findings"][0]["message"] == french["comparison"]["gone"][0]["message"]
    assert french["findings"][0]["message"].endswith("active avant le déploiement, failed maintenant")
    assert french["findings"][0]["instance"] == french["comparison"]["gone"][0]["what"]


def test_what_could_not_be_looked_at_is_kept_as_a_message() -> None:
    lost = found("unknown", check="http_probe", instance="https://shop/health")
    lost.message = phrase("{url:path} gave no answer", url="https://shop/health")
    again = from_json(Baseline, baseline({**healthy(), "MON-07/0": [lost]}), "D1.json")
    assert again.unseen[0].message == "https://shop/health gave no answer"
    assert again.unseen[0].message.params == {"url": "https://shop/health"}


def test_the_baseline_says_of_what_it_is() -> None:
    taken = baseline()
    assert (taken["service"], taken["environment"], taken["deployment_id"], taken["version"], taken["run"]) == (
        "payments",
        "production",
        "D1",
        "2",
        "r1",
    )
    assert taken["schema_version"] == 1 and taken["inputs"]["policy"]["sha256"] == "x" and taken["hosts"] == ["h1", "h2"]
    assert taken["addresses"] == {"h1": ["10.0.0.1", "h1"], "h2": ["10.0.0.2", "h2"]}


# -- each kind of fact

GONE: dict[str, tuple[str, Finding | list[Finding], tuple[str, str, str], str]] = {
    "a target": (
        "MON-01/0",
        found("fail", check="prometheus_targets", instance="shop", observed={"expected_targets": ["shop/10.0.0.1:9100"]}),
        ("fail", "target shop/10.0.0.2:9100", ""),
        "target shop/10.0.0.2:9100, which was there before the deployment, is gone",
    ),
    "an alert": (
        "MON-03/0",
        found(
            "pass",
            check="prometheus_alerts",
            instance="shop",
            observed={
                "alerts": ["Down"],
                "needed_metrics": ["shop_requests_total", "up"],
                "live_metrics": ["shop_requests_total", "up"],
                "urgent": [],
            },
        ),
        ("fail", "alert Slow", ""),
        "alert Slow, which was there before the deployment, is gone",
    ),
    "a metric": (
        "MON-03/0",
        found(
            "warn",
            check="prometheus_alerts",
            instance="shop",
            observed={"alerts": ["Down", "Slow"], "needed_metrics": ["shop_requests_total", "up"], "live_metrics": ["up"], "urgent": []},
        ),
        ("fail", "metric shop_requests_total", ""),
        "metric shop_requests_total, which was there before the deployment, is gone",
    ),
    "an endpoint": (
        "MON-07/0",
        found("fail", "answered with status 500", check="http_probe", instance="https://shop/health"),
        ("fail", "endpoint https://shop/health", ""),
        "endpoint https://shop/health was as it must be before the deployment and is not now: answered with status 500",
    ),
    "a unit": (
        "PLT-01/0",
        [unit("h1"), unit("h2", "fail", "inactive")],
        ("fail", "unit shop.service", "h2"),
        "unit shop.service was active before the deployment and is inactive",
    ),
    "a path of the backup": (
        "BKP-01/0",
        found("fail", check="restic_backup", instance="/var/lib/shop", host="h1", observed={"paths": ["/etc"]}),
        ("fail", "backup of /var/lib/shop", "h1"),
        "backup of /var/lib/shop, which was there before the deployment, is gone",
    ),
    "all files of a backup": (
        "BKP-01/1",
        found("fail", "no file matches", check="file_backup", instance="/srv/*.tar", host="h1", observed={"count": 0}),
        ("fail", "backup /srv/*.tar", "h1"),
        "backup /srv/*.tar, which was there before the deployment, is gone",
    ),
    "a scheduled job": (
        "BKP-05/0",
        found("fail", check="scheduled_job", instance="shop-backup.timer", host="h1", observed={"scheduled": False}),
        ("fail", "job shop-backup.timer", "h1"),
        "job shop-backup.timer was scheduled before the deployment and is not scheduled",
    ),
    "the speed of an endpoint": (
        "MON-07/0",
        latency(0.31),
        ("fail", "latency of https://shop/health", ""),
        "the latency of https://shop/health was 200 ms before the deployment and is 310 ms, the limit is 300 ms",
    ),
    "half of a backup": (
        "BKP-01/0",
        found(
            "pass",
            check="restic_backup",
            instance="/var/lib/shop",
            host="h1",
            observed={"paths": ["/etc", "/var/lib/shop"]},
            measurements=[Measurement("backup_size_bytes", 400)],
        ),
        ("warn", "size of the backup of /var/lib/shop", "h1"),
        "the size of the backup of /var/lib/shop was 1000 B before the deployment and is 400 B, the limit is 500 B",
    ),
}


@pytest.mark.parametrize("name", GONE)
def test_exactly_that_is_named(name: str) -> None:
    key, finding, expected, words = GONE[name]
    outcome = after({key: finding if isinstance(finding, list) else [finding]})
    assert bad(outcome) == [expected]
    assert message(outcome) == words
    assert outcome.findings["DEL-04/0"][-1].message.partition(" ")[2].startswith("observations are as they were")


def test_an_alert_that_fires_now() -> None:
    seen = {
        "alerts": ["Down", "Slow"],
        "needed_metrics": ["shop_requests_total", "up"],
        "live_metrics": ["shop_requests_total", "up"],
        "urgent": ["Old", "Slow"],
    }
    outcome = after({"MON-03/0": [found("pass", check="prometheus_alerts", instance="shop", observed=seen)]})
    assert bad(outcome) == [("fail", "alert Slow", "")], "Old was firing before"
    assert message(outcome) == "alert Slow is firing, and was not before the deployment"
    assert compared(outcome)["newly_firing"] == [{"what": "alert Slow", "instance": "shop", "host": ""}]


def test_a_metric_that_no_alert_needs_any_more() -> None:
    seen = {"alerts": ["Down", "Slow"], "needed_metrics": ["up"], "live_metrics": ["up"], "urgent": []}
    outcome = after({"MON-03/0": [found("pass", check="prometheus_alerts", instance="shop", observed=seen)]})
    assert bad(outcome) == []
    assert "not compared: metric shop_requests_total is not needed any more" in outcome.findings["DEL-04/0"][0].details


def test_what_is_new_is_told_and_no_fault() -> None:
    seen = {"expected_targets": ["shop/10.0.0.1:9100", "shop/10.0.0.2:9100", "shop/10.0.0.2:9200"]}
    outcome = after({"MON-01/0": [found("pass", check="prometheus_targets", instance="shop", observed=seen)]})
    assert bad(outcome) == [] and message(outcome).endswith("; new: target shop/10.0.0.2:9200")
    assert outcome.findings["DEL-04/0"][0].details == ["new: target shop/10.0.0.2:9200"]


def test_tolerances_of_the_service_file() -> None:
    wide = service(comparison=Terms({"http_latency_seconds": Limit(absolute=1.0)}))
    assert bad(after({"MON-07/0": [latency(0.31)]}, made=wide)) == []
    mild = service(comparison=Terms({"http_latency_seconds": Limit(then="warn")}))
    assert bad(after({"MON-07/0": [latency(0.31)]}, made=mild)) == [("warn", "latency of https://shop/health", "")]


def test_a_percentile_of_few_requests_is_no_percentile() -> None:
    few = after({"MON-07/0": [latency(3.0, requests=1)]})
    assert bad(few) == []
    words = "the latency of https://shop/health is of 1 request, at least 20 can be compared"
    assert f"not compared: {words}" in few.findings["DEL-04/0"][0].details
    # but for whoever asks for it
    given = service(comparison=Terms({"http_latency_seconds": Limit(relative=0.5)}))
    assert bad(after({"MON-07/0": [latency(3.0, requests=1)]}, made=given)) == [("fail", "latency of https://shop/health", "")]


def test_many_things_of_one_check_are_told_together() -> None:
    names = [f"Alert{number:02}" for number in range(30)]
    before = healthy()
    before["MON-03/0"][0].observed["alerts"] = names
    outcome = after(
        {"MON-03/0": [found("fail", check="prometheus_alerts", instance="shop", observed={"alerts": names[:1]})]}, baseline(before)
    )
    assert ("fail", "prometheus_alerts", "") in bad(outcome) and len(bad(outcome)) == 1
    assert message(outcome).startswith("29 things that prometheus_alerts saw before the deployment are gone: alert Alert01, alert Alert02,")
    assert len(outcome.findings["DEL-04/0"][0].details) == 29


# -- announced removals


def removal(what: str) -> dict[str, t.Any]:
    return {"comparison": Terms(removed=(Removal(what, "replaced by v2", "readiness.yml:9"),))}


@pytest.mark.parametrize("what", ["target shop/10.0.0.2:9100", "target 10.0.0.2:9100", "target *:9100"])
def test_an_announced_removal(what: str) -> None:
    outcome = after({GONE["a target"][0]: [t.cast(Finding, GONE["a target"][1])]}, made=service(**removal(what)))
    assert bad(outcome) == [] and outcome.notices == []
    assert message(outcome).endswith("; nothing else is gone; gone as announced: target shop/10.0.0.2:9100")
    assert outcome.findings["DEL-04/0"][0].details == ["gone, as announced: target shop/10.0.0.2:9100 (replaced by v2)"]
    assert [gone["announced"] for gone in compared(outcome)["gone"]] == ["replaced by v2"]


def test_a_removal_covers_nothing_else() -> None:
    outcome = after({"PLT-01/0": [unit("h1", "fail", "failed"), unit("h2", "fail", "failed")]}, made=service(**removal("unit * on h1")))
    assert bad(outcome) == [("fail", "unit shop.service", "h2")]


@pytest.mark.parametrize(
    ("what", "words"),
    [
        ("target nowhere:1", "matches nothing that was there before the deployment"),
        ("alert Slow", "announces that alert Slow goes, and it is still there"),
    ],
)
def test_a_removal_that_announces_nothing(what: str, words: str) -> None:
    assert after(made=service(**removal(what))).notices == [f"readiness.yml:9: removed: '{what}' {words}"]
    assert after(made=service(**removal(what)), partial="limited").notices == []


@pytest.mark.parametrize("what", ["target 10.0.0.1:9100", "target *:9100"])
def test_what_is_still_there_is_named_in_full_and_the_first_of_many(what: str) -> None:
    (notice,) = after(made=service(**removal(what))).notices
    assert f"'{what}' announces that target shop/10.0.0.1:9100 goes, and it is still there" in notice


# -- hosts


def test_a_host_that_has_left() -> None:
    stayed = healthy(("h1",))
    outcome = after({"MON-01/0": stayed["MON-01/0"], "PLT-01/0": stayed["PLT-01/0"]}, made=service(hosts=("h1",)))
    assert bad(outcome) == []
    assert "not compared: h2 has left the inventory (3 observations)" in outcome.findings["DEL-04/0"][0].details


def test_a_host_that_has_joined() -> None:
    changes = {"PLT-01/0": [unit("h1"), unit("h2"), unit("h3")]}
    outcome = after(changes, made=service(hosts=("h1", "h2", "h3")))
    assert bad(outcome) == [] and message(outcome).endswith("; new: host h3")


def test_a_host_that_is_not_reached_any_more() -> None:
    outcome = after({"PLT-01/0": [unit("h1")]}, reach=Reach(("h1",), {"h2": "no route to host"}))
    assert bad(outcome) == [("unknown", "shop.service", "h2")]
    assert message(outcome) == (
        "systemd_unit of shop.service cannot be compared with what was there before: h2 could not be reached: no route to host"
    )


def test_a_host_that_was_not_reached_before() -> None:
    before = baseline({**healthy(), "PLT-01/0": [unit("h1")]}, reach=Reach(("h1",), {"h2": "down"}))
    outcome = after(before=before)
    assert bad(outcome) == [] and compared(outcome)["new"] == []
    assert "not seen before the deployment: systemd_unit of shop.service on h2" in outcome.findings["DEL-04/0"][0].details
    # what was not seen then cannot be gone now
    assert bad(after({"PLT-01/0": [unit("h1"), unit("h2", "fail", "failed")]}, before)) == []


# -- what is not seen is not gone


def test_a_server_that_does_not_answer_takes_nothing_away() -> None:
    lost = found("unknown", "refused the connection", check="prometheus_targets", instance="shop")
    outcome = after({"MON-01/0": [lost]})
    assert bad(outcome) == [("unknown", "shop", "")] and "refused the connection" in message(outcome)
    assert compared(outcome)["gone"] == []


def test_what_was_wrong_before_is_not_compared() -> None:
    before = healthy()
    before["MON-07/0"] = [found("fail", "status 500", check="http_probe", instance="https://shop/health")]
    before["PLT-01/0"] = [unit("h1"), unit("h2", "fail", "failed")]
    outcome = after({"MON-07/0": before["MON-07/0"], "PLT-01/0": before["PLT-01/0"]}, baseline(before))
    assert bad(outcome) == []


def test_what_the_service_file_no_longer_declares() -> None:
    changes: Findings = {"BKP-01/1": []}
    outcome = after(changes, made=service("post", "BKP-01/1"))
    assert bad(outcome) == [("fail", "backup /srv/*.tar", "h1")]
    assert message(outcome).endswith("is not looked at any more: the service file no longer declares it")
    assert bad(after(changes, made=service("post", "BKP-01/1", **removal("backup *")))) == []


def test_an_instance_with_another_name_keeps_its_things() -> None:
    seen = healthy()["MON-01/0"][0].observed
    made = service()
    renamed = check("MON-01/0", check="prometheus_targets", instance="boutique", args={"expect": EXPECT})
    others = [item for item in made.requirements if item.rule.id != "MON-01"]
    outcome = after(
        {"MON-01/0": [found("pass", check="prometheus_targets", instance="boutique", observed=seen)]},
        made=plan(asked("MON-01", checks=[renamed]), *others, phase="post"),
    )
    assert bad(outcome) == []


def units(*names: str, unknown: str = "") -> Findings:
    seen = {"ActiveState": "active", "UnitFileState": "enabled"}
    return {
        f"PLT-01/{number}": [
            found("unknown", "systemd is silent", check="systemd_unit", instance=name, host="h1")
            if name == unknown
            else found("pass", check="systemd_unit", instance=name, host="h1", observed=seen)
        ]
        for number, name in enumerate(names)
    }


def of_units(phase: str, *names: str) -> Plan:
    """A service of which nothing but these units is looked at."""
    checks = [check(f"PLT-01/{number}", check="systemd_unit", instance=name, hosts=("h1",)) for number, name in enumerate(names)]
    asks = [asked("DEL-04", checks=[check("DEL-04/0", check="baseline", instance="shop", call="compare")])] if phase == "post" else []
    return plan(asked("PLT-01", checks=checks), *asks, phase=phase, expected_hosts=("h1",))


@pytest.mark.parametrize(
    ("now", "unknown", "expected"),
    [
        (("a.service", "b.service"), "", []),
        (("a.service", "c.service"), "", [("fail", "unit b.service", "h1")]),  # another that is well is not the one that is gone
        (("a.service",), "a.service", [("fail", "unit b.service", "h1"), ("unknown", "a.service", "h1")]),  # each for itself
        (("a.service", "c.service"), "c.service", [("unknown", "b.service", "h1")]),  # it may be the same under another name
    ],
)
def test_a_unit_that_is_no_longer_declared_beside_others(now: tuple[str, ...], unknown: str, expected: list[tuple[str, str, str]]) -> None:
    was = ("a.service", "b.service")
    before = kept(baseline(units(*was), of_units("pre", *was)))
    outcome = at_post(of_units("post", *now), before, units(*now, unknown=unknown), Reach(("h1",)), a_run(phase="post"), now=NOW)
    assert bad(outcome) == expected


def test_one_place_that_two_requirements_look_at() -> None:
    def made(phase: str, *names: str) -> Plan:
        both = [asked(name, checks=[check(f"{name}/0", check="systemd_unit", instance="shop.service", hosts=("h1",))]) for name in names]
        return plan(*both, *service().requirements[-1:], phase=phase, expected_hosts=("h1",))

    before = baseline({"PLT-01/0": [unit("h1")], "PLT-09/0": [unit("h1")]}, made("pre", "PLT-01", "PLT-09"))
    failed = unit("h1", "fail", "failed")

    def outcome(findings: Findings, *names: str) -> Outcome:
        return at_post(made("post", *names), kept(before), findings, Reach(("h1",)), a_run(phase="post"), now=NOW)

    assert bad(outcome({"PLT-01/0": [unit("h1")], "PLT-09/0": [unit("h1")]}, "PLT-01", "PLT-09")) == []
    one_of_them = outcome({"PLT-01/0": [failed], "PLT-09/0": [unit("h1")]}, "PLT-01", "PLT-09")
    assert bad(one_of_them) == [("fail", "unit shop.service", "h1")], "what the other saw covers nothing"
    before = baseline({"PLT-01/0": [unit("h1")]}, made("pre", "PLT-01"))
    assert bad(outcome({"PLT-09/0": [failed]}, "PLT-09")) == [("fail", "unit shop.service", "h1")], "the other looks at it now"
    assert bad(outcome({"PLT-09/0": [unit("h1")]}, "PLT-09")) == []


def test_a_requirement_that_this_phase_does_not_look_at_is_no_fault() -> None:
    made = service()
    others = [item for item in made.requirements if item.rule.id != "PLT-01"]
    outcome = after(made=plan(*others, phase="post"))
    assert bad(outcome) == []
    assert "not compared: PLT-01 is not looked at in this phase (4 observations)" in outcome.findings["DEL-04/0"][0].details


def test_what_is_not_due_now_is_not_compared_and_says_why() -> None:
    later = [
        found(status, words, check="restic_backup", instance="/var/lib/shop", host="h1")
        for status, words in (("not_due", "it is made at night"), ("not_applicable", "there is none"))
    ]
    outcome = after({"BKP-01/0": later})
    assert bad(outcome) == []
    (line,) = [line for line in outcome.findings["DEL-04/0"][0].details if "it is made at night" in line]
    assert line.startswith("not compared: it is made at night")
    assert not [line for line in outcome.findings["DEL-04/0"][0].details if "there is none" in line]


@pytest.mark.parametrize(
    "fields",
    [
        {"check": "systemd_unit", "accepted": True, "waiver": "k"},
        {"check": "systemd_unit", "fails": "R-01/0"},
        {"check": "systemd_unit", "gap": phrase("nobody knows")},
        {"check": "baseline"},
        {"check": "command"},
    ],
)
def test_what_has_no_fact_of_its_own_is_no_part_of_a_baseline(fields: dict[str, t.Any]) -> None:
    other = asked("R-01", checks=[check("R-01/0", instance="other.service", hosts=("h1",), **fields)])
    made = service("pre")
    made = plan(*made.requirements, other, phase="pre")
    for status in ("pass", "unknown"):
        seen = found(status, check=fields["check"], instance="other.service", host="h1", observed={"ActiveState": "active"})
        taken = baseline({**healthy(), "R-01/0": [seen]}, made)
        assert "R-01" not in {item["requirement"] for item in (*taken["observations"], *taken["unseen"])}


@pytest.mark.parametrize(
    ("state", "status"),
    [
        (PlanState.NOT_APPLICABLE, []),
        (PlanState.NO_HOST, [("unknown", "/srv/*.tar", "h1")]),
        (PlanState.NOT_DECLARED, [("fail", "backup /srv/*.tar", "h1")]),
    ],
)
def test_a_requirement_that_is_in_another_state(state: str, status: list[tuple[str, str, str]]) -> None:
    made = service("pre", "BKP-01/0")
    before = baseline(made=made, findings={key: value for key, value in healthy().items() if key != "BKP-01/0"})
    others = [item for item in service().requirements if item.rule.id != "BKP-01"]
    outcome = after({"BKP-01/0": []}, before, plan(*others, asked("BKP-01", state=state, why="w"), phase="post"))
    assert bad(outcome) == status


def test_another_check_than_before_is_unknown() -> None:
    others = [item for item in service().requirements if item.rule.id != "MON-01"]
    now = asked("MON-01", checks=[check("MON-01/0", check="metrics_endpoint", instance="shop", hosts=("h1",))])
    outcome = after(
        {"MON-01/0": [found("pass", check="metrics_endpoint", instance="shop", host="h1")]}, made=plan(*others, now, phase="post")
    )
    assert bad(outcome) == [("unknown", "shop", "")]
    assert "MON-01 was verified with prometheus_targets before, and is now with metrics_endpoint" in message(outcome)
    several = [check(f"MON-01/{number}", check=name, instance="shop") for number, name in enumerate(("metrics_endpoint", "http_probe"))]
    assert message(after({"MON-01/0": []}, made=plan(*others, asked("MON-01", checks=several), phase="post"))) == message(outcome)


def test_a_name_with_a_hosts_variables_that_was_not_looked_at() -> None:
    """The finding of a lost host has the instance as the first host would name it."""
    logs = asked(
        "LOG-01",
        checks=[
            check("LOG-01/0", check="log_canary", instance="/log/h1.log", hosts=HOSTS, call="write"),
            check("LOG-01/1", check="log_canary", instance="/log/h1.log", call="find", after="LOG-01/0"),
        ],
    )
    wrote = [found("pass", check="log_canary", instance=f"/log/{host}.log", host=host, observed={"marker": host}) for host in HOSTS]
    read = [found("pass", check="log_canary", instance=f"/log/{host}.log", host=host) for host in HOSTS]
    before = baseline({"LOG-01/0": wrote, "LOG-01/1": read}, plan(logs, phase="pre"))
    compared = asked("DEL-04", checks=[check("DEL-04/0", check="baseline", instance="shop", call="compare")])
    made = plan(logs, compared, phase="post")
    run = a_run(phase="post")

    def outcome(findings: Findings, reach: Reach) -> Outcome:
        return at_post(made, kept(before), findings, reach, run, now=NOW)

    assert bad(outcome({"LOG-01/0": wrote, "LOG-01/1": read}, Reach(HOSTS))) == []
    lost = outcome({"LOG-01/0": wrote[:1], "LOG-01/1": read[:1]}, Reach(("h1",), {"h2": "no route"}))
    assert bad(lost) == [("unknown", "/log/h2.log", "h2")]
    silent = found("fail", "was not found", check="log_canary", instance="/log/h2.log", host="h2")
    assert bad(outcome({"LOG-01/0": wrote, "LOG-01/1": [read[0], silent]}, Reach(HOSTS))) == [("fail", "log /log/h2.log", "h2")]


# -- without a baseline


@pytest.mark.parametrize(
    ("loaded", "run", "words"),
    [
        (Loaded(), {}, "there is no baseline of deployment D1: run the gate at pre with the same deployment_id"),
        (
            Loaded(),
            {"deployment_id": None},
            "no deployment is named, so nothing can be compared: set readiness_deployment_id or readiness_version",
        ),
        (Loaded(trouble="/r/D1.json is not whole"), {}, "what was there before cannot be compared: /r/D1.json is not whole"),
    ],
)
def test_no_baseline_is_unknown(loaded: Loaded, run: dict[str, t.Any], words: str) -> None:
    outcome = at_post(service(), loaded, healthy(), Reach(), a_run(phase="post", **run), now=NOW)
    assert bad(outcome) == [("unknown", "shop", "")] and message(outcome).startswith(words)
    assert outcome.comparison is None


def test_nobody_asks_for_a_comparison() -> None:
    made = service("pre")
    run = a_run(phase="post")
    assert at_post(made, Loaded(), healthy(), Reach(), run, now=NOW) == Outcome({}, None, [])
    told = at_post(made, Loaded(trouble="/r/D1.json is not whole"), healthy(), Reach(), run, now=NOW)
    assert told.notices == ["/r/D1.json is not whole"]
    shown = at_post(made, kept(baseline()), healthy(), Reach(), run, now=NOW)
    assert shown.findings == {} and compared(shown)["compared"] == 18, "told all the same"


@pytest.mark.parametrize(
    ("phase", "there", "run", "statuses", "notices"),
    [
        ("post", True, {}, ["warn", "pass"], []),
        ("post", False, {}, ["unknown", "warn"], []),
        ("post", True, {"deployment_id": None}, ["unknown", "warn"], []),
        ("pre", True, {}, [], ["the limits are wider"]),
        ("pre", False, {}, [], ["the limits are wider"]),
        ("post", True, {"phase": "smoke"}, [], ["the limits are wider"]),
        ("post", True, {"first_deployment": True}, [], ["the limits are wider"]),
    ],
)
def test_what_became_looser_is_told_once(phase: str, there: bool, run: dict[str, t.Any], statuses: list[str], notices: list[str]) -> None:
    """As a finding of whoever asks for the comparison, else as a notice; ``phase`` pre: nobody asks for it."""
    loaded = kept(baseline()) if there else Loaded()
    options: dict[str, t.Any] = {"now": NOW, "less": phrase("the limits are wider")}
    outcome = at_post(service(phase), loaded, healthy(), Reach(), a_run(**{"phase": "post", **run}), **options)
    assert sorted(finding.status.value for finding in outcome.findings.get("DEL-04/0", [])) == sorted(statuses)
    assert list(outcome.notices) == notices
    without = at_post(service(phase), loaded, healthy(), Reach(), a_run(**{"phase": "post", **run}), now=NOW)
    assert list(without.notices) == []


def test_what_cannot_be_used_and_what_became_looser_are_both_told() -> None:
    loaded, less = Loaded(trouble="/r/D1.json is not whole"), phrase("the limits are wider")
    outcome = at_post(service("pre"), loaded, healthy(), Reach(), a_run(phase="post"), now=NOW, less=less)
    assert outcome.notices == ["/r/D1.json is not whole", "the limits are wider"]


@pytest.mark.parametrize(
    ("run", "scope"),
    [({"phase": "smoke"}, "service"), ({"phase": "post"}, "batch"), ({"phase": "post", "first_deployment": True}, "service")],
)
def test_runs_that_compare_nothing(run: dict[str, t.Any], scope: str) -> None:
    assert at_post(service(), kept(baseline()), healthy(), Reach(), a_run(**run, scope=scope), now=NOW) == Outcome({})


def test_a_run_that_saw_nothing_leaves_no_baseline() -> None:
    lost: Findings = {
        key: [found("unknown", check=finding.check, instance=finding.instance, host=finding.host) for finding in values]
        for key, values in healthy().items()
    }
    assert take(service("pre"), lost, Reach(), a_run(), NOW) is None
    assert take(plan(asked("R-01"), phase="pre"), {"R-01/0": [found("pass")]}, Reach(), a_run(), NOW) is None


def test_a_baseline_in_which_nothing_can_be_compared_is_unknown() -> None:
    before = baseline({"MON-07/0": [found("fail", check="http_probe", instance="https://shop/health")]})
    outcome = after(before=before)
    assert bad(outcome) == [("unknown", "shop", "")] and message(outcome).startswith(
        "nothing can be compared with the baseline of deployment D1"
    )


@pytest.mark.parametrize(
    "change",
    [
        {"observations": "none"},
        {"observations": [{"check": "x"}]},
        {"unseen": None},
        {"hosts": {}},
        {"deployment_id": 1},
        {"observations": [1]},
    ],
)
def test_a_baseline_that_is_not_whole(change: dict[str, t.Any]) -> None:
    assert kept(baseline()).baseline
    with pytest.raises(Unreadable, match="D1.json is not whole: it"):
        kept({**baseline(), **change})


# -- in the verdict


def test_it_decides() -> None:
    made = service()
    key, finding, _expected, _words = GONE["an alert"]
    for changes, verdict in (({}, "go"), ({key: [t.cast(Finding, finding)]}, "no_go")):
        findings = {**healthy(), **changes}
        outcome = after(changes)
        judgement = judge(made, {**findings, **outcome.findings}, Reach(HOSTS))
        assert judgement["verdict"] == verdict
    assert "DEL-04 title of DEL-04: alert Slow, which was there before the deployment, is gone" in judgement["reasons"]
    waived = judge(service(waivers=(waiver("DEL-04", instance="alert Slow"),)), {**findings, **outcome.findings}, Reach(HOSTS))
    assert waived["verdict"] == "go_with_reservations" and one(waived, "DEL-04")["status"] == "waived"


# -- in the plan


def test_what_is_planned() -> None:
    requirement = planned_one(described(phase="post", version="1"), "DEL-04")
    assert [(item.check, item.call, item.hosts) for item in requirement.checks] == [("baseline", "compare", None)]
    assert requirement.impact == "blocker" and requirement.deciding
    first = planned_one(described(phase="post", version="1", first_deployment=True), "DEL-04")
    assert (first.state, first.why) == ("not_due", "before the first deployment there was nothing to compare with")
    batch = planned_one(described(phase="post", version="1", scope="batch"), "DEL-04")
    assert (batch.state, batch.why) == ("not_due", "it is compared once for the whole service, not for a batch of it")


def test_all_that_is_compared_is_observed_at_both_ends() -> None:
    from ansible_collections.operability.readiness.plugins.plugin_utils._comparing.comparable import specs
    from ansible_collections.operability.readiness.plugins.plugin_utils._described.policy import load

    for name in ("default", "starter"):
        for rule in load(name).rules.values():
            # with a source of its own a check looks at something else: the version, which is another one before, or a second copy
            if any(specs(proof.check) and proof.source is None for proof in rule.proved_by):
                assert {"pre", "post"} <= {*rule.phases, *rule.observe}, rule.id
