#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Fuzzes the whole chain: clients that leave anywhere, and an app that answers more, less, later or twice.

Every answer carries its request's secret. An answer with another request's secret is foreign: there must be none.

  python3 test/fuzz/chain.py app                      the app, on the port that PORT names
  python3 test/fuzz/chain.py clients URL ANSWERS SEED clients against a router; ends with status 1 if an answer was foreign
"""
import asyncio
import collections
import os
import random
import sys
import urllib.parse

KINDS = ["plain", "plain", "plain", "plain", "chunked", "late", "glued", "twice", "twice-late", "head-body", "head-late", "304-body", "204-body", "chunked-late",
         "closes", "resets", "half", "408", "says-close", "aligned", "slow"]


async def app_connection(reader, writer):
    try:
        while True:
            head = await reader.readuntil(b"\r\n\r\n")
            method, target = head.split(b" ", 2)[:2]
            fields = {line.split(b":", 1)[0].strip().lower(): line.split(b":", 1)[1].strip() for line in head.split(b"\r\n")[1:] if b":" in line}
            length = int(fields.get(b"content-length", 0))
            if length:
                await reader.readexactly(length)
            query = urllib.parse.parse_qs(target.decode().partition("?")[2])
            if "secret" not in query:
                writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
                continue
            if not await misbehave(writer, method == b"HEAD", query["kind"][0], query["secret"][0].encode()):
                return
    except (asyncio.IncompleteReadError, ConnectionError):
        pass
    finally:
        writer.close()


def answer(body, status=b"200 OK", extra=b""):
    return b"HTTP/1.1 " + status + b"\r\n" + extra + b"Content-Length: %d\r\n\r\n" % len(body) + body


async def misbehave(writer, head, kind, secret):
    """Returns whether the connection goes on."""
    body = b"secret=" + secret
    more = answer(b"secret=" + secret)  # what the next client must never get
    whole = answer(body)
    if head:
        writer.write(whole[:-len(body)])
        if kind == "head-body":
            writer.write(body)
        elif kind in ("head-late", "late", "twice-late"):
            await asyncio.sleep(random.random() / 50)
            writer.write(body)
    elif kind == "chunked":
        writer.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n%x\r\n" % len(body) + body + b"\r\n0\r\n\r\n")
    elif kind == "chunked-late":
        writer.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n%x\r\n" % len(body) + body + b"\r\n0\r\n\r\n")
        await asyncio.sleep(random.random() / 50)
        writer.write(b"0\r\n\r\n" + more)
    elif kind == "late":
        writer.write(whole)
        await asyncio.sleep(random.random() / 50)
        writer.write(more)
    elif kind == "glued":
        writer.write(whole + body)
    elif kind == "twice":
        writer.write(whole + more)
    elif kind == "twice-late":
        writer.write(whole)
        await writer.drain()
        await asyncio.sleep(0)
        writer.write(more)
    elif kind == "304-body":
        writer.write(answer(body, b"304 Not Modified") + more)
    elif kind == "204-body":
        writer.write(answer(body, b"204 No Content") + more)
    elif kind == "closes":
        writer.write(whole)
        await writer.drain()
        return False
    elif kind == "says-close":
        writer.write(answer(body, extra=b"Connection: close\r\n") + more)
        return True
    elif kind == "resets":
        writer.write(whole[:-3])
        writer.transport.abort()
        return False
    elif kind == "half":
        writer.write(whole[:-3])
        await writer.drain()
        return False
    elif kind == "408":
        writer.write(whole)
        await asyncio.sleep(random.random() / 50)
        writer.write(answer(b"secret=" + secret, b"408 Request Timeout", b"Connection: close\r\n"))
        await writer.drain()
        return False
    elif kind == "aligned":  # what is too much ends where a long read of the extension begins
        padding = b"x" * (16384 + 32768 - len(answer(b"x" * 49000)) + 49000 - 2 * len(body))
        writer.write(answer(body + b"\n" + padding) + more)
    elif kind == "slow":
        writer.write(whole[:10])
        await asyncio.sleep(random.random() / 20)
        writer.write(whole[10:])
    else:
        writer.write(whole)
    await writer.drain()
    return True


class Clients:
    def __init__(self, host, port, answers, seed):
        self.host, self.port, self.left = host, port, answers
        self.random = random.Random(seed)
        self.seen = collections.Counter()
        self.foreign = []
        self.number = 0

    async def run(self):
        await asyncio.gather(*(self.client() for _ in range(64)))

    async def client(self):
        while self.left > 0:
            try:
                reader, writer = await asyncio.open_connection(self.host, self.port, limit=1 << 20)
                try:
                    while self.left > 0 and await self.exchange(reader, writer):
                        pass
                finally:
                    writer.close()
            except (ConnectionError, asyncio.IncompleteReadError, asyncio.TimeoutError, TimeoutError):
                self.seen["cut off"] += 1

    async def exchange(self, reader, writer):
        self.number += 1
        secret = f"{self.number}-{self.random.getrandbits(48):x}"
        kind = self.random.choice(KINDS)
        method = self.random.choice(["GET", "GET", "POST", "HEAD"])
        body = b"x" * self.random.choice([0, 1, 5000]) if method == "POST" else b""
        length = b"Content-Length: %d\r\n" % len(body) if method == "POST" else b""
        writer.write(f"{method} /?secret={secret}&kind={kind} HTTP/1.1\r\nHost: a\r\n".encode() + length + b"\r\n" + body)
        if self.random.random() < 0.03:  # leaves anywhere
            await asyncio.sleep(self.random.random() / 50)
            self.seen["left"] += 1
            return False
        head = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 60)
        status = int(head.split(b" ", 2)[1])
        lower = head.lower()
        text = b""
        if method != "HEAD" and status not in (204, 304):
            if b"transfer-encoding: chunked" in lower:
                while True:
                    size = int(await reader.readline(), 16)
                    text += await reader.readexactly(size)
                    await reader.readline()
                    if not size:
                        break
            elif b"content-length:" in lower:
                text = await reader.readexactly(int(lower.split(b"content-length:")[1].split(b"\r\n")[0]))
            else:
                text = await reader.read(-1)
        self.left -= 1
        self.seen[status] += 1
        if b"secret=" in text and b"secret=" + secret.encode() != text.split(b"\n")[0] or status == 200 and method != "HEAD" and b"secret=" not in text:
            self.foreign.append((secret, kind, method, status, text[:80]))
        return b"connection: close" not in lower


async def main(arguments):
    if arguments[:1] == ["app"]:
        server = await asyncio.start_server(app_connection, "127.0.0.1", int(os.environ["PORT"]))
        await server.serve_forever()
    url = urllib.parse.urlsplit(arguments[1])
    clients = Clients(url.hostname, url.port, int(arguments[2]), int(arguments[3]))
    await clients.run()
    print("answers and what became of the others:", dict(sorted(clients.seen.items(), key=str)))
    print(f"foreign: {len(clients.foreign)}", *clients.foreign[:10], sep="\n  ")
    sys.exit(1 if clients.foreign else 0)


asyncio.run(main(sys.argv[1:]))
