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
