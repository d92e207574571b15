# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Messages: made, kept as data, cleaned, read back, and told in another language."""

from __future__ import annotations

import copy
import dataclasses
import importlib
import json
import pathlib
import pickle
import typing as t

import pytest
from ansible_collections.operability.readiness.plugins.module_utils._engine import Item, run_item
from ansible_collections.operability.readiness.plugins.module_utils._finding import Finding, Status, failed
from ansible_collections.operability.readiness.plugins.module_utils._phrase import (
    Message,
    and_more,
    fields,
    listed,
    made_of,
    of_data,
    phrase,
    plural,
    verbatim,
)
from ansible_collections.operability.readiness.plugins.module_utils._runner import Runner
from ansible_collections.operability.readiness.plugins.plugin_utils import _model
from ansible_collections.operability.readiness.plugins.plugin_utils._model.plain import to_plain
from ansible_collections.operability.readiness.plugins.plugin_utils._publish.gettext_catalogue import catalogue
from ansible_collections.operability.readiness.plugins.plugin_utils._publish.translating import TOLD, told, translated
from ansible_collections.operability.readiness.plugins.plugin_utils._publish.words import words
from ansible_collections.operability.readiness.plugins.plugin_utils._recording.record_json import from_json, to_json

UNREADABLE = "{path:path} may not be read by {user}; let the check run as a user who may (run_as, become)"


@pytest.mark.parametrize(
    ("message", "said"),
    [
        (phrase("{age:duration} of {size:bytes}", age=93600.0, size=1536), "26 h of 1.5 KiB"),
        (phrase("{count:number}, {share:number}", count=3, share=0.25), "3, 0.25"),
        (phrase("{share:percent}", share=0.923), "92.3%"),
        (phrase("{names:list}: {why:sentences}", names=["a", "b"], why=[phrase("c"), "d"]), "a, b: c; d"),
        (phrase("at {when:moment} on {day:day}", when="2026-11-25T06:00:01Z", day="2026-11-25"), "at 2026-11-25T06:00:01Z on 2026-11-25"),
        (phrase("{why}", why=phrase("{path:path} does not exist", path="/a{b}")), "/a{b} does not exist"),
        (plural("{count:number} file", "{count:number} files", count=1), "1 file"),
        (plural("{count:number} file", "{count:number} files", count=0), "0 files"),
        (and_more([phrase("a"), phrase("b"), phrase("c")]), "a (and 2 more)"),
        (and_more([phrase("a")]), "a"),
        (listed([phrase("a"), phrase("b")]), "a; b"),
        (verbatim("{not} a template"), "{not} a template"),
        # values that do not fit their type are told as they are
        (phrase("{age:duration}", age="some"), "some"),
        (phrase("{age:duration} {size:bytes} {count:number}", age=None, size=[], count={}), "None [] {}"),
        (phrase("{age:weeks}", age=3), "3"),
        (phrase("{gone}"), "<gone>"),
        (phrase("{open", open=1), "{open"),
    ],
)
def test_what_is_said(message: Message, said: str) -> None:
    assert message == said and isinstance(message, Message)
    kept = json.loads(json.dumps(message.as_data()))
    if message.template:
        assert made_of(kept) == said and of_data(said, kept).as_data() == kept
    else:
        assert kept is None
    for same in (copy.deepcopy(message), pickle.loads(pickle.dumps(message))):
        assert same == said and same.template == message.template and same.params == message.params


@pytest.mark.parametrize("data", [None, "a", [], {}, {"template": 3, "params": {}}, {"template": "a", "params": []}, {"params": {}}])
def test_data_that_is_none_is_a_text(data: object) -> None:
    message = of_data("said so", data)
    assert message == "said so" and message.as_data() is None


def test_a_finding_keeps_text_and_data() -> None:
    left = phrase("{count:number} left", count=2)
    finding = failed(phrase("{path:path} does not exist", path="/a"), details=[verbatim("tool said"), left])
    kept = json.loads(json.dumps(finding.as_dict()))
    assert kept["message"] == "/a does not exist" and kept["details"] == ["tool said", "2 left"]
    assert kept["said"] == {
        "message": {"template": "{path:path} does not exist", "params": {"path": "/a"}},
        "details": [None, {"template": "{count:number} left", "params": {"count": 2}}],
    }
    again = Finding.from_dict(kept)
    assert again == finding and again.message.params == {"path": "/a"} and again.details[1].template == "{count:number} left"
    old = Finding.from_dict({key: value for key, value in kept.items() if key != "said"})  # as version 0.2 wrote it
    assert old.message == finding.message and old.message.as_data() is None and "said" not in old.as_dict()


