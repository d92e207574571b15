# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations


class ModuleDocFragment:
    """How the answers of pages are judged: options of the checks that follow links."""

    DOCUMENTATION = r"""
options:
  link_timeout:
    description:
      - How long a page may take to answer, as a duration.
    type: str
    default: 10s
  soft_404:
    description:
      - A page that has one of these texts in its title or a main heading, and says little else, is not an answer, whatever its status.
    type: list
    elements: str
    default:
      - not found
      - page doesn't exist
      - does not exist
      - no longer exists
      - introuvable
      - non trouvée
      - n'existe pas
      - n'existe plus
  login_page:
    description:
      - A short page that has one of these texts in its title or a main heading is a login page. One that asks for a password is, too.
    type: list
    elements: str
    default:
      - sign in
      - log in
      - login
      - single sign-on
      - authentication required
      - connexion
      - se connecter
      - connectez-vous
      - identifiez-vous
      - authentification
"""
