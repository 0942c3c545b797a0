"""The email gateway behind a real Postfix: mails in by LMTP, out through its relay to the customers' server."""

import base64
import email
import email.policy
import json
import os
import shutil
import smtplib
import socket
import socketserver
import subprocess
import threading
from email.message import EmailMessage

import pytest

from conftest import BUILD, LIMIT, wait_until
from gateway import Engineer, Gateway, clock_of, story, tickets, wait_for_promise, wait_for_score, wait_for_tickets
from test_round import engineer_clients

FAULT = "fault@dispatch.example"
LI = "li.wei@customer.example"
CONTACTS = (
    "channel,address,customer,site,name,lang\n"
    "email,li.wei@customer.example,C-1005,city-hall,李伟,zh\n"
    "email,ann@customer.example,C-1005,city-hall,Ann,en\n"
    "email,gone@customer.example,C-1005,city-hall,Gone,en\n"
)
POSTFIX = shutil.which("postfix", path="/usr/sbin:" + os.environ.get("PATH", ""))
needs_postfix = pytest.mark.skipif(not POSTFIX or os.geteuid() != 0, reason="Postfix is run by root: ./dev setup")


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


class Customers:
    """The customers' mail server: takes everything but for gone@, which it refuses with 550."""

    def __init__(self):
        self.mails, self.seen = [], 0
        outer = self

        class Session(socketserver.StreamRequestHandler):
            def say(self, line):
                self.wfile.write(line.encode() + b"\r\n")

            def handle(self):
                self.say("220 customer.example ESMTP")
                to, sender = [], None
                for raw in self.rfile:
                    line = raw.decode("utf-8", "replace").strip()
                    word = line.upper().split(" ")[0]
                    if word in ("EHLO", "HELO"):
                        self.say("250 customer.example")
                    elif word == "RCPT" and "<gone@" in line:
                        self.say("550 5.1.1 no such user")
                    elif word == "RCPT":
                        to.append(line.split("<")[1].split(">")[0])
                        self.say("250 ok")
                    elif word == "DATA":
                        self.say("354 go" if to else "503 nobody")
                        if to:
                            self.keep(sender, to)
                            to = []
                    elif word == "QUIT":
                        self.say("221 bye")
                        return
                    else:
                        if word == "MAIL":
                            sender = line.split("<")[1].split(">")[0]
                        self.say("250 ok")

            def keep(self, sender, to):
                lines = []
                for raw in self.rfile:
                    if raw == b".\r\n":
                        break
                    lines.append(raw[1:] if raw.startswith(b"..") else raw)
                mail = email.message_from_bytes(b"".join(lines), policy=email.policy.default)
                mail.sender, mail.rcpt = sender, to[0]
                outer.mails.append(mail)
                self.say("250 taken")

        class Server(socketserver.ThreadingTCPServer):
            allow_reuse_address = daemon_threads = True
            request_queue_size = 64  # or a dozen mails at once wait for seconds

        self.server = Server(("127.0.0.1", 0), Session)
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def gets(self, *words, to=LI, limit=15):
        """The next mail to somebody that holds all the words."""

        def look():
            for i, m in enumerate(list(self.mails)):
                if m.rcpt == to and all(w in m.get_content() + str(m["Subject"]) for w in words):
                    return self.mails.pop(i)
            return None

        return wait_until(look, "a mail to %s with %s among %s" % (to, words, [m.get_content() for m in self.mails]), limit)

    def close(self):
        self.server.shutdown()
        self.server.server_close()


MAIN = """compatibility_level = 3.6
queue_directory = {dir}/queue
data_directory = {dir}/data
command_directory = /usr/sbin
daemon_directory = /usr/lib/postfix/sbin
mail_owner = postfix
setgid_group = postdrop
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
myhostname = mx.dispatch.example
mydestination =
local_recipient_maps =
alias_maps =
mynetworks = 127.0.0.0/8
maillog_file_prefixes = {dir}
maillog_file = {dir}/maillog
recipient_delimiter = +
virtual_mailbox_domains = dispatch.example
virtual_mailbox_maps = static:all
virtual_transport = lmtp:inet:127.0.0.1:{lmtp}
relayhost = [127.0.0.1]:{customers}
smtp_tls_security_level = none
smtpd_relay_restrictions = permit_mynetworks, reject_unauth_destination
queue_run_delay = 1s
minimal_backoff_time = 1s
maximal_backoff_time = 1s
"""
MASTER = """127.0.0.1:{port} inet n - n - - smtpd
cleanup unix n - n - 0 cleanup
qmgr unix n - n 1 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
smtp unix - - n - - smtp
showq unix n - n - - showq
error unix - - n - - error
retry unix - - n - - error
lmtp unix - - n - - lmtp
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
postlog unix-dgram n - n - 1 postlogd
"""


