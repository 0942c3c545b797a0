"""The command line as people and scripts use it."""

import json
import os
import re
import socket
import stat
import subprocess

import pytest

from conftest import BUILD, LIMIT, wait_until

COMMANDS = ("init", "up", "broker", "worker", "plan", "submit", "tickets", "ticket", "act", "engineer", "watch", "feed", "audit")
SPOT = ("--lat", "42.32", "--lon", "-71.06")


def faultline(*words):
    return subprocess.run([str(BUILD / "faultline"), *words], capture_output=True, text=True, timeout=LIMIT)


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_a_page(command):
    done = faultline(command, "--help")
    assert done.returncode == 0 and "usage:" in done.stdout, done


def test_wrong_usage_says_what_to_do():
    assert faultline().returncode == 2
    assert faultline("dance").returncode == 2
    done = faultline("feed", "--sped", "3")
    assert done.returncode == 2 and "--sped" in done.stderr and "--help" in done.stderr
    done = faultline("tickets", "--site", "/nonexistent")
    assert done.returncode != 0 and "/nonexistent" in done.stderr


def test_init_makes_keys_that_only_their_owner_reads_and_overwrites_nothing(make_site):
    site = make_site(up=False)
    keys = list((site.dir / "keys").iterdir())
    assert len(keys) > 30
    assert {stat.S_IMODE(k.stat().st_mode) for k in keys} == {0o600}
    before = (site.dir / "faultline.conf").read_text()
    done = faultline("init", str(site.dir))
    assert done.returncode == 1 and "a site already" in done.stderr
    assert (site.dir / "faultline.conf").read_text() == before
    assert "good:" in site.run("plan", "check").stdout


def test_a_key_file_that_others_may_read_is_refused(site):
    path = site.dir / "keys" / "desk.key"
    path.chmod(0o644)
    done = site.run("submit", "x", check=False)
    assert done.returncode == 1 and "chmod" in done.stderr
    path.chmod(0o600)


def test_without_a_site_running_it_says_so(make_site):
    site = make_site(up=False)
    done = site.run("tickets", check=False)
    assert done.returncode == 1 and "faultline up" in done.stderr


def test_submit_twice_is_one_ticket(site):
    first = site.run("submit", "Lift stuck", "--category", "lift", "--key", "k1", *SPOT).stdout
    again = site.run("submit", "Lift stuck", "--category", "lift", "--key", "k1", *SPOT, check=False)
    assert "opened" in first
    assert len(site.run("tickets", "--json").stdout.splitlines()) == 1, again.stdout


def test_an_engineer_works_a_ticket_from_the_terminal(site):
    site.run("submit", "No power in the lobby", "--category", "power-failure", *SPOT)
    ticket = json.loads(wait_until(lambda: site.run("tickets", "--state", "offered", "--json").stdout, "an offer"))
    who, number = ticket["engineer"], ticket["number"]
    for verb in ("accept", "depart", "arrive", "resolve"):
        done = site.run("engineer", who, verb, number)
        assert verb + ": done" in done.stdout, done.stdout
    assert json.loads(site.run("ticket", number, "--json").stdout)["state"] == "resolved"
    refused = site.run("engineer", who, "accept", number, check=False)
    assert refused.returncode == 1 and "accept: refused" in refused.stdout
    refused = site.run("engineer", who, "--lang", "zh", "accept", number, check=False)
    assert refused.returncode == 1 and "接单未成功" in refused.stdout
    wrong = site.run("engineer", who, "--lang", "fr", "list", check=False)
    assert wrong.returncode == 2 and "--lang takes en or zh, not 'fr'" in wrong.stderr


def test_engineer_takes_commands_from_standard_input(site):
    site.run("submit", "Phones dead", "--category", "telephone", *SPOT)
    ticket = json.loads(wait_until(lambda: site.run("tickets", "--state", "offered", "--json").stdout, "an offer"))
    done = site.run("engineer", ticket["engineer"], "decline", ticket["number"], "on", "leave", check=False)
    assert done.returncode == 1 and "busy, far, skill" in done.stderr
    done = site.run("engineer", ticket["engineer"], "decline", ticket["number"], "shift", "on", "leave")
    assert "decline: done" in done.stdout
    story = json.loads(site.run("ticket", ticket["number"], "--json").stdout)
    (step,) = [s for s in story["timeline"] if s["verb"] == "decline"]
    assert step["note"] == "on leave" and step["reason"] == "shift"
    done = site.run("engineer", ticket["engineer"], stdin="list\nnonsense\naccept 99\n", check=False)
    assert done.returncode == 1 and "nonsense" in done.stderr and "no job '99'" in done.stderr


