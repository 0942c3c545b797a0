"""The SMS gateway behind a real Kannel bearerbox, with a short message centre that speaks SMPP (smsc.cjs)."""

import json
import os
import pathlib
import re
import shutil
import socket
import struct
import subprocess
import threading
import time

import pytest

from conftest import LIMIT, ROOT, wait_until
from gateway import Engineer, Gateway, story, tickets, wait_for_tickets
from test_round import engineer_clients

BEARERBOX = shutil.which("bearerbox", path="/usr/sbin:/usr/local/sbin:" + os.environ.get("PATH", ""))
NPM = ROOT / "build" / "npm" / "node_modules"
pytestmark = pytest.mark.skipif(
    not BEARERBOX or not shutil.which("node") or not (NPM / "smpp").is_dir(),
    reason="needs kannel, node and the npm package smpp: ./dev setup",
)

LI, WANG, SERVICE = "8613800000021", "8613800000022", "4711"
CONTACTS = "sms,+%s,,city-hall,Li Wei,zh\nsms,+%s,,city-hall,Ann Wang,en\n" % (LI, WANG)

KANNEL = """
group = core
admin-port = {admin}
admin-interface = 127.0.0.1
admin-password = none
smsbox-port = {box}
smsbox-interface = 127.0.0.1
box-deny-ip = "*.*.*.*"
box-allow-ip = "127.0.0.1"
log-file = "{dir}/bearerbox.log"
log-level = 0
store-type = spool
store-location = "{dir}/spool"
dlr-storage = internal
sms-resend-freq = 1
sms-combine-concatenated-mo = true
sms-combine-concatenated-mo-timeout = 5

group = smsc
smsc = smpp
smsc-id = SIM
host = 127.0.0.1
port = {smpp}
transceiver-mode = true
smsc-username = "gw"
smsc-password = "pw"
system-type = ""
interface-version = 34
enquire-link-interval = 5
reconnect-delay = 1
source-addr-ton = 1
source-addr-npi = 1
dest-addr-ton = 1
dest-addr-npi = 1

group = smsbox
bearerbox-host = 127.0.0.1

group = smsbox-route
smsbox-id = faultline
smsc-id = "SIM"
"""


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


class Centre:
    """smsc.cjs: telephones that send and receive."""

    def __init__(self, site):
        self.process = subprocess.Popen(
            ["node", str(pathlib.Path(__file__).with_name("smsc.cjs"))], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=site.log, text=True, env=dict(os.environ, NODE_PATH=str(NPM)),
        )
        site.children.append(self.process)
        self.port = json.loads(self.process.stdout.readline())["port"]
        self.lines, self.heard = [], 0
        threading.Thread(target=self.listen, daemon=True).start()

    def listen(self):
        for line in self.process.stdout:
            self.lines.append(json.loads(line))

    def order(self, **order):
        self.process.stdin.write(json.dumps(order) + "\n")
        self.process.stdin.flush()

    def send(self, text, who=LI, **more):
        self.order(**{"from": who, "to": SERVICE, "text": text, **more})

    def texts(self, to=None):
        return [l["mt"] for l in list(self.lines) if "mt" in l and to in (None, l["mt"]["to"])]

    def hears(self, pattern, to=LI, limit=15):
        """The message to this telephone that fits, wherever it comes among the others."""
        def look():
            return next((m for m in self.texts(to) if re.search(pattern, m["text"])), None)

        try:
            return wait_until(look, pattern, limit)
        except AssertionError:
            raise AssertionError("%s did not get %r, but %s" % (to, pattern, self.texts()))


class Kannel:
    def __init__(self, site, centre):
        self.site, self.centre, self.dir = site, centre, site.dir / "kannel"
        (self.dir / "spool").mkdir(parents=True)
        for _ in range(5):  # somebody may take a port in between
            self.start(free_port())
            if self.process.poll() is None:
                return
        raise AssertionError((self.dir / "bearerbox.log").read_text()[-3000:])

    def start(self, port):
        self.port = port
        self.centre.lines[:] = [line for line in self.centre.lines if "bound" not in line]
        conf = KANNEL.format(admin=free_port(), box=self.port, smpp=self.centre.port, dir=self.dir)
        (self.dir / "kannel.conf").write_text(conf)
        self.process = subprocess.Popen(
            [BEARERBOX, "-v", "4", str(self.dir / "kannel.conf")],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )
        self.site.children.append(self.process)
        wait_until(lambda: self.process.poll() is not None or self.is_up(), "bearerbox listens", 10)

    def is_up(self):
        with socket.socket() as s:
            listens = s.connect_ex(("127.0.0.1", self.port)) == 0
        return listens and any("bound" in line for line in list(self.centre.lines))


    def kill(self):
        self.process.kill()
        self.process.wait()

    def keeps(self):
        """Messages that are not done with."""
        return sum(f.is_file() for f in (self.dir / "spool").rglob("*"))


