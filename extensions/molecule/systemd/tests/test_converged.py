# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The gate has looked three times, twice: what it left behind on the hosts, and that what it passed is so."""

from __future__ import annotations

from testinfra.host import Host

MARK = "operability-canary"


def test_what_passed_is_so(hosts: dict[str, Host]) -> None:
    web1 = hosts["web1"]
    assert web1.service("shop.service").is_running
    assert web1.service("shop.service").is_enabled
    assert web1.socket("tcp://127.0.0.1:8080").is_listening
    assert web1.file("/var/log/shop/shop.log.1").size > 0
    assert web1.file("/var/log/shop/shop.log.2.gz").is_file
    assert web1.run("tar --list --file /var/backups/shop/shop-$(date +%Y%m%d).tar.gz").stdout.count("orders.json") == 1


def test_lines_crossed_from_host_to_host(hosts: dict[str, Host]) -> None:
    """A file, the journal and syslog of web1 are on log1, each once for each line that the gate wrote."""
    log1 = hosts["log1"]
    written = log1.run(f"grep --recursive --count {MARK} /var/log/central/web1").stdout
    counts = {line.rsplit("/", 1)[-1].split(":")[0]: int(line.rsplit(":", 1)[-1]) for line in written.splitlines()}
    assert {name: counts[name] for name in ("shop-file.log", "shop.log", "shop-clean.log")} == dict.fromkeys(
        ("shop-file.log", "shop.log", "shop-clean.log"), 6
    )


def test_nothing_is_left_on_the_hosts(hosts: dict[str, Host]) -> None:
    for host in hosts.values():
        assert not host.run("find /tmp /var/tmp /root /home -name '*ansible*' -newer /etc/hostname -type f").stdout


def test_the_canary_line_was_written_as_the_service(hosts: dict[str, Host]) -> None:
    file = hosts["web1"].file("/var/log/shop/shop.log")
    assert (file.user, file.group, file.mode) == ("shop", "shop", 0o640)
    assert MARK in file.content_string
