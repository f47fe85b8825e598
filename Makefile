# What people run. Each target calls the program that does the work; `make` alone is `make run`.
.PHONY: run setup bundle test browser check bench fmt

# Builds everything and serves it with a generated demo city. DATABASE_URL=postgres://… for PostgreSQL.
run: export DOORSTEP_DEMO ?= true
run: setup bundle
	cargo run --release --package doorstep-server -- serve

# Installs what this machine lacks; the other targets call it with their purpose.
setup:
	@.ci/setup

# WebAssembly, styles and static files into dist/, with a byte table; fails over budget.
bundle:
	@cargo run --quiet --package doorstep-bundle

test:
	@.ci/setup test
	@.ci/test

# Real Chromium walking the pages; needs the bundle.
browser: bundle
	@.ci/setup test
	cargo nextest run --workspace --exclude doorstep-family --test browser --no-fail-fast

check:
	@.ci/setup check
	@.ci/check

# ONLY=search runs a part.
bench:
	@.ci/setup bench
	@cargo run --quiet --package doorstep-bundle
	cargo run --release --bin bench -- $(ONLY)

fmt:
	cargo fmt --all
