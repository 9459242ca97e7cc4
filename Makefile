# `make reports` and `make test` are all a user needs: each sets itself up first, once.
# Only relative paths and `python -m`: the folder may stand under a path with spaces and accents.
PYTHON ?= python3
VERSION := $(shell $(PYTHON) -c "import sys; print('%d.%d' % sys.version_info[:2])" 2>/dev/null)
ifeq ($(VERSION),)
$(error Python introuvable : installez Python 3.11 ou plus récent, ou nommez-le, par exemple make PYTHON=python3.13 reports)
endif
VENV := .venv/bin/python
# Wheels only, each held to the hash of its lock; the lock is complete, so nothing is left to resolve.
INSTALL := $(VENV) -m pip install --quiet --disable-pip-version-check --no-deps
LOCKED := $(INSTALL) --only-binary :all: --no-compile --require-hashes -r
# An environment that is not byte-compiled triples every import; pip would compile on one core. Nobody imports
# the tests of the libraries, a quarter of what they are.
COMPILE := $(VENV) -m compileall -q -j 0 -x '/tests?/' .venv/lib
RESOLVE := build/uv/bin/python -m uv pip compile --quiet --upgrade --universal --python-version 3.11 \
	--fork-strategy fewest --only-binary :all: --generate-hashes --no-header --no-annotate
# Whatever the environment says: each of the forty processes of the tests would compile the package again.
export PYTHONDONTWRITEBYTECODE :=
# The matching of a country, compiled for this processor and kept beside the package: its first user does not wait.
MATCHING := import pandas as pd; from eit_analysis.synergies.matching import best; best.EXHAUSTIVE_PAIRS = 0; \
	place = pd.DataFrame({'class_code': [0], 'latitude': 0.0, 'longitude': 0.0, 'mass_t_per_year': 1.0}); \
	best.best_matches(place, place, [[1.0]], 1.0, 1)
EIT := $(VENV) -m eit_analysis
STUDY := thur-doller

.PHONY: help setup data reports test lint pytest search docs sphinx lab peers lock axe

help:
	@echo "make reports   nettoie l'étude d'exemple et publie ses rapports dans reports/"
	@echo "make test      vérifie le code et les carnets"
	@echo "make search    cherche au hasard des contre-exemples, une heure (MINUTES=60)"
	@echo "make docs      construit la documentation dans build/docs/"
	@echo "make lab       ouvre les carnets dans JupyterLab"
	@echo "make axe       va chercher axe-core, qui vérifie l'accessibilité des pages (avec npm)"
	@echo "make lock      refait les fichiers requirements*.lock (développeurs)"
	@echo "Avec un autre Python (3.11 ou plus récent) : make PYTHON=python3.13 reports"

reports: data
	$(EIT) run $(STUDY) --audience internal --audience partners --audience public

# mypy has one core for half a minute: the other need not wait.
test: setup
	@$(MAKE) --no-print-directory -j 2 lint pytest

# A file stays whole on one process: its fixtures run once, and the cells of a notebook in their order.
pytest: data
	$(VENV) -m pytest -n auto --dist loadfile --no-loadscope-reorder --nbval-lax --nbval-current-env tests notebooks

# Random examples of every law, anew from each seed, for so many minutes; each find becomes an @example.
MINUTES := 60
SEED := $(shell date +%s)
search: data
	@seed=$(SEED); end=$$(($$(date +%s) + 60 * $(MINUTES))); found=; \
	while [ $$(date +%s) -lt $$end ]; do \
		$(VENV) -m pytest -n auto -m hypothesis --hypothesis-profile search --hypothesis-seed $$seed --tb=short tests \
			|| found="$$found $$seed"; \
		seed=$$((seed + 1)); \
	done; \
	if [ "$$found" ]; then echo "Des lois sont en défaut, graines :$$found" >&2; exit 1; fi; \
	echo "Graines $(SEED) à $$((seed - 1)) : rien trouvé."

lint: setup
	$(VENV) -m ruff check .
	$(VENV) -m ruff format --check .
	$(VENV) -m mypy

data: setup
	$(EIT) clean $(STUDY) --wave 2015 --wave 2018
	$(EIT) import sirene data/raw/$(STUDY)/sirene_fictif.csv $(STUDY) --wave 2018
	$(EIT) import outlets data/raw/$(STUDY)/exutoires_fictifs.csv $(STUDY) --wave 2018

# Each warning is an error; `docs/conf.py` writes the pages of the reference from the package itself.
docs: sphinx setup
	@rm -rf build/docs
	$(VENV) -m sphinx -E -b html -n -W --keep-going -q -j auto -d build/docs-read docs build/docs

# What checks the accessibility of pages in a browser; without it or npm, its tests are skipped.
AXE := 4.11.0
axe: build/axe-core/axe-$(AXE)
build/axe-core/axe-$(AXE):
	@mkdir -p build/axe-core
	cd build/axe-core && npm pack --silent axe-core@$(AXE) && tar -xzf axe-core-$(AXE).tgz package/axe.min.js
	@mv build/axe-core/package/axe.min.js build/axe-core/axe.min.js
	@rm -r build/axe-core/package build/axe-core/axe-core-$(AXE).tgz
	@touch $@

lab: .venv/lab-$(VERSION) setup
	$(VENV) -m jupyterlab --LabApp.default_url=/lab/tree/notebooks

setup: .venv/ready-$(VERSION)

# The stamps carry the version, so that another PYTHON makes the environment anew.
.venv/ready-$(VERSION): .venv/locked-$(VERSION) pyproject.toml
	@$(INSTALL) --no-build-isolation -e .
	@$(VENV) -c "$(MATCHING)"
	@touch $@

.venv/locked-$(VERSION): requirements.lock
	@$(PYTHON) -c "import sys; sys.exit(sys.version_info < (3, 11) and 'Il faut Python 3.11 ou plus récent : nommez-le, par exemple make PYTHON=python3.13 reports')"
	@echo "Installation des bibliothèques dans .venv (une à deux minutes, la première fois seulement)…"
	@$(PYTHON) -m venv --clear .venv
	@$(LOCKED) requirements.lock
	@$(COMPILE)
	@touch $@

.venv/lab-$(VERSION): requirements-lab.lock .venv/locked-$(VERSION)
	@echo "Installation de JupyterLab dans .venv (une demi-minute environ, la première fois seulement)…"
	@$(LOCKED) requirements-lab.lock
	@$(COMPILE)
	@touch $@

sphinx: .venv/docs-$(VERSION)

.venv/docs-$(VERSION): requirements-docs.lock .venv/locked-$(VERSION)
	@echo "Installation de Sphinx dans .venv (un quart de minute environ, la première fois seulement)…"
	@$(LOCKED) requirements-docs.lock
	@$(COMPILE)
	@touch $@

peers: setup
	@$(LOCKED) requirements-peers.lock

# JupyterLab and the peers are held to the versions of the main lock, into whose environment they go.
lock: build/uv/ready
	$(RESOLVE) pyproject.toml --group dev -o requirements.lock
	$(RESOLVE) --group lab -c requirements.lock -o requirements-lab.lock
	$(RESOLVE) --group docs -c requirements.lock -o requirements-docs.lock
	$(RESOLVE) --group peers -c requirements.lock -o requirements-peers.lock

build/uv/ready:
	@$(PYTHON) -m venv build/uv
	@build/uv/bin/python -m pip install --quiet --disable-pip-version-check uv
	@touch $@
