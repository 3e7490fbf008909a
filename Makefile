# Everything a developer types. Needed on the machine: Python 3.11 or newer, and make.
.DEFAULT_GOAL := help
SHELL := /bin/sh

# The machine's Python; the first that is new enough, or one you name: make run PYTHON=python3.12
PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11; do \
	"$$p" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
	&& { echo "$$p"; exit; }; done; echo python3)
PY := .venv/bin/python
STATE ?= $(or $(SHOPFLOW_STATE),.run)
TEST_STATE ?= .run-test
# BROWSER=0 leaves the browser tests out, for machines that can't reach the npm registry.
BROWSER ?= 1
# What to test, and how: make test ARGS="tests/orders -k expire"
ARGS ?=
# How big the shops of `make baseline` are, as `manage.py seed` knows them.
SIZES ?= l xl

# Addresses that nobody answers: the linters load the settings and open no connection.
SETTINGS := SECRET_KEY=lint-$$($(PYTHON) -c 'import secrets; print(secrets.token_hex(32))') \
	DATABASE_URL='postgresql://lint@/lint?host=/nonexistent' \
	REDIS_URL=unix:///nonexistent CELERY_BROKER_URL=redis+socket:///nonexistent \
	SITE_URL=https://shop.example ALLOWED_HOSTS=shop.example SANDBOX_URL=https://pay.example \
	SANDBOX_API_KEY=lint SANDBOX_WEBHOOK_SECRET=lint \
	EMAIL_URL=smtps://mail.example EMAIL_FROM=mail@shop.example

.PHONY: help run dev test races nightly compat lint format openapi messages baseline bench data-model db-shell lock clean base full browser-kit \
	lint-style lint-types lint-imports lint-templates lint-migrations lint-deploy lint-locks

help: ## Show this list
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1\t\2/p' Makefile | expand -t 20

run: base ## Run the whole shop on http://127.0.0.1:8000 until Ctrl-C (PORT=8010 moves it)
	@exec $(PY) manage.py up

dev: full ## The same with debug pages, and web restarts when code changes
	@DEBUG=1 exec $(PY) manage.py up --reload

test: full $(if $(filter 0,$(BROWSER)),,browser-kit) ## Run all tests (ARGS="tests/orders -x" for some, BROWSER=0 without browser)
	@SHOPFLOW_STATE="$(TEST_STATE)" exec $(PY) manage.py up --throwaway --exec \
		$(PY) -m pytest --numprocesses=logical --maxprocesses=7 \
		$(if $(filter 0,$(BROWSER)),-m "not browser") $(ARGS)

# How many rounds of each race: make races ROUNDS=10000
ROUNDS ?= 200

races: full ## Run the races alone, ROUNDS=200 of each
	@ROUNDS="$(ROUNDS)" SHOPFLOW_STATE="$(TEST_STATE)" exec $(PY) manage.py up --throwaway --exec \
		$(PY) -m pytest tests/races $(ARGS)

nightly: full ## Run what takes hours: races, a storm of webhooks and Hypothesis at full size
	@ROUNDS="$(ROUNDS)" STORM=10000 HYPOTHESIS_PROFILE=nightly SHOPFLOW_STATE="$(TEST_STATE)" \
		exec $(PY) manage.py up --throwaway --exec $(PY) -m pytest \
		--numprocesses=logical --maxprocesses=7 -m "race or hypothesis" $(ARGS)

# Another release of the same version, or another version: make compat PG15_BIN=/opt/pg16/bin
PG15_BIN ?= /usr/lib/postgresql/15/bin

compat: full ## Run the tests on PostgreSQL 15, the oldest the shop works with (ARGS as above)
	@test -x "$(PG15_BIN)/postgres" || { echo "There is no PostgreSQL 15 in $(PG15_BIN)." \
		"Install it (Debian: postgresql-15), or name its programs: make compat PG15_BIN=<folder>"; exit 1; }
	@POSTGRES_BIN="$(PG15_BIN)" SHOPFLOW_STATE=.run-compat exec $(PY) manage.py up --throwaway --exec \
		$(PY) -m pytest --numprocesses=logical --maxprocesses=7 -m "not browser" $(ARGS)

lint: full ## Check style, types, layers, templates, migrations, production settings, lock files
	@exec $(MAKE) --no-print-directory --keep-going lint-style lint-types lint-imports \
		lint-templates lint-migrations lint-deploy lint-locks

