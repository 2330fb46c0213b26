# shellcheck shell=bash
# Set-up as scripts/server, scripts/test, .ci/run and docker/ share it: the parts, and their order.

LIB=$(dirname "${BASH_SOURCE[0]}")
# shellcheck source=scripts/lib/say.sh
. "$LIB/say.sh"
# shellcheck source=scripts/lib/where.sh
. "$LIB/where.sh"
# shellcheck source=scripts/lib/machine.sh
. "$LIB/machine.sh"
# shellcheck source=scripts/lib/python.sh
. "$LIB/python.sh"
# shellcheck source=scripts/lib/cluster.sh
. "$LIB/cluster.sh"
# shellcheck source=scripts/lib/application.sh
. "$LIB/application.sh"
# shellcheck source=scripts/lib/https.sh
. "$LIB/https.sh"
# shellcheck source=scripts/lib/processes.sh
. "$LIB/processes.sh"

# begin_setup: one set-up at a time in a clone (lock 7); the next one waits.
begin_setup() {
  make_var
  exec 7>"$VAR/setup.lock"
  flock --nonblock 7 || { echo "Another set-up is at work in this folder; waiting for it …"; flock 7; }
}

end_setup() {
  exec 7>&-
}

# prepare_database: the step "Database": the private cluster, or the one that GEOMONITOR_DATABASE_URL names.
prepare_database() {
  if [ -n "${GEOMONITOR_DATABASE_URL:-}" ]; then
    says "the one in GEOMONITOR_DATABASE_URL"
    return 0
  fi
  join_cluster
  case $CLUSTER_NEWS in made) finished ;; *) says "$CLUSTER_NEWS" ;; esac
}

# prepare_browser: Ubuntu has Chromium only as a snap, which tests can't drive: there Playwright brings its own.
prepare_browser() {
  if ! find_chromium >/dev/null; then
    logged "$VENV/bin/python" -m playwright install --with-deps chromium || stop_with "Chromium for the tests could not be had."
    mkdir -p "$VAR/browser"
    ln -sfn "$("$VENV/bin/python" -c 'from playwright.sync_api import sync_playwright
with sync_playwright() as browsers: print(browsers.chromium.executable_path)')" "$VAR/browser/chromium"
  fi
  GEOMONITOR_CHROMIUM=$(find_chromium)
  export GEOMONITOR_CHROMIUM
}

# prepare_tests: everything that the tests and the linters need.
prepare_tests() {
  count_steps 5
  begin_setup
  step "System packages"
  prepare_machine postgresql gdal python gettext tesseract pango chromium exiftool libatomic1
  step "Python packages"
  prepare_python requirements-dev.txt
  prepare_browser
  make_secret_key
  step "Database"
  prepare_database
  step "English texts"
  prepare_texts
  step "Static files"
  prepare_static
  end_setup
}
