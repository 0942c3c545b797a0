"""`faultline plan try`: a past period played again under another plan."""

import json
import re

from conftest import wait_until


def report(site, n):
    done = site.run("submit", "Dark %d" % n, "--category", "power-failure", "--key", "k%d" % n,
                    "--lat", "%.4f" % (42.3790 + n * 0.0007), "--lon", "-71.0300")
    return re.search(r"[A-Z]\d-\d{10}-\d", done.stdout).group(0)


def tried(site, path, *words):
    return json.loads(site.run("plan", "try", str(path), "--json", *words).stdout)


def numbers(part):
    return [n for v in part.values() for n in (numbers(v) if isinstance(v, dict) else [v])]


def test_the_same_plan_differs_in_nothing_and_one_man_fewer_breaks_more(site):
    opened = [report(site, n) for n in range(8)]
    offered = lambda: json.loads(site.run("ticket", opened[0], "--json").stdout)
    who = wait_until(lambda: (lambda t: t.get("engineer") if t["state"] == "offered" else None)(offered()), "an offer")
    for verb in ("accept", "depart", "arrive", "resolve"):
        site.run("engineer", who, verb, opened[0])
    site.run("act", opened[7], "cancel", "--note", "light again")
    heads = site.redis_cli("HGET", "fl:{north}:head", "version").stdout

    same = tried(site, site.dir / "plan.yaml")
    assert same["present"] == same["tried"] and not any(numbers(same["difference"]))
    assert same["present"]["tickets"] == 8 and same["present"]["solved"] == 7 and same["present"]["ended"] == 1
    assert same["present"]["arrival"]["begun"] == 8 and same["present"]["travel_m"] > 0
    assert same["present"]["refused"] == 0
    assert {m["engineer"] for m in same["workload"] if m["present_ms"] > 0} == {"liu.yang", "oconnor.p"}
    assert all(m["present_ms"] == m["tried_ms"] for m in same["workload"])

    text = (site.dir / "plan.yaml").read_text()
    assert "skills: [{skill: power, level: 3}, {skill: hvac, level: 1}]" in text
    other = site.dir / "other.yaml"
    other.write_text(text.replace("skills: [{skill: power, level: 3}, {skill: hvac, level: 1}]", "skills: [{skill: hvac, level: 1}]"))
    worse = tried(site, other)
    assert worse["present"] == same["present"]
    assert worse["difference"]["weighted"] > 0 and worse["difference"]["wait_ms"] > 0

    assert next(m for m in worse["workload"] if m["engineer"] == "oconnor.p")["tried_ms"] == 0

    table = site.run("plan", "try", str(other)).stdout
    for words in ("played again under plan version 1 (present)", "present        tried   difference", "broken promises, weighted",
                  "arrival promised", "travel, minutes a ticket", "travel, km", "busy, hours an engineer: mean"):
        assert words in table, table
    assert site.redis_cli("HGET", "fl:{north}:head", "version").stdout == heads  # nothing was written
    assert "nothing differs" in site.run("plan", "diff").stdout

    done = site.run("plan", "try", str(other), "--from", "2026-01-01T00:00:00Z", "--to", "2026-01-02T00:00:00Z", check=False)
    assert done.returncode == 1 and "no report in that period" in done.stderr
    done = site.run("plan", "try", str(other), "--from", "soon", check=False)
    assert done.returncode == 2 and "--from: 'soon' is no time" in done.stderr
    other.write_text(text.replace("level: severe", "level: grim", 1))
    done = site.run("plan", "try", str(other), check=False)
    assert done.returncode == 1 and "other.yaml:" in done.stderr and "grim" in done.stderr
