"""The web gateway on a real site: JSON in, webhooks out, alarms."""

import hashlib
import hmac
import http.server
import json
import re
import socket
import threading
import time
import urllib.error
import urllib.request

import pytest

from conftest import LIMIT, wait_until
from gateway import (
    DEGREES, Engineer, Gateway, clock_of, story, tickets, wait_for_promise, wait_for_score, wait_for_tickets,
)
from test_round import engineer_clients

KEY, SECRET = "sesame-0123456789", "s3cret"


class Receiver:
    """A reporter's own system: it takes webhooks, checks their signatures, and may be out of order."""

    def __init__(self):
        self.events, self.statuses, self.bad = [], [], []
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["content-length"]))
                stamp = self.headers["x-faultline-timestamp"]
                mac = hmac.new(SECRET.encode(), stamp.encode() + b"." + body, hashlib.sha256).hexdigest()
                if self.headers["x-faultline-signature"] != "sha256=" + mac or abs(time.time() - int(stamp)) > 60:
                    outer.bad.append(dict(self.headers))
                status = outer.statuses.pop(0) if outer.statuses else 204
                if status < 300:
                    outer.events.append(dict(json.loads(body), header=self.headers["x-faultline-event"]))
                self.send_response(status)
                self.send_header("content-length", "0")
                self.end_headers()

            def log_message(self, *words):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = "http://127.0.0.1:%d/hook" % self.server.server_port
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def hears(self, limit=LIMIT, **wanted):
        def look():
            return next((e for e in list(self.events) if wanted.items() <= e.items()), None)

        return wait_until(look, "the webhook %s among %s" % (wanted, self.events), limit)

    def close(self):
        self.server.shutdown()
        self.server.server_close()
        assert not self.bad


class Web(Gateway):
    def __init__(self, site, receiver, conf=""):
        super().__init__(site, "web", conf="port %d\n%s" % (free_port(), conf))
        self.url = "http://127.0.0.1:" + (self.folder / "web.conf").read_text().split()[1]
        hashed = hashlib.blake2b(KEY.encode(), digest_size=32).hexdigest()
        (self.folder / "web.keys").write_text("portal %s web.api %s %s\n" % (hashed, receiver.url, SECRET))

    def ask(self, method, path, body=None, key=KEY, idempotency=None, raw=None):
        """(status, answer)"""
        data = raw if raw is not None else None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.url + path, data=data, method=method)
        if key:
            request.add_header("Authorization", "Bearer " + key)
        if idempotency:
            request.add_header("Idempotency-Key", idempotency)
        try:
            with urllib.request.urlopen(request, timeout=LIMIT) as answer:
                return answer.status, answer.read()
        except urllib.error.HTTPError as e:
            return e.code, e.read()

    def post(self, path, body, **named):
        status, answer = self.ask("POST", path, body, **named)
        assert status == 202, (status, answer)
        return json.loads(answer)

    def ticket(self, name):
        status, answer = self.ask("GET", "/v1/tickets/" + name)
        assert status == 200, (status, answer)
        return json.loads(answer)


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


@pytest.fixture
def receiver():
    r = Receiver()
    yield r
    r.close()


@pytest.fixture
def web(site, receiver):
    return Web(site, receiver).start()


