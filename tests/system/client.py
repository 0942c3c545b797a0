"""A Faultline client written from docs/protocol.md alone: pyzmq, msgpack and PyNaCl, no code of ours.

Sections named in comments are those of docs/protocol.md.
"""

import hashlib
import os
import time

import msgpack
import zmq
from nacl import bindings

VERSION = 1
KINDS = [
    None, "HELLO", "WELCOME", "ROUTE", "ROUTED", "REPORT", "ACCEPTED", "REFUSED", "BUSY", "EVENT",
    "PLACE", "SUBSCRIBE", "UPDATE", "CONFIRM", "QUERY", "ANSWER", "PING", "PONG",
]
KIND = {name: number for number, name in enumerate(KINDS) if name}


def pack(value):
    return msgpack.packb(value, use_bin_type=True)


def unpack(data):
    return msgpack.unpackb(data, raw=False, strict_map_key=False)


# ---- section 1: parcels


def open_parcel(frame):
    """The messages of a frame."""
    if frame[0] != 0xC1:
        return [frame]
    messages, at = [], 1
    while at < len(frame):
        size = int.from_bytes(frame[at : at + 4], "big")
        messages.append(frame[at + 4 : at + 4 + size])
        at += 4 + size
    assert 1 <= len(messages) <= 256 and at == len(frame)
    return messages


def parcel(*messages):
    return b"\xc1" + b"".join(len(m).to_bytes(4, "big") + m for m in messages)


# ---- section 5: updates

FIELDS = [
    "kind", "at", "ticket", "report", "number", "state", "version", "level", "category", "site", "customer",
    "lat", "lon", "engineer", "name", "phone", "due", "repeats", "event", "verb", "refusal", "why", "text",
    "reason", "clock", "share_pct", "object", "object_kind", "object_state", "amount", "other", "lang", "code",
    "from", "until",
]
UPDATE_KINDS = [
    "opened", "attached", "duplicate", "quarantined", "ticket", "offer", "withdrawn", "verdict", "alarm", "resync",
    "object", "transfer", "help",
]
STATES = [
    "received", "triaged", "queued", "offered", "accepted", "en_route", "working", "pending_customer", "held",
    "resolved", "closed", "rejected", "duplicate", "cancelled",
]


def read_update(pairs):
    """The update by the names of its fields."""
    numbers = pairs[::2]
    assert len(pairs) % 2 == 0 and numbers[0] == 0 and numbers == sorted(set(numbers))
    update = {FIELDS[n]: value for n, value in zip(numbers, pairs[1::2]) if n < len(FIELDS)}
    kind = update["kind"]
    update["kind"] = UPDATE_KINDS[kind] if kind < len(UPDATE_KINDS) else None
    if "state" in update:
        update["state"] = STATES[update["state"]]
    return update


# ---- section 2: keys and sealing


def key_id(public):
    return hashlib.blake2b(public, digest_size=32).digest()[:8]


def direction_key(own_secret, other_public, from_public, to_public):
    shared = bindings.crypto_scalarmult(own_secret, other_public)
    return hashlib.blake2b(
        from_public + to_public, digest_size=32, key=shared, person=b"faultline-seal-1"
    ).digest()


def seal(key, ad, message):
    nonce = os.urandom(24)
    return nonce + bindings.crypto_aead_xchacha20poly1305_ietf_encrypt(message, pack(ad), nonce, key)


def unseal(key, ad, sealed):
    return bindings.crypto_aead_xchacha20poly1305_ietf_decrypt(sealed[24:], pack(ad), sealed[:24], key)


def report_id(source, message_key):
    return hashlib.blake2b(
        source.encode() + b"\0" + message_key.encode(), digest_size=16, person=b"faultline-report"
    ).digest()


def ticket_id(principal, epoch, counter):
    """Of the ticket that an event opens."""
    message = principal.encode() + b"\0" + epoch.to_bytes(8, "big") + counter.to_bytes(8, "big")
    return hashlib.blake2b(message, digest_size=16, person=b"faultline-ticket").digest()


