# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the action verify hands to Ansible."""

from __future__ import annotations

import types
import typing as t

from ansible_collections.operability.readiness.plugins.action import plan as _plan_action
from ansible_collections.operability.readiness.plugins.module_utils._phrase import Message, phrase
from ansible_collections.operability.readiness.plugins.plugin_utils._acting.verifying import Verifying
from ansible_collections.operability.readiness.plugins.plugin_utils._model.plain import to_plain
from unit.core.judged import asked, found, not_plain, plan

SAID = phrase("{url:path} gave no answer", url="http://x")


def test_its_result_is_plain_data() -> None:
    context: t.Any = types.SimpleNamespace(options={"environment": "production", "phase": "recheck"})
    finding = found("fail", SAID, observed={"reason": SAID}, details=[SAID], remedy=SAID)
    result = Verifying._summary(t.cast("t.Any", None), context, plan(asked("R-01")), "h1", {"R-01/0": [finding]}, 0.1)
    assert not_plain(result) == []
    assert result["not_passed"][0]["message"] == SAID and result["findings"][0]["said"]["message"]["params"] == {"url": "http://x"}


def test_the_register_of_plan_is_plain_data() -> None:
    made = plan(asked("R-01", state="not_declared", why=SAID), notices=(SAID,))
    assert not_plain(to_plain([_plan_action._as_dict(item) for item in made.requirements])) == []
    text = _plan_action.register(made)
    assert not isinstance(text, Message) and text.endswith("notice: http://x gave no answer")
