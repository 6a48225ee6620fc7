// SPDX-License-Identifier: MIT
package lambdadispatch.support;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import lambdadispatch.net.Transport;

/// A client of HTTP/1.1 that sends what a test tells it and reads answers with a simple reader of its own, so that engine and test can not
/// share a mistake. Understands `Content-Length`, chunked without trailers, and bodies until the end.
public final class Http1Peer implements AutoCloseable {
    /// @param head without the empty line; each line ends in CRLF
    public record Answer(int status, String head, String text) {
        /// Whether the server said that it closes the connection.
        public boolean closes() {
            return head.toLowerCase(java.util.Locale.ROOT).contains("\r\nconnection: close\r\n");
        }

        /// The value of a field, or null.
        public String field(String name) {
            for (String line : head.split("\r\n")) {
                if (line.regionMatches(true, 0, name + ": ", 0, name.length() + 2)) {
                    return line.substring(name.length() + 2);
                }
            }
            return null;
        }
    }

    private final Transport transport;
    private final byte[] one = new byte[1];

    public Http1Peer(Transport transport) {
        this.transport = transport;
    }

    public Transport transport() {
        return transport;
    }

    public Http1Peer send(String latin1) throws IOException {
        return send(latin1.getBytes(StandardCharsets.ISO_8859_1));
    }

    public Http1Peer send(byte[] octets) throws IOException {
        transport.write(octets, 0, octets.length);
        return this;
    }

    /// Reads an answer to a request other than HEAD; interim ones too.
    public Answer answer() throws IOException {
        String head = head();
        int status = Integer.parseInt(head, 9, 12, 10);
        Answer bare = new Answer(status, head, "");
        boolean bodiless = status < 200 || status == 204 || status == 304;
        return bodiless ? bare : new Answer(status, head, text(bare));
    }

    /// Reads the head of an answer, without its empty line.
    public String head() throws IOException {
        StringBuilder head = new StringBuilder();
        for (String line = line(); !line.isEmpty(); line = line()) {
            head.append(line).append("\r\n");
        }
        return head.toString();
    }

    private String text(Answer bare) throws IOException {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        if (bare.field("content-length") != null) {
            take(Integer.parseInt(bare.field("content-length")), body);
        } else if (bare.field("transfer-encoding") != null) {
            for (int size = Integer.parseInt(line(), 16); size > 0; size = Integer.parseInt(line(), 16)) {
                take(size, body);
                line();
            }
            line();
        } else {
            while (transport.read(one, 0, 1) >= 0) {
                body.write(one[0]);
            }
        }
        return body.toString(StandardCharsets.ISO_8859_1);
    }

    private void take(int count, ByteArrayOutputStream into) throws IOException {
        byte[] buffer = new byte[Math.max(1, Math.min(count, 64 << 10))];
        for (int left = count; left > 0; ) {
            int read = transport.read(buffer, 0, Math.min(left, buffer.length));
            if (read < 0) {
                throw new EOFException("ended inside a body");
            }
            into.write(buffer, 0, read);
            left -= read;
        }
    }

    private String line() throws IOException {
        StringBuilder line = new StringBuilder();
        while (transport.read(one, 0, 1) > 0) {
            if (one[0] == '\n') {
                if (line.isEmpty() || line.charAt(line.length() - 1) != '\r') {
                    throw new IOException("a line not ended by CRLF: " + line);
                }
                return line.substring(0, line.length() - 1);
            }
            line.append((char) (one[0] & 0xff));
        }
        throw new EOFException("ended inside a line: \"" + line + "\"");
    }

    /// All answers up to the end of the connection.
    public List<Answer> answersToTheEnd() throws IOException {
        List<Answer> answers = new ArrayList<>();
        while (true) {
            try {
                answers.add(answer());
            } catch (EOFException e) {
                if (e.getMessage().endsWith("\"\"")) {
                    return answers;
                }
                throw e;
            }
        }
    }

    /// Reads until the end, or a reset.
    public void awaitEnd() {
        byte[] bin = new byte[8192];
        try {
            while (transport.read(bin, 0, bin.length) >= 0) {
                continue;
            }
        } catch (IOException reset) {
            return; // what we had sent was not read: an end all the same
        }
    }

    @Override
    public void close() {
        transport.close();
    }
}
