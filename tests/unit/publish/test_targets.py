# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where a record goes, and from where the metrics of a service that is no more are taken."""

from __future__ import annotations

import json
import pathlib
import typing as t

import pytest
from ansible_collections.operability.readiness.plugins.plugin_utils._publish.files import READABLE, PublishFailure, WriteFile
from ansible_collections.operability.readiness.plugins.plugin_utils._publish.targets import Asked, published, targets
from unit.publish.records import full


class Nobody:
    """The task is not delegated."""

    host: str | None = None
    write: WriteFile | None = None

    def remove(self, path: str) -> bool:
        raise AssertionError(path)


class Web(Nobody):
    """It is, to web1."""

    host = "web1"

    def __init__(self) -> None:
        self.removed: list[str] = []

    def remove(self, path: str) -> bool:
        self.removed.append(path)
        return True


def test_nothing_is_asked_for() -> None:
    asked = Asked.of({"textfile_directory": None, "pushgateway": None, "grafana": {}, "html": "", "language": None})
    assert asked == Asked() and targets(full(), {}, asked, None) == []


def test_each_target_in_words_and_written_on_demand(tmp_path: pathlib.Path) -> None:
    asked = Asked.of(
        {
            "textfile_directory": str(tmp_path),
            "pushgateway": {"url": "http://me:secret@push.example"},
            "grafana": {"url": "http://grafana.example/", "tags": ["a"]},
            "json": str(tmp_path / "{service}-{phase}.json"),
            "csv": str(tmp_path / "{oops}.csv"),
        }
    )
    record: dict[str, t.Any] = full()
    record["run"].update(phase="post", scope="service")
    found = {target.name: target for target in targets(record, record["state"], asked, None)}
    assert list(found) == ["textfile", "pushgateway", "grafana", "csv", "json"] and asked.grafana_tags == ("a",)
    assert [name for name, target in found.items() if target.is_server] == ["pushgateway", "grafana"]
    assert [name for name, target in found.items() if target.needs_state] == ["textfile", "pushgateway"]
    assert "secret" not in found["pushgateway"].where and found["pushgateway"].where.startswith("http://push.example/")
    assert not list(tmp_path.iterdir())
    assert found["textfile"].write() == found["textfile"].where
    assert "operability_service_state" in pathlib.Path(found["textfile"].where).read_text(encoding="utf-8")
    assert found["json"].write() == found["json"].where == str(tmp_path / f"{record['service']['name']}-post.json")
    assert json.loads(pathlib.Path(found["json"].where).read_text(encoding="utf-8")) == record
    modes = {name: pathlib.Path(found[name].where).stat().st_mode & 0o777 for name in ("textfile", "json")}
    assert modes == {"textfile": 0o644, "json": 0o600}, "a copy of the record is no report"
    with pytest.raises(PublishFailure, match=r"unknown placeholder \{oops\}"):
        found["csv"].write()


def test_files_go_to_the_host_of_the_task() -> None:
    written: list[str] = []

    def away(path: str, content: bytes, mode: int = READABLE) -> str:
        written.append(path)
        return f"web1:{path}"

    (target,) = targets(full(), {}, Asked(files={"nagios": "/srv/n"}), away)
    assert target.write() == "web1:/srv/n" and written == ["/srv/n"]


def test_metrics_are_removed_where_they_are(tmp_path: pathlib.Path) -> None:
    asked = Asked(textfile_directory=str(tmp_path))
    (written,) = targets(full(), full()["state"], asked, None)
    service, environment = full()["service"]["name"], full()["run"]["environment"]
    place = pathlib.Path(written.write())
    (look,) = published(asked, service, environment, Nobody(), check_mode=True)
    assert look.where == str(place) and look.remove() and place.exists()
    (take,) = published(asked, service, environment, Nobody(), check_mode=False)
    assert take.remove() and not place.exists() and not take.remove()
    web = Web()
    (there,) = published(asked, service, environment, web, check_mode=False)
    assert there.where == f"web1:{place}" and there.remove() and web.removed == [str(place)]
