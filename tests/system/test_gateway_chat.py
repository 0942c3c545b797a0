"""The chat gateway on a real Prosody: a customer writes, an engineer answers, each hears the other."""

import json
import re
import shutil
import signal
import subprocess

import pytest

from conftest import BUILD, LIMIT, wait_until
from gateway import Engineer, Gateway, clock_of, story, tickets, verbs, wait_for_promise, wait_for_score
from platforms import SECRETS, Platforms, Poster
from test_gateway_web import free_port
from test_round import engineer_clients
from xmpp import HOST, Prosody, Talker

pytestmark = pytest.mark.skipif(
    shutil.which("prosody") is None, reason="needs prosody: ./dev setup",
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


class Chat(Gateway):
    """Prosody, the gateway before it, and its customers."""

    def __init__(self, site, people=("li", "ann", "bob"), contacts=CONTACTS):
        (site.dir / "xmpp").mkdir()
        self.prosody = Prosody(site.dir / "xmpp", [*people, "faultbot"])
        self.talkers = []
        super().__init__(site, "chat", conf=SETTINGS % (HOST, self.prosody.port), contacts=contacts)

    def start(self, *more):
        ups = self.site.log_text().count("event=xmpp_up")
        super().start(*more)
        wait_until(lambda: self.site.log_text().count("event=xmpp_up") > ups, "the bot is logged in", limit=15)
        return self

    def talker(self, name):
        self.talkers.append(Talker(self.prosody.port, name))
        return self.talkers[-1]

    def close(self):
        for t in self.talkers:
            t.close()
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(signal.SIGCONT)
            self.stop()
        self.prosody.stop()


@pytest.fixture
def chat(site):
    c = Chat(site)
    yield c
    c.close()


def number_in(words):
    return re.search(NUMBER, words).group()


def repaired(words):
    return "修复" in words or "恢复" in words or "解决" in words


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
    ticket = story(site, number)
    assert ticket["text"] == "大堂有人被困" and ticket["category"] == "lift"

    engineer = Engineer(clients, ticket["territory"], ticket["ticket"])
    assert clock_of(site, number)["state"] == "running"
    engineer.say("accept", seen=engineer.offer["version"])
    told = li.hear(lambda w: number in w and engineer.called in w and engineer.phone in w)
    assert told["thread"] == "th-1"
    wait_for_promise(site, number, "gw-chat")

    li.say("催单", thread="th-1")
    li.hear(lambda w: "已催单" in w)
    wait_until(lambda: verbs(site, number).count("nudge") == 1, "the nudge is on the ticket", limit=15)
    li.say("进度")
    assert number in li.hear(lambda w: "已接单" in w)["words"]
    for verb in ("depart", "arrive", "resolve"):
        engineer.say(verb)
    li.hear(lambda w: number in w and repaired(w))
    li.say("没修好", thread="th-1")
    li.hear(lambda w: "还有什么问题" in w)
    li.say("门还是关不上", thread="th-1")
    li.hear(lambda w: "退回" in w)
    wait_until(lambda: story(site, number)["state"] == "working", "reopened", limit=15)
    assert "门还是关不上" in json.dumps(story(site, number), ensure_ascii=False)
    engineer.say("resolve")
    li.hear(lambda w: number in w and repaired(w))
    li.say("满意", thread="th-1")
    li.hear(lambda w: "感谢确认" in w)
    li.hear(lambda w: number in w and "评分" in w)
    li.say("5")
    li.hear(lambda w: "感谢评价" in w)
    wait_for_score(site, number, 5)


def test_words_that_the_dialogue_leaves_to_the_table_are_said_to_the_ticket(chat, site):
    clients = engineer_clients(site)
    chat.start()
    ann = chat.talker("ann")
    ann.say("Lift stuck between floors, urgent")
    number = number_in(ann.hear(lambda w: re.search(NUMBER, w))["words"])
    engineer = Engineer(clients, story(site, number)["territory"], story(site, number)["ticket"])
    engineer.say("accept", seen=engineer.offer["version"])
    ann.hear(lambda w: engineer.phone in w)
    ann.say("still broken, the bell rings too")  # in an engineer's hands: he is urged
    ann.hear(lambda w: number in w and "urged" in w)
    ann.say("complain: nobody answers " + engineer.phone)
    ann.hear(lambda w: number in w and "complaint is recorded" in w)
    for verb in ("depart", "arrive", "resolve"):
        engineer.say(verb)
    ann.hear(lambda w: number in w and "the repair is done" in w)
    ann.say("reject")
    ann.hear(lambda w: "what is still wrong" in w)
    ann.say("still broken")  # as a reason it is good enough
    ann.hear(lambda w: "the work goes on" in w)
    wait_until(lambda: story(site, number)["state"] == "working", "reopened", limit=15)
    said = json.dumps(story(site, number))
    assert verbs(site, number).count("nudge") == 1 and "the bell rings too" in said and "nobody answers" in said


def test_a_gateway_killed_before_or_after_its_journal_makes_one_ticket_of_each_message(chat, site):
    chat.start()
    ann, li = chat.talker("ann"), chat.talker("li")
    # delivered by Prosody, not read by the gateway
    chat.process.send_signal(signal.SIGSTOP)
    ann.say("Lift stuck, urgent", ident="kill-1")
    ann.write('<iq type="get" id="there" to="%s"><ping xmlns="urn:xmpp:ping"/></iq>' % HOST)
    while ann.next_element().get("id") != "there":
        pass
    chat.kill()
    chat.start()
    numbers = {number_in(ann.hear(lambda w: re.search(NUMBER, w))["words"])}
    # on the gateway's disk, and dead before anything of it is acknowledged
    chat.arm()
    li.say("停电了，紧急", ident="kill-2")
    chat.wait_for_death()
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


def test_one_process_speaks_xmpp_and_serves_webhooks(chat, site):
    platforms, port = Platforms(), free_port()
    try:
        accounts = site.dir / "gateways" / "chat.hooks"
        accounts.touch(0o600)
        fields = " ".join("%s=%s" % f for f in SECRETS["telegram"].items())
        accounts.write_text("telegram telegram base=%s %s\n" % (platforms.base, fields))
        chat.start("--set", "port=%d" % port)
        ann = chat.talker("ann")
        assert Poster(port).post("telegram", "99", "The cooling is off, urgent", "1")[0] == 200
        platforms.hears(lambda w: "Where is it" in w, to="99")
        ann.say("Lift stuck, urgent")
        number = number_in(ann.hear(lambda w: re.search(NUMBER, w))["words"])
        assert Poster(port).post("telegram", "99", "skip", "2")[0] == 200
        platforms.hears(lambda w: "What kind" in w, to="99")
        assert Poster(port).post("telegram", "99", "3", "3")[0] == 200
        other = number_in(platforms.hears(lambda w: re.search(NUMBER, w), to="99")["words"])
        assert number != other and len(tickets(site)) == 2
    finally:
        platforms.close()


def test_a_silent_customer_s_report_goes_as_it_is(chat, site):
    chat.start("--set", "patience_s=1")
    bob = chat.talker("bob")
    bob.say("the cooling is off")
    bob.hear(lambda w: "Where is it" in w)
    bob.hear(lambda w: "on record" in w)
    bob.hear(lambda w: re.search(NUMBER, w))


def test_a_dry_run_says_what_a_stanza_would_become(chat, site):
    def dry_run(stanza):
        command = site.command("gateway", "chat", site=False) + ["--site", str(site.dir), "--dry-run"]
        return subprocess.run(command, input=stanza, capture_output=True, text=True, timeout=LIMIT)

    done = dry_run('<message from="li@%s/phone" id="a1"><body>停电了</body><thread>t</thread></message>' % HOST)
    assert done.returncode == 0, done.stderr
    became = json.loads(next(line for line in done.stdout.splitlines() if line.startswith("{")))
    assert became["becomes"] == "report" and became["category"] == "power-failure" and became["lang"] == "zh"
    assert became["site"] == "harbour-bank-hq" and "asks: " in done.stdout
    bad = dry_run("<iq/>")
    assert bad.returncode == 1 and "message" in bad.stderr
