# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The catalogues of the reports, one a language: whole, used, with the same placeholders; and what comes of them."""

from __future__ import annotations

import copy
import pathlib
import re
import string
import typing as t

import pytest
import yaml
from ansible_collections.operability.readiness.plugins.module_utils._finding import Status
from ansible_collections.operability.readiness.plugins.plugin_utils._described.policy import FOLDER as POLICIES
from ansible_collections.operability.readiness.plugins.plugin_utils._promises import decisions as _decisions
from ansible_collections.operability.readiness.plugins.plugin_utils._publish import html, markdown
from ansible_collections.operability.readiness.plugins.plugin_utils._publish import words as _words
from ansible_collections.operability.readiness.plugins.plugin_utils._publish.words import ENGLISH, FOLDER, LANGUAGES, words
from unit.publish.records import full, hostile, record
from unit.publish.test_report import seen

PUBLISH = pathlib.Path(_words.__file__).parent
SOURCES = "\n".join(path.read_text(encoding="utf-8").replace("'", '"') for path in [*PUBLISH.glob("*.py"), *PUBLISH.glob("*.j2")])
MADE_UP = ("change_", "compared_")  # keys that are put together
Catalogue = dict[str, t.Any]


def read(language: str) -> Catalogue:
    return t.cast("Catalogue", yaml.safe_load((FOLDER / f"{language}.yml").read_text(encoding="utf-8")))


def entries(value: t.Any, path: str = "") -> t.Iterator[tuple[str, str]]:
    for key, item in value.items():
        if isinstance(item, dict):
            yield from entries(item, f"{path}{key}.")
        else:
            yield f"{path}{key}", item


def problems(one: Catalogue, other: Catalogue) -> list[str]:
    """What differs between two catalogues that must not."""
    left, right = dict(entries(one)), dict(entries(other))
    out = [f"only in one: {key}" for key in sorted(set(left) ^ set(right))]
    for key in sorted(set(left) & set(right)):
        if not isinstance(left[key], str) or not isinstance(right[key], str) or not left[key].strip() or not right[key].strip():
            out.append(f"no text: {key}")
        elif placeholders(left[key]) != placeholders(right[key]):
            out.append(f"other placeholders: {key}")
    return out


def placeholders(text: str) -> list[str]:
    return sorted(name for _unused, name, _spec, _conversion in string.Formatter().parse(text) if name is not None)


def test_there_is_one_file_a_language() -> None:
    assert sorted(path.stem for path in FOLDER.glob("*.yml")) == sorted(LANGUAGES)


def test_the_languages_have_the_same_entries_with_the_same_placeholders() -> None:
    for language in LANGUAGES:
        assert problems(read("en"), read(language)) == []


@pytest.mark.parametrize(
    ("where", "key", "value", "said"),
    [
        ("texts", "verified", None, "only in one: texts.verified"),
        ("texts", "something_new", "nouveau", "only in one: texts.something_new"),
        ("texts", "verified", "{verified} sur {asked}", "other placeholders: texts.verified"),
        ("texts", "title", "Exploitabilité", "other placeholders: texts.title"),
        ("titles", "MON-01", " ", "no text: titles.MON-01"),
        ("counted", "hosts", {"one": "{count} hôte"}, "only in one: counted.hosts.other"),
    ],
)
def test_a_difference_is_found(where: str, key: str, value: t.Any, said: str) -> None:
    broken = copy.deepcopy(read("fr"))
    if value is None:
        del broken[where][key]
    else:
        broken[where][key] = value
    assert problems(read("en"), broken) == [said]