def test_watch_shows_what_moves_as_json(site):
    watch = subprocess.Popen(site.command("watch", "--json"), stdout=subprocess.PIPE, text=True)
    try:
        site.run("submit", "Router is dark", "--category", "network-outage", *SPOT)
        for line in watch.stdout:
            update = json.loads(line)
            if update["kind"] == "ticket":
                break
        assert update["number"] and update["state"]
    finally:
        watch.terminate()
        assert watch.wait(LIMIT) == 0
        watch.stdout.close()


def test_watch_speaks_the_language_of_the_locale(site):
    watch = subprocess.Popen(site.command("watch"), stdout=subprocess.PIPE, text=True, encoding="utf-8",
                             env={**os.environ, "LC_ALL": "zh_CN.UTF-8"})
    try:
        site.run("submit", "Router is dark", "--category", "network-outage", *SPOT)
        assert any("严重故障，network-outage" in line for line in watch.stdout)
    finally:
        watch.terminate()
        assert watch.wait(LIMIT) == 0
        watch.stdout.close()


def test_plan_apply_changes_what_it_says_and_twice_changes_nothing(site):
    text = (site.dir / "plan.yaml").read_text()
    assert "nothing differs" in site.run("plan", "apply").stdout
    (site.dir / "plan.yaml").write_text(text.replace("ask_s: 60", "ask_s: 61"))
    assert "ask_s" in site.run("plan", "diff").stdout
    assert "version 2 is in force" in site.run("plan", "apply").stdout
    assert "nothing differs" in site.run("plan", "diff").stdout
    assert "ask_s: 61" in site.run("plan", "show").stdout
    public = site.run("plan", "show", "--public").stdout
    assert "phone:" not in public and "principals:" in public
    wait_until(lambda: site.redis_cli("HGET", "fl:{north}:head", "plan").stdout.strip() == "2", "north follows")


def test_a_plan_that_drops_a_territory_is_refused(site):
    text = (site.dir / "plan.yaml").read_text()
    (site.dir / "plan.yaml").write_text(re.sub(r"\bsouth\b(?!-)", "far-south", text))
    done = site.run("plan", "apply", check=False)
    assert done.returncode == 1 and "'south'" in done.stderr, done


def test_an_engineer_whom_no_broker_answers_is_told_so(make_site):
    site = make_site(up=False)
    done = site.run("engineer", "johnson.k", "--wait-s", "2", "accept", "1", check=False)
    assert done.returncode == 1 and "no broker answers" in done.stderr


def test_submit_names_what_is_wrong_with_a_place(make_site):
    site = make_site(up=False)
    for words in (("--lon", "-71"), ("--lat", "95", "--lon", "-71"), ("--lat", "42", "--lon", "east")):
        done = site.run("submit", "x", *words, check=False)
        assert done.returncode == 2 and "--l" in done.stderr


def test_the_servers_take_the_usual_forms_of_options():
    assert faultline("broker", "-h").returncode == 0
    assert "faultline-worker" in faultline("worker", "--version").stdout
    done = faultline("worker", "--site=/nonexistent")
    assert done.returncode != 0 and "/nonexistent" in done.stderr


def test_the_port_that_a_broker_cannot_have_is_named_and_the_rest_of_the_site_stays(make_site):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        site = make_site(init=("--port", str(port)), up=False)
        endpoint = "tcp://127.0.0.1:%d" % port
        assert site.endpoints == [endpoint]
        site.start_up()
        wait_until(lambda: "cannot bind " + endpoint in site.log_text(), "the broker names its endpoint")
        assert "event=open endpoint=" + endpoint not in site.log_text()
        wait_until(lambda: site.redis_cli("HGET", "fl:{centre}:head", "plan").stdout.strip() == "1", "the workers work")
        assert site.up.poll() is None
    wait_until(lambda: "event=open endpoint=" + endpoint in site.log_text(), "the broker has its port")
    assert "opened" in site.run("submit", "x", *SPOT).stdout


def test_init_chooses_a_port_that_is_free(tmp_path):
    with socket.socket() as taken:
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # a connection that has just ended is nobody
        try:
            taken.bind(("127.0.0.1", 7341))
            taken.listen()
        except OSError:
            pass  # taken by somebody else, which serves as well
        for name in ("one", "two"):
            assert faultline("init", str(tmp_path / name)).returncode == 0
            conf = (tmp_path / name / "faultline.conf").read_text()
            port = int(re.search(r"^brokers tcp://127\.0\.0\.1:(\d+)$", conf, re.M).group(1))
            assert 7341 < port < 65536
            with socket.socket() as free:
                free.bind(("127.0.0.1", port))


def test_place_goes_to_the_engineers_home_territory(site):
    of_home = {home: who for who, home in site.engineers()}
    assert len(of_home) > 1
    for home, who in of_home.items():
        done = site.run("engineer", who, "place", "42.32", "-71.06")
        assert "refused" not in done.stdout + done.stderr
        wait_until(lambda: site.redis_cli("HLEN", "fl:{%s}:places" % home).stdout.strip() == "1", "his place")
    done = site.run("engineer", who, "place", "north", "-71.06", check=False)
    assert done.returncode == 1 and "decimal degrees" in done.stderr


