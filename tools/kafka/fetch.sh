#!/bin/bash
# Brings Apache Kafka's jars, for the tests alone, and prints the folder they are in. The jars come
# through Maven as pom.xml names them; every one is checked against sha256sums, at each call.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
folder=${SETTLED_KAFKA_DIR:-${XDG_CACHE_HOME:-$HOME/.cache}/settled/kafka-3.9.1}

is_complete() { (cd "$folder" && sha256sum --check --strict --quiet "$here/sha256sums") >/dev/null 2>&1; }

mkdir -p "$folder"
exec 9>"$folder/.lock"
flock 9 # several test runs may come here at once
if ! is_complete; then
    mvn --batch-mode --quiet --file "$here/pom.xml" \
        dependency:copy-dependencies -DoutputDirectory="$folder" >&2
    if ! is_complete; then
        echo "kafka: the jars in $folder are not those of $here/sha256sums" >&2
        exit 1
    fi
fi
printf '%s\n' "$folder"
