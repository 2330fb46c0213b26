# shellcheck shell=bash
# Python: which one, the virtual environment .venv, and the pinned packages in it.

PYTHON_OLDEST=3.11
PYTHON_NEWEST=3.13
PYTHON_CHOICES="python3 python3.13 python3.12 python3.11 /usr/bin/python3"
UV="uv==0.13.9"

# fits PYTHON: does it run, is it one of our versions, and can it make a virtual environment?
fits() {
  "$1" - "$PYTHON_OLDEST" "$PYTHON_NEWEST" 2>/dev/null <<'CODE'
import ensurepip, sys, venv
oldest, newest = (tuple(map(int, text.split("."))) for text in sys.argv[1:])
sys.exit(not oldest <= sys.version_info[:2] <= newest)
CODE
}

# pick_python: the first that fits, as a command; false when there is none.
pick_python() {
  local python
  for python in $PYTHON_CHOICES; do
    command -v "$python" >/dev/null && fits "$python" && { command -v "$python"; return 0; }
  done
  return 1
}

# version_of PYTHON: "3.11".
version_of() {
  "$1" -c 'import sys; print("%d.%d" % sys.version_info[:2])'
}

# make_venv: .venv, kept while its Python works and fits; made anew when the system's Python went on to another version.
make_venv() {
  local python
  fits "$VENV/bin/python" && return 0
  python=$(pick_python) || stop_with "no Python $PYTHON_OLDEST to $PYTHON_NEWEST with venv was found." "$(what_to_install)"
  logged "$python" -m venv --clear "$VENV" || stop_with ".venv could not be made with $python."
}

# requirements_mark FILE…: what the packages depend on, as one number.
requirements_mark() {
  { version_of "$VENV/bin/python" && cat "$CLONE/requirements.txt" "$@"; } | sha256sum | cut -d' ' -f1
}

has_uv() {
  "$VENV/bin/python" -m uv --version >/dev/null 2>&1
}

# install_requirements FILE: with uv, which needs a tenth of pip's time; with pip when uv can't be had.
install_requirements() {
  local python=$VENV/bin/python
  has_uv || logged "$python" -m pip install --quiet "$UV" || note "uv can't be had; pip does it."
  if has_uv; then
    UV_SYSTEM_CERTS=${UV_SYSTEM_CERTS:-1} logged "$python" -m uv pip install --python "$python" --requirement "$1" && return 0
    note "uv did not manage; pip tries."
  fi
  logged "$python" -m pip install --requirement "$1"
}

# prepare_python FILE: the step "Python packages", for requirements.txt or requirements-dev.txt.
prepare_python() {
  local file=$CLONE/$1 mark
  make_venv
  mark=$(requirements_mark "$file")
  if [ "$(cat "$VENV/.$1.sha256" 2>/dev/null)" = "$mark" ]; then
    says "ready (Python $(version_of "$VENV/bin/python"), cached)"
    return 0
  fi
  working "installing $1 for Python $(version_of "$VENV/bin/python") into .venv"
  install_requirements "$file" || stop_with "the Python packages could not be installed." "Is there a way to the package index (network, proxy)?"
  printf '%s\n' "$mark" >"$VENV/.$1.sha256"
  finished
}
