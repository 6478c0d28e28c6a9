#!/bin/bash
# Runs once, when the container's data folder is new: the three roles and the two databases of docs/operations.md.
set -euo pipefail

psql -v ON_ERROR_STOP=1 -U "$POSTGRES_USER" -d postgres \
  -v owner="$OWNER_PASSWORD" -v storefront="$STOREFRONT_PASSWORD" -v office="$OFFICE_PASSWORD" <<'SQL'
CREATE ROLE owner LOGIN PASSWORD :'owner';
CREATE ROLE storefront LOGIN PASSWORD :'storefront';
CREATE ROLE office LOGIN PASSWORD :'office';
REVOKE ALL ON DATABASE postgres, template1 FROM PUBLIC;
SQL

make_database() { # name, roles that may enter
  local name=$1
  shift
  psql -v ON_ERROR_STOP=1 -U "$POSTGRES_USER" -d postgres <<SQL
CREATE DATABASE $name OWNER owner TEMPLATE template0 ENCODING 'UTF8' LOCALE_PROVIDER builtin
  BUILTIN_LOCALE 'C.UTF-8' LC_COLLATE 'C' LC_CTYPE 'C.UTF-8';
REVOKE ALL ON DATABASE $name FROM PUBLIC;
GRANT CONNECT ON DATABASE $name TO owner;
SQL
  psql -v ON_ERROR_STOP=1 -U "$POSTGRES_USER" -d "$name" \
    -c 'CREATE EXTENSION pg_trgm' -c 'CREATE EXTENSION unaccent' -c 'CREATE EXTENSION btree_gist' \
    -c 'GRANT ALL ON SCHEMA public TO owner'
  for role in "$@"; do
    psql -v ON_ERROR_STOP=1 -U "$POSTGRES_USER" -d "$name" <<SQL
GRANT CONNECT ON DATABASE $name TO $role;
GRANT USAGE ON SCHEMA public TO $role;
ALTER DEFAULT PRIVILEGES FOR ROLE owner IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO $role;
ALTER DEFAULT PRIVILEGES FOR ROLE owner IN SCHEMA public GRANT USAGE, SELECT ON SEQUENCES TO $role;
SQL
  done
}

make_database market storefront office
make_database livelihood office
