PYTHON ?= python3
TEST_PROCESSES ?= 3
BIN := .venv/bin
READY := .venv/installed
UV_LOCK = awk '/^uv==/ { on = 1 } on { print } on && !/\\$$/ { exit }' requirements.lock > .venv/uv.lock
# Whatever the environment says: many processes start, and each would compile everything anew.
export PYTHONDONTWRITEBYTECODE :=

.DEFAULT_GOAL := help
.PHONY: help install run test check format structure properties rectools walk schemathesis screenshots messages lock \
	bench bench-pages bench-updates bench-load bench-kills bench-backup bench-sources \
	bench-offline bench-judged bench-recency bench-cluster bench-catalogue bench-covers bench-outside bench-push \
	bench-reviews bench-meaning bench-kinds bench-looks bench-sequence

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-15s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: $(READY) ## Start the site on http://127.0.0.1:8000 (PORT=8001: another port; SOURCES=recorded: rehearse a week of sources)
	@exec sh anirec/start/restart_if_killed.sh $(BIN)/python -m anirec.start.launch

test: $(READY) ## Run every test, on its own PostgreSQL and Valkey
	@$(BIN)/python -m pytest -n $(TEST_PROCESSES) --dist worksteal -q -rs

check: $(READY) ## Check style, types, imports, migrations, templates, styles and the API schema
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	SECRET_KEY=unused $(BIN)/mypy .
	$(BIN)/lint-imports
	$(BIN)/hadolint Dockerfile
	$(BIN)/djlint templates --check --quiet
	$(BIN)/python -m anirec.structure styles
	$(BIN)/python manage.py makemigrations --check --dry-run
	$(BIN)/python manage.py spectacular --validate --fail-on-warn --file /dev/null

install: ## Install a deployment's packages into .venv, without those for development, and collect static files
	$(PYTHON) -m venv .venv
	$(UV_LOCK)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r .venv/uv.lock
	$(BIN)/uv pip install --python $(BIN)/python --constraint requirements.lock -r pyproject.toml --extra workers
	SECRET_KEY=unused $(BIN)/python manage.py collectstatic --noinput --clear --verbosity 0

format: $(READY) ## Format Python, templates and styles
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
	-$(BIN)/djlint templates --reformat --quiet
	$(BIN)/python -m anirec.structure styles --write

structure: $(READY) ## Measure the code: files in a folder, circles, functions; SUBJECT=catalog.airing lists what names a subject
	@$(BIN)/python -m anirec.structure $(if $(SUBJECT),names $(SUBJECT),report)

properties: $(READY) ## Run the property tests with 10,000 cases each
	@HYPOTHESIS_PROFILE=thorough $(BIN)/python -m pytest -n $(TEST_PROCESSES) -q -m property --timeout 3600

rectools: $(READY) ## Ask RecTools, in an environment of its own, for the figures that tests compare our metrics with
	@$(BIN)/uv run --quiet --no-project --isolated --python $(BIN)/python --with rectools==0.19.0 \
	    python -m tests.recommendations.engine.metrics.ask_rectools

walk: $(READY) ## Look at every page on a phone and a desktop screen, light and dark
	@WALK=whole $(BIN)/python -m pytest -n $(TEST_PROCESSES) -q tests/e2e/test_accessibility.py

schemathesis: $(READY) ## Test the API against its schema with many EXAMPLES of each kind (default 50)
	@SCHEMATHESIS_OPTIONS="--phases coverage,fuzzing,stateful --max-examples $${EXAMPLES:-50}" \
	    $(BIN)/python -m pytest -q tests/anirec/api/test_schemathesis.py

bench: $(READY) ## Measure the site's speed
	@$(BIN)/python -m anirec.bench.speeds $(OPTIONS)

bench-pages: $(READY) ## Measure pages, on the server and in a browser
	@$(BIN)/python -m anirec.bench.pages $(OPTIONS)

bench-updates: $(READY) ## Measure how soon one member sees what another did
	@$(BIN)/python -m anirec.bench.updates

bench-load: $(READY) ## Measure a whole site: its start, memory, crowds, sign-ups, WebSockets (OPTIONS="--soak 60": an hour more)
	@$(BIN)/python -m anirec.bench.load $(OPTIONS)

bench-kills: $(READY) ## Kill each part of a site under load, fill its disk, and measure how soon it is back
	@$(BIN)/python -m anirec.bench.kills $(OPTIONS)

bench-backup: $(READY) ## Back up a site of 15,000 members, restore it, and compare every table
	@$(BIN)/python -m anirec.bench.backups $(OPTIONS)

