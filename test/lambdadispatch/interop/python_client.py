# SPDX-License-Identifier: MIT
"""Python's h2 as a client: downloads on several streams at once, an upload under flow control, trailers.

Arguments: port, "tls" or "plain", the SHA-256 that /bytes?n=1000000 must have. h2 raises an error at anything that is not HTTP/2.
"""
import hashlib
import json
import socket
import ssl
import sys

import h2.config
import h2.connection
import h2.events

port, kind, expected = int(sys.argv[1]), sys.argv[2], sys.argv[3]
sock = socket.create_connection(("127.0.0.1", port), 60)
sock.settimeout(60)
if kind == "tls":
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.set_alpn_protocols(["h2"])
    sock = context.wrap_socket(sock)
    assert sock.selected_alpn_protocol() == "h2"

connection = h2.connection.H2Connection(h2.config.H2Configuration(client_side=True, header_encoding="utf-8"))
connection.initiate_connection()
bodies, heads, trailers, ended = {}, {}, {}, set()


def request(stream, method, path, end):
    scheme = "https" if kind == "tls" else "http"
    connection.send_headers(stream, [(":method", method), (":scheme", scheme), (":authority", "localhost"), (":path", path)], end_stream=end)
    bodies[stream] = b""


def pump():
    sock.sendall(connection.data_to_send())
    data = sock.recv(65536)
    assert data, "the server closed the connection"
    for event in connection.receive_data(data):
        if isinstance(event, h2.events.ResponseReceived):
            heads[event.stream_id] = dict(event.headers)
        elif isinstance(event, h2.events.DataReceived):
            bodies[event.stream_id] += event.data
            connection.acknowledge_received_data(event.flow_controlled_length, event.stream_id)
        elif isinstance(event, h2.events.TrailersReceived):
            trailers[event.stream_id] = dict(event.headers)
        elif isinstance(event, h2.events.StreamEnded):
            ended.add(event.stream_id)
        elif isinstance(event, (h2.events.StreamReset, h2.events.ConnectionTerminated)):
            raise AssertionError(event)
    sock.sendall(connection.data_to_send())


downloads = [1, 3, 5, 7, 9]
for stream in downloads:
    request(stream, "GET", "/bytes?n=1000000", True)
request(11, "GET", "/bytes?n=1000000&chunked", True)
request(13, "POST", "/upload", False)
rest = b"python" * 100_000
digest = hashlib.sha256(rest).hexdigest()
while rest:
    room = min(connection.local_flow_control_window(13), connection.max_outbound_frame_size, len(rest))
    if room == 0:
        pump()
        continue
    connection.send_data(13, rest[:room], end_stream=room == len(rest))
    rest = rest[room:]
    sock.sendall(connection.data_to_send())
while len(ended) < 7:
    pump()
for stream in downloads:
    assert heads[stream][":status"] == "200", heads[stream]
    assert hashlib.sha256(bodies[stream]).hexdigest() == expected
assert len(trailers[11]) == 1, trailers
assert json.loads(bodies[13])["sha256"] == digest
connection.close_connection()
sock.sendall(connection.data_to_send())
print("h2 ok")