class Sms(Gateway):
    def __init__(self, site, conf="", engineers=""):
        self.centre = Centre(site)
        self.kannel = Kannel(site, self.centre)
        super().__init__(site, "sms", conf="port %d\n%s" % (self.kannel.port, conf), contacts=CONTACTS)
        (self.folder / "sms-engineers.csv").write_text(engineers)


def number_in(text):
    return re.search(r"[A-Z0-9]+-\d{10}-\d", text).group()


def engineer_of(site, clients, number):
    told = story(site, number)
    return Engineer(clients, told["territory"], told["ticket"])


def verbs(site, ticket):
    return re.findall(r'"verb": ?"(\w+)"', json.dumps(story(site, ticket)))


def test_a_full_round_by_sms_in_chinese(site):
    sms = Sms(site)
    sms.start()
    clients = engineer_clients(site)
    sms.centre.send("三号楼断电")
    opened = sms.centre.hears("受理")
    number = number_in(opened["text"])
    assert opened["parts"] == 1 and opened["from"] == SERVICE
    engineer = engineer_of(site, clients, number)
    engineer.say("accept", seen=engineer.offer["version"])
    accepted = sms.centre.hears("工程师.*[0-9]{3}")
    assert accepted["parts"] == 1 and len(accepted["text"]) <= 70
    wait_until(lambda: "delivered" in verbs(site, number), "the receipt stops the response clock", 10)

    sms.centre.send("催单")
    sms.centre.hears("催单")
    wait_until(lambda: "nudge" in verbs(site, number), "the nudge", 10)
    for verb in ("depart", "arrive", "resolve"):
        engineer.say(verb)
    sms.centre.hears("修复|解决|恢复")
    sms.centre.send("拒绝 还是没电")
    wait_until(lambda: "reopen" in verbs(site, number), "the customer rejects the repair", 10)
    engineer.say("resolve")
    wait_until(lambda: "resolved" in json.dumps(tickets(site)), "resolved again", 10)
    sms.centre.send("进度")
    sms.centre.hears("已修复，请回复")
    sms.centre.send("接受")
    sms.centre.hears("结单|关闭|完成|评")
    sms.centre.send("5")
    sms.centre.hears("感谢")
    wait_until(lambda: "survey_answer" in verbs(site, number), "the score", 10)
    assert "还是没电" in json.dumps(story(site, number), ensure_ascii=False)
    sms.stop()


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_an_engineer_without_a_device_works_by_short_codes(site, lang):
    people = {"86139000000%02d" % i: name for i, (name, _) in enumerate(site.engineers())}
    sms = Sms(site, engineers="".join("+%s,%s,%s\n" % (*row, lang) for row in people.items()))
    sms.start()
    sms.centre.send("no power at the city hall", who=WANG)

    def offered(but=()):
        mine = (m for m in sms.centre.texts() if m["to"] in people and m["to"] not in but)
        return next((m for m in mine if re.search(r"1a(=yes|接)", m["text"])), None)

    first = wait_until(offered, "an offer", 15)
    assert first["parts"] == 1 and first["text"].startswith("1: ")
    sms.centre.send("1d far" if lang == "en" else "1拒 远", who=first["to"])
    second = wait_until(lambda: offered(but=(first["to"],)), "an offer to somebody else", 15)
    who = second["to"]
    sms.kill()
    sms.start()  # with his list
    sms.centre.send("98a", who=who)
    sms.centre.hears("No order of this number|没有这个序号", to=who)
    sms.centre.send("1a" if lang == "en" else "１接单", who=who)
    sms.centre.hears("no power at the city hall", to=who)  # the words of the report, now that it is his
    number = number_in(sms.centre.hears("engineer .*[0-9]{4}$", to=WANG)["text"])
    sms.centre.send("?", who=who)
    assert number in sms.centre.hears("Your orders|您的故障单", to=who)["text"]
    for code, state in (("g", "en_route"), ("c", "working"), ("r Fuse was blown", "resolved")):
        sms.centre.send("1" + code, who=who)
        wait_until(lambda: story(site, number)["state"] == state, state, 10)
    done = verbs(site, number)
    for verb in ("decline", "accept", "depart", "arrive", "resolve"):
        assert done.count(verb) == 1, done
    sms.stop()


def test_long_messages_come_whole_in_any_order(site):
    sms = Sms(site)
    sms.start()
    text = "三号楼二层机房水管爆裂，" * 12
    sms.centre.send(text, reverse=True)
    ticket = wait_for_tickets(site, 1)[0]
    assert text in site.run("ticket", number_in(sms.centre.hears("故障单|受理")["text"])).stdout.replace("\n", ""), ticket
    sms.stop()


def test_a_death_between_journal_and_acknowledgement_makes_one_ticket(site):
    sms = Sms(site)
    sms.start()
    sms.centre.send("进度", who=WANG)  # so that its beginning is behind it
    sms.centre.hears("没有未结", to=WANG)
    wait_until(lambda: sms.kannel.keeps() == 0, "everything acknowledged", 10)
    sms.arm()
    sms.centre.send("三号楼断电")
    sms.wait_for_death()
    assert sms.kannel.keeps() >= 1  # it was never acknowledged (a receipt may wait beside it)
    sms.start()
    sms.centre.hears("受理")
    wait_until(lambda: sms.kannel.keeps() == 0, "everything acknowledged", 10)
    told = tickets(site)
    assert len(told) == 1 and not told[0].get("repeats"), told
    assert len([m for m in sms.centre.texts(LI) if "受理" in m["text"]]) == 1
    sms.stop()


