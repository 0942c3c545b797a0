"""The SMS gateway behind a Kannel bearerbox of a test's own, and a short message centre (smsc.py)."""

import os
import shutil
import socket
import subprocess

from conftest import wait_until
from gateway import Gateway
from smsc import Centre

BEARERBOX = shutil.which("bearerbox", path="/usr/sbin:/usr/local/sbin:" + os.environ.get("PATH", ""))
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
    def __init__(self, site, conf="", engineers="", contacts=CONTACTS):
        self.centre = Centre()
        site.closing.append(self.centre.close)
        self.kannel = Kannel(site, self.centre)
        super().__init__(site, "sms", conf="port %d\n%s" % (self.kannel.port, conf), contacts=contacts)
        (self.folder / "sms-engineers.csv").write_text(engineers)

    def say(self, text, who=LI, **more):
        self.centre.send(text, who, SERVICE, **more)

    def hears(self, pattern, to=LI, **more):
        return self.centre.hears(pattern, to, **more)
