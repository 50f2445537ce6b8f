#!/bin/bash
# Every check that runs no test, in order of cost. All are made even if an early one fails.
#   tools/lint.sh BUILD JOBS [recent]     recent: clang-tidy looks at a part (tools/run_clang.py)
set -uo pipefail
cd "$(dirname "$0")/.."
build=$1
jobs=$2
part=${3:-all}
failed=()

section() {
    local name=$1 started=$SECONDS
    shift
    printf '\n== %s\n' "$name"
    "$@" || failed+=("$name")
    printf '   %d s\n' $((SECONDS - started))
}

formatted() {
    git ls-files -z --cached --others --exclude-standard '*.cpp' '*.h' |
        xargs -0 -r -P "$jobs" -n 20 clang-format-19 --dry-run -Werror
}

python_compiles() {
    git ls-files -z --cached --others --exclude-standard '*.py' |
        xargs -0 -r /usr/bin/python3 -c 'import ast, sys
for path in sys.argv[1:]:
    ast.parse(open(path).read(), path)'
}

shell_parses() {
    local script
    for script in tools/*.sh .ci/run; do bash -n "$script" || return 1; done
}

# The console's packages are there once it was built.
console_types() {
    if ! command -v node >/dev/null || [[ ! -x console/node_modules/.bin/tsc ]]; then
        echo 'left out: node or console/node_modules is not there'
        return 0
    fi
    (cd console && node_modules/.bin/tsc --noEmit)
}

section 'format (make fmt mends it)' formatted
section 'files' tools/check_files.py
section 'words of the field' tools/check_words.py
section 'includes and forbidden words' tools/check_includes.py
section 'scripts' eval 'python_compiles && shell_parses'
section 'types of the console' console_types
section 'headers stand alone' tools/run_clang.py headers --build "$build" --jobs "$jobs"
section 'clang-tidy' tools/run_clang.py tidy --build "$build" --jobs "$jobs" --part "$part"

if ((${#failed[@]} > 0)); then
    printf '\nlint: failed: %s\n' "$(IFS=,; echo "${failed[*]}")"
    exit 1
fi
printf '\nlint: everything is in order\n'
