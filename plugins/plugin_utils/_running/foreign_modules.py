# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Any Ansible module from within an action, over the action's own connection, and conditions over its result. PRIVATE to the collection."""

from __future__ import annotations

import contextlib
import copy
import functools
import signal
import time
import typing as t

from ansible import constants
from ansible.errors import AnsibleAction, AnsibleActionSkip, AnsibleConnectionFailure, AnsibleError
from ansible.playbook.task import Task
from ansible.plugins import loader as plugin_loaders
from ansible.plugins.action import ActionBase
from ansible.plugins.become import BecomeBase
from ansible.template import Templar

from ...module_utils._finding import CannotObserve
from ...module_utils._phrase import Message, phrase, verbatim
from ...module_utils._registry import CHECKS
from ...module_utils._runner import Runner
from .._described.document import plain
from .._described.templates import beyond_condition
from .._model.text import as_list, in_short, not_reached
from . import core

# they steer a play or change its variables, and look at nothing
STEERING = (
    "add_host",
    "group_by",
    "import_playbook",
    "import_role",
    "import_tasks",
    "include_role",
    "include_tasks",
    "include_vars",
    "meta",
    "pause",
    "set_fact",
    "set_stats",
)

# actions that only hand over to the host what they are given
HANDS_OVER = (
    "async_status",
    "command",
    "dnf",
    "gather_facts",
    "package",
    "raw",
    "reboot",
    "service",
    "shell",
    "wait_for_connection",
    "yum",
)


@functools.cache
def module_problem(name: str) -> Message | None:
    """Why a module cannot be run; None when it can. It is looked for as a task would."""
    collection, _unused, short = name.rpartition(".")
    if collection in ("", "ansible.builtin", "ansible.legacy") and short in STEERING:
        return phrase("{module} steers a play and looks at nothing; name a module that observes", module=name)
    if collection == "operability.readiness" and CHECKS.get(short, "action") == "action":
        return phrase("{module} cannot be run within a check", module=name)
    try:
        if plugin_loaders.module_loader.find_plugin_with_context(name).resolved or plugin_loaders.action_loader.has_plugin(name):
            return None
    except AnsibleError as exc:
        return verbatim(in_short(exc))
    except ModuleNotFoundError:
        pass  # so ansible-core 2.19 says that there is no such collection
    if collection:
        return phrase("there is no module '{module}' (is its collection installed?)", module=name)
    return phrase("there is no module '{module}' (name it with its collection, such as ansible.builtin.uri)", module=name)


@functools.cache
def acts_here(name: str) -> bool:
    """Whether a module has an action of its own on the controller that may read or write files there."""
    collection, _unused, short = name.rpartition(".")
    if collection in ("", "ansible.builtin", "ansible.legacy") and short in HANDS_OVER:
        return False
    try:
        found = plugin_loaders.module_loader.find_plugin_with_context(name)
        return bool(found.resolved and found.action_plugin) or bool(plugin_loaders.action_loader.has_plugin(name))
    except (AnsibleError, ModuleNotFoundError):
        return False  # module_problem tells it


class _TimeIsOver(BaseException):
    """Not an Exception: no handler of a plugin may swallow it."""


