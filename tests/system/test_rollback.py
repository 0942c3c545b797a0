"""Redis comes back as an older self: what it acknowledged since is sent again, without anybody asking for it."""

import collections
import csv
import json
import pathlib
import shutil
import subprocess

import pytest

from conftest import wait_until
from test_audit import stop

MAPPING = """source desk.test
key {key}
category other
text {key}: something is broken
lat {lat}
lon {lon}
time {at} %Y-%m-%d %H:%M:%S
zone +00:00
"""
HOMES = {"centre": 42.305, "north": 42.365}  # a latitude within each
NOON, LATER = "2026-01-05 12:00:00", "2026-01-05 18:00:00"


def write(path, name, count, last_at=NOON):
    """Rows for both territories, each at a place of its own, and a last one at another time."""
    rows = [
        ("%s-%s-%d" % (name, home, i), lat + 0.005 * i, -71.0 - 0.01 * len(name), NOON)
        for i in range(count) for home, lat in HOMES.items()
    ]
    rows.append(("%s-last" % name, HOMES["centre"], -71.1, last_at))
    with open(path, "w", newline="") as f:
        csv.writer(f).writerows([("key", "lat", "lon", "at"), *rows])
    return path


def territories(site):
    return collections.Counter(
        json.loads(line)["territory"] for line in site.run("tickets", "--json").stdout.splitlines()
    )


def anchored(site):
    """Does the last anchor of both say what their heads say?"""
    for home in HOMES:
        version = site.redis_cli("HGET", "fl:{%s}:head" % home, "ver", user="worker").stdout.strip()
        path = site.dir / "anchors" / (home + ".anchors")
        lines = path.read_text().split("\n")[:-1] if path.exists() else []  # whole ones
        if not lines or lines[-1].split()[2] != version:
            return False
    return True


@pytest.mark.parametrize("worker_lives", [True, False])
def test_who_is_only_connected_sends_again_what_a_rolled_back_store_has_lost(make_site, tmp_path, worker_lives):
    site = make_site(up=False, sets=("anchor_ms=100", "lease_ms=1500", "beat_ms=300"))
    redis = site.start_redis()
    site.run("plan", "apply")
    site.start_broker()
    worker = site.start_worker()
    mapping = tmp_path / "rollback.map"
    mapping.write_text(MAPPING)
    site.run("feed", str(write(tmp_path / "a.csv", "a", 1)), "--map", str(mapping))
    old = territories(site)
    assert old["centre"] >= 1 and old["north"] == 1

    stop(redis)
    aof, copy = site.dir / "redis" / "appendonlydir", pathlib.Path(tmp_path / "yesterday")
    shutil.copytree(aof, copy)
    redis = site.start_redis()

    # its last row is six hours away: until then it is connected and says nothing
    feed = subprocess.Popen(
        site.command("feed", str(write(tmp_path / "bb.csv", "bb", 5, LATER)), "--map", str(mapping), "--speed", "1"),
        stdout=subprocess.DEVNULL, stderr=site.log,
    )
    site.children.append(feed)
    wait_until(lambda: sum(territories(site).values()) == sum(old.values()) + 10, "what is reported is there")
    full = territories(site)
    wait_until(lambda: anchored(site), "the anchors say so")
    if not worker_lives:
        stop(worker)
    stop(redis)
    shutil.rmtree(aof)
    shutil.copytree(copy, aof)
    site.start_redis()
    assert worker_lives or territories(site) == old
    if not worker_lives:
        site.start_worker()
    wait_until(lambda: territories(site) == full, "what was lost is there again, each once")
    assert feed.poll() is None
    assert site.redis_cli("HGET", "fl:{north}:head", "parver", user="worker").stdout.strip() != "0"
