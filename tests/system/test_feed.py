"""`faultline feed` over real data: every row accounted for, again and again."""

import csv
import gzip
import json

import pytest

from conftest import DATA, ROOT

MAPS = ROOT / "deploy" / "maps"
OUTCOMES = ("opened", "attached", "duplicate", "quarantined", "refused")


def need(name):
    path = DATA / name
    if not path.exists():
        pytest.skip("%s is not there" % name)
    return path


def feed(site, path, mapping, *words, check=True):
    done = site.run("feed", str(path), "--map", str(MAPS / mapping), "--json", *words, check=check, limit=600)
    counts = json.loads(done.stdout)
    assert counts["rows"] == sum(counts[o] for o in OUTCOMES) + counts["waiting"], counts
    return counts, done


def tickets(site):
    return [json.loads(line) for line in site.run("tickets", "--json").stdout.splitlines()]


def rows_of(path, count):
    """The heading and the first rows of a CSV, as lists."""
    with gzip.open(path, "rt", newline="") as f:
        reader = csv.reader(f)
        return [row for _, row in zip(range(count + 1), reader)]


def write(path, rows):
    with open(path, "w", newline="") as f:
        csv.writer(f).writerows(rows)


def test_every_row_of_a_real_file_ends_somewhere_and_a_second_run_makes_no_new_ticket(site):
    path = need("boston311.csv.gz")
    first, _ = feed(site, path, "boston311.map", "--limit", "3000")
    assert first["rows"] == 3000 and first["waiting"] == 0
    assert first["opened"] > 0 and first["duplicate"] == 0 and first["quarantined"] == 0
    made = len(tickets(site))
    assert made == first["opened"]
    second, _ = feed(site, path, "boston311.map", "--limit", "3000")
    assert second["duplicate"] == 3000 - second["refused"], second
    assert len(tickets(site)) == made
    assert "holds" in site.run("audit", "verify").stdout


def test_a_changed_row_under_an_old_id_is_quarantined_and_told(site, tmp_path):
    rows = rows_of(need("boston311.csv.gz"), 20)
    whole, changed = tmp_path / "whole.csv", tmp_path / "changed.csv"
    write(whole, rows)
    assert feed(site, whole, "boston311.map")[0]["waiting"] == 0
    before = len(tickets(site))
    title, lat = rows[0].index("case_title"), rows[0].index("latitude")
    rows[5][title] = "something else entirely"
    rows[7][lat] = "42.3000001"  # other coordinates: still the old report, at its old address
    write(changed, rows)
    counts, done = feed(site, changed, "boston311.map")
    assert counts["quarantined"] == 2 and counts["duplicate"] == 18, counts
    assert "row 5: quarantined" in done.stderr and "row 7: quarantined" in done.stderr
    assert len(tickets(site)) == before


def test_rows_without_a_place_go_to_triage(site, tmp_path):
    rows = rows_of(need("boston311.csv.gz"), 6)
    lat, lon = rows[0].index("latitude"), rows[0].index("longitude")
    rows[1][lat], rows[1][lon] = "", ""
    rows[2][lat], rows[2][lon] = "0", "0"
    rows[3][lat], rows[3][lon] = "0.0", "0.0"
    write(tmp_path / "places.csv", rows)
    assert feed(site, tmp_path / "places.csv", "boston311.map")[0]["refused"] == 0
    assert sum(t["territory"] == "triage" for t in tickets(site)) == 3


def test_broken_rows_are_refused_with_reason_and_row_number(site, tmp_path):
    rows = rows_of(need("boston311.csv.gz"), 8)
    heading = rows[0]
    rows[1][heading.index("open_dt")] = "the day before yesterday"
    rows[2] = rows[2][:4]
    rows[3][heading.index("case_enquiry_id")] = ""
    rows[4][heading.index("latitude")] = "north of here"
    path = tmp_path / "broken.csv"
    write(path, rows)
    text = path.read_text()
    path.write_text(text + '"never closed, and the file ends')
    counts, done = feed(site, path, "boston311.map")
    assert counts["refused"] == 5 and counts["opened"] + counts["attached"] == 4, counts
    for row in (1, 2, 3, 4, 9):
        assert "row %d: refused: " % row in done.stderr
    assert "the day before yesterday" in done.stderr


def test_the_other_cities_formats_are_read_whole(site):
    nyc = need("nyc311")
    for path in (nyc / "YangziXinJas-COMS6111.csv.gz", nyc / "mzuber88-TwoSix.csv.gz", nyc / "kexinjiao-4501.csv.gz"):
        counts, _ = feed(site, path, "nyc311.map")
        assert counts["waiting"] == 0 and counts["opened"] + counts["attached"] > counts["rows"] * 0.9, (path, counts)
    counts, _ = feed(site, need("sffd-calls.csv.gz"), "sffd.map", "--limit", "1500")
    assert counts["waiting"] == 0 and counts["refused"] == 0, counts


def test_a_mapping_that_does_not_fit_says_so(site, tmp_path):
    write(tmp_path / "a.csv", [["id", "words"], ["1", "x"]])
    done = site.run("feed", str(tmp_path / "a.csv"), "--map", str(MAPS / "boston311.map"), check=False)
    assert done.returncode == 1 and "case_enquiry_id" in done.stderr
    (tmp_path / "bad.map").write_text("source x\nkeys {id}\n")
    done = site.run("feed", str(tmp_path / "a.csv"), "--map", str(tmp_path / "bad.map"), check=False)
    assert done.returncode == 1 and "bad.map:2:" in done.stderr


def test_a_cut_gzip_is_told_after_its_whole_rows_have_ended(site, tmp_path):
    rows = rows_of(need("boston311.csv.gz"), 400)
    write(tmp_path / "whole.csv", rows)
    data = gzip.compress((tmp_path / "whole.csv").read_bytes())
    cut = tmp_path / "cut.csv.gz"
    cut.write_bytes(data[: len(data) // 2])
    counts, done = feed(site, cut, "boston311.map", check=False)
    assert done.returncode == 1 and "reading after row %d:" % counts["rows"] in done.stderr, done.stderr
    assert 0 < counts["rows"] < 400 and counts["waiting"] == 0 and counts["refused"] == 0, counts
