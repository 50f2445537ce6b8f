#!/bin/bash
# Makes build/test-python: a Python of its own with what tests need and Debian 12 does not have
# (tests/requirements.txt), from the Python Package Index. Safe to run again: when it is all there it
# ends at once. Without it the tests that need it are left out, except where CI is set: there they fail.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
place=$root/build/test-python
wanted=$root/tests/requirements.txt

if cmp -s "$wanted" "$place/installed"; then
    exit 0
fi
printf 'setup: installing the Python packages of tests/requirements.txt\n'
rm -rf "$place"
/usr/bin/python3 -m venv "$place"
"$place/bin/pip" install --quiet --disable-pip-version-check --requirement "$wanted"
cp "$wanted" "$place/installed"
