"""The chat services as the gateway sees them, written from their documentation: what they post to us, signed and
encrypted, and the APIs that they are answered through, on one local server."""

import base64
import hashlib
import hmac
import http.client
import http.server
import json
import os
import re
import socket
import struct
import subprocess
import threading
import time
import urllib.parse

from conftest import LIMIT, wait_until

KEY43 = "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C"
SECRETS = {
    "wecom": {"token": "QDG6eK", "key": KEY43, "id": "wx5823bf96d3bd56c7", "secret": "corp-s", "agent": "1000002"},
    "dingtalk": {"id": "app-key", "secret": "ding-s", "agent": "robot-1", "token": "123456", "key": KEY43},
    "feishu": {"id": "cli_1", "secret": "app-s", "key": "kudryavka", "token": "verify-1"},
    "slack": {"key": "8f742231b10e8888abcd99yyyzzz85a5", "secret": "xoxb-1"},
    "telegram": {"token": "sesame_1", "secret": "110201543:AAH"},
}


def aes(key, iv, plain):
    words = ["openssl", "enc", "-aes-256-cbc", "-nopad", "-K", key.hex(), "-iv", iv.hex()]
    return subprocess.run(words, input=plain, capture_output=True, check=True).stdout


def padded(plain, block):
    n = block - len(plain) % block
    return plain + bytes([n]) * n


def envelope(message, receiver):
    """WeCom's and DingTalk's."""
    key = base64.b64decode(KEY43 + "=")
    message = message.encode()
    plain = os.urandom(16) + struct.pack(">I", len(message)) + message + receiver.encode()
    return base64.b64encode(aes(key, key[:16], padded(plain, 32))).decode()


def sha1_sorted(*parts):
    return hashlib.sha1("".join(sorted(parts)).encode()).hexdigest()


