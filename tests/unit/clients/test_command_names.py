# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the commands of a document name: each case is a whole block of code."""

from __future__ import annotations

import contextlib

import pytest
from ansible_collections.operability.readiness.plugins.module_utils._clients.command_names import MOST, names_in
from ansible_collections.operability.readiness.plugins.module_utils._clients.document import read


def names(code: str, kind: str = "") -> list[str]:
    text = f"# Payments\n\n```sh\n{code}\n```\n"
    return [one.name for one in names_in(read(text.encode(), "markdown")) if not kind or one.kind == kind]


@pytest.mark.parametrize(
    ("command", "units"),
    [
        ("systemctl restart payments", ["payments.service"]),
        ("sudo -u root systemctl --no-pager status payments.service -n 20", ["payments.service"]),
        ("systemctl enable --now a.timer b.socket", ["a.timer", "b.socket"]),
        ("systemctl status app@1.service", ["app@1.service"]),
        ("systemctl cat app@.service", ["app@readiness.service"]),
        ("systemctl kill -s HUP payments", ["payments.service"]),
        ("systemctl set-property payments.service CPUQuota=20%", ["payments.service"]),
        ("systemctl isolate rescue", ["rescue.target"]),
        ("journalctl -u payments -u web.service --since '1 hour ago'", ["payments.service", "web.service"]),
        ("journalctl -fu payments", ["payments.service"]),
        ("journalctl --unit=payments -o json | tail", ["payments.service"]),
        ("journalctl _SYSTEMD_UNIT=payments.service", ["payments.service"]),
        ("service nginx restart", ["nginx.service"]),
        ("if systemctl is-active payments; then systemctl stop payments; fi", ["payments.service"]),
        ("bash -c 'systemctl stop payments && sleep 1'", ["payments.service"]),
        ("$ systemctl stop payments\nUnit other.service; systemctl start never", ["payments.service"]),
        ("systemctl \\\n  restart payments", ["payments.service"]),
        ("# systemctl restart payments", []),
        ("systemctl restart 'pay*'", []),
        ("systemctl restart app@{1..4}", []),
        ("systemctl restart $UNIT <unit> {{ unit }} ${UNIT}.service", []),
        ("systemctl restart UNIT", []),
        ("systemctl daemon-reload; systemctl list-timers payments; systemctl status 4711", []),
        ("systemctl status /dev/sda", []),
        ("systemctl --user restart payments; systemctl -H db1 stop payments; journalctl -M box -u payments", []),
        ("ssh db1 systemctl restart payments", []),
        ("ssh db1 'systemctl restart payments\nsystemctl stop other'", []),
        ("ssh db1\nsystemctl restart payments", []),
        ("ssh -p 22 -i key ops@db1\nsystemctl restart payments", []),
        ("docker exec -it web bash\nsystemctl restart payments", []),
        ("ops@db1:~$ systemctl restart payments", []),
        ("[root@db1 ~]# systemctl restart payments", []),
        ("systemctl stop payments || true", []),
        ("kubectl rollout restart deploy/payments; psql -h db1 -c 'select 1'", []),
        ("echo systemctl restart payments", []),
        ("cat <<EOF\nsystemctl restart payments\nEOF\nsystemctl stop web", ["web.service"]),
        ("systemctl restart 'it is open", []),
        ("# it's a comment\nsystemctl stop web # don't\nsystemctl stop app", ["web.service", "app.service"]),
    ],
)
def test_units(command: str, units: list[str]) -> None:
    assert sorted(names(command, "unit")) == sorted(units)


