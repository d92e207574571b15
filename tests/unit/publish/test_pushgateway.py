# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.operability.readiness.plugins.module_utils._http import Connection
from ansible_collections.operability.readiness.plugins.plugin_utils._publish.files import PublishFailure
from ansible_collections.operability.readiness.plugins.plugin_utils._publish.pushgateway import Pushgateway, group_url
from fakes import FakeHttp, HttpFailure, Response

PATH = "/metrics/job/operability/service_name/payments/deployment_environment/production"


def answer(status: int, body: bytes = b"", **headers: str) -> Response:
    return Response(status, headers, body, "http://push", 0.01)


def gateway(*answers: t.Any, url: str = "http://push:9091/") -> tuple[Pushgateway, FakeHttp, list[float]]:
    rest, slept = list(answers), []  # type: ignore[var-annotated] # whatever the test puts in

    def reply(_method: str, _url: str, _options: t.Any) -> t.Any:
        return rest.pop(0) if len(rest) > 1 else rest[0]

    http = FakeHttp({PATH: reply})
    return Pushgateway(Connection(url=url), http=http, sleep=slept.append), http, slept


@pytest.mark.parametrize(
    ("service", "environment", "tail"),
    [
        ("payments", "production", "service_name/payments/deployment_environment/production"),
        ("a/b", "pré", "service_name@base64/YS9i/deployment_environment@base64/cHLDqQ"),
        ("..", "a b", "service_name@base64/Li4/deployment_environment@base64/YSBi"),
        ("", "x", "service_name@base64/=/deployment_environment/x"),
    ],
)
def test_group_url(service: str, environment: str, tail: str) -> None:
    assert group_url("http://push/base/", service, environment) == "http://push/base/metrics/job/operability/" + tail


def test_push_and_delete() -> None:
    push, http, slept = gateway(answer(200))
    assert push.push(b"a 1\n", "payments", "production") == "http://push:9091" + PATH
    assert push.delete("payments", "production")
    assert [asked[0] for asked in http.asked] == ["PUT", "DELETE"]
    assert http.asked[0][2]["body"] == b"a 1\n"
    assert not http.asked[0][2]["follow_redirects"]
    assert slept == []


def test_what_may_pass_is_tried_again_with_more_patience() -> None:
    push, http, slept = gateway(HttpFailure("refused", "x refused the connection"), answer(503), answer(202))
    push.push(b"", "payments", "production")
    assert len(http.asked) == 3
    assert slept == [1.0, 2.0]


@pytest.mark.parametrize(
    ("given", "words", "tries"),
    [
        (answer(400, b"pushed metrics are \x1b[31minvalid\n"), r"refused the metrics \(HTTP 400: pushed metrics are invalid\)$", 1),
        (answer(401), r"refused the credentials \(HTTP 401\)$", 1),
        (answer(302, location="https://sso.example/login?token=x"), "redirects to https://sso.example/login; give", 1),
        (answer(200, b"<!doctype html><title>Log in</title>"), "answered with a web page", 1),
        (answer(500, b"<html>500</html>"), r"HTTP 500\) \(tried 3 times\)", 3),
        (HttpFailure("timeout", "it did not answer within 10 s"), r"did not answer within 10 s \(tried 3 times\)", 3),
        (HttpFailure("tls", "it has a certificate that cannot be trusted"), "cannot be trusted$", 1),
    ],
)
def test_refusals_in_words(given: t.Any, words: str, tries: int) -> None:
    push, http, _slept = gateway(given)
    with pytest.raises(PublishFailure, match=words):
        push.push(b"", "payments", "production")
    assert len(http.asked) == tries


def test_secrets_in_the_address_stay_hidden() -> None:
    push, _http, _slept = gateway(answer(400), url="http://me:sesame@push:9091")
    with pytest.raises(PublishFailure) as caught:
        push.push(b"", "payments", "production")
    assert "sesame" not in str(caught.value)


GROUPS = b'{"status": "success", "data": [{"labels": {"job": "operability", "service_name": "payments", "deployment_environment": "%s"}}]}'


@pytest.mark.parametrize(
    ("given", "there"),
    [
        (answer(200, GROUPS % b"production"), True),
        (answer(200, GROUPS % b"staging"), False),
        (answer(200, b'{"status": "success", "data": []}'), False),
        (answer(404), None),
        (answer(200, b"no list"), None),
        (answer(200, b'{"data": [1]}'), None),
        (HttpFailure("too_large", "more than 32 MiB"), None),
    ],
)
def test_whether_a_group_is_there(given: t.Any, there: bool | None) -> None:
    push = Pushgateway(Connection(url="http://push:9091"), http=FakeHttp({"/api/v1/metrics": given}))
    assert push.holds("payments", "production") is there


def test_a_gateway_that_cannot_be_asked_what_it_has() -> None:
    slept: list[float] = []
    http = FakeHttp({"/api/v1/metrics": HttpFailure("refused", "it refused the connection")})
    with pytest.raises(PublishFailure, match=r"refused the connection \(tried 3 times\)"):
        Pushgateway(Connection(url="http://push:9091"), http=http, sleep=slept.append).holds("payments", "production")
    assert slept == [1.0, 2.0]


@pytest.mark.parametrize("status", [400, 500])
def test_a_body_that_says_the_request_again_shows_no_secret(status: int) -> None:
    secrets = {"url_username": "me", "url_password": "S3CRET/word", "bearer_token": "t0ken-S3CRET", "headers": {"X-Scope-Key": "S3CRETkey"}}
    echo = (
        "PUT http://me:S3CRET%2Fword@push:9091/metrics HTTP/1.1\n"
        "Authorization: Basic bWU6UzNDUkVUL3dvcmQ=\nX-Scope-Key: S3CRETkey, t0ken-S3CRET \x1b[2J \u202e"
    )
    push, _http, _slept = gateway(answer(status, echo.encode()))
    push = Pushgateway(Connection(url="http://me:S3CRET%2Fword@push:9091/", **secrets), http=push.http, sleep=lambda _seconds: None)
    with pytest.raises(PublishFailure) as failure:
        push.push(b"", "payments", "production")
    said = str(failure.value)
    assert "S3CRET" not in said and "bWU6" not in said and said.isprintable()
    assert said.startswith(f"Pushgateway http://push:9091/: it refused the metrics (HTTP {status}: PUT http://********@push:9091/metrics")
