"""A whole round through brokers, Redis and workers, seen by a client written from docs/protocol.md alone."""

import time

import pytest

from client import Refused, check_digit, number_of, report_id
from conftest import LIMIT, wait_until

PLACE = {"lat": 423200000, "lon": -710600000}  # in the territory `centre`


def is_offer(update):
    return update.get("kind") == "offer"


def engineer_clients(site):
    """A subscribed client for each engineer of the plan."""
    clients = {}
    for name, _ in site.engineers():
        clients[name] = site.client(name)
        clients[name].subscribe()
    return clients


def find_offer(clients, ticket, limit=LIMIT):
    """(engineer, his offer) for a ticket, whoever got it."""
    deadline = time.monotonic() + limit
    while time.monotonic() < deadline:
        for name, client in clients.items():
            try:
                return name, client.until(lambda u: is_offer(u) and u["ticket"] == ticket, limit=0.05)
            except TimeoutError:
                continue
    raise TimeoutError("nobody was offered the ticket")


def test_a_report_becomes_a_ticket_that_an_engineer_resolves_and_everybody_is_told(site):
    gateway, dispatcher = site.client("desk"), site.client("dispatch-1")
    gateway.subscribe()
    dispatcher.subscribe("watch")
    clients = engineer_clients(site)

    territory, ticket, number, _ = gateway.report(
        "desk.test", "round-1", text="Lift stuck between floors", category="lift", contact="+1 617 555 0100", **PLACE
    )
    assert ticket == report_id("desk.test", "round-1")
    code = number.split("-")[0]
    assert number == number_of(code, ticket)
    opened = gateway.until(lambda u: u["kind"] == "opened")
    assert opened["report"] == ticket and opened["number"] == number

    name, offer = find_offer(clients, ticket)
    assert offer["due"] > offer["at"]
    engineer = clients[name]
    epoch = int(time.time())
    engineer.event(epoch, 1, territory, ticket, "accept", seen=offer["version"])
    assert "refusal" not in engineer.until(lambda u: u["kind"] == "verdict" and u["event"] == [epoch, 1])
    told = gateway.until(lambda u: u.get("state") == "accepted")
    assert told["engineer"] == name and told["name"] and told["phone"]
    gateway.event(epoch, 1, territory, ticket, "delivered", seen=told["version"])
    assert "refusal" not in gateway.until(lambda u: u["kind"] == "verdict" and u["event"] == [epoch, 1])

    for counter, verb in enumerate(("depart", "arrive", "resolve"), start=2):
        engineer.event(epoch, counter, territory, ticket, verb)
        verdict = engineer.until(lambda u: u["kind"] == "verdict" and u["event"] == [epoch, counter])
        assert "refusal" not in verdict, verdict
    gateway.until(lambda u: u.get("state") == "resolved")
    gateway.event(epoch, 2, territory, ticket, "approve")
    closed = gateway.until(lambda u: u.get("kind") == "ticket" and u.get("state") == "closed")
    assert closed["ticket"] == ticket

    seen = dispatcher.until(lambda u: u.get("ticket") == ticket and u.get("state") == "closed")
    assert seen["number"] == number
    story = site.run("ticket", number).stdout
    for words in ("closed", "Lift stuck", "timeline", "considered", name):
        assert words in story
    assert site.run("audit", "verify").stdout.count("holds") == 4


def test_a_declined_offer_goes_to_somebody_else_and_not_back(site):
    gateway = site.client("desk")
    gateway.subscribe()
    clients = engineer_clients(site)
    territory, ticket, _, _ = gateway.report("desk.test", "declined-1", text="no power", category="power-failure", **PLACE)
    first, _ = find_offer(clients, ticket)
    epoch = int(time.time())
    clients[first].event(epoch, 1, territory, ticket, "decline", reason="busy", note="on another job")
    second, _ = find_offer({n: c for n, c in clients.items() if n != first}, ticket)
    assert second != first
    story = site.run("ticket", ticket.hex(), "--json").stdout
    assert "on another job" in story and '"declined' in story and '"reason":"busy"' in story


def test_the_same_report_again_is_the_same_ticket_and_other_content_is_quarantined_and_told(site):
    gateway = site.client("desk")
    gateway.subscribe()
    words = {"text": "street cabinet is open", "occurred_at": 1700000000000, **PLACE}
    territory, ticket, number, fields = gateway.report("desk.test", "again", **words)
    gateway.until(lambda u: u["kind"] == "opened")
    assert gateway.ask("REPORT", *fields)[1:] == [territory, ticket, number]  # the same bytes
    assert gateway.until(lambda u: u["kind"] == "duplicate")["report"] == ticket
    assert gateway.report("desk.test", "again", **words)[:3] == (territory, ticket, number)  # sealed anew
    assert gateway.until(lambda u: u["kind"] == "duplicate")["report"] == ticket
    gateway.report("desk.test", "again", **dict(words, text="another story"))
    told = gateway.until(lambda u: u["kind"] == "quarantined")
    assert told["report"] == ticket and told["why"]
    tickets = site.run("tickets", "--json").stdout.splitlines()
    assert len(tickets) == 1


