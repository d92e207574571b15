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


@pytest.mark.parametrize(
    ("text", "missing"),
    [
        ("/opt/none/bin/logrotate /etc/logrotate.conf", "/opt/none/bin/logrotate"),
        ("test -x /opt/none/bin/logrotate && nice -n 19 /opt/none/bin/logrotate /etc/logrotate.conf", "/opt/none/bin/logrotate"),
        ("/opt/none/run-logrotate.sh", "/opt/none/run-logrotate.sh"),
        ("logrotate /etc/logrotate.conf", None),
        ("flock /run/lock/none/logrotate logrotate /etc/logrotate.conf", None),
        (". /etc/none/logrotate\nlogrotate /etc/logrotate.conf", None),
        ("cat /opt/none/logrotate\nCONF=/opt/none/logrotate.conf\n$LOGROTATE $CONF", None),
        ("/opt/none/bin/logrotate x || logrotate x", None),
        ("$DIR/bin/logrotate x", None),
    ],
)
def test_a_program_that_is_not_there(text: str, missing: str | None) -> None:
    assert logrotate_command.missing_program(text) == missing


@pytest.mark.parametrize(
    ("text", "state"),
    [
        ("/usr/sbin/logrotate -s /x/status /etc/logrotate.conf", "/x/status"),
        ("logrotate -vs /x/status /etc/logrotate.conf", "/x/status"),
        ("[ -x /usr/sbin/logrotate ] || exit 0\nlogrotate --state=/x/status /etc/logrotate.conf", "/x/status"),
        ("logrotate --state /x/status -- /etc/logrotate.conf", "/x/status"),
        ("logrotate -s $STATE /etc/logrotate.conf", None),
        ("echo logrotate -s /x/status", None),
        ("logrotate /etc/logrotate.conf", None),
    ],
)
def test_the_state_file_that_is_named(text: str, state: str | None) -> None:
    assert logrotate_command.state_file(text) == state
