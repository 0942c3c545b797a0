"""The chat services' webhooks, in and out, on a real site."""

import json
import re
import resource
import subprocess
import time

import pytest

from conftest import wait_until
from gateway import Engineer, Gateway, story, tickets, wait_for_tickets
from platforms import SECRETS, Platforms, Poster
from test_gateway_web import free_port
from test_round import engineer_clients

NUMBER = r"[A-Z0-9]+-\d{10}-\d"
CONTACTS = """channel,address,customer,site,name,lang
chat,feishu:ou_li,C-1001,harbour-bank-hq,Li Wei,zh
chat,wecom:lisi,C-1002,northgate-main,Li Si,zh
chat,dingtalk:manager1,C-1003,south-bay-high,Wang,zh
chat,@cidGROUP==,C-1001,harbour-bank-data-centre,,zh
chat,slack:U1,C-1004,exchange-7,Ann,en
chat,telegram:4711,C-1005,city-hall,Bob,en
"""
SETTINGS = "port %d\ncategories lift=电梯/lift, power-failure=停电/power, other=其他/other\n"
USERS = {"wecom": "lisi", "dingtalk": "manager1", "feishu": "ou_li", "slack": "U1", "telegram": "4711"}
IDENTS = {"wecom": "6%d", "dingtalk": "msg-%d", "feishu": "om_%d", "slack": "1700000000.%06d", "telegram": "%d"}
GROUPS = {"dingtalk": "cidGROUP==", "feishu": "oc_group", "slack": "C012AB3CD", "telegram": "-100123"}


class Hooks(Gateway):
    def __init__(self, site, platforms, conf="", kinds=tuple(SECRETS)):
        self.port = free_port()
        super().__init__(site, "chat", SETTINGS % self.port + conf, CONTACTS)
        rows = [
            "%s %s base=%s %s\n" % (k, k, platforms.base, " ".join("%s=%s" % f for f in SECRETS[k].items()))
            for k in kinds
        ]
        self.accounts = self.folder / "chat.hooks"
        self.accounts.touch(0o600)
        self.accounts.write_text("# name kind fields\n" + "".join(rows))
        self.poster = Poster(self.port)
        self.count = 0

    def say(self, kind, words, user=None, ident=None, **more):
        """One message, taken."""
        self.count += 1
        ident = ident or IDENTS[kind] % self.count
        status, answer = self.poster.post(kind, user or USERS[kind], words, ident, **more)
        assert status == 200, (kind, status, answer, self.site.log_text()[-2000:])
        return ident


@pytest.fixture
def platforms():
    p = Platforms()
    yield p
    p.close()


@pytest.fixture
def hooks(site, platforms):
    return Hooks(site, platforms).start()


def is_number(words):
    return re.search(NUMBER, words)


def number_in(said):
    return is_number(said["words"]).group()


def test_a_full_round_by_feishu_from_the_first_words_to_the_score(site, platforms, hooks):
    clients = engineer_clients(site)
    hooks.say("feishu", "大堂有人被困")
    assert "1 电梯/lift" in platforms.hears(lambda w: "哪一类" in w, to="ou_li")["words"]
    hooks.say("feishu", "1")
    platforms.hears(lambda w: "业务中断" in w)
    hooks.say("feishu", "2")
    platforms.hears(lambda w: "已登记" in w)
    number = number_in(platforms.hears(is_number))
    told = story(site, number)
    assert "大堂有人被困" in json.dumps(told, ensure_ascii=False)
    engineer = Engineer(clients, told["territory"], told["ticket"])
    engineer.say("accept", seen=engineer.offer["version"])
    platforms.hears(lambda w: number in w and "+" in w, to="ou_li")  # the engineer's name and telephone number
    wait_until(lambda: "delivered" in site.run("ticket", number).stdout, "the response clock is stopped", limit=15)
    hooks.say("feishu", "催单")
    platforms.hears(lambda w: "已催单" in w)
    wait_until(lambda: "nudge" in site.run("ticket", number).stdout, "the nudge is on the ticket", limit=15)
    for verb in ("depart", "arrive", "resolve"):
        engineer.say(verb)
    platforms.hears(lambda w: number in w and ("修复" in w or "恢复" in w or "解决" in w))
    hooks.say("feishu", "满意")
    platforms.hears(lambda w: number in w and "评分" in w)
    survey = hooks.say("feishu", "5")
    wait_until(lambda: "survey_answer" in site.run("ticket", number).stdout, "the score is on the ticket", limit=15)
    hooks.say("feishu", "5", ident=survey)
    assert json.dumps(story(site, number)).count("survey_answer") == 1
    assert platforms.tokens["feishu"] == 1  # kept, not asked for again


