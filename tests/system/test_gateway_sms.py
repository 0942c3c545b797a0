"""The SMS gateway behind a real Kannel bearerbox, with a short message centre that speaks SMPP (smsc.py)."""

import json
import re
import socket
import struct

import pytest

from conftest import LIMIT, wait_until
from gateway import (
    Engineer, Gateway, clock_of, story, tickets, verbs, wait_for_promise, wait_for_score, wait_for_tickets,
)
from kannel import BEARERBOX, CONTACTS, LI, SERVICE, WANG, Sms
from test_round import engineer_clients

pytestmark = pytest.mark.skipif(not BEARERBOX, reason="needs kannel: ./dev setup")


def number_in(text):
    return re.search(r"[A-Z0-9]+-\d{10}-\d", text).group()


def engineer_of(site, clients, number):
    told = story(site, number)
    return Engineer(clients, told["territory"], told["ticket"])


def test_a_full_round_by_sms_in_chinese(site):
    sms = Sms(site)
    sms.start()
    clients = engineer_clients(site)
    sms.say("三号楼断电")
    opened = sms.hears("受理")
    number = number_in(opened["text"])
    assert opened["parts"] == 1 and opened["from"] == SERVICE
    engineer = engineer_of(site, clients, number)
    assert clock_of(site, number)["state"] == "running"
    engineer.say("accept", seen=engineer.offer["version"])
    accepted = sms.hears("工程师%s.*%s" % (engineer.called, re.escape(engineer.phone)))
    assert accepted["parts"] == 1 and len(accepted["text"]) <= 70
    wait_for_promise(site, number, "gw-sms")  # by the telephone's receipt

    sms.say("催单")
    sms.hears("催单")
    wait_until(lambda: "nudge" in verbs(site, number), "the nudge", 10)
    for verb in ("depart", "arrive", "resolve"):
        engineer.say(verb)
    sms.hears("修复|解决|恢复")
    sms.say("拒绝 还是没电")
    wait_until(lambda: "reopen" in verbs(site, number), "the customer rejects the repair", 10)
    engineer.say("resolve")
    wait_until(lambda: "resolved" in json.dumps(tickets(site)), "resolved again", 10)
    sms.say("进度")
    sms.hears("已修复，请回复")
    sms.say("接受")
    sms.hears("评分|打分")
    sms.say("5")
    sms.hears("感谢")
    wait_for_score(site, number, 5)
    assert "还是没电" in json.dumps(story(site, number), ensure_ascii=False)
    sms.stop()


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_an_engineer_without_a_device_works_by_short_codes(site, lang):
    people = {"86139000000%02d" % i: name for i, (name, _) in enumerate(site.engineers())}
    sms = Sms(site, engineers="".join("+%s,%s,%s\n" % (*row, lang) for row in people.items()))
    sms.start()
    sms.say("no power at the city hall", who=WANG)

    def offered(but=()):
        mine = (m for m in sms.centre.texts() if m["to"] in people and m["to"] not in but)
        return next((m for m in mine if re.search(r"1a(=yes|接)", m["text"])), None)

    first = wait_until(offered, "an offer", 15)
    assert first["parts"] == 1 and first["text"].startswith("1: ")
    sms.say("1d far" if lang == "en" else "1拒 远", who=first["to"])
    second = wait_until(lambda: offered(but=(first["to"],)), "an offer to somebody else", 15)
    who = second["to"]
    sms.kill()
    sms.start()  # with his list
    sms.say("98a", who=who)
    sms.hears("No order of this number|没有这个序号", to=who)
    sms.say("1a" if lang == "en" else "１接单", who=who)
    sms.hears("no power at the city hall", to=who)  # the words of the report, now that it is his
    number = number_in(sms.hears(r"engineer .*[0-9]{4}\.?$", to=WANG)["text"])
    sms.say("?", who=who)
    assert number in sms.hears("Your orders|您的故障单", to=who)["text"]
    for code, state in (("g", "en_route"), ("c", "working"), ("r Fuse was blown", "resolved")):
        sms.say("1" + code, who=who)
        wait_until(lambda: story(site, number)["state"] == state, state, 10)
    done = verbs(site, number)
    for verb in ("decline", "accept", "depart", "arrive", "resolve"):
        assert done.count(verb) == 1, done
    sms.stop()


def test_long_messages_come_whole_in_any_order(site):
    sms = Sms(site)
    sms.start()
    text = "三号楼二层机房水管爆裂，" * 12
    sms.say(text, reverse=True)
    ticket = wait_for_tickets(site, 1)[0]
    assert text in site.run("ticket", number_in(sms.hears("故障单|受理")["text"])).stdout.replace("\n", ""), ticket
    sms.stop()


