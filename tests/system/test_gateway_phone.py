"""The phone gateway behind a real Kamailio, with callers that are sipp, baresip and a telephone of the tests' own."""

import json
import os
import re
import shutil
import socket
import subprocess
import threading
import wave

import pytest

from conftest import BUILD, ROOT, wait_until
from gateway import Engineer, Gateway, story, tickets, wait_for_tickets
from pbx import KAMAILIO, Baresip, Kamailio, free_port
from telephone import OFFER, Sound, Telephone, write_prompts
from test_round import engineer_clients

needs_kamailio = pytest.mark.skipif(not KAMAILIO, reason="needs kamailio: ./dev setup")
needs_sipp = pytest.mark.skipif(not KAMAILIO or not shutil.which("sipp"), reason="needs kamailio and sipp: ./dev setup")

LI, ANN = "13800000021", "13800000022"
CONTACTS = "phone,+86%s,C-1005,city-hall,Li Wei,zh\nphone,+86%s,C-1005,city-hall,Ann Wang,en\n" % (LI, ANN)


class Phone(Gateway):
    def __init__(self, site, conf="", kamailio=None, contacts=CONTACTS):
        self.kamailio, lines = kamailio, conf
        if kamailio:
            lines += "sip_registrar sip:127.0.0.1:%d\nsip_domain pbx.example\nsip_password secret\n" % kamailio.port
        super().__init__(site, "phone", conf=lines, contacts=contacts)
        write_prompts(self.folder / "phone-prompts")
        self.telephones = []

    def start(self, *words):
        before = self.site.log_text().count("event=registered")
        for last in (False, False, True):  # somebody may take the port in between
            self.port = free_port()
            try:
                super().start("--set", "sip_bind=127.0.0.1:%d" % self.port, *words)
                break
            except AssertionError:
                if last or "is another program there?" not in self.site.log_text():
                    raise
        if self.kamailio:
            wait_until(lambda: self.site.log_text().count("event=registered") > before, "registered", 10)
        return self

    def call(self, number=LI, through=True):
        port = self.kamailio.port if self.kamailio and through else self.port
        t = Telephone(number, ("127.0.0.1", port))
        self.telephones.append(t)
        return t.answered()


@pytest.fixture
def kamailio(site):
    if not KAMAILIO:
        pytest.skip("needs kamailio: ./dev setup")
    k = Kamailio(site)
    yield k
    k.stop()


def plain(number):
    """As it is spelled: without its dashes."""
    return number.replace("-", "").upper()


def tell(t, speaks=0, before_the_end=lambda: None):
    """From the main menu to the end of the story."""
    t.hears("main")
    t.press("1")
    t.hears("category")
    t.press("1")
    t.hears("severity")
    t.press("2")
    t.hears("words", "beep")
    t.settles()
    if speaks:
        t.speak(speaks)
    before_the_end()
    t.press("#")


def verbs(site, ticket):
    return re.findall(r'"verb": ?"(\w+)"', json.dumps(story(site, ticket)))


def test_a_call_through_a_pbx_becomes_a_ticket_and_its_number_is_said(site, kamailio):
    phone = Phone(site, kamailio=kamailio)
    phone.start()
    t = phone.call()
    tell(t, speaks=1500)
    t.hears("taken")
    said = t.number()
    t.hears("bye")
    t.ends()
    ticket = wait_for_tickets(site, 1)[0]
    assert plain(ticket["number"]) == said
    assert ticket["category"] == "power-failure" and ticket["level"] == "severe", ticket
    text = site.run("ticket", ticket["number"]).stdout
    name = re.search(r"audio/wav, \d+ bytes: ([0-9a-f]{32}/1-voice.wav)", text).group(1)
    file = phone.folder / "phone-files" / name
    assert file.stat().st_mode & 0o777 == 0o600 and file.read_bytes()[:4] == b"RIFF"
    assert file.stat().st_size >= 44 + 2 * 8 * 1400
    assert "+86" + LI in text and "Li Wei" in text

    t = phone.call()  # and again: what became of it
    t.hears("main")
    t.press("2")
    t.hears("status")
    wait_until(lambda: any(h.startswith("state-") for h in t.heard), "the state", 10)
    assert "".join(h[2:] for h in t.heard if h.startswith("c-")).upper() == said
    t.hears("main")
    t.press("3")
    t.hears("nudged", "main")
    t.hang_up()
    wait_until(lambda: "nudge" in verbs(site, ticket["number"]), "the nudge", 10)
    phone.stop()
    assert len(tickets(site)) == 1


