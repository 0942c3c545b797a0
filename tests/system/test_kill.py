"""kill -9 of broker, worker and Redis in turn during a feed: what was acknowledged is there, each once."""

import json
import os
import random
import signal
import subprocess
import time

import pytest

from conftest import DATA, ROOT, wait_until

SEED = int(os.environ.get("FAULTLINE_SEED", "0")) or random.SystemRandom().randrange(1, 1 << 32)


class Part:
    """A process that is killed and started again."""

    def __init__(self, name, start):
        self.name, self.start, self.kills = name, start, 0
        self.process = start()

    def kill(self):
        os.kill(self.process.pid, signal.SIGKILL)
        assert self.process.wait(10) == -signal.SIGKILL  # the fault did happen
        self.kills += 1
        self.process = self.start()


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
    site = make_site(brokers=brokers, up=False, sets=("lease_ms=1500", "beat_ms=300"))
    redis = Part("redis", site.start_redis)
    site.run("plan", "apply")
    parts = [redis]
    parts += [Part("broker", lambda i=i: site.start_broker(i)) for i in range(brokers)]
    parts += [Part("worker", site.start_worker) for _ in range(workers)]
    rows = 4000
    feed = subprocess.Popen(
        site.command("feed", str(path), "--map", str(ROOT / "deploy" / "maps" / "boston311.map"), "--json",
                     "--limit", str(rows), "--speed", "4000000", "--quiet-s", "90"),
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )
    try:
        deadline = time.monotonic() + 60
        while feed.poll() is None and time.monotonic() < deadline and sum(p.kills for p in parts) < 12:
            before = logged_length(site)
            wait_until(lambda: feed.poll() is not None or logged_length(site) > before, "the log moves on")
            rng.choice(parts).kill()
            if parts[0].process.poll() is None:
                wait_until(lambda: site.redis_cli("PING").stdout.strip() == "PONG", "Redis answers")
        out, err = feed.communicate(timeout=180)
    finally:
        feed.kill()
        feed.wait()
    counts = json.loads(out)
    print("kills", [(p.name, p.kills) for p in parts], counts)
    assert sum(p.kills for p in parts) >= 3, "the feed was over before anything was killed"
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
    """Entries in all logs; -1 while Redis is down."""
    total = 0
    for territory in ("north", "centre", "south", "triage"):
        out = site.redis_cli("XLEN", "fl:{%s}:log" % territory).stdout.strip()
        total += int(out) if out.isdigit() else 0
    return total
