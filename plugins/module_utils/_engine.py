# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs planned checks side by side, each within its time, and never raises. PRIVATE to the collection."""

from __future__ import annotations

import contextlib
import copy
import dataclasses
import json
import math
import os
import pwd
import sys
import threading
import traceback
import typing as t

from ._argspec import ArgumentsRefused, parse_arguments, secret_options
from ._exchange import public_url
from ._failover import told as answered_by
from ._finding import CannotObserve, Finding, Status, as_json, isoformat, unknown
from ._loading import load_check
from ._masking import Hiding, secrets_in
from ._message import harmless, one_line, withholding
from ._phrase import Message, phrase, verbatim
from ._runner import Runner
from ._settling import repeats, settle

GRACE = 2.0  # seconds that a check may take beyond its deadline before it is left behind
WORKERS = 16
Limit = tuple[float, float]  # seconds for all checks, and the moment of a monotonic clock at which they are over


@dataclasses.dataclass(frozen=True)
class Item:
    """One planned check on one instance. ``call`` names the function of the check's module (a half of a check that has two)."""

    key: str
    check: str
    args: t.Mapping[str, t.Any]
    requirement: str = ""
    instance: str = ""
    host: str = ""
    run_as: str | None = None
    call: str = "run"
    secrets: t.Mapping[str, str] = dataclasses.field(default_factory=dict)

    @classmethod
    def from_dict(cls, data: t.Mapping[str, t.Any]) -> Item:
        return cls(**{field.name: data[field.name] for field in dataclasses.fields(cls) if field.name in data})


def execute(
    items: t.Sequence[Item],
    runner: Runner,
    *,
    workers: int = WORKERS,
    on_done: t.Callable[[Item, list[Finding]], None] | None = None,
    settling: float = 0.0,
    on_first: t.Callable[[dict[str, list[Finding]]], None] | None = None,
    within: float | None = None,
) -> dict[str, list[Finding]]:
    """Findings by the key of their item. Every item gets at least one; items with ``run_as`` run in a child of that user.

    Checks that may need time and did not pass are repeated for ``settling`` seconds; ``on_first`` has the findings of before.
    ``within``: the seconds that there are in all; what is not done by then is left behind, and nothing is repeated.
    """
    items = list({item.key: item for item in items}.values())
    limit = None if within is None else (within, runner.clock.monotonic() + within)
    if within is not None:
        runner = runner.within(max(within - GRACE, 1.0))
        settling = 0.0
        workers = max(workers, len(items))  # one that hangs must not take the time of those behind it
    mine = [item for item in items if not item.run_as or item.run_as == _me()]
    # forked before any thread is started
    children = [
        _start_as_user(user, [item for item in items if item.run_as == user and item not in mine], runner, workers, settling, limit)
        for user in sorted({str(item.run_as) for item in items if item not in mine})
    ]
    results = _settled(mine, runner, workers, settling, on_done, on_first, limit)
    for collect in children:
        results.update(collect())
    return {item.key: results[item.key] for item in items}


def _settled(
    items: t.Sequence[Item],
    runner: Runner,
    workers: int,
    settling: float,
    on_done: t.Callable[[Item, list[Finding]], None] | None = None,
    on_first: t.Callable[[dict[str, list[Finding]]], None] | None = None,
    limit: Limit | None = None,
) -> dict[str, list[Finding]]:
    """The findings of the items, of their last try where they were repeated."""
    results = _in_threads(items, runner, workers, on_done, limit)
    if on_first:
        on_first(dict(results))
    named = {item.key: item for item in items if _may_need_time(item)} if settling > 0 else {}

    def again(keys: t.Sequence[str]) -> dict[str, list[Finding]]:
        runner.forget()
        return _in_threads([named[key] for key in keys], runner, workers, None, limit)

    return {**results, **settle({key: results[key] for key in named}, again, runner.clock, settling)}


def _may_need_time(item: Item) -> bool:
    try:
        return repeats(load_check(item.check), item.call)
    except Exception:  # run_item has told what is wrong with it
        return False


