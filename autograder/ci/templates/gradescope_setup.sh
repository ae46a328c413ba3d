#!/usr/bin/env bash
# Gradescope runs this once, as root, when it builds the image of the assignment.
set -euo pipefail
cd /autograder/source

is_usable() { "$1" -c 'import ensurepip, sys; sys.exit(sys.version_info < (3, 11))' 2> /dev/null; }
find_python() {
  for python in python[= python =] python3 python3.13 python3.12 python3.11; do
    if is_usable "$python"; then return; fi
  done
  return 1
}
if ! find_python; then
  apt-get update -qq
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq python3-venv python3-pip > /dev/null
fi
if ! find_python; then # the system's Python is too old, as on Ubuntu 22.04
  python3 -m pip install --quiet uv
  export UV_PYTHON_INSTALL_DIR=/autograder/python
  uv python install --quiet [= python =]
  python="$(uv python find --managed-python [= python =])"
fi

environment=/autograder/environment
"$python" -m venv "$environment"
install() { "$environment/bin/python" -m pip install --quiet --disable-pip-version-check "$@"; }
<% if has_lock %>
install --require-hashes -r requirements.lock
install --no-deps "./[= wheel =]"
<% else %>
install --constraint constraints.txt "./[= wheel =][engine]"
<% endif %>
<% if dataset %>
CONVGRADE_DATA=/autograder/datasets "$environment/bin/autograder" data fetch "[= dataset =]"
<% endif %>

# Hidden suites and the secret are for root only; student code runs as another user if it can.
chmod -R go= /autograder/source
