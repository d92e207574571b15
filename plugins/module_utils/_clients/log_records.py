# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One line as a record of its format, and what is in it, whatever its fields are called. PRIVATE to the collection."""

from __future__ import annotations

import json
import re
import typing as t

from .secret_views import without_colours

Fields = t.Mapping[str, object]
Parse = t.Callable[[str], t.Optional[Fields]]  # the fields of a line; None for one that is not of the format
FORMATS = ("text", "json", "logfmt", "rfc5424", "rfc3164")
DEEPEST = 4  # objects within each other in which a field is looked for
SEVERITIES = ("emerg", "alert", "crit", "err", "warning", "notice", "info", "debug")


def _refused(name: str) -> t.NoReturn:
    raise ValueError(name)


def _integer(text: str) -> object:
    """A number of many figures is JSON, though it is none that is needed here."""
    return int(text) if len(text) < 400 else text


_DECODER = json.JSONDecoder(parse_constant=_refused, parse_int=_integer)


def of_json(line: str) -> Fields | None:
    """An object of RFC 8259, without ``NaN``."""
    try:
        found = _DECODER.decode(line)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


_PAIR = re.compile(r'[ \t]*([^\s="]+)(?:=("(?:[^"\\]|\\.)*"(?=\s|$)|[^\s"]*(?=\s|$)))?(?=\s|$)')


def of_logfmt(line: str) -> Fields | None:
    """``key=value key="a value" key``: most words are pairs, and every quotation ends."""
    found: dict[str, object] = {}
    place, pairs, bare, text = 0, 0, 0, line.rstrip()
    while place < len(text):
        match = _PAIR.match(text, place)
        if match is None:
            return None
        key, value = match.groups()
        if value is None:
            bare += 1
        else:
            pairs += 1
        found[key] = "" if value is None else value[1:-1] if value.startswith('"') else value
        place = match.end()
    return found if pairs >= 2 and pairs >= bare else None


_STRUCTURED = r'-|(?:\[[^\s\]="]{1,64}(?: [^\s=\]"]{1,64}="(?:[^"\\]|\\.)*")*\])+'
_RFC5424 = re.compile(
    r"<(?P<pri>\d{1,3})>1 (?P<time>\S+) (?P<host>\S{1,255}) (?P<service>\S{1,48}) (?P<procid>\S{1,128}) (?P<msgid>\S{1,32}) "
    rf"(?P<structured>{_STRUCTURED})(?: (?P<message>.*))?$",
    re.DOTALL,
)
_RFC3339 = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d)$")


def of_rfc5424(line: str) -> Fields | None:
    match = _RFC5424.match(line)
    if match is None or int(match["pri"]) > 191 or not (match["time"] == "-" or _RFC3339.match(match["time"])):
        return None
    found = {key: value for key, value in match.groupdict().items() if value not in (None, "-")}
    found["level"] = SEVERITIES[int(match["pri"]) % 8]
    for name, value in re.findall(r' ([^\s=\]"]{1,64})="((?:[^"\\]|\\.)*)"', match["structured"]):
        found.setdefault(name, value)
    return found


# as RFC 3164 describes it, and as rsyslog writes it today, with the time of RFC 3339
_RFC3164 = re.compile(
    r"(?:<(?P<pri>\d{1,3})>)?"
    r"(?P<time>(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) [ \d]?\d \d\d:\d\d:\d\d|\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\S{0,16}) "
    r"(?P<host>[\w.:%-]{1,255}) (?:(?P<service>[^\s:\[\]]{1,64})(?:\[(?P<procid>[^\]\s]{1,64})\])?:(?: (?P<message>.*))?"
    r"|(?P<repeated>.*repeated \d.*))$",
    re.DOTALL,
)


def of_rfc3164(line: str) -> Fields | None:
    match = _RFC3164.match(line)
    if match is None or int(match["pri"] or 0) > 191:
        return None
    found = {key: value for key, value in match.groupdict().items() if value is not None}
    if match["pri"]:
        found["level"] = SEVERITIES[int(match["pri"]) % 8]
    return found


PARSERS: t.Mapping[str, Parse] = {"json": of_json, "logfmt": of_logfmt, "rfc5424": of_rfc5424, "rfc3164": of_rfc3164}
NAMES: t.Mapping[str, str] = {"json": "JSON", "logfmt": "logfmt", "rfc5424": "RFC 5424", "rfc3164": "RFC 3164"}


def looks_like(line: str) -> str | None:
    """The format that a line has, of those that can be told."""
    for name, parse in PARSERS.items():
        if parse(line) is not None:
            return name
    return None


# -- what is in a record