class Postfix:
    def __init__(self, folder, lmtp, customers):
        self.dir, self.port = folder, free_port()
        folder.chmod(0o755)
        for name in ("etc", "queue", "data"):
            (folder / name).mkdir()
        shutil.chown(folder / "data", "postfix")
        words = {"dir": folder, "port": self.port, "lmtp": lmtp, "customers": customers}
        (folder / "etc" / "main.cf").write_text(MAIN.format(**words))
        (folder / "etc" / "master.cf").write_text(MASTER.format(**words))
        self.run("start")
        wait_until(self.answers, "Postfix answers: " + str(folder), 10)

    def answers(self):
        try:
            smtplib.SMTP("127.0.0.1", self.port, timeout=2).quit()
            return True
        except OSError:
            return False

    def run(self, word, check=True):
        subprocess.run([POSTFIX, "-c", str(self.dir / "etc"), word], check=check, capture_output=True, timeout=LIMIT)

    def log(self):
        path = self.dir / "maillog"
        return path.read_text() if path.exists() else ""

    def stop(self):
        self.run("stop", check=False)


class Mail(Gateway):
    """Behind Postfix, or with the customers' server for a relay."""

    def __init__(self, site, customers, postfix_dir, conf="", contacts=CONTACTS):
        self.lmtp = free_port()
        self.customers = customers
        self.postfix = Postfix(postfix_dir, self.lmtp, customers.port) if postfix_dir else None
        port = self.postfix.port if self.postfix else customers.port if customers else 1
        super().__init__(
            site, "email", contacts=contacts,
            conf="address %s\nlisten 127.0.0.1:%d\nrelay smtp://127.0.0.1:%d\nbounce_wait_s 2\n%s"
            % (FAULT, self.lmtp, port, conf),
        )

    def post(self, text, to=FAULT, sender=LI, subject="网络中断", envelope=None, html=None, files=(), **headers):
        m = EmailMessage()
        m["From"], m["To"], m["Subject"] = sender, to, subject
        m["Message-ID"] = headers.pop("id", "<%s@customer.example>" % os.urandom(8).hex())
        for name, value in headers.items():
            m[name.replace("_", "-")] = value
        m.set_content(text)
        if html:
            m.add_alternative(html, subtype="html")
        for name, data in files:
            m.add_attachment(data, maintype="image", subtype="jpeg", filename=name)
        server = smtplib.SMTP("127.0.0.1", self.postfix.port, timeout=LIMIT) if self.postfix else smtplib.LMTP("127.0.0.1", self.lmtp)
        with server as s:
            s.send_message(m, from_addr=sender if envelope is None else envelope, to_addrs=[to])
        return m["Message-ID"]

    def answer(self, mail, text, **named):
        address = email.utils.parseaddr(str(mail["From"]))[1]
        quoted = "".join("> %s\n" % line for line in mail.get_content().splitlines())
        self.post(
            "%s\n\n在 2026年11月20日，报修台 <%s> 写道：\n%s" % (text, address, quoted),
            to=address, subject="回复: " + str(mail["Subject"]), In_Reply_To=mail["Message-ID"], **named,
        )


@pytest.fixture
def customers():
    c = Customers()
    yield c
    c.close()


@pytest.fixture
def mail(site, customers, tmp_path_factory):
    import pathlib
    import tempfile

    folder = pathlib.Path(tempfile.mkdtemp(prefix="fl-postfix-", dir="/tmp"))
    m = Mail(site, customers, folder)
    yield m.start()
    m.postfix.stop()
    shutil.rmtree(folder, ignore_errors=True)


