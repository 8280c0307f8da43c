# make dashboard   install, mirror the sample base if there is no mirror yet, serve on http://127.0.0.1:8501
# make test        install what tests need, then lint, types and all tests
PYTHON ?= python3
BIN := .venv/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check

.PHONY: dashboard test screenshots
.DELETE_ON_ERROR:

# A sync that fails says why; the dashboard is served all the same and shows the mirror that there is.
dashboard: .venv/installed
	-@$(BIN)/python -m sync run --if-missing
	@$(BIN)/streamlit run serve.py

test: .venv/installed-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy .
	$(BIN)/python scripts/browser.py
	$(BIN)/pytest -n auto

screenshots: .venv/installed-dev
	$(BIN)/python scripts/screenshots.py

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and \
		"Python 3.11 or later is needed, and this is %d.%d. Name another: make PYTHON=python3.12" % sys.version_info[:2])'
	$(PYTHON) -m venv .venv

.venv/installed: requirements.txt | .venv/bin/python
	$(PIP) -r requirements.txt
	@touch $@

.venv/installed-dev: requirements-dev.txt requirements.txt | .venv/bin/python
	$(PIP) -r requirements-dev.txt
	@touch $@
