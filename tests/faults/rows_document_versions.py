# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""document: for which version it is, and whether the service has changed since. Real files, a real git.

How it could pass without deserving it; each is a row below:

- its version is taken for a number: 1.10 for 1.1, 1.20 for 1.2, in YAML, TOML and JSON;
- it names the version that is deployed to leave it out, within a range, of something else, or in a section that is about something else;
- what has changed in the service is taken for a document: a list of libraries, templates of texts, code and values below a folder docs;
- what was updated after the change is planned, of the future, or another's.
"""

from __future__ import annotations

import os
import subprocess
import typing as t

from rows_document import FRONT, MANUAL, day, written
from table import Row, World

Arrange = t.Callable[[World], "dict[str, t.Any]"]
VERSION = "version: 1.4.0"
UNTOLD = "cannot be told, name the version"


def row(state: str, arrange: Arrange, status: str, message: str) -> Row:
    return Row("document", state, arrange, status, message)


def versioned(line: str, deployed: str = "1.4.0") -> Arrange:
    return written(old=VERSION, new=line, version=deployed)


def whole(front: str, deployed: str) -> Arrange:
    """With this front matter of another kind."""
    return written(front=front, version=deployed)


TOML = '+++\nowner = "payments"\nvalidated_by = "Ali Ben"\nversion = {}\nlast_reviewed = {{reviewed}}\n+++\n'
JSON = '{{\n"owner": "payments", "validated_by": "Ali Ben", "version": {}, "last_reviewed": "{{reviewed}}"\n}}\n'


def changed(*names: str, front: str = FRONT, reviewed: int = 20, ago: int = 10) -> Arrange:
    """A service with a manual, reviewed 20 days ago, of which these files were changed 10 days ago."""

    def arrange(world: World) -> dict[str, t.Any]:
        root = world.folder / "service"
        files = {"docs/dex.md": (front + MANUAL).replace("{reviewed}", day(reviewed)).replace("{ahead}", day(-20)), "service.py": "pass\n"}
        for number, these in enumerate((files, dict.fromkeys(names, "changed\n"))):
            for name, text in these.items():
                (root / name).parent.mkdir(parents=True, exist_ok=True)
                (root / name).write_text(text, encoding="utf-8")
            moment = f"{day(ago if number else 40)}T12:00:00+00:00"
            who = {f"GIT_{role}_{what}": "jane@payments.example" for role in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
            dates = {"GIT_AUTHOR_DATE": moment, "GIT_COMMITTER_DATE": moment, "GIT_CONFIG_GLOBAL": "/dev/null"}
            for words in (("init", "--quiet"), ("add", "--all", "--force"), ("commit", "--quiet", "--message=change")):
                subprocess.run(["git", *words], cwd=root, env={**os.environ, **who, **dates}, check=True, capture_output=True)
        return {"path": str(root / "docs/dex.md"), "service_folder": str(root), "preset": "operations_manual", "version": "1.4.0"}

    return arrange


UPDATED = FRONT.replace("last_reviewed: {reviewed}\n", "last_reviewed: {reviewed}\nlast_updated: UPDATED\n")
AS_WRITTEN = ("1.10", "2026.10", "010", "0x10", "1_4", "1:30", "1e3", "7")
ROWS = [
    *[row(f"the version {one}, as it is deployed", versioned(f"version: {one}", one), "pass", f"the version {one}") for one in AS_WRITTEN],
    *[
        row(f"the version {one}, of {other}", versioned(f"version: {one}", other), "fail", f"for version {one}, and {other} is deployed")
        for one, other in (("1.20", "1.2"), ("1.40", "1.4"), ("1.10", "1.1"), ("0x10", "16"))
    ],
    row("the version 1.10 in TOML", whole(TOML.format("1.10"), "1.10"), "pass", "the version 1.10"),
    row("the version 1.20 in TOML, of 1.2", whole(TOML.format("1.20"), "1.2"), "fail", "for version 1.20, and 1.2 is deployed"),
    row("the version 1.10 in JSON", whole(JSON.format("1.10"), "1.10"), "pass", "the version 1.10"),
    row("the version 1.20 in JSON, of 1.2", whole(JSON.format("1.20"), "1.2"), "fail", "for version 1.20, and 1.2 is deployed"),
    row("versions in a list, as written", versioned("versions: [1.10, 1.20]", "1.20"), "pass", "the version 1.20"),
    row("the version true", versioned("version: true"), "fail", "does not say for which version"),
    *[
        row(f"the versions '{said}'", versioned(f"version: '{said}'"), "unknown", UNTOLD)
        for said in (
            *("since 1.2", "≥ 1.3", "1.3.0 and later", "1.3.0 et suivantes", "1.3.0+", "up to 1.4.0", "1.3.0 → 1.4.0", "1.3 to 1.5"),
            *("1.3.0 or newer", "à partir de 1.3", "between 1.3 and 1.5", "1.3.0 et versions ultérieures", "from 1.3 onwards", "min 1.3"),
            *("payments 1.4.0", "payments-1.4.0", "1.4.0, excluding 1.4.0", "1.3.0, 1.4.0 except 1.4.0", "sauf 1.4.0"),
        )
    ],
    *[
        row(f"the versions '{said}'", versioned(f"version: '{said}'"), "pass", "the version 1.4.0")
        for said in ("1.4.0 and later", "1.3.0, 1.4.0", "1.3.9 et 1.4.0", "v1.4.0", "Release 1.4.0", "1.4.0 (LTS)")
    ],
    row("the version of a payments of before", versioned("version: payments 1.3.0"), "fail", "for version payments 1.3.0, and 1.4.0"),
    row(
        "a range above the sections",
        written(MANUAL.replace("## Overview", "Version: 1.3.0 and later\n\n## Overview"), old=f"{VERSION}\n", new=""),
        "unknown",
        UNTOLD,
    ),
    row(
        "a version in the text of a section",
        written(old=f"{VERSION}\n", new="", text=MANUAL.replace("It takes payments.", "Version: 1.4.0")),
        "fail",
        "does not say for which version",
    ),
    *[
        row(f"the service has changed in {name}", changed(name), "fail", "the service has changed on")
        for name in (
            *("requirements.txt", "CMakeLists.txt", "templates/mail.txt", "src/docs/handler.py", "app/doc/views.py"),
            *(
                "deploy/docs/values.yaml",
                "docs/example.py",
                "docs/values.yaml",
                "src/README.py",
                "lib/changes.py",
                ".github/workflows/ci.yml",
            ),
        )
    ],
    *[
        row(f"no part of the service has changed in {name}", changed(name), "pass", "a review of")
        for name in (
            *("LICENSE", "LICENSE.txt", "sub/README", "NOTICE", "CHANGELOG.md", ".gitignore", ".editorconfig", ".github/CODEOWNERS"),
            *("documentation/a.drawio", "docs/a.png", "docs/sub/notes.txt", "docs/conf.py", "site/mkdocs.yml", "readiness.d/a.yml"),
            *(".readiness.yml", "readiness.yml", "payments.readiness.yml", "src/notes.rst"),
        )
    ],
    row(
        "updated after the service was changed", changed("service.py", "x.py", front=UPDATED.replace("UPDATED", day(5))), "pass", "a review"
    ),
    row("updated before the service was changed", changed("x.py", front=UPDATED.replace("UPDATED", day(15))), "fail", "has changed on"),
    row("to be updated after the service was changed", changed("x.py", front=UPDATED.replace("UPDATED", "{ahead}")), "fail", "has changed"),
    row("planned to be updated", changed("x.py", front=UPDATED.replace("UPDATED", f"{day(5)} (planned)")), "fail", "has changed on"),
    row("updated, and not reviewed for long", written(front=UPDATED.replace("UPDATED", day(5)), reviewed=400), "fail", "400 d.* ago"),
]
