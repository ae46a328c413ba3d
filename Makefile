# The two to know: `make demo` (a made-up class, graded end to end) and `make test`.
# Everything installed comes from requirements.lock, into .venv beside this file.

SHELL := /bin/bash
VENV := .venv
RUN := $(VENV)/bin
READY := $(VENV)/.ready
# Groups of tests (tests/engine/groups.py) in the order of tests/engine/conftest.py: longest first.
PYTEST := $(RUN)/python -m pytest -n auto --no-loadscope-reorder
QUICK := architecture grading golden expect points suite_faults diagnosis diagnosis_evidence \
  hint_steps seeds_and_results cells execution wire submission reading publish

.PHONY: help demo demo-full quick test test-all lint tests tests-all bench docs lock clean

help:
	@echo 'make demo    a made-up class of submissions, graded end to end (a minute or two)'
	@echo 'make demo-full   the same for every assignment, networks too (a quarter of an hour)'
	@echo 'make quick   linter, type checker and the tests that a change in the engine needs most'
	@echo 'make test    linter, type checker and all tests but those marked slow'
	@echo 'make test-all   the slow ones too: all wrong answers, all networks, more trainings'
	@echo 'make bench   stock nbgrader and this, measured side by side (half an hour)'
	@echo 'make docs    output and pictures in the documents anew, from real runs (a few minutes)'
	@echo 'make lock    requirements.lock anew from pyproject.toml'

demo: $(READY)
	$(RUN)/autograder demo

demo-full: $(READY)
	$(RUN)/autograder demo --all

quick: lint
	$(PYTEST) $(addprefix tests/engine/test_,$(addsuffix .py,$(QUICK)))

test: lint tests

test-all: lint tests-all

lint: $(READY)
	$(RUN)/ruff check .
	$(RUN)/ruff format --check .
	$(RUN)/mypy

tests: $(READY)
	$(PYTEST) -m 'not slow'

tests-all: $(READY)
	$(PYTEST)

bench: $(READY)
	$(RUN)/python benchmarks/nbgrader_comparison.py

docs: $(READY)
	$(RUN)/python docs/refresh.py

lock: $(READY)
	$(RUN)/uv pip compile pyproject.toml --extra engine --group dev -o requirements.lock --generate-hashes \
	  --python-version 3.11 --universal --no-emit-index-url

$(READY): requirements.lock pyproject.toml .ci/environment
	@bash .ci/environment $(VENV)
	@touch $@

clean:
	rm -rf $(VENV) demo