def test_nothing_but_plain_text_goes_out() -> None:
    finding = dataclasses.replace(failed(phrase("a {b}", b=phrase("c"))), remedy=phrase("do"), details=[phrase("e")])

    def types_in(value: t.Any) -> set[type]:
        if isinstance(value, dict):
            return {kind for item in [*value, *value.values()] for kind in types_in(item)}
        return {kind for item in value for kind in types_in(item)} if isinstance(value, list) else {type(value)}

    assert Message not in types_in(finding.as_dict()) | types_in(to_plain([finding, phrase("x"), {"a": phrase("y")}]))


def test_text_of_others_is_cleaned_within_the_parameters() -> None:
    message = phrase("{user} says: {why}", user="me\x1b[31m\nroot", why=phrase("{path:path} is gone", path="/a\u202eb")).mapped(
        lambda text: "".join(character for character in text if character.isprintable())
    )
    assert message == "me[31mroot says: /ab is gone" and "\u202e" not in json.dumps(message.as_data(), ensure_ascii=False)


def test_secrets_are_in_no_parameter() -> None:
    item = Item(key="k", check="command", args={"argv": ["/nowhere/hunter2secret"]}, secrets={"x_secret": "hunter2secret"})
    (finding,) = run_item(item, Runner())
    assert finding.status is Status.UNKNOWN
    assert "hunter2secret" not in json.dumps(finding.as_dict())


@dataclasses.dataclass(frozen=True)
class Kept:
    """Something that is recorded."""

    message: Message
    notices: tuple[Message, ...]
    findings: tuple[Finding, ...] = ()


def test_a_record_keeps_its_messages_and_reads_them_back() -> None:
    gone = phrase("{path:path} does not exist", path="/a")
    unread = failed(phrase("{path:path} cannot be read: {reason}", path="/b", reason="x"))
    value = Kept(gone, (verbatim("as they wrote it"), gone), (unread,))
    kept = json.loads(json.dumps(to_json(value)))
    assert kept["message"] == "/a does not exist" and kept["said"] == [gone.as_data()]
    assert kept["findings"][0]["said"]["message"]["params"] == {"path": "/b", "reason": "x"}


def test_a_record_is_told_in_french() -> None:
    message = phrase(UNREADABLE, path="/srv/{x}", user="nobody")
    record = {
        "judgement": {"reasons": [str(message), "what people wrote"], "status": "fail"},
        "said": [message.as_data()],
        "findings": [{**failed(phrase("{path:path} does not exist", path="/a")).as_dict(), "observed": {"said": "/a does not exist"}}],
    }
    french = t.cast("dict[str, t.Any]", translated(record, words("fr")))
    assert french["judgement"]["reasons"] == [told(message, "fr"), "what people wrote"]
    assert "nobody" in told(message, "fr") and "may not be read" not in told(message, "fr")
    assert french["findings"][0]["message"] == told(phrase("{path:path} does not exist", path="/a"), "fr") != "/a does not exist"
    assert french["findings"][0]["observed"] == {"said": "/a does not exist"}
    assert translated(record, words("en")) is record


@pytest.mark.parametrize(
    "data",
    [
        {"template": "{path.__class__} does not exist", "params": {"path": "/a"}},
        {"template": "{0.__init__.__globals__}", "params": {}},
        {"template": "{path:path} does not exist", "params": {"path": {"template": "{x!r:>1000000000}", "params": {"x": "y"}}}},
        {"template": "{path:path} does not exist", "params": {"path": ["a", {"b": "c"}]}},
        {"template": "{path:path} does not exist", "params": {}},
        {"template": UNREADABLE, "params": {"path": 3, "user": None}},
    ],
)
def test_what_a_host_makes_up_is_only_ever_text(data: dict[str, t.Any]) -> None:
    record = {"message": str(made_of(data)), "said": [data]}
    said = t.cast("dict[str, str]", translated(record, words("fr")))["message"]
    assert isinstance(said, str) and len(said) < 2000
    assert not any(word in said for word in ("<class", "<function", "built-in", "module"))


def test_messages_within_messages_come_to_an_end() -> None:
    data: dict[str, t.Any] = {"template": "{a}", "params": {"a": "deepest"}}
    for _level in range(300):
        data = {"template": "({a})", "params": {"a": data}}
    assert made_of(data).strip("()") == "..."


def test_no_word_of_a_verdict_or_a_status_is_a_message() -> None:
    """Whatever a host or whoever edits a record has it say."""
    forged = [{"template": word, "params": {}} for word in ("fail", "no_go", "NO-GO", "team-a")]
    forged += [{"template": "{count:number} test passed", "plural": word, "params": {"count": 3}} for word in ("fail", "no_go", "NO-GO")]
    finding = {"message": "fail", "status": "fail", "said": {"message": forged[0], "details": forged}, "details": ["no_go"]}
    judgement = {"verdict": "no_go", "words": "NO-GO", "requirements": [{"status": "fail", "responsible": "team-a", "findings": [finding]}]}
    record = {"judgement": judgement, "said": forged}
    french = t.cast("dict[str, t.Any]", translated(record, words("fr")))
    assert french == record


