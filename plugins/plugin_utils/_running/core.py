# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What differs between the versions of ansible-core: nothing else in the collection asks which one it is. PRIVATE to the collection.

From 2.19 on a text is a template only where it comes from a place that is trusted. Before, every text is one that is not marked unsafe,
and the core does not mark all that an action says: what a host wrote would be run on the controller where a play shows it.
"""

from __future__ import annotations

import contextlib
import dataclasses
import functools
import json
import re
import traceback
import typing as t

from ansible import errors
from ansible import template as _template
from ansible.module_utils.json_utils import _filter_non_json_lines
from ansible.plugins.action import ActionBase
from ansible.release import __version__
from ansible.utils.display import Display

from ...module_utils._message import one_line
from .._model.text import as_list, fit, fit_in

# whether texts are templates only where they are trusted
TRUSTS = tuple(int(part) for part in __version__.split(".")[:2]) >= (2, 19)

# the error of a filter or a test that is given something else than it takes
WrongType: type[errors.AnsibleError] = getattr(errors, "AnsibleTypeError", None) or errors.AnsibleFilterTypeError
_EXPRESSION = (
    "{{% set condition = {} %}}{{% if condition is undefined %}}{{{{ condition }}}}{{% endif %}}"
    "{{{{ 'it holds' if condition is sameas true else 'it does not' if condition is sameas false else condition | type_debug }}}}"
)
_ALONE = re.compile(r"\s*\{\{-?((?:(?!\{\{|\}\}|\{%).)+?)-?\}\}\s*", re.DOTALL)
_LOOK_THERE = "See stdout/stderr for the exact error"
_LOUD = ("warnings", "deprecations", "add_host", "add_group")  # the core shows them, or that it has removed them with what they said
_KNOWN = ("_ansible_parsed", "_ansible_suppress_tmpdir_delete", "_ansible_trusted_utf8")
_MOST = 20  # warnings of a host
_LONGEST = 500
T = t.TypeVar("T")
_Run = t.Callable[..., "dict[str, t.Any]"]


# -- text


def untemplated(value: T) -> T:
    """The value, in which no text will be a template wherever it goes."""
    if TRUSTS:
        return value
    from ansible.utils.unsafe_proxy import wrap_var  # noqa: PLC0415 # gone some day

    return t.cast("T", wrap_var(value))


def may_be_template(text: str) -> bool:
    """Whether the core would take this text for a template."""
    return bool(_template.is_trusted_as_template(text)) if TRUSTS else not hasattr(text, "__UNSAFE__")


def trusted(text: str) -> str:
    """A text of ours that is a template."""
    return _template.trust_as_template(text) if TRUSTS else text


def read_file(loader: t.Any, path: str) -> str:
    """The text of a file of the user's, decrypted where it is vaulted. AnsibleError, ValueError."""
    return "".join(loader.get_text_file_contents(path)) if TRUSTS else _content(loader, path)[0]


def load_file(loader: t.Any, path: str, *, templates: bool) -> t.Any:
    """What stands in a file of the user's; it may be changed, nobody else holds it. AnsibleError, ValueError."""
    if TRUSTS:
        return loader.load_from_file(path, cache="none", unsafe=True, trusted_as_template=templates)
    text, readable = _content(loader, path)
    data = loader.load(text, file_name=path, show_content=readable)
    return data if templates else untemplated(data)


def _content(loader: t.Any, path: str) -> tuple[str, bool]:
    content, was_readable = loader._get_file_contents(path)
    return content.decode(), was_readable


def resolved(templar: t.Any, value: t.Any) -> t.Any:
    """What a value of the user's becomes with the variables of the templar, decrypted where it is vaulted. AnsibleError."""
    if TRUSTS:
        return templar.template(value)
    from ansible.parsing.yaml.objects import AnsibleVaultEncryptedUnicode  # noqa: PLC0415 # gone some day

    environment = t.cast("t.Any", _template).AnsibleNativeEnvironment  # gone already where texts are trusted
    alone = _ALONE.fullmatch(value) if isinstance(value, str) and may_be_template(value) else None
    if alone:  # a number stays one, and a text that looks like one stays a text
        native = templar.copy_with_new_env(environment_class=environment)
        (made,) = native.template(f"{{{{ [({alone.group(1)})] }}}}")
    else:
        made = templar.template(value)
    return str(made) if isinstance(made, AnsibleVaultEncryptedUnicode) else made


def holds(templar: t.Any, condition: str) -> bool:
    """Whether a condition of the user's is true. AnsibleError."""
    if TRUSTS:
        return bool(templar.evaluate_conditional(_template.trust_as_template(condition)))
    answer = str(templar.template(_EXPRESSION.format(condition)))
    if answer not in ("it holds", "it does not"):
        raise errors.AnsibleError(f"Conditional result was of type '{answer}'. Conditionals must have a boolean result.")
    return answer == "it holds"


