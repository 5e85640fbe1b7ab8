# Every target sets up what it needs. PYTHON names the interpreter that .venv is made with.
PYTHON ?= python3

# A folder of files to read, for mutants.
DATA ?= ../shared/data

SHELL := /bin/bash
.DEFAULT_GOAL := help
.PHONY: help setup system run test coverage lint format bench stacks mutants nexus truth kills script commands monkey film views memory
.PHONY: scale gaps start pictures guide tables lock clean bundle bundle-bare bundle-offline workflows

ENVIRONMENT := packaging/environment
BIN := .venv/bin
READY := .venv/ready
SYSTEM := qt
test coverage: SYSTEM := qt xvfb

# An environment whose Python is gone, or that was moved with its checkout, is made anew.
ifneq ($(shell test -x $(BIN)/python && cat $(READY) 2>/dev/null),$(CURDIR))
.PHONY: $(READY)
endif

help: ## show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: system $(READY) ## make .venv with the locked packages, and install what Qt needs

system:
	@bash $(ENVIRONMENT)/system.sh $(SYSTEM)

$(READY): pyproject.toml requirements/dev.txt $(ENVIRONMENT)/setup.sh
	@bash $(ENVIRONMENT)/setup.sh "$(PYTHON)"
	@printf '%s\n' "$(CURDIR)" > $@

run: setup ## open the app on the bundled example; without a display, write its results to out/
	$(BIN)/doublet --example

test: setup ## run the tests; no display is needed
	@$(BIN)/python -c "import PySide6.QtWidgets" || \
		{ echo "Qt cannot be loaded: install the system packages named above." >&2; exit 1; }
	QT_QPA_PLATFORM=offscreen $(BIN)/python -m pytest

coverage: setup ## run the tests and report what they cover; takes half as long again
	QT_QPA_PLATFORM=offscreen $(BIN)/python -m pytest --cov --cov-report=term

lint: setup ## check style, types and the order of the imports
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: setup ## mend style where that can be done by machine
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: setup ## time Doublet side by side with others
	$(BIN)/python -m benchmarks

stacks: setup ## time fits of maps up to 100,000 spectra and of a series fitted together; takes minutes
	$(BIN)/python -m benchmarks.stacks

mutants: setup ## damage the files of DATA in 100,000 ways and read them; takes hours
	$(BIN)/python -m benchmarks.readers.mutation $(DATA)

nexus: setup ## validate the example as NeXus with pynxtools, in an environment of its own
	test -x build/nexus/bin/validate_nexus || { $(BIN)/python -m venv build/nexus && \
		build/nexus/bin/pip install --quiet "pynxtools>=0.16,<0.17"; }
	$(BIN)/python -m benchmarks.readers.nexus build/nexus/example.nxs
	build/nexus/bin/validate_nexus build/nexus/example.nxs 2>&1 | tee build/nexus/report.txt
	! grep -q "NOT valid" build/nexus/report.txt && grep -q "is valid" build/nexus/report.txt

scale: setup ## time batches with one and two workers and fill the tables of docs/scale.md; takes an hour
	$(BIN)/python -m benchmarks.scale
	$(BIN)/python docs/tables.py

truth: setup ## fit spectra of known truth and write the tables of docs/reference/methods.md; takes hours
	$(BIN)/python -m benchmarks.truth

script: setup ## repeat exported fits in fresh environments with numpy and lmfit alone
	DOUBLET_FRESH=1 $(BIN)/python -m pytest -q tests/xps/test_script.py -k fresh

kills: setup ## kill a program at work 200 times, and see what is lost; takes a quarter of an hour
	DOUBLET_KILLS=200 QT_QPA_PLATFORM=offscreen $(BIN)/python -m pytest -q tests/app/test_kills.py

commands: setup ## run all commands that the documentation shows, those that take minutes too
	DOUBLET_LONG=1 $(BIN)/python -m pytest -q tests/xps/test_docs_commands.py

