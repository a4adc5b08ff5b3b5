"""The site's settings, with what makes tests fast and independent of `collectstatic`."""

import os
import shutil

from anirec.settings import *  # noqa: F403
from anirec.settings import DATA_DIR, REST_FRAMEWORK, STORAGES

# Each test process numbers its model versions from 1, so each has folders of its own, empty at the start.
FILES_DIR = DATA_DIR / os.environ.get("PYTEST_XDIST_WORKER", "main")
shutil.rmtree(FILES_DIR, ignore_errors=True)
MODEL_DIR = FILES_DIR / "models"
ARCHIVE_DIR = FILES_DIR / "archives"
MEDIA_ROOT = FILES_DIR / "media"

STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
REST_FRAMEWORK["DEFAULT_THROTTLE_RATES"] = dict.fromkeys(("anon", "user"), "10000/min")