def only_ticket(site):
    return wait_for_tickets(site, 1)[0]


def told(site, ticket, words):
    return wait_until(lambda: words in json.dumps(story(site, ticket), ensure_ascii=False), "the story says " + words, 15)


@needs_postfix
def test_a_full_round_by_mail(site, mail, customers):
    clients = engineer_clients(site)
    first = mail.post(
        "三楼全网瘫痪，无法办公\n-- \n李伟\n信息科", files=[("照片.jpg", b"\xff\xd8" * 100)]
    )
    opened = customers.gets("催单")
    number = str(opened["Subject"]).split("[")[1].split("]")[0]
    assert opened["In-Reply-To"] == first and first in str(opened["References"])
    assert opened["Auto-Submitted"] == "auto-replied" and str(opened["Subject"]).startswith("Re: 网络中断")
    ticket = story(site, number)
    text = json.dumps(ticket, ensure_ascii=False)
    assert "三楼全网瘫痪" in text and "信息科" not in text and "1-照片.jpg" in text
    kept = list((site.dir / "gateways" / "email-files").glob("*/1-照片.jpg"))
    assert len(kept) == 1 and kept[0].read_bytes() == b"\xff\xd8" * 100 and kept[0].stat().st_mode & 0o77 == 0
    engineer = Engineer(clients, ticket["territory"], ticket["ticket"])
    assert clock_of(site, number)["state"] == "running"
    engineer.say("accept", seen=engineer.offer["version"])
    accepted = customers.gets(number, engineer.called, engineer.phone)
    wait_for_promise(site, number, "gw-email")  # it has not come back
    mail.answer(accepted, "催单，客户在等")
    told(site, number, "客户在等")
    for verb in ("depart", "arrive", "resolve"):
        engineer.say(verb)
    resolved = customers.gets("已修好")
    mail.answer(resolved, "没修好，还是断的")
    wait_until(lambda: story(site, number)["state"] == "working", "reopened", 15)
    engineer.say("resolve")
    mail.answer(customers.gets("已修好"), "已修好")
    survey = customers.gets("打分")
    mail.answer(survey, "5")
    wait_for_score(site, number, 5)
    assert len(tickets(site)) <= 1


@needs_postfix
def test_killed_between_journal_and_acknowledgement_it_makes_one_ticket(site, mail, customers):
    mail.post("first of all", subject="network down")
    customers.gets("催单")
    mail.arm()
    mail.post("the server is down", sender="ann@elsewhere.example", subject="server room")
    mail.wait_for_death()
    mail.start()
    wait_until(lambda: mail.postfix.log().count("status=sent (250 2.0.0 taken)") == 2, "Postfix delivers again", 15)
    assert "status=deferred" in mail.postfix.log()
    customers.gets(to="ann@elsewhere.example")
    found = wait_for_tickets(site, 2)
    assert [story(site, t["number"]).get("repeats", 0) for t in found] == [0, 0]
    mail.stop()


@needs_postfix
def test_while_the_brokers_are_away_everything_is_taken_and_comes_after(site, mail, customers):
    site.stop_up()
    for i in range(12):
        mail.post("lamp %d is dark" % i, sender="user%d@customer.example" % i, subject="lamp %d" % i)
    wait_until(lambda: mail.postfix.log().count("status=sent (250 2.0.0 taken)") == 12, "all are taken", 15)
    mail.kill()
    mail.start()
    site.start_up()
    for i in range(12):
        customers.gets("lamp %d " % i, to="user%d@customer.example" % i)


