#!/bin/sh
# Finish the image's files: finish.sh MODULE…
# Static files are collected by now, so the packages' own are not needed. Importing a module compiles it for a fast start;
# modules that the site does not import stay uncompiled, for a small image.
set -eu
rm -rf .venv/lib/python3*/site-packages/*/static .venv/lib/python3*/site-packages/django/contrib/*/static
SECRET_KEY=unused python - "$@" <<'PYTHON'
import importlib
import sys

import anirec.asgi
import anirec.urls
from anirec.celery import app

app.loader.import_default_modules()
for module in sys.argv[1:]:
    importlib.import_module(module)
PYTHON
