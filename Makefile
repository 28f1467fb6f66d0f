# The commands of a working copy. `make` alone lists them.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
OTHER_VENV = .venv-$(notdir $(PYTHON))
PIP_INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check --only-binary :all: --require-hashes
CORPORA ?= ../shared/corpora

.PHONY: help demo up test test-fast test-engines test-on oidc-provider coverage check fix lua-check quality peers bench bench-feeds chaos faults api-check screenshots settings cli-page recipes compose-check changelog sbom audit lock clean
.DEFAULT_GOAL := help

help:  ## list the commands
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

$(VENV)/.base: requirements/build.lock requirements/base.lock pyproject.toml
	@echo "Installing Copydesk into $(VENV) (hash-pinned wheels only) ..."
	@test -x $(BIN)/python || $(PYTHON) -c 'import sys; sys.exit("Copydesk needs Python 3.11 or newer; set PYTHON=/path/to/python3.11") if sys.version_info < (3, 11) else None'
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(PIP_INSTALL) -r requirements/build.lock -r requirements/base.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.dev: $(VENV)/.base requirements/dev.lock
	@$(PIP_INSTALL) -r requirements/dev.lock
	@touch $@

demo: $(VENV)/.base  ## install, take in what lies in seeds/, show the articles, stop
	@$(BIN)/copydesk demo

up: $(VENV)/.base  ## the whole desk on this machine, until Ctrl-C
	@$(BIN)/copydesk up

test: $(VENV)/.dev  ## the whole test suite
	@$(BIN)/python -m tests.suite

test-fast: $(VENV)/.dev  ## the unit tests alone, for while you write
	@$(BIN)/python -m pytest tests/unit

test-on:  ## unit and contract tests on another Python, beside .venv: make test-on PYTHON=python3.13
	@$(MAKE) --no-print-directory VENV=$(OTHER_VENV) $(OTHER_VENV)/.dev
	@$(OTHER_VENV)/bin/python -m pytest tests/unit tests/contract

oidc-provider: $(VENV)/engines/oidc/.made  ## install the login service that tests log in at (needs node and npm)

$(VENV)/engines/oidc/.made: tests/oidc/package.json
	@mkdir -p $(@D)
	@cp $< $(@D)/
	@cd $(@D) && npm install --no-save --no-package-lock --no-audit --no-fund --ignore-scripts --silent
	@touch $@

coverage: $(VENV)/.dev  ## which lines the unit and integration tests never run
	@$(BIN)/coverage erase
	@$(BIN)/coverage run -m pytest tests/unit tests/integration tests/contract
	@$(BIN)/coverage combine --quiet
	@$(BIN)/coverage report

check: $(VENV)/.dev  ## style, types, walls between rooms, dependencies
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/deptry .
	@$(MAKE) --no-print-directory lua-check

lua-check: $(VENV)/.dev  ## the ledger's script as Redis gets it (needs Debian's lua-check)
	@$(BIN)/python -m tools.lua

fix: $(VENV)/.dev  ## format, and mend what ruff can mend
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

quality: $(VENV)/.dev  ## score the normaliser over labelled corpora: make quality CORPORA=DIR
	@$(BIN)/python -m tests.quality.ninjs --corpora $(CORPORA)
	@$(BIN)/python -m tests.quality.report --corpora $(CORPORA)
	@$(BIN)/python -m tests.quality.stories --corpora $(CORPORA)

peers: $(VENV)/.dev .venv-peers/.made  ## score other extractors beside ours over labelled pages: make peers CORPORA=DIR [SAMPLE=60] [ONLY=NAME]
	@$(BIN)/python -m tests.quality.peers --corpora $(CORPORA) --python .venv-peers/bin/python --sample $(or $(SAMPLE),60) $(addprefix --only ,$(ONLY)) --time 60

.venv-peers/.made: requirements/peers.lock
	@$(PYTHON) -m venv .venv-peers
	@.venv-peers/bin/python -m pip install --quiet --only-binary :all: --no-deps --require-hashes -r requirements/peers.lock
	@touch $@

bench: $(VENV)/.dev  ## CPU per article, latency and memory, as ratios within one run
	@$(BIN)/python -m benchmarks

bench-feeds: $(VENV)/.dev .venv-feed-peers/.made  ## what watching feeds costs, beside httpx, feedparser and another reader
	@$(BIN)/python -m benchmarks --only polls --only many_feeds --only novelty --only feeds

.venv-feed-peers/.made: requirements/feed-peers.lock
	@$(PYTHON) -m venv .venv-feed-peers
	@.venv-feed-peers/bin/python -m pip install --quiet --only-binary :all: --no-deps --require-hashes -r $<
	@touch $@

test-engines: $(VENV)/.dev  ## what sinks promise, against real servers: OpenSearch (Maven, Java 17), PostgreSQL, S3
	@$(BIN)/python -m tests.engines

chaos: $(VENV)/.dev  ## break a live desk under load a hundred times, and prove that nothing is lost
	@$(BIN)/python -m tests.faults.chaos

faults: $(VENV)/.dev  ## every fault in turn on a desk of its own, as a table: make faults [ONLY=F1,F4]
	@$(BIN)/python -m tests.faults.table $(if $(ONLY),--only "$(ONLY)")

api-check: $(VENV)/.dev  ## hold the real service against its description at length: make api-check [EXAMPLES=100]
	@$(BIN)/python -m tests.integration.described --examples $(or $(EXAMPLES),100)

settings: $(VENV)/.base  ## write docs/settings.md anew from the settings
	@$(BIN)/python -m tools.settings_reference

cli-page: $(VENV)/.base  ## docs/cli.md anew, from the tables of commands
	@$(BIN)/python -m tools.cli_page > docs/cli.md

screenshots: $(VENV)/.dev  ## the desk's pages as pictures in docs/images (needs chromium)
	@$(BIN)/python -m tests.e2e.screenshots docs/images

recipes: $(VENV)/.dev  ## carry out docs/recipes against WordPress, Ghost and Hugo, where they are installed
	@COPYDESK_RECIPES=1 $(BIN)/python -m pytest tests/recipes -rs

compose-check: $(VENV)/.dev  ## run docker compose for real: up, drop a file, kill, stop
	@$(BIN)/python -m pytest tests/e2e/test_compose_run.py -rs

changelog: $(VENV)/.base  ## assemble changelog.d/ into CHANGELOG.md: make changelog VERSION=0.2.0
	@$(BIN)/python -m tools.changelog "$(VERSION)"

sbom: $(VENV)/.dev  ## what the image is made of, as CycloneDX: make sbom > copydesk.cdx.json
	@$(BIN)/python -m tools.sbom

audit: $(VENV)/.dev  ## hold the locks against known faults, offline: make audit OSV=PyPI.zip (the OSV database's export)
	@$(BIN)/python -m tools.advisories "$(OSV)"

lock:  ## pin requirements anew (needs uv)
	uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --extra ingest --extra normalize --extra web --extra embedded pyproject.toml -o requirements/base.lock
	uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header -c requirements/base.lock --all-extras pyproject.toml -o requirements/dev.lock
	uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header -c requirements/base.lock requirements/notify.in -o requirements/notify.lock
	uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header -c requirements/base.lock requirements/oidc.in -o requirements/oidc.lock
	uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header -c requirements/base.lock requirements/sinks.in -o requirements/sinks.lock
	uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header requirements/build.in -o requirements/build.lock
	uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header requirements/peers.in -o requirements/peers.lock
	uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header requirements/feed-peers.in -o requirements/feed-peers.lock

clean:  ## remove what was built, keep data/
	rm -rf .venv .venv-* build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis .coverage htmlcov
