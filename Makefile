# Copyright (c) 2026, The operability.readiness contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Each target sets up what it needs in .venv and .cache; nothing is installed on the machine.

SHELL := /bin/bash
.DEFAULT_GOAL := help
.PHONY: help environment demo test trust lint bench docs clean distclean
MAKEFLAGS += --no-print-directory

# Set it after make: bash keeps a variable of this name to itself.
GROUPS :=
LINK := collections/ansible_collections/operability/readiness
export ANSIBLE_COLLECTIONS_PATH := $(CURDIR)/collections

help: ## this text
	@sed -n 's/^\([a-z]*\):.*## /\1\t/p' Makefile | while IFS=$$'\t' read -r name text; do printf '  make %-12s %s\n' "$$name" "$$text"; done
	@echo
	@echo '  make test GROUPS="unit faults"   these groups only: lint unit faults integration second cores sanity molecule demo'
	@echo '  REQUIRE=all make test            what this machine cannot run, and a skipped test, is a failure (as in .ci/run)'
	@echo '  DEMO=embedded make demo          without the real Prometheus, Alertmanager, rsyslog and restic'
	@echo '  DEMO=full make demo              a service of level A with everything in place: GO; then people and documents fail: NO-GO'

environment: ## the Python environment in .venv, and the checkout linked in as a collection
	@dev/python-environment
	@test -e $(LINK) || { mkdir -p $(dir $(LINK)) && ln -s ../../.. $(LINK); }

demo: environment ## a service goes live: NO-GO, the repairs, GO
	@PATH="$(CURDIR)/.venv/bin:$$PATH" dev/demo

test: environment ## every gate, quick ones first; says at the end what this machine could not run
	@.venv/bin/python dev/run-tests $(GROUPS)

trust: environment ## what proves for long: many times as many generated cases (TRUST=20) as make test tries, with new seeds
	@.venv/bin/python dev/run-tests trust

lint: environment ## linters, types and documentation
	@.venv/bin/python dev/run-tests lint

bench: environment ## measures what the project promises about speed
	@dev/debian-packages || echo "without the real servers"
	@.venv/bin/python -m pytest -q -s -o python_files='bench_*.py test_*.py' tests/benchmarks

docs: environment ## the plugins' and roles' documentation as HTML in build/docs
	@rm -rf build/docs && mkdir -p -m 755 build/docs
	@.venv/bin/antsibull-docs sphinx-init --use-current --squash-hierarchy --sphinx-theme alabaster --dest-dir build/docs operability.readiness
	@# links into the documentation of Ansible cannot be resolved without the internet: they are no reason to have none
	@cd build/docs && sed -i 's/ -W --keep-going$$//' build.sh && PATH="$(CURDIR)/.venv/bin:$$PATH" bash build.sh
	@echo "build/docs/build/html/index.html"

clean: ## removes what tests and builds left, and stops the test hosts
	@if [ -x .venv/bin/python ]; then .venv/bin/python dev/test-hosts down || true; fi
	@rm -rf build .ansible .coverage* .nox .mypy_cache .pytest_cache .ruff_cache
	@find . -name __pycache__ -not -path './.venv*' -not -path './.cache/*' -prune -exec rm -rf {} +

distclean: clean ## also removes the environments and everything that was fetched or built
	@rm -rf .venv .venv-2.* .cache collections/ansible_collections