@pytest.mark.parametrize(
    ("command", "paths"),
    [
        ("/opt/payments/bin/drain --all /var/data", ["/opt/payments/bin/drain"]),
        ("sudo -u app nice -n 5 /opt/payments/bin/drain", ["/opt/payments/bin/drain"]),
        ("/opt/payments/bin/drain --config=/etc/payments/a.yml --out=/var/x", ["/etc/payments/a.yml", "/opt/payments/bin/drain"]),
        ("tail -n 50 -f /srv/app/app.log | grep /api/v1", ["/srv/app/app.log"]),
        ("grep -r -A 3 /api/v1 /srv/app.log", ["/srv/app.log"]),
        ("grep -e /api/v1 /srv/app.log", []),
        ("sed -n '/start/,/end/p' /srv/app.log", ["/srv/app.log"]),
        ("cd /opt/payments && ./drain", ["/opt/payments"]),
        ("bash /opt/payments/restart.sh now", ["/opt/payments/restart.sh"]),
        ("java -jar /opt/payments/tool.jar", ["/opt/payments/tool.jar"]),
        ("cp /etc/a.yml /etc/a.yml.bak; cat /etc/a.yml.bak", ["/etc/a.yml"]),
        ("mysql app < /etc/in.sql", []),
        ("sort < /etc/in.txt", ["/etc/in.txt"]),
        ("mkdir -p /opt/new; cat /opt/new/file", []),
        ("echo x > /etc/made; cat /etc/made", []),
        ("cat /etc/made; date | tee /etc/made", []),
        ("curl -o /opt/x.tgz https://x.example/y; ls /opt/x.tgz", []),
        ("pg_dump -Fc -f /var/backups/x.dump app; ls /var/backups/x.dump", []),
        ("dumper --output=/srv/x.dump; ls /srv/x.dump", []),
        ("cat /tmp/x /proc/loadavg /dev/null /run/x.pid /sys/y /var/tmp/z", []),
        ("cat /etc/*.conf /etc/$ENV/x /etc/<env>/y /etc/{{ env }}/z /path/to/x /etc/VERSION/x /opt/.../x", []),
        ("cat /var/log/app.log.1 /var/log/app-2026-10-01.log /var/log/a.gz", []),
        ("cat /etc/maybe 2>/dev/null", []),
        ("cat /etc/maybe || echo none", []),
        ("test -f /etc/maybe; [ -e /etc/other ]", []),
        ("rm -f /var/lib/payments/stale", []),
        ("scp /etc/a db1:/etc/b; rsync -a /srv/x db1:/srv/x", []),
        ("docker run -v /srv/x:/y image; kubectl exec p -- cat /etc/z", []),
        ("0 3 * * * /opt/payments/bin/purge", []),
        ("path: /etc/payments/x.yml\nExecStart=/opt/x/bin/y", []),
        ("\u25cf payments.service - Payments (/etc/systemd/system/payments.service)", []),
        ("/var/log/app.log: No such file or directory", []),
        ("GET /api/v1/health\n/api/v1/health", []),
    ],
)
def test_paths(command: str, paths: list[str]) -> None:
    assert sorted(names(command, "path")) == sorted(paths)


def test_alerts() -> None:
    assert names("amtool silence add alertname=DiskFull --duration 2h", "alert") == ["DiskFull"]
    assert names("amtool alert query 'alertname=~\"Disk.*\"' alertname=$NAME", "alert") == []
    titles = ("Alert: PaymentsDown", "QueueFull", "Alerte `DiskSlow`", "PostgreSQL", "JavaScript", "Alert routing", "Alert Escalation")
    text = "".join(f"## {title}\n\n" for title in titles)
    assert [one.name for one in names_in(read(text.encode(), "markdown"))] == ["PaymentsDown", "QueueFull", "DiskSlow"]


@pytest.mark.parametrize(
    ("form", "text"),
    [
        ("markdown", "# P\n\nDo `systemctl restart payments`, not `/health` and `/etc/x`.\n"),
        ("markdown", "# P\n\n    systemctl restart payments\n"),
        ("rst", "P\n=\n\nDo ``systemctl restart payments``, not ``/health``.\n"),
        ("rst", "P\n=\n\n.. code-block:: sh\n\n   systemctl restart payments\n"),
        ("html", "<h1>P</h1><p>Do <code>systemctl restart payments</code>, not <code>/health</code></p>"),
        ("html", "<h1>P</h1><pre><code>systemctl restart payments</code></pre>"),
    ],
)
def test_each_form_has_code_in_blocks_and_in_words(form: str, text: str) -> None:
    assert [one.name for one in names_in(read(text.encode(), form))] == ["payments.service"]


def test_the_line_is_that_of_the_command() -> None:
    (one,) = names_in(read(b"# P\n\n```sh\ntrue\nsystemctl restart payments\n```\n", "markdown"))
    assert one.line == 5


def test_what_is_typed_on_another_machine_ends_with_the_section() -> None:
    text = "# P\n\n## A\n```\nssh db1\n```\n```\nsystemctl stop there\n```\n\n## B\n```\nsystemctl stop here\n```\n"
    assert [one.name for one in names_in(read(text.encode(), "markdown"))] == ["here.service"]


def test_more_names_than_anybody_reads_are_refused() -> None:
    with pytest.raises(ValueError):
        names("\n".join(f"systemctl restart unit{number}" for number in range(MOST + 1)))


@pytest.mark.parametrize(
    "piece", ["`", "$(", "<", "'", '"', "\\\n", "<<E\n", "a@a", "{{", "| ", "sh -c '", "/", "=", "-u ", "'" + "\na" * 300 + '"', "# it's\n"]
)
def test_a_hostile_block_is_read_to_its_end(piece: str) -> None:
    with contextlib.suppress(ValueError):
        names(piece * (260_000 // len(piece)))
