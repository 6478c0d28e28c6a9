# Every command sets up what it lacks; a second call takes a moment. `make` prints this list.
.DEFAULT_GOAL := help
.PHONY: help run setup stop test test-long bench check fix images messages reindex
SHELL := /bin/bash
PYTHON ?= python3
export PYTHON
# What a command says must be seen at once, in a log file too.
export PYTHONUNBUFFERED := 1

manage := .venv/bin/python manage.py

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' Makefile

run: ## the whole shop with demo data: both doors, workers, bank, search; Ctrl-C stops it
	@bin/setup run
	@exec $(manage) serve

setup: ## environment, database and demo data, without starting anything
	@bin/setup dev
	@$(manage) prepare

stop: ## the embedded database, and what a killed `make run` left behind
	@[ ! -x .venv/bin/python ] || $(manage) stop

test: ## unit, integration, walls, then one visit in a real browser
	@bin/setup dev
	@bin/test

test-long: ## everything: slow tests, races, kills
	@bin/setup dev
	@bin/test long

bench: ## this shop against stock Oscar on the same data
	@bin/setup dev
	@$(manage) prepare --no-demo
	@.venv/bin/python -m tests.bench

check: ## lint, types, import contracts, templates, migrations, texts
	@bin/setup dev
	@bin/check

fix: ## what ruff can put right by itself
	@bin/setup dev
	@.venv/bin/ruff check --fix . ; .venv/bin/ruff format .

images: ## photograph the pages of the visits into docs/images
	@bin/setup dev
	@PHOTOGRAPH=1 .venv/bin/pytest tests/journeys/test_the_loop.py tests/journeys/test_a_stall_on_a_phone.py -m journey -q

messages: ## collect the texts of all areas into their Persian catalogues
	@bin/setup dev
	@bin/messages

reindex: ## rebuild the search index
	@$(manage) reindex
