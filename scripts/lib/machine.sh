# shellcheck shell=bash
# The machine: which release it is, what it lacks, and how that is installed.

POSTGRESQL_OLDEST=15
POSTGIS_OLDEST=3.3
SUPPORTED="Debian 12, Debian 13 and Ubuntu 24.04"

# release: "debian 12", "ubuntu 24.04", "fedora 41" …
release() {
  # shellcheck disable=SC1091  # the machine's own file
  (ID="" VERSION_ID="" && . "$SYSTEM_ROOT/etc/os-release" 2>/dev/null && printf '%s %s\n' "$ID" "$VERSION_ID")
}

# postgresql_of RELEASE: the PostgreSQL version that release ships; false for a release we don't know.
postgresql_of() {
  case $1 in
    "debian 12") echo 15 ;;
    "debian 13") echo 17 ;;
    "ubuntu 24.04") echo 16 ;;
    *) return 1 ;;
  esac
}

# what_to_install: for people on other systems, who install it themselves.
what_to_install() {
  cat <<WORDS
Geomonitor installs its system packages itself on $SUPPORTED. Elsewhere install these, then start again:
    PostgreSQL $POSTGRESQL_OLDEST or newer with PostGIS $POSTGIS_OLDEST or newer (initdb, pg_ctl and psql on the PATH), pg_trgm and btree_gist
    GDAL, GEOS and PROJ libraries (gdalinfo on the PATH)
    Python $PYTHON_OLDEST to $PYTHON_NEWEST with venv
    gettext (msgfmt); tesseract with its English data; Pango with HarfBuzz's subsetting (libpangoft2-1.0.so.0 and
    libharfbuzz-subset.so.0, for PDF reports); openssl for --https; for scripts/test also Chromium, exiftool and
    libatomic (Playwright's driver)
WORDS
}

# has NEED: is it there? Looks at files and commands only, so that a second run asks no package manager.
has() {
  case $1 in
    postgresql) [ -n "$(postgis_majors)" ] || programs_on_path >/dev/null ;;
    gdal) command -v gdalinfo >/dev/null ;;
    python) pick_python >/dev/null ;;
    gettext) command -v msgfmt >/dev/null ;;
    openssl) command -v openssl >/dev/null ;;
    chromium) find_chromium >/dev/null ;;
    exiftool) command -v exiftool >/dev/null ;;
    tesseract) command -v tesseract >/dev/null ;;
    pango) has_library libpangoft2-1.0.so.0 && has_library libharfbuzz-subset.so.0 ;;
    libatomic1) has_library libatomic.so.1 ;;
  esac
}

# has_library FILE: in one of the places where systems keep shared libraries.
has_library() {
  compgen -G "/usr/lib*/$1" >/dev/null || compgen -G "/usr/lib/*/$1" >/dev/null
}

# find_chromium: the browser for tests. Debian ships it as a package; Ubuntu only as a snap, so there Playwright's own
# is used (install_browser).
find_chromium() {
  local browser
  for browser in "${GEOMONITOR_CHROMIUM:-}" /usr/bin/chromium /usr/bin/google-chrome "$VAR/browser/chromium"; do
    [ -n "$browser" ] && [ -x "$browser" ] && { printf '%s\n' "$browser"; return 0; }
  done
  return 1
}

# packages_for RELEASE NEED…: Debian's names of what is needed.
packages_for() {
  local release=$1 need major
  shift
  for need in "$@"; do
    case $need in
      postgresql) major=$(postgresql_of "$release") && echo "postgresql-$major-postgis-3" ;;
      gdal) echo gdal-bin ;;
      python) echo python3 python3-venv ;;
      chromium) [ "$release" = "ubuntu 24.04" ] || echo chromium ;;
      exiftool) echo libimage-exiftool-perl ;;
      tesseract) echo tesseract-ocr tesseract-ocr-eng ;;
      pango) echo libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 ;;
      *) echo "$need" ;;
    esac
  done | xargs
}

# lacking NEED…: those that are not there.
lacking() {
  local need
  for need in "$@"; do has "$need" || echo "$need"; done | xargs
}

# as_root COMMAND…: directly, or through sudo.
as_root() {
  if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi
}

# install_packages PACKAGE…: without what they merely recommend. Debian's PostgreSQL would make and start a server of
# its own on port 5432: it is told not to, for the time of this installation.
install_packages() {
  local told=/etc/postgresql-common/createcluster.d/geomonitor.conf status=0
  as_root mkdir -p "$(dirname $told)"
  echo "create_main_cluster = false" | as_root tee $told >/dev/null
  logged as_root env DEBIAN_FRONTEND=noninteractive apt-get update -q || note "The package lists could not be renewed; trying with the old ones."
  logged as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "$@" || status=$?
  as_root rm -f $told
  return $status
}

# prepare_machine NEED…: the step "System packages".
prepare_machine() {
  local missing here packages
  missing=$(lacking "$@")
  [ -n "$missing" ] || { says "ready"; return 0; }
  here=$(release)
  # shellcheck disable=SC2086  # words on purpose
  if ! postgresql_of "$here" >/dev/null || ! packages=$(packages_for "$here" $missing); then
    stop_with "missing here: $missing. This system is ${here:-unknown}." "$(what_to_install)"
  fi
  if [ -n "$packages" ]; then
    [ "$(id -u)" = 0 ] || command -v sudo >/dev/null \
      || stop_with "installing system packages needs root, and there is no sudo." "As root:  apt-get install $packages"
    working "installing $packages"
    # shellcheck disable=SC2086
    install_packages $packages || stop_with "the packages could not be installed." "Try it by hand:  apt-get install $packages"
    finished
  else
    says "ready"
  fi
}