format: full ## Put the code into the project's format
	@$(PY) -m ruff check --fix --quiet . ; exec $(PY) -m ruff format .

openapi: full ## Write docs/openapi.yaml again after a change of the API
	@$(SETTINGS) $(PY) manage.py spectacular --validate --fail-on-warn --file docs/openapi.yaml

messages: base ## Collect what the shop says into locale/ for its translators, and compile it
	@$(SETTINGS) $(PY) manage.py messages

data-model: full ## Write docs/data-model.md again after a change of the models
	@SHOPFLOW_STATE="$(TEST_STATE)" exec $(PY) manage.py up --throwaway --exec \
		$(PY) manage.py data_model

baseline: base ## Measure the hottest queries at 100,000 and at a million products (half an hour, 15 GB)
	@for size in $(SIZES); do \
		SHOPFLOW_STATE=.run-baseline $(PY) manage.py up --exec sh -c "$(PY) manage.py migrate -v0 \
			&& $(PY) manage.py seed --size $$size && $(PY) manage.py baseline"; found=$$?; \
		SHOPFLOW_STATE=.run-baseline $(PY) manage.py up --forget; \
		[ $$found = 0 ] || exit $$found; done

db-shell: base ## Open psql on the shop's database, running or not
	@exec $(PY) manage.py up --attach --exec sh -c 'PGOPTIONS="-c role=shop_owner" exec psql "$$DATABASE_URL"'

bench: base ## Measure what the suite mustn't time, as ratios in one run
	@SHOPFLOW_STATE=.run-bench $(PY) manage.py up --throwaway --exec sh -c "$(PY) manage.py migrate -v0 \
		&& $(PY) manage.py seed --size s && $(PY) manage.py collectstatic --noinput -v0 \
		&& DJANGO_SETTINGS_MODULE=shopflow.settings $(PY) -m bench"; found=$$?; \
		SHOPFLOW_STATE=.run-bench $(PY) manage.py up --forget; exit $$found

lock: base ## Compile requirements/*.in again (UPGRADE=1 takes the newest versions)
	@$(PYTHON) -m venv .run-lock && .run-lock/bin/python -m pip install --quiet uv
	@cd requirements && for set in base redis dev; do \
		../.run-lock/bin/python -m uv pip compile --quiet --no-config --universal \
			--python-version 3.11 --generate-hashes --no-header \
			$(if $(UPGRADE),--upgrade) $$([ $$set = redis ] && echo --no-deps) $$set.in --output-file $$set.txt || exit 1; done
	@rm -rf .run-lock && $(PYTHON) requirements/bill.py

clean: ## Remove everything these commands made, the demo shop's data included
	@if [ -x $(PY) ]; then \
		SHOPFLOW_STATE="$(STATE)" $(PY) manage.py up --forget && \
		SHOPFLOW_STATE="$(TEST_STATE)" $(PY) manage.py up --forget && \
		SHOPFLOW_STATE=.run-baseline $(PY) manage.py up --forget && \
		SHOPFLOW_STATE=.run-bench $(PY) manage.py up --forget; fi
	@rm -rf .venv .run-lock test-results tests/browser/kit/node_modules \
		.pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

# --- parts of the above -----------------------------------------------------------------------

base:
	@$(PYTHON) requirements/install.py base redis

full:
	@$(PYTHON) requirements/install.py base redis dev

browser-kit: full
	@$(PY) -m tests.browser.chromium

lint-style:
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .

lint-types:
	@echo "mypy"; $(SETTINGS) $(PY) -m mypy

lint-imports:
	.venv/bin/lint-imports

lint-templates:
	$(PY) -m djlint --quiet --lint templates

# The warning is that there is no database to compare with; models and files are what counts.
lint-migrations:
	@echo "makemigrations --check"
	@$(SETTINGS) $(PY) -W ignore::RuntimeWarning manage.py makemigrations --check --dry-run

lint-deploy:
	@echo "check --deploy"; $(SETTINGS) $(PY) manage.py check --deploy --fail-level WARNING

# Where packages come from is every machine's own matter.
lint-locks:
	@echo "lock files"
	@! grep -nE '://|--(find-links|index-url|extra-index-url)' requirements/*.txt
	@! grep -n '"resolved"' tests/browser/kit/package-lock.json
