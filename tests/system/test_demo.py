"""The demo without a terminal, as `./dev demo --reports N --exit` runs it."""

import glob
import re
import subprocess

from conftest import BUILD


def test_the_demo_counts_up_and_leaves_nothing_behind():
    before = set(glob.glob("/tmp/faultline-*"))
    done = subprocess.run(
        [str(BUILD / "bench" / "faultline-demo"), "--reports", "600", "--exit", "--seed", "7"],
        capture_output=True, text=True, timeout=240,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    last = done.stdout.splitlines()[-1]
    counts = {k: int(v) for k, v in re.findall(r"(\w+)=(\d+)", last)}
    assert counts["submitted"] == counts["acked"] == 600
    assert counts["tickets"] + counts["attached"] == 600
    assert counts["lost"] == counts["duplicated"] == 0
    assert counts["assigned"] == counts["tickets"] and counts["updates"] > 600
    assert set(glob.glob("/tmp/faultline-*")) <= before