def test_a_full_round_by_http(site, web, receiver):
    clients = engineer_clients(site)
    report = {"text": "Lift stuck between floors", "category": "lift", "name": "Ann", **DEGREES}
    taken = web.post("/v1/reports", report, idempotency="round-1")
    number = receiver.hears(kind="opened")["number"]
    ticket = taken["report"]
    engineer = Engineer(clients, story(site, ticket)["territory"], ticket)
    assert clock_of(site, ticket)["state"] == "running"
    engineer.say("accept", seen=engineer.offer["version"])
    told = receiver.hears(kind="ticket", state="accepted")
    assert told["engineer"] == {"id": engineer.name, "name": engineer.called, "phone": engineer.phone}
    assert engineer.called in told["words"] and engineer.phone in told["words"]
    assert told["number"] == number and told["key"] == "round-1" and told["header"] == told["event"]
    status = wait_until(lambda: (lambda t: t if t["state"] == "accepted" else None)(web.ticket(number)), "accepted")
    assert status["engineer"] == {"name": told["engineer"]["name"], "phone": told["engineer"]["phone"]}
    wait_for_promise(site, ticket, "gw-web")  # by the webhook's answer
    web.post("/v1/tickets/%s/events" % number, {"verb": "nudge", "note": "they call again"}, idempotency="nudge-1")
    web.post("/v1/tickets/%s/events" % number, {"verb": "nudge", "note": "they call again"}, idempotency="nudge-1")
    engineer.say("depart")
    engineer.say("arrive")
    engineer.say("resolve")
    receiver.hears(kind="ticket", state="resolved")
    web.post("/v1/tickets/%s/events" % number, {"verb": "reopen", "note": "it is stuck again"}, idempotency="r-1")
    wait_until(lambda: story(site, ticket)["state"] == "working", "work goes on")
    engineer.say("resolve")
    wait_until(lambda: web.ticket(number)["state"] == "resolved", "resolved again")
    web.post("/v1/tickets/%s/events" % number, {"verb": "approve"}, idempotency="a-1")
    receiver.hears(kind="ticket", state="closed")
    asked = wait_until(lambda: next((e for e in receiver.events if e.get("object", {}).get("state") == "open"), None), "the survey")
    assert asked["object"]["kind"] == "survey" and asked["number"] == number
    web.post("/v1/tickets/%s/events" % number, {"verb": "survey", "score": 5, "key": "s-1"}, idempotency=None)
    receiver.hears(kind="object", object={"number": 1, "kind": "survey", "state": "done", "amount": 5})
    wait_for_score(site, ticket, 5)
    end = story(site, ticket)
    assert json.dumps(end).count("they call again") == 1


def test_killed_between_journal_and_acknowledgement_it_makes_one_ticket(site, web, receiver):
    web.post("/v1/reports", {"text": "first", "site": "city-hall"}, idempotency="before")
    receiver.hears(kind="opened")
    web.arm()
    report = {"text": "dark since noon", "category": "lift", **DEGREES}
    with pytest.raises((urllib.error.URLError, ConnectionError)):
        web.post("/v1/reports", report, idempotency="killed-1")
    web.wait_for_death()
    web.start()
    first = web.post("/v1/reports", report, idempotency="killed-1")
    again = web.post("/v1/reports", report, idempotency="killed-1")
    assert first["report"] == again["report"]
    wait_until(lambda: web.ticket(first["report"]).get("number"), "its number")
    assert len(wait_for_tickets(site, 2)) == 2
    assert receiver.hears(kind="opened", report=first["report"])
    web.stop()


def test_while_the_brokers_are_away_everything_is_taken_and_comes_after(site, web, receiver):
    site.stop_up()
    report = {"text": "dark", "category": "lift", **DEGREES}
    ids = [
        web.post("/v1/reports", dict(report, lat=42.31 + i * 0.001), idempotency="away-%d" % i)["report"]
        for i in range(20)
    ]
    assert len(set(ids)) == 20
    assert web.ticket(ids[0])["state"] == "journalled"
    status, answer = web.ask("POST", "/v1/tickets/%s/events" % ids[0], {"verb": "nudge"}, idempotency="n")
    assert status == 503, answer  # it has no address yet: the sender tries again
    assert web.ask("GET", "/healthz", key=None)[0] == 200
    web.kill()
    web.start()
    site.start_up()
    wait_for_tickets(site, 20)
    numbers = [wait_until(lambda i=i: web.ticket(i).get("number"), "its number", 15) for i in ids]
    assert len(set(numbers)) == 20


def alarm(group, alerts, status="firing"):
    return {
        "version": "4", "groupKey": '{}:{alertname="%s"}' % group, "status": status, "receiver": "faultline",
        "groupLabels": {"alertname": group}, "commonLabels": {"alertname": group, "severity": "critical"},
        "commonAnnotations": {"summary": "links are down"}, "externalURL": "http://am", "alerts": alerts,
    }


