// SPDX-License-Identifier: MIT
package lambdadispatch.http.message;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import lambdadispatch.base.Bytes;

/// A field section: order, duplicates, the names' case and the values' raw bytes are all kept.
///
/// All names and values lie in one byte array; a field is four offsets and a hash into it. So parsing allocates nothing per field, and
/// forwarding copies bytes without ever making strings. Strings given or returned are ISO 8859-1: one character per octet, any octet
/// survives. Not thread-safe. [#clear()] keeps the memory for the next message on the connection.
public final class Headers {
    /// No fields, for all to share: whoever adds one to it fails.
    public static final Headers EMPTY = new Headers(new byte[0], new int[0]);

    private static final int STRIDE = 5; // name start, name length, value start, value length, hash of the name

    /// What a section that is usual takes.
    private static final int KEEP = 3072;

    private byte[] bytes;
    private int used;
    private int[] fields;
    private int count;

    public Headers() {
        this(512);
    }

    public Headers(int initialBytes) {
        this(new byte[initialBytes], new int[16 * STRIDE]);
    }

    private Headers(byte[] bytes, int[] fields) {
        this.bytes = bytes;
        this.fields = fields;
    }

    /// Builds from alternating names and values.
    public static Headers of(String... namesAndValues) {
        Headers headers = new Headers(128);
        for (int i = 0; i < namesAndValues.length; i += 2) {
            headers.add(namesAndValues[i], namesAndValues[i + 1]);
        }
        return headers;
    }

    public int size() {
        return count;
    }

    public boolean isEmpty() {
        return count == 0;
    }

    public void clear() {
        count = 0;
        used = 0;
    }

    /// Octets of all names and values; what is removed goes on counting until [#clear()].
    public int byteCount() {
        return used;
    }

    /// Octets of memory that it takes.
    public int footprint() {
        return bytes.length + 4 * fields.length;
    }

    /// Forgets all fields, and gives back what a long section needed.
    public void reset() {
        clear();
        if (footprint() > KEEP) {
            bytes = new byte[512];
            fields = new int[16 * STRIDE];
        }
    }

    public void add(byte[] source, int nameOffset, int nameLength, int valueOffset, int valueLength) {
        add(source, nameOffset, nameLength, source, valueOffset, valueLength);
    }

    public void add(byte[] name, int nameOffset, int nameLength, byte[] value, int valueOffset, int valueLength) {
        int at = reserve(nameLength, valueLength);
        System.arraycopy(name, nameOffset, bytes, at, nameLength);
        System.arraycopy(value, valueOffset, bytes, at + nameLength, valueLength);
        commit(at, nameLength, valueLength);
    }

    @SuppressWarnings("deprecation") // the copy-free Latin-1 encoder
    public void add(String name, String value) {
        int at = reserve(name.length(), value.length());
        name.getBytes(0, name.length(), bytes, at);
        value.getBytes(0, value.length(), bytes, at + name.length());
        commit(at, name.length(), value.length());
    }

    public void add(HeaderName name, String value) {
        add(name.toString(), value);
    }

    /// Replaces all fields of that name by one at the end.
    public void set(HeaderName name, String value) {
        remove(name);
        add(name.toString(), value);
    }

    public void addAll(Headers other) {
        for (int i = 0; i < other.count; i++) {
            add(other.bytes, other.nameStart(i), other.nameLength(i), other.valueStart(i), other.valueLength(i));
        }
    }

    /// Removes every field of that name; the rest keeps its order. Returns whether there was one.
    public boolean remove(HeaderName name) {
        int first = find(name, 0);
        if (first < 0) {
            return false;
        }
        int to = first;
        for (int i = first + 1; i < count; i++) {
            if (!is(i, name)) {
                System.arraycopy(fields, i * STRIDE, fields, to * STRIDE, STRIDE);
                to++;
            }
        }
        count = to;
        return true;
    }

    /// The index of the first field of that name, or -1.
    public int find(HeaderName name) {
        return find(name, 0);
    }

    /// The index of the first field of that name at or after `from`, or -1.
    public int find(HeaderName name, int from) {
        int hash = name.hash();
        for (int i = from; i < count; i++) {
            if (fields[i * STRIDE + 4] == hash && name.matches(bytes, nameStart(i), nameLength(i))) {
                return i;
            }
        }
        return -1;
    }

