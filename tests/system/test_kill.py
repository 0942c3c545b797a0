"""kill -9 of broker, worker and Redis in turn during a feed: what was acknowledged is there, each once."""

import glob
import json
import os
import random
import signal
import subprocess
import time

import pytest

from conftest import DATA, LIMIT, ROOT, wait_until

SEED = int(os.environ.get("FAULTLINE_SEED", "0")) or random.SystemRandom().randrange(1, 1 << 32)


def children(site):
    """pid -> program, of all that `faultline up` keeps running."""
    found = {}
    for stat in glob.glob("/proc/[0-9]*/stat"):
        try:
            fields = open(stat).read().rsplit(")", 1)[1].split()
            name = open(stat.replace("stat", "cmdline")).read().split("\0")[0]
        except OSError:
            continue  # it has just ended
        if int(fields[1]) == site.up.pid and fields[0] != "Z":
            found[int(stat.split("/")[2])] = os.path.basename(name.split()[0]) if name else "?"
    return found


def kill_one(site, rng):
    """kill -9 of one of them at random; waits until it is gone. Returns its name."""
    pid, name = rng.choice(sorted(wait_until(lambda: children(site), "something runs").items()))
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        pass  # it has just ended by itself
    wait_until(lambda: pid not in children(site), "it is dead")
    return name


def logged_reports(site):
    """Report ids with an effect, from the log, by the audit's own count."""
    lines = site.run("audit", "verify", "--json").stdout.splitlines()
    return sum(json.loads(line)["reports"] for line in lines)


@pytest.mark.parametrize("brokers,workers", [(1, 1), (2, 3)])
def test_what_was_acknowledged_survives_the_killing_of_everything(make_site, brokers, workers):
    print("seed", SEED)
    rng = random.Random(SEED)
    path = DATA / "boston311.csv.gz"
    if not path.exists():
        pytest.skip("boston311.csv.gz is not there")
    site = make_site(brokers=brokers, workers=workers, sets=("lease_ms=1500", "beat_ms=300"))
    rows, killed = 4000, []
    told = open(site.dir / "feed.err", "w+")  # a pipe that nobody reads meanwhile would fill, and stop the feed
    feed = subprocess.Popen(
        site.command("feed", str(path), "--map", str(ROOT / "deploy" / "maps" / "boston311.map"), "--json",
                     "--limit", str(rows), "--speed", "4000000", "--quiet-s", "90"),
        stdout=subprocess.PIPE, stderr=told, text=True,
    )
    try:
        deadline = time.monotonic() + 60
        while feed.poll() is None and time.monotonic() < deadline and len(killed) < 12:
            before = logged_length(site)
            wait_until(lambda: feed.poll() is not None or logged_length(site) > before, "the log moves on")
            killed.append(kill_one(site, rng))
        out, _ = feed.communicate(timeout=4 * LIMIT)
    finally:
        feed.kill()
        feed.wait()
    told.seek(0)
    err = told.read()
    told.close()
    counts = json.loads(out)
    print("killed", killed, counts)
    assert len(killed) >= 3, "the feed was over before anything was killed"
    assert counts["waiting"] == 0, (counts, err[-2000:], site.log_text()[-3000:])
    assert counts["acked"] == counts["submitted"] == rows - counts["refused"]
    # each acknowledged report had exactly one effect
    assert counts["opened"] + counts["attached"] + counts["duplicate"] == counts["acked"]
    assert logged_reports(site) == counts["acked"]
    open_now = site.run("tickets", "--json").stdout.splitlines()
    idents = [json.loads(line)["ticket"] for line in open_now]
    assert len(idents) == len(set(idents))
    assert len(idents) + sum(json.loads(line).get("repeats", 0) for line in open_now) == counts["acked"]


def logged_length(site):
    """Entries in all logs; 0 while Redis is down."""
    total = 0
    for territory in ("north", "centre", "south", "triage"):
        out = site.redis_cli("XLEN", "fl:{%s}:log" % territory).stdout.strip()
        total += int(out) if out.isdigit() else 0
    return total
