#!/usr/bin/env python
"""Django's command line. Commands that need PostgreSQL and Valkey find or start them first."""

import os
import sys

from anirec.start import embedded

WITHOUT_SERVICES = {
    "check",
    "collectstatic",
    "makemessages",
    "compilemessages",
    "help",
    "spectacular",
    "version",
    "--help",
    "--version",
}


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "anirec.settings")
    if len(sys.argv) > 1 and sys.argv[1] not in WITHOUT_SERVICES:
        embedded.provide_services()
    else:
        embedded.provide_secret_key()
    from django.core.exceptions import ImproperlyConfigured
    from django.core.management import execute_from_command_line

    try:
        execute_from_command_line(sys.argv)
    except ImproperlyConfigured as error:
        sys.exit(f"anirec: {error}")


if __name__ == "__main__":
    main()
