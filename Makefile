# What a developer and CI run; each target says what it needs.
VENV := .venv
PYTHON := $(VENV)/bin/python
BIN := $(VENV)/bin
WORKERS := 2

.PHONY: run test quick fuzz e2e attack e2e-ide lint format golden docs architecture bench mutate clean

# The main job: print the launcher of coder.yaml, or of the built-in spec.
run: $(VENV)/installed
	@$(BIN)/coder-gen script

test: $(VENV)/installed
	$(PYTHON) -m pytest -n $(WORKERS)

# What a change needs most, in less than a minute: the tests of the packages that differ from the
# branch main, and what holds for all of them.
quick: $(VENV)/installed
	$(PYTHON) -m tests.quick

# The property tests with fresh examples for ten minutes; SECONDS=60 for one.
fuzz: $(VENV)/installed
	$(PYTHON) -m tests.fuzz $(SECONDS)

# Real engines; `.ci/install-engines` installs them from Debian's packages (as root). Each worker has
# daemons of its own, so the tests of a file stay with one.
e2e: $(VENV)/installed
	$(PYTHON) -m pytest tests/e2e --ignore tests/e2e/ide -n $(WORKERS) --dist loadfile

# The attacks of docs/security.md, whole: some 40 minutes. CI runs a fixed part of each.
attack: $(VENV)/installed
	$(PYTHON) -m tests.attack

# From nothing to an IDE in a browser: some 10 minutes, and Debian's chromium.
e2e-ide: $(VENV)/installed
	$(BIN)/pip install --quiet --disable-pip-version-check --editable '.[ide]'
	$(PYTHON) -m pytest tests/e2e/ide -s

lint: $(VENV)/installed
	$(BIN)/ruff check generator templates tests
	$(BIN)/ruff format --check generator templates tests
	$(BIN)/mypy
	$(BIN)/shellcheck -o all -S style .ci/run .ci/install-engines
	$(BIN)/shfmt -d .ci/run .ci/install-engines

format: $(VENV)/installed
	$(BIN)/ruff check --fix generator templates tests
	$(BIN)/ruff format generator templates tests
	$(BIN)/shfmt -w .ci/run .ci/install-engines

# Rewrite every expected output; read the diff like code.
golden: $(VENV)/installed
	$(PYTHON) -m tests.golden

docs: $(VENV)/installed
	$(PYTHON) -m tests.reference

# Draw the packages and what they import into docs/architecture.md, and count them.
architecture: $(VENV)/installed
	$(PYTHON) -m tests.architecture

bench: $(VENV)/installed
	$(PYTHON) -m tests.bench

# How well the tests see: 120 mutants, and the share that dies without golden outputs. Half an hour of
# two cores; what has not changed since the last run, in .cache/, is not tried again.
mutate: $(VENV)/installed
	$(PYTHON) -m tests.mutation --workers $(WORKERS)

$(VENV)/installed: setup.cfg pyproject.toml
	python3 -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check --editable '.[dev]'
	touch $@

clean:
	rm -rf $(VENV) build dist
