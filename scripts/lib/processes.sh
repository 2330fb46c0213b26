# shellcheck shell=bash
# The processes of scripts/server: started together, stopped together.

declare -A PROCESSES=() # process id → name
declare -A RESTARTED=() # name → how often it was started again
STOP_SECONDS=15
MOST_RESTARTS=20

# port_free HOST PORT: can it be listened on?
port_free() {
  "$VENV/bin/python" - "$1" "$2" 2>/dev/null <<'CODE'
import socket, sys
listener = socket.socket()
listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
listener.bind((sys.argv[1], int(sys.argv[2])))
listener.listen()
CODE
}

# check_port HOST PORT: ends the script, in words, when something else listens there.
check_port() {
  port_free "$1" "$2" || stop_with "port $2 can't be used: another program listens there, or it needs more rights." \
    "Take another one:  scripts/server --port $(($2 + 1))"
}

# start_process NAME COMMAND…: in the background, its output in var/log/NAME.log (the run before in NAME.log.1).
# Should this script be ended by force, the system asks the process to end too (setpriv).
start_process() {
  local name=$1 log=$VAR/log/$1.log
  shift
  [ -f "$log" ] && mv -f "$log" "$log.1"
  (cd "$CLONE" && exec setpriv --pdeathsig TERM -- "$@") >"$log" 2>&1 </dev/null 7>&- 8>&- 9>&- &
  PROCESSES[$!]=$name
}

# web_command HOST PORT [HTTPS]: sets WEB: gunicorn, with threads, since tiles and pages mostly wait for the database.
web_command() {
  WEB=("$VENV/bin/python" -m gunicorn geomonitor.wsgi --bind "$1:$2" --worker-class gthread --workers 2 --threads 4
    --keep-alive 75 --timeout 120 --graceful-timeout 10 --no-control-socket)
  if [ "${3:-0}" = 1 ]; then WEB+=(--certfile "$VAR/https/certificate.pem" --keyfile "$VAR/https/key.pem"); fi
}

start_web() {
  web_command "$@"
  start_process web "${WEB[@]}"
}

# start_worker NAME: worker and worker2 take from the queue, behind web and intake (nice); seal chains the audit events;
# database only watches the private cluster, which runs on its own: it ends when that ends.
start_worker() {
  case $1 in
    database)
      cluster_running || start_cluster
      start_process database tail --pid="$(postmaster)" --sleep-interval=1 --follow /dev/null
      ;;
    worker*) start_process "$1" nice -n 10 "$VENV/bin/python" manage.py db_worker ;;
    seal) start_process seal "$VENV/bin/python" manage.py seal_audit --watch 10 ;;
  esac
}

# start_workers: two for the queue, one a core of the smallest server; the sealer; and whoever watches the database.
start_workers() {
  local name
  [ -n "${GEOMONITOR_DATABASE_URL:-}" ] || start_worker database
  for name in worker worker2 seal; do start_worker $name; done
}

# start_again NAME STATUS: true when a worker was ended from outside (a signal, or the asked-for end) and is back.
# The web server looks after its own; what ends with an error would only do so again.
start_again() {
  [ "$1" != web ] && { [ "$2" = 0 ] || [ "$2" -gt 128 ]; } || return 1
  RESTARTED[$1]=$((${RESTARTED[$1]:-0} + 1))
  [ "${RESTARTED[$1]}" -le $MOST_RESTARTS ] || return 1
  printf 'The %s process was ended (exit code %s); it is started again.\n' "$1" "$2"
  start_worker "$1"
}

# stop_processes: asks all to end, waits, and ends by force what doesn't listen.
stop_processes() {
  local pid until=$((SECONDS + STOP_SECONDS))
  for pid in "${!PROCESSES[@]}"; do kill -TERM "$pid" 2>/dev/null || true; done
  for pid in "${!PROCESSES[@]}"; do
    while kill -0 "$pid" 2>/dev/null && [ $SECONDS -lt $until ]; do sleep 0.1; done
    kill -KILL "$pid" 2>/dev/null || true
  done
  PROCESSES=()
}

# ended PID: says which process ended by itself, with its last words.
ended() {
  local name=${PROCESSES[$1]}
  unset "PROCESSES[$1]"
  tail -n 20 "$VAR/log/$name.log" | sed 's/^/    /' >&2
  stop_with "the $name process ended by itself; everything is stopped." "All it said: $VAR/log/$name.log"
}

# wait_until_ready URL: until the health page says yes; ends the script when a process ends first, or after a minute.
wait_until_ready() {
  local pid until=$((SECONDS + 60)) answer=""
  until answer=$(health "$1"); do
    for pid in "${!PROCESSES[@]}"; do kill -0 "$pid" 2>/dev/null || ended "$pid"; done
    [ $SECONDS -lt $until ] || stop_with "the web server is not ready after a minute: ${answer:-no answer from $1}" "See $VAR/log/web.log"
    sleep 0.2
  done
}

# health URL: what the page says; true when it says ready.
health() {
  "$VENV/bin/python" - "$1" 2>/dev/null <<'CODE'
import ssl, sys, urllib.error, urllib.request
own = ssl.create_default_context()
own.check_hostname, own.verify_mode = False, ssl.CERT_NONE  # our own certificate, on this machine
direct = urllib.request.build_opener(urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=own))
try:
    print(direct.open(sys.argv[1], timeout=10).read(500).decode())
except urllib.error.HTTPError as error:
    print(error.code, error.read(500).decode())
    sys.exit(1)
CODE
}

# wait_for_one: sets GONE, the next process that ends, and STATUS, its exit code. Bash forgets one that ended before it
# was waited for as a job, but still knows its code. GONE stays empty when a signal came instead.
wait_for_one() {
  local pid
  GONE="" STATUS=0
  wait -n -p GONE "${!PROCESSES[@]}" 2>/dev/null || STATUS=$?
  [ -z "${GONE:-}" ] || return 0
  for pid in "${!PROCESSES[@]}"; do
    kill -0 "$pid" 2>/dev/null && continue
    GONE=$pid STATUS=0
    wait "$pid" 2>/dev/null || STATUS=$?
    return 0
  done
}

# wait_for_processes: returns only through a signal; a process that ends by itself with an error ends the script.
wait_for_processes() {
  while wait_for_one && [ -n "${GONE:-}" ]; do
    start_again "${PROCESSES[$GONE]}" $STATUS || ended "$GONE"
    unset "PROCESSES[$GONE]"
  done
}
