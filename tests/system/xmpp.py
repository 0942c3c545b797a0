"""A Prosody of a test's own on loopback, and a small XMPP client on a plain socket."""

import base64
import os
import signal
import socket
import subprocess
import time
import xml.etree.ElementTree as ET

from conftest import LIMIT, wait_until

HOST = "chat.example"
CONF = """
pidfile = "{dir}/prosody.pid"
data_path = "{dir}/data"
certificates = "{dir}/certs"
run_as_root = true
interfaces = {{ "127.0.0.1" }}
c2s_ports = {{ {port} }}
s2s_ports = {{}}
component_ports = {{}}
modules_enabled = {{ "roster", "saslauth", "tls", "disco", "ping", "smacks", "offline", "posix" }}
modules_disabled = {{ "s2s" }}
authentication = "internal_plain"
c2s_require_encryption = false
allow_unencrypted_plain_auth = true
allow_registration = false
smacks_hibernation_time = 1
log = {{ info = "{dir}/prosody.log" }}
VirtualHost "{host}"
  ssl = {{ key = "{dir}/certs/{host}.key", certificate = "{dir}/certs/{host}.crt" }}
"""


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


class Prosody:
    def __init__(self, folder, people):
        self.dir = folder
        self.child = None
        self.accounts = accounts = folder / "data" / HOST.replace(".", "%2e") / "accounts"
        accounts.mkdir(parents=True)
        (folder / "certs").mkdir()
        for name in people:
            (accounts / (name + ".dat")).write_text('return {\n\t["password"] = "%s-pw";\n};\n' % name)
        base = folder / "certs" / HOST
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
             "-days", "2", "-subj", "/CN=" + HOST, "-addext", "subjectAltName=DNS:" + HOST,
             "-keyout", "%s.key" % base, "-out", "%s.crt" % base],
            check=True, capture_output=True,
        )
        self.start()

    def start(self):
        """Another port when somebody was quicker."""
        for _ in range(5):
            self.port = free_port()
            (self.dir / "prosody.cfg.lua").write_text(CONF.format(dir=self.dir, port=self.port, host=HOST))
            self.out = open(self.dir / "prosody.out", "ab")
            self.child = subprocess.Popen(
                ["prosody", "--config", str(self.dir / "prosody.cfg.lua"), "-F"],
                stdout=self.out, stderr=self.out, stdin=subprocess.DEVNULL,
            )
            heard = "Activated service 'c2s' on [127.0.0.1]:%d" % self.port
            taken = "Failed to open server port %d" % self.port
            wait_until(lambda: heard in self.log() or taken in self.log() or self.child.poll() is not None, "Prosody is up")
            if heard in self.log():
                return
            self.stop()
        raise AssertionError((self.dir / "prosody.out").read_text()[-3000:])

    def forget(self, name):
        """There is no such account any more."""
        (self.accounts / (name + ".dat")).unlink()

    def log(self):
        path = self.dir / "prosody.log"
        return path.read_text() if path.exists() else ""

    def stop(self):
        if self.child is not None:
            self.child.send_signal(signal.SIGTERM)
            try:
                self.child.wait(10)
            except subprocess.TimeoutExpired:
                self.child.kill()
                self.child.wait()
            self.out.close()
            self.child = None


class Talker:
    """A customer's chat client: SASL PLAIN on loopback, messages out and in."""

    def __init__(self, port, name):
        self.name = name
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=LIMIT)
        self.inbox = []
        self.count = 0
        self.open_stream()
        secret = base64.b64encode(("\0%s\0%s-pw" % (name, name)).encode()).decode()
        self.write('<auth xmlns="urn:ietf:params:xml:ns:xmpp-sasl" mechanism="PLAIN">%s</auth>' % secret)
        assert self.next_element().tag.endswith("success")
        self.open_stream()
        self.write('<iq type="set" id="b"><bind xmlns="urn:ietf:params:xml:ns:xmpp-bind"/></iq>')
        assert self.next_element().get("type") == "result"
        self.write("<presence/>")

    def open_stream(self):
        self.parser = ET.XMLPullParser(["start", "end"])
        self.depth = 0
        self.ready = []
        self.write(
            '<stream:stream to="%s" version="1.0" xmlns="jabber:client" '
            'xmlns:stream="http://etherx.jabber.org/streams">' % HOST
        )
        assert self.next_element().tag.endswith("features")

    def write(self, text):
        self.socket.sendall(text.encode())

    def next_element(self, limit=LIMIT):
        deadline = time.monotonic() + limit
        while not self.ready:
            self.socket.settimeout(max(0.001, deadline - time.monotonic()))
            try:
                data = self.socket.recv(65536)
            except (TimeoutError, socket.timeout):
                return None
            if not data:
                raise ConnectionError("the server hung up")
            self.parser.feed(data)
            for event, element in self.parser.read_events():
                self.depth += 1 if event == "start" else -1
                if event == "end" and self.depth == 1:
                    self.ready.append(element)
        return self.ready.pop(0)

    def say(self, words, ident=None, thread=None, to="faultbot@" + HOST):
        self.count += 1
        ident = ident or "%s-%d-%d" % (self.name, os.getpid(), self.count)
        m = ET.Element("message", {"to": to, "type": "chat", "id": ident})
        ET.SubElement(m, "body").text = words
        if thread:
            ET.SubElement(m, "thread").text = thread
        self.write(ET.tostring(m, encoding="unicode"))
        return ident

    def hear(self, wanted, limit=LIMIT):
        """The first message (of those kept, then those that come) of which `wanted(words)` is true."""
        deadline = time.monotonic() + max(limit, LIMIT)
        for m in self.inbox:
            if wanted(m["words"]):
                self.inbox.remove(m)
                return m
        while time.monotonic() < deadline:
            e = self.next_element(max(0.01, deadline - time.monotonic()))
            if e is None:
                break
            if not e.tag.endswith("}message"):
                continue
            m = {"words": e.findtext("{jabber:client}body") or "", "thread": e.findtext("{jabber:client}thread"),
                 "type": e.get("type"), "id": e.get("id")}
            if wanted(m["words"]) or (m["type"] == "error" and wanted("error")):
                return m
            self.inbox.append(m)
        raise TimeoutError("not among %s" % [m["words"] for m in self.inbox])

    def close(self):
        self.socket.close()
