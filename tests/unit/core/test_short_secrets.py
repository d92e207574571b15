# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from ansible_collections.operability.readiness.plugins.plugin_utils._planning.short_secrets import told
from unit.core.described import document

SERVICE = "schema_version: 1\nservice: {name: payments, owner: team}\nclassification: {criticality: 2}\n"


def notices(servers: str) -> list[str]:
    return [str(notice) for notice in told((document(SERVICE + f"servers:\n  prometheus: {{kind: prometheus, {servers}}}\n"), None))]


def test_a_secret_that_cannot_be_taken_out_is_told_without_it() -> None:
    (said,) = notices("url: 'http://h', url_password: 1a")
    assert said.startswith("readiness.yml:5: the secret in servers.prometheus.url_password is so short that it cannot be taken out of")
    (said,) = notices("url: 'http://reader:x7@h'")
    assert said.startswith("readiness.yml:5: the secret in servers.prometheus.url is so short") and "x7" not in said
    (said,) = notices("url: 'http://h', bearer_token: 'Pass'")
    assert said == (
        "readiness.yml:5: the secret in servers.prometheus.bearer_token is an ordinary word: it is hidden wherever hosts and servers say it"
    )


def test_of_a_good_secret_nothing_is_said() -> None:
    assert notices("url: 'http://reader:correct-horse@h', bearer_token: wH4tever") == []
    assert notices("url: 'http://h?n=1'") == []
