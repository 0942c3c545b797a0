"""Bad input from the wire: a clear answer that names the thing, the process up, nothing lost."""

import os
import time

import msgpack
import pytest
import zmq

from client import KIND, Refused, pack, parcel
from conftest import wait_until

PLACE = {"lat": 423200000, "lon": -710600000}


def refusal(client, data, number=None):
    """The code that a raw message is refused with."""
    client.send_raw(data)
    kind, _, fields = client.receive()
    assert kind == "REFUSED", (kind, fields)
    assert fields[1], "a refusal says what is wrong in words"
    return fields[0]


def still_works(site, key):
    gateway = site.client("desk")
    assert gateway.report("desk.test", key, text="after the storm", **PLACE)[0] == "centre"


def test_malformed_messages_are_refused_and_name_what_is_wrong(site):
    c = site.client("desk")
    good = pack([1, KIND["PING"], 7])
    assert refusal(c, good[:-1]) == "malformed"  # truncated
    assert refusal(c, b"") == "malformed"
    assert refusal(c, good + b"\0") == "malformed"  # trailing bytes
    assert refusal(c, pack([1, KIND["PING"], 7, "more"])) == "malformed"
    assert refusal(c, pack({"a": 1})) == "malformed"
    assert refusal(c, pack([2, KIND["PING"], 7])) == "version"
    assert refusal(c, pack([1, 99, 7])) == "kind"
    assert refusal(c, b"\x91" * 60 + b"\xc0") == "too_deep"
    assert refusal(c, b"\xdd\xff\xff\xff\xff") == "malformed"  # five bytes that claim eight gigabytes
    assert refusal(c, pack([1, KIND["UPDATE"], 1, "centre", "mail", 1, b""])) == "kind"  # the broker's own
    assert c.ask("PING")[0] == "PONG"
    still_works(site, "malformed")


def test_a_parcel_means_what_its_messages_mean(site):
    c = site.client("desk")
    pings = [pack([1, KIND["PING"], number]) for number in (7, 8)]
    c.send_raw(parcel(*pings))
    assert [c.receive()[:2] for _ in pings] == [["PONG", 7], ["PONG", 8]]
    assert refusal(c, parcel(pack([1, 99, 7]))) == "kind"
    assert refusal(c, b"\xc1") == "malformed"
    assert refusal(c, parcel(b"")) == "malformed"
    assert refusal(c, parcel(parcel(*pings))) == "malformed"  # none in another
    c.send_raw(parcel(*pings)[:-1])  # the last one is a byte short
    assert c.receive()[:2] == ["PONG", 7]
    assert c.receive()[0] == "REFUSED"
    still_works(site, "parcel")


def test_every_prefix_of_a_report_is_refused(site):
    c = site.client("desk")
    c.number += 1
    whole = pack([1, KIND["REPORT"], c.number, *c.report_fields("desk.test", "prefix", {"text": "x", **PLACE})])
    for length in range(len(whole)):
        assert refusal(c, whole[:length]) == "malformed"
    still_works(site, "prefix")


def test_an_oversized_message_ends_the_connection_and_nothing_else(site):
    c = site.client("desk")
    c.send_raw(pack([1, KIND["PING"], 1, b"x" * 100_000]))
    still_works(site, "oversized")


def test_hello_comes_first(site):
    c = site.client("desk", hello=False)
    with pytest.raises(Refused) as refused:
        c.ask("ROUTE", None, None, None, None)
    assert refused.value.args[0] == "hello"
    c.hello()
    assert c.ask("ROUTE", None, None, None, None)[0] == "ROUTED"


def test_a_stranger_does_not_come_in(site):
    public, secret = zmq.curve_keypair()
    keys = {"curve_public": public.decode(), "curve_secret": secret.decode(), "seal": os.urandom(32)}
    c = site.client("desk", hello=False, keys=keys)
    c.send("HELLO", "stranger")
    assert c.receive(limit=1.5) is None
    still_works(site, "stranger")


def test_a_revoked_key_is_out_at_its_next_message(site):
    c = site.client("gw-sms")
    assert c.ask("PING")[0] == "PONG"
    plan = (site.dir / "plan.yaml").read_text()
    mark = "- id: gw-sms\n"
    assert mark in plan
    (site.dir / "plan.yaml").write_text(plan.replace(mark, mark + "    revoked: true\n"))
    site.run("plan", "apply")

    def refused():
        try:
            c.ask("ROUTE", None, None, None, None)
        except Refused as r:
            return r.args[0]

    assert wait_until(refused, "the revoked key is refused") == "key"
    still_works(site, "revoked")


