// SPDX-License-Identifier: MIT
package lambdadispatch.e2e;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.function.Predicate;
import lambdadispatch.http.message.Headers;

/// What came back for one request, filled while it comes.
final class Answer {
    private static final long PATIENCE_NANOS = 30_000_000_000L;
    private static final int KEPT = 1 << 20;

    enum End {
        OPEN,
        /// Its framing says that this was all of it.
        WHOLE,
        /// It broke off, so that the client can see that.
        BROKEN
    }

    private final List<Integer> interim = new ArrayList<>(); // all guarded by this
    private final ByteArrayOutputStream body = new ByteArrayOutputStream();
    private final MessageDigest digest = sha256();
    private int status;
    private Headers headers = new Headers();
    private Headers trailers = new Headers();
    private long length;
    private End end = End.OPEN;

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    synchronized void head(int code, Headers fields) {
        if (code < 200) {
            interim.add(code);
        } else {
            status = code;
            headers = new Headers();
            headers.addAll(fields);
        }
        notifyAll();
    }

    synchronized void body(byte[] from, int offset, int count) {
        digest.update(from, offset, count);
        length += count;
        body.write(from, offset, Math.max(0, Math.min(count, KEPT - body.size())));
        notifyAll();
    }

    synchronized void trailers(Headers fields) {
        trailers.addAll(fields);
    }

    synchronized void end(End how) {
        if (end == End.OPEN) {
            end = how;
        }
        notifyAll();
    }

    synchronized int status() {
        return status;
    }

    synchronized List<Integer> interim() {
        return List.copyOf(interim);
    }

    synchronized Headers headers() {
        return headers;
    }

    synchronized Headers trailers() {
        return trailers;
    }

    synchronized End end() {
        return end;
    }

    /// Octets of the body so far.
    synchronized long length() {
        return length;
    }

    /// The body so far, the first MiB of it.
    synchronized byte[] bytes() {
        return body.toByteArray();
    }

    String text() {
        return new String(bytes(), StandardCharsets.ISO_8859_1);
    }

    /// Of the body; call once it is over.
    synchronized String hash() {
        return HexFormat.of().formatHex(digest.digest());
    }

    /// Waits until this holds; fails if the answer ends before.
    synchronized Answer await(Predicate<Answer> wanted) throws InterruptedException {
        long deadline = System.nanoTime() + PATIENCE_NANOS;
        while (!wanted.test(this)) {
            long left = deadline - System.nanoTime();
            if (left <= 0 || end != End.OPEN) {
                throw new AssertionError("not what was waited for: " + this);
            }
            wait(Math.max(1, left / 1_000_000));
        }
        return this;
    }

    /// Waits for its end, whole or not.
    Answer awaitEnd() throws InterruptedException {
        return await(answer -> answer.end != End.OPEN);
    }

    @Override
    public synchronized String toString() {
        return end + " " + interim + " " + status + "\n" + headers + "\n" + text().substring(0, Math.min(1000, body.size()));
    }
}
