"""A short message centre for tests: SMPP 3.4 as one operator's server speaks it with Kannel, and the telephones behind it.

Written from the specification: bind, submit_sm with receipts, deliver_sm in parts, enquire_link, unbind."""

import itertools
import re
import socketserver
import struct
import threading

from conftest import wait_until

BIND_RECEIVER, BIND_TRANSMITTER, SUBMIT_SM, DELIVER_SM, UNBIND, BIND_TRANSCEIVER, ENQUIRE_LINK = 1, 2, 4, 5, 6, 9, 0x15
ANSWER, GENERIC_NACK = 0x80000000, 0x80000000
UDH, RECEIPT, UCS2 = 0x40, 0x04, 8


def texts_of(data, count):
    """`count` zero-terminated texts at the front, and what follows them."""
    *texts, rest = data.split(b"\0", count)
    return [t.decode("latin1") for t in texts], rest


def address(number):
    return b"\1\1" + number.encode() + b"\0"


def message_body(sender, to, esm_class, coding, octets):
    """Of deliver_sm and submit_sm."""
    flags = bytes([esm_class, 0, 0, 0, 0, 0, 0, coding, 0, len(octets)])
    return b"\0" + address(sender) + address(to) + flags[:3] + b"\0\0" + flags[5:] + octets


def read_message(body):
    (service,), rest = texts_of(body, 1)
    (sender,), rest = texts_of(rest[2:], 1)
    (to,), rest = texts_of(rest[2:], 1)
    esm_class = rest[0]
    (at, until), rest = texts_of(rest[3:], 2)
    registered, _, coding, _, length = rest[:5]
    return {"from": sender, "to": to, "esm": esm_class, "registered": registered, "coding": coding, "octets": rest[5 : 5 + length]}


def letters(octets, coding):
    return octets.decode("utf-16-be" if coding == UCS2 else "latin1")


class Session(socketserver.BaseRequestHandler):
    def handle(self):
        self.lock, self.numbers, self.asked = threading.Lock(), itertools.count(1), {}
        try:
            while True:
                length, command, status, number = struct.unpack(">4I", self.take(16))
                if not self.heard(command, status, number, self.take(length - 16)):
                    return
        except (ConnectionError, OSError):
            pass

    def take(self, size):
        data = b""
        while len(data) < size:
            more = self.request.recv(size - len(data))
            if not more:
                raise ConnectionError
            data += more
        return data

    def put(self, command, number, body=b"", status=0):
        with self.lock:
            self.request.sendall(struct.pack(">4I", 16 + len(body), command, status, number) + body)

    def heard(self, command, status, number, body):
        centre = self.server.centre
        if command in (BIND_RECEIVER, BIND_TRANSMITTER, BIND_TRANSCEIVER):
            self.put(command | ANSWER, number, b"SIM\0")
            centre.bound(self)
        elif command == SUBMIT_SM:
            ident = "m%d" % next(centre.idents)
            self.put(command | ANSWER, number, ident.encode() + b"\0")
            centre.submitted(self, read_message(body), ident)
        elif command in (ENQUIRE_LINK, UNBIND):
            self.put(command | ANSWER, number)
            return command != UNBIND
        elif command == DELIVER_SM | ANSWER:
            tell = self.asked.pop(number, None)
            if tell:
                tell(status)
        elif not command & ANSWER:
            self.put(GENERIC_NACK, number, status=3)
        return True

    def deliver(self, body, tell=None):
        number = next(self.numbers)
        self.asked[number] = tell
        self.put(DELIVER_SM, number, body)


class Centre:
    """`lines`: what happened, as {"bound"}, {"mt": {from, to, text, parts}} and {"mo": part, "status"}."""

    def __init__(self):
        class Server(socketserver.ThreadingTCPServer):
            allow_reuse_address = daemon_threads = True

        self.lines, self.parts, self.dead = [], {}, set()
        self.quiet, self.session = False, None
        self.idents, self.references = itertools.count(1), itertools.count(1)
        self.server = Server(("127.0.0.1", 0), Session)
        self.server.centre = self
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()

    # ---- the operator

    def bound(self, session):
        self.session = session
        self.lines.append({"bound": True})

    def submitted(self, session, message, ident):
        octets, part, total, key = message["octets"], 1, 1, None
        if message["esm"] & UDH:
            header, octets = octets[1 : 1 + octets[0]], octets[1 + octets[0] :]
            reference, total, part = header[-3:]
            key = (message["to"], reference)
        got = self.parts.setdefault(key, {}) if key else {}
        got[part] = letters(octets, message["coding"])
        if len(got) == total:
            text = "".join(got[i] for i in sorted(got))
            self.parts.pop(key, None)
            self.lines.append({"mt": {"from": message["from"], "to": message["to"], "text": text, "parts": total}})
        if message["registered"] & 1 and not self.quiet:
            self.receipt(session, message, ident)

    def receipt(self, session, message, ident):
        bad = message["to"] in self.dead
        words = "id:%s sub:001 dlvrd:00%d submit date:2611210000 done date:2611210001 stat:%s err:%s text:" % (
            ident, not bad, "UNDELIV" if bad else "DELIVRD", "027" if bad else "000",
        )
        session.deliver(message_body(message["to"], message["from"], RECEIPT, 0, words.encode()))

    # ---- telephones

    def send(self, text, who, to, reverse=False):
        """A message, in parts when it is long."""
        wide = not text.isascii()
        octets = text.encode("utf-16-be" if wide else "latin1")
        room = 140 if len(octets) <= 140 else 134 if wide else 153
        pieces = [octets[at : at + room] for at in range(0, max(1, len(octets)), room)]
        reference, long = next(self.references) & 255, len(pieces) > 1
        for i in sorted(range(len(pieces)), reverse=reverse):
            header = bytes([5, 0, 3, reference, len(pieces), i + 1]) if long else b""
            self.session.deliver(
                message_body(who, to, UDH if long else 0, UCS2 if wide else 0, header + pieces[i]),
                lambda status, i=i: self.lines.append({"mo": i, "status": status}),
            )

    def texts(self, to=None):
        return [line["mt"] for line in list(self.lines) if "mt" in line and to in (None, line["mt"]["to"])]

    def hears(self, pattern, to, limit=15):
        """The message to this telephone that fits, wherever it comes among the others."""
        def look():
            return next((m for m in self.texts(to) if re.search(pattern, m["text"])), None)

        try:
            return wait_until(look, pattern, limit)
        except AssertionError:
            raise AssertionError("%s did not get %r, but %s" % (to, pattern, self.texts()))
