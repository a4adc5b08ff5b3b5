"""The site's settings, with what makes tests fast and independent of `collectstatic`."""

from anirec.settings import *  # noqa: F403
from anirec.settings import REST_FRAMEWORK, STORAGES

STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
REST_FRAMEWORK["DEFAULT_THROTTLE_RATES"] = dict.fromkeys(("anon", "user", "token"), "10000/min")
