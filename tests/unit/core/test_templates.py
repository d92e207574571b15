# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Templates and conditions of a service file: which are beyond what they may do, and which usual ones are not."""

from __future__ import annotations

import pathlib
import re

import pytest
from ansible_collections.operability.readiness.plugins.plugin_utils._described.templates import (
    FILTERS,
    METHODS,
    all_beyond,
    beyond_condition,
    beyond_template,
)

LOOKUPS = [
    "{{ lookup('pipe', 'id') }}",
    "{{ query('pipe', 'id') }}",
    "{{ q('file', '/etc/shadow') }}",
    "x {{ lookup('env', 'HOME') }} y",
    "{% set l = lookup %}{{ l('pipe', 'id') }}",
    "{% if lookup('pipe', 'id') %}x{% endif %}",
    "{{ ['pipe'] | map('lookup', 'id') | first if false else lookup }}",
    "{{ [lookup][0]('pipe', 'id') }}",
    "{{ (lookup)('pipe', 'id') }}",
    "{{ x | default(lookup('pipe', 'id')) }}",
    "{{ {'a': lookup('pipe', 'id')} }}",
    "{{ 'a' ~ lookup('pipe', 'id') }}",
    "{{ [1, 2][lookup('pipe', 'id')] }}",
    "{{ a is defined and lookup('pipe', 'id') }}",
    "{{ 'a' if lookup('pipe', 'id') else 'b' }}",
    "{{ x.replace('a', lookup('pipe', 'id')) }}",
    "{{ x.split(lookup('pipe', 'id')) }}",
    "#jinja2: variable_start_string:'[[', variable_end_string:']]'\n[[ lookup('pipe', 'id') ]]",
]
WALKS = [
    "{{ cycler.__init__.__globals__.os.popen('id').read() }}",
    "{{ ''.__class__.__mro__ }}",
    "{{ x['__class__'] }}",
    "{{ x | attr('__class__') }}",
    "{{ x._private }}",
    "{{ _internal }}",
    "{{ self }}",
    "{{ namespace(a=1) }}",
    "{{ joiner(',') }}",
    "{{ lipsum() }}",
    "{{ hostvars['db1'].secret }}",
    "{{ vars['vault_password'] }}",
    "{{ 'a'.format(1) }}",
    "{{ x.append(1) }}",
    "{{ x() }}",
    "{{ f(1)(2) }}",
    "{{ now() }}",
    "{{ range(10 ** 9) }}",
]
TAGS = [
    "{% for x in y %}{{ x }}{% endfor %}",
    "{% set a = 1 %}{{ a }}",
    "{% macro m() %}{% endmacro %}",
    "{% include '/etc/shadow' %}",
    "{% import 'x' as y %}",
    "{% extends 'x' %}",
    "{% filter upper %}a{% endfilter %}",
    "{% call f() %}{% endcall %}",
    "{% with a = 1 %}{{ a }}{% endwith %}",
    "{% block a %}{% endblock %}",
    "{% autoescape true %}{% endautoescape %}",
    "{% do x.append(1) %}",
    "{{ 2 ** 9 ** 9 }}",
    "{{ x | d(*y) }}",
    "{{ x | d(**y) }}",
    "{{ unclosed",
    "{{ " + "(" * 3000 + "1" + ")" * 3000 + " }}",
    "{{ '" + "a" * 10_000 + "' }}",
]
ON_DISK = ("file", "exists", "directory", "link", "mount", "abs", "same_file('/x')", "vault_encrypted")
READING = ("fileglob", "expanduser", "expandvars", "realpath", "unvault('x')", "random", "password_hash('sha512')", "vault('x')")
COSTLY = ("regex_replace('a', 'b')", "regex_search('a')", "extract(y)", "center(9)", "to_nice_yaml")
DISK = [
    *(f"{{{{ '/etc/shadow' is {test} }}}}" for test in ON_DISK),
    *(f"{{{{ x | {name} }}}}" for name in (*READING, *COSTLY)),
    "{{ x | community.general.json_query('a') }}",
    "{{ x is ansible.builtin.file }}",
]


