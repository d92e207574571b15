# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options of checks by what makes them looser. PRIVATE to the collection. Pure.

Each option of each check is a limit, of which one side is looser; the manner of a check, which makes nothing looser; or a question: what
is looked at. What stands in no list is a question.
"""

from __future__ import annotations

import math
import typing as t

from ...module_utils._units import parse_comparison, parse_duration, parse_size

# -- limits; without a value there is none
HIGHER = (
    ("behind", "deadline", "evaluated_within", "every", "executed_max_age", "failure_limit", "lookback", "max_age", "max_duration")
    + ("max_full_age", "max_lag", "max_latency", "max_malformed", "max_offset", "max_response", "max_restarts", "max_retention")
    + ("max_series", "max_silence", "max_size", "max_stretch", "max_validity", "max_wal_lag", "parts", "receipt_max_age", "restore_every")
    + ("rpo", "rpo_margin", "rto", "size_deviation", "takes", "within")
)  # fmt: skip
LOWER = (
    ("compare", "connect_timeout", "generations", "horizon", "length", "min_correlated", "min_count", "min_coverage", "min_days")
    + ("min_files", "min_free", "min_instances", "min_items", "min_lines", "min_repositories", "min_retention", "min_size", "min_tests")
    + ("min_tiers", "min_up", "percentile", "retention", "sample_files", "sample_lines", "samples", "verify_max_bytes")
)  # fmt: skip
COMPARISONS = ("disk", "file_descriptors", "inodes", "memory")
MEETS_FEWER = ("pass_when",)  # comparisons over the value that is asked for: fewer values meet a stricter one
MEETS_MORE = ("fail_when", "warn_when")
MUST_STAY_TRUE = (
    ("after_rotation", "append_only", "check_links", "checksum", "enabled", "encrypted", "executed_by_other", "forwarded", "of_version")
    + ("owner_required", "persistent", "reachable", "require_zone", "restart_policy", "to_validate_certs", "validate_certs")
    + ("validators_required", "verify_references", "version_required")
)  # fmt: skip
MUST_STAY_FALSE = ("allow_skipped", "fall_back", "first_deployment", "free_counts", "local", "quiet")
NOT_SHORTER = (
    ("apart_from", "bad_states", "blocking_sections", "codes", "codes_from", "contains", "families", "identifiers", "instances", "kinds")
    + ("login_page", "moving", "must_include", "not_body", "required", "required_annotations", "required_by_severity", "required_labels")
    + ("sections", "soft_404", "validators")
)  # fmt: skip
NOT_LONGER = (
    ("allowed", "annotation", "git_transports", "good_states", "ignore_links", "may_be_absent", "may_be_empty", "partial_states")
    + ("status", "without_runbook", "words")
)  # fmt: skip
WORST_FIRST: t.Mapping[str, tuple[str, ...]] = {
    "companion": ("fail", "warn", "told"),
    "compare_with": ("live", "auto", "none"),
    "imap_tls": ("implicit", "starttls", "none"),
    "kind": ("daemon", "auto", "standby"),
    "mode": ("enforce", "report"),
    "no_data": ("fail", "unknown", "pass"),
    "not_yet_seen": ("fail", "warn", "pass"),
    "verify": ("auto", "none"),
}
# -- how a check goes about it
MANNER = (
    ("counted", "database_user", "interval", "link_timeout", "max_bytes", "name", "no_log", "password", "password_file", "read_only")
    + ("scratch", "state_file", "sudo", "sudo_user", "timeout")
    + ("fingerprint_key",)
)  # fmt: skip
# -- what is looked at
INSTRUMENTS = (  # what a check believes
    *("bin_directory", "binary", "journald_config", "logrotate_config", "logrotate_cron", "logrotate_state", "logrotate_timer", "psql"),
)
# by which a tool becomes another one
LEADING_VARIABLES = frozenset(("LD_AUDIT", "LD_LIBRARY_PATH", "LD_PRELOAD", "PATH"))
DEMANDS = (
    ("body", "body_pattern", "changed_on", "codes_pattern", "coverage_query", "expect", "hours", "json", "manifest", "preset")
    + ("probe_query", "receipt_json", "receipt_timestamp", "service_folder", "verify_command", "verify_query", "verify_user", "version")
)  # fmt: skip
CONNECTION = (
    ("bearer_token", "ca_path", "client_cert", "client_key", "follow_redirects", "headers", "method", "object_cache_file", "page_access")
    + ("peers", "prometheus", "server_name", "starttls", "status_file", "system", "url_password", "url_username")
)  # fmt: skip
OF_SERVERS = (*CONNECTION, "failover", "probe_query", "rules_url", "url", "validate_certs")  # what belongs to the server that is asked
OBJECTS = (
    ("addresses", "alert", "anchors", "archive_prefix", "arguments", "aspect", "attested_by", "attesters", "backend", "barman_server")
    + ("beside", "calendar_url", "called", "chains", "chdir", "closed", "command", "components", "config", "conninfo", "contacts")
    + ("container", "covers", "cron", "data_directory", "data_sources", "database", "date", "endpoints", "engine", "entries", "environment")
    + ("evidence", "extra_labels", "failover", "fields", "folder", "for_version", "format", "generation", "git", "gives", "glob_archives")
    + ("host", "hosts", "imap_ca_path", "imap_folder", "imap_host", "imap_password", "imap_port", "imap_username", "inventory", "jobs")
    + ("journal", "journald", "keyword", "labels", "link_hosts", "markers", "match", "members", "module", "names", "others", "panels")
    + ("path", "paths", "pattern", "people", "port", "prefer", "proc", "profile", "protocol", "provider", "python", "query")
    + ("receipt_bearer_token", "receipt_ca_path", "receipt_file", "receipt_headers", "receipt_password", "receipt_url")
    + ("receipt_username", "receivers", "receivers_by_severity", "record", "record_start", "repo", "repository", "result", "root")
    + ("rotated_by", "rules_url", "search", "secret_environment", "seen_on", "selector", "server", "service", "services", "shifts")
    + ("signals", "since", "size_unit", "socket", "stanza", "statement", "success_file", "suite", "tag", "tags", "template", "tier")
    + ("tiers", "time_format", "time_zone", "timer", "to", "tool", "uid", "unit", "until", "url", "variables", "verify_database")
    + ("version_property", "via", "window_end", "window_start")
)  # fmt: skip
OF_LOGS = ("by", "host_field", "index", "message_field", "stream", "tenant", "time_field", "units")  # where in a log store the lines lie
# how a line is logged
OF_LINES = (
    ("content_type", "framing", "payload", "rfc", "to_bearer_token", "to_ca_path", "to_client_cert", "to_client_key", "to_headers")
    + ("to_password", "to_server_name", "to_username")
)  # fmt: skip
QUESTIONS = (*INSTRUMENTS, *DEMANDS, *CONNECTION, *OBJECTS, *OF_LOGS, *OF_LINES)
ASKS_MORE = ("json", "paths", "receipt_json", "services")  # questions that more of the same only adds to
ASKS_FEWER = ("contacts", "receivers")  # of which one is enough
# where a host has its own programs, under the rights of its administrators
_PROGRAMS = ("/bin", "/sbin", "/usr/bin", "/usr/sbin", "/usr/local/bin", "/usr/local/sbin")
_SETS = (HIGHER, LOWER, COMPARISONS, MEETS_FEWER, MEETS_MORE, MUST_STAY_TRUE, MUST_STAY_FALSE, NOT_SHORTER, NOT_LONGER, tuple(WORST_FIRST))


def is_limit(option: str) -> bool:
    """Whether one side of an option is looser."""
    return any(option in names for names in _SETS)


def is_question(option: str) -> bool:
    """Whether an option says what is looked at: all do that are neither a limit nor the manner of a check."""
    return not is_limit(option) and option not in MANNER


def is_other(option: str, above: object, below: object) -> bool:
    """Whether something else is asked than before. Where nothing was asked, what is demanded adds to the question."""
    if above == below or above in _NOTHING and below in _NOTHING:
        return False
    if option in WORST_FIRST:
        return below not in WORST_FIRST[option]
    if above and below and ((option in ASKS_MORE and _has_all(below, above)) or (option in ASKS_FEWER and _has_all(above, below))):
        return False
    return is_question(option) and not (option in DEMANDS and not above)


_NOTHING: t.Sequence[object] = (None, {}, [])


def _has_all(more: object, fewer: object) -> bool:
    if isinstance(more, dict) and isinstance(fewer, dict):
        return all(key in more and more[key] == value for key, value in fewer.items())
    return isinstance(more, (list, tuple)) and isinstance(fewer, (list, tuple)) and all(item in more for item in fewer)


def is_program_of_system(given: object, name: object) -> bool:
    """Whether a program is the one of that name, at a place where a host has its own."""
    folder, _slash, program = str(given).rpartition("/")
    return bool(name) and program == name and folder in _PROGRAMS


def leads_astray(variable: str, value: object) -> bool:
    """Whether a variable lets another program answer: a ``PATH`` of nothing but the folders of the system does not."""
    if variable not in LEADING_VARIABLES:
        return False
    return variable != "PATH" or any(folder.rstrip("/") not in _PROGRAMS for folder in str(value).split(":"))


def is_looser(option: str, above: object, below: object) -> bool:
    """Whether an option of a check is looser than what stands above it; what is no limit never is."""
    if above == below or above is None or not is_limit(option):
        return False
    if below is None:
        return True  # there is no limit at all
    if option in COMPARISONS:
        return _is_wider(above, below)
    if option in MEETS_FEWER:
        return str(above) != str(below) and _is_wider(above, below)
    if option in MEETS_MORE:
        return str(above) != str(below) and _is_wider(above=below, below=above)
    if option in MUST_STAY_TRUE:
        return above is True and below is False
    if option in MUST_STAY_FALSE:
        return above is False and below is True
    if option in NOT_SHORTER:
        return bool(_texts(above) - _texts(below))
    if option in NOT_LONGER:
        return bool(_texts(below) - _texts(above))
    if option in WORST_FIRST:
        order = WORST_FIRST[option]
        return below in order and above in order and order.index(str(below)) > order.index(str(above))
    numbers = _amounts(above, below)
    if numbers is None:
        return True  # what cannot be compared is within nothing
    return numbers[1] > numbers[0] if option in HIGHER else numbers[1] < numbers[0]


def is_declared_looser(option: str, above: object, below: object) -> bool:
    """The same of what a service declares of what it has: the status of an answer is looser where the server fails."""
    if option == "status":
        return bool(_of_servers_that_fail(below) - _of_servers_that_fail(above))
    return is_looser(option, above, below)


def _of_servers_that_fail(codes: object) -> set[str]:
    """HTTP statuses with which a server says that it cannot answer."""
    return {text for text in _texts(codes if isinstance(codes, (list, tuple)) else [codes]) if text.startswith("5")}


def _texts(value: object) -> set[str]:
    """The items of a list; of a mapping those of its lists, each below its key."""
    if isinstance(value, dict):
        return {f"{key}.{text}" for key, below in value.items() for text in _texts(below)}
    return {str(item) for item in value} if isinstance(value, (list, tuple)) else set()


def _amounts(above: object, below: object) -> tuple[float, float] | None:
    """Both as numbers of one unit; None where they are not."""
    for read in (_share, parse_duration, parse_size):
        try:
            return float(read(t.cast("str", above))), float(read(t.cast("str", below)))
        except (TypeError, ValueError):
            continue
    return None


def _share(value: object) -> float:
    text = str(value).strip()
    found = float(text[:-1]) / 100 if text.endswith("%") else float(text)
    if not math.isfinite(found):
        raise ValueError(text)
    return found


def _is_wider(above: object, below: object) -> bool:
    try:
        wanted, given = parse_comparison(str(above)), parse_comparison(str(below))
    except ValueError:
        return True  # what cannot be compared is within nothing
    if wanted.bound is None or wanted.bound != given.bound:
        return True
    if wanted.value == given.value:
        return wanted.operator in ("<", ">") and given.operator in ("<=", ">=")
    return given.value > wanted.value if wanted.bound == "upper" else given.value < wanted.value


__all__ = (
    "INSTRUMENTS",
    "MANNER",
    "OF_SERVERS",
    "QUESTIONS",
    "is_declared_looser",
    "is_limit",
    "is_looser",
    "is_other",
    "is_program_of_system",
    "is_question",
    "leads_astray",
)