def test_a_death_between_journal_and_acknowledgement_makes_one_ticket(site):
    sms = Sms(site)
    sms.start()
    sms.say("进度", who=WANG)  # so that its beginning is behind it
    sms.hears("没有未结", to=WANG)
    wait_until(lambda: sms.kannel.keeps() == 0, "everything acknowledged", 10)
    sms.arm()
    sms.say("三号楼断电")
    sms.wait_for_death()
    assert sms.kannel.keeps() >= 1  # it was never acknowledged (a receipt may wait beside it)
    sms.start()
    sms.hears("受理")
    wait_until(lambda: sms.kannel.keeps() == 0, "everything acknowledged", 10)
    told = tickets(site)
    assert len(told) == 1 and not told[0].get("repeats"), told
    assert len([m for m in sms.centre.texts(LI) if "受理" in m["text"]]) == 1
    sms.stop()


def test_a_word_of_which_the_acknowledgement_died_is_not_lost(site):
    sms = Sms(site)
    sms.start()
    sms.say("三号楼断电")
    number = number_in(sms.hears("受理")["text"])
    wait_until(lambda: sms.kannel.keeps() == 0, "everything acknowledged", 10)
    sms.arm()
    sms.say("催单")
    sms.wait_for_death()
    sms.start()
    sms.hears("已为您催单")
    wait_until(lambda: sms.kannel.keeps() == 0, "everything acknowledged", 10)
    wait_until(lambda: verbs(site, number).count("nudge") in (1, 2), "the nudge", 10)  # twice: its mark comes after it
    sms.stop()


def test_kannel_dies_and_comes_back_and_nothing_is_lost_in_either_direction(site):
    sms = Sms(site)
    sms.start()
    clients = engineer_clients(site)
    sms.say("三号楼断电")
    number = number_in(sms.hears("受理")["text"])
    engineer = engineer_of(site, clients, number)
    sms.kannel.kill()
    engineer.say("accept")
    sms.kannel.start(sms.kannel.port)
    sms.hears("工程师.*电话", limit=20)
    sms.say("催单")
    sms.hears("已为您催单")
    sms.stop()


def test_what_comes_while_the_broker_is_away_is_there_after_it_returns(site):
    sms = Sms(site, conf="sender_burst 0\n")
    sms.start()
    site.stop_up()
    for i in range(12):
        sms.say("pump %d does not start" % i, who="86138000001%02d" % i)
    wait_until(lambda: sum("mo" in l and l["status"] == 0 for l in list(sms.centre.lines)) == 12, "taken", 10)
    site.start_up()
    for i in range(12):
        sms.hears("[Tt]icket", to="86138000001%02d" % i, limit=30)
    sms.stop()


def test_a_telephone_that_cannot_be_reached_is_said_to_the_ticket_and_his_next_number_is_tried(site):
    sms = Sms(site)
    (sms.folder / "contacts.csv").write_text(
        "sms,+%s,,city-hall,Li Wei,zh\nsms,+%s,,city-hall,Li Wei,zh\n" % (LI, WANG)
    )
    sms.start()
    sms.centre.dead.add(LI)
    sms.say("三号楼断电")
    number = number_in(sms.hears("故障单|受理", to=WANG)["text"])
    wait_until(lambda: "not delivered by sms" in json.dumps(story(site, number)), "the note", 10)
    sms.stop()


def test_words_behind_a_word_that_fits_no_ticket_are_a_report_and_a_late_word_is_a_note(site):
    sms = Sms(site)
    sms.start()
    sms.say("取消，三号楼的电梯又停了")  # he has no ticket: nothing to cancel, something to mend
    number = number_in(sms.hears("受理")["text"])
    assert story(site, number)["text"] == "取消，三号楼的电梯又停了"
    sms.say("拒绝 门锁着，请找保安")  # nothing is resolved yet
    sms.hears("已补充")
    wait_until(lambda: "请找保安" in json.dumps(story(site, number), ensure_ascii=False), "the note", 10)
    sms.stop()


def test_a_flood_waits_in_kannel_and_nothing_of_it_is_lost(site):
    sms = Sms(site, conf="sender_burst 3\nsender_per_min 240\n")
    sms.start()
    for i in range(8):
        sms.say("door %d is stuck" % i, who=WANG)
    wait_until(lambda: len([m for m in sms.centre.texts(WANG) if "icket" in m["text"]]) == 8, "eight answers", 15)
    assert max(l["status"] for l in sms.centre.lines if "mo" in l) == 0  # Kannel keeps what has to wait
    sms.stop()


def test_what_is_no_message_does_no_harm(site):
    sms = Sms(site)
    sms.start()
    sms.say("接受")
    sms.hears("没有未结故障单")
    sms.say("   ", who=WANG)
    sms.hears("empty", to=WANG)
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
