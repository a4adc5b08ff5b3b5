#!/bin/sh
# Run a command of manage.py as the site's user, with the settings of the systemd units: sudo sh deploy/manage.sh COMMAND …
set -eu
set -a
# shellcheck source=deploy/systemd/settings.env
. /etc/anirec/settings.env
set +a
SECRET_KEY=$(cat /etc/anirec/secret_key)
DATABASE_URL=$(cat /etc/anirec/database_url)
EMAIL_URL=$(cat /etc/anirec/email_url)
DATA_DIR=/var/lib/anirec HOME=/var/lib/anirec
export SECRET_KEY DATABASE_URL EMAIL_URL DATA_DIR HOME
cd "$(dirname "$0")/.."
exec setpriv --reuid=anirec --regid=anirec --init-groups .venv/bin/python manage.py "$@"
