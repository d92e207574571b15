# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the variables of a dashboard stand for when somebody opens it, asked where they are asked for. PRIVATE to the collection."""

from __future__ import annotations

import itertools
import re
import typing as t

from .._message import one_line
from .._phrase import Message, phrase, plural
from .grafana_options import NotFilled, asked, ordered, picked
from .grafana_panels import Json
from .grafana_reading import Forbidden, GrafanaReader, Listing, Missing, Refused, Source
from .grafana_templates import ALL, Value, filled
from .grafana_time import Range, seconds, step_of, whole_number, written

MOST = 2000  # values of one variable
MOST_REPEATED = 300  # panels that are made of one
NAMED = 5  # values in a message


class NoValue(Exception):
    """A variable for which there is no value: the panel shows nothing."""

    def __init__(self, message: Message) -> None:
        super().__init__(message)
        self.message = message


class Variables:
    """``given``: values that somebody chose, by name. Each variable is looked at when it is needed, and once."""

    def __init__(self, model: Json, given: t.Mapping[str, object], reader: GrafanaReader, listing: Listing, whole: Range) -> None:
        templating = model.get("templating")
        items = templating.get("list") if isinstance(templating, dict) else None
        found = [item for item in items if isinstance(item, dict)] if isinstance(items, list) else []
        self.items: dict[str, Json] = {str(item["name"]): item for item in found if item.get("name")}
        self.given = {name: _texts(value) for name, value in given.items()}
        self.reader, self.listing, self.whole = reader, listing, whole
        self.gone: dict[str, Message] = {}  # by name: what was saved, and is no value any more
        self.title = str(model.get("title") or "")
        self.used: set[str] = set()  # by whoever asked for a value
        self._needs: dict[str, set[str]] = {}  # variables that others need
        self._known: dict[str, Value | NotFilled | NoValue] = {}
        self._open: list[str] = []

    @property
    def filters(self) -> list[tuple[Json, t.Sequence[Json]]]:
        """The filters that are added to queries, with the variable that has them."""
        found: list[tuple[Json, t.Sequence[Json]]] = []
        for item in self.items.values():
            filters = [one for one in item.get("filters") or [] if isinstance(one, dict) and one.get("key")]
            if item.get("type") == "adhoc" and filters:
                found.append((item, filters))
        return found

    def needed(self) -> set[str]:
        """What was used, and what that needs."""
        found: set[str] = set()
        todo = list(self.used)
        while todo:
            name = todo.pop()
            if name not in found:
                found.add(name)
                todo += self._needs.get(name, ())
        return found

    def value(self, name: str) -> Value | None:
        """None for what is no variable. NotFilled, NoValue."""
        if name not in self.items:
            return self._of_grafana(name)
        (self._needs.setdefault(self._open[-1], set()) if self._open else self.used).add(name)
        if name not in self._known:
            if name in self._open:
                raise NotFilled(phrase("the variable {name} needs itself", name=name))
            self._open.append(name)
            try:
                self._known[name] = self._found(name, self.items[name])
            except (NotFilled, NoValue) as exc:
                self._known[name] = exc
            finally:
                self._open.remove(name)
        known = self._known[name]
        if isinstance(known, Exception):
            raise known
        return known

    def repeated(self, names: t.Sequence[str]) -> list[dict[str, Value]]:
        """The choices of values, one value each, for which there is a panel of its own."""
        choices = []
        for name in names:
            value = self.value(name)
            if value is not None:
                values = value.each or value.values
                texts = value.texts if len(value.texts) == len(values) else values
                choices.append([(name, Value((one,), value.several, (text,))) for one, text in zip(values, texts)])
        return [dict(choice) for choice in itertools.islice(itertools.product(*choices), MOST_REPEATED)]

    # -- one variable

    def _of_grafana(self, name: str) -> Value | None:
        """What Grafana's browser fills in; the rest (``__interval``) is for the data source and stays."""
        start, end = self.whole.milliseconds
        known = {"__from": start, "__to": end, "__dashboard": self.title, "__timezone": "UTC"}
        return Value((known[name],)) if name in known else None

    def _found(self, name: str, item: Json) -> Value:
        kind = str(item.get("type") or "")
        several = bool(item.get("multi") or item.get("includeAll"))
        if kind == "constant":
            return self._constant(name, item)
        if kind in ("textbox", "text"):
            return Value(self.given.get(name) or _current(item) or (str(item.get("query") or ""),))
        if kind == "interval":
            return self._interval(name, item)
        if kind == "datasource":
            return self._source(name, item)
        if kind == "custom":
            return self._chosen(name, item, _custom(item))
        if kind == "query":
            return self._chosen(name, item, self._options(name, item))
        chosen = self.given.get(name) or _current(item)
        if not chosen:
            raise NotFilled(phrase("the variable {name} is of the kind {kind}, which cannot be filled in here", name=name, kind=kind))
        return Value(chosen, several)

    def _constant(self, name: str, item: Json) -> Value:
        value = _texts(item.get("query")) or _current(item) or ("",)
        if name in self.given and self.given[name] != value:
            raise NoValue(_no_such(name, self.given[name], value))
        return Value(value)

    def _chosen(self, name: str, item: Json, options: list[tuple[str, str]] | None) -> Value:
        """What is chosen among the options (value and text): what was given, what was saved, else what Grafana takes then."""
        several, given = bool(item.get("multi") or item.get("includeAll")), self.given.get(name)
        current = _current(item)
        wanted = given or current
        if options is None:  # they are not to be had
            if not wanted or _is_all(wanted, True):
                why = phrase(
                    "the values of the variable {name} cannot be asked for here, and none is saved: give one under variables", name=name
                )
                raise NotFilled(why)
            return Value(wanted, several)
        everything = _is_all(wanted, bool(item.get("includeAll")))
        if not options and not (everything and item.get("allValue")):
            raise NoValue(phrase("the variable {name} has no value to choose from", name=name))
        if everything:
            return self._everything(item, options)
        by_text = {text: value for value, text in options}
        values = {value for value, _text in options}
        taken = [one if one in values else by_text[one] for one in wanted if one in values or one in by_text]
        if given and len(taken) < len(given):
            raise NoValue(_no_such(name, [one for one in given if one not in values and one not in by_text], [v for v, _t in options]))
        if taken:
            texts = dict(options)
            return Value(tuple(taken), several, tuple(texts[one] for one in taken))
        if any(wanted):
            self._remember_gone(name, wanted, options[0][0], bool(item.get("includeAll")))
        if item.get("includeAll"):
            return self._everything(item, options)
        return Value((options[0][0],), several, (options[0][1],))

    def _everything(self, item: Json, options: list[tuple[str, str]]) -> Value:
        if item.get("allValue"):
            return Value((str(item["allValue"]),), True, ("All",), raw=True, each=tuple(value for value, _text in options))
        return Value(tuple(value for value, _text in options), True, tuple(text for _value, text in options))

    def _remember_gone(self, name: str, saved: tuple[str, ...], shown: str, everything: bool) -> None:
        what = one_line(", ".join(saved), 100)
        if everything:
            self.gone[name] = phrase(
                "it was saved with {value} for the variable {name}, which is no value any more, so it shows all: name what must be"
                " shown under variables, or save it anew",
                value=what,
                name=name,
            )
        else:
            self.gone[name] = phrase(
                "it was saved with {value} for the variable {name}, which is no value any more, so it shows {shown}: name what must be"
                " shown under variables, or save it anew",
                value=what,
                name=name,
                shown=one_line(shown, 100),
            )

    def _interval(self, name: str, item: Json) -> Value:
        steps = [one.strip() for one in str(item.get("query") or "").split(",") if seconds(one.strip())]
        chosen = (self.given.get(name) or _current(item) or tuple(steps[:1]) or ("$__auto",))[0]
        if chosen != "auto" and not chosen.startswith("$__auto"):
            return Value((chosen,))
        step = step_of(self.whole, whole_number(item.get("auto_count"), 30), seconds(item.get("auto_min") or "") or 0.0)
        return Value((written(step / 1000),))

    # -- data sources

    def _source(self, name: str, item: Json) -> Value:
        wanted = self.given.get(name) or _current(item)
        kind = str(item.get("query") or "")
        fitting = [source for source in self.listing.sources if source.kind == kind]
        pattern = str(item.get("regex") or "")
        if pattern:
            fitting = [source for source in fitting if picked([source.name], self._filled(pattern, "raw"), name)]
        if wanted and wanted[0] not in ("default", ""):
            found = [source for one in wanted for source in fitting if one in (source.uid, source.name)]
            if found:
                return Value(tuple(source.uid for source in found), bool(item.get("multi")), tuple(source.name for source in found))
            if not self.listing.whole and not fitting:
                return Value(wanted, bool(item.get("multi")))
            if name in self.given:
                raise NoValue(_no_such(name, wanted, [source.name for source in fitting]))
            if len(fitting) > 1:  # a dashboard from elsewhere takes the only one
                self._remember_gone(name, wanted, fitting[0].name, False)
        default = self.listing.default(kind)
        chosen = default if default in fitting else fitting[0] if fitting else None
        if chosen:
            return Value((chosen.uid,), bool(item.get("multi")), (chosen.name,))
        if self.listing.whole:
            raise NoValue(phrase("the variable {name} has no value to choose from", name=name))
        raise NotFilled(_not_listed(name))

    def source_of(self, reference: object, extra: t.Mapping[str, Value] | None = None) -> Source:
        """The data source that a reference means: a uid, a name, nothing (the default one), or a variable.

        NotFilled; NoValue where there is none. Without leave to list them, what the reference says is believed.
        """
        kind = str(reference.get("type") or "") if isinstance(reference, dict) else ""
        name = str((reference.get("uid") or "") if isinstance(reference, dict) else reference or "")
        if "$" in name or "[[" in name:
            name = filled(name, self.scoped(extra or {}), "raw")
        if name in ("", "default"):
            found = self.listing.default(kind)
            if found:
                return found
            if self.listing.whole:
                raise NoValue(phrase("it asks the default data source, and there is none"))
            raise NotFilled(phrase("it asks the default data source, and these credentials may not see which one that is"))
        found = self.listing.named(name)
        if found:
            return found
        if self.listing.whole or "$" in name:
            raise NoValue(phrase("it asks the data source {name}, which Grafana does not have", name=one_line(name, 100)))
        return Source(name, name, kind)

    def scoped(self, extra: t.Mapping[str, Value]) -> t.Callable[[str], Value | None]:
        return lambda name: extra[name] if name in extra else self.value(name)

    # -- queries

    def _filled(self, text: str, way: str) -> str:
        return filled(text, self.value, way)

    def _options(self, name: str, item: Json) -> list[tuple[str, str]] | None:
        """Value and text of each option. None where this kind of data source has no way that is known here."""
        current = _current(item)
        saved = [one for one in item.get("options") or [] if isinstance(one, dict) and one.get("value") not in (None, "", ALL)]
        if item.get("refresh") in (0, False) and current and any(current) and name not in self.given:
            kept = [(_texts(one.get("value"))[0], _texts(one.get("text"))[0]) for one in saved if _texts(one.get("value"))]
            if kept or not _is_all(current, bool(item.get("includeAll"))):
                return kept + [(one, one) for one in current if one not in {value for value, _text in kept} and one != ALL]
        source = self.source_of(item.get("datasource"))
        query = item.get("query")
        try:
            found = asked(name, query, source, self.reader, self.whole, self._filled)
        except Refused as exc:
            raise NoValue(
                phrase(
                    "the values of the variable {name} cannot be had from {source}: {reason}",
                    name=name,
                    source=source.name,
                    reason=exc.message,
                )
            ) from None
        except Missing:
            raise NoValue(phrase("it asks the data source {name}, which Grafana does not have", name=source.name)) from None
        except Forbidden as exc:
            raise NotFilled(exc.message) from None
        if found is None:
            return None
        if len(found) > MOST:
            raise NotFilled(phrase("the variable {name} has more than {most:number} values", name=name, most=MOST))
        pattern = self._filled(str(item.get("regex") or ""), "regex")
        options = picked(found, pattern, name) if pattern else [(one, one) for one in found]
        return ordered(list(dict.fromkeys(options)), item.get("sort"))


