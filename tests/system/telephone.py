"""A telephone for tests: SIP over UDP and RTP with the keys of RFC 4733, from the RFCs alone. It hears which prompts
are said, because the tests' prompts are signs: two frames, their sizes the prompt's index."""

import os
import re
import socket
import struct
import threading
import wave

from conftest import ROOT, wait_until

STEP = 2600  # between two sizes; G.711 keeps them apart


def prompt_names():
    lines = (ROOT / "gateways" / "phone" / "prompts.txt").read_text().splitlines()
    return sorted({line.split(" ")[0] for line in lines if not line.startswith("#")}) + ["beep"]


NAMES = prompt_names()


def write_prompts(folder, langs=("en", "zh")):
    """Prompts of 40 ms that can be told apart."""
    for lang in langs:
        (folder / lang).mkdir(parents=True, exist_ok=True)
        for index, name in enumerate(NAMES):
            with wave.open(str(folder / lang / (name + ".wav")), "wb") as w:
                w.setparams((1, 2, 8000, 0, "NONE", ""))
                first, second = -STEP * (index // 12 + 1), STEP * (index % 12 + 1)
                w.writeframes(struct.pack("<h", first) * 160 + struct.pack("<h", second) * 160)


def of_alaw(code):
    bits = code ^ 0x55
    exponent, size = bits >> 4 & 7, (bits & 15) << 4 | 8
    size = (size + 0x100) << (exponent - 1) if exponent else size
    return size if bits & 0x80 else -size


class Sound:
    """The RTP side: hears, presses, speaks."""

    def __init__(self):
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]
        self.peer, self.sequence, self.time, self.heard = None, 1, 0, []
        self.first, self.packets = None, 0
        threading.Thread(target=self.listen, daemon=True).start()

    def listen(self):
        while True:
            try:
                data, peer = self.socket.recvfrom(2048)
            except OSError:
                return
            self.peer = peer
            self.packets += 1
            if len(data) < 172 or data[1] & 0x7F != 8:
                continue
            size = round(of_alaw(data[12 + 80]) / STEP)
            if size < 0:
                self.first = size
            elif size > 0 and self.first is not None:
                self.heard.append(NAMES[(-self.first - 1) * 12 + size - 1])
                self.first = None

    def hears(self, *names, limit=15):
        """Waits until all these were said, in this order, and forgets what came up to there."""
        for name in names:
            try:
                wait_until(lambda: name in self.heard, "the prompt " + name, limit)
            except AssertionError:
                raise AssertionError("%s was not said, but %s" % (name, self.heard))
            del self.heard[: self.heard.index(name) + 1]

    def settles(self):
        """What was said is over: the gateway records, or waits."""
        until = self.packets + 3
        wait_until(lambda: self.packets >= until, "the gateway's next frames", 10)

    def send(self, kind, payload, marker=False):
        head = struct.pack(">BBHII", 0x80, kind | (0x80 if marker else 0), self.sequence & 0xFFFF, self.time, 4711)
        self.sequence += 1
        self.socket.sendto(head + payload, self.peer)

    def press(self, keys):
        for key in keys:
            code = "0123456789*#".index(key)
            for i in range(3):
                self.send(101, struct.pack(">BBH", code, 10, 160 * (i + 1)), marker=i == 0)
            for _ in range(3):
                self.send(101, struct.pack(">BBH", code, 0x80 | 10, 640))
            self.time += 800

    def speak(self, ms):
        for _ in range(ms // 20):
            self.send(8, bytes([0xAA, 0x2A] * 80))  # loud
            self.time += 160

    def number(self, limit=15):
        """The ticket's number as it is spelled after `number`."""
        self.hears("number", limit=limit)
        wait_until(lambda: "number" in self.heard, "the number's end", limit)
        end = self.heard.index("number")
        return "".join(name[2:].upper() for name in self.heard[:end] if name.startswith("c-"))

    def close(self):
        self.socket.close()


OFFER = """v=0
o=t 1 1 IN IP4 127.0.0.1
s=-
c=IN IP4 127.0.0.1
t=0 0
m=audio {port} RTP/AVP 8 101
a=rtpmap:8 PCMA/8000
a=rtpmap:101 telephone-event/8000
a=fmtp:101 0-15
"""


class Telephone(Sound):
    """Calls `to` (host, port) by SIP."""

    def __init__(self, number, to, user="hotline", domain="pbx.example"):
        super().__init__()
        self.to, self.uri, self.number_ = to, "sip:%s@%s" % (user, domain), number
        self.sip = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.sip.bind(("127.0.0.1", 0))
        self.tag, self.id = os.urandom(4).hex(), os.urandom(8).hex() + "@telephone"
        self.remote, self.routes, self.target = "<%s>" % self.uri, [], self.uri
        self.status, self.over = None, threading.Event()
        threading.Thread(target=self.run, daemon=True).start()

    def message(self, method, sequence, body=""):
        here = "127.0.0.1:%d" % self.sip.getsockname()[1]
        lines = [
            "%s %s SIP/2.0" % (method, self.target),
            "Via: SIP/2.0/UDP %s;branch=z9hG4bK%s;rport" % (here, os.urandom(6).hex()),
            *("Route: " + route for route in self.routes),
            "From: <sip:%s@%s>;tag=%s" % (self.number_, here, self.tag),
            "To: " + self.remote,
            "Call-ID: " + self.id,
            "CSeq: %d %s" % (sequence, method),
            "Contact: <sip:%s@%s>" % (self.number_, here),
            "Max-Forwards: 70",
            *(["Content-Type: application/sdp"] if body else []),
            "Content-Length: %d" % len(body),
        ]
        return ("\r\n".join(lines) + "\r\n\r\n" + body).encode()

    def run(self):
        invite = self.message("INVITE", 1, OFFER.format(port=self.port).replace("\n", "\r\n"))
        self.sip.sendto(invite, self.to)
        self.sip.settimeout(0.5)
        while not self.over.is_set():
            try:
                data, peer = self.sip.recvfrom(65536)
            except socket.timeout:
                if self.status is None:
                    self.sip.sendto(invite, self.to)  # UDP
                continue
            except OSError:
                return
            self.on_message(data.decode(errors="replace"), peer)

    def on_message(self, text, peer):
        head = text.split("\r\n\r\n")[0].split("\r\n")
        values = lambda name: [l.split(":", 1)[1].strip() for l in head if l.lower().startswith(name + ":")]
        if head[0].startswith("SIP/2.0 "):
            status = int(head[0].split(" ")[1])
            if status >= 200 and "INVITE" in values("cseq")[0]:
                self.remote = values("to")[0]
                if status < 300:
                    self.routes = values("record-route")[::-1]
                    self.target = re.search("<?(sip:[^>;]+)", values("contact")[0]).group(1)
                    media = int(re.search(r"m=audio (\d+)", text).group(1))
                    self.peer = (re.search(r"c=IN IP4 (\S+)", text).group(1), media)
                self.status = status
                self.sip.sendto(self.message("ACK", 1), self.to)
                if status >= 300:
                    self.over.set()
        elif head[0].startswith("BYE "):
            keep = [l for l in head[1:] if l.split(":")[0].lower() in ("via", "from", "to", "call-id", "cseq")]
            answer = "\r\n".join(["SIP/2.0 200 OK", *keep, "Content-Length: 0"]) + "\r\n\r\n"
            self.sip.sendto(answer.encode(), peer)
            self.over.set()

    def answered(self, limit=15):
        wait_until(lambda: self.status, "an answer to the call", limit)
        assert self.status == 200, self.status
        return self

    def info(self, key):
        """A key of a telephone that knows no RFC 4733."""
        body = "Signal=%s\r\nDuration=160\r\n" % key
        self.sequence_ = getattr(self, "sequence_", 1) + 1
        data = self.message("INFO", self.sequence_, body).replace(b"application/sdp", b"application/dtmf-relay")
        self.sip.sendto(data, self.to)

    def hang_up(self):
        self.sip.sendto(self.message("BYE", 99), self.to)
        self.over.set()

    def ends(self, limit=15):
        wait_until(self.over.is_set, "the gateway hangs up", limit)
