"""The chat gateway on a real Prosody: a customer writes, an engineer answers, each hears the other."""

import json
import os
import re
import shutil
import signal
import subprocess
import time

import pytest

from conftest import BUILD, LIMIT, wait_until
from test_round import engineer_clients, find_offer
from xmpp import HOST, Prosody, Talker

pytestmark = pytest.mark.skipif(
    shutil.which("prosody") is None or not (BUILD / "faultline-gateway-chat").exists(),
    reason="needs Prosody and the chat gateway: ./dev setup --gateways",
)

NUMBER = r"[A-Z0-9]+-\d{10}-\d"
CONTACTS = """channel,address,customer,site,name,lang
chat,li@%s,C-1001,harbour-bank-hq,Li Wei,zh
chat,ann@%s,C-1001,harbour-bank-hq,Ann,en
""" % (HOST, HOST)
SETTINGS = """xmpp_jid faultbot@%s
xmpp_password faultbot-pw
xmpp_host 127.0.0.1
xmpp_port %d
xmpp_trust yes
categories lift=电梯/lift, power-failure=停电/power, other=其他/other
"""


class Chat:
    """Prosody, the gateway before it, and its customers."""

    def __init__(self, site, people=("li", "ann", "bob")):
        self.site = site
        (site.dir / "xmpp").mkdir()
        self.prosody = Prosody(site.dir / "xmpp", [*people, "faultbot"])
        (site.dir / "gateways").mkdir(exist_ok=True)
        (site.dir / "gateways" / "contacts.csv").write_text(CONTACTS)
        (site.dir / "gateways" / "chat.conf").write_text(SETTINGS % (HOST, self.prosody.port))
        self.gateway = None
        self.talkers = []

    def command(self, *more):
        return self.site.command("gateway", "chat", site=False) + ["--site", str(self.site.dir), "--as", "desk", *more]

    def start(self, *more, crash_at=None):
        env = dict(os.environ)
        if crash_at is not None:
            env.update(CRASH_AT=str(crash_at), LD_PRELOAD=str(BUILD / "tests" / "libcrash.so"))
        ups = self.site.log_text().count("event=xmpp_up")
        self.gateway = subprocess.Popen(
            self.command(*more), stdout=subprocess.PIPE, stderr=self.site.log, stdin=subprocess.DEVNULL,
            text=True, env=env,
        )
        self.site.children.append(self.gateway)
        assert self.gateway.stdout.readline() == "ready\n", self.site.log_text()[-3000:]
        wait_until(lambda: self.site.log_text().count("event=xmpp_up") > ups, "the bot is logged in", limit=15)

    def kill(self):
        self.gateway.send_signal(signal.SIGKILL)
        self.gateway.wait()
        self.gateway.stdout.close()

    def talker(self, name):
        self.talkers.append(Talker(self.prosody.port, name))
        return self.talkers[-1]

    def close(self):
        for t in self.talkers:
            t.close()
        if self.gateway is not None and self.gateway.poll() is None:
            self.gateway.send_signal(signal.SIGCONT)
            self.gateway.send_signal(signal.SIGTERM)
            self.gateway.wait(LIMIT)
        if self.gateway is not None:
            self.gateway.stdout.close()
        self.prosody.stop()


@pytest.fixture
def chat(site):
    c = Chat(site)
    yield c
    c.close()


def tickets(site):
    done = site.run("tickets", "--json", "--all", check=False)
    if done.returncode != 0:
        done = site.run("tickets", "--json")
    return [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]


def number_in(words):
    return re.search(NUMBER, words).group()


