# SPDX-License-Identifier: Apache-2.0
# Everything is built in one configuration, release with testing enabled, so that nothing is compiled twice.

export PKG_CONFIG_PATH := $(CURDIR)/.deps/pkgconfig:$(PKG_CONFIG_PATH)
SWIFT_FLAGS := -c release -Xswiftc -enable-testing
RPATH = $(shell cat .deps/rpath 2>/dev/null)
SWIFT = $(if $(RPATH),MUMIC_LIBTORCH_RPATH=$(RPATH)) swift

.PHONY: build test format lint setup install clean

build: setup
	$(SWIFT) build $(SWIFT_FLAGS) --product mumic

setup:
	@Scripts/setup.sh

test: setup
	@Scripts/test.sh "$(SWIFT)" $(SWIFT_FLAGS)

format:
	swift format --in-place --recursive Package.swift Sources Tests
	swift format lint --strict --recursive Package.swift Sources Tests

lint:
	swift format lint --strict --recursive Package.swift Sources Tests

install: build
	@Scripts/install.sh "$(PREFIX)"

clean:
	rm -rf .build