def test_who_is_not_known_is_asked_who_he_is(site):
    phone = Phone(site, contacts="")
    phone.start()
    t = phone.call("13811111111")
    t.hears("language")
    t.info("2")  # by SIP INFO
    t.hears("main")
    t.press("2")
    t.hears("no-ticket", "main")
    t.press("8")
    t.hears("again", "main")
    t.press("1")
    t.hears("customer")
    t.press("1005#")
    t.hears("site")
    t.press("*")
    t.hears("category")
    t.press("4")
    t.hears("severity")
    t.press("1")
    t.hears("words")
    t.press("0")  # he says nothing
    t.press("#")
    t.hears("taken")
    t.hang_up()
    ticket = wait_for_tickets(site, 1)[0]
    assert ticket["customer"] == "C-1005" and ticket["category"] == "lift", ticket
    phone.stop()


def test_a_hang_up_in_the_middle_is_a_report_when_enough_was_said(site):
    phone = Phone(site)
    phone.start()
    t = phone.call(ANN)
    t.hears("main")
    t.press("1")
    t.hears("category")
    t.hang_up()  # too early
    t = phone.call(LI)
    t.hears("main")
    t.press("1")
    t.hears("category")
    t.press("5")
    t.hears("severity")
    t.hang_up()
    ticket = wait_for_tickets(site, 1)[0]
    assert ticket["category"] == "cooling"
    assert "提前挂断" in site.run("ticket", ticket["number"]).stdout
    phone.stop()
    assert len(tickets(site)) == 1


def test_a_death_between_journal_and_acknowledgement_makes_one_ticket(site):
    phone = Phone(site)
    phone.start()
    t = phone.call()
    tell(t, speaks=1200, before_the_end=phone.arm)
    phone.wait_for_death()
    assert "taken" not in t.heard
    phone.start()
    wait_for_tickets(site, 1)
    t = phone.call()  # the same caller asks: it was taken
    t.hears("main")
    t.press("2")
    t.hears("status")
    t.hang_up()
    phone.stop()
    told = tickets(site)
    assert len(told) == 1 and not told[0].get("repeats"), told


def test_what_is_told_while_the_broker_is_away_is_there_after_it_returns(site):
    phone = Phone(site, conf="sender_burst 0\n")
    phone.start()
    site.stop_up()

    def one(i):
        t = phone.call("138000001%02d" % i)
        t.hears("language")
        t.press("2")
        t.hears("main")
        t.press("1")
        t.hears("customer")
        t.press("*")
        t.hears("site")
        t.press("*")
        t.hears("category")
        t.press("345"[i % 3])
        t.hears("severity")
        t.press("1")
        t.hears("words")
        t.press("0#")
        t.hears("taken")
        t.hang_up()
        done.append(i)

    done = []
    threads = [threading.Thread(target=one, args=(i,)) for i in range(6)]  # at once
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(done) == list(range(6))
    site.start_up()
    wait_until(
        lambda: sum(1 + t.get("repeats", 0) for t in tickets(site)) == 6, "six reports, joined or not", 30
    )
    phone.stop()


def test_a_gateway_that_is_told_to_end_ends_the_calls_too(site):
    phone = Phone(site)
    phone.start()
    t = phone.call()

    def end():
        phone.process.terminate()
        wait_until(lambda: "event=ending" in site.log_text(), "the gateway ends", 10)

    tell(t, before_the_end=end)
    t.ends(limit=20)  # his call is heard to its end, but nothing new is taken
    assert "taken" not in t.heard
    assert phone.process.wait(20) == 0
    phone.process.stdout.close()
    assert tickets(site) == []


def test_one_call_too_many_is_told_busy(site):
    phone = Phone(site, conf="calls_max 2\n")
    phone.start()
    first, second = phone.call(), phone.call(ANN)
    third = Telephone("13800000023", ("127.0.0.1", phone.port))
    wait_until(lambda: third.status, "an answer", 10)
    assert third.status == 486
    first.hang_up()

    def again():
        t = Telephone("13800000023", ("127.0.0.1", phone.port))
        wait_until(lambda: t.status, "an answer", 10)
        return t if t.status == 200 else None

    third = wait_until(again, "room again", 10)
    third.hang_up()
    second.hang_up()
    phone.stop()


