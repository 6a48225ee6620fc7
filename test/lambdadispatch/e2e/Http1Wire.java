// SPDX-License-Identifier: MIT
package lambdadispatch.e2e;

import java.io.IOException;
import java.net.Socket;
import lambdadispatch.base.Bytes;
import lambdadispatch.http.message.BodyReader;
import lambdadispatch.http.message.HeadParser;
import lambdadispatch.http.message.ResponseHead;
import lambdadispatch.net.Input;

/// HTTP/1.1, octet by octet.
final class Http1Wire extends Wire {
    private boolean chunked;
    private boolean head;

    Http1Wire(Socket socket) {
        super(socket);
    }

    @Override
    void request(String method, String target, Body body, String... fields) throws IOException {
        head = method.equals("HEAD");
        chunked = body == Body.FOLLOWS;
        Bytes out = new Bytes(256).append(method + " " + target + " HTTP/1.1\r\nHost: example.org\r\n");
        for (int i = 0; i < fields.length; i += 2) {
            chunked &= !fields[i].equals("content-length");
            out.append(fields[i] + ": " + fields[i + 1] + "\r\n");
        }
        out.append(chunked ? "Transfer-Encoding: chunked\r\n\r\n" : "\r\n");
        socket.getOutputStream().write(out.array(), 0, out.length());
        receive();
    }

    @Override
    void body(byte[] octets, int length) throws IOException {
        Bytes out = new Bytes(length + 16);
        if (chunked) {
            out.append(Integer.toHexString(length) + "\r\n");
        }
        out.append(octets, 0, length);
        if (chunked) {
            out.append("\r\n");
        }
        socket.getOutputStream().write(out.array(), 0, out.length());
    }

    @Override
    void endBody(String... trailers) throws IOException {
        if (chunked) {
            Bytes out = new Bytes(64).append("0\r\n");
            for (int i = 0; i < trailers.length; i += 2) {
                out.append(trailers[i] + ": " + trailers[i + 1] + "\r\n");
            }
            out.append("\r\n");
            socket.getOutputStream().write(out.array(), 0, out.length());
        }
    }

    @Override
    void leave() throws IOException {
        socket.close();
    }

    @Override
    void read() throws IOException {
        Input in = new Input((into, offset, length) -> socket.getInputStream().read(into, offset, length), 64 << 10, 256 << 10);
        HeadParser parser = new HeadParser(128 << 10, 1_000);
        ResponseHead response = new ResponseHead();
        do {
            if (!parser.parseResponse(in, response)) {
                throw new IOException("closed without an answer");
            }
            answer.head(response.status(), response.headers());
        } while (response.status() < 200);
        BodyReader body = BodyReader.of(in, response.frame(head));
        byte[] buffer = new byte[64 << 10];
        for (int count; (count = body.read(buffer, 0, buffer.length)) >= 0; ) {
            answer.body(buffer, 0, count);
        }
        answer.trailers(body.trailers());
        answer.end(Answer.End.WHOLE);
    }
}
