# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The catalogues of the reports, one a language: whole, used, with the same placeholders; and what comes of them."""

from __future__ import annotations

import functools
import pathlib
import re
import sys
import typing as t

import pytest
import yaml
from ansible_collections.operability.readiness.plugins.module_utils._finding import Status
from ansible_collections.operability.readiness.plugins.module_utils._phrase import phrase, verbatim
from ansible_collections.operability.readiness.plugins.plugin_utils._described.policy import FOLDER as POLICIES
from ansible_collections.operability.readiness.plugins.plugin_utils._promises import decisions as _decisions
from ansible_collections.operability.readiness.plugins.plugin_utils._publish import gettext_catalogue as _catalogue
from ansible_collections.operability.readiness.plugins.plugin_utils._publish import html, markdown
from ansible_collections.operability.readiness.plugins.plugin_utils._publish import translating as _translating
from ansible_collections.operability.readiness.plugins.plugin_utils._publish import words as _words
from ansible_collections.operability.readiness.plugins.plugin_utils._publish.gettext_catalogue import FOLDER
from ansible_collections.operability.readiness.plugins.plugin_utils._publish.translating import told
from ansible_collections.operability.readiness.plugins.plugin_utils._publish.words import (
    ENGLISH,
    LANGUAGES,
    Words,
    english,
    not_told,
    words,
)
from unit.publish.records import full, hostile, record
from unit.publish.test_report import seen

PUBLISH = pathlib.Path(_words.__file__).parent
SOURCES = "\n".join(path.read_text(encoding="utf-8").replace("'", '"') for path in [*PUBLISH.glob("*.py"), *PUBLISH.glob("*.j2")])
MADE_UP = ("change_", "compared_")  # keys that are put together
FRENCH = FOLDER / "fr.po"


def entries(value: t.Any, path: str = "") -> t.Iterator[tuple[str, str]]:
    for key, item in value.items():
        if isinstance(item, dict):
            yield from entries(item, f"{path}{key}.")
        else:
            yield f"{path}{key}", item


def test_there_is_one_catalogue_a_language() -> None:
    assert {"en", *(path.stem for path in FOLDER.glob("*.po"))} == set(LANGUAGES)


