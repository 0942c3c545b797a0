"""`faultline calendar`: years of public holidays into iCalendar, and days as people read them."""

import json
import subprocess

import pytest
from conftest import BUILD, DATA, ROOT

SAMPLE = ROOT / "tests" / "data"


def calendar(*words, code=0):
    done = subprocess.run(
        [str(BUILD / "faultline"), "calendar", *map(str, words)], capture_output=True, timeout=120
    )
    assert done.returncode == code, (words, done.stdout[-2000:], done.stderr[-2000:])
    return done


def shown(*words):
    lines = calendar("show", *words, "--json").stdout.decode().splitlines()
    return {day["date"]: day for day in map(json.loads, lines)}


def hours(day):
    return [(part["from"], part["to"]) for part in day["open"]]


FULL = [("09:00", "12:00"), ("13:00", "18:00")]


def year_file(folder, name, days):
    path = folder / name
    path.write_text(json.dumps({"days": [dict(zip(("name", "date", "isOffDay"), d)) for d in days]}))
    return path


def test_every_year_of_public_holidays_is_as_its_file_says(tmp_path):
    files = sorted((DATA / "holiday-cn").glob("*.json"))
    if not files:
        pytest.skip("skipped: ../shared/data/holiday-cn is not there")
    out = tmp_path / "cn.ics"
    calendar("import", *files, "-o", out)
    assert out.read_bytes() == calendar("import", *files).stdout
    for line in out.read_bytes().split(b"\r\n"):
        assert b"\n" not in line and len(line) <= 75
        line.decode()
    days = shown(SAMPLE / "working.ics", out, "--zone", "Asia/Shanghai", "--from", "2025-12-20", "--days", "400")
    assert hours(days["2026-02-14"]) == FULL, "a make-up Saturday"
    assert hours(days["2026-02-17"]) == [], "a holiday on a Tuesday"
    assert hours(days["2026-02-21"]) == [] and hours(days["2026-03-02"]) == FULL
    for day in json.loads((DATA / "holiday-cn" / "2026.json").read_text())["days"]:
        there = days[day["date"]]
        assert hours(there) == ([] if day["isOffDay"] else FULL), day
        kind = "holiday" if day["isOffDay"] else "make-up"
        assert {"kind": kind, "name": day["name"]} in there["notes"]


def test_a_day_of_two_files_is_taken_once_and_a_contradiction_names_both(tmp_path):
    one = year_file(tmp_path, "one.json", [("New Year", "2027-01-01", True), ("New Year", "2027-01-02", False)])
    same = year_file(tmp_path, "same.json", [("New Year", "2027-01-01", True)])
    other = year_file(tmp_path, "other.json", [("New Year", "2027-01-02", True)])
    out = tmp_path / "out.ics"
    assert b"2 days from 2 files" in calendar("import", one, same, "--out", out).stdout
    assert out.read_bytes().count(b"BEGIN:VEVENT") == 2
    out.unlink()
    said = calendar("import", one, other, "--out", out, code=1).stderr.decode()
    assert "one.json" in said and "other.json: 2027-01-02 is a free day" in said
    assert not out.exists()


def test_a_long_name_is_folded_between_letters_and_read_again(tmp_path):
    name = "国庆节，中秋节; with, commas \\ " + "假" * 40
    year = year_file(tmp_path, "year.json", [(name, "2027-10-01", True)])
    out = tmp_path / "out.ics"
    calendar("import", year, "-o", out)
    assert all(len(line) <= 75 and line.decode() for line in out.read_bytes().strip().split(b"\r\n"))
    day = shown(out, "--from", "2027-10-01", "--days", "1")["2027-10-01"]
    assert day["notes"] == [{"kind": "holiday", "name": name}]


@pytest.mark.parametrize(
    "text, words",
    [
        ("{", "no JSON"),
        ("[]", 'no "days"'),
        ('{"days": [{"name": "x", "date": "2027-02-30", "isOffDay": true}]}', "day 1 2027-02-30"),
        ('{"days": [{"name": "x", "date": "2027-02-03", "isOffDay": "yes"}]}', "isOffDay"),
        ('{"days": [{"name": "a\\u0007b", "date": "2027-02-03", "isOffDay": true}]}', "not printable"),
    ],
)
def test_what_is_no_file_of_holidays_is_refused(tmp_path, text, words):
    bad = tmp_path / "bad.json"
    bad.write_text(text)
    said = calendar("import", bad, code=1)
    assert said.stdout == b"" and words in said.stderr.decode() and "bad.json" in said.stderr.decode()


def test_the_sample_shows_half_days_make_up_days_swaps_and_absences():
    all_files = sorted(SAMPLE.glob("*.ics"))
    days = shown(*all_files, "--zone", "America/New_York", "--from", "2026-03-01", "--days", "330")
    assert hours(days["2026-12-24"]) == [("09:00", "12:00")]
    assert hours(days["2026-12-19"]) == FULL
    assert hours(days["2026-12-25"]) == [] and hours(days["2026-12-28"]) == []
    night = [s for s in days["2026-03-10"]["duty"] if s.get("swapped")]
    assert [p["engineer"] for p in night[0]["people"]] == ["brown.a", "liu.yang"]
    early = days["2026-07-07"]["duty"][0]["people"]
    assert {"engineer": "chen.wei", "presence": "absent"}.items() <= early[0].items()
    assert all(len(day["duty"]) == 3 for date, day in days.items() if date != "2026-03-01")


def test_faults_of_a_file_are_told_and_wrong_usage_is_2(tmp_path):
    bad = tmp_path / "bad.ics"
    bad.write_text(
        "BEGIN:VCALENDAR\nVERSION:2.0\nBEGIN:VEVENT\nUID:1\nSUMMARY:Shift\n"
        "DTSTART;TZID=Mars/Olympus:20260101T080000\nDTEND:20260101T090000\nEND:VEVENT\nEND:VCALENDAR\n"
    )
    said = calendar("show", bad, code=1).stderr.decode()
    assert said.startswith('%s:3: event "Shift": DTSTART: unknown zone Mars/Olympus' % bad)
    assert b"No such file" in calendar("show", tmp_path / "none.ics", code=1).stderr
    assert b"no zone 'Nowhere'" in calendar("show", bad, "--zone", "Nowhere", code=2).stderr
    assert b"--from takes a date" in calendar("show", bad, "--from", "2026-02-30", code=2).stderr
    calendar("show", code=2)
    calendar("export", bad, code=2)
