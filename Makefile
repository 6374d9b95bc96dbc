# `make demo` and `make test` are all that a fresh machine with Python 3.11 needs: each target sets up its own.

PYTHON ?= python3
VENV := .venv
PY := $(VENV)/bin/python
READY := $(VENV)/ready
COMPILE := $(VENV)/bin/uv pip compile --quiet --universal --generate-hashes \
	--no-emit-index-url --no-emit-find-links --no-header --no-annotate

.DEFAULT_GOAL := help
.PHONY: help demo test run shake bench soak groups fuzz lint lock screenshots clean

help: ## Say what there is
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1: \2/p' Makefile

demo: $(READY) ## Play with the bot in a make-believe world
	@$(PY) -m bot demo

run: $(READY) ## Run the bot for real (settings: docs/settings.md)
	@$(PY) -m bot

lint: $(READY) ## Style, types, directions of imports
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/mypy
	$(VENV)/bin/lint-imports

# What one process has compiled, the others need not: the environment of a container may forbid that.
test: export PYTHONDONTWRITEBYTECODE :=
test: lint ## Everything that CI asks for
	$(PY) -m coverage erase
	$(PY) -m coverage run -m pytest -n 6 --dist worksteal
	$(PY) -m coverage combine --quiet
	$(PY) -m coverage report --fail-under=90

shake: $(READY) ## All tests with tasks that go on late at random: finds what counts on a quick machine
	$(PY) -m pytest -n 10 --dist worksteal -p tests.shaken

bench: $(READY) ## Measure (docs in bench/)
	@$(PY) -m bench

soak: $(READY) ## Kill the bot a thousand times, then a storm of webhooks; compare the books (hours)
	@$(PY) -m tests.e2e.soak --kills 1000 --orders 10000 --customers 12
	@$(PY) -m tests.bot.storm --webhooks 100000

groups: $(READY) ## Press in groups: one Buy many times, many at a limit, what must not be pressed (an hour)
	@$(PY) -m tests.e2e.crowd --groups 100 --presses 50 --parallel 500 --forged 100000

fuzz: $(READY) ## A million mutated answers of the sites (minutes)
	@$(PY) -m tests.providers.fuzz --count 1000000

screenshots: $(READY) ## Draw docs/screenshot.png anew
	@$(PY) -m bench.screenshots

lock: $(READY) ## Choose the newest versions and lock them with hashes
	@$(PY) -m pip install --quiet uv
	$(COMPILE) --upgrade --all-extras pyproject.toml --output-file requirements.lock > /dev/null
	$(COMPILE) --upgrade --extra postgres --extra sentry --constraints requirements.lock pyproject.toml \
		--output-file requirements-run.lock > /dev/null

clean: ## Remove what the other targets made, but no data
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache .coverage* *.egg-info build
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# Done again only when the lock or the project's own description has changed.
$(READY): requirements.lock pyproject.toml
	@command -v $(PYTHON) > /dev/null || { echo "Python 3.11 or newer is needed: $(PYTHON) is not there (try make PYTHON=python3.11)" >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Python 3.11 or newer is needed, $(PYTHON) is `$(PYTHON) -V 2>&1` (try make PYTHON=python3.11)" >&2; exit 1; }
	@test -x $(PY) || $(PYTHON) -m venv $(VENV) || \
		{ rm -rf $(VENV); echo "Python's venv module is needed (Debian: apt-get install python3-venv)" >&2; exit 1; }
	@echo "Setting up $(VENV), a minute at the first time ..."
	@$(PY) -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@$(PY) -m pip install --quiet --disable-pip-version-check --no-build-isolation --no-deps -e .
	@touch $@