bench-sources: $(READY) ## Live weeks with rehearsed catalogue sources that change, refuse, fail and come back
	@$(BIN)/python -m anirec.bench.sources $(OPTIONS)

bench-outside: $(READY) ## Look at pages as crawlers and chats do: cards, structured data, nothing private or adult
	@$(BIN)/python -m anirec.bench.outside $(OPTIONS)

bench-offline: $(READY) ## Measure how well the models rank, beside well-known ones (OPTIONS=--served: what members are shown)
	@$(BIN)/python -m anirec.bench.models.offline $(OPTIONS)

bench-cluster: $(READY) ## Fit the linear model on 17 million ratings in one process and on two workers, and kill one of them
	@SECRET_KEY=unused $(BIN)/python manage.py bench_cluster ../shared/data/ratings.parquet $(OPTIONS)

bench-judged: $(READY) ## Recommend for 40 well-known tastes, and count what must and must not be there (OPTIONS=--again: the last model)
	@$(BIN)/python -m anirec.bench.models.judged $(OPTIONS)

bench-recency: $(READY) ## Rank for members whose taste turned half-way, with and without dates (OPTIONS=--again: the last model)
	@$(BIN)/python -m anirec.bench.models.recency $(OPTIONS)

bench-catalogue: $(READY) ## Measure imports of a synthetic catalogue of 40,000 titles, and merge public ones
	@$(BIN)/python -m anirec.bench.catalogue $(OPTIONS)

bench-covers: $(READY) ## Fetch 400 covers from a server on this machine, and weigh pages that show them
	@$(BIN)/python -m anirec.bench.covers $(OPTIONS)

bench-meaning: $(READY) ## Answer 60 judged questions by meaning, and by words alone (OPTIONS=--again: on the last run's site)
	@$(BIN)/python -m anirec.bench.models.meaning $(OPTIONS)

bench-looks: $(READY) ## Compare 429 covers: other posters of the same title, and genres of the nearest titles
	@$(BIN)/python -m anirec.bench.models.looks

bench-push: $(READY) ## Send a notification to 10,000 browsers, beside members who use the site
	@$(BIN)/python -m anirec.bench.push $(OPTIONS)

bench-reviews: $(READY) ## Read reviews of unseen titles, and recommend by what reviews without a score read like
	@SECRET_KEY=unused $(BIN)/python manage.py bench_reviews ../shared/data/reviews.parquet ../shared/data/ratings.parquet

bench-kinds: $(READY) ## Hide the manga that members' favourite anime were made from, and look for them from the anime lists
	@$(BIN)/python -m anirec.bench.models.offline --kinds $(OPTIONS)

bench-sequence: $(READY) ## Rank what members rated next, with and without dates (EVENTS=ml-100k.inter; OPTIONS=--leave-one-out)
	@SECRET_KEY=unused $(BIN)/python manage.py bench_sequence $(EVENTS) $(OPTIONS)

screenshots: $(READY) ## Renew the pictures in docs/ from the sample site (needs Chromium)
	@$(BIN)/python -m anirec.screenshots

messages: $(READY) ## Collect the strings to translate, and compile them (needs GNU gettext)
	@command -v msgfmt > /dev/null || { echo 'make messages needs GNU gettext (apt install gettext, brew install gettext).' >&2; exit 1; }
	@SECRET_KEY=unused $(BIN)/python manage.py makemessages -l de --no-obsolete --no-wrap --add-location file -i .venv -i .static -i tests
	@SECRET_KEY=unused $(BIN)/python manage.py compilemessages -l de -i .venv
	@msgattrib --untranslated --no-obsolete locale/de/LC_MESSAGES/django.po; msgattrib --only-fuzzy --no-obsolete locale/de/LC_MESSAGES/django.po

lock: $(READY) ## Renew requirements.lock from pyproject.toml
	$(BIN)/uv pip compile pyproject.toml --extra workers --group dev --universal --generate-hashes --no-header --no-annotate \
	    --quiet --upgrade --output-file requirements.lock

# uv installs in seconds what takes pip minutes. Where it cannot be had, pip installs the same files.
$(READY): requirements.lock
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo 'anirec needs Python 3.11 or newer: \
	make PYTHON=/path/to/python3.11 names another one.' >&2; exit 1; }
	@echo "Installing what requirements.lock names into .venv …"
	@$(PYTHON) -m venv .venv
	@$(UV_LOCK)
	@if $(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r .venv/uv.lock 2> .venv/uv.log; then \
	    $(BIN)/uv pip install --quiet --python $(BIN)/python --require-hashes -r requirements.lock; \
	else \
	    $(BIN)/python -m pip install --disable-pip-version-check --require-hashes -r requirements.lock; \
	fi
	@touch $@
