"""Mailboxes: order, at least once, credit, confirming, back-pressure."""

from client import Refused
from conftest import wait_until

PLACE = {"lat": 423200000, "lon": -710600000}


def report_many(gateway, count, start=0):
    for i in range(start, start + count):
        gateway.report("desk.test", "u%d" % i, text="x", lat=PLACE["lat"] + i * 3000, lon=PLACE["lon"])


def outcomes(client, count):
    """Opens letters until `count` reports have their outcome; returns the sequences in the order they came."""
    sequences, told = [], set()
    while len(told) < count:
        fields = client.letters()
        assert fields is not None, "told of %d" % len(told)
        territory, what, last, letter = fields
        opened, _ = client.open_letter(letter, client.welcome[1])
        for sequence, update in opened:
            sequences.append((territory, sequence))
            if update["kind"] in ("opened", "attached"):
                told.add(update["report"])
        yield_credit = (territory, what, last)
        client.confirm(*yield_credit)
    return sequences


def test_updates_are_dense_and_in_order_for_each_recipient_and_territory(site):
    gateway = site.client("desk")
    gateway.subscribe(credit=1)  # one letter at a time: everything waits for its confirmation
    report_many(gateway, 12)
    by_territory = {}
    for territory, sequence in outcomes(gateway, 12):
        assert sequence == by_territory.get(territory, 0) + 1
        by_territory[territory] = sequence


def test_what_was_not_confirmed_comes_again_and_what_was_does_not(site):
    gateway = site.client("desk")
    gateway.subscribe()
    report_many(gateway, 1)
    first = gateway.letters()
    again = site.client("desk")
    again.subscribe()
    assert again.letters() == first
    again.confirm(*first[:3])
    wait_until(lambda: site.redis_cli("XLEN", "fl:{centre}:mail:desk").stdout.strip() == "0", "the mailbox is empty")
    third = site.client("desk")
    third.subscribe()
    assert third.letters(limit=1) is None


def test_past_its_credit_nothing_more_is_pushed(site):
    gateway = site.client("desk")
    gateway.subscribe(credit=2)
    for i in range(2):  # one by one: what a worker finds together it tells in one letter
        report_many(gateway, 1, start=i)
        assert gateway.letters()
    report_many(gateway, 1, start=2)
    wait_until(lambda: site.redis_cli("XLEN", "fl:{centre}:mail:desk").stdout.strip() == "3", "a third letter waits")
    assert gateway.letters(limit=1) is None


def test_a_full_inbox_is_told_busy_and_works_when_the_worker_is_back(make_site):
    site = make_site(workers=0, sets=("inbox_max=20",))
    gateway = site.client("desk")
    gateway.subscribe()
    busy = None
    for i in range(40):
        fields = gateway.report_fields("desk.test", "b%d" % i, {"text": "x", "occurred_at": 1, **PLACE})
        routed = gateway.insist("REPORT", *fields)
        fields[1], fields[2] = routed[1], routed[2]
        answer = gateway.ask("REPORT", *fields)
        if answer[0] == "BUSY" and answer[2] == "inbox":
            busy = (answer, fields)
            break
    assert busy and busy[0][1] > 0 and i >= 10
    site.start_worker()

    def accepted():
        try:
            return gateway.ask("REPORT", *busy[1])[0] == "ACCEPTED"
        except Refused:
            return False

    wait_until(accepted, "the report is accepted")


def test_a_mailbox_past_its_limit_is_replaced_by_resync(make_site):
    site = make_site(sets=("mailbox_max=5",))
    gateway = site.client("desk")
    for i in range(8):  # a letter each
        report_many(gateway, 1, start=i)
        wait_until(lambda: site.redis_cli("XLEN", "fl:{centre}:inbox").stdout.strip() == "0", "it is decided")
    gateway.subscribe()
    gateway.until(lambda u: u["kind"] == "resync")
    gateway.event(1, 1, "centre", b"\0" * 16, "sync")
    gateway.until(lambda u: u["kind"] == "ticket")
