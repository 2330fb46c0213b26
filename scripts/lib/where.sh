# shellcheck shell=bash
# Where things lie. SYSTEM_ROOT is empty; tests set it to a folder that plays the machine's root.

SYSTEM_ROOT=${SYSTEM_ROOT:-}
CLONE=${CLONE:-$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd -P)}
VAR=${GEOMONITOR_VAR:-$CLONE/var}
case $VAR in /*) ;; *) VAR=$PWD/$VAR ;; esac
export GEOMONITOR_VAR=$VAR
# shellcheck disable=SC2034  # read by the other parts
VENV=$CLONE/.venv

# Twelve letters and digits that belong to this clone's real path: they keep the clones of one machine apart.
clone_mark() {
  printf '%s' "$CLONE" | sha256sum | cut -c1-12
}

# make_var: the folder for everything made at run time; only its owner can write there.
make_var() {
  mkdir -p "$VAR" 2>/dev/null || true
  [ -w "$VAR" ] || stop_with "$VAR can't be written by $(id -un); it belongs to $(stat -c %U "$VAR" 2>/dev/null || echo nobody)." \
    "Start as the user who started before (sudo, if it was sudo), or give the folder back: sudo chown -R $(id -un) $VAR"
  mkdir -p "$VAR/log" "$VAR/stamps"
}

# write_if_new FILE MODE CONTENT: replaces the file in one move, and only when the content differs.
write_if_new() {
  local file=$1 mode=$2 content=$3
  [ -f "$file" ] && [ "$(cat "$file")" = "$content" ] && return 0
  (umask 077 && printf '%s\n' "$content" >"$file.new")
  chmod "$mode" "$file.new"
  mv -f "$file.new" "$file"
}

# stamped NAME VALUE: true when the work called NAME was last finished for this very VALUE.
stamped() {
  [ -f "$VAR/stamps/$1" ] && [ "$(cat "$VAR/stamps/$1")" = "$2" ]
}

# stamp NAME VALUE: remembers that it is finished.
stamp() {
  write_if_new "$VAR/stamps/$1" 644 "$2"
}
