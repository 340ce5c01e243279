# Every command of the project. Needs Python 3.11 or newer with venv, make and git; the rest comes by itself.
#
#   make run     the portal on http://127.0.0.1:8000/   (PORT=8080 make run; VAR=/data make run)
#   make test    the whole test suite, with a real browser
#   make check   format, lint, types, import contracts, templates, migrations

SHELL := /bin/sh
VENV := .venv
PY := $(VENV)/bin/python
PIP := $(PY) -m pip --disable-pip-version-check install --quiet --require-hashes --only-binary :all: --no-deps --no-compile
UV ?= uv
# Of the tests. They wait for the portal, a browser or PostgreSQL for four tenths of the time, so two cores are busy with three.
WORKERS ?= 3
# What `make prove` runs at full size: everything that prints a row of docs/reliability.md, or of which a common run takes a part.
PROOFS ?= $(shell grep -rlE 'reliability.figures|FULL_SIZE|mark.promise|scheduling.zones|with_scripts' tests --include='test_*.py' --include='prove_*.py')
# What a command needs that reads the settings but no data.
NO_SERVERS := SECRET_KEY=only-for-checks DATABASE_URL=postgres://nobody@/none?host=/nonexistent REDIS_URL=unix:///nonexistent?db=0

# Each of the processes that are started would compile everything again
unexport PYTHONDONTWRITEBYTECODE

.PHONY: run test quick check check-webex fix bench prove pictures lock messages openapi reset
.DEFAULT_GOAL := run

run: $(VENV)/run.stamp
	@exec $(PY) manage.py up

test: $(VENV)/dev.stamp
	@CHROMIUM="$$($(PY) -m tests.browser.chromium)" && export CHROMIUM && exec $(PY) -m pytest -n $(WORKERS) --dist worksteal $(ARGS)

# The fast part of check, for pre-commit
quick: $(VENV)/dev.stamp
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/ruff check .
	$(VENV)/bin/lint-imports

openapi: $(VENV)/run.stamp
	@$(NO_SERVERS) $(PY) manage.py spectacular --file openapi.yaml

check: quick
	$(VENV)/bin/djlint templates --lint --quiet
	@$(NO_SERVERS) PYTHONWARNINGS=ignore $(PY) manage.py makemigrations --check --dry-run
	@$(NO_SERVERS) $(PY) -W ignore manage.py spectacular | diff -u openapi.yaml - || { echo 'openapi.yaml is not current: make openapi' >&2; exit 1; }
	@$(NO_SERVERS) $(VENV)/bin/mypy

fix: $(VENV)/dev.stamp
	$(VENV)/bin/ruff format .
	$(VENV)/bin/ruff check --fix .

prove: $(VENV)/dev.stamp
	@mkdir -p "$${VAR:-var}"
	@CHROMIUM="$$($(PY) -m tests.browser.chromium)" FULL_SIZE=true PROVE_LOG="$${VAR:-var}/prove.jsonl"; export CHROMIUM FULL_SIZE PROVE_LOG; \
	  $(PY) -m pytest $(PROOFS) -p no:randomly -q -s $(ARGS); status=$$?; $(PY) -m tests.reliability.promises "$$PROVE_LOG"; exit $$status

# The pictures of docs/guide, from a throwaway portal with the demo data
pictures: $(VENV)/dev.stamp
	@CHROMIUM="$$($(PY) -m tests.browser.chromium)" && export CHROMIUM && exec $(PY) -m tests.pictures

bench: $(VENV)/dev.stamp
	@mkdir -p "$${VAR:-var}"
	@BENCH_LOG="$${VAR:-var}/bench.jsonl"; export BENCH_LOG; \
	  $(PY) -m tests.performance $(ARGS); status=$$?; $(PY) -m tests.performance.page "$$BENCH_LOG"; exit $$status

# Our description of the Webex API against Cisco's, which is not part of this project: make check-webex SPEC=<its OpenAPI file>
check-webex: $(VENV)/dev.stamp
	@test -f "$(SPEC)" || { echo 'Say where the OpenAPI file is: make check-webex SPEC=...' >&2; exit 2; }
	@$(NO_SERVERS) $(PY) -m tests.webex.compare "$(SPEC)"

messages: $(VENV)/run.stamp
	@$(NO_SERVERS) $(PY) manage.py update_messages

lock:
	$(UV) pip compile pyproject.toml -o requirements/base.txt --generate-hashes --only-binary :all: --no-emit-index-url --python-version 3.11 --universal -q
	$(UV) pip compile pyproject.toml --extra dev -o requirements/dev.txt --generate-hashes --only-binary :all: --no-emit-index-url --python-version 3.11 --universal -q
	@$(NO_SERVERS) $(PY) manage.py write_sbom

reset:
	@printf 'Remove all data under %s? Type yes: ' "$${VAR:-var}"; read answer; [ "$$answer" = yes ] && rm -rf "$${VAR:-var}" && echo removed || echo kept

$(VENV)/bin/python:
	@for python in $(PYTHON) python3 python3.14 python3.13 python3.12 python3.11; do \
	  "$$python" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
	    && exec "$$python" -m venv $(VENV); \
	done; echo 'Python 3.11 or newer with venv is needed (on Debian: apt install python3-venv).' >&2; exit 1

$(VENV)/run.stamp: requirements/base.txt | $(VENV)/bin/python
	@echo 'installing the pinned dependencies ...'
	@$(PIP) -r requirements/base.txt
	@touch $@

$(VENV)/dev.stamp: requirements/dev.txt $(VENV)/run.stamp
	@echo 'installing the pinned tools for tests and checks ...'
	@$(PIP) -r requirements/dev.txt
	@touch $@
