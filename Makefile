# Two commands: `make up` runs everything, `make test` checks everything. Both set up what they need first.
SHELL := /bin/bash
.DEFAULT_GOAL := help
PYTHON ?= python3
BIN := .venv/bin
export UV_FIND_LINKS := $(PIP_FIND_LINKS)

.PHONY: help up test env train widget browser mailserver lint bench evaluation pictures lock clean

help: ## this list
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

up: env train widget ## set up what is missing and run everything; Ctrl-C stops it
	@exec $(BIN)/wederhoor up

test: env train widget browser mailserver lint ## set up what is missing and check everything
	@setup/step "bot tests"
	@cd bot && WEDERHOOR_BOT_MODELS=../var/bot .venv/bin/python -m pytest -q tests
	@setup/step "tests, with a real database, bot and browser"
	@$(BIN)/python -m pytest

env: .venv/app.stamp bot/.venv/bot.stamp ## the two Python environments

.venv/app.stamp: requirements/all.txt pyproject.toml setup/environment
	@setup/environment app $(PYTHON)

bot/.venv/bot.stamp: bot/requirements.txt setup/environment .venv/app.stamp
	@setup/environment bot

train: env ## train bot and grader, if their data or code changed
	@cd bot && WEDERHOOR_BOT_MODELS=../var/bot .venv/bin/python -m wederhoor_bot.train
	@$(BIN)/wederhoor train

widget: env ## build the widget, if its source changed
	@setup/widget

browser: env ## find a Chromium, or install one
	@setup/browser

mailserver: env ## find a Dovecot, or install one
	@setup/mailserver

lint: env ## style, types and the order of packages
	@setup/step "ruff, mypy, import-linter"
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-logo

bench: env train ## measure against stock Rasa in the same run
	@$(BIN)/python -m bench

evaluation: env train ## docs/evaluation.md, measured anew
	@$(BIN)/python -m bench.evaluation

pictures: env train widget browser ## the pictures in docs/pictures
	@$(BIN)/python -m tests.browser.pictures

lock: env ## renew the pinned versions in requirements/
	@setup/lock

clean: ## remove what was made: environments, database, models, keys, logs
	rm -rf .venv bot/.venv var web/widget/node_modules
