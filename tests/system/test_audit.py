"""The audit log holds; after one flipped byte, one dropped entry, one rolled-back store it does not."""

import pathlib
import re
import shutil

from conftest import LIMIT, wait_until

PLACE = {"lat": 423200000, "lon": -710600000}


def filled(make_site):
    site = make_site(up=False, sets=("anchor_ms=200",))
    redis = site.start_redis()
    site.run("plan", "apply")
    site.start_broker()
    worker = site.start_worker()
    gateway = site.client("desk")
    gateway.subscribe()
    for i in range(5):
        gateway.report("desk.test", "r%d" % i, text="words %d" % i, **PLACE)
        gateway.until(lambda u: u["kind"] in ("opened", "attached"))
    return site, redis, worker


def stop(process):
    process.terminate()
    process.wait(LIMIT)


def verify(site):
    done = site.run("audit", "verify", check=False)
    return done.returncode, done.stdout


def test_one_flipped_byte_in_redis_own_file_is_found(make_site):
    site, redis, worker = filled(make_site)
    assert verify(site)[0] == 0
    stop(worker)
    log = site.redis_cli("--no-raw", "XRANGE", "fl:{centre}:log", "2-0", "2-0").stdout
    assert "2-0" in log
    stop(redis)
    aof = next(pathlib.Path(site.dir / "redis").rglob("*.incr.aof"))
    data = bytearray(aof.read_bytes())
    # the third entry of centre's log, as Redis wrote it down: a byte in the middle of its sealed body
    at = [m.start() for m in re.finditer(re.escape(b"fl:{centre}:log"), data)][2]
    body = re.compile(rb"\r\n\$1\r\nb\r\n\$(\d+)\r\n").search(data, at)
    data[body.end() + int(body.group(1)) // 2] ^= 1
    aof.write_bytes(data)
    site.start_redis()
    code, out = verify(site)
    assert code == 1 and "centre: BROKEN" in out and "version" in out, out
    assert "north: holds" in out


def test_a_deleted_entry_is_found(make_site):
    site, _, worker = filled(make_site)
    stop(worker)
    assert site.redis_cli("XDEL", "fl:{centre}:log", "3-0", user="worker").stdout.strip() == "1"
    code, out = verify(site)
    assert code == 1 and "entries are missing" in out


def test_anchors_outside_redis_prove_a_rollback(make_site):
    site, redis, worker = filled(make_site)
    anchors = site.dir / "anchors" / "centre.anchors"
    wait_until(lambda: anchors.exists() and anchors.read_text().count("\n") >= 1, "an anchor")
    stop(worker)
    assert verify(site)[0] == 0
    last = anchors.read_text().splitlines()[-1].split()
    site.redis_cli("XDEL", "fl:{centre}:log", last[2] + "-0", user="worker")
    code, out = verify(site)
    assert code == 1 and "anchor" in out


def test_what_a_worker_signed_with_its_former_key_still_holds(make_site):
    site, _, worker = filled(make_site)
    stop(worker)
    other = make_site(up=False)  # whose worker has other keys
    block = re.compile(r"  - id: worker\n(?:    .*\n)+")
    plans = [(s.dir / "plan.yaml").read_text() for s in (site, other)]
    former, fresh = (block.search(text).group() for text in plans)
    assert "sign:" in former and former != fresh
    (site.dir / "plan.yaml").write_text(plans[0].replace(former, fresh))
    shutil.copy(other.dir / "keys" / "worker.key", site.dir / "keys" / "worker.key")
    site.run("plan", "apply")
    site.start_worker()
    gateway = site.client("desk")
    gateway.subscribe()
    gateway.report("desk.test", "after", text="signed with the new key", **PLACE)
    gateway.until(lambda u: u["kind"] in ("opened", "attached"))
    code, out = verify(site)
    assert code == 0 and "centre: holds" in out, out
    # without the version that had it, the former key is nobody's
    assert site.redis_cli("HSET", "fl:plan:1", "sealed", "garbage").stdout.strip() == "0"
    done = site.run("audit", "verify", check=False)
    assert done.returncode == 1 and "plan version 1" in done.stderr
    assert "centre: version 1: the signature of 'worker' is not right" in done.stdout, done.stdout


def test_a_log_that_grows_while_it_is_read_holds(site):
    """An auditor needs no quiet hour: what is committed meanwhile is no fault."""
    csv, mapping = site.dir / "calls.csv", site.dir / "calls.map"
    rows = ("%d,words %d,42.32,-71.06\n" % (i, i) for i in range(30000))
    csv.write_text("id,words,lat,lon\n" + "".join(rows))
    mapping.write_text("source desk.test\nkey {id}\ncategory other\ntext {words}\nlat {lat}\nlon {lon}\n")
    busy = site.spawn(*site.command("feed", str(csv), "--map", str(mapping)))
    audits = 0
    while busy.poll() is None or audits < 3:
        for what in ("verify", "clocks"):
            done = site.run("audit", what, check=False)
            assert done.returncode == 0, done.stdout + done.stderr
        audits += 1
    assert busy.returncode == 0
