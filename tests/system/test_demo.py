"""The demo without a terminal, as `./dev demo --reports N --exit` runs it."""

import glob
import re
import subprocess

from conftest import BUILD, wait_until


def folders():
    """Of a demo: other tests' have other names."""
    return glob.glob("/tmp/faultline-??????") + glob.glob("/dev/shm/faultline-??????")


def test_the_demo_counts_up_and_leaves_nothing_behind():
    before = set(folders())
    done = subprocess.run(
        [str(BUILD / "bench" / "faultline-demo"), "--reports", "600", "--exit", "--seed", "7"],
        capture_output=True, text=True, timeout=600,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    last = done.stdout.splitlines()[-1]
    counts = {k: int(v) for k, v in re.findall(r"(\w+)=(\d+)", last)}
    assert counts["submitted"] == counts["acked"] == 600
    assert counts["tickets"] + counts["attached"] == 600
    assert counts["lost"] == counts["duplicated"] == 0
    assert counts["assigned"] == counts["tickets"] and counts["updates"] > 600
    wait_until(lambda: set(folders()) <= before, "its folders are gone, and those of whoever runs one beside us")