def test_every_service_once_in_and_out_alone_and_in_a_group(site, platforms, hooks):
    assert hooks.poster.verify_wecom("1616140317555161061") == (200, b"1616140317555161061")
    status, answer = hooks.poster.verify_feishu("ajls384kdjx98XX")
    assert status == 200 and json.loads(answer) == {"challenge": "ajls384kdjx98XX"}
    assert hooks.poster.verify_slack("3eZbrw1aB") == (200, b"3eZbrw1aB")
    for kind in SECRETS:
        hooks.say(kind, "Lift stuck & dark, urgent")
    numbers = {kind: number_in(platforms.hears(is_number, kind=kind, to=USERS[kind])) for kind in SECRETS}
    for kind, group in GROUPS.items():
        hooks.say(kind, "Lift stuck in the tower, urgent", group=group)
        if kind != "dingtalk":  # whose group the contacts know
            platforms.hears(lambda w: "Where is it" in w, kind=kind, to=group)
            hooks.say(kind, "skip", group=group)
        numbers[group] = number_in(platforms.hears(is_number, kind=kind, to=group))
    assert len(set(numbers.values())) == 9 and len(wait_for_tickets(site, 9)) == 9
    assert "stuck & dark" in json.dumps(story(site, numbers["slack"]))
    assert "U0LAN" not in json.dumps(story(site, numbers["C012AB3CD"]))
    threads = {s["body"].get("thread_ts") for s in platforms.said if s["to"] == "C012AB3CD"}
    assert len(threads) == 2 and None not in threads  # each in the thread it answers
    status, _ = hooks.poster.command_slack("U1", "status", "t-1")
    assert status == 200
    platforms.hears(lambda w: numbers["slack"] in w and ": " in w, kind="slack", to="U1")
    assert '"Li"' in json.dumps(story(site, numbers["-100123"]))  # whom no contact names
    hooks.say("telegram", "/start@fault_bot", user="99")
    platforms.hears(lambda w: "status" in w, kind="telegram", to="99")


def test_killed_between_journal_and_answer_it_makes_one_ticket(site, platforms, hooks):
    hooks.say("slack", "Lift stuck, urgent")
    numbers = {number_in(platforms.hears(is_number, kind="slack"))}
    hooks.arm()
    with pytest.raises(OSError):
        hooks.say("wecom", "停电了，紧急", ident="77")
    hooks.wait_for_death()
    hooks.start()
    hooks.say("wecom", "停电了，紧急", ident="77")
    hooks.say("wecom", "停电了，紧急", ident="77")
    numbers.add(number_in(platforms.hears(is_number, kind="wecom")))
    hooks.kill()
    hooks.start()
    hooks.say("wecom", "停电了，紧急", ident="77")
    assert {t["number"] for t in wait_for_tickets(site, 2)} == numbers
    assert all(t.get("repeats", 0) <= 1 for t in tickets(site))
    hooks.stop()


def test_while_the_brokers_are_away_everything_is_taken_and_comes_after(site, platforms, hooks):
    site.stop_up()
    for kind in SECRETS:
        hooks.say(kind, "Lift stuck, urgent")
        platforms.hears(lambda w: "on record" in w or "已登记" in w, kind=kind)
    hooks.say("telegram", "nudge")
    hooks.kill()
    hooks.start()
    site.start_up()
    wait_for_tickets(site, 5)
    numbers = {kind: number_in(platforms.hears(is_number, kind=kind, limit=20)) for kind in SECRETS}
    assert len(set(numbers.values())) == 5
    wait_until(lambda: "nudge" in site.run("ticket", numbers["telegram"]).stdout, "the nudge came too", limit=15)


def test_what_is_forged_stale_or_too_much_is_refused_and_said_in_the_log(site, platforms):
    hooks = Hooks(site, platforms, "talk_burst 3\ntalk_per_min 1\nbody_max 4096\n").start()
    poster, hour = hooks.poster, 3600
    stale = {"wecom": 2 * hour, "dingtalk": 2 * hour, "feishu": 9 * hour, "slack": 301}
    for kind in SECRETS:
        good = getattr(poster, "make_" + kind)(USERS[kind], "Lift stuck, urgent", IDENTS[kind] % 1)
        forged = dict(good)
        if kind == "wecom":
            forged["query"] = re.sub(r"msg_signature=.", "msg_signature=x", good["query"])
        else:
            forged["headers"] = {n: "x" + v[1:] for n, v in good["headers"].items()}
        assert poster.ask("POST", kind, **forged)[0] == 401, kind
        unsigned = {"body": good["body"]}
        assert poster.ask("POST", kind, **unsigned)[0] == 401, kind
        if kind in stale:
            assert poster.post(kind, USERS[kind], "old", "1", at=time.time() - stale[kind])[0] == 401, kind
        assert "event=hook_forged account=%s" % kind in site.log_text()
        assert poster.ask("POST", kind, body="x" * 5000)[0] == 413
        assert poster.ask("DELETE", kind, headers={"content-length": "0"})[0] == 405
    assert poster.ask("GET", "slack")[0] == 405 and poster.ask("GET", "wecom")[0] == 400
    assert poster.ask("POST", "nobody")[0] == 404 and poster.ask("POST", "wecom", "<xml")[0] == 400
    assert tickets(site) == []
    statuses = [poster.post("telegram", "4711", "hello", str(i))[0] for i in range(6)]
    assert statuses[:3] == [200] * 3 and statuses[-1] == 429, statuses
    hooks.say("slack", "Lift stuck, urgent")  # others are heard
    platforms.hears(is_number, kind="slack")