def _current(item: Json) -> tuple[str, ...]:
    current = item.get("current")
    return _texts(current.get("value")) if isinstance(current, dict) else ()


def _texts(value: object) -> tuple[str, ...]:
    if value is None or value == {} or value == []:
        return ()
    return tuple(_text(one) for one in value) if isinstance(value, (list, tuple)) else (_text(value),)


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _is_all(values: tuple[str, ...], has_all: bool) -> bool:
    return bool(values) and (values[0] == ALL or (has_all and values[0] in ("All", "all")))


def _custom(item: Json) -> list[tuple[str, str]]:
    """``1m, five : 5m``; a comma in a value has a backslash before it."""
    found = []
    for part in re.split(r"(?<!\\),", str(item.get("query") or "")):
        said = part.replace("\\,", ",").strip()
        text, colon, value = said.partition(" : ")
        if said:
            found.append((value.strip(), text.strip()) if colon else (said, said))
    return found


def _no_such(name: str, wanted: t.Sequence[str], options: t.Sequence[str]) -> Message:
    said = one_line(", ".join(wanted), 100)
    if not options:
        return phrase("the variable {name} cannot be {value}: it has no value to choose from", name=name, value=said)
    return plural(
        "the variable {name} cannot be {value}: its only value is {options:list}",
        "the variable {name} cannot be {value}: of its {count:number} values the first are {options:list}",
        count=len(options),
        name=name,
        value=said,
        options=[one_line(one, 60) for one in options[:NAMED]],
    )


def _not_listed(name: str) -> Message:
    return phrase(
        "the variable {name} is a data source, and these credentials may not see which there are: give one under variables", name=name
    )


__all__ = ("NoValue", "NotFilled", "Variables")