def test_a_full_round_by_chat_from_the_first_words_to_the_score(chat, site):
    clients = engineer_clients(site)
    chat.start()
    li = chat.talker("li")
    li.say("大堂有人被困", thread="th-1")
    assert "1 电梯/lift" in li.hear(lambda w: "哪一类" in w)["words"]
    li.say("1", thread="th-1")
    assert li.hear(lambda w: "业务中断" in w)["thread"] == "th-1"
    li.say("2", thread="th-1")
    li.hear(lambda w: "已登记" in w)
    opened = li.hear(lambda w: re.search(NUMBER, w))
    number = number_in(opened["words"])
    assert opened["thread"] == "th-1"

    story = json.loads(site.run("ticket", number, "--json").stdout)
    assert "大堂有人被困" in json.dumps(story, ensure_ascii=False)
    ticket = bytes.fromhex(story["ticket"])
    territory = story["territory"]
    name, offer = find_offer(clients, ticket)
    engineer, epoch = clients[name], int(time.time())
    engineer.event(epoch, 1, territory, ticket, "accept", seen=offer["version"])
    told = li.hear(lambda w: number in w and "+" in w)  # the engineer's name and telephone number
    assert told["thread"] == "th-1"
    wait_until(lambda: "delivered" in site.run("ticket", number).stdout, "the response clock is stopped", limit=15)

    li.say("催单", thread="th-1")
    li.hear(lambda w: "已催单" in w)
    wait_until(lambda: "nudge" in site.run("ticket", number).stdout, "the nudge is on the ticket", limit=15)
    li.say("进度")
    assert number in li.hear(lambda w: "已接单" in w)["words"]
    for counter, verb in enumerate(("depart", "arrive", "resolve"), start=2):
        engineer.event(epoch, counter, territory, ticket, verb)
    li.hear(lambda w: number in w and ("修复" in w or "恢复" in w or "解决" in w))
    li.say("没修好", thread="th-1")
    li.hear(lambda w: "还有什么问题" in w)
    li.say("门还是关不上", thread="th-1")
    li.hear(lambda w: "退回" in w)
    wait_until(lambda: "门还是关不上" in site.run("ticket", number).stdout, "the reason is on the ticket", limit=15)


def test_a_repair_is_accepted_and_scored(chat, site):
    clients = engineer_clients(site)
    chat.start()
    ann = chat.talker("ann")
    ann.say("Lift stuck between floors, urgent")
    number = number_in(ann.hear(lambda w: re.search(NUMBER, w))["words"])
    story = json.loads(site.run("ticket", number, "--json").stdout)
    ticket, territory = bytes.fromhex(story["ticket"]), story["territory"]
    name, offer = find_offer(clients, ticket)
    epoch = int(time.time())
    clients[name].event(epoch, 1, territory, ticket, "accept", seen=offer["version"])
    ann.hear(lambda w: number in w and "+" in w)
    for counter, verb in enumerate(("depart", "arrive", "resolve"), start=2):
        clients[name].event(epoch, counter, territory, ticket, verb)
    wait_until(lambda: json.loads(site.run("ticket", number, "--json").stdout)["state"] == "resolved", "resolved")
    ann.hear(lambda w: number in w and ("accept" in w.lower() or "resolved" in w.lower() or "works" in w.lower()))
    ann.say("accept")
    ann.hear(lambda w: "accepted" in w)
    ann.hear(lambda w: number in w and "how was our service" in w)
    ann.say("5")
    ann.hear(lambda w: "thank you for the score" in w)
    wait_until(lambda: "survey_answer" in site.run("ticket", number).stdout, "the score is on the ticket", limit=15)


