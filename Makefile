# SPDX-License-Identifier: Apache-2.0
# Everything is built in one configuration, release with testing enabled, so that nothing is compiled twice.

export PKG_CONFIG_PATH := $(CURDIR)/.deps/pkgconfig$(if $(PKG_CONFIG_PATH),:$(PKG_CONFIG_PATH))
SWIFT_FLAGS := -c release -Xswiftc -enable-testing
# A libtorch outside .deps/libtorch: setup says where; read when a recipe runs, after setup.
RPATH = $(shell cat .deps/rpath 2>/dev/null)
SWIFT = $(if $(RPATH),env MUMIC_LIBTORCH_RPATH=$(RPATH) )swift
SOURCES := Package.swift Sources Tests Examples Experiments Snippets IntegrationTests/consumer IntegrationTests/verbs

.PHONY: help build demo experiments docs test test-long format lint setup install clean
.DEFAULT_GOAL := build

help:
	@echo 'make build                   fetch what is missing and build the program, .build/release/mumic'
	@echo 'make demo                    builds, then shows the main job on pictures that it makes: see demo/report.html'
	@echo 'make experiments             the tables of docs/experiments.md again (EXPERIMENTS="--quick": a trial)'
	@echo 'make docs                    the documentation, in .build/docs'
	@echo 'make test                    everything that CI checks'
	@echo 'make test-long               the server under load, with real clients and tools (LONG="--scale 0.1": a trial)'
	@echo 'make install PREFIX=/usr/local   the program and its libraries in PREFIX; DESTDIR=… puts them below it'
	@echo 'make format, make lint       swift-format, in place and as a check'
	@echo 'make setup                   only the packages and libtorch'
	@echo 'make clean                   remove what was built; .deps (libtorch) stays'
	@echo
	@echo 'LIBTORCH=/path/to/libtorch uses a libtorch of your own, for instance a CUDA build; else that of an installed'
	@echo 'Python torch is used, else one is fetched into .deps.'

build: setup
	$(SWIFT) build $(SWIFT_FLAGS) --product mumic

setup:
	@Scripts/setup/setup.sh

demo: build
	$(SWIFT) build $(SWIFT_FLAGS) --product sample-world
	@Scripts/ci/demo.sh .build/release Models/sample-world demo

experiments: build
	$(SWIFT) build $(SWIFT_FLAGS) --product sample-world
	$(SWIFT) build $(SWIFT_FLAGS) --product experiments
	.build/release/experiments run --all --minutes 100 $(EXPERIMENTS)

docs: build
	@Scripts/ci/docs.sh .build/release .build/docs

test: setup
	@Scripts/ci/test.sh "$(SWIFT)" $(SWIFT_FLAGS)

# Real clients, real tools, an hour: what they need is said by the scripts.
test-long: build
	$(SWIFT) build $(SWIFT_FLAGS) --product sample-world
	IntegrationTests/serve/long.sh $(LONG)
	deploy/check.sh

format:
	swift format --in-place --parallel --recursive $(SOURCES)
	@$(MAKE) --no-print-directory lint

lint:
	swift format lint --strict --parallel --recursive $(SOURCES)

# The prefix is checked first: nobody wants to hear of it after a build of minutes.
install:
	@[ -n "$(PREFIX)" ] || { \
		echo 'error: PREFIX is empty; say where to install, for instance: make install PREFIX=/usr/local' >&2; exit 1; }
	@$(MAKE) --no-print-directory build
	@Scripts/setup/install.sh "$(PREFIX)"

clean:
	rm -rf .build