def test_addresses_sources_roles_and_verbs_are_checked(site):
    c = site.client("gw-email")
    epoch = int(time.time())

    def code(kind, *fields):
        def refusal():
            try:
                assert c.ask(kind, *fields)[0] == "BUSY"  # it looks the plan version up first
            except Refused as r:
                return r.args

        code, text = wait_until(refusal, "a refusal")
        assert text
        return code

    body = {"text": "x", "occurred_at": 1, **PLACE}
    plan = c.welcome[4]
    assert code("REPORT", *c.report_fields("sms.4711", "1", body, "centre", plan)) == "source"
    assert code("REPORT", *c.report_fields("mail.support", "1", body, "atlantis", plan)) == "territory"
    assert code("REPORT", *c.report_fields("mail.support", "1", body, "north", plan)) == "address"
    assert code("REPORT", *c.report_fields("mail.support", "1", body, "centre", 4711)) == "plan"
    fields = c.report_fields("mail.support", "1", body, "centre", plan)
    fields[9] = b"\0" * 8
    assert code("REPORT", *fields) == "pool_key"
    assert code("EVENT", *c.event_fields(epoch, 1, "centre", b"\1" * 16, "accept")) == "role"
    assert code("EVENT", *c.event_fields(epoch, 1, "centre", b"\1" * 16, "explode")) == "verb"
    assert code("EVENT", *c.event_fields(epoch, 1, "atlantis", b"\1" * 16, "cancel")) == "territory"
    assert code("SUBSCRIBE", "watch", {}, 8) == "role"
    assert code("QUERY", "weather", None) == "query"


def test_what_does_not_open_is_quarantined_and_told_and_holds_nobody_up(site):
    gateway, dispatcher = site.client("desk"), site.client("dispatch-1")
    gateway.subscribe()
    dispatcher.subscribe("watch")
    for i, sealed in enumerate((os.urandom(200), b"no seal of anybody's" * 4, gateway.report_body("desk.test", "other", {"text": "x"}))):
        fields = gateway.report_fields("desk.test", "sealed-%d" % i, {}, sealed=sealed)
        routed = gateway.ask("REPORT", *fields)
        fields[1], fields[2] = routed[1], routed[2]
        assert gateway.ask("REPORT", *fields)[0] == "ACCEPTED"  # durable, no more
        told = gateway.until(lambda u: u["kind"] == "quarantined")
        assert told["report"] == fields[0] and told["why"]
        dispatcher.until(lambda u: u["kind"] == "alarm")
    body = {"text": "x", "occurred_at": "yesterday"}
    fields = gateway.report_fields("desk.test", "shape", {}, sealed=gateway.report_body("desk.test", "shape", body))
    routed = gateway.ask("REPORT", *fields)
    fields[1], fields[2] = routed[1], routed[2]
    gateway.ask("REPORT", *fields)
    assert gateway.until(lambda u: u["kind"] == "quarantined")["report"] == fields[0]
    gateway.report("desk.test", "good", text="and this one works")
    gateway.until(lambda u: u["kind"] == "opened")


def test_garbage_in_the_inbox_itself_is_quarantined(site):
    dispatcher = site.client("dispatch-1")
    dispatcher.subscribe("watch")
    garbage, ping = b"garbage", pack([1, KIND["PING"], 7])
    why = {}
    # an entry as the store has it: w, the kind's letter and who put it there; b, the bytes
    for word, body in (("rdesk", garbage), ("rdesk", ping), ("ee07", garbage), ("ee07", ping),
                       ("xcentre", garbage), ("poperator", garbage), ("?desk", garbage), ("", b"")):
        done = site.redis_cli("XADD", "fl:{north}:inbox", "*", "w", word, "b", body, user="worker")
        assert "-" in done.stdout, done
        why[word, body] = dispatcher.until(lambda u: u["kind"] == "alarm")["why"]
    assert all(why.values()), why
    assert why["rdesk", garbage] == why["ee07", garbage]  # no message at all
    assert why["rdesk", ping] == why["ee07", ping]  # of another kind
    assert why["?desk", garbage] == why["", b""]  # no kind that there is
    assert len(set(why.values())) == 5, why
    still_works(site, "inbox")


def test_plans_with_faults_name_file_and_line(site):
    text = (site.dir / "plan.yaml").read_text()
    lines = text.splitlines()
    at = next(i for i, line in enumerate(lines) if line.strip() == "territory: north")
    lines[at] = lines[at].replace("north", "atlantis")
    broken = site.dir / "broken.yaml"
    broken.write_text("\n".join(lines))
    done = site.run("plan", "check", str(broken), check=False)
    assert done.returncode == 1
    assert "broken.yaml:%d:" % (at + 1) in done.stderr and "atlantis" in done.stderr
    broken.write_text("territories: [\n")
    done = site.run("plan", "apply", str(broken), check=False)
    assert done.returncode == 1 and "broken.yaml:" in done.stderr


def test_extension_types_and_duplicate_keys_are_refused(site):
    c = site.client("desk")
    assert refusal(c, b"\x94\x01" + bytes([KIND["ROUTE"]]) + b"\x01" + msgpack.packb(msgpack.ExtType(5, b"x"))) == "malformed"
    subscribe = b"\x96\x01" + bytes([KIND["SUBSCRIBE"]]) + b"\x02\xa4mail\x82\xa1a\x01\xa1a\x02\x08"
    assert refusal(c, subscribe) == "malformed"
