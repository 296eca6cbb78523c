#!/bin/sh
# Run once by the database's container: an ordinary user for the server, which owns its database and nothing else.
set -eu
psql -v ON_ERROR_STOP=1 -v password="$APP_PASSWORD" --username "$POSTGRES_USER" <<'SQL'
CREATE ROLE jiangcheng LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE PASSWORD :'password';
CREATE DATABASE jiangcheng OWNER jiangcheng;
SQL
