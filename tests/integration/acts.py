# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Several gates in one ansible-playbook run, each in a play of its own and with its own outcome: a gate that stops ends its play alone."""

from __future__ import annotations

import contextlib
import json
import os
import pathlib
import re
import shlex
import sys
import threading
import typing as t

import rewriting
import yaml
from integration.playbook import Outcome, Site

_STOPPED, _RECORD = "THIS ACT HAS STOPPED", "THE RECORD OF THIS ACT"
_PLACE = "records_of_this_act"
Before = t.Union[str, t.Callable[[], object]]


class Acts:
    """Plays over the inventory of one site, in the order in which they were added; each may have files and records of another one.

    Where input is refused, ``hosts`` is to be one host: Ansible gives no other one back. A warning is printed once a run, by the first act.
    """

    def __init__(self, site: Site) -> None:
        self.site = site
        self.plays: list[dict[str, t.Any]] = []
        self.sites: dict[str, Site] = {}
        self.files: dict[pathlib.Path, str] = {}
        self.between: list[tuple[pathlib.Path, t.Callable[[], object]]] = []

    def gate(self, name: str, *, site: Site | None = None, before: Before = "", hosts: str = "web", **variables: t.Any) -> None:
        """The role, then what a deployment is: the play stops before it where the gate stops."""
        role = {"name": "Gate", "ansible.builtin.import_role": {"name": "operability.readiness.gate"}}
        deploy = {"name": "Deploy", "ansible.builtin.debug": {"msg": "DEPLOYED ON {{ inventory_hostname }}"}}
        self.tasks(name, role, deploy, site=site, before=before, hosts=hosts, **{"phase": "pre", **variables})

    def tasks(
        self,
        name: str,
        *tasks: t.Mapping[str, t.Any],
        site: Site | None = None,
        before: Before = "",
        hosts: str = "localhost",
        **variables: t.Any,
    ) -> None:
        """Any tasks, of which the first that fails ends the play and no other; variables are readiness_NAME.

        ``before`` changes the world first: a shell command, or a function of this process, for which the run waits.
        """
        assert name not in self.sites, name
        of = self.sites[name] = site or self.site
        given = {**self._files(of), "records": str(of.records), **variables}
        command = before if isinstance(before, str) else self._waits(before)
        world = {"name": "World", "ansible.builtin.raw": command, "delegate_to": "localhost", "run_once": True, "changed_when": False}
        told = "{{ (readiness_gate.record | default({'run': {'id': ''}})).run.id }}"
        self.plays.append(
            {
                "name": name,
                "hosts": hosts,
                "gather_facts": False,
                "vars": {_PLACE if key == "records" else f"readiness_{key}": value for key, value in given.items() if value is not None},
                "tasks": [
                    *([world] if command else []),
                    {
                        "name": "Act",
                        "block": list(tasks),
                        "rescue": [{"name": "End the act", "ansible.builtin.debug": {"msg": _STOPPED}}],
                        "always": [{"name": "Tell", "ansible.builtin.debug": {"msg": f"{_RECORD}: {told}."}, "run_once": True}],
                    },
                ],
            }
        )

    def play(self, *words: str, env: t.Mapping[str, str] | None = None) -> dict[str, Outcome]:
        """All of them in one run; each has the outcome that a run of its own would have had."""
        before = {path for site in self._places() for path in site.rglob("runs/*.json")}
        text = "---\n" + yaml.safe_dump(json.loads(json.dumps(self.plays)), sort_keys=False, width=1000)
        self._write()
        records = pathlib.Path(f"{{{{ {_PLACE} }}}}")  # a variable of the whole run, which each act resolves
        options: dict[str, t.Any] = {name: None for name in ("phase", "service_file", "organisation_file")}
        options |= {"write": False, "records": records, "timeout": 300.0 + 60.0 * len(self.plays)}
        with self._world():
            whole = self.site.run(text, *words, env=env, **options)
        assert whole.rc == 0, whole.output
        new = {path.stem: path for site in self._places() for path in site.rglob("runs/*.json") if path not in before}
        outcomes: dict[str, Outcome] = {}
        parts = re.split(r"^PLAY (?=\[|RECAP)", whole.output, flags=re.M)[1:]
        assert len(parts) == len(self.plays) + 1, whole.output
        for play, part in zip(self.plays, parts):
            told = re.search(rf"{_RECORD}: ([\w-]*)\.", part)
            assert part.startswith(f"[{play['name']}]") and told, whole.output
            path = new.pop(told.group(1), None)  # one that an earlier act has told of is none of this act's
            records = [json.loads(path.read_text())] if path else []
            outcomes[play["name"]] = Outcome(2 if _STOPPED in part else 0, part, whole.seconds, records)
        return outcomes

    def inventory(self, name: str, hosts: dict[str, dict[str, t.Any]]) -> None:
        """An act after which the group web has these hosts."""

        def change() -> None:
            self.site.hosts = hosts
            self._write()

        self.tasks(name, {"name": "Read the inventory anew", "ansible.builtin.meta": "refresh_inventory"}, before=change)

    def _write(self) -> None:
        """The inventory; the files are as the acts have them."""
        self.site.write()
        for path, content in self.files.items():
            path.write_text(content)

    def _waits(self, function: t.Callable[[], object]) -> str:
        """The shell command that ends well when the function has returned."""
        path = self.site.folder / f"between-{len(self.between)}"
        os.mkfifo(path)
        self.between.append((path, function))
        return f'[ "$(cat {path})" = done ]'

    @contextlib.contextmanager
    def _world(self) -> t.Iterator[None]:
        """Calls the functions when the run waits for them; what one raises, the test sees."""
        over, raised = threading.Event(), list[BaseException]()

        def work() -> None:
            for path, function in self.between:
                while not over.wait(0.02):
                    with contextlib.suppress(OSError):  # nobody reads yet
                        writing = os.open(path, os.O_WRONLY | os.O_NONBLOCK)
                        break
                else:
                    return
                try:
                    function()
                    os.write(writing, b"done")
                except BaseException as exc:  # noqa: BLE001 # it is raised where the test sees it
                    raised.append(exc)
                finally:
                    os.close(writing)

        thread = threading.Thread(target=work, daemon=True)
        thread.start()
        try:
            yield
        finally:
            over.set()
            thread.join()
        if raised:
            raise raised[0]

    def _files(self, site: Site) -> dict[str, str]:
        """The site's two files as they are now, under names of their own where an earlier act has others."""
        found = {}
        for key, usual, data in (
            ("service_file", "readiness.yml", site.service),
            ("organisation_file", "organisation.yml", site.organisation),
        ):
            text = data if isinstance(data, str) else yaml.safe_dump(json.loads(json.dumps(data)), sort_keys=False, width=1000)
            path = next(path for path in self._names(site.folder / usual) if self.files.setdefault(path, text) == text)
            path.write_text(text)
            found[key] = str(path)
        return found

    def _names(self, usual: pathlib.Path) -> t.Iterator[pathlib.Path]:
        yield usual
        for number in range(1, 100):
            yield usual.with_name(f"{usual.stem}-{number}.yml")

    def _places(self) -> set[pathlib.Path]:
        return {site.folder for site in (self.site, *self.sites.values())}


def edit(path: pathlib.Path, *statements: str) -> str:
    """The shell command that changes a JSON file on disk: statements over ``data``, in Python.

    A state is changed so that nobody can tell: time has passed, as it were.
    """
    code = ["import json, pathlib", f"path = pathlib.Path({str(path)!r})", "data = json.loads(path.read_text())"]
    code += [*statements, "path.write_text(json.dumps(data))"]
    changed = shlex.join([sys.executable, "-c", "\n".join(code)])
    fitted = shlex.join([sys.executable, rewriting.__file__, str(path.parent)])
    return f"{changed} && {fitted}" if path.name == "state.json" else changed


__all__ = ("Acts", "edit")