def test_submit_takes_what_the_plan_takes_as_a_customer(site):
    done = site.run("submit", "Dark", "--customer", "C-1001", "--category", "Café", "--key", "labels", *SPOT)
    assert "opened" in done.stdout
    ticket = json.loads(site.run("tickets", "--json").stdout)
    assert json.loads(site.run("ticket", ticket["number"], "--json").stdout)["customer"] == "C-1001"


def test_act_says_any_verb_and_hears_the_verdict(site):
    site.run("submit", "Lights out", "--category", "power-failure", "--affected", "15", "--down", "--lang", "zh", *SPOT)
    ticket = json.loads(wait_until(lambda: site.run("tickets", "--state", "offered", "--json").stdout, "an offer"))
    number, ident, home = ticket["number"], ticket["ticket"], ticket["territory"]
    assert "done: " + number in site.run("act", number, "note", "--note", "the key is at the desk").stdout
    verdict = json.loads(site.run("act", ident, "nudge", "--territory", home, "--as", "desk", "--json").stdout)
    assert verdict["kind"] == "verdict" and verdict["verb"] == "nudge" and "refusal" not in verdict
    done = site.run("act", number, "approve", check=False)
    assert done.returncode == 1 and "refused: state" in done.stderr
    done = site.run("act", number, "delivered", check=False)  # a gateway's
    assert done.returncode == 1 and "refused: role" in done.stderr
    done = site.run("act", ident, "delivered", "--territory", home, check=False)
    assert done.returncode == 2 and "--seen" in done.stderr
    story = site.run("ticket", number).stdout
    for words in ("the key is at the desk", "nudges", "plan      version 1", "contract"):
        assert words in story, story


def test_act_names_what_is_missing_or_wrong(site):
    site.run("submit", "Lights out", "--category", "power-failure", *SPOT)
    number = json.loads(site.run("tickets", "--json").stdout)["number"]
    for words, told in (
        (("dance",), "no verb 'dance'"),
        (("exempt", "--note", "x"), "force_majeure, customer_delay"),
        (("exempt", "--reason", "busy", "--note", "x"), "force_majeure, customer_delay"),
        (("exempt", "--reason", "force_majeure", "--until", "soon", "--note", "x"), "14:30"),
        (("report", "--section", "poetry=x"), "time_affected"),
        (("nudge", "--level", "severe"), "takes no level"),
        (("join", "--other", "N1-0000000000-0"), "check digit"),
    ):
        done = site.run("act", number, *words, check=False)
        assert done.returncode in (1, 2) and told in done.stderr, (words, done)
    assert faultline("act", "--help").stdout.count("part_request") == 2  # by role: engineers, dispatchers


def test_tickets_that_are_over_show_when_asked_for(site):
    site.run("submit", "Lights out", "--category", "power-failure", *SPOT)
    number = json.loads(site.run("tickets", "--json").stdout)["number"]
    site.run("act", number, "reject", "--note", "no fault of ours")
    assert site.run("tickets").stdout.strip() == "0 tickets"
    assert number in site.run("tickets", "--all").stdout
    assert number in site.run("tickets", "--state", "rejected").stdout

def test_a_plan_comes_with_its_calendars_and_carries_them_compiled(site):
    assert sorted(f.name for f in (site.dir / "calendars").iterdir()) == ["hotline.ics", "hours.ics", "on-call.ics"]
    assert "good: " in site.run("plan", "check").stdout
    shown = site.run("plan", "show").stdout
    assert "compiled: " in shown and "hours.ics" not in shown
    again = site.dir / "again.yaml"
    again.write_text(shown)
    assert "nothing differs" in site.run("plan", "diff", str(again)).stdout
    public = site.run("plan", "show", "--public").stdout
    for private in ("compiled", "contract", "penalty", "escalations", "rosters", "calendars", "warranty"):
        assert private not in public, private


def test_plan_check_names_the_calendars_line_and_the_missing_seat(site):
    hotline = site.dir / "calendars" / "hotline.ics"
    text = hotline.read_text()
    hotline.write_text(text.replace("ATTENDEE;CN=Emma Taylor;X-PHONE=+1 617 555 0124:engineer:taylor.e\n", "", 1))
    done = site.run("plan", "check", check=False)
    assert done.returncode == 1 and "calendars/hotline.ics:5: " in done.stderr, done
    hotline.unlink()
    done = site.run("plan", "check", check=False)
    assert done.returncode == 1 and "plan.yaml:" in done.stderr and "cannot read calendars/hotline.ics" in done.stderr
