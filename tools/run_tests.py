#!/usr/bin/python3
"""Runs every test of a build and ends with one line: "N passed, N failed".

The GoogleTest binaries are those that CMake listed in BUILD/tests.txt; several run at once, the ones
that took longest last time first. Then pytest runs tests/ against BUILD/settled, if there are
test_*.py. What a test binary says is shown in full only when it failed.

A binary whose tests use a store (it knows the variable SETTLED_TEST_STORE) runs once for each engine, on
SQLite and on a PostgreSQL that is started here (tools/postgres_server.py); tests named Sqlite… and
Postgres… run on their own engine only. Where PostgreSQL is not installed that counts as a failure, except
for SETTLED_TEST_POSTGRES=skip.

What counts as failed, in addition to a failed test: a binary that is missing, crashes, hangs, ends with a
status that its tests do not explain, or has no test; and the tests that it then did not reach.

Random tests take their seed from here (RC_PARAMS for rapidcheck, SETTLED_SEED for the others); it is
printed, and --seed repeats a run.
"""

import argparse
import concurrent.futures
import contextlib
import dataclasses
import json
import os
import pathlib
import re
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import xml.etree.ElementTree

import postgres_server

ROOT = pathlib.Path(__file__).resolve().parent.parent
BINARY_SECONDS_MAX = 600
PYTEST_SECONDS_MAX = 1800
PYTEST_NOTHING_COLLECTED = 5
AT_ONCE_A_CORE = 2  # tests wait for threads and processes half of their time
MEMORY_MIN = 4 << 30  # bytes of /dev/shm that the stores of the tests may need
STORE_VARIABLE = "SETTLED_TEST_STORE"  # src/store/testing.h
SERVER_VARIABLE = "SETTLED_TEST_POSTGRES"
SIM_CASES = 5000  # of each property in a round of --sim; `make test` leaves it to the test


@dataclasses.dataclass
class Outcome:
    name: str
    passed: int = 0
    failed: list = dataclasses.field(default_factory=list)  # names, or a sentence
    skipped: int = 0
    seconds: float = 0.0
    output: str = ""


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build", type=pathlib.Path, required=True)
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    parser.add_argument("--filter", default="", help="a part of test names, or a GoogleTest pattern")
    parser.add_argument("--seed", type=int)
    parser.add_argument("--sim", action="store_true",
                        help="random tests in more cases, tests in random order, and tests/sim alone")
    parser.add_argument("--rounds", type=int, default=1, help="with --sim: rounds, each with its own seed")
    return parser.parse_args()


def environment(args, seed):
    result = dict(os.environ)
    cases = f" max_success={SIM_CASES}" if args.sim else ""
    result["RC_PARAMS"] = f"seed={seed}{cases}"
    result["SETTLED_SEED"] = str(seed)
    result["SETTLED_BINARY"] = str((args.build / "settled").resolve())
    result["PYTHONDONTWRITEBYTECODE"] = "1"
    result.setdefault("UBSAN_OPTIONS", "halt_on_error=1:print_stacktrace=1")
    return result