# -- plugins


def _let_threads_speak() -> None:
    """Of a worker, before it starts any. Until 2.18 it begins with a lock that no other thread of it would ever get.

    It guards what is written to standard error, and so a mere warning of a library would hang the run.
    """
    with contextlib.suppress(RuntimeError):  # nobody holds it
        Display()._lock.release()


def said_by_module(result: t.Mapping[str, object]) -> str:
    """What a module said, or what was said in its place where it could not be run."""
    said = str(result.get("msg") or "")
    if said and not said.endswith(_LOOK_THERE):
        return said
    return str(result.get("module_stderr") or result.get("module_stdout") or said)


def without_warnings(action: ActionBase, keep: t.Callable[[list[str]], list[str]]) -> None:
    """From now on the core hears no warning of a module that this action runs but what is kept of them, and no deprecation.

    Some cores show them as soon as they have read the answer of the host, whatever becomes of it afterwards.
    """
    given: t.Any = action
    read = given._parse_returned_data

    def read_quietly(answer: dict[str, object], *rest: t.Any, **options: t.Any) -> t.Any:
        return read(_quiet(answer, keep), *rest, **options)

    given._parse_returned_data = read_quietly


def _quiet(answer: dict[str, object], keep: t.Callable[[list[str]], list[str]]) -> dict[str, object]:
    try:
        text, junk = _filter_non_json_lines(str(answer.get("stdout") or ""), objects_only=True)
        result = json.loads(text)
    except (ValueError, RecursionError):
        return answer  # the core tells that it is none
    if not isinstance(result, dict):
        return answer
    loud = [name for name in result if name in _LOUD or (name.startswith("_ansible_") and name not in _KNOWN)]
    if not loud and not junk:
        return answer
    kept = keep([*map(said_in_warning, as_list(result.get("warnings"))), *junk])
    result = {**{name: value for name, value in result.items() if name not in loud}, **({"warnings": kept} if kept else {})}
    return {**answer, "stdout": json.dumps(result)}


def said_in_warning(warning: object) -> str:
    """What a warning says; from 2.19 on it may be an object, in JSON too."""
    event = warning.get("event", warning) if isinstance(warning, dict) else getattr(warning, "event", warning)
    return str(event.get("msg") or "" if isinstance(event, dict) else getattr(event, "msg", event))


def told(warnings: t.Sequence[object], hide: t.Callable[[str], str] = fit) -> list[str]:
    """So many warnings of a host that somebody reads them, each of them one harmless line."""
    shown = dict.fromkeys(line for warning in warnings if (line := one_line(hide(said_in_warning(warning)), _LONGEST)))
    return [*shown][:_MOST]


def on_any_core(run: _Run) -> _Run:
    """The method ``run`` of an action: what it returns, and what it says when it fails, is fit to be shown and no template.

    And it may have threads.
    """

    @functools.wraps(run)
    def shown(self: ActionBase, tmp: str | None = None, task_vars: dict[str, t.Any] | None = None) -> t.Any:
        try:
            return fit_in(run(self, tmp, task_vars))
        except (errors.AnsibleActionFail, errors.AnsibleConnectionFailure) as exc:
            said = str(exc)
            if fit(said) == said:
                raise
            raise type(exc)(fit(said)) from None

    if TRUSTS:
        return shown

    @functools.wraps(run)
    def marked(self: ActionBase, tmp: str | None = None, task_vars: dict[str, t.Any] | None = None) -> t.Any:
        _let_threads_speak()
        try:
            return untemplated(shown(self, tmp, task_vars))
        except errors.AnsibleAction as exc:
            exc.__dict__["result"] = untemplated({key: value for key, value in exc.result.items() if key != "exception"})  # it is no defect
            raise
        except errors.AnsibleConnectionFailure as exc:
            return untemplated({"unreachable": True, "msg": str(exc)})
        except errors.AnsibleError:
            raise  # the core marks what it says
        except Exception as exc:  # a defect; the core would tell it without a mark, and it may quote a host
            told = fit(f"unexpected, please report it as a defect: {type(exc).__name__}: {exc}")
            return untemplated({"failed": True, "msg": told, "exception": traceback.format_exc()})

    return marked


@dataclasses.dataclass(frozen=True)
class Ended:
    """What a callback is told of a task that ended on a host."""

    host: str
    task: object
    result: t.Mapping[str, object]

    @classmethod
    def of(cls, told: t.Any) -> Ended:
        if TRUSTS:
            return cls(told.host.get_name(), told.task, told.result)
        return cls(told._host.get_name(), told._task, told._result)


__all__ = (
    "Ended",
    "WrongType",
    "holds",
    "load_file",
    "may_be_template",
    "on_any_core",
    "read_file",
    "resolved",
    "said_by_module",
    "said_in_warning",
    "told",
    "trusted",
    "untemplated",
    "without_warnings",
)
