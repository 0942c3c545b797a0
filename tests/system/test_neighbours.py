"""kill -9 of who asks a neighbour for an engineer, and of who lends him, between any two of their words:
the ticket is accepted once, and the engineer has room again.

East has nobody for the work, West has one man, who can take one ticket. Each has its worker. One that is stopped
(SIGSTOP) reads no words, so the moment between two words lasts until the test has killed whom it wants."""

import json
import signal
import time

import pytest

from conftest import wait_until

TERRITORIES = ("east", "west")
PLAN = """name: Border
settings: {triage: west, fallback_category: other}
levels:
  - {id: general, name: general, offer_s: 300}
escalations:
  - {id: usual, steps: [{share_pct: 100, to: [dispatchers]}]}
contracts:
  - {id: standard, promises: [{clock: response, basis: always, working_min: 60}, {clock: arrival, basis: always, working_min: 240}, {clock: restoration, basis: always, working_min: 480}]}
categories:
  - {id: odd, name: odd, level: general, needs: [{skill: odd, level: 1}]}
  - {id: other, name: other, level: general}
territories:
  - id: east
    code: E1
    name: East
    neighbours: [west]
    area: [{lat: 1, lon: 1}, {lat: 1, lon: 2}, {lat: 2, lon: 2}, {lat: 2, lon: 1}]
  - id: west
    code: W1
    name: West
    neighbours: [east]
    area: [{lat: 1, lon: 0}, {lat: 1, lon: 1}, {lat: 2, lon: 1}, {lat: 2, lon: 0}]
engineers:
  - {id: ann, name: Ann, phone: "1", territory: east, lat: 1.5, lon: 1.5, skills: [{skill: plain, level: 1}]}
  - {id: bob, name: Bob, phone: "2", territory: west, lat: 1.5, lon: 0.9, skills: [{skill: odd, level: 1}]}
"""


class Border:
    def __init__(self, make_site, folder):
        (folder / "border.yaml").write_text(PLAN)
        self.site = make_site(up=False, sets=("lease_ms=1500", "beat_ms=300"),
                              init=("--local", "--plan", str(folder / "border.yaml")))
        self.site.start_redis()
        self.site.run("plan", "apply")
        self.site.start_broker()
        self.known = {}  # a worker's own name -> its process
        self.fresh = []  # those whose names are not known yet
        self.start()
        wait_until(lambda: all(self.holders().values()), "one holds both")
        self.meet()
        self.start()
        self.both()
        self.gateway, self.bob = self.site.client("desk"), self.site.client("bob")
        self.gateway.subscribe()
        self.bob.subscribe()
        self.epoch, self.counter = int(time.time()), 0

    # ---- workers

    def holders(self):
        return {t: self.site.redis_cli("HGET", "fl:{%s}:head" % t, "worker").stdout.strip() for t in TERRITORIES}

    def start(self):
        self.fresh.append(self.site.start_worker())

    def meet(self):
        for name in self.holders().values():
            if name and name not in self.known:
                self.known[name] = self.fresh.pop()

    def both(self):
        """Each has one."""
        def apart():
            now = self.holders()
            alive = [n for n in now.values() if n and (n not in self.known or self.known[n].poll() is None)]
            return len(set(alive)) == 2
        wait_until(apart, "each worker has a territory")
        self.meet()

    def worker(self, territory):
        return self.known[wait_until(lambda: self.holders()[territory], "somebody has " + territory)]

    def kill(self, worker):
        worker.kill()
        worker.wait()
        self.start()

    # ---- words

    def entries(self, territory):
        return int(self.site.redis_cli("XLEN", "fl:{%s}:log" % territory).stdout.strip() or 0)

    def has_word(self, territory):
        """Is there something that its worker has not read?"""
        read = self.site.redis_cli("HGET", "fl:{%s}:head" % territory, "cur").stdout.strip()
        after = ("fl:{%s}:inbox" % territory, "(" + read, "+", "COUNT", "1")
        return "1)" in self.site.redis_cli("--no-raw", "XRANGE", *after).stdout

    def word_for(self, territory, before):
        """Waits for it; whoever has taken a stopped worker's place may have read it already."""
        wait_until(lambda: self.has_word(territory) or self.entries(territory) > before, "a word for " + territory)

    # ---- people

    def report(self, key):
        return self.gateway.report("desk.test", key, text=key, category="odd", lat=15000000, lon=15000000)[1]

    def do(self, client, ticket, verb, **words):
        self.counter += 1
        mark = [self.epoch, self.counter]
        client.event(*mark, "east", ticket, verb, **words)
        verdict = client.until(lambda u: u["kind"] == "verdict" and u["event"] == mark)
        assert "refusal" not in verdict, verdict

    def offer(self, ticket):
        return self.bob.until(lambda u: u["kind"] == "offer" and u["ticket"] == ticket)

    def finish(self, ticket):
        self.do(self.bob, ticket, "accept")
        for verb in ("depart", "arrive", "resolve"):
            self.do(self.bob, ticket, verb)
        self.do(self.gateway, ticket, "approve")
        told = json.loads(self.site.run("ticket", ticket.hex(), "--json").stdout)
        assert told["state"] == "closed"
        assert [s["verb"] for s in told["timeline"]].count("accept") == 1, told["timeline"]
        # West's man carries nothing, and is kept for nobody: he has no record
        wait_until(lambda: self.site.redis_cli("HLEN", "fl:{west}:engineers").stdout.strip() == "0", "he is free")


def between_ask_and_reserved(border, key, whose):
    asker, home = border.worker("east"), border.worker("west")
    before = border.entries("west")
    home.send_signal(signal.SIGSTOP)
    ticket = border.report(key)
    border.word_for("west", before)
    border.kill({"asker": asker, "home": home}[whose])
    home.send_signal(signal.SIGCONT)
    return ticket


def between_reserved_and_offer(border, key, whose):
    asker, home = border.worker("east"), border.worker("west")
    before = border.entries("west")
    home.send_signal(signal.SIGSTOP)
    ticket = border.report(key)
    border.word_for("west", before)
    asker.send_signal(signal.SIGSTOP)
    before = border.entries("east")
    home.send_signal(signal.SIGCONT)
    border.word_for("east", before)
    border.kill({"asker": asker, "home": home}[whose])
    asker.send_signal(signal.SIGCONT)
    return ticket


def between_offer_and_accept(border, key, whose):
    ticket = border.report(key)
    offer = border.offer(ticket)
    border.kill(border.worker({"asker": "east", "home": "west"}[whose]))
    border.bob.opened.insert(0, (offer, ("east", "mail", offer["sequence"])))  # he looks at it only now
    return ticket


@pytest.mark.parametrize("whose", ["asker", "home"])
def test_whoever_is_killed_between_two_words_the_ticket_is_accepted_once(make_site, tmp_path, whose):
    border = Border(make_site, tmp_path)
    for moment in (between_ask_and_reserved, between_reserved_and_offer, between_offer_and_accept):
        ticket = moment(border, moment.__name__, whose)
        border.offer(ticket)
        border.finish(ticket)
        border.both()
    last = border.report("and he has room")
    border.offer(last)
    border.finish(last)
    assert border.site.run("audit", "verify").stdout.count("holds") == 2