def run_bounded(command, seconds_max, **kwargs):
    """Exit status (None: killed for taking too long) of a command in its own process group."""
    process = subprocess.Popen(command, start_new_session=True, **kwargs)
    try:
        return process.wait(seconds_max)
    except subprocess.TimeoutExpired:
        return None
    finally:  # a test that left a server behind, or an interrupt
        try:
            os.killpg(process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        process.wait()


def gtest_pattern(text):
    return text if re.search(r"[*:?]", text) else f"*{text}*"


def listed_tests(binary, options, env):
    """Names of the tests that the binary would run, [] if it cannot say."""
    try:
        listing = subprocess.run([binary, "--gtest_list_tests", *options], env=env, text=True,
                                 capture_output=True, timeout=60, check=True).stdout
    except (OSError, subprocess.SubprocessError):
        return []
    names, suite = [], ""
    for line in listing.splitlines():
        word = line.split("#")[0].rstrip()
        if word and not line.startswith(" "):
            suite = word
        elif word and suite.endswith("."):
            names.append(suite + word.strip())
    return [name for name in names if "DISABLED_" not in name]


def read_gtest_log(outcome, names, status):
    """Counts from the log lines, which are there even when the binary died half way."""
    said = {word: set(re.findall(rf"^\[ *{word} *\] ([\w./]+)(?: \(|,|$)", outcome.output, re.M))
            for word in ("OK", "FAILED", "SKIPPED", "RUN")}
    bad = said["FAILED"] & set(names)
    good = (said["OK"] & set(names)) - bad
    skipped = (said["SKIPPED"] & set(names)) - bad - good
    outcome.passed, outcome.skipped = len(good), len(skipped)
    outcome.failed = sorted(bad)
    for name in names:
        if name in good or name in bad or name in skipped:
            continue
        what = "did not end" if name in said["RUN"] else "was not reached"
        outcome.failed.append(f"{name} ({what})")
    if status is None:
        outcome.failed.append(f"{outcome.name} (stopped after {BINARY_SECONDS_MAX} s)")
    elif status != 0 and not outcome.failed:
        outcome.failed.append(f"{outcome.name} (ended with status {status} after its tests)")


def is_about_a_store(binary):
    try:
        return STORE_VARIABLE.encode() in pathlib.Path(binary).read_bytes()
    except OSError:
        return False


def run_gtest(name, binary, args, seed, env):
    outcome = Outcome(name)
    pattern = gtest_pattern(args.filter) if args.filter else "*"
    other = "Postgres" if env.get(STORE_VARIABLE) != "postgres" else "Sqlite"
    options = [f"--gtest_filter={pattern}{':' if '-' in pattern else '-'}{other}*:*/{other}*"]
    names = listed_tests(binary, options, env)
    if not names:
        if not args.filter or not os.access(binary, os.X_OK):
            outcome.failed.append(f"{name} (has no tests, or cannot be run)")
        return outcome
    if args.sim:
        options += ["--gtest_shuffle", f"--gtest_random_seed={seed % 99999 + 1}"]
    started = time.monotonic()
    with tempfile.TemporaryFile() as log:
        status = run_bounded([binary, "--gtest_color=no", *options], BINARY_SECONDS_MAX, env=env,
                             stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT, cwd=ROOT)
        log.seek(0)
        outcome.output = log.read().decode(errors="replace")
    outcome.seconds = time.monotonic() - started
    read_gtest_log(outcome, names, status)
    return outcome


def failing_part(outcome):
    """The log without the lines of tests that passed."""
    kept, current = [], []
    for line in outcome.output.splitlines():
        if line.startswith("[ RUN      ]"):
            kept += current
            current = [line]
        elif line.startswith("[       OK ]"):
            current = []
        elif not line.startswith(("[-----", "[=====")):
            current.append(line)
    return "\n".join(kept + current)


def report(outcome):
    verdict = "ok" if not outcome.failed else f"{len(outcome.failed)} FAILED"
    skipped = f", {outcome.skipped} skipped" if outcome.skipped else ""
    print(f"  {outcome.name:<22} {outcome.passed:>5} passed{skipped}  {outcome.seconds:6.1f} s  {verdict}",
          flush=True)


def times_file(args):
    return args.build / "test_times.json"


def last_times(args):
    try:
        return json.loads(times_file(args).read_text())
    except (OSError, ValueError):
        return {}


def run_gtests(args, seed, env):
    listing = args.build / "tests.txt"
    if not listing.exists():
        sys.exit(f"{listing} is missing: configure the build first (make build)")
    binaries = dict(line.split("\t") for line in listing.read_text().splitlines() if line)
    on_postgres = env | {STORE_VARIABLE: "postgres"}
    plan = {name: (binary, env) for name, binary in binaries.items()}
    if env.get(SERVER_VARIABLE):
        plan |= {f"{name} (postgres)": (binary, on_postgres) for name, binary in binaries.items()
                 if is_about_a_store(binary)}
    times = last_times(args)
    order = sorted(plan, key=lambda name: -times.get(name, 1e9))
    outcomes = []
    with concurrent.futures.ThreadPoolExecutor(args.jobs * AT_ONCE_A_CORE) as pool:
        runs = [pool.submit(run_gtest, name, plan[name][0], args, seed, plan[name][1]) for name in order]
        for run in concurrent.futures.as_completed(runs):
            outcome = run.result()
            outcomes.append(outcome)
            if outcome.passed or outcome.failed or outcome.skipped:
                report(outcome)
    if not args.filter and not args.sim:
        times_file(args).write_text(json.dumps({o.name: round(o.seconds, 2) for o in outcomes}))
    return outcomes


def read_junit(path, outcome):
    for case in xml.etree.ElementTree.parse(path).getroot().iter("testcase"):
        name = f"{case.get('classname')}::{case.get('name')}"
        if case.find("failure") is not None or case.find("error") is not None:
            outcome.failed.append(name)
        elif case.find("skipped") is not None:
            outcome.skipped += 1
        else:
            outcome.passed += 1


def run_pytests(args, env):
    if args.sim:
        return [run_pytest("pytest", [ROOT / "tests" / "sim"], args, env)]
    outcomes = [run_pytest("pytest", [ROOT / "tests"], args, env)]
    if env.get(SERVER_VARIABLE):
        on_postgres = [ROOT / "tests" / "integration", ROOT / "tests" / "crash" / "test_kill_at_random.py"]
        outcomes.append(run_pytest("pytest (postgres)", on_postgres, args, env | {STORE_VARIABLE: "postgres"}))
    return outcomes


def run_pytest(name, places, args, env):
    outcome = Outcome(name)
    if not any(place.is_file() or any(place.rglob("test_*.py")) for place in places):
        return outcome
    report_path = args.build / "pytest.xml"
    report_path.unlink(missing_ok=True)
    # A place of its own: pytest's usual one is cleared of all but the last three runs of the machine.
    scratch = tempfile.mkdtemp(prefix="settled-", dir=postgres_server.place_in_memory(MEMORY_MIN))  # short, as socket paths must be
    command = [sys.executable, "-m", "pytest", *map(str, places), "-q", "--tb=short", "-p", "no:cacheprovider",
               f"--basetemp={scratch}/t", "-n", str(args.jobs * AT_ONCE_A_CORE), "--dist", "loadfile", f"--junitxml={report_path}"]
    if args.filter:
        command += ["-k", re.sub(r"[^\w.]+", " and ", args.filter).removeprefix(" and ").removesuffix(" and ")]
    started = time.monotonic()
    status = run_bounded(command, PYTEST_SECONDS_MAX, env=env, cwd=ROOT, stdin=subprocess.DEVNULL)
    outcome.seconds = time.monotonic() - started
    if report_path.exists():
        read_junit(report_path, outcome)
    explained = status in (0, 1) or (status == PYTEST_NOTHING_COLLECTED and args.filter)
    if not explained or (status == 1 and not outcome.failed):
        outcome.failed.append(f"pytest (ended with status {status})")
    report(outcome)
    if outcome.failed:
        print(f"what the failed tests left is in {scratch}", flush=True)
    else:
        shutil.rmtree(scratch, ignore_errors=True)
    return outcome


@contextlib.contextmanager
def postgres(env, outcomes):
    """A server for this run, named in the environment of the tests."""
    given = env.get(SERVER_VARIABLE, "")
    if given == "skip":
        print("PostgreSQL is left out, as SETTLED_TEST_POSTGRES says", flush=True)
        yield env | {SERVER_VARIABLE: ""}
    elif given:
        yield env
    elif not postgres_server.is_installed():
        missing = "there is no PostgreSQL 15 here (make setup), and no test ran on it"
        outcomes.append(Outcome("postgres", failed=[missing]))
        yield env | {SERVER_VARIABLE: ""}
    else:
        with postgres_server.Postgres() as server:
            yield env | {SERVER_VARIABLE: server.url}


def run_round(args, seed):
    outcomes = []
    with postgres(environment(args, seed), outcomes) as env:
        return outcomes + run_round_on(args, seed, env)


def run_round_on(args, seed, env):
    print(f"seed {seed} (the same again: SEED={seed})", flush=True)
    outcomes = run_gtests(args, seed, env)
    for outcome in outcomes:
        if outcome.failed:
            print(f"\n===== {outcome.name}\n{failing_part(outcome)}")
    return outcomes + run_pytests(args, env)


def main():
    args = arguments()
    outcomes = []
    for number in range(args.rounds if args.sim else 1):
        first = args.seed if args.seed is not None else secrets.randbelow(2**31)
        outcomes += run_round(args, first + number)
    failures = [(outcome.name, name) for outcome in outcomes for name in outcome.failed]
    if failures:
        print("\nfailed:")
        for suite, name in failures:
            print(f"  {suite}: {name}")
    passed = sum(outcome.passed for outcome in outcomes)
    if passed + len(failures) == 0:
        print("no test has that in its name" if args.filter else "there are no tests")
    print(f"{passed} passed, {len(failures)} failed")
    return 0 if passed and not failures else 1


if __name__ == "__main__":
    sys.exit(main())