@needs_postfix
def test_what_no_person_wrote_is_not_answered_and_what_comes_back_is_told(site, mail, customers):
    clients = engineer_clients(site)
    mail.post("the network is down", sender="gone@customer.example", subject="network down")
    ticket = only_ticket(site)
    told(site, ticket["number"], "not delivered by email: 5.1.1")
    mail.post("I am away", subject="Re", sender=LI, Auto_Submitted="auto-replied")
    mail.post("x", subject="newsletter", sender=LI, List_Id="<l.customer.example>")
    mail.post("x", subject="x", sender="fault@dispatch.example", envelope="fault@dispatch.example")
    mail.post("x", subject="null", envelope="")
    wait_until(lambda: mail.postfix.log().count("(250 2.0.0 read, nothing to do)") >= 4, "they are read", 15)
    # a number that is quoted proves nothing: it is a report of its own, at another site
    mail.post("取消 %s" % ticket["number"], sender="eve@evil.example", subject="Re: [%s]" % ticket["number"])
    customers.gets(to="eve@evil.example")
    assert story(site, ticket["number"])["state"] != "cancelled"
    forged = "fault+r%s@dispatch.example" % ("a" * 42)
    mail.post("取消", to=forged, sender="eve@evil.example", subject="Re: x")
    wait_until(lambda: mail.postfix.log().count("status=sent (250 2.0.0 taken)") >= 3, "the forged one is a report", 15)
    assert story(site, ticket["number"])["state"] != "cancelled"
    with pytest.raises(TimeoutError):
        clients and next(iter(clients.values())).until(lambda u: u.get("state") == "cancelled", limit=0.2)


def talk(port, *parts):
    """Bytes to the gateway's LMTP port; all that it says until it closes, or is silent after what no QUIT ends."""
    said = b""
    with socket.create_connection(("127.0.0.1", port), timeout=LIMIT) as s:
        try:
            for part in parts:
                s.sendall(part)
            s.settimeout(LIMIT if parts[-1] == b"QUIT\r\n" else 1)
            while True:
                got = s.recv(65536)
                if not got:
                    break
                said += got
                if said.endswith(b"bye\r\n"):
                    break
        except (socket.timeout, ConnectionError):
            pass
    return said.decode()


def envelope(sender, body, to=FAULT):
    return b"MAIL FROM:<%s>\r\nRCPT TO:<%s>\r\nDATA\r\n%s\r\n.\r\n" % (sender.encode(), to.encode(), body)


def test_bad_input_and_a_flood_are_refused_and_the_next_mail_is_taken(site):
    gateway = Mail(site, None, None, conf="sender_burst 3\nsender_per_min 1\nsize_max 20000\n").start()
    for junk in (b"\0" * 5000, b"\xff\n" * 500, b"LHLO x\r\n" * 100, b"x" * 100000 + b"\r\n", b"LHLO x\r\nMAIL FROM:<a@b>\r\n"):
        talk(gateway.lmtp, junk)
    said = talk(gateway.lmtp, b"LHLO x\r\n", envelope("a@b", b"x" * 30000), envelope("a@b", b"x", to="nobody@dispatch.example"), b"QUIT\r\n")
    assert "552 5.3.4" in said and "550 5.1.1" in said and "503 5.5.1" in said
    mails = b"".join(envelope("a@b.example", b"From: a@b.example\r\n\r\nlamp %d" % i) for i in range(5))
    said = talk(gateway.lmtp, b"LHLO x\r\n", mails, b"QUIT\r\n")
    assert said.count("250 2.0.0 taken") == 3 and said.count("451 4.7.1") == 2
    odd = b"From: \xff\xfe <c@d.example>\r\nContent-Type: multipart/mixed; boundary=\xff\r\n\r\n--\xff\r\n\0\xd6\xec"
    said = talk(gateway.lmtp, b"LHLO x\r\n", envelope("c@d.example", odd), b"QUIT\r\n")
    assert said.count("250 2.0.0 taken") == 1
    wait_until(lambda: len(tickets(site)) >= 1, "tickets")
    gateway.stop()


def test_mails_that_share_a_sync_are_acknowledged_after_it_and_become_a_ticket_each(site):
    gateway = Mail(site, None, None).start()
    mails = [b"From: user%d@x.example\r\nMessage-ID: <%d@x>\r\n\r\nlamp %d is dark" % (i, i, i) for i in range(8)]
    open_ones = []
    for mail in mails:
        s = socket.create_connection(("127.0.0.1", gateway.lmtp), timeout=10)
        s.sendall(b"LHLO x\r\n" + envelope("u@x.example", mail)[:-3])
        said = b""
        while b"354" not in said:
            said += s.recv(4096)
        open_ones.append(s)
    gateway.arm()
    for s in open_ones:
        s.sendall(b".\r\n")
    gateway.wait_for_death()
    for s in open_ones:
        try:
            assert s.recv(4096) == b""  # not acknowledged
        except ConnectionError:
            pass
        s.close()
    gateway.start()
    for mail in mails:
        assert "250 2.0.0 taken" in talk(gateway.lmtp, b"LHLO x\r\n", envelope("u@x.example", mail), b"QUIT\r\n")
    found = wait_for_tickets(site, len(mails))
    assert [story(site, t["number"]).get("repeats", 0) for t in found] == [0] * len(mails)
    gateway.stop()


