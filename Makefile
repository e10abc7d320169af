# The two commands of a newcomer: `make run` and `make test`. What each needs, it installs.
.DEFAULT_GOAL := help
.PHONY: help run test lint bench shots browser clean

PYTHON ?= python3
VENV := .venv
PY := $(VENV)/bin/python
WORKERS ?= 2
TESTS ?=
PACKAGES := crm customers interactions readiness

help:
	@echo "make run     start everything on this machine (PORT=8000, CRM_DATA_DIR=.data)"
	@echo "make test    run every test; installs what the tests need, Chromium too"
	@echo "make lint    style, types, layers, dependencies, templates, migrations"
	@echo "make bench   measure the promised speeds"
	@echo "make shots   pictures of every main page into .shots/"
	@echo "make clean   remove the environment; data stays"

run: $(VENV)/base.stamp
	@exec $(PY) manage.py up

test: $(VENV)/dev.stamp browser
	@exec $(PY) -m pytest -n $(WORKERS) --dist loadfile $(TESTS)

lint: $(VENV)/dev.stamp
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/mypy $(PACKAGES) tests
	$(VENV)/bin/lint-imports
	$(VENV)/bin/deptry .
	$(VENV)/bin/djlint --lint --quiet templates
	$(PY) -W ignore::RuntimeWarning manage.py makemigrations --check --dry-run

bench: $(VENV)/dev.stamp
	@exec $(PY) -m tests.bench

shots: $(VENV)/dev.stamp browser
	@exec $(PY) -m tests.shots

browser: $(VENV)/dev.stamp
	@$(PY) -m tests.chromium

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .import_linter_cache

# A stamp is made last, so that an interrupted installation is taken up again. The development
# environment holds everything the product needs: `make run` after `make test` installs nothing.
$(VENV)/base.stamp: requirements/base.txt
	@if [ ! -e $(VENV)/dev.stamp ] || [ requirements/dev.txt -nt $(VENV)/dev.stamp ]; then $(call install,base); fi
	@touch $@

$(VENV)/dev.stamp: requirements/dev.txt requirements/base.txt
	@$(call install,dev)
	@touch $@

define install
$(call environment) && \
echo "Installing what the $(if $(filter dev,$(1)),tests need,product needs); this takes a minute the first time." && \
$(PY) -m pip install --quiet --disable-pip-version-check --no-input --require-hashes --no-deps -r requirements/$(1).txt
endef

define environment
$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
  || { echo "Python 3.11 or newer is needed; name it: make PYTHON=python3.12 ..." >&2; exit 1; } && \
{ [ -x $(PY) ] && $(PY) -m pip --version >/dev/null 2>&1 || $(PYTHON) -m venv --clear $(VENV) \
  || { echo "The environment could not be made; on Debian or Ubuntu: apt-get install python3-venv" >&2; exit 1; }; }
endef
