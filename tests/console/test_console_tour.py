"""The tour of the documents: its screens show what it says."""

import os
import subprocess
import sys

from support.places import ROOT, binary


def test_the_screens_of_the_tour_show_what_its_pictures_show(world):
    done = subprocess.run([sys.executable, ROOT / "tools" / "tour.py", "--check"], capture_output=True, text=True, timeout=300,
                          check=False, env={**os.environ, "SETTLED_BINARY": str(binary())})
    assert done.returncode == 0, done.stdout + done.stderr
