# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What log_canary reads of records, of markers that hosts send, and of configurations of logrotate: it reads it, or says that it cannot."""

from __future__ import annotations

import contextlib
import datetime as dt
import os
import pathlib
import tempfile
import typing as t

import pytest
from ansible_collections.operability.readiness.plugins.module_utils._clients import canary_comparison, forced_rotation, line_headers
from ansible_collections.operability.readiness.plugins.module_utils._clients.canary_marker import Marker
from ansible_collections.operability.readiness.plugins.module_utils._finding import CannotObserve
from ansible_collections.operability.readiness.plugins.module_utils._phrase import verbatim
from ansible_collections.operability.readiness.plugins.module_utils._runner import Runner
from fuzz.odd import VALUES, Case, fuzz
from generated import tries_more
from hypothesis import given
from hypothesis import strategies as st

pytestmark = tries_more

NOW = dt.datetime(2026, 11, 25, 6, 0, tzinfo=dt.timezone.utc)
HEX = "0123456789abcdef" * 2
LINE = f"operability-canary {HEX} pad pad end {HEX}"
WRITTEN: dict[str, object] = {
    **{"marker": f"operability-canary {HEX}", "written_epoch": NOW.timestamp(), "host": "web1", "names": ["10.0.0.5"], "ends": True},
    **{"padding": 2, "size": 93, "zone": 3600, "path": "/a.log", "offset": 0, "device": 1, "inode": 2, "inventory_host": "web1"},
    "before_rotation": {"marker": f"operability-canary {'f' * 32}"},
}
RECORDS = (
    f"Nov 25 07:00:00 web1 payments[12]: {LINE}",
    f"114 <14>1 2026-11-25T06:00:00Z web1 payments - - - {LINE}",
    f'{{"@timestamp": "2026-11-25T06:00:00Z", "host": {{"name": "web1"}}, "message": "{LINE}"}}',
)
RULES = (
    "/var/log/app.log {\n  daily\n  postrotate\n    echo } # {\n  endscript\n}\n",
    'include /nowhere\n"/a b.log" /c.log\n{\nsize 1M }\nweekly\n',
)


def compared(text: str) -> object:
    marker = Marker.from_dict(WRITTEN)
    header = line_headers.header_of(text, marker.token, "", NOW)
    moment = header.stamp.moment if header.stamp else None
    found = [
        canary_comparison.Found(part, verbatim("x"), "x", str(number), header.host, moment) for number, part in enumerate((text, text[:50]))
    ]
    return canary_comparison.compare(marker, found, [marker]), [canary_comparison.is_whole(text, marker)]


def rule_of(text: str) -> object:
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / "logrotate.conf"
        path.write_bytes(text.encode("utf-8", "surrogatepass"))
        return forced_rotation.rule_of(os.path.join(folder, "app.log"), str(path), Runner())


CASES = {"record": Case(compared, RECORDS), "rules of logrotate": Case(rule_of, RULES, (CannotObserve,))}


@pytest.mark.parametrize("name", CASES)
def test_it_is_read_or_refused(name: str) -> None:
    CASES[name].tried()


@fuzz(60)
@given(st.sampled_from(sorted(WRITTEN)), st.sampled_from(VALUES))
def test_a_marker_that_a_host_has_made_up(key: str, value: t.Any) -> None:
    with contextlib.suppress(CannotObserve):
        read = Marker.from_dict({**WRITTEN, key: value})
        assert Marker.from_dict(read.as_dict()) == read
