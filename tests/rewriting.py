# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What whoever can write in a folder of records can do: change something there, and recompute every digest that follows from it.

Deliberately on its own: the canonical form is written down a second time, so that a change of it is seen.
"""

from __future__ import annotations

import hashlib
import json
import pathlib
import sys
import typing as t


def canonical(data: t.Mapping[str, t.Any], *without: str) -> str:
    kept = {name: value for name, value in data.items() if name not in without}
    return hashlib.sha256(json.dumps(kept, sort_keys=True, separators=(",", ":")).encode("ascii")).hexdigest()


def read(path: pathlib.Path) -> dict[str, t.Any]:
    return dict(json.loads(path.read_text(encoding="utf-8")))


def save(path: pathlib.Path, data: t.Mapping[str, t.Any]) -> None:
    path.write_text(json.dumps(data), encoding="utf-8")


def relinked(folder: pathlib.Path) -> None:
    """All records, state, ledger and head as they would be if what is there now had always been so."""
    new: dict[str, str] = {}  # digests by run
    for path in sorted((folder / "runs").glob("*.json")):
        record = read(path)
        for name in record.get("kept", {}):
            if (folder / name).exists() and read(folder / name).get("follows", {}).get("run") == record["run"]["id"]:
                record["kept"][name] = canonical(read(folder / name), "digest", "follows")
        if "follows" in record:
            record["follows"]["digest"] = new.get(record["follows"]["run"], record["follows"]["digest"])
        record["digest"] = new[record["run"]["id"]] = canonical(record, "digest")
        save(path, record)
    for path in folder.glob("decisions/*.json"):
        decision = read(path)
        decision["follows"]["digest"] = new[decision["follows"]["run"]]
        save(path, {**decision, "content_digest": canonical(decision, "content_digest")})
    for path in folder.glob("*.json"):
        document = read(path)
        if path.name == "head.json":
            document["digest"] = new[document["run"]]
        else:
            document["follows"]["digest"] = new[document["follows"]["run"]]
            document["digest"] = canonical(document, "digest")
        save(path, document)


if __name__ == "__main__":
    relinked(pathlib.Path(sys.argv[1]))
