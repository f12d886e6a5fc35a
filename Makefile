# IAT: `make run` sets up everything and starts it; `make test` sets up and tests it.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.PHONY: run test check install install-dev clean screenshots bench doctor

run: $(VENV)/.installed
	@exec $(BIN)/python manage.py up

test: $(VENV)/.installed-dev
	@$(BIN)/python -m tests.preflight
	@$(BIN)/ruff check .
	@$(BIN)/lint-imports --no-logo
	@$(BIN)/mypy
	@echo "— on SQLite, with the real installation and the browser"
	@$(BIN)/python -m pytest $(ARGS)
	@if url=$$($(BIN)/python -m tests.preflight --urls); then set -- $$url; echo "— on PostgreSQL and Redis"; \
	  DATABASE_URL=$$1 IAT_BROKER_URL=$$2 $(BIN)/python -m pytest -m "not e2e and not installation and not wire and not pure" $(ARGS); \
	else echo "PostgreSQL or Redis is not here: the second round is SKIPPED"; fi

check: $(VENV)/.installed-dev
	@$(BIN)/ruff check . && $(BIN)/lint-imports --no-logo && $(BIN)/mypy

install: $(VENV)/.installed
install-dev: $(VENV)/.installed-dev

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "IAT needs Python 3.11 or newer; this is " + sys.version.split()[0] + ". Try: make run PYTHON=python3.11")'
	@echo "Setting up $(VENV) …"
	@$(PYTHON) -m venv $(VENV)

$(VENV)/.installed: requirements.txt | $(VENV)/bin/python
	@echo "Installing packages …"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.txt
	@touch $@

$(VENV)/.installed-dev: requirements-dev.txt | $(VENV)/bin/python
	@echo "Installing packages for development …"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.txt
	@touch $@ $(VENV)/.installed

doctor: $(VENV)/.installed
	@$(BIN)/python manage.py doctor

screenshots: $(VENV)/.installed-dev
	@$(BIN)/python -m tests.screenshots

bench: $(VENV)/.installed-dev
	@$(BIN)/python -m bench

clean:
	rm -rf $(VENV) .cache
