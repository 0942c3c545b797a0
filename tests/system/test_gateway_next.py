"""From gateway to gateway: what cannot be delivered goes to the reporter's next channel, and the ticket says so."""

import json
import re

import pytest

from conftest import wait_until
from gateway import Engineer, clock_of, story, tickets, verbs, wait_for_promise, wait_for_score, wait_for_tickets
from kannel import BEARERBOX, LI, Sms
from test_gateway_chat import Chat, pytestmark as needs_prosody
from test_gateway_email import Customers, Mail
from test_round import engineer_clients
from xmpp import HOST

BY_MAIL = "li.wei@customer.example"
CONTACTS = "sms,+%s,C-1005,city-hall,Li Wei,zh\nemail,%s,C-1005,city-hall,Li Wei,zh\n" % (LI, BY_MAIL)
needs_kannel = pytest.mark.skipif(not BEARERBOX, reason="needs kannel: ./dev setup")


@pytest.fixture
def customers():
    c = Customers()
    yield c
    c.close()


def wait_for_note(site, ticket, words):
    wait_until(lambda: words in json.dumps(story(site, ticket)), "the ticket says " + words, 15)


@needs_kannel
def test_an_sms_that_does_not_arrive_goes_by_mail_and_the_promise_is_kept_by_that(site, customers):
    clients = engineer_clients(site)
    sms = Sms(site, contacts=CONTACTS).start()
    mail = Mail(site, customers, None, contacts=CONTACTS).start()
    sms.say("三号楼断电")
    number = re.search(r"[A-Z0-9]+-\d{10}-\d", sms.hears("受理")["text"]).group()
    sms.centre.dead.add(LI)
    engineer = Engineer(clients, story(site, number)["territory"], story(site, number)["ticket"])
    assert clock_of(site, number)["state"] == "running"
    engineer.say("accept", seen=engineer.offer["version"])
    told = customers.gets(number, engineer.called, engineer.phone, to=BY_MAIL)
    assert "工程师" in told.get_content() and told["Auto-Submitted"]
    wait_for_note(site, number, "not delivered by sms")
    wait_for_promise(site, number, "gw-sms")  # whose letter it was; the mail server took it

    mail.answer(told, "催单，客户在等")  # where he was told he can answer: it goes back the same way
    wait_until(lambda: verbs(site, number).count("nudge") == 1, "the nudge", 15)
    for verb in ("depart", "arrive", "resolve"):
        engineer.say(verb)
    mail.answer(customers.gets(number, "已修好", to=BY_MAIL), "已修好，谢谢")
    mail.kill()  # it was told: its book knows the thread
    mail.start()
    mail.answer(customers.gets(number, "打分", to=BY_MAIL), "4分")
    wait_for_score(site, number, 4)
    assert "客户在等" in json.dumps(story(site, number), ensure_ascii=False)
    assert tickets(site) == []  # and none of his answers became a report
    sms.stop()
    mail.stop()


@needs_kannel
def test_the_next_channel_s_gateway_may_come_up_later(site, customers):
    sms = Sms(site, contacts=CONTACTS).start()
    mail = Mail(site, customers, None, contacts=CONTACTS)  # it has settings, and never ran
    sms.centre.dead.add(LI)
    sms.say("三号楼断电")
    number = wait_for_tickets(site, 1)[0]["number"]
    wait_for_note(site, number, "not delivered by sms")
    wait_until(lambda: list((site.dir / "gateways" / "handover" / "email").glob("[0-9a-f]*")), "the letter waits", 10)
    mail.start()
    assert "受理" in customers.gets(number, to=BY_MAIL).get_content()
    wait_until(lambda: not list((site.dir / "gateways" / "handover" / "email").glob("*")), "it is taken", 10)
    sms.stop()
    mail.stop()


@needs_prosody
def test_a_chat_whose_account_is_gone_goes_by_mail(site, customers):
    clients = engineer_clients(site)
    contacts = "chat,li@%s,C-1005,city-hall,Li Wei,zh\nemail,%s,C-1005,city-hall,Li Wei,zh\n" % (HOST, BY_MAIL)
    chat = Chat(site, contacts=contacts)
    mail = Mail(site, customers, None, contacts=contacts).start()
    chat.start()
    try:
        li = chat.talker("li")
        li.say("大堂停电，紧急")
        number = re.search(r"[A-Z0-9]+-\d{10}-\d", li.hear(lambda w: "受理" in w or "故障单" in w)["words"]).group()
        engineer = Engineer(clients, story(site, number)["territory"], story(site, number)["ticket"])
        chat.prosody.forget("li")
        li.close()
        engineer.say("accept", seen=engineer.offer["version"])
        customers.gets(number, engineer.called, engineer.phone, to=BY_MAIL)
        wait_for_note(site, number, "not delivered by chat")
        wait_for_promise(site, number, "gw-chat")
    finally:
        chat.close()
    mail.stop()