class Asterisk(threading.Thread):
    """What an Asterisk says by FastAGI, as recorded (tests/data/agi): `keys` are pressed at the prompts of these names,
    `leaves` is the prompt at which the caller hangs up."""

    def __init__(self, port, keys, leaves=None, unique="1795195698.1", number=LI):
        super().__init__(daemon=True)
        self.keys, self.leaves, self.said, self.over = list(keys), leaves, [], False
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=20)
        self.file = self.socket.makefile("rwb", 0)
        for line in ("agi_network: yes", "agi_network_script: fault?lang=zh", "agi_uniqueid: " + unique,
                     "agi_callerid: " + number, "agi_language: cn", ""):
            self.answer(line)
        self.start()

    def answer(self, line):
        self.file.write(line.encode() + b"\n")

    def run(self):
        for raw in self.file:
            line = raw.decode().strip()
            if self.over:
                self.answer("511 Command Not Permitted on a dead channel or intercept routine")
            elif line.startswith("STREAM FILE"):
                self.stream(line.split('"')[1].rsplit("/", 1)[1])
            elif line.startswith("WAIT FOR DIGIT"):
                self.answer("200 result=%d" % (ord(self.keys.pop(0)[1]) if self.keys else 0))
            elif line.startswith("RECORD FILE"):
                with wave.open(line.split('"')[1] + ".wav", "wb") as w:
                    w.setparams((1, 2, 8000, 0, "NONE", ""))
                    w.writeframes(bytes(32190 * 2))
                self.answer("200 result=35 (dtmf) endpos=32190")
            else:
                self.answer("200 result=%d" % (0 if line == "ANSWER" else 1))
            if line == "HANGUP":
                return

    def stream(self, name):
        self.said.append(name)
        if name == self.leaves:
            self.answer("200 result=-1 endpos=4000")
            self.answer("HANGUP")
            self.over = True
        elif self.keys and self.keys[0][0] == name:
            self.answer("200 result=%d endpos=7200" % ord(self.keys.pop(0)[1]))
        else:
            self.answer("200 result=0 endpos=320")


def test_calls_that_asterisk_brings(site):
    agi = free_port(socket.SOCK_STREAM)
    phone = Phone(site, conf="agi_listen 127.0.0.1:%d\n" % agi)
    phone.start()
    story_of = [("main", "1"), ("category", "2"), ("severity", "1")]
    left = Asterisk(agi, story_of[:1], leaves="category", unique="1.1")
    left.join(20)
    first = Asterisk(agi, story_of, unique="1.2")
    first.join(20)
    assert not first.is_alive() and "taken" in first.said and first.said[-1] == "bye"
    end = len(first.said) - first.said[::-1].index("number")
    said = "".join(name[2:] for name in first.said[end:] if name.startswith("c-")).upper()
    ticket = wait_for_tickets(site, 1)[0]
    assert plain(ticket["number"]) == said and ticket["category"] == "network-outage"
    assert "audio/wav" in site.run("ticket", ticket["number"]).stdout
    assert [f.name for f in (phone.folder / "phone-files").rglob("*.wav")] == ["1-voice.wav"]  # Asterisk's is gone

    with socket.create_connection(("127.0.0.1", agi), timeout=10) as nobody:
        nobody.sendall(b"GET / HTTP/1.1\r\n\r\n")
        assert nobody.recv(100) == b""
    again = Asterisk(agi, story_of, unique="1.2")  # the same call once more is the same report
    again.join(20)
    phone.stop()
    assert len(tickets(site)) == 1 and not tickets(site)[0].get("repeats")


