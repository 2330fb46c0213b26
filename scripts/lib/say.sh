# shellcheck shell=bash
# What the scripts say: numbered steps, one line each, and how they stop.

STEP=0
STEPS=0
STEP_TITLE=""
STEP_SINCE=0

# count_steps N: how many steps this script has.
count_steps() {
  STEPS=$1
}

# step TITLE: the next numbered step begins. It prints nothing until `says` or `working`.
step() {
  STEP=$((STEP + 1))
  STEP_TITLE=$1
  STEP_SINCE=$SECONDS
}

# says WORDS: the step's line, for what is finished at once.
says() {
  printf '[%d/%d] %s … %s\n' "$STEP" "$STEPS" "$STEP_TITLE" "$1"
}

# working WORDS: the step's line, before something that takes a while; `finished` follows.
working() {
  says "$1"
}

# finished: how long the step's work took.
finished() {
  printf '      done in %d s\n' $((SECONDS - STEP_SINCE))
}

# note WORDS: a line of its own under the step.
note() {
  printf '      %s\n' "$1"
}

# stop_with WHAT [WHAT TO DO…]: says what happened and what to do next, one line each, and ends the script.
stop_with() {
  printf 'Stopped: %s\n' "$1" >&2
  shift
  local line
  for line in "$@"; do printf '  %s\n' "$line" >&2; done
  exit 1
}

# say_where: for `trap say_where ERR`: a command failed that nobody expected to. (A part that has already said why
# in a subshell ends here too.)
say_where() {
  [ "$BASH_SUBSHELL" = 0 ] || return 0
  printf 'Stopped in the step "%s" (%s, line %s).\n' "$STEP_TITLE" "${BASH_SOURCE[1]#"$CLONE/"}" "${BASH_LINENO[0]}" >&2
}

# logged COMMAND…: runs it with its output in var/log/setup.log; when it fails, the last lines of that are shown.
# It runs beside the shell, which waits: so that a SIGTERM is heeded at once (stop_logged), not when it is done.
LOGGED=""
logged() {
  local log="$VAR/log/setup.log" status=0 from
  mkdir -p "$VAR/log"
  printf '\n$ %s\n' "$*" >>"$log"
  from=$(wc -l <"$log")
  "$@" >>"$log" 2>&1 7>&- 8>&- 9>&- &
  LOGGED=$!
  wait "$LOGGED" || status=$?
  LOGGED=""
  [ "$status" = 0 ] && return 0
  tail -n "+$((from + 1))" "$log" | tail -n 25 | sed 's/^/    /' >&2
  printf '    (all of it: %s)\n' "$log" >&2
  return "$status"
}

# stop_logged: ends the command that `logged` waits for, with what it started.
stop_logged() {
  [ -z "$LOGGED" ] || end_tree "$LOGGED"
}

# end_tree PID: asks a process and all below it to end.
end_tree() {
  local child children=()
  read -r -a children <"/proc/$1/task/$1/children" 2>/dev/null || true
  for child in "${children[@]}"; do end_tree "$child"; done
  kill -TERM "$1" 2>/dev/null || true
}
