// SPDX-License-Identifier: MIT
package lambdadispatch.http.hpack;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import lambdadispatch.base.Bytes;

/// Encodes the field blocks of one direction of one connection (RFC 7541 §3). Owns that direction's dynamic table. Not thread-safe.
///
/// Blocks must be sent in the order in which they were encoded. [IndexingPolicy] says what enters the table; encoding fields that are
/// already there, or that will not enter, allocates nothing.
public final class HpackEncoder {
    private static final int MAX_TABLE_SIZE = 4096; // also where both sides begin (RFC 9113 §6.5.2); a peer that offers more gets no more
    private static final byte[] STATUS_NAME = ":status".getBytes(StandardCharsets.ISO_8859_1);

    private static final int INDEXED = 0x80; // RFC 7541 §6.1, index of 7 bits
    private static final int WITH_INDEXING = 0x40; // §6.2.1, 6 bits
    private static final int SIZE_UPDATE = 0x20; // §6.3, 5 bits
    private static final int NEVER_INDEXED = 0x10; // §6.2.3, 4 bits
    private static final int WITHOUT_INDEXING = 0; // §6.2.2, 4 bits

    private final DynamicTable table = new DynamicTable(MAX_TABLE_SIZE);
    private final FieldIndex index = new FieldIndex(table);
    private final IndexingPolicy policy = new IndexingPolicy();
    private final EncodedName name = new EncodedName();
    private final byte[] statusDigits = new byte[3];
    private int nextTableSize = MAX_TABLE_SIZE;
    private int lowestTableSize = MAX_TABLE_SIZE; // since the last block

    public HpackEncoder() {}

    /// Takes SETTINGS_HEADER_TABLE_SIZE from the peer's SETTINGS (unsigned: a negative number is a large one). The next block tells the
    /// peer.
    public void peerTableSize(int settingsHeaderTableSize) {
        nextTableSize = settingsHeaderTableSize < 0 ? MAX_TABLE_SIZE : Math.min(settingsHeaderTableSize, MAX_TABLE_SIZE);
        lowestTableSize = Math.min(lowestTableSize, nextTableSize);
    }

    /// Begins a field block: writes the size updates that have come due.
    public void beginBlock(Bytes out) {
        // RFC 7541 §4.2: the smallest size of the interval MUST be signalled, then the final one
        if (lowestTableSize < table.maxSize()) {
            resize(lowestTableSize, out);
        }
        if (nextTableSize != table.maxSize()) {
            resize(nextTableSize, out);
        }
        lowestTableSize = nextTableSize;
    }

    private void resize(int size, Bytes out) {
        table.maxSize(size);
        PrefixInteger.write(out, SIZE_UPDATE, 5, size);
    }

    /// Writes one field. A to Z in its name become lower case.
    public void field(byte[] fieldName, int nameOffset, int nameLength, byte[] value, int valueOffset, int valueLength, Bytes out) {
        name.set(fieldName, nameOffset, nameLength);
        int staticIndex = name.staticIndex;
        if (IndexingPolicy.sensitive(staticIndex)) {
            literal(NEVER_INDEXED, staticIndex, out);
        } else if (staticIndex != 0 && indexedStatic(value, valueOffset, valueLength, out)) {
            return;
        } else if (IndexingPolicy.variable(staticIndex)) {
            literal(WITHOUT_INDEXING, staticIndex, out);
        } else if (!lookUp(value, valueOffset, valueLength, out)) {
            return;
        }
        StringLiteral.write(out, value, valueOffset, valueLength);
    }

    /// Writes one field that no one on the way may add to a table (RFC 7541 §6.2.3).
    public void sensitive(byte[] fieldName, int nameOffset, int nameLength, byte[] value, int valueOffset, int valueLength, Bytes out) {
        name.set(fieldName, nameOffset, nameLength);
        literal(NEVER_INDEXED, nameIndex(), out);
        StringLiteral.write(out, value, valueOffset, valueLength);
    }

    /// Writes `:status`; 100 to 999.
    public void status(int status, Bytes out) {
        int known = switch (status) {
            case 200 -> StaticTable.STATUS;
            case 204 -> StaticTable.STATUS + 1;
            case 206 -> StaticTable.STATUS + 2;
            case 304 -> StaticTable.STATUS + 3;
            case 400 -> StaticTable.STATUS + 4;
            case 404 -> StaticTable.STATUS + 5;
            case 500 -> StaticTable.STATUS + 6;
            default -> 0;
        };
        if (known != 0) {
            out.append(INDEXED | known);
            return;
        }
        statusDigits[0] = (byte) ('0' + status / 100);
        statusDigits[1] = (byte) ('0' + status / 10 % 10);
        statusDigits[2] = (byte) ('0' + status % 10);
        field(STATUS_NAME, 0, STATUS_NAME.length, statusDigits, 0, statusDigits.length, out);
    }

    private boolean indexedStatic(byte[] value, int offset, int length, Bytes out) {
        int found = StaticTable.findValue(name.staticIndex, value, offset, length);
        if (found != 0) {
            out.append(INDEXED | found);
        }
        return found != 0;
    }

    /// Writes the field as an index, or as far as its name. Returns whether the value is still to be written.
    private boolean lookUp(byte[] value, int offset, int length, Bytes out) {
        int fieldHash = Hash.join(name.hash, Hash.of(value, offset, length));
        int entry = index.findField(name, fieldHash, value, offset, length);
        if (entry >= 0) {
            PrefixInteger.write(out, INDEXED, 7, StaticTable.SIZE + 1 + entry);
            return false;
        }
        int nameIndex = nameIndex();
        // both are to be remembered
        boolean again = policy.fieldSeenBefore(fieldHash) | (nameIndex == 0 && policy.nameSeenBefore(name.hash));
        if (again && table.canHoldTwo(name.length, length)) {
            literal(WITH_INDEXING, nameIndex, out);
            add(fieldHash, nameIndex, Arrays.copyOfRange(value, offset, offset + length));
        } else {
            literal(WITHOUT_INDEXING, nameIndex, out);
        }
        return true;
    }

    private void add(int fieldHash, int nameIndex, byte[] value) {
        index.add(name.hash, fieldHash);
        table.add(knownName(nameIndex), value);
    }

    private byte[] knownName(int nameIndex) {
        if (nameIndex == 0) {
            return name.toArray();
        }
        return nameIndex <= StaticTable.SIZE ? StaticTable.name(nameIndex) : table.name(nameIndex - StaticTable.SIZE - 1);
    }

    /// The index of the current name in the two tables, or 0.
    private int nameIndex() {
        if (name.staticIndex != 0) {
            return name.staticIndex;
        }
        int entry = index.findName(name);
        return entry < 0 ? 0 : StaticTable.SIZE + 1 + entry;
    }

    /// Writes a literal's first octets and its name; the value is still to follow.
    private void literal(int pattern, int nameIndex, Bytes out) {
        PrefixInteger.write(out, pattern, pattern == WITH_INDEXING ? 6 : 4, nameIndex);
        if (nameIndex == 0) {
            StringLiteral.write(out, name.octets, 0, name.length);
        }
    }
}