def test_every_entry_is_used_and_what_is_used_is_there() -> None:
    catalogue = read("en")
    unused = [key for key in catalogue["texts"] if f'"{key}"' not in SOURCES and not key.startswith(MADE_UP)]
    unused += [key for key in catalogue["counted"] if f'counted("{key}"' not in SOURCES]
    unused += [key for key in catalogue["names"] if f'name("{key}"' not in SOURCES and key != "unit"]
    assert unused == []
    assert set(re.findall(r'say\("(\w+)"[,)]', SOURCES)) <= set(catalogue["texts"])
    assert set(re.findall(r'say\.counted\("(\w+)"', SOURCES)) <= set(catalogue["counted"])
    assert set(re.findall(r'say\.name\("(\w+)"', SOURCES)) <= set(catalogue["names"])
    heads = [key for keys in re.findall(r"head\(say, \(([^)]*)\)", SOURCES) for key in re.findall(r'"(\w+)"', keys)]
    assert heads and set(heads) <= set(catalogue["texts"])


def test_english_titles_remedies_and_reasons_are_those_of_the_policies_that_ship() -> None:
    catalogue = read("en")
    rules: dict[str, dict[str, t.Any]] = {}
    for path in POLICIES.glob("*.yml"):
        rules.update(yaml.safe_load(path.read_text(encoding="utf-8"))["requirements"])
    decision, _finding = _decisions.as_requirement(_decisions.Weighed(Status.FAIL, ""), "owner", "pre")
    rules[decision.id] = {"title": decision.title, "remedy": decision.remedy, "reason": decision.reason}
    for kind, key in (("titles", "title"), ("remedies", "remedy"), ("reasons", "reason")):
        assert catalogue[kind] == {name: rule[key] for name, rule in rules.items()}, kind


def test_french_typography() -> None:
    say = words("fr")
    assert say("nothing_in_the_way") == "Rien ne s\u2019y oppose."
    assert say("room_left", percent=12) == "12\u202f% de marge"
    assert say("colon", name="Remède", what="x") == "Remède\u00a0: x"
    assert say.of_policy("remedies", "MON-02", "Expose the missing signal, or name the series that carries it in 'signals'").endswith(
        "dans «\u00a0signals\u00a0» la série qui le porte"
    )
    for key, text in entries(say.catalogue):
        assert "'" not in text and not re.search(r" [:;!?%»]|« ", text), f"{key}: {text}"
    assert "\u2019" not in (FOLDER / "fr.yml").read_text(encoding="utf-8"), "it is set when the file is read"


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
        "9 exigences vérifiées sur 13",
        "Avis : Suspendre",
        "Mode observation : ce serait NO-GO, le déploiement continue.",
        "MON-01 chaque instance est collectée et répond : Prometheus",
        "Chaîne de soutien",
        "Chaque instance est collectée et répond",
        "EN RETARD",
        "126 jours restants",
        "3 j 4 h",
        "68 % au-delà de la limite",
        "disparu comme annoncé",
        "Depuis la dernière décision",
        "2026-11-20, go/no-go committee : GO SOUS CONDITIONS (le contrôle disait GO AVEC RÉSERVES) : nouveaux écarts : BKP-01",
        "À remplir et à signer",
        "25 % (1 sur 4)",
    ):
        assert expected in flat, expected
    # what people and checks wrote stays as it is, and says which language it is in
    assert "newest backup is 3 d 4 h old" in flat and "A good backup is younger than the RPO" in flat, "not the title that ships"
    assert ("span", {"lang": "en"}) in structure.elements
    english = seen(full())[0]
    assert not any(attributes.get("lang") for tag, attributes in english.elements if tag != "html")


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
    assert text.startswith("## ❌ NO-GO: payments 1.5.0\n")
    assert "**9 exigences vérifiées sur 13**" in text and "environnement production" in text
    assert "| État | Exigence | Impact | Ce qui a été constaté | Responsable |" in text
    assert "| 🔷 dérogation | **BKP-03** une restauration a été prouvée dans la DIMA | bloquant |" in text
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


def test_the_loader_sets_french_only() -> None:
    assert "'" in _words.ENGLISH.catalogue["titles"]["MON-09"]
