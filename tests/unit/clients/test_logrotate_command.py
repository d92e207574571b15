# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether commands and scripts start logrotate so that it rotates."""

from __future__ import annotations

import pytest
from ansible_collections.operability.readiness.plugins.module_utils._clients import logrotate_command

CONFIG = "/etc/logrotate.conf"


@pytest.mark.parametrize(
    "text",
    [
        "/usr/sbin/logrotate /etc/logrotate.conf",
        "logrotate -fv /etc/logrotate.conf",
        "logrotate -s /var/lib/d /etc/logrotate.conf",
        "logrotate --state /var/lib/-d /etc//logrotate.conf 2>&1 | logger -t logrotate",
        "logrotate $CONFIG",
        "cd / && run-parts --report /opt/logrotate.daily",
        "/etc/cron.daily/logrotate",
        "if test -x /usr/sbin/logrotate; then\n  /usr/sbin/logrotate /etc/logrotate.conf\nfi",
        "if [ -e /run/off ]; then\nexit 0\nfi\nlogrotate \\\n  /etc/logrotate.conf",
        "rotate() {\n  logrotate /etc/logrotate.conf\n  return 0\n}\nrotate\n",
        "logrotate -d /etc/logrotate.conf; logrotate /etc/logrotate.conf",
    ],
)
def test_rotates(text: str) -> None:
    assert logrotate_command.not_rotating(text, CONFIG) is None


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "does not start logrotate"),
        ("/bin/true", "does not start logrotate"),
        ("# logrotate /etc/logrotate.conf", "does not start logrotate"),
        ("echo logrotate /etc/logrotate.conf", "does not start logrotate"),
        ("/usr/bin/logger -t logrotate no", "does not start logrotate"),
        ("exit\nlogrotate /etc/logrotate.conf", "does not start logrotate"),
        ("if true; then echo; fi\nexit 0;\nlogrotate /etc/logrotate.conf", "does not start logrotate"),
        ("logrotate --debug /etc/logrotate.conf", "with --debug, which rotates nothing"),
        ("logrotate -dv /etc/logrotate.conf", "with -dv, which rotates nothing"),
        ("logrotate", "without a configuration"),
        ("/usr/sbin/logrotate > /dev/null", "without a configuration"),
        ("logrotate /etc/logrotate.d/one", "with /etc/logrotate.d/one, not with /etc/logrotate.conf"),
    ],
)
def test_does_not_rotate(text: str, said: str) -> None:
    assert said in str(logrotate_command.not_rotating(text, CONFIG))


def test_the_commands_of_a_service() -> None:
    shown = "{ path=/a ; argv[]=/a -b c ; ignore_errors=no ; start_time=[n/a] }\n{ path=/d ; argv[]=/d e ; flags= ; start_time=[n/a] }"
    assert logrotate_command.of_service(shown) == ["/a -b c", "/d e"]
    assert logrotate_command.of_service("") == []
