#!/bin/sh
# Create the secrets that compose.yaml reads, once: secrets.sh [FOLDER]. What exists is kept.
set -eu
umask 077
folder=${1:-secrets}
mkdir -p "$folder"
cd "$folder"
random() { od -An -N32 -tx1 /dev/urandom | tr -d ' \n'; }
[ -s secret_key ] || random > secret_key
if [ ! -s database_password ]; then
    rm -f database_url
    random > database_password
fi
[ -s database_url ] || printf 'postgres://anirec:%s@database:5432/anirec\n' "$(cat database_password)" > database_url
[ -s email_url ] || echo 'filemail:' > email_url
echo "The secrets are in $folder. Put the address of your mail server into $folder/email_url: smtp+tls://USER:PASSWORD@HOST:587"
