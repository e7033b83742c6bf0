# For GNU make. Everything is installed in .venv from the locks, which hold a hash for each file.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check
PROJECT := setup.cfg pyproject.toml

.PHONY: help run test lint format lock upgrade golden isolation bench soak fuzz screenshots sbom licences audit coverage clean

help:
	@echo "make run          install and start the tool on this machine"
	@echo "make test         check style, types and layers, and run all tests"
	@echo "make lint         the checks without the tests"
	@echo "make format       put the code in the agreed form"
	@echo "make lock         pin what setup.cfg asks for, and keep the pins there are"
	@echo "make upgrade      pin the newest versions that setup.cfg allows"
	@echo "make golden       write the golden reports of the tests anew, to read the difference"
	@echo "make isolation    walk every route as everybody and print who gets in where"
	@echo "make bench        measure speed, memory and growth beside bare code, as a table"
	@echo "make soak         50 people for five minutes, 100 kills, 30 s of a held database: nothing is lost"
	@echo "make fuzz         a million cases of rubbish for all that reads, and 5,000 documents (SEED=12)"
	@echo "make screenshots  take the pictures of the README again"
	@echo "make sbom         list all libraries, with versions, hashes and licences, as CycloneDX"
	@echo "make licences     print the licence of each library, and fail at one that does not go with ours"
	@echo "make audit        look every library up in a list of known faults, and fail at one that has any"
	@echo "make coverage     run the tests and tell which lines they miss"
	@echo "make clean        remove everything that these commands made, but for instance/"

run: $(VENV)/.installed
	$(BIN)/evaltool serve

test: lint
	$(BIN)/python -m pytest --numprocesses auto --dist worksteal

lint: $(VENV)/.installed-test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(VENV)/.installed-test
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

# The header of a lock says how to make it; the default one would hold paths of this machine.
lock: export UV_CUSTOM_COMPILE_COMMAND = make lock
lock: $(VENV)/.installed-test
	$(BIN)/uv pip compile setup.cfg --quiet --universal --generate-hashes --python-version 3.11 \
		$(NEWEST) --extra build --output-file requirements.lock
	$(BIN)/uv pip compile setup.cfg --quiet --universal --generate-hashes --python-version 3.11 \
		$(NEWEST) --extra test --constraints requirements.lock --output-file requirements-test.lock

upgrade: NEWEST := --upgrade
upgrade: lock

golden: $(VENV)/.installed-test
	$(BIN)/python -m pytest tests/test_golden.py --quiet --write-golden
	git diff --stat tests/golden

# What it prints is held by tests/isolation.txt.
isolation: $(VENV)/.installed-test
	@$(BIN)/python -m tests.isolation

bench: $(VENV)/.installed-test
	$(BIN)/python -m tests.performance

soak: $(VENV)/.installed-test
	$(BIN)/python -m tests.faults
	EVALTOOL_HELD_SECONDS=35 $(BIN)/python -m pytest tests/faults/test_unwritable.py

# It prints its seed; SEED= tries the same cases again.
fuzz: $(VENV)/.installed-test
	$(BIN)/python -m tests.fuzzing $(SEED:%=--seed %)

screenshots: $(VENV)/.installed-test
	$(BIN)/python docs/screenshots.py

sbom: $(VENV)/.installed-test
	@$(BIN)/cyclonedx-py requirements --output-reproducible --no-validate requirements.lock \
		| $(BIN)/python docs/libraries.py sbom evaltool.cdx.json

licences: $(VENV)/.installed-test
	@$(BIN)/python docs/libraries.py licences

# Of the locks themselves: whatever is installed, and without asking pip what that would be.
audit: LOCKS ?= requirements.lock requirements-test.lock
audit: OSV_URL ?= https://api.osv.dev/v1/query
audit: $(VENV)/.installed-test
	@$(BIN)/pip-audit --require-hashes --disable-pip --strict --progress-spinner off \
		--vulnerability-service osv --osv-url $(OSV_URL) $(LOCKS:%=--requirement %) \
		|| { echo "make audit: a library has a known fault, or $(OSV_URL) could not be asked: see above." >&2; \
		echo "What could not be asked says nothing. Try again, or name another address: OSV_URL=ADDRESS" >&2; \
		exit 1; }

coverage: $(VENV)/.installed-test
	$(BIN)/coverage run -m pytest
	$(BIN)/coverage report --show-missing --skip-covered

clean:
	rm -rf $(VENV) build dist evaltool.egg-info .tools .coverage evaltool.cdx.json
	rm -rf .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(BIN)/python:
	@$(PYTHON) -c "import sys; sys.exit(None if (3, 11) <= sys.version_info[:2] <= (3, 13) else \
		'evaltool needs Python 3.11, 3.12 or 3.13; name one: make PYTHON=python3.12')"
	$(PYTHON) -m venv $(VENV)

# Editable: the code runs from this folder. The build tool comes from the lock as well.
$(VENV)/.installed: requirements.lock $(PROJECT) | $(BIN)/python
	$(PIP) install --require-hashes --requirement requirements.lock
	$(PIP) install --no-deps --no-build-isolation --editable .
	touch $@

$(VENV)/.installed-test: requirements-test.lock $(PROJECT) | $(BIN)/python
	$(PIP) install --require-hashes --requirement requirements-test.lock
	$(PIP) install --no-deps --no-build-isolation --editable .
	touch $@ $(VENV)/.installed
