# The two to know: `make demo` (a made-up class, graded end to end) and `make test`.
# Everything installed comes from requirements.lock, into .venv beside this file.

SHELL := /bin/bash
VENV := .venv
RUN := $(VENV)/bin
READY := $(VENV)/.ready

.PHONY: help demo demo-full test lint tests bench lock clean

help:
	@echo 'make demo    a made-up class of submissions, graded end to end (a minute or two)'
	@echo 'make demo-full   the same for every assignment, networks too (a quarter of an hour)'
	@echo 'make test    linter, type checker and tests'
	@echo 'make bench   stock nbgrader and this, measured side by side (half an hour)'
	@echo 'make lock    requirements.lock anew from pyproject.toml'

demo: $(READY)
	$(RUN)/autograder demo

demo-full: $(READY)
	$(RUN)/autograder demo --all

test: lint tests

lint: $(READY)
	$(RUN)/ruff check .
	$(RUN)/ruff format --check .
	$(RUN)/mypy

tests: $(READY)
	$(RUN)/python -m pytest -n auto --dist loadfile

bench: $(READY)
	$(RUN)/python benchmarks/nbgrader_comparison.py

lock: $(READY)
	$(RUN)/uv pip compile pyproject.toml --group dev -o requirements.lock --generate-hashes \
	  --python-version 3.11 --universal --no-emit-index-url

$(READY): requirements.lock pyproject.toml .ci/environment
	@bash .ci/environment $(VENV)
	@touch $@

clean:
	rm -rf $(VENV) demo
