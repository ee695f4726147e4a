# Everything is installed into .venv and node_modules.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# setuptools warns at length of what an editable installation is.
PIP_INSTALL := PYTHONWARNINGS="ignore:Editable installation" $(BIN)/python -m pip install --quiet --disable-pip-version-check
# Two of these processes run files in which somebody talks, the others the rest: see tests/parallel.py.
PARALLEL ?= --numprocesses 4 --dist loadfile --no-loadscope-reorder

# Tests start hundreds of processes of the same modules: compile each module once.
unexport PYTHONDONTWRITEBYTECODE

# Two installations, or two checks, at the same time.
MAKEFLAGS += --jobs=2

.DEFAULT_GOAL := help
.PHONY: help run test compile check check-ruff check-mypy check-imports check-tsc check-eslint docs unicode pins programs clean

help: ## Show the targets
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 10

run: $(VENV)/.run ## Start Roomtone; pass flags with ARGS="--port 9000"
	@exec $(BIN)/roomtone $(ARGS)

test: check compile programs ## Check, then run the tests; choose some with ARGS="tests/server"
	@$(BIN)/python -m pytest $(PARALLEL) $(ARGS)

# Otherwise each of the test processes would compile every file of tests that changed, all at the same time
compile: $(VENV)/.compiled

$(VENV)/.compiled: $(VENV)/.test $(shell find tests -name '*.py' -not -path '*/node_modules/*')
	@output=$$($(BIN)/python -m pytest --collect-only -qq $(ARGS) 2>&1) || { echo "$$output"; exit 1; }
	@$(if $(ARGS),,touch $@)

check: check-ruff check-mypy check-imports check-tsc check-eslint ## Check format, lint, imports and types, of Python and JavaScript

check-ruff: $(VENV)/.test
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .

check-mypy: $(VENV)/.test
	$(BIN)/mypy

check-imports: $(VENV)/.test
	$(BIN)/lint-imports --no-logo --no-cache

check-tsc: node_modules/.installed
	node_modules/.bin/tsc

check-eslint: node_modules/.installed
	node_modules/.bin/eslint client_web tests eslint.config.js

docs: $(VENV)/.test ## Write docs/settings.md and docs/schema-map.md from the source
	$(BIN)/python -c 'from roomtone.settings_reference import reference; print(reference(), end="")' > docs/settings.md
	$(BIN)/python -m tests.docs.schema_map > docs/schema-map.md

unicode: $(VENV)/.test ## Write the schema's table of Unicode characters from the newest data
	$(BIN)/python -m tests.schema.unicode_sql > .unicode.sql && mv .unicode.sql schema/00_database/20_unicode.sql

pins: ## Write constraints.txt from the newest versions that pyproject.toml allows
	rm -rf build/pins && $(PYTHON) -m venv build/pins
	build/pins/bin/python -m pip install --quiet --upgrade pip
	build/pins/bin/python -m pip install --quiet ".[docs,test]"
	{ sed -n '1p' constraints.txt; build/pins/bin/python -m pip freeze --all --exclude roomtone --exclude setuptools; } > build/constraints.txt
	mv build/constraints.txt constraints.txt && rm -rf build/pins

clean: ## Remove everything installed and built here, but no data
	rm -rf $(VENV) node_modules tests/generators/node_modules build dist *.egg-info .mypy_cache .pytest_cache .ruff_cache

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 15))' \
	  || { echo "Roomtone needs Python 3.11 to 3.14; name one with: make PYTHON=python3.12"; exit 1; }
	@$(PYTHON) -m venv $(VENV) \
	  || { echo "That Python cannot make environments. On Debian: apt-get install python3-venv"; exit 1; }
	@$(PIP_INSTALL) --constraint constraints.txt --upgrade pip # it installs in half the time that Python 3.11's own pip takes

$(VENV)/.run: $(BIN)/python pyproject.toml setup.py constraints.txt
	@echo "installing Roomtone into $(VENV)"
	@$(PIP_INSTALL) --constraint constraints.txt --editable .
	@touch $@

# mypy cannot follow an editable installation, so it finds the package in .venv/checkout.
# Most modules of the tests' dependencies are never imported: Python compiles a module when it is.
$(VENV)/.test: $(BIN)/python pyproject.toml setup.py constraints.txt
	@echo "installing Roomtone and the tests' dependencies into $(VENV)"
	@$(PIP_INSTALL) --no-compile --constraint constraints.txt --editable ".[docs,test]"
	@mkdir -p $(VENV)/checkout && ln -sfn "$(CURDIR)/server" $(VENV)/checkout/roomtone
	@touch $(VENV)/.run $@

# Only checks and tests need these; the client has no build step. No lock file, because it would contain download addresses.
node_modules/.installed: package.json tests/generators/package.json
	@sh tests/programs.sh node:nodejs npm:npm
	@echo "installing ESLint, TypeScript and libraries for the tests into node_modules"
	@npm install --no-package-lock --no-audit --no-fund --loglevel=error > /dev/null
	@touch $@

programs:
	@sh tests/programs.sh
