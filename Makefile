# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# make run [JOB=path/to/job.yml]   set up what is missing, then run the job (default: files/example/job.yml)
# make terminate [JOB=…]           remove the cluster that a job's run left standing
# make shell [NODE=worker-1]       log in to a node of the cluster that a job's run kept (JOB=…), by default its master
# make logs [JOB=…]                bring all daemons' logs of such a cluster to output/logs
# make down                        remove what the runs made on this machine
# make setup                       set up what a run needs, and no more
# make setup-dev                   set up what tests and gates need, too
# make archives                    make the archives of Hadoop and Java in build/archives (docs/archives.md)
# make collection                  make the collection's own archive in build/collection (docs/install.md)
# make docs                        make the site of the documentation in build/docs/html; a warning is an error
# make test                        every gate, the unit tests, and the end-to-end tests on the local cloud
# make test-long                   what takes longer: kill and break each phase; clusters that grow, shrink, sleep and lose nodes
# make test-matrix                 the same elsewhere: other versions and systems, and hosts of one's own
# make test-failures               provoke each cause of a failure that can be provoked, on one cluster
# make lint unit sanity format     parts of it: linters, unit tests, ansible-test, and the formatter
# make coverage                    how much of module_utils the unit tests run, package by package
# make bench [ONLY=row]            compare with what does the same otherwise: all rows take up to 90 minutes
# make lock [UPGRADE=1]            pin again what the .in files ask for

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
# Debian 12's make knows it for all targets only; those of set-up are made side by side by a make of their own.
ifeq ($(MAKELEVEL),0)
.NOTPARALLEL:
endif

# make takes any name without a word, and job=PATH would run the example.
$(foreach name,job node only upgrade,$(if $(findstring command line,$(origin $(name))),\
  $(error There is no $(name); it is written in capitals, as in make run JOB=path/to/job.yml)))

# A path in JOB counts from where make was called, with -C too.
export OHMY_CALLER := $(PWD)
export JOB
# What these say must come at once.
unexport PYTHONUNBUFFERED
unexport PYTHONPATH
unexport VIRTUAL_ENV

STAMPS := build/stamps
# What set-up makes besides Python environments.
MADE := $(addprefix $(STAMPS)/,image archives example)
PYTHON := .venv/bin/python
PYTEST := .venv/bin/pytest
# A cluster waits for much of its time, two use 60 % of two cores: three processes run tests side by side, each with a
# cloud of its own for whole runs (tests/side_by_side.py). Of four, some wait too long for what they are to see.
THREE := --numprocesses 3 --dist loadscope --no-loadscope-reorder

.PHONY: help setup setup-dev run terminate shell logs down test test-long test-matrix test-failures bench lint format sanity unit coverage archives collection docs lock

help:
	@sed -n 's/^# \(make .*\)/\1/p' Makefile

setup: $(STAMPS)/packages
	@$(MAKE) --silent --no-print-directory -j3 $(STAMPS)/venv $(MADE)

setup-dev: $(STAMPS)/packages-dev
	@$(MAKE) --silent --no-print-directory -j4 $(STAMPS)/venv-dev $(MADE)

archives: $(STAMPS)/archives

collection: $(STAMPS)/venv
	@scripts/tree build/collection/tree/ansible_collections/ohmy/hadoop
	@rm -rf build/collection/tree/ansible_collections/ohmy/hadoop/.git
	@cd build/collection/tree/ansible_collections/ohmy/hadoop && \
	  $(CURDIR)/.venv/bin/ansible-galaxy collection build --force --output-path $(CURDIR)/build/collection

docs: $(STAMPS)/venv-dev
	@scripts/docs build/docs

run: setup
	@$(PYTHON) scripts/run.py

terminate: $(STAMPS)/venv
	@$(PYTHON) scripts/run.py playbooks/terminate.yml

# Said to make alone: the environment may hold a NODE of somebody else's.
shell: NODE := master
shell: $(STAMPS)/venv
	@$(PYTHON) scripts/run.py playbooks/login.yml "$(NODE)"

logs: $(STAMPS)/venv
	@$(PYTHON) scripts/run.py playbooks/logs.yml

down:
	@scripts/as_root "remove the local cloud's containers, network and firewall rules" $(PYTHON) -m localcloud down

test: setup-dev
	@scripts/test tests/end_to_end tests/gates tests/faults tests/unit tests/archives -m "not long and not matrix and not failures" $(THREE)

test-long: setup-dev
	@scripts/test tests/end_to_end tests/faults tests/fleet tests/archives tests/browser -m long $(THREE)

test-matrix: setup-dev
	@scripts/test tests/end_to_end tests/archives -m matrix $(THREE)

test-failures: setup-dev
	@scripts/test tests/end_to_end -m failures

lint: $(STAMPS)/venv-dev
	@$(PYTEST) -q tests/gates -m "not sanity"

format: $(STAMPS)/venv-dev
	@.venv/bin/ruff check --quiet --fix --exit-zero . && .venv/bin/black --quiet .

sanity: $(STAMPS)/venv-dev
	@scripts/sanity

unit: $(STAMPS)/venv-dev
	@$(PYTEST) -q tests/unit

coverage: $(STAMPS)/venv-dev
	@$(PYTEST) -q tests/unit --numprocesses auto --dist worksteal --cov --cov-report=json:build/coverage.json
	@$(PYTHON) scripts/coverage_table.py build/coverage.json

bench: setup-dev
	@scripts/as_root "start the comparisons' local cloud: containers, a network and firewall rules" \
	  env "PATH=$$PATH" "ONLY=$(ONLY)" $(PYTHON) -m bench

lock: $(STAMPS)/venv
	@$(PYTHON) scripts/lock.py . $(if $(UPGRADE),--upgrade)

# Each step leaves a stamp, and is done again only when what it was made from has changed.
$(STAMPS)/packages: packages.txt scripts/packages scripts/as_root
	@scripts/packages packages.txt
	@mkdir -p $(@D) && touch $@

$(STAMPS)/packages-dev: packages-dev.txt $(STAMPS)/packages
	@scripts/packages packages-dev.txt
	@mkdir -p $(@D) && touch $@

$(STAMPS)/venv: requirements.txt scripts/venv | $(STAMPS)/packages
	@scripts/venv requirements.txt
	@mkdir -p $(@D) && touch $@

$(STAMPS)/venv-dev: requirements-dev.txt $(STAMPS)/venv
	@scripts/venv requirements-dev.txt
	@mkdir -p $(@D) && touch $@

$(STAMPS)/image: $(shell find localcloud/image -type f ! -name '*.pyc') | $(STAMPS)/packages $(STAMPS)/venv
	@scripts/as_root "build the image of the local cloud's instances" $(PYTHON) -m localcloud image
	@mkdir -p $(@D) && touch $@

$(STAMPS)/archives: $(shell find archives -type f ! -name '*.pyc' ! -name '*.md') | $(STAMPS)/packages
	@/usr/bin/python3 archives/build.py build/archives
	@mkdir -p $(@D) && touch $@

$(STAMPS)/example: scripts/example_text | $(STAMPS)/packages
	@scripts/example_text build/example/bible.txt
	@mkdir -p $(@D) && touch $@
