#!/bin/sh
# Runs once, in a new cluster: the portal's ordinary role and the database it owns. POSTGRES_USER is a superuser, and row-level
# security does not bind a superuser.
set -eu
psql --set=ON_ERROR_STOP=1 --set=password="$PORTAL_PASSWORD" --username "$POSTGRES_USER" --dbname postgres <<'SQL'
CREATE ROLE portal LOGIN PASSWORD :'password' CREATEDB NOSUPERUSER NOBYPASSRLS;
CREATE DATABASE portal OWNER portal;
SQL
