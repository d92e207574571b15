# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Chromium of the Debian package (dev/debian-packages browser), driven by Playwright: opens a page and keeps what went wrong on it."""

from __future__ import annotations

import contextlib
import dataclasses
import os
import pathlib
import tempfile
import typing as t

from playwright.sync_api import Browser, Page, sync_playwright

ROOT = pathlib.Path(__file__).resolve().parent.parent
UNPACKED = ROOT / ".cache" / "debian" / "browser"
FONTS = """<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "urn:fontconfig:fonts.dtd">
<fontconfig><dir>{fonts}</dir><cachedir>{cache}</cachedir></fontconfig>
"""


@dataclasses.dataclass
class Seen:
    """What a page did that it must not do; a test asserts that both are empty."""

    console: list[str] = dataclasses.field(default_factory=list)  # errors and exceptions
    outside: list[str] = dataclasses.field(default_factory=list)  # requests that left the page's own address


def libraries() -> str:
    folders = [path for path in UNPACKED.glob("usr/lib/*-linux-gnu") if path.is_dir()]
    folders += [path.parent for folder in folders for path in folder.glob("*/lib*.so*")]
    return ":".join(dict.fromkeys(map(str, folders)))


@contextlib.contextmanager
def browser() -> t.Iterator[Browser]:
    """A headless Chromium, ended with the block; its profile and font cache lie in a folder that is removed."""
    program = UNPACKED / "usr" / "lib" / "chromium" / "chromium"
    assert program.is_file(), f"{program} is not there: run dev/debian-packages browser"
    with tempfile.TemporaryDirectory(prefix="browser-") as folder, sync_playwright() as playwright:
        fonts = pathlib.Path(folder) / "fonts.conf"
        fonts.write_text(FONTS.format(fonts=UNPACKED / "usr" / "share" / "fonts", cache=pathlib.Path(folder) / "fonts"))
        started = playwright.chromium.launch(
            executable_path=str(program),
            args=["--no-sandbox", "--disable-dev-shm-usage"],
            env={**os.environ, "LD_LIBRARY_PATH": libraries(), "FONTCONFIG_FILE": str(fonts), "HOME": folder},
        )
        try:
            yield started
        finally:
            started.close()


@contextlib.contextmanager
def page(started: Browser, address: str, *, width: int = 1440, height: int = 900, dark: bool = False) -> t.Iterator[tuple[Page, Seen]]:
    """The opened address, and what was seen go wrong on it until the block ends."""
    context = started.new_context(viewport={"width": width, "height": height}, color_scheme="dark" if dark else "light")
    seen = Seen()
    opened = context.new_page()
    opened.on("console", lambda message: seen.console.append(message.text) if message.type == "error" else None)
    opened.on("pageerror", lambda error: seen.console.append(str(error)))
    origin = "/".join(address.split("/")[:3])
    opened.on("request", lambda request: None if request.url.startswith((origin, "data:", "blob:")) else seen.outside.append(request.url))
    try:
        opened.goto(address, wait_until="load")
        yield opened, seen
    finally:
        context.close()