def alert(n, status="firing"):
    return {
        "status": status, "labels": {"alertname": "LinkDown", "instance": "switch-%d" % n}, "annotations": {},
        "startsAt": "2026-01-01T00:%02d:%02d.5Z" % (n // 60 % 60, n % 60), "endsAt": "0001-01-01T00:00:00Z",
        "fingerprint": "%016x" % n,
    }


def test_a_storm_of_alarms_is_one_ticket_and_its_end_is_said(site, web, receiver):
    alerts = [alert(n) for n in range(500)]
    first = web.post("/v1/alertmanager", alarm("LinkDown", alerts[:1]))["report"]
    for n in range(1, 500):
        assert web.post("/v1/alertmanager", alarm("LinkDown", alerts[: 1 + n // 50]))["report"] == first
    assert web.post("/v1/alertmanager", alarm("LinkDown", alerts))["report"] == first
    other = web.post("/v1/alertmanager", alarm("FanDown", alerts[:2]))["report"]
    assert other != first
    wait_for_tickets(site, 2)
    assert "LinkDown" in json.dumps(story(site, first))
    wait_until(lambda: "500 alerts" in json.dumps(story(site, first)), "the note of how many there are", 10)
    over = [alert(n, "resolved") for n in range(500)]
    wait_until(lambda: web.ticket(first).get("state") in ("queued", "offered"), "it waits for an engineer")
    web.post("/v1/alertmanager", alarm("LinkDown", over, "resolved"))
    wait_until(lambda: web.ticket(first)["state"] == "cancelled", "nobody need go there")
    later = [dict(a, startsAt="2026-01-02T00:00:00Z") for a in alerts[:3]]
    assert web.post("/v1/alertmanager", alarm("LinkDown", later))["report"] not in (first, other)


BAD = [
    ("POST", "/v1/reports", {"text": "x"}, {"key": None}, 401, "API key"),
    ("POST", "/v1/reports", {"text": "x"}, {"key": "wrong"}, 401, "API key"),
    ("POST", "/v1/reports", {"text": "x"}, {}, 400, "Idempotency-Key"),
    ("POST", "/v1/reports", None, {"raw": b"{"}, 400, "no JSON"),
    ("POST", "/v1/reports", None, {"raw": b"[1]"}, 400, "object"),
    ("POST", "/v1/reports", None, {"raw": b""}, 400, "no JSON"),
    ("POST", "/v1/reports", None, {"raw": b'"' + b"\xff" * 100 + b'"'}, 400, "no JSON"),
    ("POST", "/v1/reports", None, {"raw": b"[" * 5000}, 400, "no JSON"),
    ("POST", "/v1/reports", {"key": "k"}, {}, 400, "text"),
    ("POST", "/v1/reports", {"key": "k", "text": " "}, {}, 400, "text"),
    ("POST", "/v1/reports", {"key": "k", "text": "x", "colour": 1}, {}, 400, "colour"),
    ("POST", "/v1/reports", {"key": "k", "text": "x", "lat": 99, "lon": 1}, {}, 400, "lat"),
    ("POST", "/v1/reports", {"key": "k", "text": "x", "lat": 9}, {}, 400, "lat"),
    ("POST", "/v1/reports", {"key": "k", "text": "x", "affected": 101}, {}, 400, "affected"),
    ("POST", "/v1/reports", {"key": "k", "text": "x", "site": "s" * 40}, {}, 400, ""),
    ("POST", "/v1/reports", {"key": "k", "text": "x" * 40000}, {}, 400, ""),
    ("POST", "/v1/reports", {"key": "k", "text": "x" * 70000}, {}, 413, "65536"),
    ("GET", "/v1/tickets/C1-0000000000-1", None, {}, 404, "C1-0000000000-1"),
    ("POST", "/v1/tickets/C1-0000000000-1/events", {"verb": "nudge", "key": "k"}, {}, 404, "C1-"),
    ("GET", "/v1/reports", None, {}, 405, "GET"),
    ("GET", "/v2", None, {}, 404, "openapi"),
    ("POST", "/v1/alertmanager", {"alerts": []}, {}, 400, "groupKey"),
    ("POST", "/v1/webhooks/replay", {}, {}, 400, "since"),
]


def test_bad_requests_are_told_what_is_wrong_and_floods_when_to_come_again(site, receiver):
    web = Web(site, receiver, conf="body_max 65536\nsender_burst 5\nsender_per_min 1\n").start()
    for method, path, body, named, status, words in BAD:
        got, answer = web.ask(method, path, body, **named)
        assert got == status and words in json.loads(answer)["message"], (path, body, got, answer)
    statuses = [web.ask("POST", "/v1/reports", {"text": "x", "key": "flood-%d" % i})[0] for i in range(8)]
    assert statuses[0] == 202 and statuses[-1] == 429, statuses
    assert b'{outcome="flood"}' in web.ask("GET", "/metrics", key=None)[1]
    document = json.loads(web.ask("GET", "/openapi.json", key=None)[1])
    assert document["openapi"].startswith("3.") and "/v1/reports" in document["paths"]
    taken = statuses.count(202)
    wait_for_tickets(site, taken)


def test_requests_sent_ahead_are_answered_in_turn_and_what_is_no_http_is_refused(site, web):
    report = '{"text": "dark", "site": "city-hall", "key": "ahead-%d"}'
    head = "POST /v1/reports HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\nContent-Length: %d\r\n\r\n%s"
    posts = [head % (KEY, len(report % i), report % i) for i in range(1, 4)]
    asks = ["GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n", "\r\nPOST /v1/reports HTTP/1.1\r\nContent-Length: 2\r\n\r\n{}"]
    sent = posts[0] + asks[0] + posts[1] + asks[1] + posts[2] + asks[0].replace("Host: x", "Connection: close")

    def say(*pieces):
        """All that is answered until the gateway closes, and what it answered with."""
        port = int(web.url.rsplit(":", 1)[1])
        with socket.create_connection(("127.0.0.1", port), timeout=LIMIT) as s:
            s.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            for piece in pieces:
                s.sendall(piece.encode())
            said = b"".join(iter(lambda: s.recv(65536), b""))
        return said, [int(status) for status in re.findall(rb"HTTP/1.1 (\d+) ", said)]

    assert say(sent)[1] == [202, 200, 202, 401, 202, 200]
    assert say(*sent)[1] == [202, 200, 202, 401, 202, 200]  # a byte at a time; the same keys
    assert say(*sent[:100], sent[100:])[1] == [202, 200, 202, 401, 202, 200]
    with socket.create_connection(("127.0.0.1", int(web.url.rsplit(":", 1)[1])), timeout=LIMIT) as s:
        s.sendall(asks[0].encode())
        s.shutdown(socket.SHUT_WR)  # all is said, not all is heard
        assert b"".join(iter(lambda: s.recv(65536), b"")).startswith(b"HTTP/1.1 200 ")
    for wrong, status in [
        ("GET / HTTP/1.1\r\nA: %s\r\n\r\n" % ("x" * 9000), 431),
        ("POST /v1/reports HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + sent, 411),
        ("POST /v1/reports HTTP/1.1\r\n\r\n" + sent, 411),
        ("POST /v1/reports HTTP/1.1\r\nContent-Length: 99999999\r\n\r\nx", 413),
        ("\x16\x03\x01\r\n\r\n", 400),
    ]:
        assert say(wrong)[1] == [status], wrong[:60]
    wait_until(lambda: sum(1 + t.get("repeats", 0) for t in tickets(site)) == 3, "three reports, joined or not", 20)
    web.stop()


def test_a_webhook_is_tried_again_after_errors_and_a_crash_and_can_be_had_again(site, web, receiver):
    receiver.statuses += [500, 503]
    taken = web.post("/v1/reports", {"text": "no light", "category": "lift", **DEGREES}, idempotency="hook-1")
    wait_until(lambda: not receiver.statuses, "two tries failed")
    web.kill()
    web.start()
    event = receiver.hears(kind="opened", report=taken["report"])
    count = len(receiver.events)
    assert web.post("/v1/webhooks/replay", {"since": 0})["events"] >= 1
    wait_until(lambda: event in receiver.events[count:], "the replay")
    assert web.ask("POST", "/v1/webhooks/replay", {"after": "00" * 16})[0] == 404


def test_a_dry_run_says_what_a_message_would_become(site, receiver):
    web = Web(site, receiver)
    (report,) = web.dry_run(json.dumps({"text": "dark", "key": "k", **DEGREES}))
    assert report["becomes"] == "report" and report["text"] == "dark" and report["contact"] == "web:portal"
    (report,) = web.dry_run(json.dumps(alarm("LinkDown", [alert(1)])))
    assert "LinkDown" in report["text"] and report["hint"] == 1
    assert tickets(site) == []
