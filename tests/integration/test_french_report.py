# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The French report of a service of level B that has everything against it: not one English sentence."""

from __future__ import annotations

import datetime as dt
import html.parser
import json
import os
import pathlib
import re
import socket
import time
import typing as t

import pytest
import yaml
from integration.playbook import ROLE, Outcome, Site

# words without which there is hardly an English sentence, and which are no French ones
ENGLISH = re.compile(
    r"\b(the|is|are|was|were|has|have|had|been|be|of|and|with|without|from|this|that|which|there|its|it|no|not|nobody|"
    r"cannot|could|did|does|must|never|since|until|by|at|in|to|for|only|than|more|every|each|found|seen|nothing|missing|old|younger)\b",
    re.I,
)
SSH = re.compile(r"Data could not be sent .*? (refused|Broken pipe)")  # Ansible's own words, and ssh's
ROOM = {"disk": "< 0.001%", "inodes": "< 0.001%", "memory": "< 0.001%"}


class Text(html.parser.HTMLParser):
    """What a reader sees of a page, a line for each piece of text."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = []
        self.hidden = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.hidden += tag in ("style", "script")

    def handle_endtag(self, tag: str) -> None:
        self.hidden -= tag in ("style", "script")

    def handle_data(self, data: str) -> None:
        if not self.hidden and data.strip():
            self.lines.append(" ".join(data.split()))


def seen(page: str) -> list[str]:
    parser = Text()
    parser.feed(page)
    return parser.lines


def english(lines: t.Iterable[str], ours: t.Sequence[str] = ()) -> list[str]:
    """Lines with English words in them, but for quoted text, paths, names, and what the test itself wrote."""
    out = []
    for line in lines:
        plain = SSH.sub(" ", line.replace("NO-GO", " "))
        for text in ours:
            plain = plain.replace(text, " ")
        plain = re.sub(r"https?://\S+|[\w.-]*/[\w./{}*-]+|«[^»]*»|'[^']*'|\b[\w-]+[_.:=][\w.:=-]+", " ", plain)
        if len(ENGLISH.findall(plain)) >= 1:
            out.append(line)
    return out


def day(after: int) -> str:
    return (dt.datetime.now(dt.timezone.utc).date() + dt.timedelta(days=after)).isoformat()


def nobody_listens() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    """A service of level B: faults in each area, servers out of reach, a host out of reach, waivers, debt, requirements of its own."""
    made = Site(tmp_path_factory.mktemp("french") / "site", ["web1", "web2"])
    folder, port = made.folder, nobody_listens()
    for name in ("backups", "logs", "docs", "empty"):
        (folder / name).mkdir()
    old = time.time() - 5 * 86400
    dump = folder / "backups" / "shop.sql.gz"
    dump.write_bytes(b"\x1f\x8bno gzip file")
    os.utime(dump, (old, old))
    (folder / "logs" / "app.log").write_text("2026-01-01T00:00:00Z started\n")
    (folder / "docs" / "runbook.md").write_text("# Consigne\n\nTODO\n\n[morte](rien.md) ![image](image.png)\n")
    (folder / "not-a-certificate.pem").write_text("nothing\n")
    made.service = {
        "schema_version": 1,
        "service": {"name": "shop", "owner": "équipe boutique", "hosts": "web"},
        "classification": {"criticality": 2, "technical_risk": 1, "complexity": 1},
        "commitments": {"hours": "24x7", "availability": 0.999, "rpo": "24h", "rto": "4h"},
        "parts": {
            "web": {
                "hosts": "web",
                "units": ["shop-that-is-not.service"],
                "scrape": [{"job": "shop", "port": 8080}],
                "logs": [{"file": str(folder / "logs" / "app.log"), "rotated_by": "logrotate"}],
                "backups": [
                    {"tool": "file", "pattern": [str(folder / "backups" / "*.sql.gz")], "scheduled_by": {"timer": "shop-backup.timer"}},
                    {"tool": "restic", "repository": str(folder / "empty"), "password_file": str(folder / "none"), "paths": ["/srv"]},
                ],
                "certificates": [str(folder / "not-a-certificate.pem")],
                "support": "boutique",
            }
        },
        "endpoints": [{"url": f"http://127.0.0.1:{port}/health", "json": {"status": "UP"}}],
        "flows": [{"to": f"127.0.0.1:{port}"}, {"to": "nowhere.invalid:443"}],
        "alerts": {"match": {"service": "shop"}, "must_include": ["ShopDown"]},
        "documents": {"runbook": "docs/runbook.md"},
        "requirements": {
            "PLT-02": {"with": ROOM},
            "APP-01": {
                "title": "l'application répond",
                "impact": "major",
                "check": "command",
                "with": {"command": ["/bin/sh", "-c", "echo la file est pleine; exit 1"]},
            },
            "APP-02": {
                "title": "les fichiers attendus sont là",
                "impact": "major",
                "check": "command",
                "with": {"command": ["/nowhere/check_files"]},
            },
        },
        "waivers": [
            {
                "requirement": "MON-01",
                "reason": "le serveur de supervision est livré en mars",
                "approved_by": "responsable d'exploitation",
                "from": day(-10),
                "until": day(20),
                "compensating": "ronde manuelle",
            },
            {
                "requirement": "LOG-05",
                "reason": "migration des journaux",
                "approved_by": "responsable d'exploitation",
                "from": day(-60),
                "until": day(-5),
            },
        ],
    }
    made.organisation = {
        "schema_version": 1,
        "servers": {
            "prom": {"kind": "prometheus", "url": f"http://127.0.0.1:{port}"},
            "am": {"kind": "alertmanager", "url": f"http://127.0.0.1:{port}"},
        },
        "chains": {"boutique": [{"tier": "N1", "contact": "plateau d'appels", "hours": "Mon-Fri 08:00-18:00", "response": "15m"}]},
        "decisions": {"required": ["pre"]},
        "publish": {"html": str(folder / "shop.html"), "markdown": str(folder / "shop.md"), "language": "fr"},
    }
    made.unreachable("web2")
    return made


OURS = ("Ana Costa", "comité go/no-go", "shop-that-is-not.service", "No such file or directory", "go/no-go")


def decide(site: Site) -> Outcome:
    options = {
        "body": "comité go/no-go",
        "decided_by": ["Ana Costa"],
        "operations_opinion": "unfavourable",
        "outcome": "go_with_conditions",
        "override": True,
        "reason": "la fenêtre est courte",
        "conditions": [{"text": "les sauvegardes sont réparées", "responsible": "équipe boutique", "due": day(7)}],
    }
    play = [
        {"name": "Decide", "hosts": "localhost", "gather_facts": False, "tasks": [{"name": "It", "operability.readiness.decide": options}]}
    ]
    return site.run("---\n" + yaml.safe_dump(play), phase=None)


@pytest.fixture(scope="module")
def report(site: Site) -> t.Iterator[tuple[Outcome, pathlib.Path]]:
    first = site.run(ROLE, version="1.4.0", deployment_id="deploy-1")
    assert first.records, first.output
    decided = decide(site)
    assert decided.rc == 0, decided.output
    second = site.run(ROLE, version="1.5.0", deployment_id="deploy-2")
    yield second, site.folder / "shop.html"


def test_no_english_sentence_is_left(report: tuple[Outcome, pathlib.Path]) -> None:
    outcome, page = report
    assert outcome.verdict == "no_go"
    left = english(seen(page.read_text(encoding="utf-8")), OURS)
    assert left == [], "\n".join(left)


def test_no_english_sentence_is_left_in_the_markdown(report: tuple[Outcome, pathlib.Path]) -> None:
    _outcome, page = report
    left = english(page.with_suffix(".md").read_text(encoding="utf-8").splitlines(), OURS)
    assert left == [], "\n".join(left)


def test_the_record_has_english_texts_and_what_they_were_made_of(report: tuple[Outcome, pathlib.Path]) -> None:
    outcome, _page = report
    judgement = outcome.record["judgement"]
    without = [
        finding["message"]
        for item in judgement["requirements"]
        for finding in item["findings"]
        if not finding.get("said", {}).get("message")
    ]
    assert without == ["la file est pleine"], "the words of a plugin"
    assert outcome.record["said"] and all(entry["template"] for entry in outcome.record["said"])
    assert {"fail", "unknown", "waived"} <= {item["status"] for item in judgement["requirements"]}, json.dumps(judgement["counts"])
    assert judgement["reservations"] and outcome.record["decisions"] and judgement["notices"]
