"""A ticket's life beyond the straight way, seen by a client written from docs/protocol.md alone: other hands and more
hands, waits, prices, papers, linked tickets."""

import json
import time

import pytest

from client import report_id, ticket_id
from conftest import LIMIT
from test_round import PLACE, engineer_clients, find_offer

HOUR = 3600 * 1000


class Town:
    """The clients of one site, and who said how many events."""

    def __init__(self, site):
        self.site = site
        self.gateway, self.dispatcher = site.client("desk"), site.client("dispatch-1")
        self.gateway.subscribe()
        self.dispatcher.subscribe()
        self.engineers = engineer_clients(site)
        self.epoch, self.counters = int(time.time()), {}

    def client(self, who):
        return {"desk": self.gateway, "dispatch-1": self.dispatcher, **self.engineers}[who]

    def say(self, who, verb, **body):
        """Says a verb about the ticket; returns (refusal or None, verdict)."""
        counter = self.counters[who] = self.counters.get(who, 0) + 1
        client = self.client(who)
        client.event(self.epoch, counter, self.territory, self.ticket, verb, **body)
        verdict = client.until(lambda u: u["kind"] in ("verdict", "quarantined") and u["event"] == [self.epoch, counter])
        return verdict.get("refusal"), verdict

    def done(self, who, verb, **body):
        refusal, verdict = self.say(who, verb, **body)
        assert refusal is None and verdict["kind"] == "verdict", (verb, verdict)
        return verdict

    def report(self, key, **body):
        """Reports, and returns the engineer to whom it is offered."""
        body = {"text": "Lift stuck", "category": "network-outage", **PLACE, **body}
        self.territory, self.ticket, self.number, _ = self.gateway.report("desk.test", key, **body)
        self.opened = self.gateway.until(lambda u: u["kind"] == "opened" and u["report"] == report_id("desk.test", key))
        return find_offer(self.engineers, self.ticket)[0]

    def working(self, key, **body):
        """The same, taken and begun."""
        who = self.report(key, **body)
        self.done(who, "accept")
        self.done(who, "work")
        return who

    def story(self):
        return json.loads(self.site.run("ticket", self.ticket.hex(), "--json").stdout)

    def hears(self, who, **wanted):
        """The next update of `who` about the ticket that has all of these."""
        return self.client(who).until(lambda u: u.get("ticket") == self.ticket and wanted.items() <= u.items())

    def others(self, who):
        """Engineers of the same home, without him."""
        homes = dict(self.site.engineers())
        return [name for name, home in homes.items() if home == homes[who] and name != who]


@pytest.fixture
def town(site):
    return Town(site)


def asked_one(town, names, kind, limit=LIMIT):
    """Who of `names` was asked to take over or to help."""
    deadline = time.monotonic() + limit
    while time.monotonic() < deadline:
        for name in names:
            try:
                town.engineers[name].until(lambda u: u.get("kind") == kind and u["ticket"] == town.ticket, limit=0.05)
                return name
            except TimeoutError:
                continue
    raise TimeoutError("nobody was asked: " + kind)


def test_a_transfer_leaves_the_old_engineer_responsible_until_the_new_one_takes_over(town):
    old = town.working("transfer-1")
    assert town.say(old, "transfer")[0] == "reason"
    town.done(old, "transfer", reason="shift", note="my train goes")
    new = asked_one(town, town.others(old), "transfer")
    assert town.story()["engineer"] == old
    assert town.say(old, "transfer", reason="shift")[0] in ("limit", "dispatcher")
    town.done(new, "take_over")
    told = town.hears("desk", state="accepted", engineer=new)
    assert told["name"] and told["phone"]
    town.hears(old, kind="withdrawn")
    assert town.say(old, "resolve")[0] == "not_yours"
    town.done(new, "work")
    assert town.say(new, "transfer", reason="busy")[0] == "dispatcher"  # the second one
    town.done(new, "resolve")


def test_who_does_not_want_to_take_over_steps_back_and_the_old_engineer_keeps_it(town):
    old = town.working("transfer-2")
    new = None
    for name in town.others(old):
        refusal, _ = town.say(old, "transfer", reason="busy", engineer=name)
        if refusal is None:
            new = name
            break
        assert refusal == "nobody"
    assert new is not None
    town.hears(new, kind="transfer")
    town.done(new, "step_back", reason="far")
    assert town.say(new, "take_over")[0] == "not_yours"
    town.done(old, "resolve")


def test_a_helper_comes_and_the_responsible_engineer_stays(town):
    lead = town.working("help-1")
    town.done(lead, "help", note="two of us to lift it")
    helper = asked_one(town, town.others(lead), "help")
    town.done(helper, "join_in")
    assert town.say(helper, "resolve")[0] == "not_yours"
    town.done(helper, "note", note="lifted")
    assert {"engineer": helper} in town.story()["helpers"]
    assert town.say("dispatch-1", "help", engineer="nobody.at.all")[0] == "nobody"
    town.done(helper, "step_back", reason="busy")
    assert town.story()["engineer"] == lead


