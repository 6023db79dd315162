# Everything a contributor runs. `make test` is what CI runs, in the same way, on the same pinned versions.
# Needs Python 3.11 to 3.14, git and make; no root, no Redis, no GitHub account. All of it stays in .venv.

PYTHON ?= python3
UV ?= uv
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
BANDIT = $(BIN)/bandit --quiet --recursive --configfile pyproject.toml bot analyzers report_templates
FUZZED := tests/bot/webhooks/test_events.py tests/bot/webhooks/test_made_up_webhooks.py tests/bot/commands/test_commands.py tests/bot/observability/test_redaction.py \
	tests/bot/observability/test_logs.py tests/analyzers/test_policy.py tests/analyzers/test_policy_layers.py tests/analyzers/test_source_name.py
MERMAID := tests/mermaid/node_modules/.ready

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help setup compile test check lint audit pytest fuzz format demo lock clean

help: ## List what can be made.
	@awk -F ':.*## ' '/^[a-z]+:.*## /{printf "  make %-8s %s\n", $$1, $$2}' Makefile

setup: $(READY) $(MERMAID) ## Make .venv with everything pinned in requirements-dev.lock, and fifthwhy itself.

$(READY): pyproject.toml requirements-dev.lock hatch_build.py
	@command -v $(PYTHON) >/dev/null || { echo "fifthwhy needs Python 3.11 to 3.14, and '$(PYTHON)' is not on PATH. Install it, or say: make $(MAKECMDGOALS) PYTHON=/path/to/python3.x" >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 14))' || { echo "fifthwhy needs Python 3.11 to 3.14, and '$(PYTHON)' is $$($(PYTHON) --version 2>&1). Say: make $(MAKECMDGOALS) PYTHON=/path/to/python3.x" >&2; exit 1; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || { echo "'$(PYTHON)' cannot make a virtual environment with pip. On Debian and Ubuntu that is a package of its own: python3-venv." >&2; exit 1; }
	$(PYTHON) -m venv --clear $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --requirement requirements-dev.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

# The real Mermaid, which the tests of diagrams ask. Without npm there is none, and those tests are skipped.
$(MERMAID): tests/mermaid/package.json tests/mermaid/package-lock.json
	@if command -v npm >/dev/null; then npm ci --prefix tests/mermaid --silent && touch $@; \
	else echo "npm is not on PATH: Mermaid is not installed, and the tests that ask it are skipped. Install Node 20 or newer to run them."; fi

compile: $(READY) ## Compile again what mypyc compiles; needed after a change of it. FIFTHWHY_COMPILE=no removes it.
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .

test: setup ## Run all that CI runs: the linters, the types, the walls, then the tests.
	@$(MAKE) --no-print-directory lint
	@$(MAKE) --no-print-directory pytest

check: test ## The same.

lint: setup ## Run the linters, the type checker and the import walls only.
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BANDIT)

audit: setup ## Look for insecure code (also a part of lint), then ask PyPI whether anything that runs is known to be.
	$(BANDIT)
	@$(BIN)/pip-audit --requirement requirements.lock --require-hashes --disable-pip --strict || { echo "pip-audit did not pass. Where it lists no vulnerability above, PyPI did not answer it (it has no list of its own to go by): then the dependencies were NOT checked." >&2; exit 1; }

pytest: setup ## Run the tests only, on all cores. With ARGS those, one by one: make pytest ARGS="tests/bot -k settings"
	$(BIN)/python -m pytest $(or $(ARGS),--numprocesses auto --dist loadscope)

fuzz: setup ## Try far more made-up webhooks, comments and policies than the tests do. EXAMPLES=20000
	FUZZ_EXAMPLES=$(or $(EXAMPLES),5000) $(BIN)/python -m pytest -m hypothesis --hypothesis-profile=fuzz $(FUZZED)

format: setup ## Put the code in order: imports, layout, what ruff can mend by itself.
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

demo: setup ## Run the main job on this machine. KEEP=1 stays up, so that you can push to the demo repository.
	$(BIN)/fifthwhy demo $(if $(filter-out 0,$(KEEP)),--keep)

# --universal: one lock for all Pythons and platforms, by markers. The --no-emit options and --custom-compile-command keep
# addresses and machine paths out of the files; --no-strip-extras because pip before 24 takes `x` and `x[extra]` for two
# requirements and misses the hash of one. What is pinned stays pinned, unless UPGRADE=1.
COMPILE = $(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-strip-extras --no-annotate --no-emit-index-url \
	--no-emit-find-links --no-emit-build-options --custom-compile-command "make lock" $(if $(UPGRADE),--upgrade)

lock: ## Pin the dependencies again (needs uv). UPGRADE=1 takes newer versions.
	$(COMPILE) pyproject.toml --extra sentry --extra otel --output-file requirements.lock
	$(COMPILE) --group build --output-file requirements-build.lock
	$(COMPILE) pyproject.toml --extra demo --extra sentry --extra otel --extra dev --group build --constraint requirements.lock --output-file requirements-dev.lock

clean: ## Remove what was made here, .venv too.
	rm -f *__mypyc.*.so analyzers/reading/*.so analyzers/reading/quick/*.so
	rm -rf $(VENV) tests/mermaid/node_modules build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find bot analyzers report_templates tests -name __pycache__ -type d -prune -exec rm -rf {} +
