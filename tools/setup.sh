#!/bin/bash
# Installs what is needed from Debian 12's own archive:  tools/setup.sh build | all
#   build   what makes the server and the demo
#   all     also what tests and checks it
# Safe to run again: when everything is there it ends within a second. Runs as root, or asks sudo.
set -euo pipefail
scope=${1:-all}

# What the program is made with and linked to.
build_packages=(
    clang-19 lld-19 llvm-19 libclang-rt-19-dev ccache cmake ninja-build
    libboost1.81-dev libssl-dev libsqlite3-dev libsimdjson-dev libexpat1-dev libspdlog-dev libfmt-dev
    prometheus-cpp-dev libtomlplusplus-dev libpq-dev libc-ares-dev librdkafka-dev libp11-kit-dev
    libargon2-dev # passwords of the console's operators
    openssl curl ca-certificates # what the quick start types
    tzdata # time zones of connectors
)
# The console is built with node; one that is here already is used.
if ! { command -v node >/dev/null && command -v npm >/dev/null && [[ $(node --version | tr -dc 0-9.) =~ ^(1[89]|[2-9][0-9])\. ]]; }; then
    build_packages+=(nodejs npm)
fi
# What checks it.
check_packages=(
    clang-tidy-19 clang-format-19 libgtest-dev libgmock-dev libbenchmark-dev librapidcheck-dev
    strace sqlite3 postgresql-15 softhsm2 opensc # a token, and what puts secrets into it
    python3 python3-venv python3-pytest python3-pytest-xdist python3-yaml python3-jsonschema python3-cryptography
    openjdk-17-jdk-headless maven python3-confluent-kafka
    nodejs esbuild # the receivers of examples/
    zsh fish man-db mandoc groff-base # completion and the manual
    dpkg-dev # the package
    chromium chromium-driver python3-selenium fonts-dejavu-core # the console, in a browser
)
# Test vectors come in a crate; a Cargo that is here already is used.
if ! command -v cargo >/dev/null; then
    check_packages+=(cargo)
fi

say() { printf 'setup: %s\n' "$*"; }

missing_packages() {
    local package wanted=("${build_packages[@]}")
    if [[ $scope == all ]]; then wanted+=("${check_packages[@]}"); fi
    for package in "${wanted[@]}"; do
        [[ -n ${installed[$package]:-} ]] || printf '%s\n' "$package"
    done
}

explain_other_system() {
    cat >&2 <<TEXT
setup: this machine is not Debian 12, so nothing was installed.
  Install yourself: clang 19 (or g++ 14 and newer) with lld, CMake 3.25, Ninja, ccache, Boost 1.81
  headers, OpenSSL 3, SQLite 3.40, libpq 15, c-ares 1.18, simdjson 3, Expat 2.5, spdlog 1.10 built on an external fmt 9,
  prometheus-cpp 1.0, toml++ 3, librdkafka 2.0, the headers of p11-kit 0.24, Argon2, GoogleTest, rapidcheck, Python 3.11 with
  pytest, pytest-xdist, PyYAML, jsonschema, cryptography, confluent-kafka; a Java 17 runtime and
  Maven for the Kafka of the tests.
  Then run make with SETUP=skip, which leaves this step out.
TEXT
    exit 1
}

declare -A installed=()
if command -v dpkg-query >/dev/null; then
    while read -r package status; do
        if [[ $status == "installed" ]]; then installed[$package]=1; fi
    done < <(dpkg-query -W -f '${Package} ${db:Status-Status}\n')
fi

# A machine that reaches no index of Python packages or crates builds, and tests all but what needs them.
packages_of_tests() {
    [[ $scope == all ]] || return 0
    "$(dirname "$0")/test_python.sh" || say "tests that need AWS's double are left out"
    "$(dirname "$0")/test_vectors.sh" || say "tests that need Wycheproof's vectors are left out"
}

mapfile -t missing < <(missing_packages)
if ((${#missing[@]} == 0)); then
    packages_of_tests
    say "everything is installed"
    exit 0
fi

release=$(. /etc/os-release 2>/dev/null && printf '%s %s' "${ID:-}" "${VERSION_ID:-}" || true)
if [[ $release != "debian 12" ]]; then
    explain_other_system
fi

as_root=()
if ((EUID != 0)); then
    if ! command -v sudo >/dev/null; then
        say "${#missing[@]} packages are missing and this is neither root nor is sudo there; as root:" >&2
        printf '  apt-get install -y --no-install-recommends %s\n' "${missing[*]}" >&2
        exit 1
    fi
    as_root=(sudo)
fi

# Progress goes to the terminal; nothing may stop to ask.
apt() {
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
        apt-get -o DPkg::Lock::Timeout=300 -o Acquire::Retries=3 -o Dpkg::Use-Pty=0 "$@"
}

say "installing ${#missing[@]} packages: ${missing[*]}"
# Another archive on this machine that is down must not stop us: what counts is the install.
apt update -q || say "apt-get update had errors; going on with the lists that are there"
apt install -q -y --no-install-recommends "${missing[@]}"
packages_of_tests
say "done"
