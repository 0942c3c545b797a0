"""The email gateway fetching from a mailbox of a real Dovecot."""

import imaplib
import os
import pathlib
import shutil
import signal
import subprocess
import tempfile
from email.message import EmailMessage

import pytest

from conftest import wait_until
from gateway import Gateway, story, wait_for_tickets
from test_gateway_email import CONTACTS, FAULT, Customers, free_port

DOVECOT = shutil.which("dovecot", path="/usr/sbin:" + os.environ.get("PATH", ""))
pytestmark = pytest.mark.skipif(not DOVECOT or os.geteuid() != 0, reason="Dovecot is run by root: ./dev setup")

CONF = """base_dir = {dir}/run
state_dir = {dir}/run
log_path = {dir}/log
protocols = imap
listen = 127.0.0.1
ssl = required
ssl_cert = <{dir}/cert.pem
ssl_key = <{dir}/key.pem
ssl_dh =
mail_location = maildir:{dir}/mail/%u
first_valid_uid = 1
auth_failure_delay = 0
passdb {{
  driver = static
  args = password=sesame
}}
userdb {{
  driver = static
  args = uid=nobody gid=nogroup home={dir}/mail/%u
}}
service imap-login {{
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = 0
  }}
}}
namespace inbox {{
  inbox = yes
  mailbox Taken {{
    auto = create
  }}
}}
"""


class Dovecot:
    def __init__(self):
        self.dir, self.port = pathlib.Path(tempfile.mkdtemp(prefix="fl-imap-", dir="/tmp")), free_port()
        self.dir.chmod(0o755)
        (self.dir / "mail").mkdir()
        shutil.chown(self.dir / "mail", "nobody", "nogroup")
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=127.0.0.1",
             "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", "key.pem", "-out", "cert.pem"],
            cwd=self.dir, check=True, capture_output=True, timeout=60,
        )
        (self.dir / "dovecot.conf").write_text(CONF.format(dir=self.dir, port=self.port))
        self.process = subprocess.Popen(
            [DOVECOT, "-F", "-c", str(self.dir / "dovecot.conf")], stdout=subprocess.DEVNULL,
            stderr=open(self.dir / "err", "w"), start_new_session=True,
        )
        self.imap = wait_until(self.login, "Dovecot answers: " + str(self.dir), 15)

    def login(self):
        try:
            import ssl

            imap = imaplib.IMAP4("127.0.0.1", self.port)
            imap.starttls(ssl.create_default_context(cafile=str(self.dir / "cert.pem")))
            imap.login("fault", "sesame")
            return imap
        except (OSError, imaplib.IMAP4.error):
            return None

    def put(self, text, subject="network down", sender="li.wei@customer.example", to=FAULT, folder="INBOX", **headers):
        m = EmailMessage()
        m["From"], m["To"], m["Subject"] = sender, to, subject
        m["Message-ID"] = "<%s@customer.example>" % os.urandom(8).hex()
        for name, value in headers.items():
            m[name.replace("_", "-")] = value
        m.set_content(text)
        assert self.imap.append(folder, None, None, m.as_bytes())[0] == "OK"

    def count(self, what, folder="INBOX"):
        assert self.imap.select(folder, readonly=True)[0] == "OK"
        return len(self.imap.search(None, what)[1][0].split())

    def stop(self):
        self.imap.logout()
        os.killpg(self.process.pid, signal.SIGKILL)  # of its own session; asked in order it takes two seconds
        self.process.wait(20)
        shutil.rmtree(self.dir, ignore_errors=True)


@pytest.fixture
def box():
    d = Dovecot()
    yield d
    d.stop()


@pytest.fixture
def customers():
    c = Customers()
    yield c
    c.close()


def mailbox(site, box, customers, conf=""):
    (site.dir / "imap.pw").write_text("sesame\n")
    return Gateway(
        site, "email", contacts=CONTACTS,
        conf="address %s\nlisten 127.0.0.1:%d\nrelay smtp://127.0.0.1:%d\nbounce_wait_s 1\nsize_max 20000\n"
        "imap_url imap://127.0.0.1:%d\nimap_user fault\nimap_password_file %s\nimap_ca %s\nimap_poll_s 1\n%s"
        % (FAULT, free_port(), customers.port, box.port, site.dir / "imap.pw", box.dir / "cert.pem", conf),
    )


def test_mails_of_a_mailbox_become_tickets_once_and_are_marked(site, box, customers):
    gateway = mailbox(site, box, customers)
    box.put("三楼全网瘫痪", subject="网络中断")
    gateway.start()
    customers.gets("催单")
    assert "三楼全网瘫痪" in str(story(site, wait_for_tickets(site, 1)[0]["number"]))
    wait_until(lambda: box.count("SEEN") == 1, "it is marked", 10)
    box.put("I am away", Auto_Submitted="auto-replied")
    box.put("x" * 30000, subject="too large")
    for i in range(34):  # more than a batch
        box.put("lamp %d is dark" % i, subject="lamp %d" % i, sender="user%d@customer.example" % i)
    wait_until(lambda: box.count("UNSEEN") == 0, "all are marked", 15)
    assert box.count("FLAGGED") == 1  # the one that is too large: for a person to look at
    wait_for_tickets(site, 35)
    gateway.stop()
    gateway.start()
    box.put("one more", subject="one more", sender="ann@elsewhere.example")
    wait_for_tickets(site, 36)
    gateway.stop()


def test_killed_between_journal_and_mark_it_makes_one_ticket(site, box, customers):
    gateway = mailbox(site, box, customers).start()
    box.put("first of all")
    customers.gets(to="li.wei@customer.example")
    wait_until(lambda: box.count("UNSEEN") == 0, "it is marked", 10)
    gateway.arm()
    box.put("the server is down", subject="server room", sender="ann@elsewhere.example")
    gateway.wait_for_death()
    assert box.count("UNSEEN") == 1  # on disk, and not marked
    gateway.start()
    wait_until(lambda: box.count("UNSEEN") == 0, "it is marked by the next look", 10)
    customers.gets(to="ann@elsewhere.example")
    found = wait_for_tickets(site, 2)
    assert [story(site, t["number"]).get("repeats", 0) for t in found] == [0, 0]
    gateway.stop()


def test_taken_mails_are_moved_and_come_after_brokers_and_mailbox_were_away(site, box, customers):
    site.stop_up()
    gateway = mailbox(site, box, customers, conf="imap_moved Taken\n")
    (site.dir / "imap.pw").write_text("wrong\n")
    gateway.start()
    wait_until(lambda: "imap_password_file" in site.log_text(), "the login is refused, and said so", 10)
    gateway.stop()
    (site.dir / "imap.pw").write_text("sesame\n")
    gateway.start()
    for i in range(3):
        box.put("lamp %d is dark" % i, subject="lamp %d" % i, sender="user%d@customer.example" % i)
    wait_until(lambda: box.count("ALL") == 0 and box.count("ALL", "Taken") == 3, "all are moved", 15)
    gateway.kill()
    gateway.start()
    site.start_up()
    for i in range(3):
        customers.gets("lamp %d " % i, to="user%d@customer.example" % i)
    wait_for_tickets(site, 3)
    gateway.stop()
