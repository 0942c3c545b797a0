"""What has grown old leaves Redis for signed files, and every reader still finds it; a file that was touched is found."""

import json
import os
import random
import time

from conftest import wait_until
from test_audit import stop, verify

SEED = int(os.environ.get("FAULTLINE_SEED", "0")) or random.SystemRandom().randrange(1, 1 << 32)
SETS = ("anchor_ms=100", "archive_after_s=1", "lease_ms=1500", "beat_ms=300")
PLACE = {"lat": 423200000, "lon": -710600000}  # in the territory `centre`
EPOCH = int(time.time())


class Desk:
    """A gateway that opens tickets and cancels them in the reporter's name."""

    def __init__(self, site):
        self.gateway = site.client("desk")
        self.gateway.subscribe()
        self.counter = 0
        self.numbers = {}  # ticket id -> number

    def send(self, name):
        """Opens a ticket and cancels it; does not wait for what becomes of it."""
        territory, ticket, number, _ = self.gateway.report("desk.test", name, text="words of " + name, **PLACE)
        self.numbers[ticket.hex()] = number
        self.counter += 1
        self.gateway.event(EPOCH, self.counter, territory, ticket, "cancel")
        return ticket.hex()

    def close(self, name):
        ticket = self.send(name)
        self.gateway.until(lambda u: u.get("state") == "cancelled" and u["ticket"].hex() == ticket)


def start(make_site, sets=SETS):
    site = make_site(up=False, sets=sets)
    plan = site.dir / "plan.yaml"  # what is over leaves the engine at once
    plan.write_text(plan.read_text().replace("reopen_days: 7 ", "reopen_days: 0 ").replace("settle_days: 14 ", "settle_days: 0 "))
    redis = site.start_redis()
    site.run("plan", "apply")
    site.start_broker()
    return site, redis, site.start_worker()


def in_redis(site, command, key):
    return int(site.redis_cli(command, "fl:{centre}:" + key).stdout.strip() or -1)


def files(site):
    return sorted((site.dir / "archive" / "centre").glob("*.flarc"))


def all_is_away(site):
    """But the newest entry, and what it closed: those that were sent together may leave together."""
    return in_redis(site, "XLEN", "log") == 1 and in_redis(site, "HLEN", "closed") <= 4


def closed_tickets(site):
    return [json.loads(line)["ticket"] for line in site.run("tickets", "--closed", "--json").stdout.splitlines()]


def archived(make_site, count=6):
    site, redis, worker = start(make_site)
    desk = Desk(site)
    for i in range(count):
        desk.close("r%d" % i)
    wait_until(lambda: all_is_away(site), "it is archived")
    for i in range(count, 2 * count):
        desk.close("r%d" % i)
    wait_until(lambda: all_is_away(site) and len(files(site)) > 1, "that too, in another file")
    stop(worker)
    return site, desk


def test_a_closed_ticket_is_shown_from_the_archive_and_the_log_is_one(make_site):
    site, desk = archived(make_site)
    code, out = verify(site)
    assert code == 0 and out.count("holds") == 4, out
    assert "centre: holds" in out and "%d archive files" % len(files(site)) in out, out
    assert sorted(closed_tickets(site)) == sorted(desk.numbers)
    for name, (ticket, number) in enumerate(desk.numbers.items()):
        for word in (ticket, number):
            story = site.run("ticket", word).stdout
            assert "cancelled" in story and "words of r%d\n" % name in story and "timeline" in story
    # without its files a ticket is not known, and the message says where it was looked for
    (site.dir / "archive").rename(site.dir / "elsewhere")
    done = site.run("ticket", next(iter(desk.numbers)), check=False)
    assert done.returncode == 1 and str(site.dir / "archive") in done.stderr
    assert site.run("ticket", next(iter(desk.numbers)), "--set", "archive=elsewhere").returncode == 0
    # a repeat of a report whose ticket is archived opens no second one
    (site.dir / "elsewhere").rename(site.dir / "archive")
    site.start_worker()
    before = len(desk.numbers)
    desk.gateway.report("desk.test", "r0", text="words of r0", **PLACE)
    desk.gateway.until(lambda u: u["kind"] in ("duplicate", "quarantined"))
    assert site.run("tickets").stdout.strip() == "0 tickets" and len(closed_tickets(site)) == before


def test_a_flipped_byte_and_a_missing_file_are_told_by_name(make_site):
    site, _ = archived(make_site)
    rng = random.Random(SEED)
    print("seed", SEED)
    for path in files(site):
        whole = path.read_bytes()
        for at in [0, len(whole) - 1] + [rng.randrange(len(whole)) for _ in range(4)]:
            data = bytearray(whole)
            data[at] ^= 1 << rng.randrange(8)
            path.write_bytes(data)
            code, out = verify(site)
            assert code == 1 and "centre: BROKEN" in out and path.name in out, (at, out)
        path.write_bytes(whole[: len(whole) // 2])
        code, out = verify(site)
        assert code == 1 and path.name in out, out
        path.write_bytes(whole)
    assert verify(site)[0] == 0
    for path in files(site):
        path.rename(site.dir / "aside")
        code, out = verify(site)
        first, last = path.stem.split("-")[1:]
        missing = "versions %s to %s are missing" % (first, last)
        assert code == 1 and missing in out and "north: holds" in out, out
        (site.dir / "aside").rename(path)
    assert verify(site)[0] == 0


def test_another_signature_is_no_signature(make_site):
    site, _ = archived(make_site, count=2)
    path = files(site)[0]
    data = bytearray(path.read_bytes())
    data[-64:] = random.Random(SEED).randbytes(64)  # the digest is right: only a key can tell
    path.write_bytes(data)
    code, out = verify(site)
    assert code == 1 and "archive file %s: the signature of 'worker' is not right" % path.name in out, out


def test_a_worker_killed_while_it_archives_loses_nothing_and_repeats_nothing(make_site):
    print("seed", SEED)
    rng = random.Random(SEED)
    site, _, worker = start(make_site, ("anchor_ms=100", "archive_after_s=1", "lease_ms=400", "beat_ms=50"))
    desk = Desk(site)
    desk.close("first")  # the newest entry stays: there must be one before what comes now
    for turn in range(12):
        for i in range(4):
            desk.send("k%d-%d" % (turn, i))
        seen = len(files(site))
        wait_until(lambda: len(files(site)) > seen or all_is_away(site), "another file")
        deadline = time.monotonic() + rng.random() * 0.6
        wait_until(lambda: time.monotonic() > deadline, "a random moment")
        worker.kill()
        worker.wait()
        worker = site.start_worker()
    wait_until(lambda: all_is_away(site), "all is archived")
    code, out = verify(site)
    assert code == 0 and out.count("holds") == 4, out
    assert sorted(closed_tickets(site)) == sorted(desk.numbers)


def test_a_folder_that_cannot_be_written_is_told_and_nothing_is_lost(make_site):
    site, _, worker = start(make_site, SETS + ("archive=/dev/null/archive",))
    desk = Desk(site)
    for i in range(3):
        desk.close("r%d" % i)
    wait_until(lambda: "event=archive_failed territory=centre" in site.log_text(), "it is told")
    assert 'action="make it writable' in site.log_text()
    wait_until(lambda: in_redis(site, "HLEN", "closed") == 3, "what is over is there")
    assert verify(site)[0] == 0
    stop(worker)