    public boolean contains(HeaderName name) {
        return find(name, 0) >= 0;
    }

    public boolean is(int field, HeaderName name) {
        return fields[field * STRIDE + 4] == name.hash() && name.matches(bytes, nameStart(field), nameLength(field));
    }

    /// The first value of that name, or null.
    public String get(HeaderName name) {
        int field = find(name, 0);
        return field < 0 ? null : value(field);
    }

    public String get(String name) {
        return get(HeaderName.of(name));
    }

    /// All values of that name, in order.
    public List<String> all(HeaderName name) {
        List<String> values = new ArrayList<>();
        for (int i = find(name, 0); i >= 0; i = find(name, i + 1)) {
            values.add(value(i));
        }
        return values;
    }

    /// Whether a comma-separated list field holds that token, in any case (RFC 9110 §5.6.1).
    public boolean hasToken(HeaderName name, String token) {
        for (int i = find(name, 0); i >= 0; i = find(name, i + 1)) {
            for (String item : value(i).split(",")) {
                if (item.strip().toLowerCase(Locale.ROOT).equals(token)) {
                    return true;
                }
            }
        }
        return false;
    }

    /// Whether the name of a field begins with this one, or with what an app may take for it: `X_Forwarded_Tls` begins as `X-Forwarded-`
    /// does.
    public boolean nameBegins(int field, HeaderName prefix) {
        return prefix.beginsTwin(bytes, nameStart(field), nameLength(field));
    }

    /// Whether the name of a field is made of letters, digits and hyphens alone, as all that proxies write are: such a name is nobody's
    /// twin.
    public boolean isPlainlyNamed(int field) {
        int end = nameStart(field) + nameLength(field);
        for (int i = nameStart(field); i < end; i++) {
            if (bytes[i] != '-' && HeaderName.folded(bytes[i]) == '-') {
                return false;
            }
        }
        return true;
    }

    /// Whether the value of a field is exactly this text, ignoring ASCII case. Allocates nothing.
    public boolean valueIs(int field, String lowerCaseText) {
        int length = valueLength(field);
        if (length != lowerCaseText.length()) {
            return false;
        }
        int start = valueStart(field);
        for (int i = 0; i < length; i++) {
            if (HeaderName.lowerCase(bytes[start + i]) != lowerCaseText.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    int nameHash(int field) {
        return fields[field * STRIDE + 4];
    }

    public String name(int field) {
        return new String(bytes, nameStart(field), nameLength(field), StandardCharsets.ISO_8859_1);
    }

    public String value(int field) {
        return new String(bytes, valueStart(field), valueLength(field), StandardCharsets.ISO_8859_1);
    }

    /// The array that names and values lie in; valid until the next change.
    public byte[] array() {
        return bytes;
    }

    public int nameStart(int field) {
        return fields[field * STRIDE];
    }

    public int nameLength(int field) {
        return fields[field * STRIDE + 1];
    }

    public int valueStart(int field) {
        return fields[field * STRIDE + 2];
    }

    public int valueLength(int field) {
        return fields[field * STRIDE + 3];
    }

    /// Appends `name: value CRLF` of one field.
    public void writeLine(int field, Bytes out) {
        out.append(bytes, nameStart(field), nameLength(field)).append(':').append(' ');
        out.append(bytes, valueStart(field), valueLength(field)).append('\r').append('\n');
    }

    private int reserve(int nameLength, int valueLength) {
        int need = used + nameLength + valueLength;
        if (need > bytes.length) {
            requireOwn();
            bytes = Arrays.copyOf(bytes, Math.max(bytes.length * 2, need));
        }
        if ((count + 1) * STRIDE > fields.length) {
            requireOwn();
            fields = Arrays.copyOf(fields, fields.length * 2);
        }
        return used;
    }

    private void requireOwn() {
        if (this == EMPTY) {
            throw new UnsupportedOperationException("these fields are shared");
        }
    }

    private void commit(int at, int nameLength, int valueLength) {
        int field = count * STRIDE;
        fields[field] = at;
        fields[field + 1] = nameLength;
        fields[field + 2] = at + nameLength;
        fields[field + 3] = valueLength;
        fields[field + 4] = HeaderName.hash(bytes, at, nameLength);
        used = at + nameLength + valueLength;
        count++;
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < count; i++) {
            text.append(name(i)).append(": ").append(value(i)).append('\n');
        }
        return text.toString();
    }
}
