# Two commands take a bare machine to maps and to a tested tree: `make demo` and `make test`.
# Windows has the same in make.ps1. Needs Python 3.11 to 3.13 with pip and venv, and nothing else.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# Wheels only: a package without one for this machine is told at once, not compiled for an hour.
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check --only-binary :all:
PYTEST_ARGS ?= -n auto

.DEFAULT_GOAL := help
.PHONY: help demo test cover oldest lint format types contract bench wheel lock clean distclean

help:  ## list the targets
	@sed -n 's/^\([a-z]*\):.*## */make \1\t/p' $(MAKEFILE_LIST)

demo: $(VENV)/demo.stamp  ## set up .venv and build every map that is out of date
	$(BIN)/hongxian build

test: $(VENV)/test.stamp  ## set up .venv and run the tests (PYTEST_ARGS="tests/space -x")
	$(BIN)/python -m pytest $(PYTEST_ARGS)

cover: $(VENV)/test.stamp  ## run the tests and hold line coverage of geo/ at 90 %
	$(BIN)/python -m pytest $(PYTEST_ARGS) --cov --cov-report=term --cov-fail-under=90

lint: $(VENV)/test.stamp  ## check style and formatting
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

format: $(VENV)/test.stamp  ## format the code and mend what can be mended by rule
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

types: $(VENV)/test.stamp  ## check the types (mypy --strict)
	$(BIN)/mypy

contract: $(VENV)/test.stamp  ## check that imports only point down
	$(BIN)/lint-imports

bench: $(VENV)/test.stamp  ## run the benchmarks (BENCH_ARGS="--scale 0.01" for the small screening job)
	@for file in benchmarks/[a-z]*.py; do \
		[ -f "$$file" ] || continue; echo "== $$file"; \
		args=; [ "$$file" = benchmarks/screening_bench.py ] && args="$(BENCH_ARGS)"; \
		$(BIN)/python "$$file" $$args || exit 1; \
	done

wheel: $(VENV)/test.stamp  ## build the wheel, and try it in an empty environment
	$(BIN)/python tools/try_wheel.py

lock:  ## resolve the locked versions anew (needs uv on PATH)
	uv pip compile pyproject.toml --universal --python-version 3.11 --upgrade --no-annotate \
		--extra build --extra fast --extra report \
		--custom-compile-command "make lock" --output-file requirements.lock
	uv pip compile pyproject.toml --universal --python-version 3.11 --upgrade --no-annotate \
		--extra build --extra dev --extra fast --extra report --constraints requirements.lock \
		--custom-compile-command "make lock" --output-file requirements-dev.lock

# Tools of the extra `dev` come at their newest: only what a planner's machine runs is tried old.
oldest: $(VENV)/test.stamp  ## run the tests with the oldest versions pyproject.toml allows (needs uv)
	mkdir -p $(VENV)/oldest
	uv pip compile pyproject.toml --python-version 3.11 --only-binary :all: --no-annotate \
		--extra build --extra fast --extra report --resolution lowest-direct \
		--quiet --output-file $(VENV)/oldest/needed.txt
	uv pip compile pyproject.toml --python-version 3.11 --only-binary :all: --no-annotate \
		--extra build --extra dev --extra fast --extra report \
		--constraints $(VENV)/oldest/needed.txt --quiet --output-file $(VENV)/oldest/all.txt
	uv venv --quiet --clear --python 3.11 $(VENV)/oldest/venv
	uv pip sync --quiet --python $(VENV)/oldest/venv --only-binary :all: $(VENV)/oldest/all.txt
	uv pip install --quiet --python $(VENV)/oldest/venv --no-deps --no-build-isolation --editable .
	$(VENV)/oldest/venv/bin/python -m pytest $(PYTEST_ARGS)

clean:  ## delete what came out: build/, dist/, caches
	rm -rf build dist htmlcov .coverage .coverage.* .hypothesis .import_linter_cache \
		.mypy_cache .pytest_cache .ruff_cache
	find . -name __pycache__ -type d -not -path './$(VENV)/*' -prune -exec rm -rf {} +

distclean: clean  ## as clean, and delete .venv
	rm -rf $(VENV)

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(0 if (3, 11) <= sys.version_info < (3, 14) else \
		"Python 3.11, 3.12 or 3.13 is needed, not " + sys.version.split()[0] + ": make PYTHON=python3.11 ...")'
	$(PYTHON) -m venv $(VENV)

$(VENV)/demo.stamp: requirements.lock pyproject.toml | $(VENV)/bin/python
	$(PIP) --requirement requirements.lock
	$(PIP) --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/test.stamp: requirements-dev.lock pyproject.toml | $(VENV)/bin/python
	$(PIP) --requirement requirements-dev.lock
	$(PIP) --no-deps --no-build-isolation --editable .
	@touch $@ $(VENV)/demo.stamp