ROLES = ("time", "level", "message", "service", "correlation")
# names without case and signs
_SYNONYMS: t.Mapping[str, frozenset[str]] = {
    "level": frozenset(
        ("level", "lvl", "severity", "loglevel", "levelname", "severitytext", "severitynumber", "l", "priority", "syslogseverity", "sev")
        + ("s", "logseverity", "levelvalue", "logginglevel", "stufe", "niveau")
    ),
    "message": frozenset(
        ("message", "msg", "m", "mt", "body", "shortmessage", "event", "text", "log", "renderedmessage", "eventmessage")
        + ("messagetemplate", "fullmessage", "attrmessage", "bodystringvalue")
    ),
    "service": frozenset(
        ("service", "servicename", "app", "application", "appname", "applicationname", "component", "program", "resourceservicename")
        + ("resourceattributesservicename", "serviceid", "syslogappname", "process", "processname", "container", "containername")
        + ("kubernetescontainername", "syslogidentifier", "ddservice", "fieldsservice", "labelsservice", "labelsapp")
        + ("springapplicationname", "contextmapservice", "propertiesapplication", "propertiesservice", "extraservice", "logger.service")
    ),
    "correlation": frozenset(
        (
            "traceid",
            "trace",
            "ddtraceid",
            "oteltraceid",
            "requestid",
            "reqid",
            "xrequestid",
            "correlationid",
            "xcorrelationid",
            "correlation",
        )
        + ("transactionid", "traceparent", "operationid", "activityid", "requestuid", "cid", "logginggoogleapiscomtrace", "httprequestid")
        + (
            "contextmaptraceid",
            "extratraceid",
            "extrarequestid",
            "tr",
            "propertiestraceid",
            "xamzntraceid",
            "xb3traceid",
            "b3",
            "ubertraceid",
        )
        + ("xcloudtracecontext", "ctxtraceid", "spantraceid", "corrid", "corr", "correlid", "trid", "xtraceid", "xrayid", "rayid", "cfray")
        + ("contexttraceid", "mdctraceid", "mdcrequestid", "labelstraceid", "fieldstraceid", "attributestraceid")
    ),
}
_SIGNS = re.compile(r"[^a-z0-9]")
_NOTHING = re.compile(r"[0\-_ ?.]*$")
# what is written where there is nothing: by a language, a template, a logger that did not resolve it
_NONE = re.compile(
    r"\s*(?:|-|\(?null\)?|undefined|none|nil|n/?a|<no value>|<nil>|<null>|\[null\]|\[\]|\{\}|\(none\)|%!s\(<nil>\)"
    r"|\$\{[^}]*\}?|%X?\{[^}]*\}"
    r"|\{\{.*\}\}|#\{[^}]*\}|@\{[^}]*\}|%[A-Za-z])\s*",
    re.I,
)
_NO_ID = re.compile(r"\s*(?:unknown|false|true|\?+|no(?:t[ _-]?set)?|empty|default|missing|unset|invalid|\*+)\s*", re.I)
_LEVEL = re.compile(
    r"(?<![A-Za-z])(?:TRACE|DEBUG|INFO|NOTICE|WARN(?:ING)?|ERROR|ERR|CRIT(?:ICAL)?|FATAL|ALERT|EMERG(?:ENCY)?|SEVERE|PANIC|LOG|STATEMENT|HINT"
    r"|DETAIL|FINE|FINER|FINEST|VERBOSE|CONFIG|INFOS"
    r"|AVERTISSEMENT|GRAVE|ERREUR|SCHWERWIEGEND|WARNUNG|FEHLER|INFORMATION|FEIN"
    r"|ADVERTENCIA|AVVERTENZA|INFORMACI[OÓ]N)(?![A-Za-z])"
    r"|(?:^|[\[(<\t ])(?:trace|debug|info|notice|warn|warning|error|err|crit|critical|fatal|alert)(?=[\]\)>\t :|,])"
    r"|\[[\w.-]{1,60}:(?:trace\d?|debug|info|notice|warn|error|crit|alert|emerg)\]"  # Apache
    r"|\[(?:Note|Warning|System|Error)\]|PHP (?:Warning|Notice|Deprecated|(?:Fatal|Parse) error): "
    r"|<(?:Trace|Debug|Information|Notice|Warning|Error|Critical|Fatal)>|\] (?:debug|notice|information|warning|critical)/[A-Z]"
    r"|[Z\d] [DIWE]! |: (?:Debug|Info|Warning|Error|Fatal|Panic): "
    r"|(?:^|[\[( |])(?:INF|WRN|DBG|FTL|VRB|TRC|PNC|DEBU|ERRO|FATA)(?=[\]\) :|]|$)|^\d{1,7}:[A-Z] .{0,40} [.*#-] "
    r"|^[IWEFD]\d{4,6} |\[[IWEFDTC]\]|\blevel=\w|\"s\":\"[DIWEF]\d?\""
)
_CORRELATED = re.compile(
    r"(?:trace|request|req|correlation|corr|transaction|x-request|x-correlation|amzn-trace|uber-trace|b3-trace)[_. -]?id[\"']?\s?[=:]\s?"
    r"[\"']?(?P<value>[\w<({$%.-][\w<>(){}$%:;=. -]{0,120}?)(?=[\s\"',\])}|]|$)"
    r"|\btraceparent[\"']?\s?[=:]\s?[\"']?(?P<traced>[\w-]{6,80})|\[(?:[\w.-]{0,60},)?(?P<bracketed>[0-9a-f]{16,32})[,-][0-9a-f]{16}(?:,\w*)?\]"
    r"|\b(?P<uuid>[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})\b",
    re.I,
)