def test_a_plural_that_is_not_the_one_of_the_catalogue_is_told_in_english() -> None:
    entry = next(item for item in catalogue("fr")._many.items() if item[0][1] is None and "{count:number}" in item[0][0])
    (one, _context), many = entry
    names = {field.name: 1.0 if field.kind in ("duration", "bytes", "percent") else "a" for field in fields(one) if field.name}
    for params in ({**names, "count": 3}, {**names, "count": 1}):
        good, forged = (
            made_of({"template": one, "plural": many, "params": params}),
            {"template": one, "plural": "3 FAILED", "params": params},
        )
        assert told(good, "fr") != good and told(made_of(forged), "fr") == made_of(forged)
    for count in (1.0, "3", None):
        message = made_of({"template": one, "plural": many, "params": {**names, "count": count}})
        assert told(message, "fr") == message


def test_a_finding_says_nothing_of_another() -> None:
    first = {"message": "/a does not exist", "said": {"message": phrase("{path:path} does not exist", path="/a").as_data()}}
    second = {"message": "/a does not exist", "said": {"message": phrase("{path:path} does not exist", path="/b").as_data()}}
    french = t.cast("dict[str, t.Any]", translated({"findings": [first, second]}, words("fr")))
    assert french["findings"][0]["message"] != "/a does not exist" and french["findings"][1]["message"] == "/a does not exist"


def test_a_text_that_is_not_what_its_data_says_stays_as_it_is() -> None:
    record = {"message": "all is well", "said": [phrase("{path:path} does not exist", path="/a").as_data()]}
    assert translated(record, words("fr"))["message"] == "all is well"


def test_numbers_dates_and_units_are_those_of_the_language() -> None:
    say = words("fr")
    assert say.shown("duration", 93600.0) == "26\u00a0h" and say.shown("bytes", 1536) == "1,5\u00a0Kio"
    assert say.shown("number", 1234.5) == "1\u202f234,5" and say.shown("percent", 0.923) == "92,3\u202f%"
    assert say.shown("number", "1e5") == "1e5" and say.shown("duration", "a while") == "a while"
    assert say.shown("number", 0.0004) == "0,0004" and say.shown("percent", 0.99995) == "99,995\u202f%"
    assert say.shown("day", "2026-11-25") == "25 novembre 2026" and say.day("2026-11-25") == "25 nov. 2026"
    assert say.day("2026-12-01", "long") == "1er décembre 2026"
    assert say.moment("2026-11-25T06:00:00Z") == "25 nov. 2026, 06:00 UTC"
    assert say.shown("moment", "2026-11-25T06:00:01Z") == "25 nov. 2026, 06:00:01 UTC"
    assert say.shown("day", "soon") == "soon" and say.shown("moment", "soon") == "soon" and say.shown("number", "many") == "many"


def test_from_json_gives_messages_where_they_stood() -> None:
    value = from_json(_Plain, {"text": "/a does not exist", "said": [phrase("{path:path} does not exist", path="/a").as_data()]}, "x.json")
    assert isinstance(value.text, Message) and value.text.params == {"path": "/a"}


@dataclasses.dataclass(frozen=True)
class _Plain:
    text: str


def holds_a_message(hint: t.Any) -> bool:
    return hint is Message or any(holds_a_message(part) for part in t.get_args(hint))


def test_the_keys_under_which_messages_stand_are_known() -> None:
    """Of each value that can be recorded."""
    found = set()
    for path in pathlib.Path(_model.__path__[0]).glob("*.py"):
        module = importlib.import_module(f"{_model.__name__}.{path.stem}")
        for kind in vars(module).values():
            if isinstance(kind, type) and dataclasses.is_dataclass(kind) and kind.__module__ == module.__name__:
                hints = t.get_type_hints(kind)
                found |= {str(f.metadata.get("key", f.name)) for f in dataclasses.fields(kind) if holds_a_message(hints[f.name])}
    assert {"message", "reasons", "notices"} <= found <= TOLD, found - TOLD


def test_a_number_that_json_does_not_have_is_kept_as_text() -> None:
    data = json.dumps(phrase("{a:number} of {b:list}", a=float("nan"), b=[float("inf"), 1.5]).as_data(), allow_nan=False)
    assert json.loads(data)["params"] == {"a": "nan", "b": ["inf", 1.5]}