def test_a_gateway_killed_before_or_after_its_journal_makes_one_ticket_of_each_message(chat, site):
    chat.start()
    ann, li = chat.talker("ann"), chat.talker("li")
    # delivered by Prosody, not read by the gateway
    chat.gateway.send_signal(signal.SIGSTOP)
    ann.say("Lift stuck, urgent", ident="kill-1")
    ann.write('<iq type="get" id="there" to="%s"><ping xmlns="urn:xmpp:ping"/></iq>' % HOST)
    while ann.next_element().get("id") != "there":
        pass
    chat.kill()
    chat.start()
    numbers = {number_in(ann.hear(lambda w: re.search(NUMBER, w))["words"])}
    # on the gateway's disk, and dead before anything of it is acknowledged
    chat.kill()
    bomb = site.dir / "bomb"
    chat.start(crash_at=bomb)
    bomb.touch()
    li.say("停电了，紧急", ident="kill-2")
    assert chat.gateway.wait(LIMIT) == -signal.SIGKILL and not bomb.exists()
    chat.gateway.stdout.close()
    chat.start()
    numbers.add(number_in(li.hear(lambda w: re.search(NUMBER, w))["words"]))
    # an unlucky server delivers once more
    li.say("停电了，紧急", ident="kill-2")
    li.say("进度")
    assert li.hear(lambda w: ": " in w and w.count("-") >= 2)["words"].count("; ") == 0
    all_tickets = tickets(site)
    assert {t["number"] for t in all_tickets} == numbers and len(all_tickets) == 2
    assert all(t.get("repeats", 0) <= 1 for t in all_tickets), all_tickets


def test_what_is_said_while_the_broker_is_away_arrives_when_it_is_back(make_site):
    site = make_site(up=False)
    redis = site.start_redis()
    site.run("plan", "apply")
    broker, worker = site.start_broker(), site.start_worker()
    chat = Chat(site)
    try:
        chat.start()
        broker.kill()
        broker.wait()
        ann, li = chat.talker("ann"), chat.talker("li")
        ann.say("Lift stuck, urgent")
        ann.hear(lambda w: "on record" in w)
        ann.say("nudge")
        ann.hear(lambda w: "urged" in w)
        li.say("电梯坏了，紧急")
        li.hear(lambda w: "已登记" in w)
        site.start_broker()
        number = number_in(ann.hear(lambda w: re.search(NUMBER, w), limit=30)["words"])
        li.hear(lambda w: re.search(NUMBER, w), limit=30)
        wait_until(lambda: "nudge" in site.run("ticket", number).stdout, "the nudge came too", limit=20)
        assert redis.poll() is None and worker.poll() is None
    finally:
        chat.close()


def test_bad_stanzas_and_floods_are_answered_and_others_are_heard(chat, site):
    chat.start("--set", "talk_burst=3", "--set", "talk_per_min=1")
    bob, ann = chat.talker("bob"), chat.talker("ann")
    bob.write('<message to="faultbot@%s" type="chat" id="e1"><encrypted xmlns="eu.siacs.conversations.axolotl"/>'
              "<body>OMEMO</body></message>" % HOST)
    bob.hear(lambda w: "cannot read" in w)
    bob.write('<message to="faultbot@%s" type="chat" id="e2"><composing xmlns="x"/></message>' % HOST)
    for i in range(5):
        bob.say("hello" if i % 2 else "help")
    assert bob.hear(lambda w: w == "error")["type"] == "error"
    ann.say("Lift stuck, urgent")
    ann.hear(lambda w: re.search(NUMBER, w))


def test_a_silent_customer_s_report_goes_as_it_is(chat, site):
    chat.start("--set", "patience_s=1")
    bob = chat.talker("bob")
    bob.say("the cooling is off")
    bob.hear(lambda w: "Where is it" in w)
    bob.hear(lambda w: "on record" in w)
    bob.hear(lambda w: re.search(NUMBER, w))


def test_a_dry_run_says_what_a_stanza_would_become(chat, site):
    stanza = '<message from="li@%s/phone" id="a1"><body>停电了</body><thread>t</thread></message>' % HOST
    done = subprocess.run(chat.command("--dry-run"), input=stanza, capture_output=True, text=True, timeout=LIMIT)
    assert done.returncode == 0, done.stderr
    became = json.loads(next(line for line in done.stdout.splitlines() if line.startswith("{")))
    assert became["becomes"] == "report" and became["category"] == "power-failure" and became["lang"] == "zh"
    assert became["site"] == "harbour-bank-hq" and "asks: " in done.stdout
    bad = subprocess.run(chat.command("--dry-run"), input="<iq/>", capture_output=True, text=True, timeout=LIMIT)
    assert bad.returncode == 1 and "message" in bad.stderr