def test_a_dry_run_says_what_a_mail_would_become(site):
    gateway = Mail(site, None, None)
    text = base64.b64encode("漏水了".encode("gbk")).decode()
    said = gateway.dry_run(
        "From: =?gbk?B?wO65pA==?= <li.wei@customer.example>\r\nTo: %s\r\nSubject: =?utf-8?B?5q6L?=\r\n =?utf-8?B?5py6?=\r\n"
        "Content-Type: text/plain; charset=gbk\r\nContent-Transfer-Encoding: base64\r\n\r\n%s\r\n" % (FAULT, text)
    )
    assert len(said) == 1 and said[0]["becomes"] == "report" and said[0]["site"] == "city-hall"
    assert said[0]["text"] == "残机\n漏水了" and said[0]["lang"] == "zh" and said[0]["name"] == "李工"
    assert gateway.dry_run("From: a@b\nAuto-Submitted: auto-replied\n\nx")[0]["becomes"] == "nothing"


def test_a_trusted_monitors_mails_are_reports_and_never_answered(site, customers):
    gateway = Mail(site, customers, None, conf="machines alarm@monitor.example, @zabbix.example\nrelay smtp://127.0.0.1:%d\n" % customers.port)
    with open(gateway.folder / "contacts.csv", "a") as f:
        f.write("email,alarm@monitor.example,C-1005,city-hall,NOC,en\nemail,noc@customer.example,C-1005,city-hall,NOC,en\n")
    gateway.start()
    auto = b"From: %s\r\nSubject: PROBLEM: %s\r\nAuto-Submitted: auto-%s\r\n\r\nsince 12:00\r\n"
    mails = [
        (b"alarm@monitor.example", b"disk of db1 is full", b"generated"),
        (b"probe@zabbix.example", b"switch 3 is down", b"generated"),
        (b"x@elsewhere.example", b"a newsletter", b"generated"),
        (b"anybody@zabbix.example", b"I am away", b"replied"),
    ]
    said = talk(gateway.lmtp, b"LHLO x\r\n", *[envelope("", auto % m) for m in mails], b"QUIT\r\n")
    assert said.count("250 2.0.0 taken") == 2 and said.count("250 2.0.0 read, nothing to do") == 2
    found = wait_for_tickets(site, 2)
    texts = json.dumps([story(site, t["number"]) for t in found])
    assert "disk of db1 is full" in texts and "switch 3 is down" in texts and '"customer": "C-1005"' in texts
    customers.gets("Re: PROBLEM: disk of db1", to="noc@customer.example")
    gateway.stop()
    assert {m.rcpt for m in customers.mails} <= {"noc@customer.example"}
    said = gateway.dry_run(auto.replace(b"\r", b"") % mails[1])
    assert said[0]["becomes"] == "report" and said[0]["told"] == "nobody"


def test_what_is_set_up_wrong_is_named(site):
    gateway = Mail(site, None, None, conf="")
    (gateway.folder / "email.conf").write_text("listen 127.0.0.1:%d\n" % gateway.lmtp)
    done = subprocess.run([str(BUILD / "faultline"), "gateway", "email", "--site", str(site.dir)], capture_output=True, text=True, timeout=LIMIT)
    assert done.returncode == 78 and "address" in done.stderr and "email.conf" in done.stderr
    with socket.socket() as s:
        s.bind(("127.0.0.1", gateway.lmtp))
        s.listen(1)
        (gateway.folder / "email.conf").write_text("address %s\nlisten 127.0.0.1:%d\n" % (FAULT, gateway.lmtp))
        done = subprocess.run([str(BUILD / "faultline"), "gateway", "email", "--site", str(site.dir)], capture_output=True, text=True, timeout=LIMIT)
        assert done.returncode == 78 and "Address already in use" in done.stderr
