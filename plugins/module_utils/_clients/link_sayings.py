# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What pages of status 200 say in words of their own: gone, a server without a site, not now, not for you. PRIVATE to the collection.

English, French, and the usual sentence of some other languages. Of titles and headings the start counts, of a text the start of a sentence:
a page about what to do when a page is gone is none.
"""

from __future__ import annotations

import re
import typing as t

from .._folded_text import normalize
from .._message import one_line
from .link_texts import says_nothing_else
from .page_scan import Page

GONE, NOT_NOW, WALL = "gone", "not now", "wall"
_SHORT, _LITTLE = 300, 1500  # letters of a page
_PARTS = re.compile(r"\s[-|:·•»–—/]+\s|[|·•»–—]")
_SENTENCES = re.compile(r"[.!?;:](?=\s|$)|\n")
_THING = (
    r"(?:(?:web|wiki|requested) )?(?:page|document|article|content|topic|post|file|entry|space|dashboard|item|issue"
    r"|resource|url|site|link)"
)
_YOURS = (
    r"(?:(?: that| which)? you(?: are|re|ve| have| were)? (?:requested|looking for|trying to (?:reach|access|open"
    r"|view)|asked for|followed"
    r"|want(?:ed)?))?"
)
_CHOSE = r"(?:page|fichier|document|article|contenu|ressource|rubrique|espace)"
_FILLER = (
    r"(?:(?:oops|ooops|whoops|sorry|we re sorry|we are sorry|hmm+|uh oh|ouch|error|404|410|erreur|desole|oups|unfortunately|it looks like"
    r"|looks like)\s)*"
)
# nobody writes these of anything else
_SURELY = re.compile(
    _FILLER + r"(?:"
    rf"there is (?:currently )?no text (?:in|on) this page|this {_THING} (?:has been|was|is) (?:deleted|removed"
    rf"|trashed|unpublished|in the (?:trash|bin))"
    rf"|(?:the|this|that) {_THING} (?:that )?you(?: are|re|ve| have| were)? (?:requested|looking for|trying to \w+"
    rf"|asked for|followed) .{{0,40}}?"
    r"(?:found|exists?|deleted|removed|moved|available|gone|there)"
    rf"|you(?: ve| have)? followed a link to (?:a|an) {_THING} that (?:is not there|does ?n(?:o|)t? ?t? exist)"
    rf"|(?:we|i) (?:can t|cannot|can not|could ?n(?:o|)t?|couldn t|were unable to|are unable to|don t) (?:seem to"
    rf" )?(?:find|locate) (?:the|that|this|a|any|your) "
    rf"{_THING}(?: {_YOURS.strip()})?"
    rf"|(?:la|le|cette|ce|cet) {_CHOSE} (?:demandee?|recherchee?|que vous (?:demandez|cherchez|recherchez|avez demandee?)) .{{0,30}}?"
    r"(?:introuvable|inaccessible|supprimee?|trouvee?|existe|disponible|accessible)"
    rf"|il n y a (?:pour l instant |actuellement )?aucun texte sur cette page|cette {_CHOSE} (?:a ete|est)"
    rf" (?:supprimee?|effacee?|retiree?|dans la corbeille)"
    r"|(?:this|the) domain (?:name )?(?:\S+ )?(?:is|may be|has been) (?:for sale|parked|expired|available)|\S+(?:"
    r" \w{2,10}){0,2} is for sale"
    r"|buy this domain|(?:ce|le) (?:nom de )?domaine (?:\S+ ){0,3}est a vendre"
    r"|could not resolve to an? \w+"
    r"|(?:we|i) (?:can t|cannot|can not|could ?n(?:o|)t?|couldn t|were unable to|are unable to|don t) (?:seem to )?(?:find|locate)"
    r" what you(?: are|re|ve| were| have) (?:looking|searching|asked) for"
    r"|what you(?: are|re| were) looking for (?:is not|isn t|was not|wasn t|does not|doesn t|could not|cannot|no longer)\b"
    r"|nous n avons pas trouve ce que vous (?:cherch|recherch|demand)\w+"
    r")"
)
_LIKELY = re.compile(
    _FILLER + r"(?:"
    rf"(?:the |this |that )?{_THING}{_YOURS} (?:(?:is|was|has been) )?(?:missing|gone|deleted|removed|in the trash"
    rf"|unavailable)(?: .{{0,60}})?"
    rf"|(?:the |this |that )?{_THING}{_YOURS} (?:(?:is|was|can|could|does|do|did|has) ?not|not|(?:is|was|ca|can|could|does|do|did)n? t) "
    r"(?:be |been )?(?:found|located|exist|available|there|here)(?: .{0,60})?"
    rf"|no (?:such )?{_THING}(?: (?:found|here|exists|by that name|with .*))?|nothing (?:was )?found(?: here)?|gone|not here"
    rf"|(?:can t|cannot|could not|unable to) (?:find|locate) .{{0,30}}{_THING}"
    rf"|(?:la |le |cette |ce |cet )?{_CHOSE} (?:est |a ete )?"
    r"(?:introuvable|inaccessible|inexistante?|supprimee?|effacee?|retiree?|absente?|manquante?)"
    rf"|(?:la |le |cette |ce |cet )?{_CHOSE} (?:n est|n existe|n a) (?:plus|pas)(?: ete| pu etre)?(?: trouvee?|"
    rf" disponible| accessible| la)?"
    r"|impossible de trouver (?:la|cette|le|ce) \w+"
    r"|(?:the |this )?(?:link|url|address) (?:that )?(?:you (?:followed|clicked|used) )?"
    r"(?:may|might|could|seems to|appears to|must) "
    r"(?:be |have been )?(?:broken|wrong|incorrect|outdated|expired|invalid|mistyped|moved)(?: .{0,60})?"
    r"|(?:the )?(?:link|url) (?:that )?you (?:followed|clicked|used) (?:is|was|has) "
    r"(?:broken|wrong|incorrect|outdated|expired|invalid)(?: .{0,60})?"
    r"|le lien (?:que vous avez suivi |suivi )?(?:est|semble|peut etre) (?:etre )?"
    r"(?:casse|rompu|errone|perime|incorrect|invalide)(?: .{0,60})?"
    r"|(?:die |diese )?seite (?:wurde |konnte |existiert )?(?:leider )?nicht(?: gefunden(?: werden)?)?|(?:die "
    r"|diese )?seite wurde geloscht"
    r"|(?:la )?pagina (?:solicitada )?(?:no|non|nao|niet) (?:fue |ha sido |foi |e stata )?(?:encontrada|existe"
    r"|esiste|trovata|gevonden|disponible)"
    r"|no se (?:ha encontrado|encontro|encuentra|pudo encontrar) .*|nie znaleziono strony|sidan (?:kunde inte hittas|hittades inte)"
    r"|siden (?:blev |ble )?ikke (?:fundet|funnet)"
    r"|welcome to nginx|apache2? .{0,20}default page(?: .*)?|it works|iis windows(?: server)?|(?:nginx|apache|http"
    r" server|caddy) test page(?: .*)?"
    r"|test page for the .*|caddy works|congratulations your (?:caddy|web ?server) .*|default (?:web ?site|server"
    r"|vhost) page|domain (?:is )?(?:parked|for sale)"
    r"|parked domain(?: .*)?|domaine a vendre"
    r")"
)
_SEARCH = re.compile(
    r"(?:search(?: results?)?|results?|resultats?(?: de (?:la )?recherche)?|recherche)(?: for .*| pour .*| de .*)?(?: 0 results?)?"
)
_NO_RESULT = re.compile(
    r"\b(?:0|no|zero|aucun) (?:search )?(?:results?|resultats?|matches|hits|documents?|pages?)(?: found|"
    r" trouves?)?\b|did not match any|nothing found"
)
_LATER = (
    *("internal server error", "server error", "service unavailable", "service temporarily unavailable", "temporarily unavailable"),
    *("bad gateway", "gateway timeout", "gateway time out", "something went wrong", "an error occurred", "an error has occurred"),
    *("an unexpected error occurred", "too many requests", "rate limit exceeded", "application error", "database error"),
    *("under maintenance",),
    *("maintenance mode", "scheduled maintenance", "down for maintenance", "error establishing a database connection", "be right back"),
    *("be back soon", "we'll be right back", "we'll be back soon", "erreur interne", "une erreur est survenue"),
    *("une erreur s'est produite",),
    *("service indisponible", "momentanément indisponible", "temporairement indisponible", "en maintenance", "maintenance en cours"),
    *("wartungsarbeiten", "en mantenimiento", "try again later"),
)  # fmt: skip
_SOON = re.compile(
    r"\b(?:back|soon|bientot|retour|currently|actuellement|en cours|down|unavailable|indisponible|moment|later|sorry|patience)\b"
)
_NOT_FOR_YOU = (
    *("permission denied", "access denied", "not permitted", "not authorized", "not authorised", "unauthorized", "forbidden"),
    *("access forbidden", "request access", "you need access", "you need permission", "access required", "restricted access"),
    *("you don't have permission", "you do not have permission", "you don't have access", "you do not have access", "no access"),
    *("before you continue", "before you continue to", "cookie consent", "we use cookies", "we value your privacy", "pick an account"),
    *("choose an account", "select an account", "verify your identity", "verify it's you", "session expired", "your session has expired"),
    *("anmelden", "anmeldung", "einloggen", "iniciar sesión", "accedi", "inloggen", "entrar", "zugriff verweigert", "acceso denegado"),
    *("accès refusé", "accès interdit", "accès non autorisé", "demander l'accès", "avant de continuer", "choisissez un compte"),
    *("choisir un compte", "vous n'avez pas accès", "vous n'avez pas l'autorisation", "vous n'avez pas les droits", "session expirée"),
    *("request rejected", "request blocked", "the request is blocked", "access blocked", "web page blocked", "blocked"),
    *("sign on", "authentication", "identification", "welcome back"),
)  # fmt: skip
_REFUSES = re.compile(
    _FILLER + r"(?:you (?:do not|don t|need|must) (?:have )?(?:the )?(?:access|permission|privileges?|rights?|request access"
    r"|authori[sz]ation)\b.*"
    r"|(?:vous n avez pas|vous ne disposez pas) (?:(?:l|d|les|des|de|la|du) )?(?:acces|autorisations?|droits?|permissions?)\b.*"
    r"|before you continue\b.*|avant de continuer\b.*|(?:pick|choose|select) an account\b.*|request access(?: to .*)?|we use cookies.*)"
)
_WHO = frozenset(
    ("username", "user", "userid", "user_id", "identifier", "email", "e-mail", "mail", "login", "loginfmt", "identifiant", "login_hint")
)
_UNLOADED = re.compile(
    r"\b(?:failed to load its application files|(?:enable|activate|requires?|needs|activer|activez|allow) (?:your"
    r" )?(?:java script|javascript)"
    r"|javascript (?:is |must be |to be |seems to be |est |doit etre )?(?:required|disabled|enabled|needed|active"
    r"|activee|requis|desactive)"
    r"|application is loading|starting (?:the )?application)\b"
)


# of normalized text: what firewalls and proxies have instead of a page
_FIREWALL = re.compile(
    r"\b(?:the requested url (?:was|has been) (?:rejected|blocked)|your support id is|incapsula incident id|you have been blocked"
    r"|attention required cloudflare|cloudflare ray id|access to this (?:page|site|website|resource) (?:has been|is|was) (?:blocked|denied)"
    r"|this (?:web ?)?(?:site|page) (?:is|has been|was) blocked|(?:web ?site|web ?page) blocked|votre requete a ete (?:bloquee|rejetee)"
    r"|acces a ce(?:tte)? (?:page|site) (?:est|a ete) (?:bloque|refuse)|the request could not be satisfied"
    r"|the requested url could not be retrieved)\b"
)
_TO_READ = (
    r"(?:continue|view|see|read|access|proceed|go on|open|edit|use|this|your|continuer|voir|consulter|acceder|lire|poursuivre|cette|votre)"
)
# of a sentence: what stands before a single sign-on
_SIGN_ON = re.compile(
    _FILLER + r"(?:(?:please |you (?:need to |have to |must )|veuillez |vous devez )?(?:be |etre )?"
    r"(?:sign(?:ed)? in|log(?:ged)? in|authenticate|authenticated|vous (?:connecter|identifier|authentifier)"
    r"|(?:connectez|identifiez|authentifiez) vous|connectee?|authentifiee?|identifiee?)"
    rf"(?: (?:first )?(?:to|pour|afin de) {_TO_READ}\b.{{0,80}}| (?:with|using|via|avec) (?:your|votre)\b.{{0,80}})"
    r"|(?:please |you (?:need to |have to |must ))(?:be )?(?:sign(?:ed)? in|log(?:ged)? in|authenticated?)(?: first| again)?"
    r"|vous devez (?:vous (?:connecter|identifier|authentifier)|etre (?:connecte|authentifie|identifie)e?)"
    r"|(?:continue|sign in|log in|continuer|se connecter) (?:with|avec|via|using) "
    r"(?:sso|saml|google|microsoft|okta|azure(?: ad)?|entra(?: id)?|github|gitlab|keycloak|your (?:company|work|corporate) account)"
    r"|redirecting (?:you )?to (?:the |your )?(?:login|sign in|identity provider|sso).{0,40})"
)


class Saying(t.NamedTuple):
    """``kind`` is gone, not now or wall; ``said`` the words by which it is told."""

    kind: str
    said: str


def saying_of(page: Page) -> Saying | None:
    """What a page says of itself; None where it says something else."""
    letters = len(page.words)
    if letters <= _LITTLE and not page.is_content:
        wall = _FIREWALL.search(normalize(f"{page.title} {page.words}")[:_LITTLE])
        if wall:
            return Saying(WALL, wall.group())
    names = [] if page.is_content else [part for name in [page.title, *page.main_headings] for part in [name, *_PARTS.split(name)]]
    if letters <= _LITTLE:
        for name in names:
            if _is_gone(name, likely=True):
                return Saying(GONE, one_line(name, 60))
        found = _of_text(page.below, likely=letters <= _SHORT)
        if found:
            return found
        searched = next((name for name in names if _SEARCH.fullmatch(normalize(name))), None)
        nothing = _NO_RESULT.search(normalize(page.words)) if searched else None
        if nothing:
            return Saying(GONE, nothing.group())
    return _of_names(page, names) if letters <= _LITTLE else None


def _of_names(page: Page, names: t.Sequence[str]) -> Saying | None:
    for name in names:
        told = says_nothing_else(re.sub(r"\b50[0234]\b", " ", name), _LATER)
        if told:
            return Saying(NOT_NOW, told)
        told = says_nothing_else(name, _NOT_FOR_YOU)
        if (told and told not in ("404", "410")) or _REFUSES.fullmatch(normalize(name)):
            return Saying(WALL, told or one_line(name, 60))
    letters = len(page.words)
    calm = names and any(normalize(name) == "maintenance" for name in names)
    if calm and letters <= _SHORT and (letters <= 40 or _SOON.search(normalize(page.words))):
        return Saying(NOT_NOW, "maintenance")
    return None


def text_says(text: str) -> Saying | None:
    """What a text says of itself that is no page of HTML: short ones alone are looked at."""
    return _of_text(text, likely=True) if len(text) <= _SHORT else None


def _of_text(text: str, *, likely: bool) -> Saying | None:
    for sentence in _SENTENCES.split(text[: _LITTLE * 2]):
        if _is_gone(sentence, likely=likely):
            return Saying(GONE, one_line(sentence.strip(), 60))
        plain = normalize(sentence[:_LITTLE])
        if likely and (_REFUSES.fullmatch(plain) or _SIGN_ON.fullmatch(plain)):
            return Saying(WALL, one_line(sentence.strip(), 60))
    return None


def _is_gone(text: str, *, likely: bool) -> bool:
    plain = normalize(text)
    if _SURELY.match(plain):
        return True
    return likely and bool(_LIKELY.fullmatch(plain))


def asks_who(page: Page) -> bool:
    """Whether a page is little more than a field for a name or an e-mail address, as the first page of a single sign-on is."""
    return len(page.words) <= 200 and bool(_WHO & {name.lower() for name in page.inputs})


def is_unloaded(page: Page) -> bool:
    """Whether a page says that its script has not run."""
    return bool(page.scripts) and len(page.words) <= _LITTLE and bool(_UNLOADED.search(normalize(page.words)))


__all__ = ("GONE", "NOT_NOW", "WALL", "Saying", "asks_who", "is_unloaded", "saying_of", "text_says")
