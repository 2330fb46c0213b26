# shellcheck shell=bash
# Geomonitor itself: secret key, tables, texts, static files, places, demo data.

PLACES=fixtures/places.geojson

manage() {
  "$VENV/bin/python" "$CLONE/manage.py" "$@" 7>&- 8>&- 9>&-
}

# ask_database SQL: one value from the database that the settings name, the private one or another.
ask_database() {
  "$VENV/bin/python" - "${GEOMONITOR_DATABASE_URL:-$(cat "$VAR/database_url")}" "$1" 7>&- 8>&- 9>&- <<'CODE'
import sys, psycopg2
url, sql = sys.argv[1:]
with psycopg2.connect(url.replace("postgis://", "postgresql://", 1)) as connection, connection.cursor() as cursor:
    cursor.execute(sql)
    print(cursor.fetchone()[0])
CODE
}

# database_mark: changes when the database is another one, or was dropped and made again.
database_mark() {
  ask_database "SELECT (SELECT system_identifier FROM pg_control_system()) || '/' || oid
    FROM pg_database WHERE datname = current_database()"
}

# make_secret_key: once, for this clone; sessions and tokens are signed with it.
make_secret_key() {
  [ -s "$VAR/secret_key" ] && return 0
  write_if_new "$VAR/secret_key" 600 "$("$VENV/bin/python" -c 'import secrets; print(secrets.token_urlsafe(50))')"
}

# prepare_tables: the step "Tables".
prepare_tables() {
  logged manage migrate --noinput || stop_with "the tables could not be brought up to date."
  says "ready"
}

# prepare_texts: the step "English texts": compiles each catalogue that is newer than its compiled form.
prepare_texts() {
  local catalogue made=0
  for catalogue in "$CLONE"/locale/*/LC_MESSAGES/*.po; do
    [ -f "$catalogue" ] || continue
    [ "${catalogue%.po}.mo" -nt "$catalogue" ] && continue
    logged msgfmt --check-format --output-file="${catalogue%.po}.mo" "$catalogue" || stop_with "$catalogue has mistakes."
    made=$((made + 1))
  done
  if [ $made = 0 ]; then says "ready (cached)"; else says "compiled $made"; fi
}

# static_mark: changes with any static file, the application's or a package's.
static_mark() {
  (
    cd "$CLONE" || exit
    find . \( -name .git -o -name .venv -o -name var -o -name node_modules \) -prune \
      -o -path '*/static/*' -type f -printf '%p %s %T@\n' | sort
    cat requirements.txt geomonitor/static.py geomonitor/settings.py
  ) | sha256sum | cut -d' ' -f1
}

# prepare_static: the step "Static files".
prepare_static() {
  local mark
  mark=$(static_mark)
  if [ -d "$VAR/static" ] && stamped static "$mark"; then
    says "ready (cached)"
    return 0
  fi
  logged manage collectstatic --noinput || stop_with "the static files could not be collected."
  stamp static "$mark"
  says "collected"
}

# prepare_places: the step "Villages and districts": loads the shipped file, again when it has changed.
prepare_places() {
  local mark
  mark="$(database_mark) $(cat "$CLONE/$PLACES" "$CLONE"/fixtures/*.csv | sha256sum)"
  if stamped places "$mark"; then
    says "ready (cached)"
    return 0
  fi
  logged manage import_places "$CLONE/$PLACES" || stop_with "$PLACES could not be loaded."
  logged manage load_references || stop_with "the lists in fixtures/ could not be loaded."
  stamp places "$mark"
  says "loaded"
}

# demo_state: seeded, broken off half way, own (projects that people entered), or empty.
demo_state() {
  ask_database "SELECT CASE
      WHEN EXISTS (SELECT FROM accounts_auditevent WHERE action = 'demo.seeded') THEN 'seeded'
      WHEN EXISTS (SELECT FROM accounts_auditevent WHERE action = 'demo.begun') THEN 'broken'
      WHEN EXISTS (SELECT FROM projects_project) THEN 'own'
      ELSE 'empty' END"
}

# prepare_demo: the step "Demo data": once, into a register without projects.
prepare_demo() {
  local state
  if [ "$GEOMONITOR_DEMO" != 1 ]; then
    says "none wanted"
    return 0
  fi
  state=$(demo_state)
  case $state in
    seeded) says "ready (cached)" ;;
    own) says "none, since the register has projects of its own" ;;
    broken)
      stop_with "the demo data was broken off half way when it was made." \
        "Begin again:             scripts/server --reset   (drops database and photos)" \
        "Serve what is there:     scripts/server --empty"
      ;;
    empty)
      working "drawing projects and photos (takes up to three minutes)"
      logged manage seed_demo || stop_with "the demo data could not be made."
      finished
      ;;
  esac
}

# reset_data YES: drops database and media, after asking unless YES is 1.
reset_data() {
  local answer=""
  [ -z "${GEOMONITOR_DATABASE_URL:-}" ] \
    || stop_with "--reset drops the private database only; GEOMONITOR_DATABASE_URL names another." "Empty that one yourself."
  if [ "$1" != 1 ]; then
    [ -t 0 ] || stop_with "--reset needs an answer, and nobody is there to give it." "Add --yes to drop database and media without asking."
    printf '      This drops the database and every photo in %s. Type "yes" to go on: ' "$VAR"
    read -r answer
    [ "$answer" = yes ] || stop_with "nothing was dropped."
  fi
  in_database postgres "DROP DATABASE IF EXISTS $DATABASE_NAME WITH (FORCE)"
  rm -rf "${VAR:?}/media" "$VAR/incoming" "$VAR/stamps/places"
  make_database || stop_with "the database $DATABASE_NAME could not be made."
  note "Database and media were dropped."
}
