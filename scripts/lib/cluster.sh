# shellcheck shell=bash
# The private PostgreSQL cluster: where it lies, how it starts and stops, the database in it.
#
# It answers on its own unix socket only. Who may connect is decided by the operating system (peer): the user who
# runs the cluster and the user who set it up, both as the role geomonitor; nobody else, no password, no port.

DATABASE_ROLE=geomonitor
DATABASE_NAME=geomonitor
CLUSTER_PORT=5432
SOCKET_BYTES=107 # longest path of a unix socket on Linux
EXTENSIONS="postgis pg_trgm btree_gist"

# ---- where -------------------------------------------------------------------------------------------------------

# passable_for USER FOLDER: may USER walk into FOLDER? Asked of the system itself, as that user.
passable_for() {
  if [ "$1" = "$(id -un)" ]; then [ -x "$2" ]; else (cd / && runuser -u "$1" -- test -x "$2"); fi
}

# cluster_user: who runs PostgreSQL. It refuses to run as root, so root lends it to Debian's user postgres.
# A cluster that is there belongs to whoever made it.
cluster_user() {
  if [ -d "$VAR/pg" ]; then
    stat -L -c %U "$VAR/pg"
  elif [ "$(id -u)" = 0 ]; then
    id -u postgres >/dev/null 2>&1 || stop_with "PostgreSQL doesn't run as root, and there is no user postgres here." \
      "Make one (useradd --system postgres), or start as an ordinary user."
    echo postgres
  else
    id -un
  fi
}

# cluster_home USER: the folder of the cluster: var/pg, or a folder outside the clone when USER can't reach that.
# Modes of the folders above the clone are never changed.
cluster_home() {
  if passable_for "$1" "$VAR"; then
    printf '%s\n' "$VAR/pg"
  else
    printf '%s\n' "$SYSTEM_ROOT/var/lib/geomonitor/$(clone_mark)"
  fi
}

