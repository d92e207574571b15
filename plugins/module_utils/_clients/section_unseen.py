# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What stands in a section for a text that is made elsewhere: a list of contents, a file to be included. PRIVATE to the collection.

A list of contents says nothing. What is included where the page is built may say anything: it was not seen.
"""

from __future__ import annotations

import re

from .._folded_text import normalize
from .document import Part, Section

_LONGEST = 2000  # characters of a line or of a paragraph that are looked at
_CONTENTS = re.compile(
    r"\s*(?:\[{1,2}_*(?:toc|tosp)_*\]{1,2}|\[toc\b[^\]]{0,80}\]|\{+[:%<>\s]*_*(?:toc|contents|sommaire)\b[^{}]{0,80}\}+"
    r"|@\[toc\].{0,80}|\$\{toc\}"
    r"|\.\. ?(?:contents|sectnum)::.{0,200}|:toc:.{0,40}|__toc__|toc|table of contents|table des mati[eè]res|sommaire)\s*",
    re.IGNORECASE,
)
_NAME = r"(?:include|import|embed|insert|transclude|snippet|partial|excerpt-include|literalinclude|code-include|remote-include)"
_INCLUDE = re.compile(
    r"\s*(?:"
    rf"\{{%-?\s{{0,20}}{_NAME}[\w-]{{0,30}}[\s(][^%]{{0,500}}%\}}"  # Jekyll, Jinja, include-markdown
    rf"|\{{\{{[<%]\s{{0,20}}/?(?:{_NAME}|readfile|code|rawhtml)[\w-]{{0,30}}[^{{}}]{{0,500}}[>%]\}}\}}"  # Hugo
    rf"|\{{\{{[>#:~!-]?\s{{0,20}}(?:{_NAME}|page|section)\s{{0,5}}[\s>:(\"'.][^{{}}]{{0,500}}\}}\}}"  # Handlebars, Helm, DokuWiki
    r"|\{\{\s{0,20}>[^{}]{1,500}\}\}"
    r"|\{![^{}!]{1,300}![^{}]{0,20}\}"  # markdown-include
    rf"|\{{{_NAME}\b[^{{}}]{{0,300}}\}}|\{{(?:macro|children|pagetree|contentbylabel|jira|view-?file|viewpdf|drawio|gliffy)\b[^{{}}]{{0,300}}\}}"
    rf"|[!@#$]{{1,2}}{_NAME}[\w-]{{0,20}}[\s(\[\"'<:].{{1,500}}|\[!{_NAME}\b.{{0,500}}|:{{2,3}}\s?{_NAME}\b.{{0,500}}"
    rf"|(?:\.\.\s{{1,3}})?{_NAME}::.{{0,500}}|\.\. (?:only|ifconfig)::.{{0,500}}|\|[^\s|][^|]{{0,80}}[^\s|]\|"  # reStructuredText, AsciiDoc
    r"|;?-{1,8}8<-{1,8}.{0,500}|!\[\[[^\[\]]{1,300}\]\]|<{1,2}\[[^\[\]]{1,300}\]\([^()]{1,300}\)|@\[:.{0,200}|<<<\s{0,3}[@./]\S.{0,300}"
    r"|</?(?:include|xi:include|esi:include|import)\b.{0,500}|\{\{\s{0,3}</?include\b.{0,300}"
    r")\s*",
    re.IGNORECASE,
)
_SNIPPETS = re.compile(r"\s*-{1,8}8<-{1,8}\s*\n.*\n\s*-{1,8}8<-{1,8}\s*", re.DOTALL)
_STAND_IN = re.compile(r"placeholder|todo|lorem|^\W*$", re.IGNORECASE)
# words of a picture that do not say what it shows
_NO_WORDS = re.compile(
    r"(?:an? |the |une? |l )?(?:image|images|img|picture|pic|photo|screenshot|screen shot|capture|capture d ecran|figure|fig|alt|alt text"
    r"|untitled|sans titre|schema|diagram|diagramme|logo|icon|icone)(?: ?\d{1,20})*(?: (?:png|jpe?g|gif|svg|webp|bmp))?"
    r"|.{0,80} (?:png|jpe?g|gif|svg|webp|bmp)|"
)


def is_contents(text: str) -> bool:
    """Whether a line is there to become a list of the headings of its page."""
    return bool(_CONTENTS.fullmatch(text[:_LONGEST]))


def is_include(text: str) -> bool:
    """Whether a line, or a paragraph, is there to become what stands in a file."""
    return bool(_INCLUDE.fullmatch(text[:_LONGEST]))


def is_included(part: Part) -> bool:
    """Whether the whole of a paragraph is."""
    text = part.text[:_LONGEST]
    flat = " ".join(text.split())
    return bool(_INCLUDE.fullmatch(flat) if "\n" in text else is_include(text)) or bool(_SNIPPETS.fullmatch(text))


def is_wordless(part: Part) -> bool:
    """Whether a picture has no words that say what it shows."""
    return part.kind == "picture" and bool(_NO_WORDS.fullmatch(normalize(part.text[:_LONGEST])))


def unseen(section: Section) -> tuple[str, str]:
    """What a section has that was not seen: ``include`` and what is written there, ``picture`` and its address; else both empty."""
    picture = ""
    for part in section.parts:
        if part.kind in ("words", "code", "row"):
            if is_included(part):
                return "include", " ".join(part.text.split())
            found = next((line for line in part.text[: _LONGEST * 20].split("\n") if is_include(line)), "")
            if found:
                return "include", found.strip()
        elif is_wordless(part) and part.links and not _STAND_IN.search(part.links[0][0]):
            picture = picture or part.links[0][0]
    return ("picture", picture) if picture else ("", "")


__all__ = ("is_contents", "is_include", "is_included", "is_wordless", "unseen")