SIPP = """<?xml version="1.0" encoding="UTF-8"?>
<scenario name="a caller">
<send retrans="500"><![CDATA[
INVITE sip:hotline@pbx.example SIP/2.0
Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
From: "Caller" <sip:[field0]@[local_ip]:[local_port]>;tag=[pid]c[call_number]
To: <sip:hotline@pbx.example>
Call-ID: [call_id]
CSeq: 1 INVITE
Contact: <sip:[field0]@[local_ip]:[local_port]>
Max-Forwards: 70
Content-Type: application/sdp
Content-Length: [len]

{offer}]]></send>
<recv response="100" optional="true"/>
<recv response="180" optional="true"/>
<recv response="200" rrs="true"/>
<send><![CDATA[
ACK [next_url] SIP/2.0
[routes]
Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
From: "Caller" <sip:[field0]@[local_ip]:[local_port]>;tag=[pid]c[call_number]
To: <sip:hotline@pbx.example>[peer_tag_param]
Call-ID: [call_id]
CSeq: 1 ACK
Max-Forwards: 70
Content-Length: 0

]]></send>
<recv request="BYE" timeout="30000"/>
<send><![CDATA[
SIP/2.0 200 OK
[last_Via:]
[last_From:]
[last_To:]
[last_Call-ID:]
[last_CSeq:]
Content-Length: 0

]]></send>
</scenario>
"""


@needs_sipp
def test_several_calls_of_sipp_at_once_each_get_a_number_and_a_clean_end(site, kamailio):
    phone = Phone(site, kamailio=kamailio, conf="sender_burst 0\n")
    phone.start()
    count = 6
    sounds = [Sound() for _ in range(count)]
    folder = site.dir / "sipp"
    folder.mkdir()
    (folder / "call.xml").write_text(SIPP.format(offer=OFFER.format(port="[field1]")))
    (folder / "calls.csv").write_text(
        "SEQUENTIAL\n" + "".join("%s;%d\n" % ("138000000%02d" % (21 + i % 2), s.port) for i, s in enumerate(sounds))
    )
    sipp = subprocess.Popen(
        ["sipp", "127.0.0.1:%d" % kamailio.port, "-sf", "call.xml", "-inf", "calls.csv", "-i", "127.0.0.1", "-p",
         str(free_port()), "-m", str(count), "-l", str(count), "-r", "50", "-timeout", "40s", "-nostdin"],
        cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL,
    )
    site.children.append(sipp)
    said = []

    def one(s):
        tell(s, speaks=1200)
        s.hears("taken")
        said.append(s.number())

    threads = [threading.Thread(target=one, args=(s,)) for s in sounds]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(said) == count
    assert sipp.wait(20) == 0  # every call was ended by BYE
    assert set(said) == {plain(t["number"]) for t in tickets(site)}
    phone.stop()


needs_baresip = pytest.mark.skipif(
    not KAMAILIO or not shutil.which("baresip") or not shutil.which("espeak-ng"),
    reason="needs kamailio, baresip and espeak-ng: ./dev setup",
)


def severe(phone, number=LI):
    """A severe ticket of this caller's."""
    t = phone.call(number)
    tell(t, speaks=1200)
    t.hears("taken")
    t.number()
    t.hang_up()
    return wait_for_tickets(phone.site, 1)[0]


@needs_baresip
def test_a_full_round_by_telephone_with_keys_as_receipts(site, kamailio):
    phone = Phone(site, kamailio=kamailio)
    phone.start()
    ticket = severe(phone)
    telephone = Baresip(site, kamailio, LI)
    clients = engineer_clients(site)
    engineer = Engineer(clients, ticket["territory"], ticket["ticket"])
    engineer.say("accept", seen=engineer.offer["version"])
    telephone.sees("CALL_ESTABLISHED")
    assert "delivered" not in verbs(site, ticket["number"])
    telephone.press("1")
    wait_until(lambda: "delivered" in verbs(site, ticket["number"]), "the key stops the response clock", 15)
    telephone.sees("CALL_CLOSED")

    for verb in ("depart", "arrive", "resolve"):
        engineer.say(verb)
    telephone.sees("CALL_ESTABLISHED")  # it is repaired, and severe
    telephone.press("1")
    telephone.sees("CALL_CLOSED")
    t = phone.call()
    t.hears("main")
    t.press("5")
    t.hears("reason", "beep")
    t.settles()
    t.speak(1200)
    t.press("#")
    t.hears("reopened", "main")  # and he looks again
    t.hang_up()
    wait_until(lambda: "reopen" in verbs(site, ticket["number"]), "the customer rejects the repair", 10)
    assert re.search(r"1-voice.wav", json.dumps(story(site, ticket["number"])).split("reopen")[1])
    engineer.say("resolve")
    telephone.sees("CALL_ESTABLISHED")
    telephone.press("1")
    telephone.sees("CALL_CLOSED")
    t = phone.call()
    t.hears("main")
    t.press("4")
    t.hears("approved", "main")
    wait_until(lambda: "approve" in verbs(site, ticket["number"]), "the customer accepts the repair", 10)

    def scored():
        t.press("6")
        t.hears("score")
        t.press("5")
        wait_until(lambda: {"thanks", "no-ticket"} & set(t.heard), "an answer", 10)
        return "thanks" in t.heard

    assert wait_until(scored, "the score is taken", 15)
    wait_until(lambda: "survey_answer" in verbs(site, ticket["number"]), "the score", 10)
    t.ends()
    phone.stop()