monkey: setup ## do 10,000 random things with mouse and keyboard, and undo them all; takes half an hour
	DOUBLET_MONKEY=10000 QT_QPA_PLATFORM=offscreen $(BIN)/python -m pytest -q tests/app/test_monkey.py

film: SYSTEM := qt xvfb
film: setup ## film a session from the empty window to the figure into build/film
	DOUBLET_FILM=$(CURDIR)/build/film QT_QPA_PLATFORM=offscreen \
		$(BIN)/python -m pytest -q tests/app/test_journey.py

views: setup ## take pictures of every view and dialog, light and dark, also at scale 2, into build/views
	set -e; for scale in 1 2; do QT_SCALE_FACTOR=$$scale DOUBLET_VIEWS=$(CURDIR)/build/views \
		QT_QPA_PLATFORM=offscreen $(BIN)/python -m pytest -q tests/app/test_every_view.py -k pictures; done

memory: setup ## open, fit, drag, undo and close 3,000 times, and see how memory grows; takes half an hour
	QT_QPA_PLATFORM=offscreen $(BIN)/python -m benchmarks.memory

gaps: setup ## time how long the window keeps a person waiting while 200 spectra are fitted
	QT_QPA_PLATFORM=offscreen $(BIN)/python -m benchmarks.responsiveness

start: setup ## time the start up to the first painted window
	QT_QPA_PLATFORM=offscreen $(BIN)/python -m benchmarks.startup

pictures: setup ## take the pictures of the documentation
	$(BIN)/python docs/pictures.py

guide: setup ## make the user guide as HTML in build/guide
	$(BIN)/python docs/pages.py

tables: setup ## write the tables of the documentation from the program's own files
	$(BIN)/python docs/tables.py

# The bundle is built in an environment of its own, with nothing but what goes into it.
BUNDLE := build/bundle/env
BUNDLED := build/bundle/dist/doublet/doublet
PACKED = $(lastword $(sort $(wildcard dist/doublet-*-linux-*.tar.gz)))

$(BUNDLE)/ready: requirements/bundle.txt
	rm -rf $(BUNDLE)
	$(PYTHON) -m venv $(BUNDLE)
	$(BUNDLE)/bin/python -m pip install --quiet --require-hashes --requirement $<
	touch $@

bundle: SYSTEM := qt xvfb bundle
bundle: system $(BUNDLE)/ready ## build the bundle for this machine into dist/, and test it; ACCEPT=--accept
	PYTHONPATH=.:packaging $(BUNDLE)/bin/python -m bundle.build $(ACCEPT)
	PYTHONPATH=.:packaging $(BUNDLE)/bin/python -m bundle.smoke $(BUNDLED) --out build/bundle/smoke

bundle-bare: ## run the built bundle in a Debian without Python and fonts; needs root and debootstrap
	PYTHON=$(BUNDLE)/bin/python bash packaging/linux/bare.sh $(PACKED)

bundle-offline: ## run the built bundle without a network, and see which sockets it opens; needs strace
	PYTHON=$(BUNDLE)/bin/python bash packaging/linux/offline.sh $(BUNDLED)

workflows: ## check .github/workflows against their JSON schema
	test -x build/workflows/bin/check-jsonschema || { $(PYTHON) -m venv build/workflows && \
		build/workflows/bin/pip install --quiet "check-jsonschema>=0.33,<1"; }
	build/workflows/bin/check-jsonschema --builtin-schema vendor.github-workflows \
		.github/workflows/*.yml

lock: setup ## write requirements/*.txt after a change of the dependencies; UPGRADE=--upgrade
	bash $(ENVIRONMENT)/lock.sh $(UPGRADE)

clean: ## remove .venv and all that was built
	rm -rf .venv build dist out .coverage .hypothesis .import_linter_cache
	rm -rf .mypy_cache .pytest_cache .ruff_cache
