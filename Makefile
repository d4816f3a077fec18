# Everything one does with Gerald. `make help` lists it; ARGS="..." goes on to the command that a target runs.
SHELL := /bin/bash
.DEFAULT_GOAL := help
PYTHON ?= python3
VENV := .venv/bin
# tests that run at a time; most of them wait more than they compute
JOBS ?= $(shell expr $$(nproc 2>/dev/null || echo 2) + 1)
export PYTHON EXTRAS FULL

.PHONY: help setup setup-dev run demo test test-eyes test-page test-windows pictures mutants simulate soak lint format docs bench lock clean

help: ## this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/\1\t\2/' | expand -t 12

setup: ## make .venv with everything that a run needs (system packages too, when permitted); EXTRAS=languages brings more
	@tools/setup.sh

setup-dev: ## the same with the tools for tests and lint
	@tools/setup.sh --dev

run: setup ## start Gerald: make run ARGS="--text"
	@exec $(VENV)/supervisor run $(ARGS)

demo: setup ## test the whole pipeline on this machine, without VRChat or sound hardware
	@exec $(VENV)/supervisor demo $(ARGS)

test: lint ## lint, then every test: make test ARGS="tests/config -x"
	$(VENV)/python -m pytest -n $(JOBS) --dist worksteal $(ARGS)

test-eyes: setup-dev ## draw new pictures and a film with Chromium and judge the eyes by them, ten minutes: GERALD_EYES_SEED=7 make test-eyes
	GERALD_EYES=1 $(VENV)/python -m pytest -s tests/pictures $(ARGS)

test-page: setup-dev ## every screen and button of the page in a real Chromium, which it installs
	@tools/browser.sh
	$(VENV)/python -m pytest tests/page $(ARGS)

test-windows: setup-dev ## on Windows' Python under Wine, which it installs: quick pieces, FULL=1 all, or ARGS="nodes page"
	@tools/wine.sh setup
	@tools/wine.sh test $(ARGS)

pictures: setup-dev ## draw the kept pictures of tests/pictures, and those of docs/eyes.md and docs/page.md, anew
	$(VENV)/python -m tests.pictures.kept
	$(VENV)/python -m tests.pictures.page
	$(VENV)/python -m tests.page.pictures

simulate: setup-dev ## the simulator for long: 2,000 seeds, and every planted bug: make simulate ARGS="--seeds 500"
	$(VENV)/supervisor simulate --seeds 2000 --jobs $$(nproc 2>/dev/null || echo 2) $(ARGS)
	GERALD_SOAK=1 $(VENV)/python -m pytest tests/supervisor/simulation

mutants: setup-dev ## whether tests fail when the code is wrong, part by part: make mutants ARGS="launcher osc"
	nice -n 5 $(VENV)/python tools/mutation $(ARGS)

soak: setup-dev ## the long tests, or with HOURS a day unattended: make soak HOURS=24, or six hours of talk in one: HOURS=1 TALK=6
ifdef HOURS
	$(VENV)/python tools/day.py --hours $(HOURS) $(if $(TALK),--talk $(TALK))
else
	GERALD_SOAK=1 $(VENV)/python -m pytest tests/flows/test_killed_store.py tests/flows/test_terminal.py tests/actors/persistence/test_damage.py \
		tests/flows/test_replay_again.py tests/flows/test_demo.py tests/fuzz tests/config/test_fuzz.py \
		tests/actors/vision/test_killed_detectors.py $(ARGS)
endif

lint: setup-dev ## format, style, types and layers
	$(VENV)/ruff format --check .
	$(VENV)/ruff check .
	$(VENV)/mypy --platform linux --cache-dir .mypy_cache/linux
	$(VENV)/mypy --platform darwin --cache-dir .mypy_cache/darwin
	$(VENV)/mypy --platform win32 --cache-dir .mypy_cache/win32
	$(VENV)/lint-imports --no-logo
	$(VENV)/python tools/backdoors.py
	$(VENV)/python tools/addresses.py
	$(VENV)/python tools/waits.py

format: setup-dev ## put the code into the project's format
	$(VENV)/ruff format .
	$(VENV)/ruff check --fix .

docs: setup-dev ## write the generated parts of docs/: configuration, commands, metrics, windows
	$(VENV)/python -m config.tools.reference
	$(VENV)/python tools/commands_page.py
	$(VENV)/python tools/metrics_page.py
	$(VENV)/python tools/windows_page.py

bench: setup-dev ## every benchmark, then one table of their figures: make bench ARGS="kernel state"
	$(VENV)/python benchmarks/run_all.py $(ARGS)

lock: setup-dev ## renew tools/lock/ (versions and sums) from pyproject.toml
	@tools/lock.sh

clean: ## remove caches and build output; .venv and what belongs to an owner stay
	rm -rf build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis .coverage htmlcov
	find actors supervisor config tests benchmarks -name __pycache__ -type d -prune -exec rm -rf {} + 2>/dev/null || true