def run_item(item: Item, runner: Runner) -> list[Finding]:
    """The findings of one item; whatever goes wrong becomes an ``unknown`` one."""
    started = runner.clock.monotonic()
    given: dict[str, t.Any] = {**item.args, **item.secrets}
    hidden = secrets_in(given, item.secrets)

    own = copy.copy(runner)
    own.detours = {}

    def complete(findings: list[Finding]) -> list[Finding]:
        findings = [_with_detours(finding, own) for finding in findings]
        taken, hiding = runner.clock.monotonic() - started, Hiding(hidden)
        return [_complete(finding, item, runner, taken, hiding) for finding in findings]

    try:
        check = load_check(item.check)
        args = parse_arguments(check, given)
        hidden += secrets_in(args, secret_options(check))
        with withholding(Hiding(hidden).text):
            outcome = getattr(check, item.call)(args, own.within(args["timeout"]))
        findings = outcome if isinstance(outcome, list) else [outcome]
        return complete(findings or [unknown(phrase("{check} looked at nothing", check=item.check))])
    except CannotObserve as exc:
        seen = as_json(exc.observed)
        return complete([unknown(exc.message, instrument=exc.instrument, observed=seen, absent=exc.absent or None, busy=exc.busy or None)])
    except ArgumentsRefused as exc:
        return complete([unknown(phrase("{check} cannot work with its arguments: {reason}", check=item.check, reason=str(exc)))])
    except (Exception, SystemExit) as exc:  # a defect of ours must not cost the findings of the others
        where = traceback.extract_tb(sys.exc_info()[2])[-1]
        place = f"{os.path.basename(where.filename)}:{where.lineno}"
        message = phrase(
            "{check} could not finish ({kind} in {place:path}): please report this as a defect of the check",
            check=item.check,
            kind=type(exc).__name__,
            place=place,
        )
        return complete([unknown(message)])


def _with_detours(finding: Finding, runner: Runner) -> Finding:
    """With who answered where the first address of a server did not."""
    others = [detour for detour in runner.detours.values() if detour.why is not None]
    if not others:
        return finding
    observed = {**finding.observed, "answered_by": [public_url(detour.base) for detour in others]}
    return dataclasses.replace(finding, message=answered_by(finding.message, others), observed=observed)


def _complete(finding: Finding, item: Item, runner: Runner, taken: float, hiding: Hiding) -> Finding:
    plain = dataclasses.replace(
        finding,
        observed=as_json(finding.observed),
        expected=as_json(finding.expected),
        measurements=[measurement for measurement in finding.measurements if math.isfinite(measurement.value)],
    )
    finding = fit(plain, hiding)
    return dataclasses.replace(
        finding,
        check=item.check,
        requirement=item.requirement,
        host=finding.host or item.host,
        instance=finding.instance or item.instance,
        collected_at=isoformat(runner.now()),
        duration_seconds=round(taken, 3),
    )


def fit(finding: Finding, hiding: Hiding) -> Finding:
    """The finding as it may be kept and shown: no secret in it, and each sentence one harmless line."""
    # before, as secrets are known; and after, where an escape sequence or a line break stood within one
    return _without_secrets(_readable(_without_secrets(finding, hiding)), hiding)


def _readable(finding: Finding) -> Finding:
    """Each sentence one harmless line of bounded length, whatever a tool or a server has said in it."""
    return dataclasses.replace(
        finding,
        message=_harmless(finding.message),
        instance=one_line(finding.instance),
        details=[_harmless(line) for line in finding.details],
        remedy=None if finding.remedy is None else _harmless(verbatim(finding.remedy)),
        instrument=None if finding.instrument is None else one_line(finding.instrument),
        observed=_shown(finding.observed),
        expected=_shown(finding.expected),
    )


def _shown(value: t.Any) -> t.Any:
    """What was observed, without what a terminal would obey."""
    if isinstance(value, str):
        return harmless(value)
    if isinstance(value, dict):
        return {harmless(key): _shown(item) for key, item in value.items()}
    return [_shown(item) for item in value] if isinstance(value, list) else value


def _harmless(message: Message) -> Message:
    clean = message.mapped(one_line)
    shown = one_line(clean)
    return clean if shown == clean else Message(shown)


def _without_secrets(finding: Finding, hiding: Hiding) -> Finding:
    # never as one text: a secret "pass" or "1234" would break the status or a number
    return dataclasses.replace(
        finding,
        message=hiding.message(finding.message),
        details=[hiding.message(line) for line in finding.details],
        remedy=None if finding.remedy is None else hiding.message(verbatim(finding.remedy)),
        instance=hiding.message(finding.instance) if isinstance(finding.instance, Message) else hiding.text(finding.instance),
        instrument=None if finding.instrument is None else hiding.text(finding.instrument),
        observed=hiding.value(finding.observed),
        expected=hiding.value(finding.expected),
    )


