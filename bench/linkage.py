#!/usr/bin/python3
"""`settled bench match` on made worlds whose truth is known: what it matches, what of that is wrong, and what it costs.

    bench/linkage.py --build build/release [--out FILE] [--worlds usual,crowded] [--settled PROGRAM] [--seed N]

Each world is written to files by linkage_worlds (references cut, ids dropped, amounts changed) and matched by one run of
the program on one core. CPU is the user time of that run as the kernel counts it, with reading the files, and memory its
largest resident size. `--settled` measures another build on the same files.
"""

import argparse
import json
import os
import pathlib
import subprocess
import sys
import tempfile

# For runs by hand, of many minutes: the files of the first take 150 MB, and in all of them a settlement has hundreds of
# rivals.
LARGE = ("1m_in_300_days", "100k_in_10_days", "crowded_round_amounts")


def one_core():
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})


def run_match(program, directory):
    command = [program, "bench", "match", "--json", "--origin", directory / "sent.csv",
               "--destination", directory / "arrived.csv", "--truth", directory / "truth.csv"]
    answer = directory / "answer.json"
    with open(answer, "wb") as out:
        child = subprocess.Popen(command, stdout=out, preexec_fn=one_core)
        _, status, used = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode != 0:
        sys.exit(f"{program} ended with {child.returncode}")
    return json.loads(answer.read_text()), used


def measure(args, world, directory):
    subprocess.run([args.build / "bench" / "linkage_worlds", "--world", world, "--dir", directory, "--seed", str(args.seed)],
                   check=True)
    found, used = run_match(args.settled, directory)
    return {"destinations": found["destinations"], "possible": found["pairs_possible"],
            "matched_share": found["matched_share"], "wrong": found["wrong"], "ambiguous": found["ambiguous"],
            "cpu_s": round(used.ru_utime, 2), "settlements_per_cpu_s": round(found["destinations"] / max(used.ru_utime, 0.01)),
            "memory_mib": used.ru_maxrss // 1024}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build", type=pathlib.Path, required=True)
    parser.add_argument("--out", type=pathlib.Path)
    parser.add_argument("--worlds", default="", help="names of linkage_worlds, with commas; all but the heaviest otherwise")
    parser.add_argument("--settled", type=pathlib.Path)
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    args.settled = (args.settled or args.build / "settled").resolve()
    known = subprocess.run([args.build / "bench" / "linkage_worlds"], check=True, capture_output=True, text=True).stdout.split()
    chosen = args.worlds.split(",") if args.worlds else [world for world in known if world not in LARGE]
    if unknown := set(chosen) - set(known):
        sys.exit(f"no world called {', '.join(sorted(unknown))}; there are: {', '.join(known)}")
    figures = {}
    print(f"{'world':<32} {'pairs':>9} {'matched':>8} {'wrong':>6} {'CPU s':>8} {'per CPU s':>10} {'MiB':>6}")
    for world in chosen:
        with tempfile.TemporaryDirectory(prefix="settled-linkage-") as directory:
            of = figures[world] = measure(args, world, pathlib.Path(directory))
        print(f"{world:<32} {of['possible']:>9} {of['matched_share']:>8.4f} {of['wrong']:>6} {of['cpu_s']:>8.2f}"
              f" {of['settlements_per_cpu_s']:>10} {of['memory_mib']:>6}", flush=True)
    if args.out:
        args.out.write_text(json.dumps(figures) + "\n")


if __name__ == "__main__":
    main()