def test_a_wait_for_the_customer_has_a_reason_evidence_and_an_end(town):
    who = town.working("pend-1")
    now = int(time.time() * 1000)
    assert town.say(who, "pend", note="rang twice")[0] == "reason"
    assert town.say(who, "pend", reason="vendor", note="rang twice")[0] == "reason"
    assert town.say(who, "pend", reason="absent")[0] == "incomplete"
    assert town.say(who, "pend", reason="absent", note="rang twice", until=now - HOUR)[0] == "incomplete"
    assert town.say(who, "pend", reason="absent", note="rang twice", until=now + 10000 * HOUR)[0] == "incomplete"
    assert town.done(who, "pend", reason="absent", note="rang twice", until=now + HOUR)["state"] == "pending_customer"
    story = town.story()
    assert story["wait"] == "absent"
    assert [x["reason"] for x in story["excluded"]] == ["absent"] and "to" not in story["excluded"][0]
    town.done("desk", "resume", note="I am here now")
    story = town.story()
    assert story["state"] == "working" and "to" in story["excluded"][0]
    assert town.done(who, "hold", reason="vendor")["state"] == "held"
    town.done(who, "resume")


def test_a_price_that_the_customer_does_not_take_ends_the_ticket(town):
    who = town.working("quote-1")
    town.done(who, "inspect", name="worn out", note="not in warranty")
    assert town.say(who, "quote", note="a new board")[0] == "incomplete"
    assert town.done(who, "quote", amount=129900, note="a new board")["state"] == "pending_customer"
    told = town.hears("desk", kind="object", object_kind="quote", object_state="open")
    assert told["amount"] == 129900 and told["object"] > 0
    assert town.say(who, "resume")[0] == "state"  # it waits for the customer's answer
    assert town.say("desk", "quote_decline")[0] == "incomplete"
    assert town.say("desk", "quote_decline", note="too dear", object=999)[0] == "object"
    assert town.done("desk", "quote_decline", note="too dear")["state"] == "closed"
    (quote,) = [o for o in town.story()["objects"] if o["kind"] == "quote"]
    assert quote["state"] == "refused" and quote["amount"] == 129900


def test_a_part_goes_from_the_depot_into_the_device_and_the_old_one_back(town):
    who = town.working("part-1")
    town.done(who, "part_request", name="fan tray", amount=1)
    assert town.say(who, "part_use")[0] == "object"
    town.done("dispatch-1", "part_reserve", name="depot-2")
    town.done("dispatch-1", "part_move")
    town.done(who, "part_receive")
    town.done(who, "part_use", warranty=True)
    (part,) = town.story()["objects"]
    assert part["state"] == "owed" and part["name"] == "fan tray"
    town.done(who, "resolve")
    town.done("desk", "approve")
    town.done(who, "part_return", object=part["number"])
    assert [o["state"] for o in town.story()["objects"] if o["kind"] == "part"] == ["done"]


def test_another_cause_ends_this_ticket_and_opens_a_linked_one_whose_id_is_known_before(town):
    who = town.working("different-1")
    fresh = ticket_id(who, town.epoch, town.counters[who] + 2)
    assert town.say(who, "different")[0] == "incomplete"
    assert town.done(who, "different", note="it is the power supply")["state"] == "closed"
    old, town.ticket = town.ticket, fresh
    story = town.story()
    assert {"kind": "previous", "ticket": old.hex()} in story["links"]
    town.ticket = old
    assert {"kind": "successor", "ticket": fresh.hex()} in town.story()["links"]


def test_papers_have_all_their_sections(town):
    who = town.working("papers-1")
    town.done(who, "resolve")
    sections = dict.fromkeys(("handling", "operations", "handler", "times", "process", "lessons"), "as it was")
    less = dict(sections)
    del less["times"]
    assert town.say(who, "report", sections=less)[0] == "incomplete"
    _, told = town.say(who, "report", sections=dict(sections, poetry="o fuse"))
    assert told["kind"] == "quarantined" and "'poetry'" in told["why"]
    town.done(who, "report", sections=dict(sections, lessons="clean it yearly"))
    told = town.hears("desk", kind="object", object_kind="report")
    assert told["object_state"] == "done"
    (paper,) = [o for o in town.story()["objects"] if o["kind"] == "report"]
    assert paper["sections"]["lessons"] == "clean it yearly"


def test_a_mass_outage_is_solved_with_its_master(town):
    town.working("outage-1")
    master, (master_engineer,) = town.ticket, [town.story()["engineer"]]
    town.report("outage-2", lat=PLACE["lat"] + 9000)
    follower = town.ticket
    assert town.say("dispatch-1", "join", other=b"\7" * 16)[0] == "incomplete"
    assert town.done("dispatch-1", "join", other=master)["state"] == "held"
    town.ticket = master
    town.done(master_engineer, "resolve")
    town.ticket = follower
    town.hears("desk", kind="ticket", state="resolved")
    assert {"kind": "master", "ticket": master.hex()} in town.story()["links"]


def test_the_customer_tells_the_engineer_a_code_on_arrival(town):
    who = town.report("arrive-1")
    town.done(who, "accept")
    assert town.opened["code"].isdigit()
    assert town.say(who, "arrive", code="x" + town.opened["code"])[0] == "incomplete"
    town.done(who, "arrive", code=town.opened["code"])
    assert town.story()["arrival"] == "code"


def test_a_repair_that_does_not_hold_goes_on_and_a_rejection_can_be_contested(town):
    who = town.working("back-1")
    town.done(who, "resolve")
    assert town.say("desk", "reopen")[0] == "incomplete"
    assert town.done("desk", "reopen", note="dark again")["state"] == "working"
    assert town.story()["engineer"] == who
    town.done("dispatch-1", "reject", note="vandalism")
    town.done("desk", "appeal", note="it was not us")
    assert town.story()["state"] in ("queued", "offered")