def test_a_repeat_at_the_same_site_is_attached(site):
    gateway = site.client("desk")
    gateway.subscribe()
    now = int(time.time() * 1000)
    gateway.report("desk.test", "r1", text="no network", category="network-outage", site="city-hall", occurred_at=now)
    first = gateway.until(lambda u: u["kind"] == "opened")
    gateway.report("desk.test", "r2", text="still none", category="network-outage", site="city-hall", occurred_at=now + 1000)
    attached = gateway.until(lambda u: u["kind"] == "attached")
    assert attached["ticket"] == first["ticket"] and attached["report"] == report_id("desk.test", "r2")


def test_a_report_without_a_place_goes_to_triage(site):
    gateway = site.client("desk")
    gateway.subscribe()
    assert gateway.ask("ROUTE", None, None, None, None)[1] == "triage"
    assert gateway.ask("ROUTE", None, 0, 0, None)[1] == "triage"
    assert gateway.ask("ROUTE", "city-hall", None, None, None)[3] == "site"
    assert gateway.ask("ROUTE", None, PLACE["lat"], PLACE["lon"], None)[1:4:2] == ["centre", "place"]
    territory, _, number, _ = gateway.report("desk.test", "nowhere", text="help")
    assert territory == "triage"
    digits = number.split("-")
    assert check_digit(digits[1]) == digits[2]
    gateway.until(lambda u: u["kind"] == "opened")


def test_a_replayed_event_gets_its_first_verdict_and_has_no_second_effect(site):
    gateway = site.client("desk")
    gateway.subscribe()
    clients = engineer_clients(site)
    territory, ticket, number, _ = gateway.report("desk.test", "replay", text="no tone", category="telephone", **PLACE)
    name, _ = find_offer(clients, ticket)
    engineer, epoch = clients[name], int(time.time())
    fields = engineer.event_fields(epoch, 1, territory, ticket, "accept")
    for _ in range(3):
        assert engineer.ask("EVENT", *fields)[0] == "ACCEPTED"
        verdict = engineer.until(lambda u: u["kind"] == "verdict" and u["event"] == [epoch, 1])
        assert "refusal" not in verdict
    story = site.run("ticket", number, "--json").stdout
    assert story.count('"verb":"accept"') == 1


def test_what_the_table_forbids_is_refused_with_its_reason(site):
    gateway = site.client("desk")
    gateway.subscribe()
    clients = engineer_clients(site)
    territory, ticket, _, _ = gateway.report("desk.test", "refusals", text="slow", category="network-slow", **PLACE)
    name, offer = find_offer(clients, ticket)
    epoch, other = int(time.time()), next(n for n in clients if n != name)

    def verdict(who, counter, *words, **named):
        clients[who].event(epoch, counter, *words, **named)
        return clients[who].until(lambda u: u["kind"] == "verdict" and u["event"] == [epoch, counter]).get("refusal")

    assert verdict(other, 1, territory, ticket, "accept") == "not_yours"
    assert verdict(name, 1, territory, ticket, "resolve") == "state"
    assert verdict(name, 2, territory, b"\1" * 16, "accept") == "no_ticket"
    assert verdict(name, 3, territory, ticket, "decline") == "reason"
    assert verdict(name, 5, territory, ticket, "accept") is None
    assert verdict(name, 4, territory, ticket, "accept") == "state"
    with pytest.raises(Refused) as refused:  # by the broker, before it reaches the territory
        clients[name].event(epoch, 6, territory, ticket, "reject")
    assert refused.value.args[0] == "role"


def test_sync_tells_everything_again(site):
    gateway = site.client("desk")
    gateway.subscribe()
    for i in range(3):
        gateway.report("desk.test", "sync-%d" % i, text="x", category="other", lat=PLACE["lat"] + i * 3000, lon=PLACE["lon"])
        gateway.until(lambda u: u["kind"] == "opened")
    epoch = int(time.time())
    gateway.event(epoch, 1, "centre", b"\0" * 16, "sync")
    told = set()
    wait_until(lambda: told.add(gateway.until(lambda u: u["kind"] == "ticket")["ticket"]) or len(told) == 3, "three tickets")
