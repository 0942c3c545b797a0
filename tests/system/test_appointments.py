"""Times agreed with customers: the planner proposes who goes, and when it is time he is asked."""

import json
import time

from conftest import wait_until
from test_round import find_offer, is_offer

# north has two who can lay cables; each is at home near one of these
AT_LIU = {"lat": 423790000, "lon": -710280000}
AT_SMITH = {"lat": 423585000, "lon": -710330000}


def cable_town(make_site):
    """Trips take no more than the road, installations a minute, and nobody is asked before he has to leave."""
    site = make_site()
    text = (site.dir / "plan.yaml").read_text()
    for weight, was in (("lead_min", 15), ("fixed_min", 3), ("defer_trip_s", 900)):
        assert "%s: %d " % (weight, was) in text
        text = text.replace("%s: %d " % (weight, was), "%s: 0 " % weight)
    text = text.replace("service: installation\n", "service: installation\n    service_min: 1\n")
    (site.dir / "plan.yaml").write_text(text)
    site.run("plan", "apply")
    wait_until(lambda: site.redis_cli("HGET", "fl:{north}:head", "plan").stdout.strip() == "2", "north follows")
    return site


def story(site, ticket):
    return json.loads(site.run("ticket", ticket.hex(), "--json").stdout)


def planned(site, ticket):
    return story(site, ticket).get("planned", {}).get("engineer")


def collect(clients, offers):
    """Takes what is offered, does the work at once, and counts."""
    for name, client in clients.items():
        client.send("PING")  # minutes may pass
        try:
            offer = client.until(is_offer, limit=1)
        except TimeoutError:
            continue
        offers[offer["ticket"]] = (name, offer)
        for i, verb in enumerate(("accept", "work", "resolve"), 3 * len(offers)):
            client.event(1, i, "north", offer["ticket"], verb)
    return len(offers)


def test_three_appointments_are_planned_and_offered_to_whom_was_planned_when_it_is_time(make_site):
    site = cable_town(make_site)
    gateway = site.client("desk")
    clients = {name: site.client(name) for name in ("liu.yang", "smith.j")}
    for client in clients.values():
        client.subscribe()
    begin = int(time.time() * 1000) + 10000
    tickets = []
    for i, place in enumerate((AT_LIU, AT_SMITH, AT_LIU)):
        window = {"from": begin, "until": begin + 120000}
        territory, ticket, _, _ = gateway.report(
            "desk.test", "visit-%d" % i, text="a new line", category="installation", **window, **place
        )
        assert territory == "north"
        tickets.append(ticket)
    wait_until(lambda: all(planned(site, t) for t in tickets), "all are planned")
    who = [planned(site, t) for t in tickets]
    assert who == ["liu.yang", "smith.j", "liu.yang"]
    assert all(story(site, t)["state"] == "queued" for t in tickets)
    assert "planned   smith.j" in site.run("ticket", tickets[1].hex()).stdout
    offers = {}
    wait_until(lambda: collect(clients, offers) == 3, "all are offered", limit=120)
    for ticket, name in zip(tickets, who):
        asked, offer = offers[ticket]
        assert asked == name
        assert offer["at"] >= begin and offer["from"] == begin and offer["until"] == begin + 120000
    site.run("audit", "clocks")
    assert "event=proposed" in site.log_text()


def test_a_customer_agrees_on_a_time_and_the_engineer_hears_that_it_is_not_now(make_site):
    site = cable_town(make_site)
    gateway = site.client("desk")
    gateway.subscribe()
    clients = {name: site.client(name) for name in ("liu.yang", "smith.j")}
    for client in clients.values():
        client.subscribe()
    _, ticket, number, _ = gateway.report("desk.test", "later", text="a new line", category="installation", **AT_LIU)
    name, _ = find_offer(clients, ticket)
    done = site.run("act", number, "appoint", "--as", "desk", "--from", "+2h", "--until", "+4h")
    assert done.returncode == 0
    clients[name].until(lambda u: u["kind"] == "withdrawn" and u["ticket"] == ticket)
    now = story(site, ticket)
    assert now["state"] == "queued" and now["agreed"]["until"] and now["excluded"][0]["reason"] == "wish"
    wait_until(lambda: planned(site, ticket) == "liu.yang", "he is planned")
    site.run("audit", "clocks")
