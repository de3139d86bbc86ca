# One command each; the plain two-line forms stand in the README.
PYTHON ?= python3
VENV ?= .venv
BIN = $(VENV)/bin

.PHONY: demo serve test lint bench data clean

demo: $(VENV)/.installed
	$(BIN)/countermeasure brief

serve: $(VENV)/.installed
	$(BIN)/countermeasure serve --open

test: $(VENV)/.tools
	$(BIN)/python -m pytest

lint: $(VENV)/.tools
	$(BIN)/ruff check src tests benchmarks
	$(BIN)/ruff format --check src tests benchmarks
	$(BIN)/mypy

bench: $(VENV)/.tools
	$(BIN)/python benchmarks/speed.py
	$(BIN)/python benchmarks/accuracy.py

$(VENV)/.installed: pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet .
	touch $@

$(VENV)/.tools: pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet -e ".[test]"
	touch $@

clean:
	rm -rf $(VENV) build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis
