# run: the site on 127.0.0.1:8000 (PORT changes it) · test: every test · check: style, types, imports, migrations
# bench: measured speeds · bench-pages: of pages, and in a browser · bench-updates: until one member sees what another did · properties: 10,000 cases each · walk: every page at both widths in both themes · schemathesis: the API against its schema, EXAMPLES of each kind · bench-offline: measured quality, beside well-known recommenders · messages: collect the strings to translate, and compile them · lock: renew requirements.lock from pyproject.toml

PYTHON ?= python3
TEST_PROCESSES ?= 3
BIN := .venv/bin
READY := .venv/installed
# Whatever the environment says: many processes start, and each would compile everything anew.
export PYTHONDONTWRITEBYTECODE :=

.PHONY: run test check bench bench-pages bench-updates bench-offline properties walk schemathesis messages lock

run: $(READY)
	@exec $(BIN)/python -m anirec.start.launch

test: $(READY)
	@$(BIN)/python -m pytest -n $(TEST_PROCESSES) --dist worksteal -q -rs

check: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	SECRET_KEY=unused $(BIN)/mypy .
	$(BIN)/lint-imports
	$(BIN)/python manage.py makemigrations --check --dry-run
	$(BIN)/python manage.py spectacular --validate --fail-on-warn --file /dev/null

bench: $(READY)
	@$(BIN)/python -m anirec.bench.speeds $(OPTIONS)

bench-pages: $(READY)
	@$(BIN)/python -m anirec.bench.pages $(OPTIONS)

properties: $(READY)
	@HYPOTHESIS_PROFILE=thorough $(BIN)/python -m pytest -n $(TEST_PROCESSES) -q -m property --timeout 3600

walk: $(READY)
	@WALK=whole $(BIN)/python -m pytest -n $(TEST_PROCESSES) -q tests/e2e/test_accessibility.py

schemathesis: $(READY)
	@SCHEMATHESIS_OPTIONS="--phases coverage,fuzzing,stateful --max-examples $${EXAMPLES:-50}" \
	    $(BIN)/python -m pytest -q tests/anirec/test_schemathesis.py

bench-updates: $(READY)
	@$(BIN)/python -m anirec.bench.updates

bench-offline: $(READY)
	@$(BIN)/python -m anirec.bench.offline $(OPTIONS)

messages: $(READY)
	@command -v msgfmt > /dev/null || { echo 'make messages needs GNU gettext (apt install gettext, brew install gettext).' >&2; exit 1; }
	@SECRET_KEY=unused $(BIN)/python manage.py makemessages -l de --no-obsolete --no-wrap --add-location file -i .venv -i .static -i tests
	@SECRET_KEY=unused $(BIN)/python manage.py compilemessages -l de -i .venv
	@msgattrib --untranslated --no-obsolete locale/de/LC_MESSAGES/django.po; msgattrib --only-fuzzy --no-obsolete locale/de/LC_MESSAGES/django.po

lock:
	@$(PYTHON) -m venv .venv-lock && .venv-lock/bin/python -m pip install --quiet uv
	.venv-lock/bin/uv pip compile pyproject.toml --group dev --universal --generate-hashes --no-header --no-annotate \
	    --quiet --upgrade --output-file requirements.lock
	@rm -rf .venv-lock

$(READY): requirements.lock
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo 'anirec needs Python 3.11 or newer: \
	make PYTHON=/path/to/python3.11 names another one.' >&2; exit 1; }
	@$(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install --disable-pip-version-check --require-hashes -r requirements.lock
	@touch $@