def forget(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing of a catalogue is known, until the end of the test."""
    for name in ("catalogue", "unusable"):
        fresh = functools.cache(getattr(_catalogue, name).__wrapped__)
        monkeypatch.setattr(_catalogue, name, fresh)
        monkeypatch.setattr(_words, name, fresh)
    monkeypatch.setattr(_translating, "catalogue", _catalogue.catalogue)
    monkeypatch.setattr(_words, "_BY_LANGUAGE", {"en": ENGLISH, "fr": Words("fr")})


DAMAGED = {
    "empty": b"",
    "bytes": b"\xff\xfe",
    "cut": b'msgid "a"\nmsgstr "b',
    "text": b"no catalogue",
    "none": None,
    "half": FRENCH.read_bytes()[:20_000],
    "plurals": FRENCH.read_bytes().replace(b"plural=(n > 1)", b"plural=(n / 0)"),
}


@pytest.mark.parametrize("content", DAMAGED.values(), ids=DAMAGED)
def test_a_damaged_catalogue_costs_the_language_and_no_report(
    tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch, content: bytes | None
) -> None:
    if content is not None:
        (tmp_path / "fr.po").write_bytes(content)
    monkeypatch.setattr(_catalogue, "FOLDER", tmp_path)
    forget(monkeypatch)
    assert "NO-GO" in html.render(full(), "fr") and "NO-GO" in markdown.render(full(), "fr")
    assert str(not_told("fr")).startswith("the catalogue of the language fr cannot be read (")
    assert told(phrase("{path:path} does not exist", path="/srv/a"), "fr") == "/srv/a does not exist"


@pytest.fixture
def broken(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> t.Iterator[t.Callable[[str, str], Words]]:
    """The words of a French catalogue in which one text stands in the place of another."""

    def change(old: str, new: str) -> Words:
        content = FRENCH.read_text(encoding="utf-8")
        assert old in content
        (tmp_path / "fr.po").write_text(content.replace(old, new), encoding="utf-8")
        monkeypatch.setattr(_catalogue, "FOLDER", tmp_path)
        forget(monkeypatch)
        return Words("fr")

    yield change


@pytest.mark.parametrize(
    "translation",
    [
        "{verified:number} sur {asked:number}",
        "{verified:number} exigences",
        "Exigences vérifiées : {verified} sur {required:number}",
        "{verified:number} {required:number} {verdict:number}",
        "Exigences vérifiées : {verified:number} sur {required:number",
        "",
    ],
)
def test_what_asks_for_other_parameters_is_told_in_english(broken: t.Callable[[str, str], Words], translation: str) -> None:
    say = broken('msgstr "Exigences vérifiées : {verified:number} sur {required:number}"', f'msgstr "{translation}"')
    assert say("verified", verified=3, required=4) == "3 of 4 verified"
    assert say("nobody") == "personne n\u2019est désigné", "the others are as they were"


def test_a_message_whose_translation_asks_for_other_parameters_is_told_in_english(broken: t.Callable[[str, str], Words]) -> None:
    broken('msgstr "{path:path} ', 'msgstr "{file:path} ')
    message = phrase("{path:path} does not exist", path="/srv/a")
    assert told(message, "fr") == "/srv/a does not exist"


def test_with_babel_there_is_nothing_to_say_of_it() -> None:
    assert not_told("fr") is None


def test_without_babel_everything_is_told_in_english(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in sys.modules if name.partition(".")[0] == "babel"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "babel", None)
    forget(monkeypatch)
    assert words("fr") is ENGLISH
    assert told(phrase("{path:path} does not exist", path="/srv/a"), "fr") == "/srv/a does not exist"
    assert (
        str(not_told("fr")).endswith("pip install Babel; until then reports are in English") and not not_told("en") and not not_told(None)
    )
    assert html.render(full(), "fr") == html.render(full()) and markdown.render(full(), "fr") == markdown.render(full())


def test_every_entry_is_used_and_what_is_used_is_there() -> None:
    catalogue: dict[str, t.Any] = dict(english())
    unused = [key for key in catalogue["texts"] if f'"{key}"' not in SOURCES and not key.startswith(MADE_UP)]
    unused += [key for key in catalogue["counted"] if f'counted("{key}"' not in SOURCES]
    unused += [key for key in catalogue["names"] if f'name("{key}"' not in SOURCES and key != "unit"]
    assert unused == []
    assert set(re.findall(r'say\("(\w+)"[,)]', SOURCES)) <= set(catalogue["texts"])
    assert set(re.findall(r'say\.counted\("(\w+)"', SOURCES)) <= set(catalogue["counted"])
    assert set(re.findall(r'say\.name\("(\w+)"', SOURCES)) <= set(catalogue["names"])
    heads = [key for keys in re.findall(r"head\(say, \(([^)]*)\)", SOURCES) for key in re.findall(r'"(\w+)"', keys)]
    assert heads and set(heads) <= set(catalogue["texts"])


def test_titles_remedies_and_reasons_of_the_policies_that_ship_are_told_in_each_language() -> None:
    for path in POLICIES.glob("*.yml"):
        for name, rule in yaml.safe_load(path.read_text(encoding="utf-8"))["requirements"].items():
            for key in ("title", "reason", "remedy"):
                assert not rule.get(key) or words("fr").term(rule[key]) != rule[key], f"{name} {key}"
    decision, _finding = _decisions.as_requirement(_decisions.Weighed(Status.FAIL, verbatim("")), "owner", "pre")
    for text in (decision.title, decision.reason, decision.remedy):
        assert words("fr").term(str(text)) != text


def test_french_typography() -> None:
    say = words("fr")
    assert say("nothing_in_the_way") == "Rien ne s\u2019y oppose."
    assert say("room_left", percent=12) == "12\u202f% de marge"
    assert say("colon", name="Remède", what="x") == "Remède\u00a0: x"
    remedy = (
        "Expose the missing signal, name the series that carries it in 'signals', or say in 'signals.may_be_absent' which may have none"
    )
    assert "dans «\u00a0signals\u00a0» la série qui le porte" in say.term(remedy)
    counted = {f"{key} {count}": say.counted(key, count) for key in english()["counted"] for count in (0, 1, 2)}
    for key, text in entries({"texts": say.texts, "names": say.names, "counted": counted}):
        assert "'" not in text and not re.search(r" [:;!?%»]|« ", text), f"{key}: {text}"
    assert "\u2019" not in FRENCH.read_text(encoding="utf-8"), "it is set when the file is read"


def test_numbers_and_what_differs_between_one_and_many() -> None:
    say = words("fr")
    assert say.measure("3 d 4 h") == "3\u00a0j 4\u00a0h" and say.measure("92.2 MiB") == "92,2\u00a0Mio"
    assert say.measure("1.5.0") == "1.5.0" and say.measure("120 ms") == "120\u00a0ms" and say.measure("71 %") == "71\u00a0%"
    assert say.counted("hosts", 0) == "0 hôte" and say.counted("hosts", 2) == "2 hôtes"
    assert ENGLISH.counted("hosts", 0) == "0 hosts" and ENGLISH.counted("hosts", 1) == "1 host"
    assert ENGLISH.measure("3 d 4 h") == "3 d 4 h"


@pytest.mark.parametrize("language", ["de", None, ""])
def test_a_language_that_is_not_known_is_english(language: str | None) -> None:
    assert words(language) is ENGLISH


def test_the_french_report() -> None:
    structure, said = seen(full(), "fr")
    assert ("html", {"lang": "fr"}) in structure.elements
    flat = said.replace("\u00a0", " ").replace("\u202f", " ")
    for expected in (
        "Exploitabilité de payments 1.5.0, environnement production",
        "Exigences vérifiées : 9 sur 13",
        "Recommandation : Suspendre",
        "Mode observation : le verdict serait NO-GO, le déploiement continue.",
        "MON-01 chaque instance est collectée et répond : Prometheus",
        "Chaîne de soutien",
        "Chaque instance est collectée et répond",
        "EN RETARD",
        "126 jours restants",
        "3 j 4 h",
        "68 % au-delà de la limite",
        "disparu comme annoncé",
        "Depuis la dernière décision",
        "20 novembre 2026, go/no-go committee : GO SOUS CONDITIONS (verdict du point de contrôle : GO AVEC RÉSERVES) : ",
        "nouveaux écarts : BKP-01",
        "À remplir et à signer",
        "25 % (1 sur 4)",
    ):
        assert expected in flat, expected
    # what people wrote stays as it is, and so does a text of which nothing but the text was kept
    assert "newest backup is 3 d 4 h old" in flat and "A good backup is younger than the RPO" in flat, "not the title that ships"


def test_no_english_word_is_left_in_the_frame_of_the_french_report() -> None:
    _structure, said = seen(full(), "fr")
    for word in (
        "Requirement",
        "Responsible",
        "Reservations",
        "Waiver",
        "blocker",
        "unchanged",
        "Verified",
        "verified",
        "hosts",
        "deployments",
    ):
        assert not re.search(rf"\b{word}\b", said), word


def test_the_french_markdown() -> None:
    text = markdown.render(full(), "fr").replace("\u00a0", " ").replace("\u202f", " ")
    assert text.startswith("## ❌ NO-GO : payments 1.5.0\n")
    assert "**Exigences vérifiées : 9 sur 13**" in text and "environnement production" in text
    assert "| État | Exigence | Impact | Ce qui a été constaté | Responsable |" in text
    assert "| 🔷 dérogation | **BKP-03** une restauration dans le délai de la DIMA a été prouvée | bloquant |" in text
    assert "### Réserves" in text and "| **EN RETARD** |" in text and "Remède : look into the runbook" in text


def test_a_title_that_an_organisation_gave_is_not_translated() -> None:
    made = record()
    made["judgement"]["requirements"][0]["title"] = "our own words"
    assert "Our own words" in html.render(made, "fr")
    assert "chaque instance est collectée" not in markdown.render(made, "fr").partition("| --- |")[2]


def test_hostile_text_stays_text_in_french() -> None:
    page = html.render(hostile(), "fr")
    assert "<script" not in page and not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e]", page)
    text = markdown.render(hostile(), "fr")
    assert "<script" not in text and "@all" not in text and "\x1b" not in text


def test_values_with_braces_are_not_placeholders() -> None:
    made = record()
    made["service"]["name"], made["run"]["version"] = "{environment} {0}", "{verdict.words}"
    assert "Operability of {environment} {0} {verdict.words} in production" in html.render(made)
    assert "{verdict.words}" in markdown.render(made, "fr")