@pytest.mark.parametrize("text", [*LOOKUPS, *WALKS, *TAGS, *DISK])
def test_what_a_service_may_not(text: str) -> None:
    assert beyond_template(text)


@pytest.mark.parametrize(
    "text",
    [
        "{{ team }}",
        "team {{ team }} of {{ site | upper }}",
        "{{ ansible_facts.hostname }}",
        "{{ ansible_facts['default_ipv4'].address | default('127.0.0.1') }}",
        "{{ groups['web'] | length }}",
        "{{ ports[inventory_hostname] }}",
        "{{ ports.get('web', 80) + 1 }}",
        "{{ 'a' if env == 'production' else 'b' }}",
        "{% if env == 'production' %}a{% elif x is defined %}b{% else %}c{% endif %}",
        "{{ (a | int) * 60 // 2 - -1 }}",
        "{{ x[1:] | map(attribute='name') | list | join(', ') }}",
        "{{ users | selectattr('admin', 'equalto', true) | list }}",
        "{{ vault_token | trim }}",
        "{{ a is version('1.2', '>=') and not (b in [1, 2] or c is none) }}",
        "{{ {'a': 1} | combine(more) | dict2items }}",
        "{{ text.split(',')[0].strip() }}",
        "{{ x | ansible.builtin.bool | ternary(1, 2) }}",
        "{# a remark #}{{ x }}",
        "{{ x }}{% raw %}{{ not.a_template() }}{% endraw %}",
    ],
)
def test_what_service_files_have(text: str) -> None:
    assert beyond_template(text) is None


@pytest.mark.parametrize(
    ("text", "beyond"),
    [
        ("result.status == 200 and 'x' in result.stdout", False),
        ("result.stdout.startswith('ok')", False),
        ("result is failed or result.stdout is search('ok|fine')", False),
        ("(result.stdout | from_json).depth | int < limits.depth", False),
        ("not result.changed", False),
        ("web1:9100", False),  # expected targets stand under the same key, and are no expression
        ("lookup('pipe', 'id') == ''", True),
        ("result.stdout is file", True),
        ("result.stdout.__class__", True),
        ("hostvars.db1.x == 1", True),
        ("'a' ** 9", True),
    ],
)
def test_conditions(text: str, beyond: bool) -> None:
    assert (beyond_condition(text) is not None) is beyond


def test_each_is_told_with_its_place_and_what_it_has() -> None:
    data = {
        "service": {"owner": LOOKUPS[0], "name": "{{ fine }}"},
        "requirements": {"X-1": {"with": {"expect": ["result.ok", "lookup('pipe', 'id')"], "args": {"x": ["{{ now() }}"]}}}},
        "parts": {"web": {"scrape": [{"expect": ["web1:9100"]}]}},
    }
    told = [str(one) for one in all_beyond(data, lambda path: f"f.yml:{len(path)}")]
    assert told == [
        "f.yml:2: service.owner: {{ lookup('pipe', 'id') }} has a call of lookup()",
        "f.yml:5: requirements.X-1.with.expect.1: lookup('pipe', 'id') has a call of lookup()",
        "f.yml:6: requirements.X-1.with.args.x.0: {{ now() }} has a call of now()",
    ]
    assert all_beyond(data, lambda path: "", lambda text: False) != (), "a condition is one wherever it comes from"
    assert len(all_beyond({"owner": LOOKUPS[0]}, lambda path: "", lambda text: False)) == 0, "text that is marked as data is no template"


def test_the_page_on_trust_names_each_filter_and_method() -> None:
    page = (pathlib.Path(__file__).resolve().parents[3] / "docs" / "trust.md").read_text(encoding="utf-8")
    listed = dict(re.findall(r"^- \*\*(Filters|Methods)\*\*[^:]*: (.+)\.$", page, re.MULTILINE))
    assert set(listed["Filters"].split(", ")) == FILTERS and set(listed["Methods"].split(", ")) == METHODS