class ModuleRunner(Runner):
    """The outside world of a check that needs Ansible itself. One host's, as one user."""

    def __init__(
        self,
        action: ActionBase,
        task_vars: dict[str, object],
        templar: Templar,
        host: str,
        user: str | None = None,
        hide: t.Callable[[str], str] = str,
    ) -> None:
        super().__init__()
        self.action, self.task_vars, self.templar, self.host, self.user, self.hide = action, task_vars, templar, host, user, hide
        self.lost: list[str] = []  # why the host could not be reached; shared with copies
        self.warnings: list[str] = []  # each fit to be shown

    def as_user(self, user: str | None) -> ModuleRunner:
        other = copy.copy(self)
        other.user = user
        return other

    def perform(self, module: str, arguments: dict[str, object], *, check_mode: bool, no_log: bool) -> dict[str, object]:
        """The result of a module, as plain data: no text in it is a template. CannotObserve."""
        problem = module_problem(module)
        if problem:
            raise CannotObserve(problem)
        if self.lost:
            raise CannotObserve(not_reached(self.host, self.lost[0]))
        seconds = self.remaining()
        task = self._task(module, arguments, check_mode=check_mode, no_log=no_log)
        try:
            with self._become() as become, _alarm(seconds):
                handler = self._handler(task)
                core.without_warnings(handler, lambda said: [] if no_log else core.told(said, self.hide))
                try:
                    result = handler.run(task_vars=self.task_vars) or {}
                finally:
                    if become:
                        handler.cleanup()  # what that user put there, nobody else may remove
        except _TimeIsOver:
            raise CannotObserve(
                phrase("{module} did not end within {allowed:duration} and was left behind", module=module, allowed=float(round(seconds)))
            ) from None
        except AnsibleConnectionFailure as exc:
            self.lost.append(in_short(exc))
            raise CannotObserve(not_reached(self.host, self.lost[0])) from None
        except AnsibleActionSkip as exc:
            result = {**(exc.result or {}), "skipped": True, "msg": in_short(exc)}
        except AnsibleAction as exc:
            # an action that is done raises as well
            result = {"msg": in_short(exc), "failed": True, **(exc.result or {})}
        except AnsibleError as exc:
            raise CannotObserve(_not_run(module, None if no_log else in_short(exc))) from None
        except Exception as exc:  # a defect of somebody's action plugin must not cost the other findings
            raise CannotObserve(
                phrase("{module} broke off on the controller ({reason})", module=module, reason=type(exc).__name__)
            ) from None
        if not no_log:
            self.warnings += core.told(as_list(result.get("warnings")), self.hide)
        if result.get("failed") and not result.get("msg") and result.get("exception") is not None:
            result = {**result, "msg": _crash(result["exception"])}
        return t.cast("dict[str, object]", plain(result))

    def holds(self, condition: str, result: dict[str, object]) -> bool:
        """Whether a condition is true of a result, beside the variables of the host. NotEvaluated.

        What a service file may have is evaluated in the sandbox, whoever wrote it; more than that is operations', or has their leave.
        """
        # both long, and few services have a module of others
        from ...module_utils._checks.ansible_module import NotEvaluated  # noqa: PLC0415
        from . import sandbox  # noqa: PLC0415

        try:
            if beyond_condition(condition) is None:
                return sandbox.holds(self.templar, condition, {"result": result})
            templar = self.templar.copy_with_new_env(
                available_variables={**self.templar.available_variables, "result": core.untemplated(result)}
            )
            return core.holds(templar, condition)
        except (AnsibleError, sandbox.NotRendered) as exc:
            raise NotEvaluated(in_short(exc)) from None

    def _task(self, module: str, arguments: dict[str, object], *, check_mode: bool, no_log: bool) -> Task:
        own = self.action._task
        task = own.copy(exclude_parent=True, exclude_tasks=True)
        task._parent = own._parent
        task.action, task._resolved_action = module, None
        task.args = core.untemplated(copy.deepcopy(arguments))
        task.check_mode, task.no_log, task.diff = check_mode, no_log or own.no_log, False
        task.async_val, task.poll, task.register = 0, 0, None
        task.collections = None  # those of a role of ours would hide the modules beside the user's playbook
        if self.user:
            task.become, task.become_user = True, self.user
        return task

    def _handler(self, task: Task) -> ActionBase:
        """The action plugin of a module, found as for any task."""
        modules, actions = plugin_loaders.module_loader, plugin_loaders.action_loader
        found = modules.find_plugin_with_context(task.action)
        collection, _unused, short = task.action.rpartition(".")
        prefix = short.split("_")[0]
        network = f"{collection}.{prefix}" if collection else prefix
        name = "ansible.legacy.normal"
        if found.resolved and found.action_plugin:
            name = found.action_plugin
        elif actions.has_plugin(task.action):
            name = task.action
        elif prefix in constants.NETWORK_GROUP_MODULES and actions.has_plugin(network):
            name = network
        handler = actions.get(
            name,
            task=task,
            connection=self.action._connection,
            play_context=self.action._play_context,
            loader=self.action._loader,
            templar=self.action._templar,
            shared_loader_obj=self.action._shared_loader_obj,
        )
        if not isinstance(handler, ActionBase):
            raise AnsibleError(f"the action plugin {name} was not found")
        return handler

    @contextlib.contextmanager
    def _become(self) -> t.Iterator[bool]:
        """Lets the connection become the user of ``run_as`` meanwhile, by the host's own way to become one."""
        connection = self.action._connection
        if not self.user:
            yield False
            return
        before = connection.become
        self.action._remove_tmp_path(connection._shell.tmpdir)  # it belongs to another user
        try:
            connection.set_become_plugin(self._become_plugin())
            yield True
        finally:
            connection.set_become_plugin(before)  # type: ignore[arg-type] # it keeps it: there may have been none

    def _become_plugin(self) -> BecomeBase:
        task, variables = self.action._task, self.templar.available_variables
        method = self.templar.template(variables.get("ansible_become_method") or task.become_method or constants.DEFAULT_BECOME_METHOD)
        plugin = plugin_loaders.become_loader.get(method)
        if not isinstance(plugin, BecomeBase):
            raise AnsibleError(f"the become plugin {method} was not found")
        names = constants.config.get_plugin_vars("become", plugin._load_name)
        options = {name: self.templar.template(variables[name]) for name in names if name in variables}
        keys = task.dump_attrs()
        if self.action._play_context.become_pass:
            keys["become_pass"] = self.action._play_context.become_pass
        plugin.set_options(task_keys=keys, var_options=options)
        plugin.set_option("become_user", self.user)
        return plugin


def _not_run(module: str, why: str | None) -> Message:
    if why is None:
        return phrase("{module} could not be run: why is hidden (no_log)", module=module)
    return phrase("{module} could not be run: {reason}", module=module, reason=why)


def _crash(exception: object) -> str:
    """What a module said that broke off: Ansible keeps it as a chain of events, of which only a task's own result becomes a text."""
    event, said = getattr(exception, "event", None), []
    while event is not None:
        said.append(str(event.msg).strip().rstrip("."))
        event = getattr(event.chain, "event", None)
    return ": ".join(["Module failed", *dict.fromkeys(said)])


@contextlib.contextmanager
def _alarm(seconds: float) -> t.Iterator[None]:
    """_TimeIsOver after so long, in the main thread; an alarm that was set (the task's own timeout) stays."""

    def ring(_number: int, _frame: object) -> None:
        raise _TimeIsOver

    left, _interval = signal.getitimer(signal.ITIMER_REAL)
    if 0 < left <= seconds:
        yield
        return
    started = time.monotonic()
    try:
        before = signal.signal(signal.SIGALRM, ring)
    except ValueError:  # not in the main thread: nothing can interrupt it
        yield
        return
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
        if left:
            signal.setitimer(signal.ITIMER_REAL, max(0.01, left - (time.monotonic() - started)))


__all__ = ("ModuleRunner", "acts_here", "module_problem")
