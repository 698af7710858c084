# `make` lists the targets. Everything is installed below .venv and tests/interop/node_modules.
.DEFAULT_GOAL := help
SHELL := /bin/sh
SOURCES := idp providers scopes accounts audit
BIN := .venv/bin

.PHONY: help run test test-fast check static lint types imports migrations deploy cover bench docs e2e interop format clean

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: .venv/.run ## Install, set up and serve on http://localhost:8000/
	@exec $(BIN)/idp serve

test: .venv/.all ## Run everything: static checks, both databases, browser, real clients
	@tests/setup
	@$(BIN)/python -m tests.everything

test-fast: .venv/.all ## Run the tests that need no services, on SQLite
	@$(BIN)/pytest -n auto --dist loadscope --ignore tests/e2e --ignore tests/interop --ignore tests/faults tests

check: static test-fast ## Run the static checks and the fast tests

static: lint types imports migrations deploy

lint: .venv/.all ## Check style, names, docstrings, budgets and templates
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/djlint --quiet --lint templates

types: .venv/.all ## Check types (mypy --strict)
	@$(BIN)/mypy $(SOURCES)

imports: .venv/.all ## Check that layers import only downwards
	@$(BIN)/lint-imports --config pyproject.toml

migrations: .venv/.all ## Check that no migration is missing
	@DJANGO_SETTINGS_MODULE=tests.settings $(BIN)/idp makemigrations --check --dry-run

deploy: .venv/.all ## Run Django's checks for a public server
	@DJANGO_SETTINGS_MODULE=tests.settings TEST_BASE_URL=https://login.example.org $(BIN)/idp check --deploy --fail-level WARNING

cover: .venv/.all ## Measure branch coverage on SQLite
	@$(BIN)/pytest -n auto --dist loadscope --cov --cov-report=term:skip-covered --cov-report=html \
	  --ignore tests/e2e --ignore tests/interop --ignore tests/faults tests
	@$(BIN)/coverage report --fail-under=100 --skip-covered \
	  --include='providers/grants/*,providers/client_auth/*,providers/tokens/*,providers/authorize/*,providers/errors.py,providers/issuance.py'

e2e: .venv/.all ## Drive the pages in Chromium
	@tests/setup
	@$(BIN)/pytest tests/e2e

interop: .venv/.all ## Sign in with real relying parties
	@tests/setup
	@$(BIN)/python -m tests.services $(BIN)/pytest tests/interop

bench: .venv/.all ## Measure the machine endpoints beside their peers
	@$(BIN)/python bench/run.py

docs: .venv/.all ## Generate docs/configuration.md and docs/endpoints.md
	@$(BIN)/python docs/generate.py

format: .venv/.all ## Format the code
	@$(BIN)/ruff check --fix --quiet . || true
	@$(BIN)/ruff format .

clean: ## Remove what was installed or generated; var/ (your data) stays
	@rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache .coverage* htmlcov tests/artifacts
	@rm -rf tests/interop/node_modules bench/node_modules staticfiles

.venv/.run: uv.lock pyproject.toml .ci/sync
	@.ci/sync --no-dev
	@touch $@

.venv/.all: uv.lock pyproject.toml .ci/sync
	@.ci/sync
	@touch .venv/.run $@