@needs_baresip
def test_a_number_that_was_promised_for_later_is_told_by_a_call(site, kamailio):
    phone = Phone(site, kamailio=kamailio)
    menu = (ROOT / "gateways" / "phone" / "default.menu").read_text()
    (phone.folder / "phone.menu").write_text(menu.replace("report taken", "report taken seconds=1"))
    phone.start()
    telephone = Baresip(site, kamailio, LI)
    site.stop_up()
    t = phone.call()
    tell(t, speaks=1200)
    t.hears("taken", "no-number", "bye")
    t.ends()
    site.start_up()
    telephone.sees("CALL_ESTABLISHED", limit=30)
    telephone.press("1")
    telephone.sees("CALL_CLOSED")
    assert len(tickets(site)) == 1
    phone.stop()


@needs_kamailio
def test_who_cannot_be_called_is_told_by_his_next_channel(site, kamailio):
    phone = Phone(site, kamailio=kamailio, contacts=CONTACTS + "sms,+86%s,C-1005,city-hall,Li Wei,zh\n" % LI)
    phone.start()
    ticket = severe(phone)
    clients = engineer_clients(site)
    engineer = Engineer(clients, ticket["territory"], ticket["ticket"])
    engineer.say("accept", seen=engineer.offer["version"])  # nobody is registered under his number: 404
    wait_until(lambda: "not delivered by phone: there is no such number" in json.dumps(story(site, ticket["number"])),
               "the note", 15)
    wait_until(lambda: list((phone.folder / "handover").rglob("*")), "the letter for the SMS gateway", 10)
    phone.stop()


def test_a_prompt_that_is_missing_is_named_with_what_to_do(make_site):
    site = make_site(up=False)
    words = [str(BUILD / "faultline-gateway-phone"), "--site", str(site.dir), "--set", "prompts=" + str(site.dir / "made")]

    def start():
        done = subprocess.run(words, capture_output=True, text=True, timeout=30)
        assert done.returncode == 78, done
        return done.stderr

    assert "prompt en/language.wav is missing" in start() and "faultline gateway phone prompts" in start()
    (site.dir / "gateways").mkdir(exist_ok=True)
    (site.dir / "gateways" / "phone.menu").write_text("step a choose main\nkey 1 - nowhere\n")
    assert "key 1 leads to nowhere: no such step" in start()


@pytest.mark.skipif(not shutil.which("espeak-ng"), reason="needs espeak-ng: ./dev setup")
def test_prompts_of_ones_own_are_spoken(make_site):
    site = make_site(up=False)
    (site.dir / "words").write_text("# mine\nbye en So long.\nbye zh 再会。\n")
    site.run("gateway", "phone", "prompts", str(site.dir / "made"), str(site.dir / "words"), site=False)
    for lang in ("en", "zh"):
        with wave.open(str(site.dir / "made" / lang / "bye.wav")) as w:
            assert w.getframerate() == 8000 and w.getnchannels() == 1 and 2000 < w.getnframes() < 40000
    env = dict(os.environ, ESPEAK="/nowhere/espeak-ng")
    done = subprocess.run([str(BUILD / "faultline-gateway-phone"), "prompts", str(site.dir / "x")], env=env,
                          capture_output=True, text=True, timeout=30)
    assert done.returncode == 1 and "cannot be run" in done.stderr and "install espeak-ng" in done.stderr


def test_a_dry_run_prints_what_a_call_would_become(make_site):
    site = make_site(up=False)
    phone = Phone(site)
    told = phone.dry_run("13800000021\n112v")[0]
    assert told["category"] == "power-failure" and told["hint"] == 1 and told["site"] == "city-hall"
    assert phone.dry_run("13800000021\n1") == []  # nothing is told yet
    assert phone.dry_run("13800000021\n3")[0]["verb"] == "nudge"
