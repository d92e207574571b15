# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Prometheus as an agent, and one that scrapes nothing and is written to by others."""

from __future__ import annotations

from servers import LOCAL, Prometheus


class Agent(Prometheus):
    """Scrapes and writes elsewhere; answers no queries."""

    def command(self) -> list[str]:
        self.write()
        newer = self.binaries.newer is not None and (self.binaries.newer / "prometheus").exists()
        return [
            str(self.binaries.path("prometheus")),
            "--agent" if newer else "--enable-feature=agent",
            f"--config.file={self.folder}/prometheus.yml",
            f"--storage.agent.path={self.folder}/data",
            f"--web.listen-address={LOCAL}:{self.port}",
        ]


class Receiver(Prometheus):
    """Takes what others write to it."""

    def command(self) -> list[str]:
        return [*super().command(), "--web.enable-remote-write-receiver"]


def writing_to(server: Prometheus, replica: str, scraping: str) -> str:
    """The configuration of a Prometheus that is one of several replicas, and writes what it scrapes to a server."""
    return (
        f"global: {{scrape_interval: 1s, evaluation_interval: 1s, external_labels: {{prometheus_replica: {replica}}}}}\n"
        f"remote_write: [{{url: '{server.url}/api/v1/write'}}]\n{scraping}"
    )
