#!/usr/bin/python3
"""Runs each libFuzzer binary of a build for some seconds; fails if one finds something.

Starts from the checked-in corpus (tests/fuzz/corpus/NAME) and the bank's published bodies
(tests/fixtures); what a run learns is kept in BUILD/corpus/NAME, what it finds in
BUILD/findings/NAME. A finding is repeated with `BUILD/…/NAME FILE`; its file belongs into the corpus
with the fix.
"""

import argparse
import concurrent.futures
import os
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
INPUT_SECONDS_MAX = 10
MEMORY_MB_MAX = 2048


def fuzzers(build, only):
    found = [path for path in sorted(build.rglob("*_fuzz")) if path.is_file() and os.access(path, os.X_OK)]
    return [path for path in found if only in path.name]


def run(binary, build, seconds):
    name = binary.name
    learned, findings = build / "corpus" / name, build / "findings" / name
    learned.mkdir(parents=True, exist_ok=True)
    findings.mkdir(parents=True, exist_ok=True)
    seeds = [ROOT / "tests/fuzz/corpus" / name, ROOT / "tests/fixtures"]
    command = [binary, f"-max_total_time={seconds}", f"-timeout={INPUT_SECONDS_MAX}",
               f"-rss_limit_mb={MEMORY_MB_MAX}", "-print_final_stats=1", f"-artifact_prefix={findings}/",
               learned, *(folder for folder in seeds if folder.is_dir())]
    result = subprocess.run(command, text=True, errors="replace", stdin=subprocess.DEVNULL,
                            stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                            timeout=seconds + 600, check=False)
    return result.returncode, result.stdout


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build", type=pathlib.Path, required=True)
    parser.add_argument("--seconds", type=int, default=30)
    parser.add_argument("--only", default="")
    args = parser.parse_args()
    build = args.build.resolve()
    binaries = fuzzers(build, args.only)
    if not binaries:
        sys.exit(f"no fuzzer called like '{args.only}' in {build}")
    failed = 0
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        runs = {pool.submit(run, binary, build, args.seconds): binary for binary in binaries}
        for done in concurrent.futures.as_completed(runs):
            status, output = done.result()
            number = re.search(r"number_of_executed_units:\s*(\d+)", output)
            inputs = int(number[1]) if number else 0
            print(f"  {runs[done].name:<20} {inputs:>12,} inputs  {'ok' if status == 0 else 'FOUND SOMETHING'}",
                  flush=True)
            if status != 0:
                failed += 1
                print(output[-8000:])
    print(f"{len(binaries) - failed} of {len(binaries)} fuzzers found nothing")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
