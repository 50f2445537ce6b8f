#!/usr/bin/python3
"""A token of SoftHSM 2 for the demo: runs a command that is shown one, named demo, in SOFTHSM2_CONF, with a file that holds
its PIN in SETTLED_DEMO_PIN_FILE, and ends with the command's status. Token and file end with it.
"""

import os
import pathlib
import secrets
import signal
import subprocess
import sys
import tempfile

UTIL = "/usr/bin/softhsm2-util"


def make_token(directory):
    tokens = directory / "tokens"
    tokens.mkdir()
    config = directory / "softhsm2.conf"
    config.write_text(f"directories.tokendir = {tokens}\nobjectstore.backend = file\nlog.level = ERROR\n")
    pin = f"{secrets.randbelow(10**8):08}"
    pin_file = directory / "pin"
    pin_file.touch(mode=0o600)
    pin_file.write_text(pin)
    variables = {"SOFTHSM2_CONF": str(config), "SETTLED_DEMO_PIN_FILE": str(pin_file)}
    # On the command line of a tool, as SoftHSM wants it: of a token that lives for a minute.
    subprocess.run([UTIL, "--init-token", "--free", "--label", "demo", "--so-pin", pin, "--pin", pin], check=True,
                   capture_output=True, env=os.environ | variables)
    return variables


def main():
    if not os.path.exists(UTIL):
        sys.exit("SoftHSM 2 is not installed; install softhsm2 (make setup)")
    signal.signal(signal.SIGINT, lambda *_: None)  # it reaches the command too, which ends in its own time
    with tempfile.TemporaryDirectory(prefix="settled-hsm-") as directory:
        child = subprocess.Popen(sys.argv[1:], env=os.environ | make_token(pathlib.Path(directory)))
        signal.signal(signal.SIGTERM, lambda number, _: child.send_signal(number))
        status = child.wait()
    return status if status >= 0 else 128 - status


if __name__ == "__main__":
    sys.exit(main())
