"""What the tests of all gateways share: a gateway process on a site, its death between journal and acknowledgement,
and the other people of a round, as clients written from docs/protocol.md alone."""

import json
import os
import re
import signal
import subprocess
import time

from conftest import BUILD, LIMIT, wait_until
from test_round import find_offer

PLACE = {"lat": 423200000, "lon": -710600000}  # in the territory `centre`
DEGREES = {"lat": 42.32, "lon": -71.06}  # the same


class Gateway:
    """`faultline-gateway-NAME` on a site. `conf`: lines of gateways/NAME.conf."""

    def __init__(self, site, name, conf="", contacts=""):
        self.site, self.name, self.process = site, name, None
        self.folder = site.dir / "gateways"
        self.folder.mkdir(exist_ok=True)
        (self.folder / (name + ".conf")).write_text(conf)
        if contacts:
            (self.folder / "contacts.csv").write_text(contacts)
        self.armed = site.dir / "crash-now"

    def start(self, *words):
        env = dict(os.environ, CRASH_AT=str(self.armed), LD_PRELOAD=str(BUILD / "tests" / "libcrash.so"))
        env["ASAN_OPTIONS"] = "verify_asan_link_order=0:" + env.get("ASAN_OPTIONS", "")
        self.process = subprocess.Popen(
            [str(BUILD / ("faultline-gateway-" + self.name)), "--site", str(self.site.dir), *words],
            stdout=subprocess.PIPE, stderr=self.site.log, text=True, env=env,
            restore_signals=False,  # SIGXFSZ stays ignored: a disk limit is an error, not its death
        )
        self.site.children.append(self.process)
        line = self.process.stdout.readline()
        assert line == "ready\n", "the gateway did not come up: " + self.site.log_text()[-2000:]
        return self

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        assert self.process.wait(LIMIT) == 0
        self.process.stdout.close()

    def kill(self):
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()

    def arm(self):
        """The next time its spool is on disk, it dies before it can say so."""
        self.armed.touch()

    def wait_for_death(self):
        assert self.process.wait(LIMIT) == -signal.SIGKILL
        self.process.stdout.close()

    def dry_run(self, message):
        done = subprocess.run(
            [str(BUILD / "faultline"), "gateway", self.name, "--site", str(self.site.dir), "--dry-run"],
            input=message, capture_output=True, text=isinstance(message, str), timeout=LIMIT,
        )
        assert done.returncode == 0, done.stderr
        return [json.loads(line) for line in done.stdout.splitlines()]


def tickets(site):
    """All open tickets."""
    return [json.loads(line) for line in site.run("tickets", "--json").stdout.splitlines()]


def wait_for_tickets(site, count, limit=LIMIT):
    return wait_until(lambda: (lambda t: t if len(t) == count else None)(tickets(site)), "%d tickets" % count, limit)


def story(site, ticket):
    return json.loads(site.run("ticket", ticket, "--json").stdout)


def verbs(site, ticket):
    """What was done to it, in order."""
    return [e["verb"] for e in story(site, ticket)["timeline"] if "verb" in e]


def clock_of(site, ticket, name="response"):
    """One of the ticket's clocks, as `faultline ticket` tells it."""
    return next(c for c in story(site, ticket)["clocks"] if c["clock"] == name)


def wait_for_promise(site, ticket, gateway):
    """The gateway has said that name and phone were delivered, and this has stopped the promised response time."""
    clock = wait_until(
        lambda: (lambda c: c if c["state"] == "stopped" else None)(clock_of(site, ticket)), "the response clock stops", 15
    )
    assert clock["stop"] <= clock["deadline"], clock
    said = [e for e in story(site, ticket)["timeline"] if e.get("verb") == "delivered"]
    assert len(said) == 1 and said[0]["who"] == gateway, said


def survey_of(site, ticket):
    """The survey of a ticket, or None."""
    return next((o for o in story(site, ticket)["objects"] if o["kind"] == "survey"), None)


def wait_for_score(site, ticket, score):
    wait_until(lambda: (survey_of(site, ticket) or {}).get("state") == "done", "the survey is answered", 15)
    assert survey_of(site, ticket)["amount"] == score and story(site, ticket)["state"] == "closed"


class Engineer:
    """Whoever gets the offer for a ticket, and what he says."""

    def __init__(self, clients, territory, ticket):
        self.territory, self.ticket = territory, bytes.fromhex(ticket)
        self.name, self.offer = find_offer(clients, self.ticket)
        self.client, self.epoch, self.counter = clients[self.name], int(time.time()), 0
        plan = (clients[self.name].site_dir / "plan.yaml").read_text()
        row = re.search(r"- id: %s\n\s+name: (.+)\n\s+phone: (.+)\n" % re.escape(self.name), plan)
        self.called, self.phone = row.groups()  # as a customer is told

    def say(self, verb, **body):
        self.counter += 1
        self.client.event(self.epoch, self.counter, self.territory, self.ticket, verb, **body)
        verdict = self.client.until(lambda u: u["kind"] == "verdict" and u["event"] == [self.epoch, self.counter])
        assert "refusal" not in verdict, verdict
