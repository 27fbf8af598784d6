# The two commands of the README are `make demo` and `make test`; `make help` lists the rest.
PYTHON ?= python3
VENV ?= .venv
ifeq ($(OS),Windows_NT)
BIN := $(VENV)/Scripts
else
BIN := $(VENV)/bin
endif
export PYTHONUTF8 := 1
PACKAGES := store search generator importer web cli
JOBS ?= 2

.PHONY: help demo test lint format bench bench-search offline docs templates wheel clean

help:
	@echo "make demo     environment, a demo library, three searches, three Word files"
	@echo "make test     all tests"
	@echo "make lint     ruff and mypy"
	@echo "make bench    every side-by-side measurement (see benchmarks/README.md)"
	@echo "make offline  a zip for Windows PCs without internet"
	@echo "make docs     write docs/commands.md from the commands' own help"
	@echo "make templates  make the kinds' Word templates from templates/_layouts"

$(VENV)/.run: pyproject.toml constraints.txt
	$(PYTHON) -c "import sys; sys.exit('Python 3.11 or later is needed.' if sys.version_info < (3, 11) else 0)"
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e .
	@touch $@

$(VENV)/.dev: $(VENV)/.run
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e ".[dev]"
	@touch $@

demo: $(VENV)/.run
	$(BIN)/python tools/demo.py demo

test: $(VENV)/.dev
	$(BIN)/python -m pytest -q -n $(JOBS) --dist loadfile --cov --cov-report=term:skip-covered
	$(BIN)/python tools/coverage_gates.py

lint: $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/python tools/command_help.py --check

format: $(VENV)/.dev
	$(BIN)/ruff format $(PACKAGES) tests tools benchmarks

bench: $(VENV)/.dev
	$(BIN)/python tools/benchmarks.py

bench-search: $(VENV)/.dev
	$(BIN)/python -m benchmarks.search

docs: $(VENV)/.run
	$(BIN)/python tools/command_help.py

templates: $(VENV)/.run
	$(BIN)/wenshu --workspace . template build

wheel: $(VENV)/.dev
	$(BIN)/python -m pip wheel --quiet --no-deps -w dist .

offline: $(VENV)/.dev
	$(BIN)/python tools/offline.py

clean:
	rm -rf demo dist build .pytest_cache .mypy_cache .ruff_cache .coverage*
