"""What a dispatcher sees of decisions: why somebody was chosen, and why the others were not."""

import json
import re

from conftest import wait_until

# Near liu.yang (power 2) in the north; oconnor.p (power 3) is farther, garcia.m has power at level 1 only.
NORTH = 42.3790
CAPACITY = 3  # of both


def report(site, n, category="power-failure"):
    done = site.run("submit", "Dark %d" % n, "--category", category, "--key", "k%d" % n,
                    "--lat", "%.4f" % (NORTH + n * 0.0007), "--lon", "-71.0300")
    return re.search(r"[A-Z]\d-\d{10}-\d", done.stdout).group(0)


def story(site, number):
    return json.loads(site.run("ticket", number, "--json").stdout)


def in_state(site, number, state):
    return wait_until(lambda: (lambda s: s if s["state"] == state else None)(story(site, number)), state)


def test_why_says_who_was_chosen_against_whom_by_how_much_and_why_not_the_others(site):
    number = report(site, 0)
    told = in_state(site, number, "offered")
    assert told["engineer"] == "liu.yang" and told["next_best"] == "oconnor.p"
    assert told["margin"] > 0 and told["cost"] > 0 and told["terms"]["travel"] > 0
    considered = {c["engineer"]: c for c in told["considered"]}
    assert considered["liu.yang"]["why"] == "chosen"
    assert considered["liu.yang"]["distance_m"] < considered["oconnor.p"]["distance_m"]
    assert considered["garcia.m"]["why"] == "lacks a skill or its level"
    words = site.run("ticket", number, "--why").stdout
    for part in ("Offered to liu.yang (Liu Yang", "Chosen: liu.yang, ", "  travel ", "  in all ",
                 "The next best, oconnor.p, would cost ", "Not the others:\n"):
        assert part in words, words
    assert re.search(r"  garcia\.m, [0-9.]+ km away, carrying 0: lacks a skill or its level\.", words), words
    assert re.search(r"  oconnor\.p, [0-9.]+ km away, carrying 0: could, but another fits better\.", words), words


def test_why_says_for_whom_a_ticket_waits(site):
    for n in range(2 * CAPACITY):
        in_state(site, report(site, n), "offered")
    number = report(site, 2 * CAPACITY)
    told = in_state(site, number, "queued")
    words = site.run("ticket", number, "--why").stdout
    assert "It waits; nobody has it." in words, words
    waits = re.search(r"It waits for (\S+), [0-9.]+ km away, carrying 3, who should be free at about 20", words)
    assert waits and waits.group(1) in ("liu.yang", "oconnor.p"), words
    assert told["considered"][0]["engineer"] == waits.group(1) and told["considered"][0]["load"] == CAPACITY
    assert "garcia.m" in words and "carries as many tickets as allowed" in words, words


def head(site, territory="north"):
    return site.redis_cli("HGETALL", "fl:{%s}:head" % territory).stdout


def test_a_dry_run_shows_what_would_follow_and_sends_nothing(site):
    number = report(site, 0)
    in_state(site, number, "offered")
    before = story(site, number)
    words = site.run("act", number, "assign", "--engineer", "oconnor.p", "--dry-run").stdout
    for part in ("What would follow from 'assign'", "  now   offered to liu.yang; there in ", "  then  offered to oconnor.p; there in ",
                 " to spare", "What oconnor.p costs, in minutes by the plan's weights; what the engine's own choice, liu.yang",
                 "  travel ", "  in all ", "In the hands of oconnor.p then", "No other ticket changes."):
        assert part in words, words
    told = json.loads(site.run("act", number, "assign", "--engineer", "oconnor.p", "--dry-run", "--json").stdout)
    assert told["now"]["engineer"] == "liu.yang" and told["then"]["engineer"] == "oconnor.p"
    assert told["cost_then"]["cost"] > told["cost_now"]["cost"] > 0
    assert told["then"]["arrival_late_s"] > told["now"]["arrival_late_s"]
    after = story(site, number)
    assert (after["version"], after["engineer"]) == (before["version"], "liu.yang")


def test_a_dry_run_says_why_it_would_be_refused(site):
    number = report(site, 0)
    in_state(site, number, "offered")
    for who, why in (("garcia.m", "lacks a skill or its level"), ("liu.yang", "has it already"), ("nobody.x", "no engineer of this territory")):
        done = site.run("act", number, "assign", "--engineer", who, "--dry-run", check=False)
        assert done.returncode == 1 and "It would be refused: nobody" in done.stdout and why in done.stdout, done


def test_who_gets_what_he_would_have_got_is_shown_before_it_is_done(site):
    numbers = [report(site, n) for n in range(2 * CAPACITY + 1)]
    last = numbers[-1]
    in_state(site, last, "queued")
    mine = next(n for n in numbers if story(site, n).get("engineer") == "liu.yang")
    done = site.run("act", mine, "preprocess", "--until", "+2h", "--note", "the customer calls back")
    assert "kept at the desk for 120 min more" in done.stdout, done.stdout
    others = done.stdout[done.stdout.index("Other tickets that it touches"):]
    assert last in others and re.search(r"now   waits for \S+\n +then  offered to liu\.yang", others), done.stdout
    assert "done: " + mine in done.stdout
    assert in_state(site, last, "offered")["engineer"] == "liu.yang"
    held = story(site, mine)
    assert held["state"] == "triaged" and "engineer" not in held
    assert "offered to nobody before 20" in site.run("ticket", mine, "--why").stdout
    done = site.run("act", mine, "dispatch")
    assert "then  waits for " in done.stdout and in_state(site, mine, "queued")