def check_digit(digits):
    """ISO 7064 MOD 11,10."""
    p = 10
    for d in digits:
        s = (p + int(d)) % 10
        p = (2 * (s or 10)) % 11
    return str((11 - p) % 10)


def number_of(code, ident):
    digits = "%010d" % (int.from_bytes(ident[:8], "big") % 10**10)
    return "%s-%s-%s" % (code, digits, check_digit(digits))


class Refused(Exception):
    """The broker said no; args are (code, text)."""


class Client:
    """One principal on one broker. `keys` has curve_public, curve_secret (z85), seal (32 secret octets);
    `pool` is the pool's seal public key."""

    def __init__(self, context, endpoint, broker_key, keys, pool, limit=120.0):
        self.limit = limit
        self.pool = pool
        self.secret = keys["seal"]
        self.public = bindings.crypto_scalarmult_base(self.secret)
        self.outward = direction_key(self.secret, pool, self.public, pool)
        self.inward = direction_key(self.secret, pool, pool, self.public)
        self.socket = context.socket(zmq.DEALER)
        self.socket.linger = 0
        self.socket.curve_publickey = keys["curve_public"].encode()
        self.socket.curve_secretkey = keys["curve_secret"].encode()
        self.socket.curve_serverkey = broker_key.encode()
        self.socket.connect(endpoint)
        self.number = 0
        self.parcel = []  # messages of a frame that were not yet received
        self.opened = []  # updates of a letter that were not yet taken
        self.updates = []  # UPDATE messages that came while waiting for an answer
        self.welcome = None

    def close(self):
        self.socket.close()

    # ---- sections 1 and 3: messages

    def send(self, kind, *fields):
        self.number += 1
        self.socket.send(pack([VERSION, KIND[kind], self.number, *fields]))
        return self.number

    def send_raw(self, data):
        self.socket.send(data)

    def receive(self, limit=None):
        """The next message as [kind name, number, fields], or None."""
        limit = self.limit if limit is None else limit
        if not self.parcel:
            if not self.socket.poll(limit * 1000):
                return None
            self.parcel = open_parcel(self.socket.recv())
        message = unpack(self.parcel.pop(0))
        assert message[0] == VERSION
        return [KINDS[message[1]], message[2], message[3:]]

    def answer(self, number, limit=None):
        """The answer to a request; updates that come before it are kept."""
        deadline = time.monotonic() + (self.limit if limit is None else limit)
        while time.monotonic() < deadline:
            message = self.receive(max(0.01, deadline - time.monotonic()))
            if message is None:
                break
            if message[0] == "UPDATE":
                self.updates.append(message)
            elif message[1] == number:
                return message
        raise TimeoutError("no answer to request %d" % number)

    def ask(self, kind, *fields, limit=None):
        """Sends, and returns the answer's fields; a refusal is raised."""
        kind, _, fields = self.answer(self.send(kind, *fields), limit)
        if kind == "REFUSED":
            raise Refused(*fields)
        return [kind, *fields]

    def insist(self, kind, *fields):
        """Asks, and while the answer is BUSY sends the same again after the time it names; updates are kept meanwhile."""
        deadline = time.monotonic() + self.limit
        while True:
            answer = self.ask(kind, *fields)
            again_at = time.monotonic() + (answer[1] / 1000 if answer[0] == "BUSY" else 0)
            if answer[0] != "BUSY" or again_at > deadline:
                return answer
            while time.monotonic() < again_at:
                message = self.receive(max(0.01, again_at - time.monotonic()))
                if message is not None and message[0] == "UPDATE":
                    self.updates.append(message)

    def hello(self):
        self.welcome = self.ask("HELLO", "python")
        assert self.welcome[0] == "WELCOME"
        assert self.welcome[5] == self.pool, "the pool's key is configured, never learned"
        return self.welcome

    # ---- section 4: what a client seals

    def report_body(self, source, message_key, body):
        ad = [1, "report", key_id(self.pool), key_id(self.public), source, report_id(source, message_key)]
        return seal(self.outward, ad, pack(body))

    def report_fields(self, source, message_key, body, territory=None, plan=None, sealed=None):
        sealed = sealed or self.report_body(source, message_key, body)
        return [
            report_id(source, message_key), territory, plan, body.get("site"), body.get("lat"), body.get("lon"),
            body.get("customer"), body.get("hint", -1), source, key_id(self.pool), sealed,
        ]

    def report(self, source, message_key, **body):
        """Asks for the address, then reports; returns (territory, id, number, message) with the bytes to repeat."""
        body.setdefault("text", "something is broken")
        body.setdefault("occurred_at", int(time.time() * 1000))
        sealed = self.report_body(source, message_key, body)
        routed = self.insist("REPORT", *self.report_fields(source, message_key, body, sealed=sealed))
        assert routed[0] == "ROUTED", routed
        fields = self.report_fields(source, message_key, body, routed[1], routed[2], sealed)
        accepted = self.insist("REPORT", *fields)
        assert accepted[0] == "ACCEPTED", accepted
        return accepted[1], accepted[2], accepted[3], fields

    def event_fields(self, epoch, counter, territory, ticket, verb, seen=0, at=None, **body):
        """`body`: note, reason, from, until, engineer, other, lat, lon, code, level, object, amount, name, warranty, sections."""
        at = at or int(time.time() * 1000)
        ad = [1, "event", key_id(self.pool), key_id(self.public), epoch, counter, territory, ticket, seen, verb, at]
        body = seal(self.outward, ad, pack(body))
        return [epoch, counter, territory, ticket, seen, verb, at, key_id(self.pool), body]

    def event(self, *words, **named):
        accepted = self.insist("EVENT", *self.event_fields(*words, **named))
        assert accepted[0] == "ACCEPTED", accepted
        return accepted

    # ---- sections 5 and 6: letters and mailboxes

    def subscribe(self, what="mail", marks=None, credit=64):
        self.send("SUBSCRIBE", what, marks or {}, credit)

    def open_letter(self, letter, name, dispatcher=None):
        """The opened updates of a letter, each with its sequence, and the letter's other fields."""
        version, territory, recipient, incarnation, first, count, sealed, head, watch = unpack(letter)
        assert version == 1
        key = self.inward
        if watch is not None:
            assert recipient == "watch"
            key = unseal(self.inward, [1, "watch", territory, incarnation, first], watch[dispatcher])
        else:
            assert recipient == name
        ad = [1, "letter", "down", territory, recipient, incarnation, first, count]
        updates = [read_update(pairs) for pairs in unpack(unseal(key, ad, sealed))]
        assert len(updates) == count
        opened = list(enumerate(updates, first))
        return opened, {"territory": territory, "incarnation": incarnation, "head": head}

    def letters(self, limit=None):
        """The next UPDATE's fields [territory, what, last sequence, letter], or None."""
        if self.updates:
            return self.updates.pop(0)[2]
        deadline = time.monotonic() + (self.limit if limit is None else limit)
        while time.monotonic() < deadline:
            message = self.receive(max(0.01, deadline - time.monotonic()))
            if message is not None and message[0] == "UPDATE":
                return message[2]
        return None

    def confirm(self, territory, what, sequence):
        self.send("CONFIRM", territory, what, sequence)

    def next_update(self, limit):
        """The next opened update, or None. A letter is confirmed once all of its updates are taken."""
        if not self.opened:
            fields = self.letters(limit)
            if fields is None:
                return None
            territory, what, last, letter = fields
            opened, about = self.open_letter(letter, self.welcome[1], dispatcher=self.welcome[1])
            for sequence, update in opened:
                update.update(territory=territory, sequence=sequence, incarnation=about["incarnation"])
                self.opened.append((update, (territory, what, last)))
        update, mark = self.opened.pop(0)
        if not self.opened:
            self.confirm(*mark)
        return update

    def until(self, wanted, limit=None):
        """Opens updates until `wanted(update)`; returns it. What comes after it waits for the next call."""
        deadline = time.monotonic() + (self.limit if limit is None else limit)
        seen = []
        while time.monotonic() < deadline:
            update = self.next_update(max(0.01, deadline - time.monotonic()))
            if update is None:
                break
            if wanted(update):
                return update
            seen.append(update.get("kind"))
        raise TimeoutError("not among the %d updates: %s" % (len(seen), seen[-20:]))
