# Two commands set everything up: `make demo` and `make test`. They need Python 3.11 or newer and this file.
#   make demo             install, run the main job on the sample city, print its decision sheet, leave out/demo/
#   make test             install what the tests need and run them
#   make test-all         the same with the slow tests, then without the compiler, then on one thread
#   make fuzz             mutants of city models, RUNS of each format; what breaks something is kept in out/fuzz
#   make lint             style, types and the import contract
#   make bench            benchmarks beside their peers; BENCH=name runs one, SIZE=smallest each at its smallest size
#   make lock             write the installed versions to .ci/constraints.txt
#   make clean            remove the environment and everything that was built
# PYTHON chooses the interpreter the environment is made with, VENV its folder.

PYTHON ?= $(shell for python in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$python && break; done)
VENV ?= .venv
OUT ?= out/demo
SAMPLE := data/sample_citygml
BIN := $(VENV)/bin
PIP_INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check --only-binary :all:

.PHONY: demo test test-all fuzz lint bench lock clean
.DELETE_ON_ERROR:

demo: $(VENV)/.installed-demo
	$(BIN)/citytwin assess $(SAMPLE)/helsinki_centre.gml --weather $(SAMPLE)/helsinki_synthetic.epw \
		--alternatives $(SAMPLE)/alternatives.toml --out $(OUT)

test: $(VENV)/.installed-test
	$(BIN)/python -m pytest

test-all: $(VENV)/.installed-test
	$(BIN)/python -m pytest --slow
	NUMBA_DISABLE_JIT=1 $(BIN)/python -m pytest --cov --cov-report=term:skip-covered
	CITYTWIN_NUM_THREADS=1 $(BIN)/python -m pytest

fuzz: $(VENV)/.installed-test
	$(BIN)/python -m tests.hostile.fuzz --runs $(or $(RUNS),100000)

lint: $(VENV)/.installed-test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: $(VENV)/.installed-test
	$(BIN)/python -m benchmarks $(BENCH) $(if $(SIZE),--size $(SIZE))

lock: $(VENV)/.installed-test
	{ echo "# The versions continuous integration installs, written by make lock."; \
	  $(BIN)/python -m pip freeze --exclude-editable; } > .ci/constraints.txt

clean:
	rm -rf $(VENV) build dist out .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis

$(BIN)/python:
	@test -n "$(PYTHON)" || { echo "No Python 3.11 or newer found: make PYTHON=/path/to/python3.11 $(MAKECMDGOALS)"; exit 1; }
	$(PYTHON) -m venv $(VENV)

# One stamp for each set of packages: installed again only when pyproject.toml is newer.
$(VENV)/.installed-demo: pyproject.toml | $(BIN)/python
	$(PIP_INSTALL) -e '.[view]'
	@touch $@

$(VENV)/.installed-test: pyproject.toml | $(BIN)/python
	$(PIP_INSTALL) -e '.[view,transport,dev,test]'
	@touch $@ $(VENV)/.installed-demo