class Platforms:
    """One server for all five. `troubles`: what is answered next, before anything good: (status, headers, body)."""

    def __init__(self):
        self.said, self.tokens, self.troubles, self.requests = [], {}, [], []
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def answer(self):
                body = self.rfile.read(int(self.headers.get("content-length", 0)))
                path = urllib.parse.urlparse(self.path)
                status, headers, answer = outer.take(path.path, urllib.parse.parse_qs(path.query), self.headers, body)
                data = json.dumps(answer).encode()
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("content-type", "application/json")
                self.send_header("content-length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            do_GET = do_POST = answer

            def log_message(self, *words):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.base = "http://127.0.0.1:%d" % self.server.server_port
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()

    def token(self, kind):
        self.tokens[kind] = self.tokens.get(kind, 0) + 1
        return "%s-token-%d" % (kind, self.tokens[kind])

    def take(self, path, query, headers, body):
        """(status, headers, answer)"""
        body = json.loads(body) if body else {}
        self.requests.append((time.monotonic(), path))
        if path == "/cgi-bin/gettoken":
            assert query == {"corpid": [SECRETS["wecom"]["id"]], "corpsecret": ["corp-s"]}, query
            return 200, {}, {"errcode": 0, "access_token": self.token("wecom"), "expires_in": 7200}
        if path == "/v1.0/oauth2/accessToken":
            assert body == {"appKey": "app-key", "appSecret": "ding-s"}, body
            return 200, {}, {"accessToken": self.token("dingtalk"), "expireIn": 7200}
        if path == "/open-apis/auth/v3/tenant_access_token/internal":
            assert body == {"app_id": "cli_1", "app_secret": "app-s"}, body
            return 200, {}, {"code": 0, "tenant_access_token": self.token("feishu"), "expire": 7200}
        if self.troubles:
            return self.troubles.pop(0)
        for pattern, take in self.ROUTES:
            if re.fullmatch(pattern, path):
                kind, to, words, answer = take(self, query, headers, body)
                self.said.append({"kind": kind, "to": to, "words": words, "body": body})
                return 200, {}, answer
        return 404, {}, {}

    def current(self, kind):
        return "%s-token-%d" % (kind, self.tokens.get(kind, 0))

    def wecom(self, query, headers, body):
        assert query["access_token"] == [self.current("wecom")] and body["agentid"] == 1000002
        return "wecom", body["touser"], body["text"]["content"], {"errcode": 0, "errmsg": "ok"}

    def dingtalk(self, query, headers, body):
        assert headers["x-acs-dingtalk-access-token"] == self.current("dingtalk") and body["robotCode"] == "robot-1"
        to = body["userIds"][0] if "userIds" in body else body["openConversationId"]
        return "dingtalk", to, json.loads(body["msgParam"])["content"], {"processQueryKey": "q"}

    def feishu(self, query, headers, body):
        assert headers["authorization"] == "Bearer " + self.current("feishu") and body["uuid"]
        assert query["receive_id_type"] == ["open_id" if body["receive_id"].startswith("ou_") else "chat_id"]
        return "feishu", body["receive_id"], json.loads(body["content"])["text"], {"code": 0}

    def slack(self, query, headers, body):
        assert headers["authorization"] == "Bearer xoxb-1"
        return "slack", body["channel"], body["text"], {"ok": True}

    def telegram(self, query, headers, body):
        return "telegram", body["chat_id"], body["text"], {"ok": True, "result": {}}

    ROUTES = [
        (r"/cgi-bin/message/send", wecom),
        (r"/v1\.0/robot/(oToMessages/batchSend|groupMessages/send)", dingtalk),
        (r"/open-apis/im/v1/messages", feishu),
        (r"/api/chat\.postMessage", slack),
        (r"/bot110201543:AAH/sendMessage", telegram),
    ]

    def hears(self, wanted, limit=15, since=0, **fields):
        """The first thing said, from number `since` on, that has these fields and whose words fit."""

        def look():
            fits = (s for s in self.said[since:] if fields.items() <= s.items() and wanted(s["words"]))
            return next(fits, None)

        return wait_until(look, "words like these among %s" % self.said, limit)


class Poster:
    """What the services send to a gateway at `port`, whose accounts have the names of their kinds."""

    def __init__(self, port):
        self.port = port

    def ask(self, method, name, body=b"", headers=None, query=""):
        """(status, answer)"""
        body = body.encode() if isinstance(body, str) else body
        c = http.client.HTTPConnection("127.0.0.1", self.port, timeout=LIMIT)
        try:
            c.request(method, "/v1/hooks/" + name + query, body if method == "POST" else None, headers or {})
            answer = c.getresponse()
            return answer.status, answer.read()
        finally:
            c.close()

    def ask_kept(self, requests):
        """The statuses of POSTs (name, request) on one connection, each after the answer to the one before."""
        c = http.client.HTTPConnection("127.0.0.1", self.port, timeout=LIMIT)
        c.connect()
        first, statuses = c.sock, []
        for name, r in requests:
            c.request("POST", "/v1/hooks/" + name + r.get("query", ""), r["body"].encode(), r.get("headers", {}))
            answer = c.getresponse()
            answer.read()
            statuses.append(answer.status)
            assert c.sock is first, "the connection was not kept"
        c.close()
        return statuses

    def ask_ahead(self, requests):
        """The statuses of POSTs (name, request) that are all sent before the first answer is read."""
        heads = "POST /v1/hooks/%s%s HTTP/1.1\r\nHost: x\r\n%sContent-Length: %d\r\n\r\n"
        sent = b""
        for name, r in requests:
            lines = "".join("%s: %s\r\n" % field for field in r.get("headers", {}).items())
            body = r["body"].encode()
            sent += (heads % (name, r.get("query", ""), lines, len(body))).encode() + body
        with socket.create_connection(("127.0.0.1", self.port), timeout=LIMIT) as s:
            s.sendall(sent)
            answers = s.makefile("rb")
            statuses = []
            for _ in requests:
                statuses.append(int(answers.readline().split()[1]))
                length = 0
                while (line := answers.readline().strip().lower()) != b"":
                    length = int(line.split(b":")[1]) if line.startswith(b"content-length:") else length
                answers.read(length)
        return statuses

    def post(self, kind, user, words, ident, **more):
        return self.ask("POST", kind, **getattr(self, "make_" + kind)(user, words, ident, **more))

    @staticmethod
    def sign_wecom(encrypted, at=None):
        stamp, nonce = str(int(at or time.time())), "1372623149"
        sign = sha1_sorted(SECRETS["wecom"]["token"], stamp, nonce, encrypted)
        return {"msg_signature": sign, "timestamp": stamp, "nonce": nonce}

    def make_wecom(self, user, words, ident, at=None):
        s = SECRETS["wecom"]
        message = (
            "<xml><ToUserName><![CDATA[%s]]></ToUserName><FromUserName><![CDATA[%s]]></FromUserName><CreateTime>%d"
            "</CreateTime><MsgType><![CDATA[text]]></MsgType><Content><![CDATA[%s]]></Content><MsgId>%s</MsgId>"
            "<AgentID>1000002</AgentID></xml>" % (s["id"], user, time.time(), words, ident)
        )
        encrypted = envelope(message, s["id"])
        body = "<xml><ToUserName><![CDATA[%s]]></ToUserName><Encrypt><![CDATA[%s]]></Encrypt></xml>"
        query = "?" + urllib.parse.urlencode(self.sign_wecom(encrypted, at))
        return {"body": body % (s["id"], encrypted), "query": query}

    def verify_wecom(self, echo):
        encrypted = envelope(echo, SECRETS["wecom"]["id"])
        query = urllib.parse.urlencode({**self.sign_wecom(encrypted), "echostr": encrypted})
        return self.ask("GET", "wecom", query="?" + query)

    def make_dingtalk(self, user, words, ident, group="", at=None):
        stamp = str(int((at or time.time()) * 1000))
        mac = hmac.new(b"ding-s", (stamp + "\nding-s").encode(), hashlib.sha256).digest()
        body = {
            "msgId": ident, "msgtype": "text", "text": {"content": " " + words}, "senderStaffId": user,
            "conversationType": "2" if group else "1", "conversationId": group or "cidPRIVATE==",
            "createAt": int(time.time() * 1000), "senderNick": "Li", "robotCode": "robot-1",
        }
        return {"body": json.dumps(body), "headers": {"timestamp": stamp, "sign": base64.b64encode(mac).decode()}}

    def wrap_feishu(self, event, at=None, sign=True):
        s = SECRETS["feishu"]
        iv, key = os.urandom(16), hashlib.sha256(s["key"].encode()).digest()
        plain = padded(json.dumps(event, ensure_ascii=False).encode(), 16)
        body = json.dumps({"encrypt": base64.b64encode(iv + aes(key, iv, plain)).decode()})
        stamp, nonce = str(int(at or time.time())), "n-1"
        mac = hashlib.sha256((stamp + nonce + s["key"] + body).encode()).hexdigest()
        names = {"X-Lark-Request-Timestamp": stamp, "X-Lark-Request-Nonce": nonce, "X-Lark-Signature": mac}
        return {"body": body, "headers": names if sign else {}}

    def make_feishu(self, user, words, ident, group="", at=None):
        message = {
            "message_id": ident, "chat_id": group or "oc_private", "chat_type": "group" if group else "p2p",
            "create_time": str(int(time.time() * 1000)), "message_type": "text",
            "content": json.dumps({"text": ("@_user_1 " if group else "") + words}),
        }
        event = {
            "schema": "2.0",
            "header": {"event_id": "e-" + ident, "token": "verify-1", "event_type": "im.message.receive_v1"},
            "event": {"sender": {"sender_id": {"open_id": user}}, "message": message},
        }
        return self.wrap_feishu(event, at)

    def verify_feishu(self, challenge):
        event = {"type": "url_verification", "token": "verify-1", "challenge": challenge}
        return self.ask("POST", "feishu", **self.wrap_feishu(event, sign=False))

    @staticmethod
    def sign_slack(body, at=None):
        stamp = str(int(at or time.time()))
        mac = hmac.new(SECRETS["slack"]["key"].encode(), ("v0:%s:%s" % (stamp, body)).encode(), hashlib.sha256)
        return {"X-Slack-Request-Timestamp": stamp, "X-Slack-Signature": "v0=" + mac.hexdigest()}

    def make_slack(self, user, words, ident, group="", at=None, **more):
        event = {
            "type": "app_mention" if group else "message", "user": user, "channel": group or "D024BE91L",
            "text": ("<@U0LAN0Z89> " if group else "") + words, "ts": ident, **more,
        }
        body = json.dumps({"type": "event_callback", "event_id": "Ev" + ident, "event": event})
        return {"body": body, "headers": self.sign_slack(body, at)}

    def command_slack(self, user, words, ident):
        body = urllib.parse.urlencode(
            {"command": "/fault", "text": words, "user_id": user, "channel_id": "C9", "trigger_id": ident}
        )
        headers = {**self.sign_slack(body), "content-type": "application/x-www-form-urlencoded"}
        return self.ask("POST", "slack", body, headers)

    def verify_slack(self, challenge):
        body = json.dumps({"type": "url_verification", "token": "x", "challenge": challenge})
        return self.ask("POST", "slack", body, self.sign_slack(body))

    def make_telegram(self, user, words, ident, group=""):
        message = {
            "message_id": 1, "from": {"id": int(user), "is_bot": False, "first_name": "Li"}, "text": words,
            "chat": {"id": int(group or user), "type": "supergroup" if group else "private"}, "date": int(time.time()),
        }
        body = json.dumps({"update_id": int(ident), "message": message})
        return {"body": body, "headers": {"X-Telegram-Bot-Api-Secret-Token": "sesame_1"}}
