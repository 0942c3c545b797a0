"""A real site for each test: `faultline init` and `faultline up` in a scratch folder, stopped by pid."""

import os
import pathlib
import shutil
import signal
import subprocess
import tempfile
import time

import pytest
import zmq
from zmq.utils import z85

from client import Client

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = pathlib.Path(os.environ.get("FAULTLINE_BUILD", ROOT / "build"))
DATA = ROOT.parent / "shared" / "data"
LIMIT = 120.0  # seconds until a condition that does not come is a failure: many times what a loaded machine needs
TEST_LIMIT = 900  # seconds until a test that waits for a program's words without end is ended, so that its log is seen


def wait_until(condition, what, limit=LIMIT):
    """The condition's first true value. Fails, naming it, when it does not come. No wait is shorter than LIMIT: when
    the condition comes, a deadline costs nothing."""
    limit = max(limit, LIMIT)
    deadline = time.monotonic() + limit
    while time.monotonic() < deadline:
        value = condition()
        if value:
            return value
        time.sleep(0.02)  # between two looks, not instead of one
    raise AssertionError("waited %g s for: %s" % (limit, what))


class Site:
    def __init__(self, brokers=1, workers=2, sets=(), up=True, init=("--local",)):
        self.dir = pathlib.Path(tempfile.mkdtemp(prefix="fl-", dir="/tmp"))
        self.sets = [word for s in sets for word in ("--set", s)]
        self.context = zmq.Context()
        self.children = []
        self.closing = []  # what a test's own servers want called at the end
        self.clients = []
        self.log = open(self.dir / "log", "ab")
        self.run("init", str(self.dir), "--brokers", str(brokers), *init, site=False)
        self.conf = dict(
            line.split(" ", 1)
            for line in (self.dir / "faultline.conf").read_text().splitlines()
            if line and not line.startswith("#")
        )
        self.endpoints = self.conf["brokers"].split()
        self.up = None
        if up:
            self.start_up(workers)

    # ---- programs

    def command(self, *words, site=True):
        return [str(BUILD / "faultline"), words[0], *(["--site", str(self.dir)] if site else []), *words[1:]]

    def run(self, *words, site=True, check=True, limit=300, stdin=None):
        done = subprocess.run(
            self.command(*words, site=site), capture_output=True, text=True, timeout=limit, input=stdin
        )
        if check:
            assert done.returncode == 0, "%s: %s %s" % (words, done.stdout[-2000:], done.stderr[-2000:])
        return done

    def spawn(self, *words):
        child = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=self.log, stdin=subprocess.DEVNULL)
        self.children.append(child)
        return child

    def start_up(self, workers=2):
        self.up = subprocess.Popen(
            self.command("up", "--workers", str(workers), *self.sets),
            stdout=subprocess.PIPE, stderr=self.log, text=True,
        )
        for line in self.up.stdout:
            if line == "ready\n":
                return
        raise AssertionError("up did not come up: " + self.log_text()[-3000:])

    def stop_up(self):
        if self.up is not None:
            self.up.send_signal(signal.SIGTERM)
            assert self.up.wait(LIMIT) == 0
            self.up.stdout.close()
            self.up = None

    # the parts by hand, for tests that kill them

    def start_redis(self):
        redis = self.spawn("redis-server", str(self.dir / "redis" / "redis.conf"))
        wait_until(lambda: self.redis_cli("PING").stdout.strip() == "PONG", "Redis answers")
        return redis

    def redis_cli(self, *words, user="operator"):
        env = dict(os.environ, REDISCLI_AUTH=self.conf["redis_%s_password" % user])
        return subprocess.run(
            ["redis-cli", "-s", str(self.dir / "run" / "redis.sock"), "--user", user, *words],
            capture_output=True, text=True, env=env, timeout=LIMIT,
        )

    def start_broker(self, index=0):
        return self.spawn(str(BUILD / "faultline-broker"), "--site", str(self.dir), "--index", str(index), *self.sets)

    def start_worker(self):
        return self.spawn(str(BUILD / "faultline-worker"), "--site", str(self.dir), *self.sets)

    def log_text(self):
        self.log.flush()
        return (self.dir / "log").read_text(errors="replace")

    # ---- clients

    def keys(self, name):
        lines = (self.dir / "keys" / (name + ".key")).read_text().splitlines()
        values = dict(line.split(" ", 1) for line in lines if line and not line.startswith("#"))
        curve_secret = bytes.fromhex(values["curve-secret"])
        secret = z85.encode(curve_secret)
        return {
            "curve_secret": secret.decode(),
            "curve_public": zmq.curve_public(secret).decode(),
            "seal": bytes.fromhex(values["seal-secret"]),
        }

    def client(self, name, broker=0, hello=True, keys=None):
        c = Client(
            self.context, self.endpoints[broker], self.conf["broker_public"], keys or self.keys(name),
            bytes.fromhex(self.conf["pool_public"]),
        )
        c.site_dir = self.dir
        self.clients.append(c)
        if hello:
            c.hello()
        return c

    def engineers(self):
        """Engineers' names in the plan, by their home territory."""
        import re

        text = (self.dir / "plan.yaml").read_text()
        section = text[text.index("\nengineers:"):]
        found = re.findall(r"- id: (\S+)\n(?:.*\n)*?\s+territory: (\S+)", section)
        return found

    def close(self):
        for c in self.clients:
            c.close()
        self.context.destroy(linger=0)
        if self.up is not None:
            self.up.send_signal(signal.SIGTERM)
            try:
                self.up.wait(LIMIT)
            except subprocess.TimeoutExpired:
                self.up.kill()
                self.up.wait()
            self.up.stdout.close()
        for child in self.children:
            if child.poll() is None:
                child.send_signal(signal.SIGCONT)
                child.kill()
            child.wait()
        for close in self.closing:
            close()
        text = self.log_text()
        self.log.close()
        shutil.rmtree(self.dir, ignore_errors=True)
        for mark in ("Sanitizer", "runtime error:", "Assertion"):
            assert mark not in text, text[max(0, text.index(mark) - 2000):][:6000]


@pytest.fixture
def make_site(request):
    sites = []

    def make(**wish):
        sites.append(Site(**wish))
        return sites[-1]

    yield make
    failed = getattr(request.node, "failed", False)
    for site in sites:
        if failed:
            print("---- log of", site.dir, "\n", site.log_text()[-6000:])
        site.close()


@pytest.fixture(autouse=True)
def ends_in_time():
    def ring(signo, frame):
        raise AssertionError("the test was not over after %d s" % TEST_LIMIT)

    former = signal.signal(signal.SIGALRM, ring)
    signal.alarm(TEST_LIMIT)
    yield
    signal.alarm(0)
    signal.signal(signal.SIGALRM, former)


@pytest.fixture
def site(make_site):
    return make_site()


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    outcome = yield
    if outcome.get_result().failed:
        item.failed = True