@pytest.mark.parametrize("ask", ["ask_kept", "ask_ahead"])
def test_many_requests_on_one_connection_are_each_read_as_they_are(site, platforms, hooks, ask):
    kinds = [kind for _ in range(3) for kind in SECRETS]
    requests = [
        (kind, getattr(hooks.poster, "make_" + kind)(USERS[kind], "help", IDENTS[kind] % (100 + i)))
        for i, kind in enumerate(kinds)
    ]
    forged = dict(requests[-1][1], headers={"X-Telegram-Bot-Api-Secret-Token": "x"})
    requests[7:7] = [("telegram", forged), ("nobody", {"body": "x" * 20000}), ("slack", {"body": ""})]
    statuses = getattr(hooks.poster, ask)(requests)
    assert statuses == [200] * 7 + [401, 404, 401] + [200] * 8, statuses
    assert "event=hook_broken" not in site.log_text()
    hooks.say("slack", "Lift stuck, urgent")  # it hears others, too
    platforms.hears(is_number, kind="slack")
    hooks.stop()


def test_what_the_disk_does_not_take_is_refused_until_it_does(site, platforms, hooks):
    hooks.say("slack", "hello")
    platforms.hears(lambda w: "What is broken" in w, kind="slack")
    pid = hooks.process.pid
    before = resource.prlimit(pid, resource.RLIMIT_FSIZE, (1, resource.RLIM_INFINITY))
    status, _ = hooks.poster.post("slack", "U1", "Lift stuck, urgent", "1700000001.000001")
    assert status == 503
    resource.prlimit(pid, resource.RLIMIT_FSIZE, before)
    hooks.say("slack", "Lift stuck, urgent", ident="1700000001.000001")
    platforms.hears(is_number, kind="slack")
    assert len(wait_for_tickets(site, 1)) == 1


def test_replies_wait_when_asked_to_renew_their_token_and_give_up_what_cannot_arrive(site, platforms, hooks):
    platforms.troubles += [(429, {"Retry-After": "2"}, {"ok": False, "error": "ratelimited"}), (502, {}, {})]
    hooks.say("slack", "Lift stuck, urgent")
    number = number_in(platforms.hears(is_number, kind="slack", limit=20))
    times = [at for at, path in platforms.requests if path == "/api/chat.postMessage"]
    waited = [at - times[0] for at in times[1:] if at - times[0] > 1]  # what was under way does not count
    assert waited and min(waited) >= 2, times
    hooks.say("wecom", "电梯坏了，紧急")
    platforms.hears(is_number, kind="wecom")
    platforms.troubles.append((200, {}, {"errcode": 42001, "errmsg": "access_token expired"}))
    hooks.say("wecom", "进度")
    platforms.hears(lambda w: "-" in w and ": " in w, kind="wecom", limit=5)  # at once: no back-off
    assert platforms.tokens["wecom"] == 2
    clients = engineer_clients(site)
    platforms.troubles += [(200, {}, {"ok": False, "error": "account_inactive"})] * 8
    told = story(site, number)
    engineer = Engineer(clients, told["territory"], told["ticket"])
    engineer.say("accept", seen=engineer.offer["version"])
    wait_until(lambda: "account_inactive" in json.dumps(story(site, number)), "it was not delivered, and why", 15)
    assert "xoxb" not in site.log_text() and "corp-s" not in site.log_text()


def test_accounts_are_checked_and_a_dry_run_says_what_an_event_would_become(site, platforms):
    hooks = Hooks(site, platforms)

    def fails(words):
        done = subprocess.run(
            site.command("gateway", "chat", site=False) + ["--site", str(site.dir)], capture_output=True, text=True,
            timeout=20, stdin=subprocess.DEVNULL,
        )
        assert done.returncode != 0 and words in done.stderr, done.stderr

    body = hooks.poster.make_telegram("4711", "Lift stuck, urgent", "1")["body"]
    said = subprocess.run(
        site.command("gateway", "chat", site=False) + ["--site", str(site.dir), "--dry-run"],
        input="/v1/hooks/telegram\n" + body, capture_output=True, text=True, timeout=20,
    )
    became = json.loads(next(line for line in said.stdout.splitlines() if line.startswith("{")))
    assert became["becomes"] == "report" and became["site"] == "city-hall" and became["hint"] == 1
    hooks.accounts.chmod(0o640)
    fails("chmod 600")
    hooks.accounts.chmod(0o600)
    for row, words in [
        ("a slack key=x", "slack needs secret="),
        ("a feishu id=x secret=y", "key token"),
        ("a wecom token=t key=short id=i secret=s agent=1", "43 letters"),
        ("a teams key=x", "wecom, dingtalk"),
        ("A slack key=x secret=y", "a-z"),
        ("a slack key=x secret=y colour=red", "field=value"),
        ("a slack key=x secret=y\na slack key=x secret=y", "chat.hooks:2: this name"),
        ("", "nothing to join"),
    ]:
        hooks.accounts.write_text(row + "\n")
        fails(words)
