# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What breaks in life on a host that runs systemd, and what the gate says of it.

The faults of a round do not disturb each other: they are made together, the gate looks once, and they are repaired together.
What does not pass must be what the faults are about and nothing else, so each round also proves the repairs of the one before.
"""

from __future__ import annotations

import dataclasses
import re
import typing as t

import pytest
from testinfra.host import Host

FILE = "/var/log/shop/shop.log"
BACKUPS = "/var/backups/shop/shop-%Y%m%d.tar.gz"
URL = "http://127.0.0.1:8080"
DEAD = {("MON-01", "shop"): "fail", ("MON-07", f"{URL}/health"): "fail", ("DEL-01", f"{URL}/info"): "fail"}  # the service does not answer
LOST = {("LOG-01", name): "fail" for name in (FILE, "shop.service", "shop-clean")}
Key = tuple[str, str]


def drop_in(unit: str, text: str) -> str:
    return f"mkdir -p /etc/systemd/system/{unit}.d && printf '{text}' >/etc/systemd/system/{unit}.d/fault.conf && systemctl daemon-reload"


# what systemd and the journal have forgotten of the backup
AGAIN = "systemctl start shop-backup.service && touch --date='5 minutes ago' /var/backups/shop/shop-$(date +%Y%m%d).tar.gz"


def undo(unit: str) -> str:
    return f"rm -r /etc/systemd/system/{unit}.d && systemctl daemon-reload && systemctl reset-failed"


@dataclasses.dataclass(frozen=True)
class Fault:
    name: str
    breaks: str
    shows: str  # a command that succeeds while the fault is there
    repairs: str
    at: Key  # the finding that tells of it
    says: str
    status: str = "fail"
    also: t.Mapping[Key, str] = dataclasses.field(default_factory=dict)  # other findings that do not pass because of it
    on: str = "web1"

    @property
    def expected(self) -> dict[Key, str]:
        return {self.at: self.status, **self.also}


ROUNDS: list[list[Fault]] = [
    [
        Fault(
            "unit stopped",
            "systemctl stop shop.service",
            "! systemctl is-active --quiet shop.service",
            "systemctl start shop.service",
            ("PLT-01", "shop.service"),
            "shop.service is inactive",
            also=DEAD,
        ),
        Fault(
            "timer disabled and stopped",
            "systemctl disable --now shop-backup.timer",
            "! systemctl is-enabled --quiet shop-backup.timer",
            "systemctl enable --now shop-backup.timer",
            ("BKP-05", "shop-backup.timer"),
            "shop-backup.timer is inactive .*starts nothing",
            also={("PLT-01", "shop-backup.timer"): "fail", ("PLT-01", "shop-backup.service"): "fail"},  # nothing starts it any more
        ),
        Fault(
            "logrotate rule removed",
            "mv /etc/logrotate.d/shop /root/shop.logrotate",
            "! grep --recursive --quiet shop.log /etc/logrotate.d /etc/logrotate.conf",
            "mv /root/shop.logrotate /etc/logrotate.d/shop",
            ("LOG-05", FILE),
            f"logrotate does not cover {FILE}",
        ),
        Fault(
            "cron entry commented out",
            "sed --in-place 's/^\\* /#* /' /etc/cron.d/shop",
            "grep --quiet '^#\\*' /etc/cron.d/shop",
            "sed --in-place 's/^#\\* /* /' /etc/cron.d/shop",
            ("SHOP-01", "shop-clean"),
            "commented out",
        ),
    ],
    [
        Fault(
            "unit masked",
            "systemctl mask --now shop.service",
            "test $(systemctl is-enabled shop.service) = masked",
            "systemctl unmask shop.service && systemctl start shop.service",
            ("PLT-01", "shop.service"),
            "shop.service is masked",
            also=DEAD,
        ),
        Fault(
            "oneshot fails",
            drop_in("shop-backup.service", '[Service]\\nExecStart=\\nExecStart=/bin/sh -c "exit 4"\\n')
            + "; ! systemctl start shop-backup.service",
            "systemctl is-failed --quiet shop-backup.service",
            f"{undo('shop-backup.service')} && {AGAIN}",
            ("BKP-05", "shop-backup.timer"),
            "the last run of shop-backup.service failed .*exit-code 4",
            also={("PLT-01", "shop-backup.service"): "fail"},
        ),
        Fault(
            "log older than its period",
            f"""sed --in-place "1i {{\\"timestamp\\": \\"$(date --utc --date='10 days ago' +%FT%TZ)\\"}}" {FILE}""",
            f"head -n 1 {FILE} | grep --quiet $(date --utc --date='10 days ago' +%F)",
            "logrotate --force /etc/logrotate.d/shop",
            ("LOG-05", FILE),
            "its oldest content is 10 d",
        ),
    ],
    [
        Fault(
            "unit disabled",
            "systemctl disable shop.service",
            "systemctl is-active --quiet shop.service && ! systemctl is-enabled --quiet shop.service",
            "systemctl enable shop.service",
            ("PLT-01", "shop.service"),
            "shop.service is disabled: it does not come back",
        ),
        Fault(
            "timer masked",
            "systemctl mask --now shop-backup.timer",
            "test $(systemctl is-enabled shop-backup.timer) = masked",
            "systemctl unmask shop-backup.timer && systemctl enable --now shop-backup.timer",
            ("BKP-05", "shop-backup.timer"),
            "shop-backup.timer is masked",
            also={("PLT-01", "shop-backup.timer"): "fail", ("PLT-01", "shop-backup.service"): "fail"},
        ),
        Fault(
            "a process writes on into the rotated file",
            f"systemd-run --quiet --unit=old-writer sh -c 'exec sleep 600 >>{FILE}.1'",
            "systemctl is-active --quiet old-writer.service",
            "systemctl stop old-writer.service",
            ("LOG-05", FILE),
            rf"process \d+ \(sleep\) still writes into the rotated file {FILE}.1",
        ),
        Fault(
            "cron stopped",
            "systemctl stop cron.service",
            "! pgrep --exact cron",
            "systemctl start cron.service",
            ("SHOP-01", "shop-clean"),
            "no cron daemon is running",
        ),
    ],
    [
        Fault(
            "unit in a restart loop",
            drop_in(
                "shop.service",
                "[Unit]\\nStartLimitIntervalSec=0\\n"
                '[Service]\\nExecStart=\\nExecStart=/bin/sh -c "exit 3"\\nRestart=always\\nRestartSec=300ms\\n',
            )
            + "; systemctl restart shop.service; sleep 1",
            "test $(systemctl show --property=NRestarts --value shop.service) -gt 1",
            f"{undo('shop.service')} && systemctl stop shop.service && systemctl start shop.service",
            ("PLT-01", "shop.service"),
            "keeps ending and is being restarted|was restarted by systemd",
            also=DEAD,
        ),
        Fault(
            "journald keeps nothing",
            "mkdir -p /etc/systemd/journald.conf.d && printf '[Journal]\\nStorage=none\\n' >/etc/systemd/journald.conf.d/fault.conf"
            " && systemctl restart systemd-journald.service && rm -rf /var/log/journal/* /run/log/journal/*",
            "journalctl --disk-usage | grep --quiet 0B",
            f"rm -r /etc/systemd/journald.conf.d && systemctl restart systemd-journald.service && sleep 1 && {AGAIN}",
            ("LOG-05", "shop.service"),
            "journald keeps nothing",
            # systemd has forgotten the last run when the timer was masked; only the journal knew of it
            also={("BKP-05", "shop-backup.timer"): "warn", ("PLT-01", "shop-backup.service"): "warn"},
        ),
        Fault(
            "backups stopped days ago",
            "mkdir /root/lost && cd /var/backups/shop"
            " && mv shop-$(date +%Y%m%d).tar.gz shop-$(date +%Y%m%d --date=yesterday).tar.gz /root/lost",
            "test $(ls /var/backups/shop | wc -l) = 1",
            "mv /root/lost/* /var/backups/shop && rmdir /root/lost",
            ("BKP-01", BACKUPS),
            "newest backup .* old|older than",
        ),
    ],
    [
        Fault(
            "the forwarder is stopped",
            "systemctl stop syslog.socket rsyslog.service",
            "! systemctl is-active --quiet rsyslog.service",
            "systemctl start syslog.socket rsyslog.service",
            ("LOG-01", FILE),
            "was not found within 5 s .*no line at all arrived",
            also=LOST,
        ),
        Fault(
            "systemd has given up on the unit",
            drop_in("shop.service", '[Service]\\nExecStart=\\nExecStart=/bin/sh -c "exit 3"\\nRestartSec=20ms\\n')
            + "; systemctl restart shop.service; sleep 1",
            "systemctl is-failed --quiet shop.service",
            f"{undo('shop.service')} && systemctl start shop.service",
            ("PLT-01", "shop.service"),
            "shop.service has failed",
            also=DEAD,
        ),
    ],
    [
        Fault(
            "the forwarder runs and does not follow the file",
            "sed --in-place 's/^input/#input/' /etc/rsyslog.d/forward.conf && systemctl restart rsyslog.service",
            "systemctl is-active --quiet rsyslog.service",
            "sed --in-place 's/^#input/input/' /etc/rsyslog.d/forward.conf && systemctl restart rsyslog.service",
            ("LOG-01", FILE),
            "was not found within 5 s .*other line.* arrived there meanwhile",
        ),
        Fault(
            "timer runs and is not enabled",
            "systemctl disable shop-backup.timer",
            "systemctl is-active --quiet shop-backup.timer && ! systemctl is-enabled --quiet shop-backup.timer",
            "systemctl enable shop-backup.timer",
            ("BKP-05", "shop-backup.timer"),
            "shop-backup.timer is disabled: it does not come back",
            also={("PLT-01", "shop-backup.timer"): "fail", ("PLT-01", "shop-backup.service"): "fail"},
        ),
        Fault(
            "a slip in the crontab, all of which cron ignores",
            "echo 'nightly cleaning' >>/etc/cron.d/shop",
            "tail -n 1 /etc/cron.d/shop | grep --quiet nightly",
            "sed --in-place '$d' /etc/cron.d/shop",
            ("SHOP-01", "shop-clean"),
            "cron ignores the whole of /etc/cron.d/shop: its line 5",
        ),
        Fault(
            "the unit file has changed and systemd has not read it",
            "sleep 1; echo '# changed' >>/usr/lib/systemd/system/shop.service",
            "systemctl show --property=NeedDaemonReload --value shop.service | grep --quiet yes",
            "systemctl daemon-reload",
            ("PLT-01", "shop.service"),
            "has changed since systemd read it",
            status="warn",
        ),
    ],
    [
        Fault(
            "the central log host takes nothing",
            "systemctl stop syslog.socket rsyslog.service",
            "! ss --listening --tcp --numeric | grep --quiet :5514",
            "systemctl start syslog.socket rsyslog.service",
            ("LOG-01", "shop.service"),
            "was not found within 5 s",
            also=LOST,
            on="log1",
        ),
    ],
    [
        Fault(
            "the service may not write its log (run_as)",
            f"chown root:shop {FILE} && chmod 0640 {FILE}",  # it may be read, and so it is still rotated
            f"! setpriv --reuid=shop --regid=shop --clear-groups test -w {FILE}",
            f"chown shop:shop {FILE} && chmod 0640 {FILE}",
            ("LOG-01", FILE),
            f"{FILE} may not be written by shop",
            status="unknown",
        ),
    ],
]
VERDICTS = {7: "undetermined"}  # by round; a blocker that fails makes the others no_go
FAULTS = [(number, fault) for number, faults in enumerate(ROUNDS) for fault in faults]


@pytest.fixture(scope="module")
def observed(gate: t.Any, hosts: dict[str, Host]) -> t.Callable[[int], t.Any]:
    """Makes the faults of a round, lets the gate look, repairs them; once a round."""
    seen: dict[int, t.Any] = {}

    def run(faults: list[Fault], what: str) -> None:
        """The commands of one kind; in one connection a host, because that is what takes the time."""
        for name in sorted({fault.on for fault in faults}):
            commands = [
                f"(\n{getattr(fault, what)}\n) || {{ echo 'not done: {what} of {fault.name}'; exit 1; }}"
                for fault in faults
                if fault.on == name
            ]
            done = hosts[name].run("sh -c %s", "\n".join(commands))
            assert done.rc == 0, done.stdout + done.stderr

    def observe(number: int) -> t.Any:
        if number not in seen:
            try:
                run(ROUNDS[number], "breaks")
                run(ROUNDS[number], "shows")
                seen[number] = gate()
            finally:
                run(ROUNDS[number], "repairs")
        return seen[number]

    return observe


@pytest.mark.parametrize(("number", "fault"), [pytest.param(number, fault, id=fault.name) for number, fault in FAULTS])
def test_fault_is_found(observed: t.Callable[[int], t.Any], number: int, fault: Fault) -> None:
    found = observed(number)
    assert fault.at in found.not_passed
    finding = found.not_passed[fault.at]
    assert finding["status"] == fault.status
    assert re.search(fault.says, " ".join([finding["message"], *finding.get("details", [])])), finding["message"]
    assert found.requirements[fault.at[0]]["status"] not in ("pass", "not_applicable")


@pytest.mark.parametrize("number", range(len(ROUNDS)))
def test_nothing_else_is_found_and_the_play_is_stopped(observed: t.Callable[[int], t.Any], number: int) -> None:
    found = observed(number)
    expected = {key: status for fault in ROUNDS[number] for key, status in fault.expected.items()}
    messages = {key: finding["message"] for key, finding in found.not_passed.items()}
    assert {key: finding["status"] for key, finding in found.not_passed.items()} == expected, messages
    assert found.verdict == VERDICTS.get(number, "no_go")
    assert found.returncode != 0


def test_without_rights_nothing_is_green(gate: t.Any) -> None:
    """The same hosts, healthy again, looked at by an account that may not see enough."""
    found = gate("--extra-vars={ansible_become: false}")
    assert found.verdict == "undetermined"
    assert {finding["status"] for finding in found.not_passed.values()} <= {"unknown", "warn"}
    assert "use become" in found.not_passed["LOG-01", FILE]["message"]


def test_a_host_that_cannot_be_reached_is_not_green(gate: t.Any) -> None:
    found = gate("--extra-vars=ansible_user=nobody")
    assert found.verdict == "undetermined"
    assert found.returncode != 0
    assert {each["status"] for name, each in found.requirements.items() if name != "SUP-01"} <= {"unknown", "not_applicable"}


def test_all_is_repaired(gate: t.Any, hosts: dict[str, Host]) -> None:
    found = gate()
    assert not found.not_passed
    assert found.verdict == "go"
    assert found.returncode == 0
    web1 = hosts["web1"]
    for unit in ("shop.service", "shop-backup.timer", "rsyslog.service", "cron.service"):
        assert web1.service(unit).is_running
        assert web1.service(unit).is_enabled
    assert not web1.run("systemctl --failed --plain --no-legend").stdout
    assert "CMD (/opt/shop/shop-clean)" in hosts["log1"].file("/var/log/central/web1/CRON.log").content_string
