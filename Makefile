# Everything happens in .venv; nothing has to be installed before.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# Tests mostly wait for each other's events, so a few more files than processors go on at once.
PARALLEL ?= --numprocesses 3 --dist loadfile --no-loadscope-reorder

.DEFAULT_GOAL := help
.PHONY: help run test check docs unicode pins programs clean

help: ## Show what can be made
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 10

run: $(VENV)/.run ## Start Roomtone; pass flags with ARGS="--port 9000"
	@exec $(BIN)/roomtone $(ARGS)

test: check programs ## Check, then run the tests; choose some with ARGS="tests/server"
	@$(BIN)/python -m pytest $(PARALLEL) $(ARGS)

check: $(VENV)/.test node_modules/.installed ## Check format, lint and types, of Python and JavaScript
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo --no-cache
	node_modules/.bin/tsc
	node_modules/.bin/eslint client_web tests eslint.config.js

docs: $(VENV)/.test ## Write the reference pages that come from the source
	$(BIN)/python -c 'from roomtone.settings_reference import reference; print(reference(), end="")' > docs/settings.md
	$(BIN)/python -m tests.docs.schema_map > docs/schema-map.md

unicode: $(VENV)/.test ## Write what the schema knows of Unicode's characters from the newest data
	$(BIN)/python -m tests.schema.unicode_sql > .unicode.sql && mv .unicode.sql schema/00_database/20_unicode.sql

pins: ## Write constraints.txt from the newest versions that pyproject.toml allows
	rm -rf build/pins && $(PYTHON) -m venv build/pins
	build/pins/bin/python -m pip install --quiet ".[docs,test]"
	{ sed -n '1p' constraints.txt; build/pins/bin/python -m pip freeze --exclude roomtone; } > build/constraints.txt
	mv build/constraints.txt constraints.txt && rm -rf build/pins

clean: ## Remove what was made here, and no data
	rm -rf $(VENV) node_modules build dist *.egg-info .mypy_cache .pytest_cache .ruff_cache

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 15))' \
	  || { echo "Roomtone needs Python 3.11 to 3.14; name one with: make PYTHON=python3.12"; exit 1; }
	@$(PYTHON) -m venv $(VENV) \
	  || { echo "That Python cannot make environments. On Debian: apt-get install python3-venv"; exit 1; }

$(VENV)/.run: $(BIN)/python pyproject.toml setup.py constraints.txt
	@echo "installing Roomtone into $(VENV)"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable .
	@touch $@

# mypy does not see through an editable installation, so it is given the package by its name
$(VENV)/.test: $(BIN)/python pyproject.toml setup.py constraints.txt
	@echo "installing Roomtone and what its tests need into $(VENV)"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable ".[docs,test]"
	@mkdir -p $(VENV)/checkout && ln -sfn "$(CURDIR)/server" $(VENV)/checkout/roomtone
	@touch $(VENV)/.run $@

# Only checks need these; the client itself is served as it is written. No lock file: it would hold download addresses.
node_modules/.installed: package.json
	@sh tests/programs.sh node:nodejs npm:npm
	@echo "installing what checks the client into node_modules"
	@npm install --no-package-lock --no-audit --no-fund --loglevel=error > /dev/null
	@touch $@

programs:
	@sh tests/programs.sh