_IDS = ("traceid", "requestid", "correlationid", "conversationid")


# a UUID behind one of these is the one of that
_OF_OTHER = re.compile(
    r"(?:users?|customers?|orders?|accounts?|tenants?|partners?|clients?|products?|devices?|invoices?|organi[sz]ations?|items?|files?|jobs?|kunde|client"
    r"|commande|carts?|payments?|instances?|volumes?|nodes?|pods?)(?:[._-]?(?:id|uuid|no))?[ =:/\"'#]{1,4}$",
    re.I,
)


def has(fields: Fields, name: str) -> bool:
    """Whether a record has this field and something in it: a role by any of its usual names, anything else by its own, ``/level`` too."""
    return value_of(fields, name) is not None


def value_of(fields: Fields, name: str) -> object:
    """What a record has in this field, found as ``has`` does; None where it has nothing."""
    if name in _SYNONYMS:
        wanted = _SYNONYMS[name]
        if name == "level" and "@t" in fields and ("@m" in fields or "@mt" in fields) and "@l" not in fields:
            return "Information"  # as Serilog's compact format says by saying nothing
        if name == "service" and fields.get("name") and "pid" in fields and "hostname" in fields:
            return fields["name"]  # as bunyan and its like
        for key, value in _flat(fields):
            plain = _SIGNS.sub("", key.lower())
            if (plain in wanted or (name == "correlation" and plain.endswith(_IDS))) and _says(value, name):
                return value
        return None
    value = _named(fields, name.lstrip("/"))
    return value if _says(value, name) else None


def text_correlation(line: str) -> str | None:
    """The trace or request id of a line of text."""
    for match in _CORRELATED.finditer(line[:4000]):
        value = match["value"] or match["traced"] or match["bracketed"] or match["uuid"] or ""
        if match["uuid"] and _OF_OTHER.search(line, max(0, match.start() - 40), match.start()):
            continue
        if _says(value, "correlation"):
            return value
    return None


def text_has(line: str, name: str) -> bool | None:
    """The same of a line of text; None where text does not tell."""
    if name == "level":
        return bool(_LEVEL.search(without_colours(line[:600])[:400]))
    if name == "correlation":
        return text_correlation(line) is not None
    return True if name == "message" else None


def _says(value: object, name: str) -> bool:
    if value is None or value in ("", [], {}) or value == [None]:
        return False
    if isinstance(value, str) and _NONE.fullmatch(value[:200]):
        return False
    if name != "correlation":
        return True
    return not isinstance(value, bool) and not _NOTHING.match(str(value)) and not _NO_ID.fullmatch(str(value)[:200])


def _flat(fields: Fields, prefix: str = "", depth: int = DEEPEST) -> t.Iterator[tuple[str, object]]:
    for key, value in fields.items():
        yield prefix + str(key), value
        if isinstance(value, list) and depth:
            value = next((one for one in value[:8] if isinstance(one, dict)), None)
        if isinstance(value, dict) and depth:
            # of a nested field both names count: trace.id, and id of what is called so
            for inner, below in _flat(value, "", depth - 1):
                yield f"{prefix}{key}.{inner}", below


def _named(fields: Fields, name: str) -> object:
    if name in fields:
        return fields[name]
    place: object = fields
    for step in re.split(r"[./]", name):
        place = place.get(step) if isinstance(place, dict) else None
    return place


__all__ = (
    "FORMATS",
    "NAMES",
    "PARSERS",
    "ROLES",
    "Fields",
    "Parse",
    "has",
    "looks_like",
    "of_json",
    "of_logfmt",
    "of_rfc3164",
    "of_rfc5424",
    "text_correlation",
    "text_has",
    "value_of",
)