def _in_threads(
    items: t.Sequence[Item],
    runner: Runner,
    workers: int,
    on_done: t.Callable[[Item, list[Finding]], None] | None,
    limit: Limit | None,
) -> dict[str, list[Finding]]:
    # daemon threads: a pool of concurrent.futures would wait at exit for a check that hangs
    results: dict[str, list[Finding]] = {}
    started: dict[str, float] = {}
    changed = threading.Condition()
    free = threading.Semaphore(workers)

    def work(item: Item) -> None:
        free.acquire()
        with changed:
            started[item.key] = runner.clock.monotonic()
            changed.notify_all()
        findings = run_item(item, runner)
        with changed:
            if item.key not in results:
                results[item.key] = findings
                free.release()
                if on_done:
                    on_done(item, findings)
            changed.notify_all()

    parent = os.getppid()
    for item in items:
        threading.Thread(target=work, args=(item,), daemon=True, name=item.key).start()
    with changed:
        while len(results) < len(items):
            if os.getppid() != parent:  # whoever asked is dead: nobody will hear the answer
                os._exit(1)
            now = runner.clock.monotonic()
            for item in items:
                since = started.get(item.key)
                over = limit is not None and now >= limit[1]
                if item.key not in results and (over or (since is not None and now - since > _allowed(item) + GRACE)):
                    late = _left_behind(item, limit[0] if limit and over else None)
                    results[item.key] = [_complete(late, item, runner, now - (since or now), Hiding())]
                    free.release()
                    if on_done:
                        on_done(item, results[item.key])
            if len(results) < len(items):
                changed.wait(0.2)
    return results


def _left_behind(item: Item, in_all: float | None) -> Finding:
    if in_all is None:
        allowed = _allowed(item)
        return unknown(phrase("{check} did not finish within {allowed:duration} and was left behind", check=item.check, allowed=allowed))
    message = phrase(
        "{check} did not finish within the {allowed:duration} that there were in all and was left behind", check=item.check, allowed=in_all
    )
    return unknown(message)


def _allowed(item: Item) -> float:
    try:
        return float(parse_arguments(load_check(item.check), {**item.args, **item.secrets})["timeout"])
    except Exception:  # run_item tells what is wrong with it
        return 30.0


def _start_as_user(
    user: str, items: t.Sequence[Item], runner: Runner, workers: int, settling: float, limit: Limit | None
) -> t.Callable[[], dict[str, list[Finding]]]:
    """Starts items in a child process of that user; what is returned waits for it and reads its findings from a pipe."""

    def refused(reason: Message) -> dict[str, list[Finding]]:
        return {item.key: [_complete(unknown(reason), item, runner, 0.0, Hiding())] for item in items}

    try:
        account = pwd.getpwnam(user)
    except KeyError:
        return lambda: refused(phrase("the user {user} (run_as) does not exist on this host", user=user))
    if os.geteuid() != 0:
        return lambda: refused(phrase("only root can run a check as {user}; this one runs as {me} (use become)", user=user, me=_me()))
    for item in items:
        with contextlib.suppress(Exception):  # run_item tells it
            load_check(item.check)  # while what was sent to this host can still be read
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.close(reading)
            os.initgroups(user, account.pw_gid)
            os.setgid(account.pw_gid)
            os.setuid(account.pw_uid)
            os.environ.update(HOME=account.pw_dir, USER=user, LOGNAME=user)
            runner.environ.update(HOME=account.pw_dir, USER=user, LOGNAME=user)
            os.chdir("/")
            found = _settled([dataclasses.replace(item, run_as=None) for item in items], runner, workers, settling, limit=limit)
            text = json.dumps({key: [finding.as_dict() for finding in findings] for key, findings in found.items()}, default=str)
            with os.fdopen(writing, "w", encoding="utf-8") as pipe:
                pipe.write(text)
        finally:
            os._exit(0)
    os.close(writing)

    def collect() -> dict[str, list[Finding]]:
        with os.fdopen(reading, encoding="utf-8") as pipe:
            text = pipe.read()
        os.waitpid(child, 0)
        try:
            found = {key: [Finding.from_dict(data) for data in findings] for key, findings in json.loads(text).items()}
        except ValueError:
            return refused(phrase("the checks that ran as {user} left no findings", user=user))
        return {**refused(phrase("no finding came from the check that ran as {user}", user=user)), **found}

    return collect


def _me() -> str:
    try:
        return pwd.getpwuid(os.geteuid()).pw_name
    except KeyError:
        return str(os.geteuid())


__all__ = ("Item", "Status", "execute", "fit", "run_item")