def test_a_word_of_which_the_acknowledgement_died_is_not_lost(site):
    sms = Sms(site)
    sms.start()
    sms.centre.send("三号楼断电")
    number = number_in(sms.centre.hears("受理")["text"])
    wait_until(lambda: sms.kannel.keeps() == 0, "everything acknowledged", 10)
    sms.arm()
    sms.centre.send("催单")
    sms.wait_for_death()
    sms.start()
    sms.centre.hears("已为您催单")
    wait_until(lambda: sms.kannel.keeps() == 0, "everything acknowledged", 10)
    wait_until(lambda: verbs(site, number).count("nudge") in (1, 2), "the nudge", 10)  # twice: its mark comes after it
    sms.stop()


def test_kannel_dies_and_comes_back_and_nothing_is_lost_in_either_direction(site):
    sms = Sms(site)
    sms.start()
    clients = engineer_clients(site)
    sms.centre.send("三号楼断电")
    number = number_in(sms.centre.hears("受理")["text"])
    engineer = engineer_of(site, clients, number)
    sms.kannel.kill()
    engineer.say("accept")
    sms.kannel.start(sms.kannel.port)
    sms.centre.hears("工程师.*电话", limit=20)
    sms.centre.send("催单")
    sms.centre.hears("已为您催单")
    sms.stop()


def test_what_comes_while_the_broker_is_away_is_there_after_it_returns(site):
    sms = Sms(site, conf="sender_burst 0\n")
    sms.start()
    site.stop_up()
    for i in range(12):
        sms.centre.send("pump %d does not start" % i, who="86138000001%02d" % i)
    wait_until(lambda: sum("mo" in l and l["status"] == 0 for l in list(sms.centre.lines)) == 12, "taken", 10)
    site.start_up()
    for i in range(12):
        sms.centre.hears("[Tt]icket", to="86138000001%02d" % i, limit=30)
    sms.stop()


def test_a_telephone_that_cannot_be_reached_is_said_to_the_ticket_and_his_next_number_is_tried(site):
    sms = Sms(site)
    (sms.folder / "contacts.csv").write_text(
        "sms,+%s,,city-hall,Li Wei,zh\nsms,+%s,,city-hall,Li Wei,zh\n" % (LI, WANG)
    )
    sms.start()
    sms.centre.order(dead=LI)
    sms.centre.send("三号楼断电")
    number = number_in(sms.centre.hears("故障单|受理", to=WANG)["text"])
    wait_until(lambda: "not delivered by sms" in json.dumps(story(site, number)), "the note", 10)
    sms.stop()


def test_a_flood_waits_in_kannel_and_nothing_of_it_is_lost(site):
    sms = Sms(site, conf="sender_burst 3\nsender_per_min 240\n")
    sms.start()
    for i in range(8):
        sms.centre.send("door %d is stuck" % i, who=WANG)
    wait_until(lambda: len([m for m in sms.centre.texts(WANG) if "icket" in m["text"]]) == 8, "eight answers", 15)
    assert max(l["status"] for l in sms.centre.lines if "mo" in l) == 0  # Kannel keeps what has to wait
    sms.stop()


def test_what_is_no_message_does_no_harm(site):
    sms = Sms(site)
    sms.start()
    sms.centre.send("接受")
    sms.centre.hears("没有未结故障单")
    sms.centre.send("   ", who=WANG)
    sms.centre.hears("empty", to=WANG)
    assert tickets(site) == []
    sms.stop()


def test_a_peer_that_is_no_bearerbox_is_left_and_tried_again(site):
    with socket.create_server(("127.0.0.1", 0)) as server:
        sms = Gateway(site, "sms", conf="port %d\n" % server.getsockname()[1])
        sms.start()
        server.settimeout(LIMIT)
        for answer in (b"HTTP/1.1 400 Bad Request\r\n\r\n", struct.pack(">II", 4, 99), b""):
            peer, _ = server.accept()
            hello = peer.recv(100)
            assert hello[4:12] == struct.pack(">II", 1, 3) and hello.endswith(b"faultline")
            peer.sendall(answer)
            peer.close()
        sms.stop()
    assert "impossible length" in site.log_text()


def test_a_dry_run_prints_what_a_message_would_become(make_site):
    site = make_site(up=False)
    sms = Gateway(site, "sms", contacts=CONTACTS)
    told = sms.dry_run("13800000021\n三号楼断电")[0]
    assert told["becomes"] == "report" and told["address"] == "+" + LI
    assert told["site"] == "city-hall" and told["name"] == "Li Wei" and told["text"] == "三号楼断电"
    assert sms.dry_run("+8613800000021\n拒绝 漏水")[0] == {"becomes": "event", "verb": "reopen", "note": "漏水", "key": "0" * 32}
