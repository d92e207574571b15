# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The reports in a real browser: readable by anybody at any width, in both colour schemes, on paper; harmless; on their own."""

from __future__ import annotations

import re
import typing as t

import pytest
from ansible_collections.operability.readiness.plugins.plugin_utils._publish import html, portfolio
from axe_playwright_python.sync_playwright import Axe
from browser import browser, page
from playwright.sync_api import Browser, Page
from unit.publish.portfolios import NOW, records, summary
from unit.publish.records import full, hostile, large
from unit.publish.test_decisions_and_emergencies import DECISION, OVERRIDE

PAGE_LIMIT = {"full": 8, "fr": 8, "portfolio": 3}


def decided() -> dict[str, t.Any]:
    """One that was decided on, after an emergency."""
    made = full(run__emergency={"id": "INC0042", "by": "ana", "reason": "payments are down"}, run__partial="limited to web1")
    made["judgement"]["overrides"] = [{**OVERRIDE, "overdue": True}]
    made["decisions"] = [DECISION]
    return made


@pytest.fixture(scope="module")
def reports(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    held = records()
    made = {
        "full": html.render(full()),
        "fr": html.render(full(), "fr"),
        "decided": html.render(decided()),
        "hostile": html.render(hostile()),
        "large": html.render(large()),
        "empty": html.render({}),
        "portfolio": portfolio.render(summary(held, mail="mail.yml:7: no"), held, name="all", now=NOW, version="0.2.0", language="fr"),
    }
    folder = tmp_path_factory.mktemp("reports")
    for name, text in made.items():
        (folder / f"{name}.html").write_text(text, encoding="utf-8")
    return {name: (folder / f"{name}.html").as_uri() for name in made}


@pytest.fixture(scope="module")
def chromium() -> t.Iterator[Browser]:
    with browser() as started:
        yield started


def violations(opened: Page) -> list[str]:
    found = Axe().run(opened).response["violations"]
    return [f"{item['id']}: {node['html'][:200]} {node['failureSummary'][:300]}" for item in found for node in item["nodes"]]


def overflow(opened: Page) -> list[str]:
    """Elements that reach out of the screen, but for the link that is hidden until it has the focus."""
    return t.cast(
        "list[str]",
        opened.evaluate(
            """() => [...document.querySelectorAll('body *')].filter(e => !e.classList.contains('skip')
               && e.getBoundingClientRect().right > document.documentElement.clientWidth + 1).map(e => e.outerHTML.slice(0, 120))"""
        ),
    )


@pytest.mark.parametrize("name", ["full", "portfolio"])
@pytest.mark.parametrize("width", [360, 1440])
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_anybody_can_read_it(chromium: Browser, reports: dict[str, str], name: str, width: int, dark: bool) -> None:
    with page(chromium, reports[name], width=width, dark=dark) as (opened, seen):
        assert violations(opened) == []
        assert opened.evaluate("document.documentElement.scrollWidth") <= width and overflow(opened) == []
        assert opened.evaluate("getComputedStyle(document.body).backgroundColor") == ("rgb(18, 21, 27)" if dark else "rgb(244, 245, 247)")
    assert seen.console == [] and seen.outside == []


@pytest.mark.parametrize("name", ["fr", "decided", "empty"])
def test_what_else_a_report_may_have_is_readable_too(chromium: Browser, reports: dict[str, str], name: str) -> None:
    with page(chromium, reports[name], width=360, dark=True) as (opened, seen):
        assert violations(opened) == [] and overflow(opened) == []
    assert seen.console == [] and seen.outside == []


def test_axe_finds_what_is_wrong(chromium: Browser, reports: dict[str, str]) -> None:
    with page(chromium, reports["empty"]) as (opened, _seen):
        opened.evaluate("document.documentElement.removeAttribute('lang'); document.querySelector('h1').style.color = '#eee'")
        found = " ".join(violations(opened))
        assert "html-has-lang" in found and "color-contrast" in found


def test_the_verdict_and_why_are_on_the_first_screen(chromium: Browser, reports: dict[str, str]) -> None:
    with page(chromium, reports["full"]) as (opened, _seen):
        box = opened.locator("#verdict").bounding_box()
        assert box and box["y"] + box["height"] < 900
        assert opened.locator("#verdict .words").inner_text().endswith("NO-GO") and opened.locator("#verdict li").count() == 2
        tiles = opened.locator(".tiles").bounding_box()
        assert tiles and tiles["y"] + tiles["height"] < 900
    with page(chromium, reports["large"]) as (opened, _seen):
        box = opened.locator("#verdict").bounding_box()
        assert box and box["y"] + box["height"] < 900, "with forty reasons too"
        assert "and 32 more, in the tables below" in opened.locator("#verdict").inner_text()
    with page(chromium, reports["full"], width=360, height=740) as (opened, _seen):
        words = opened.locator("#verdict .words").bounding_box()
        assert words and words["y"] + words["height"] < 740


def test_the_keyboard_reaches_links_and_details(chromium: Browser, reports: dict[str, str]) -> None:
    with page(chromium, reports["large"]) as (opened, _seen):
        opened.keyboard.press("Tab")
        assert opened.evaluate("document.activeElement.className") == "skip"
        assert opened.locator(".skip").bounding_box()["x"] >= 0, "seen once it has the focus"  # type: ignore[index] # it is there
        opened.keyboard.press("Enter")
        assert opened.evaluate("document.activeElement.id") == "verdict"
        reached: set[str] = set()
        for _unused in range(60):
            opened.keyboard.press("Tab")
            reached.add(opened.evaluate("document.activeElement.tagName + ' ' + (document.activeElement.getAttribute('href') || '')"))
        assert {"A #reservations", "A #requirements", "A #decision", "SUMMARY "} <= reached
        outline = opened.evaluate("getComputedStyle(document.activeElement).outlineStyle")
        assert outline == "solid"
        summary_of = opened.locator("summary").first
        summary_of.focus()
        opened.keyboard.press("Enter")
        assert opened.locator("details").first.get_attribute("open") is not None
    with page(chromium, reports["full"]) as (opened, _seen):
        opened.locator('a[href="#r-LOG-05"]').first.press("Enter")
        assert opened.evaluate("location.hash") == "#r-LOG-05"


def printed(opened: Page) -> tuple[int, bytes]:
    content = opened.pdf(format="A4", prefer_css_page_size=True, print_background=True)
    return len(re.findall(rb"/Type\s*/Page\b(?!s)", content)), content


@pytest.mark.parametrize("name", sorted(PAGE_LIMIT))
def test_it_prints_on_a4(chromium: Browser, reports: dict[str, str], name: str) -> None:
    with page(chromium, reports[name], dark=True) as (opened, _seen):
        pages, content = printed(opened)
        assert 1 <= pages <= PAGE_LIMIT[name]
        assert re.search(rb"/MediaBox\s*\[\s*0 0 (594\.9|595)\S* (841\.9|842)\S*\s*\]", content), "A4"
        opened.emulate_media(media="print")
        opened.set_viewport_size({"width": 700, "height": 1000})  # of an A4 page between its margins
        assert opened.evaluate("document.documentElement.scrollWidth") <= 700 and overflow(opened) == []
        assert opened.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)", "no dark paper"
        assert opened.locator(".contents").is_hidden()


def test_what_is_folded_on_a_screen_is_printed(chromium: Browser, reports: dict[str, str]) -> None:
    with page(chromium, reports["large"]) as (opened, _seen):
        folded = opened.locator("details li").first
        assert not folded.is_visible()
        opened.emulate_media(media="print")
        assert folded.is_visible()


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_hostile_text_runs_nothing_and_moves_nothing(chromium: Browser, reports: dict[str, str], dark: bool) -> None:
    with page(chromium, reports["hostile"], width=360, dark=dark) as (opened, seen):
        opened.on("dialog", lambda dialog: seen.console.append(dialog.message))
        assert opened.locator("script").count() == 0 and "<script>alert(1)</script>" in opened.locator("main").inner_text()
        assert opened.evaluate("document.documentElement.scrollWidth") <= 360 and overflow(opened) == []
    assert seen.console == [] and seen.outside == []
