#!/usr/bin/env bash
# Seeds the full demo into a database of its own and says how long it took. Needs the cluster of scripts/server to run.
set -euo pipefail
cd "$(dirname "$0")/.."
python=.venv/bin/python
address=$(cat var/database_url)
name="bench_seed_$$"
folder=$(mktemp -d)
export GEOMONITOR_DATABASE_URL=${address/\/geomonitor\?/\/$name?}
export GEOMONITOR_VAR=$folder GEOMONITOR_SECRET_KEY=only-to-measure GEOMONITOR_LOG_LEVEL=WARNING
sql() { GEOMONITOR_DATABASE_URL=$address $python - "$1" <<'P'
import os, sys
os.environ["DJANGO_SETTINGS_MODULE"] = "geomonitor.settings"
import django
django.setup()
from django.db import connection
with connection.cursor() as cursor:
    cursor.execute(sys.argv[1])
P
}
finish() { sql "DROP DATABASE IF EXISTS $name WITH (FORCE)"; rm -rf "$folder"; }
trap finish EXIT
sql "CREATE DATABASE $name"
$python manage.py migrate >/dev/null
$python manage.py import_places fixtures/places.geojson >/dev/null
$python manage.py load_references >/dev/null
echo "date $(date -u +%Y-%m-%d), cores $(nproc), load before $(cut -d' ' -f1 /proc/loadavg)"
TIMEFORMAT='seconds %R, CPU of its own processes %U user + %S system (the database works beside them)'
time $python manage.py seed_demo --projects 600 --photos 2400 --as-of 2026-11-24 | tail -2
