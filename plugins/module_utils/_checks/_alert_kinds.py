# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a series tells an operator of: that a service is down, fails, is slow, its disk, certificate, backup. PRIVATE to the collection.

Told by the names of metrics and labels as exporters and client libraries have them, never by the name of an alert.
"""

from __future__ import annotations

import functools
import re
import typing as t

from .._clients.alert_expression import Sense
from .._clients.promql import Matcher, Selector
from .._finding import CannotObserve
from .._phrase import Message, phrase

DOWN, ERRORS, LATENCY, DISK, CERTIFICATE, BACKUP_AGE = KINDS = ("down", "errors", "latency", "disk", "certificate", "backup_age")
WORDS: t.Mapping[str, Message] = {
    DOWN: phrase("being down"),
    ERRORS: phrase("failing requests"),
    LATENCY: phrase("slow answers"),
    DISK: phrase("full disks"),
    CERTIFICATE: phrase("certificates that expire"),
    BACKUP_AGE: phrase("the age of the backup"),
}

# -- by the name of the metric; words are what stands between _, : and .


def _words(*names: str) -> re.Pattern[str]:
    return re.compile(rf"(?:^|[_:.])(?:{'|'.join(names)})(?=$|[_:.])", re.IGNORECASE)


_UP = re.compile(r"(?:^|[_:.])(?:up|probe_success|healthy|health_status|reachable|alive)$", re.IGNORECASE)
_OF_HOST = re.compile(r"^(?:node|windows)_|network|interface")
_RUNNING = re.compile(
    r"^kube_\w+_status_\w*(?:available|ready)\w*$|^namedprocess_namegroup_num_procs$|_active_servers$|_healthy_(?:hosts|targets|upstreams)$"
)
_UNIT = re.compile(r"systemd_unit_state$")
_UNAVAILABLE = re.compile(r"^kube_\w+_status_\w*unavailable$|_unhealthy_(?:hosts|targets|upstreams)$")
_FAILS = _words(
    "errors?",
    "errs?",
    "failures?",
    "failed",
    "exceptions?",
    "faults?",
    "rejected",
    "rejections?",
    "panics?",
    "5_?xx",
    "4xx5xx",
    "timeouts?",
)
_TAKES = _words("duration", "latency", "latencies", "response_?times?", "request_?times?", "elapsed", "rtt", "responsetime", "wait_?time")
_TIME = re.compile(r"_time(?:_[a-z]+)?_(?:seconds|milliseconds|ms)$")
_SECONDS = _words("seconds", "milliseconds", "microseconds", "ms", "s")
_HISTOGRAM = re.compile(r"_(?:bucket|sum|max)$")
_NO_TIME = re.compile(
    r"(?:^|[_:.])(?:sizes?|bytes|length|items|rows|count|timestamp|age|uptime|start_?time|boot_?time|last_\w+)(?=$|[_:.])|_total$",
    re.IGNORECASE,
)
_NO_REQUEST = re.compile(
    r"^(?:go|jvm|process|promhttp|scrape|net_conntrack|node|windows|container|cadvisor|kube|kubelet|machine)_"
    r"|(?:^|[_:.])(?:gc|scrape|compactions?|backups?|batch|job|cron|jobs|restore|fsync|replay|rule_group|rule_evaluation)(?=$|[_:.])"
)
_STORE = re.compile(
    r"filesystem|volume|logical_?disk|partition|hrstorage|tablespace|zfs_pool|Disk(?:Available|Free|Used)|(?:^|[_:.])(?:disk|fs|storage)(?=$|[_:.])",
    re.IGNORECASE,
)
_FREE = re.compile(r"(?:^|[_:.])(?:avail|available|free)(?=$|[_:.])|disk(?:available|free)", re.IGNORECASE)
_USED = re.compile(r"(?:^|[_:.])(?:used|usage|utili[sz]ation|full)(?=$|[_:.])|diskused", re.IGNORECASE)
_NO_SPACE = re.compile(
    r"inode|_files(?=$|_)|readonly|error|(?:^|[_:.])(?:io|iops|read|reads|write|writes|written|latency|queue)(?=$|[_:.])", re.IGNORECASE
)
_CERTIFICATE = re.compile(r"ssl|tls|x509|cert", re.IGNORECASE)
_EXPIRES = re.compile(r"expir|not_?after|days_left|valid_until|remaining", re.IGNORECASE)
_BACKUP = re.compile(
    r"backup|restic|borg|barman|pgbackrest|velero|rsnapshot|duplicity|kopia|bareos|bacula|veeam|snapshot|wal_archive|(?:^|[_:.\-/])dumps?(?=$|[_:.\-/])",
    re.IGNORECASE,
)
_DONE = _words("timestamp", "last_\\w*", "\\w*_time", "time", "mtime", "completed", "finished", "latest\\w*", "newest\\w*")
_AGE = _words("age", "since", "\\w*ago", "since_\\w+")
_NOT_DONE = _words("start", "started", "starts", "attempts?", "attempted", "trigger", "triggered", "schedules?", "scheduled", "failures?")
_NOT_DONE_EITHER = _words("failed", "failing", "errors?", "next", "duration", "size", "bytes")

# -- by the values of labels

_OUTCOMES = re.compile(
    r"code|status|outcome|result|exception|error|success|level|severity|state|response_?class|http_?response|reason", re.IGNORECASE
)
# what one of these fails with, and what it is where all is well: each is a language of its own
_LANGUAGES: tuple[tuple[tuple[str, ...], str], ...] = (
    (("500", "502", "503", "504"), "200"),
    (("5xx",), "2xx"),
    (("5XX",), "2XX"),
    (("5",), "2"),
    (("Internal", "Unavailable", "Unknown", "DeadlineExceeded", "INTERNAL", "UNAVAILABLE", "UNKNOWN"), "OK"),
    (("SERVER_ERROR", "FAILURE", "FAILED", "ERROR"), "SUCCESS"),
    (("Error", "Failure", "Failed"), "Success"),
    (("error", "failure", "failed", "fail", "exception", "timeout"), "success"),
    (("error", "err", "failure", "failed", "fail"), "ok"),
    (("error", "critical", "fatal"), "info"),
    (("ERROR", "CRITICAL", "FATAL"), "INFO"),
)
_SPECIAL: t.Mapping[str, tuple[tuple[tuple[str, ...], str], ...]] = {
    "success": ((("false",), "true"), (("False",), "True"), (("0",), "1")),
    "error": ((("true", "timeout"), "false"), (("IOException", "timeout"), "none"), (("IOException", "timeout"), "")),
    "exception": ((("IOException", "Error"), "None"), (("IOException", "Error"), "none"), (("IOException", "Error"), "")),
}


@functools.lru_cache(maxsize=16384)
def kind_of(selector: Selector, functions: tuple[str, ...]) -> tuple[str | None, Sense, bool]:
    """What a selector's series tell of, what their values say, and whether these are 0 or 1. None: nothing of the kinds.

    A success, whose share tells of errors, is of this kind only beside the whole (``is_share``).
    """
    metric = selector.metric or ""
    for tell in (_down, _certificate, _disk, _backup, _latency, _errors):
        found = tell(metric, selector, functions)
        if found:
            return found
    return None, Sense.NEUTRAL, False


def meaning(selector: Selector, functions: tuple[str, ...]) -> tuple[Sense, bool]:
    """The same without the kind; of what is not recognised any comparison may be the bad one."""
    kind, sense, two_valued = kind_of(selector, functions)
    return (sense, two_valued) if kind else (Sense.NEUTRAL if _is_whole(selector) else Sense.UNSURE, False)


Told = t.Optional[tuple[str, Sense, bool]]


def _down(metric: str, selector: Selector, functions: tuple[str, ...]) -> Told:
    if _UP.search(metric) and not _OF_HOST.search(metric):
        return DOWN, Sense.HIGH_IS_GOOD, True
    if metric == "probe_http_status_code":
        return DOWN, Sense.HIGH_IS_BAD, False
    if _UNAVAILABLE.search(metric):
        return DOWN, Sense.HIGH_IS_BAD, False
    if _RUNNING.search(metric):
        return DOWN, Sense.HIGH_IS_GOOD, False
    if _UNIT.search(metric):
        states = {matcher.value for matcher in selector.matchers if matcher.name == "state" and matcher.operator == "="}
        if states == {"active"}:
            return DOWN, Sense.HIGH_IS_GOOD, True
        if states == {"failed"}:
            return DOWN, Sense.HIGH_IS_BAD, True
    return None


def _certificate(metric: str, _selector: Selector, _functions: tuple[str, ...]) -> Told:
    return (CERTIFICATE, Sense.HIGH_IS_GOOD, False) if _CERTIFICATE.search(metric) and _EXPIRES.search(metric) else None


def _disk(metric: str, _selector: Selector, _functions: tuple[str, ...]) -> Told:
    if not _STORE.search(metric) or _NO_SPACE.search(metric):
        return None
    if _FREE.search(metric):
        return DISK, Sense.HIGH_IS_GOOD, False
    return (DISK, Sense.HIGH_IS_BAD, False) if _USED.search(metric) else None


def _backup(metric: str, selector: Selector, _functions: tuple[str, ...]) -> Told:
    said = [metric, *(matcher.value for matcher in selector.matchers if matcher.operator in ("=", "=~"))]
    if not any(_BACKUP.search(text) for text in said) or _NOT_DONE.search(metric) or _NOT_DONE_EITHER.search(metric):
        return None
    if _AGE.search(metric):
        return BACKUP_AGE, Sense.HIGH_IS_BAD, False
    return (BACKUP_AGE, Sense.HIGH_IS_GOOD, False) if _DONE.search(metric) else None


def _latency(metric: str, selector: Selector, functions: tuple[str, ...]) -> Told:
    quantile = any(name.startswith(("histogram_quantile", "histogram_fraction", "histogram_avg")) for name in functions)
    if _NO_REQUEST.search(metric) or metric.endswith("_count") or "histogram_count" in functions:
        return None
    base = _HISTOGRAM.sub("", metric)
    timed = (
        _TAKES.search(base)
        or _TIME.search(base)
        or (_SECONDS.search(base) and (quantile or base != metric or _label(selector, "quantile")))
    )
    if not timed and not (quantile and not _NO_TIME.search(base)):
        return None
    if _NO_TIME.search(base) or any(one.name == "le" and one.operator == "=" and one.value == "+Inf" for one in selector.matchers):
        return None  # the last bucket counts all
    if "histogram_fraction" in functions or (_label(selector, "le") and not quantile):
        return LATENCY, Sense.HIGH_IS_GOOD, False  # the share of what is fast enough
    return LATENCY, Sense.HIGH_IS_BAD, False


def _errors(metric: str, selector: Selector, _functions: tuple[str, ...]) -> Told:
    if _NO_REQUEST.search(metric) or _BACKUP.search(metric):
        return None
    bad = outcome_of(selector.matchers)
    if bad is True or (bad is None and _FAILS.search(metric)):
        return ERRORS, Sense.HIGH_IS_BAD, False
    return (ERRORS, Sense.HIGH_IS_GOOD, False) if bad is False else None


def may_vanish_with_it(selector: Selector) -> bool:
    """Whether the service itself exposes such series, so that they are gone when it is down."""
    kind = kind_of(selector, ())[0]
    return bool(selector.metric) and kind not in (DISK, CERTIFICATE, BACKUP_AGE) and not _OF_HOST.search(selector.metric or "")


def is_something_else(selector: Selector, kind: str) -> bool:
    """Whether a metric plainly tells of another thing than the kind: of inodes, of how long or how big a backup is."""
    metric = selector.metric or ""
    if kind == DISK:
        return bool(_STORE.search(metric) and _NO_SPACE.search(metric))
    return kind == BACKUP_AGE and bool(_words("duration", "size", "bytes").search(metric))


def is_success(selector: Selector) -> bool:
    """Whether it selects only what went well."""
    return outcome_of(selector.matchers) is False


def _is_whole(selector: Selector) -> bool:
    """Whether it counts or measures everything, of which something else is a share."""
    return bool(re.search(r"(?:_count|_total|size|total|capacity\w*|_bucket)$", selector.metric or "")) or "size" in (selector.metric or "")


def outcome_of(matchers: t.Iterable[Matcher]) -> bool | None:
    """True where matchers take failures and no success, False where it is the other way round, None where they take both or say nothing."""
    for matcher in matchers:
        if not _OUTCOMES.search(matcher.name):
            continue
        for bad, good in _SPECIAL.get(matcher.name.lower(), _LANGUAGES):
            try:
                fails = any(matcher.holds({matcher.name: value}) for value in bad)
                succeeds = matcher.holds({matcher.name: good})
            except CannotObserve:
                break
            if fails is not succeeds:
                return fails
    return None


def without_outcome(selector: Selector) -> tuple[Matcher, ...]:
    """Its matchers but for those whose value comes with the first failure."""
    return tuple(matcher for matcher in selector.matchers if not _OUTCOMES.search(matcher.name))


def outcome_labels(selector: Selector) -> list[str]:
    """The labels by which it tells failures from successes, and which its series must have."""
    return [matcher.name for matcher in selector.matchers if _OUTCOMES.search(matcher.name) and matcher.operator in ("=", "=~")]


def _label(selector: Selector, name: str) -> bool:
    return any(matcher.name == name and matcher.value not in ("", "+Inf") for matcher in selector.matchers)


__all__ = (
    "BACKUP_AGE",
    "CERTIFICATE",
    "DISK",
    "DOWN",
    "ERRORS",
    "KINDS",
    "LATENCY",
    "WORDS",
    "is_something_else",
    "is_success",
    "kind_of",
    "may_vanish_with_it",
    "meaning",
    "outcome_labels",
    "outcome_of",
    "without_outcome",
)
