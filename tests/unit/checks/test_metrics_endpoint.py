# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import re
import typing as t

import pytest
from ansible_collections.operability.readiness.plugins.module_utils._argspec import ArgumentsRefused, parse_arguments
from ansible_collections.operability.readiness.plugins.module_utils._checks import metrics_endpoint
from ansible_collections.operability.readiness.plugins.module_utils._engine import Item, run_item
from ansible_collections.operability.readiness.plugins.module_utils._finding import Finding
from ansible_collections.operability.readiness.plugins.plugin_utils._publish.translating import told
from fakes import FakeRunner, HttpFailure, Response

URL = "http://app:8080/metrics"


def page(jobs: float = 1, start: float = 100, extra: str = "") -> str:
    return (
        f"# TYPE jobs_total counter\njobs_total {jobs}\n# TYPE process_start_time_seconds gauge\nprocess_start_time_seconds {start}\n"
        f"# TYPE temperature gauge\ntemperature 20\n{extra}"
    )


def run(*pages: t.Any, **args: t.Any) -> Finding:
    queue = list(pages)

    def answer(method: str, url: str, options: t.Any) -> t.Any:
        assert options["fresh"] is True
        content = queue.pop(0) if len(queue) > 1 else queue[0]
        return content if isinstance(content, (Response, Exception)) else Response(200, {}, content.encode(), url, 0.02)

    runner = FakeRunner(answers={"/metrics": answer})
    return metrics_endpoint.run(parse_arguments(metrics_endpoint, {"url": URL, **args}), runner)


def test_a_healthy_page() -> None:
    found = run(page(1), page(2), families=["temperature"], moving=["jobs_total"])
    assert (str(found.status), found.message) == (
        "pass",
        "http://app:8080/metrics exposes 3 series in 3 families, the limit is 10000; jobs_total moved within 1 s",
    )


def test_what_is_required_is_not_there() -> None:
    found = run(page(extra="# TYPE idle_total counter\n"), families=["gone", "idle_total"])
    assert found.details == ["the metric gone is not there", "the metric idle_total is declared, but has no series"]
    found = run(page(), moving=["gone"])
    assert (str(found.status), found.details) == ("fail", ["the metric gone is not there"])


def test_a_counter_that_stands_still() -> None:
    found = run(page(1), page(1), moving=["jobs_total"], interval="10s")
    assert (str(found.status), found.message) == ("fail", "http://app:8080/metrics: the metric jobs_total did not move within 10 s")


@pytest.mark.parametrize("second", [page(0), page(0, start=200), page(5, start=200)])
def test_a_restart_in_between_proves_nothing(second: str) -> None:
    found = run(page(1), second, moving=["jobs_total"])
    assert (str(found.status), "began anew" in found.message) == ("warn", True)


def test_a_gauge_moves_in_any_direction() -> None:
    assert str(run(page(), page().replace("temperature 20", "temperature 19"), moving=["temperature"]).status) == "pass"
    assert str(run(page(), moving=["temperature"]).status) == "fail"


def test_a_histogram_moves_with_its_count() -> None:
    def histogram(count: int) -> str:
        return page(extra=f'# TYPE h histogram\nh_bucket{{le="+Inf"}} {count}\nh_sum -{count}\nh_count {count}\nh_created {count}\n')

    assert str(run(histogram(1), histogram(2), moving=["h"]).status) == "pass"
    assert str(run(histogram(1), histogram(1), moving=["h"]).status) == "fail"


def test_a_family_that_goes_away() -> None:
    found = run(page(), page().replace("jobs_total 1", ""), moving=["jobs_total"])
    assert "was gone 1 s later" in found.message


def test_too_many_series() -> None:
    found = run(page(extra="".join(f'wide{{n="{n}"}} 1\n' for n in range(50))), max_series=20)
    assert "53 series are more than the limit of 20; most are of wide (50)" in found.message
    assert found.measurements[0].headroom is not None and found.measurements[0].headroom < 0


def test_a_page_that_lies() -> None:
    found = run(page(extra="jobs_total 3\nx-y 1\n"))
    assert (str(found.status), found.details) == (
        "fail",
        ["line 7: jobs_total is there twice", "line 8: 'x-y' is not a valid metric name"],
    )


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (HttpFailure("refused", f"{URL} refused the connection: nothing listens there"), "refused the connection"),
        (HttpFailure("timeout", f"{URL} did not answer within 10 s"), "did not answer"),
        (HttpFailure("tls", f"{URL} has a certificate that cannot be trusted: expired"), "cannot be trusted"),
        (HttpFailure("too_large", f"{URL} answered with more than 32 MiB"), "more than 32 MiB"),
        (Response(404, {}, b"", URL, 0.1), "answered with 404"),
        (Response(500, {}, b"", URL, 0.1), "answered with 500"),
        (Response(200, {"content-type": "text/html"}, b"<html>", URL, 0.1), "is not an exposition: .* web page"),
        (Response(200, {}, bytes(range(256)), URL, 0.1), "is not an exposition: .* not text"),
        ('{"status": "up"}', "is not an exposition: none of its 1 lines is a sample"),
        ("", "has no series at all"),
        ("# HELP a b\n", "has no series at all"),
    ],
)
def test_what_is_the_service_s_own_fault(answer: t.Any, said: str) -> None:
    found = run(answer)
    assert str(found.status) == "fail"
    assert re.search(said, found.message)


def test_the_second_read_may_fail_too() -> None:
    found = run(page(), HttpFailure("refused", f"{URL} refused the connection"), moving=["jobs_total"])
    assert str(found.status) == "fail"


@pytest.mark.parametrize(
    "answer",
    [HttpFailure("name", "app cannot be resolved to an address"), Response(403, {}, b"", URL, 0.1)],
)
def test_what_is_not(answer: t.Any) -> None:
    runner = FakeRunner(answers={"/metrics": answer})
    finding = run_item(Item("k", "metrics_endpoint", {"url": URL}), runner)[0]
    assert (str(finding.status), finding.instrument) == ("unknown", None)


def test_an_address_that_is_none() -> None:
    with pytest.raises(ArgumentsRefused, match="not an http"):
        run(page(), url="file:///etc/passwd")


def test_what_can_be_compared_with_earlier() -> None:
    runtime = "# TYPE go_goroutines gauge\ngo_goroutines 3\n# TYPE idle_total counter\n"
    assert run(page(extra=runtime)).observed["names"] == ["idle_total", "jobs_total", "temperature"], (
        "declared is enough, the runtime is left out"
    )
    many = "".join(f"m{number} 1\n" for number in range(600))
    assert "names" not in run(page(extra=many)).observed


def french(message: str) -> str:
    return told(message, "fr").replace("\u202f", " ").replace("\u00a0", " ")


def test_in_french() -> None:
    found = run(page(extra='wide{a="b\n'), max_series=1)
    assert found.details[0].template == "line {line}: {why}"
    assert french(found.details[0]) == "ligne 7 : le label a n\u2019a pas de valeur entre guillemets fermés (dans wide)"
    assert french(run(page(1), page(1), moving=["jobs_total"], interval="10s").message) == (
        "http://app:8080/metrics : la métrique jobs_total n\u2019a pas évolué en 10 s"
    )
    assert french(run(page()).message) == "http://app:8080/metrics expose 3 séries dans 3 familles, la limite est de 10 000"
