"""A telephone exchange for tests: a real Kamailio as registrar and proxy, a real baresip as an extension."""

import json
import os
import shutil
import socket
import subprocess
import threading
import wave

from conftest import wait_until

KAMAILIO = shutil.which("kamailio", path="/usr/sbin:" + os.environ.get("PATH", ""))

PROXY = """#!KAMAILIO
debug=1
log_stderror=yes
fork=yes
children=2
disable_tcp=yes
auto_aliases=no
listen=udp:127.0.0.1:{port}
alias="pbx.example"
mpath="{modules}"
loadmodule "kex.so"
loadmodule "tm.so"
loadmodule "sl.so"
loadmodule "rr.so"
loadmodule "pv.so"
loadmodule "maxfwd.so"
loadmodule "textops.so"
loadmodule "siputils.so"
loadmodule "usrloc.so"
loadmodule "registrar.so"
loadmodule "auth.so"
modparam("usrloc", "db_mode", 0)
modparam("rr", "enable_full_lr", 1)
request_route {{
  if (!mf_process_maxfwd_header("10")) {{ sl_send_reply("483", "Too Many Hops"); exit; }}
  if (is_method("CANCEL")) {{ if (t_check_trans()) t_relay(); exit; }}
  if (has_totag()) {{
    if (loose_route()) {{ t_relay(); exit; }}
    if (is_method("ACK")) {{ if (t_check_trans()) t_relay(); exit; }}
    sl_send_reply("404", "Not here"); exit;
  }}
  t_check_trans();
  if (is_method("REGISTER")) {{
    if (!pv_www_authenticate("pbx.example", "secret", "0")) {{ www_challenge("pbx.example", "1"); exit; }}
    consume_credentials();
    if (!save("location")) sl_reply_error();
    exit;
  }}
  if (is_method("OPTIONS")) {{ sl_send_reply("200", "OK"); exit; }}
  record_route();
  if (!lookup("location")) {{ sl_send_reply("404", "Not Found"); exit; }}
  t_relay();
}}
"""


def free_port(kind=socket.SOCK_DGRAM):
    with socket.socket(socket.AF_INET, kind) as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


class Kamailio:
    def __init__(self, site):
        self.dir = site.dir / "kamailio"
        self.dir.mkdir()
        modules = subprocess.run(
            "find /usr/lib /usr/lib64 -name registrar.so -path '*kamailio*' | head -1", shell=True, capture_output=True,
            text=True,
        ).stdout.strip().rsplit("/", 1)[0]
        for _ in range(5):  # somebody may take the port in between
            self.port = free_port()
            (self.dir / "conf").write_text(PROXY.format(port=self.port, modules=modules + "/"))
            self.process = subprocess.Popen(
                [KAMAILIO, "-f", str(self.dir / "conf"), "-DD", "-E", "-w", str(self.dir), "-Y", str(self.dir), "-m", "16",
                 "-M", "4"],
                stdout=subprocess.DEVNULL, stderr=open(self.dir / "log", "wb"), stdin=subprocess.DEVNULL,
            )
            site.children.append(self.process)
            wait_until(lambda: self.process.poll() is not None or self.answers(), "Kamailio answers", 10)
            if self.process.poll() is None:
                return
        raise AssertionError((self.dir / "log").read_text()[-3000:])

    def answers(self):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
            s.settimeout(0.2)
            s.connect(("127.0.0.1", self.port))
            here = "127.0.0.1:%d" % s.getsockname()[1]
            try:
                s.send((
                    "OPTIONS sip:pbx.example SIP/2.0\r\nVia: SIP/2.0/UDP %s;branch=z9hG4bK%s\r\nFrom: <sip:a@b>;tag=1\r\n"
                    "To: <sip:pbx.example>\r\nCall-ID: %s\r\nCSeq: 1 OPTIONS\r\nContent-Length: 0\r\n\r\n"
                    % (here, os.urandom(4).hex(), os.urandom(4).hex())
                ).encode())
                return s.recv(4096).startswith(b"SIP/2.0 200")
            except OSError:
                return False

    def stop(self):
        if self.process.poll() is None:
            self.process.terminate()
            self.process.wait(10)


BARESIP = """sip_listen 127.0.0.1:{port}
audio_player aubridge,x
audio_source aufile,{dir}/silence.wav
audio_alert aubridge,z
ausrc_srate 8000
auplay_srate 8000
ausrc_channels 1
auplay_channels 1
rtp_ports {rtp}-{rtp_end}
call_local_timeout 60
call_max_calls 4
module_path {modules}
module g711.so
module aubridge.so
module aufile.so
module auconv.so
module auresamp.so
module_tmp account.so
module_app menu.so
module_app ctrl_tcp.so
ctrl_tcp_listen 127.0.0.1:{control}
"""


class Baresip:
    """A real telephone that picks up by itself; keys and the end by its control port."""

    def __init__(self, site, kamailio, number, answers=True):
        self.dir = site.dir / "baresip"
        self.dir.mkdir()
        modules = subprocess.run(
            "find /usr/lib /usr/lib64 -name g711.so -path '*baresip*' | head -1", shell=True, capture_output=True, text=True
        ).stdout.strip().rsplit("/", 1)[0]
        with wave.open(str(self.dir / "silence.wav"), "wb") as w:
            w.setparams((1, 2, 8000, 0, "NONE", ""))
            w.writeframes(bytes(2 * 8000 * 60))
        self.control, rtp = free_port(socket.SOCK_STREAM), free_port()
        (self.dir / "config").write_text(
            BARESIP.format(port=free_port(), rtp=rtp, rtp_end=min(rtp + 100, 65535), modules=modules, control=self.control,
                dir=self.dir)
        )
        (self.dir / "accounts").write_text(
            "<sip:%s@pbx.example>;auth_user=%s;auth_pass=secret;outbound=\"sip:127.0.0.1:%d;transport=udp\";"
            "regint=60;answermode=%s;audio_codecs=pcma/8000/1\n"
            % (number, number, kamailio.port, "auto" if answers else "manual")
        )
        (self.dir / "contacts").write_text("")
        self.log = self.dir / "log"
        self.process = subprocess.Popen(
            ["baresip", "-4", "-f", str(self.dir)], stdin=subprocess.DEVNULL, stdout=open(self.log, "wb"),
            stderr=subprocess.STDOUT,
        )
        site.children.append(self.process)
        wait_until(lambda: "200 OK" in self.log.read_text(errors="replace"), "baresip registers: " + str(self.log), 10)
        self.socket = socket.create_connection(("127.0.0.1", self.control), timeout=5)
        self.text = ""
        threading.Thread(target=self.listen, daemon=True).start()

    def listen(self):
        while True:
            try:
                data = self.socket.recv(65536)
            except socket.timeout:
                continue
            except OSError:
                return
            if not data:
                return
            self.text += data.decode(errors="replace")

    def order(self, command, params=""):
        data = json.dumps({"command": command, "params": params, "token": "t"}).encode()
        self.socket.sendall(b"%d:%s," % (len(data), data))

    def sees(self, what, limit=20):
        wait_until(lambda: what in self.text, "baresip's " + what, limit)
        self.text = self.text[self.text.index(what) + len(what):]

    def press(self, key):
        self.order("sndcode", key)  # and holds it