# socket_fits FOLDER: can PostgreSQL's socket lie in it, and its name stand in a URL and a settings file as it is?
socket_fits() {
  local LC_ALL=C path="$1/.s.PGSQL.$CLUSTER_PORT"
  [ ${#path} -le $SOCKET_BYTES ] && [[ $path =~ ^[A-Za-z0-9/._+-]+$ ]]
}

# socket_folder HOME: beside the data when that is var/pg and its path is short and plain, else in /run, else in /tmp.
socket_folder() {
  local inside="$1/socket"
  if [ "$1" = "$VAR/pg" ] && socket_fits "$inside"; then
    printf '%s\n' "$inside"
  elif [ "$(id -u)" = 0 ]; then
    printf '%s\n' "$SYSTEM_ROOT/run/geomonitor/$(clone_mark)"
  else
    printf '%s\n' "$SYSTEM_ROOT/tmp/geomonitor-$(clone_mark)"
  fi
}

# find_cluster: sets CLUSTER_USER, CLUSTER_HOME, CLUSTER_DATA, CLUSTER_SOCKET, CLUSTER_BIN.
find_cluster() {
  CLUSTER_USER=$(cluster_user)
  CLUSTER_HOME=$(cluster_home "$CLUSTER_USER")
  check_link
  CLUSTER_DATA=$CLUSTER_HOME/data
  CLUSTER_SOCKET=$(socket_folder "$CLUSTER_HOME")
  CLUSTER_BIN=$(cluster_programs)
  if [ "$(id -u)" != 0 ] && [ "$CLUSTER_USER" != "$(id -un)" ]; then
    stop_with "the database in $CLUSTER_HOME belongs to the user $CLUSTER_USER." "Start with sudo, as it was set up."
  fi
}

# check_link: var/pg is a folder, or a link to this clone's own place. A moved or copied clone is told so.
check_link() {
  local link=$VAR/pg there
  if [ -L "$link" ]; then
    there=$(readlink "$link")
    [ "$there" = "$CLUSTER_HOME" ] || stop_with "$link points to $there, the database of another folder." \
      "Was this clone moved? Then move its data too:  mv $there $CLUSTER_HOME && ln -sfn $CLUSTER_HOME $link" \
      "Was it copied? Then let it make its own:       rm $link"
  elif [ -d "$link" ] && [ "$CLUSTER_HOME" != "$link" ]; then
    stop_with "the user $CLUSTER_USER can't reach $link any more: a folder above it is closed." \
      "Move the data outside:  mkdir -p $(dirname "$CLUSTER_HOME") && mv $link $CLUSTER_HOME && ln -s $CLUSTER_HOME $link"
  fi
}

# postgis_majors: the PostgreSQL versions with PostGIS that are installed, newest first.
postgis_majors() {
  local folder major
  for folder in "$SYSTEM_ROOT"/usr/lib/postgresql/*/bin; do
    major=$(basename "$(dirname "$folder")")
    if [ -x "$folder/initdb" ] && [ "$major" -ge "$POSTGRESQL_OLDEST" ] \
      && [ -f "$SYSTEM_ROOT/usr/share/postgresql/$major/extension/postgis.control" ]; then
      printf '%s\n' "$major"
    fi
  done | sort -rn
}

# programs_on_path: the folder of initdb, pg_ctl, postgres and psql, on systems that lay them out otherwise than Debian.
programs_on_path() {
  local folder program
  folder=$(dirname "$(readlink -f "$(command -v initdb)")")
  for program in initdb pg_ctl postgres psql; do [ -x "$folder/$program" ] || return 1; done
  printf '%s\n' "$folder"
}

# cluster_programs: the programs that fit the data that is there, else the newest installed.
cluster_programs() {
  local majors made
  majors=$(postgis_majors)
  if [ -z "$majors" ]; then
    programs_on_path || stop_with "no PostgreSQL with PostGIS was found." "$(what_to_install)"
    return 0
  fi
  if made=$(as_cluster_user cat "$CLUSTER_DATA/PG_VERSION" 2>/dev/null); then
    grep -qx "$made" <<<"$majors" || stop_with \
      "the database in $CLUSTER_HOME was made by PostgreSQL $made; installed with PostGIS is $(tr '\n' ' ' <<<"$majors" | sed 's/ $//')." \
      "Install the one that made it:  apt-get install postgresql-$made-postgis-3" \
      "or begin with an empty database:  rm -r $CLUSTER_HOME   (everything in it is lost)"
  else
    made=$(head -n 1 <<<"$majors")
  fi
  printf '%s\n' "$SYSTEM_ROOT/usr/lib/postgresql/$made/bin"
}

# ---- running -----------------------------------------------------------------------------------------------------

# as_cluster_user COMMAND…: from /, since the clone may be closed to that user. Locks are not handed on.
as_cluster_user() {
  if [ "$CLUSTER_USER" = "$(id -un)" ]; then
    (cd / && LC_ALL=C.UTF-8 exec "$@") 7>&- 8>&- 9>&-
  else
    (cd / && LC_ALL=C.UTF-8 exec runuser -u "$CLUSTER_USER" -- "$@") 7>&- 8>&- 9>&-
  fi
}

# make_cluster: folders and initdb, once. Names sort by their bytes (C), so that code prefixes use plain indexes.
make_cluster() {
  local group
  group=$(id -gn "$CLUSTER_USER")
  mkdir -p "$(dirname "$CLUSTER_HOME")"
  install -d -m 700 -o "$CLUSTER_USER" -g "$group" "$CLUSTER_HOME"
  [ "$CLUSTER_HOME" = "$VAR/pg" ] || ln -sfn "$CLUSTER_HOME" "$VAR/pg"
  logged as_cluster_user "$CLUSTER_BIN/initdb" --pgdata="$CLUSTER_DATA" --username=$DATABASE_ROLE --auth=reject \
    --encoding=UTF8 --lc-collate=C --lc-ctype=C.UTF-8 --lc-messages=C --data-checksums \
    || stop_with "initdb could not make the database in $CLUSTER_DATA."
}

# make_socket_folder: only the cluster's user and root get in. In /tmp somebody else may have been there first.
make_socket_folder() {
  mkdir -p "$(dirname "$CLUSTER_SOCKET")"
  [ -L "$CLUSTER_SOCKET" ] && stop_with "$CLUSTER_SOCKET is a link, put there by somebody else." "Remove it."
  [ -d "$CLUSTER_SOCKET" ] || install -d -m 700 -o "$CLUSTER_USER" -g "$(id -gn "$CLUSTER_USER")" "$CLUSTER_SOCKET"
  [ "$(stat -c %U "$CLUSTER_SOCKET")" = "$CLUSTER_USER" ] \
    || stop_with "$CLUSTER_SOCKET belongs to $(stat -c %U "$CLUSTER_SOCKET"), not to $CLUSTER_USER." "Remove it."
}

# cluster_settings: what differs from PostgreSQL's own defaults.
cluster_settings() {
  cat <<SETTINGS
# Written by scripts/lib/cluster.sh at every start.
listen_addresses = ''                 # no network: the unix socket is the only way in
port = $CLUSTER_PORT
unix_socket_directories = '$CLUSTER_SOCKET'
fsync = on                            # what was answered is on the disk
synchronous_commit = on
max_connections = 80
shared_buffers = 256MB
effective_cache_size = 1GB
work_mem = 16MB
maintenance_work_mem = 128MB
random_page_cost = 1.1                # SSD
jit = off                             # costs more than it gives for queries of milliseconds
max_wal_size = 2GB
timezone = 'UTC'
log_timezone = 'UTC'
log_min_messages = warning
SETTINGS
}

# configure_cluster: settings and who may connect, as files, before every start.
configure_cluster() {
  local name rights
  rights="# Written by scripts/lib/cluster.sh at every start."
  for name in "$CLUSTER_USER" root "$(id -un)"; do rights+=$'\n'"local_users $name $DATABASE_ROLE"; done
  put_in_cluster postgresql.conf "$(cluster_settings)"
  put_in_cluster pg_ident.conf "$rights"
  put_in_cluster pg_hba.conf "local all $DATABASE_ROLE peer map=local_users"
}

# put_in_cluster NAME CONTENT: writes a file of the data folder as the cluster's user.
put_in_cluster() {
  # shellcheck disable=SC2016  # expanded by the inner shell
  as_cluster_user sh -c 'printf "%s\n" "$2" >"$1"' - "$CLUSTER_DATA/$1" "$2"
}

# postmaster: the process id in postmaster.pid, if there is one.
postmaster() {
  as_cluster_user head -n 1 "$CLUSTER_DATA/postmaster.pid" 2>/dev/null
}

# serves_cluster PID: is that process alive, PostgreSQL, and at work in this data folder (it stands in it)?
# After a restart of the machine the number may be anybody's.
serves_cluster() {
  local stands_in
  [ "$(cat "/proc/$1/comm" 2>/dev/null)" = postgres ] || return 1
  stands_in=$(as_cluster_user readlink "/proc/$1/cwd" 2>/dev/null) || return 0 # hidden: then it may well be ours
  [ "$stands_in" = "$(as_cluster_user readlink -f "$CLUSTER_DATA")" ]
}

cluster_running() {
  local pid
  pid=$(postmaster) && [ -n "$pid" ] && serves_cluster "$pid"
}

# clear_stale_pid: says what a left-over postmaster.pid means, and takes it away.
clear_stale_pid() {
  local pid owner
  pid=$(postmaster) && [ -n "$pid" ] || return 0
  serves_cluster "$pid" && return 0
  owner=$(cat "/proc/$pid/comm" 2>/dev/null || echo "gone")
  note "The database was not shut down last time (its process $pid is now: $owner). PostgreSQL puts it in order."
  as_cluster_user rm -f "$CLUSTER_DATA/postmaster.pid"
}

start_cluster() {
  clear_stale_pid
  make_socket_folder
  configure_cluster
  logged as_cluster_user "$CLUSTER_BIN/pg_ctl" start --pgdata="$CLUSTER_DATA" --log="$CLUSTER_HOME/log" --wait --timeout=120 \
    || { as_cluster_user tail -n 15 "$CLUSTER_HOME/log" >&2; stop_with "PostgreSQL did not start."; }
}

stop_cluster() {
  logged as_cluster_user "$CLUSTER_BIN/pg_ctl" stop --pgdata="$CLUSTER_DATA" --mode=fast --wait --timeout=60
}

# in_database DATABASE SQL: the answer, bare.
in_database() {
  "$CLUSTER_BIN/psql" --no-psqlrc --quiet --tuples-only --no-align --set=ON_ERROR_STOP=1 \
    --host="$CLUSTER_SOCKET" --port=$CLUSTER_PORT --username=$DATABASE_ROLE --dbname="$1" --command="$2" \
    7>&- 8>&- 9>&-
}

# make_database: extensions go into template1 first, so that databases made for tests have them too.
make_database() {
  local extension
  [ "$(in_database postgres "SELECT count(*) FROM pg_database WHERE datname = '$DATABASE_NAME'")" = 0 ] || return 0
  for extension in $EXTENSIONS; do
    in_database template1 "SET client_min_messages = warning; CREATE EXTENSION IF NOT EXISTS $extension" || return 1
  done
  in_database postgres "CREATE DATABASE $DATABASE_NAME"
}

database_url() {
  printf 'postgis://%s@/%s?host=%s&port=%s\n' $DATABASE_ROLE $DATABASE_NAME "$CLUSTER_SOCKET" $CLUSTER_PORT
}

# ---- sharing: scripts/server and scripts/test may use it at once; the last to leave turns it off ---------------------

# join_cluster: makes and starts what isn't there; holds lock 8 for as long as this script uses the cluster.
join_cluster() {
  CLUSTER_NEWS=running
  find_cluster
  if ! as_cluster_user test -f "$CLUSTER_DATA/PG_VERSION"; then
    working "making it with PostgreSQL $("$CLUSTER_BIN/postgres" --version | grep -oE '[0-9]+' | head -n 1) in $CLUSTER_HOME"
    make_cluster
    CLUSTER_NEWS=made
  fi
  if ! cluster_running; then
    start_cluster
    : >"$VAR/pg.started"
    [ $CLUSTER_NEWS = made ] || CLUSTER_NEWS=started
  fi
  exec 8>"$VAR/pg.users"
  flock --shared 8
  make_database || stop_with "the database $DATABASE_NAME could not be made."
  write_if_new "$VAR/database_url" 644 "$(database_url)"
}

# leave_cluster: stops it when a script started it and no other script uses it. Never one that was started by hand.
leave_cluster() {
  [ -n "${CLUSTER_HOME:-}" ] && [ -e "$VAR/pg.started" ] || return 0
  exec 8>&-
  (
    flock 7
    flock --exclusive --nonblock 8 || exit 0
    [ -e "$VAR/pg.started" ] && cluster_running || exit 0
    stop_cluster && rm -f "$VAR/pg.started"
  ) 7>"$VAR/setup.lock" 8>"$VAR/pg.users"
}
