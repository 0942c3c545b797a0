"""Workers come, go, freeze and come back: territories are shared, handed over, taken over, fenced."""

import os
import signal

from client import report_id
from conftest import LIMIT, wait_until

TERRITORIES = ("north", "centre", "south", "triage")


def holders(site):
    """territory -> the worker that its head names; "" where nobody."""
    return {t: site.redis_cli("HGET", "fl:{%s}:head" % t, "worker").stdout.strip() for t in TERRITORIES}


def held_by_all(site, count):
    """True when every territory is held, by at least `count` different workers."""
    names = holders(site)
    return all(names.values()) and len(set(names.values())) >= count


def start(make_site, workers, **wish):
    site = make_site(up=False, sets=("lease_ms=1500", "beat_ms=300"), **wish)
    site.start_redis()
    site.run("plan", "apply")
    site.start_broker()
    return site, [site.start_worker() for _ in range(workers)]


def report_works(site, key, **place):
    gateway = site.client("desk")
    gateway.subscribe()
    gateway.report("desk.test", key, text="x", **place)
    gateway.until(lambda u: u["kind"] == "opened")


def test_a_killed_workers_territories_are_taken_over(make_site):
    site, (first,) = start(make_site, 1)
    wait_until(lambda: held_by_all(site, 1), "the first worker holds all")
    before = set(holders(site).values())
    first.kill()
    first.wait()
    site.start_worker()
    wait_until(lambda: all(holders(site).values()) and not before & set(holders(site).values()), "the second holds all")
    report_works(site, "after", lat=423200000, lon=-710600000)


def test_a_stopped_worker_hands_its_territories_over_at_once(make_site):
    site, workers = start(make_site, 2)
    wait_until(lambda: all(holders(site).values()), "all are held")
    wait_until(lambda: site.redis_cli("HLEN", "fl:workers").stdout.strip() == "2", "both beat")
    for worker in workers:
        worker.send_signal(signal.SIGTERM)
    assert [w.wait(LIMIT) for w in workers] == [0, 0]
    # a free head names nobody, so nobody has to wait for a lease
    wait_until(lambda: not any(holders(site).values()), "the heads are free")


def test_a_frozen_worker_is_fenced_when_it_wakes_after_a_takeover(make_site):
    site, (first,) = start(make_site, 1)
    wait_until(lambda: held_by_all(site, 1), "the first worker holds all")
    frozen = set(holders(site).values())
    report_works(site, "one", lat=423200000, lon=-710600000)
    os.kill(first.pid, signal.SIGSTOP)
    gateway = site.client("desk")
    gateway.subscribe()
    gateway.report("desk.test", "two", text="while it is frozen", lat=423250000, lon=-710700000)
    second = site.start_worker()
    wait_until(lambda: not frozen & set(holders(site).values()), "the second worker took over")
    gateway.until(lambda u: u["kind"] == "opened" and u["report"] == report_id("desk.test", "two"))
    os.kill(first.pid, signal.SIGCONT)
    wait_until(lambda: "event=fenced" in site.log_text(), "the first worker is fenced")
    assert first.poll() is None and second.poll() is None, "both stay up"
    report_works(site, "three", lat=423260000, lon=-710800000)
    assert site.run("audit", "verify").stdout.count("holds") == 4  # one parent for every version


def test_two_brokers_and_three_workers_share_the_work(make_site):
    site = make_site(brokers=2, up=False, sets=("lease_ms=1500", "beat_ms=300"))
    site.start_redis()
    site.run("plan", "apply")
    for i in range(2):
        site.start_broker(i)
    workers = [site.start_worker() for _ in range(3)]
    wait_until(lambda: held_by_all(site, 2), "at least two workers hold territories")
    gateways = [site.client("desk", broker=0), site.client("gw-email", broker=1)]
    for g, source in zip(gateways, ("desk.test", "mail.support")):
        g.subscribe()
        for i in range(10):
            g.report(source, "r%d" % i, text="x", lat=423200000 + i * 3000, lon=-710600000)
        seen = set()
        wait_until(lambda: seen.add(g.until(lambda u: u["kind"] in ("opened", "attached"))["report"]) or len(seen) == 10, "ten outcomes")
    assert all(w.poll() is None for w in workers)
