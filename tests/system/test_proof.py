"""Promises kept, missed, paused and exempted at a real site, proven afterwards from its log alone."""

import json
import re
import time

import pytest

from conftest import wait_until
from test_round import engineer_clients, find_offer

PLACE = {"lat": 423200000, "lon": -710600000}  # in the territory `centre`
HOUR, MINUTE = 3600_000, 60_000


def said(instant):
    """As the command line says an instant in JSON."""
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(instant // 1000)) + ".%03dZ" % (instant % 1000)


PROMISES = """promises:
      - {clock: response, working_min: 15}
      - {clock: arrival, working_min: 60, penalty: 5000}
      - {clock: restoration, working_min: 120, penalty: 10000, penalty_per: 2000, penalty_each_min: 60, penalty_most: 50000}
      - {clock: complaint_answer, working_min: 120, penalty: 700}
"""


class City:
    """The sample's people, with promises of one and two hours; tickets that began when we say."""

    def __init__(self, make_site):
        self.site = make_site(up=False)
        plan = self.site.dir / "plan.yaml"
        text, count = re.subn(r"promises:\n(      - .*\n)+", PROMISES, plan.read_text(), count=1)
        assert count == 1
        plan.write_text(text)
        self.site.start_up()
        self.gateway, self.desk = self.site.client("desk"), self.site.client("dispatch-1")
        self.gateway.subscribe()
        self.desk.subscribe("watch")
        self.desk.subscribe()
        self.engineers = engineer_clients(self.site)
        self.now = int(time.time() * 1000)
        self.epoch = self.now
        self.counter = 0

    def opens(self, key, ago, customer="C-1001"):
        territory, ticket, number, _ = self.gateway.report(
            "desk.test", key, text="words " + key, category="network-slow", customer=customer,
            occurred_at=self.now - ago, site="site-" + key, **PLACE
        )
        name, _ = find_offer(self.engineers, ticket)
        self.does(name, ticket, "accept")
        return territory, ticket, number, name

    def does(self, name, ticket, verb, at=None, **body):
        client = {"dispatch-1": self.desk, "desk": self.gateway}.get(name) or self.engineers[name]
        self.counter += 1
        mark = [self.epoch, self.counter]
        client.event(*mark, "centre", ticket, verb, at=at, **body)
        verdict = client.until(lambda u: u["kind"] == "verdict" and u["event"] == mark)
        assert "refusal" not in verdict, verdict

    def clocks(self, *words, check=True):
        done = self.site.run("audit", "clocks", *words, check=check)
        return done.returncode, done.stdout, done.stderr


@pytest.fixture
def city(make_site):
    return City(make_site)


def page_of(city, number):
    """One ticket's reckoning as JSON: clock -> row, and the whole."""
    whole = json.loads(city.clocks(number, "--json")[1].splitlines()[0])
    return {row["clock"]: row for row in whole["clocks"]}, whole


def statement(city, *words):
    lines = [json.loads(line) for line in city.site.run("audit", "statement", *words, "--json").stdout.splitlines()]
    return lines[:-1], lines[-1]


def sums(city):
    code, out, _ = city.clocks("--json")
    rows = [json.loads(line) for line in out.splitlines()]
    assert code == 0 and all("difference" not in row for row in rows), out
    return next(row for row in rows if row["territory"] == "centre")


def test_promises_are_proven_from_the_log_and_stated_for_the_customer(city):
    _, kept, kept_number, name = city.opens("kept", 10 * MINUTE)
    city.does(name, kept, "arrive")
    city.does(name, kept, "resolve")

    _, missed, missed_number, name = city.opens("missed", 5 * HOUR)
    city.does(name, missed, "arrive")
    city.does(name, missed, "resolve")

    _, paused, paused_number, name = city.opens("paused", 10 * MINUTE)
    city.does(name, paused, "pend", reason="absent", note="nobody opens the door")

    _, excused, excused_number, name = city.opens("excused", 5 * HOUR)
    wait_until(lambda: "breach_told" in page_of(city, excused_number)[0]["restoration"], "its breach is told")
    city.does("dispatch-1", excused, "exempt", at=city.now - 5 * HOUR, reason="force_majeure", note="flood")

    centre = sums(city)
    assert centre["tickets"] == 4 and centre["differences"] == 0 and centre["silent"] == 0
    code, out, _ = city.clocks()
    assert code == 0 and out.count("clocks hold") == 4, out

    clocks, _ = page_of(city, kept_number)
    assert {k: c["verdict"] for k, c in clocks.items()} == {"response": "void", "arrival": "kept", "restoration": "kept"}
    assert clocks["arrival"]["deadline"] == said(city.now + 50 * MINUTE)

    clocks, _ = page_of(city, missed_number)
    assert clocks["restoration"]["verdict"] == "broken" and clocks["restoration"]["breach_told"]
    assert clocks["restoration"]["deadline"] == said(city.now - 3 * HOUR)
    assert 3 * HOUR < clocks["restoration"]["late_ms"] < 4 * HOUR
    assert clocks["restoration"]["penalty"] == 10000 + 4 * 2000 and clocks["arrival"]["penalty"] == 5000

    clocks, whole = page_of(city, paused_number)
    assert clocks["arrival"]["verdict"] == "paused" and "deadline" not in clocks["arrival"]
    assert [g["reason"] for g in whole["excluded"]] == ["absent"] and "to" not in whole["excluded"][0]

    clocks, whole = page_of(city, excused_number)
    assert clocks["arrival"]["verdict"] == "runs" and clocks["arrival"]["excluded_ms"] >= 5 * HOUR
    assert "breach_told" not in clocks["arrival"], "it was told, and taken back"
    assert whole["excluded"][0]["from"] == said(city.now - 5 * HOUR)

    tickets, total = statement(city, "C-1001")
    assert [t["number"] for t in tickets] == [kept_number, missed_number, paused_number, excused_number]
    assert {t["zone"] for t in tickets} == {"America/New_York"}
    missed_count = sum(c["verdict"] == "broken" for t in tickets for c in t["clocks"])
    assert total["missed"] == missed_count >= 2 and total["kept"] == 2
    assert total["penalties"] == [{"currency": "USD", "amount": 23000}]


def test_a_statement_in_words_is_for_one_customer_and_his_time(city):
    _, ticket, number, name = city.opens("mine", 5 * HOUR)
    city.does(name, ticket, "pend", reason="access", note="the yard is locked")
    city.does(name, ticket, "resume")
    city.opens("not-mine", 5 * HOUR, customer="C-1003")
    text = city.site.run("audit", "statement", "C-1001").stdout
    assert number in text and text.count("opened 20") == 1
    assert "missed by" in text and "penalty 50.00 USD" in text and "(America/New_York)" in text
    assert "not counted" in text and "tickets 1," in text
    text = city.site.run("audit", "statement", number, "--lang", "zh").stdout
    assert "结算单" in text and "超时" in text and "违约金 50.00 USD" in text and "不计时" in text
    assert json.loads(city.site.run("audit", "statement", "C-1001", "--to", "2020-01-01", "--json").stdout)["tickets"] == 0
    assert statement(city, "C-1001", "--from", "2020-01-01")[1]["tickets"] == 1
    # what cannot be understood is said
    for words in (("C-1001", "--from", "yesterday"), ("C-1001", "--lang", "fr"), ()):
        assert city.site.run("audit", "statement", *words, check=False).returncode == 2
    assert "no customer 'nobody'" in city.site.run("audit", "statement", "nobody", check=False).stderr


def test_a_missed_promise_stays_missed_when_its_clock_begins_anew(city):
    _, ticket, number, _ = city.opens("twice", 5 * HOUR)
    city.engineers["quality.he"] = owner = city.site.client("quality.he")  # of complaints, by the contract
    owner.subscribe()
    city.does("desk", ticket, "complain", at=city.now - 4 * HOUR, note="nobody has called")
    city.does("quality.he", ticket, "complaint_answer", note="we are looking into it")
    city.does("quality.he", ticket, "complaint_close", note="called, and apologised")
    city.does("desk", ticket, "complain", note="and again nobody")
    assert city.clocks()[0] == 0
    rows, _ = statement(city, number)
    answers = [row for row in rows[0]["clocks"] if row["clock"] == "complaint_answer"]
    assert [row["verdict"] for row in answers] == ["broken", "runs"], answers
    assert answers[0]["penalty"] == 700 and answers[1]["penalty"] == 0


def test_nothing_is_reckoned_from_a_log_that_does_not_hold(city):
    _, _, number, _ = city.opens("any", 5 * HOUR)
    assert city.clocks()[0] == 0
    city.site.redis_cli("XDEL", "fl:{centre}:log", "2-0", user="worker")
    code, out, err = city.clocks(check=False)
    assert code == 1 and "entries are missing" in out and "centre: clocks" not in out
    assert "the log of territory centre does not hold" in err
    code, out, err = city.clocks(number, check=False)
    assert code == 1 and "clocks\n" not in out and "no ticket" in err
    done = city.site.run("audit", "statement", number, check=False)
    assert done.returncode == 1 and "INCOMPLETE" in done.stdout
