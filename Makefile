# The front door. `make` alone lists what there is.
#
# Every target that needs a build makes it, and every build starts with `setup`, which ends at once
# when all is installed. SETUP=skip leaves that step out (for systems other than Debian 12).

.DEFAULT_GOAL := help
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
MAKEFLAGS += --no-print-directory

PRESET ?= release
BUILD := build/$(PRESET)
BINARY := $(BUILD)/settled
JOBS ?= $(shell nproc)
PYTHON := /usr/bin/python3

# A clone in another folder finds what this one compiled: ccache sees paths relative to the project.
export CCACHE_BASEDIR := $(CURDIR)
export CCACHE_NOHASHDIR := 1

# STORE=postgres: a PostgreSQL of the demo's own, which ends with it.
DEMO_STORE = $(if $(filter-out sqlite postgres,$(STORE)),$(error STORE is sqlite or postgres))$(if $(filter postgres,$(STORE)),$(PYTHON) tools/postgres_server.py)

# KEYS=softhsm, KEYS=aws: the institution's key in a token of SoftHSM, or in what stands for AWS, which end with the demo.
DEMO_KEYS = $(if $(filter-out file softhsm aws,$(KEYS)),$(error KEYS is file, softhsm or aws))$(if $(filter softhsm,$(KEYS)),$(PYTHON) tools/softhsm_token.py)$(if $(filter aws,$(KEYS)),build/test-python/bin/python -P tools/aws_double.py)

# Tests are built in the preset of the server itself, so that a machine compiles everything once.

.PHONY: help setup setup-build configure configure-build build test-programs package run demo test bench lint fmt fuzz sim soak tour

help: ## List these targets.
	@printf 'settled: notifies a business the moment its money has really moved\n\n'
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) \
	  | awk -F ':.*## ' '{ printf "  make %-7s %s\n", $$1, $$2 }'

setup: ## Install compiler, libraries and test tools from Debian 12 (as root or through sudo).
ifneq ($(SETUP),skip)
	@tools/setup.sh all
endif

# What the server alone needs is a third of it.
setup-build:
ifneq ($(SETUP),skip)
	@tools/setup.sh build
endif

configure-build: setup-build
	@if [[ ! -f $(BUILD)/build.ninja ]]; then cmake --preset $(PRESET) >/dev/null; fi

# tests.txt is missing where the build folder was configured before the test tools were there.
configure: setup
	@if [[ ! -f $(BUILD)/tests.txt ]]; then cmake --preset $(PRESET) >/dev/null; fi

build: configure-build ## Build the server: build/release/settled (PRESET=dev, asan or tsan for others).
	@cmake --build $(BUILD) -j $(JOBS) --target settled

test-programs: configure
	@cmake --build $(BUILD) -j $(JOBS) --target settled settled_tests

package: build ## Make Debian packages: build/packages/settled_VERSION_amd64.deb.
	@$(PYTHON) tools/make_package.py --build $(BUILD) --out build/packages

run: build ## Run the server with ./data on 127.0.0.1:8080 (ARGS="…" adds options).
	@exec $(BINARY) serve --data ./data --listen 127.0.0.1:8080 $(ARGS)

demo: build $(if $(filter postgres,$(STORE))$(filter softhsm aws,$(KEYS)),setup) ## Show the whole story in your terminal (EXIT=1 ends after it; STORE=postgres NODES=3; KEYS=softhsm or aws).
	@exec $(DEMO_STORE) $(DEMO_KEYS) $(BINARY) demo $(if $(EXIT),--exit) $(if $(KEYS),--keys $(KEYS)) $(if $(NODES),--nodes $(NODES)) $(ARGS)

tour: build setup ## Make the pictures of docs/tour.md anew, with a fixed story in a real browser.
	@SETTLED_BINARY=$(abspath $(BINARY)) $(PYTHON) tools/tour.py

test: test-programs ## Run every test (FILTER=text for some, PRESET=asan under sanitizers).
	@$(PYTHON) tools/run_tests.py --build $(BUILD) --jobs $(JOBS) $(if $(FILTER),--filter '$(FILTER)') $(if $(SEED),--seed $(SEED))

bench: configure ## Measure and write bench/results/NAME.json (BENCH=name for one).
	@cmake --build $(BUILD) -j $(JOBS) --target settled bench/all
	@$(PYTHON) tools/run_bench.py --build $(BUILD) $(if $(BENCH),--only '$(BENCH)')

lint: configure ## Check format, dependencies, sizes, headers and clang-tidy's rules (PART=recent: not all files).
	@cmake --preset $(PRESET) >/dev/null # finds files that are new
	@tools/lint.sh $(BUILD) $(JOBS) $(PART)

fmt: setup ## Format every C++ file.
	@git ls-files -z --cached --others --exclude-standard '*.cpp' '*.h' \
	  | xargs -0 -r -P $(JOBS) -n 20 clang-format-19 -i

fuzz: setup ## Fuzz each target for SECONDS=30 (FUZZ=name for one).
	@if [[ ! -f build/fuzz/build.ninja ]]; then cmake --preset fuzz >/dev/null; fi
	@cmake --build build/fuzz -j $(JOBS) --target settled_fuzzers
	@$(PYTHON) tools/run_fuzz.py --build build/fuzz --seconds $(or $(SECONDS),30) $(if $(FUZZ),--only '$(FUZZ)')

sim: test-programs ## Run the randomised tests from a fresh seed (SEED=n repeats a run, ROUNDS=n does more).
	@$(PYTHON) tools/run_tests.py --sim --build $(BUILD) --jobs $(JOBS) --rounds $(or $(ROUNDS),1) $(if $(SEED),--seed $(SEED))

soak: test-programs ## Pay 10,000 orders and 10,000 loans with rejects, lost replies and restarts, and hold the ledger against them; partners away for 4 days; a kill at each write (ORDERS=n LOANS=n).
	@SOAK_ORDERS=$(or $(ORDERS),10000) SOAK_LOANS=$(or $(LOANS),10000) CRASH_ROUNDS=50 SETTLED_BINARY=$(abspath $(BINARY)) \
	  PYTHONDONTWRITEBYTECODE=1 $(if $(SEED),SETTLED_SEED=$(SEED)) $(PYTHON) -m pytest tests/soak tests/crash -q -s -p no:cacheprovider
