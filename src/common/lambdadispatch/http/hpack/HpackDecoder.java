// SPDX-License-Identifier: MIT
package lambdadispatch.http.hpack;

import java.io.IOException;

/// Decodes the field blocks of one direction of one connection (RFC 7541 §3). Owns that direction's dynamic table. Not thread-safe.
///
/// Work and memory are bounded by the encoded block, never by what it stands for: an indexed field is passed on, or counted, without a
/// copy, a field takes a table's name by reference, and once the list has outgrown its limit nothing is passed on any more.
///
/// An exception, also one from the sink, leaves the table out of step with the peer's; the decoder must not be used again.
public final class HpackDecoder {
    private static final int DEFAULT_TABLE_SIZE = 4096; // RFC 9113 §6.5.2
    private static final int MOST_SIZE_UPDATES = 2;

    private final int maxListSize;
    private final DynamicTable table;
    private final Cursor block = new Cursor();
    private final StringLiteral name = new StringLiteral();
    private final StringLiteral value = new StringLiteral();
    private int sizeLimit; // our SETTINGS_HEADER_TABLE_SIZE, once acknowledged
    private int lowestLimit; // its lowest value since the last block
    private long listSize;
    private FieldSink sink;

    /// @param maxTableSize our SETTINGS_HEADER_TABLE_SIZE. One above 4096 only allows the peer to grow the table. For one below it begin
    /// with
    ///     4096, which the peer may use until it acknowledges our SETTINGS, and then call [#maxTableSize(int)]
    /// @param maxListSize limit of a block's decoded size, counted as names + values + 32 a field (RFC 9113 §10.5.1)
    public HpackDecoder(int maxTableSize, int maxListSize) {
        this.maxListSize = maxListSize;
        this.sizeLimit = maxTableSize;
        this.lowestLimit = maxTableSize;
        this.table = new DynamicTable(Math.min(maxTableSize, DEFAULT_TABLE_SIZE));
    }

    /// The peer has acknowledged SETTINGS with this SETTINGS_HEADER_TABLE_SIZE. If its table is larger, its next block must begin by
    /// shrinking it.
    public void maxTableSize(int settingsHeaderTableSize) {
        sizeLimit = settingsHeaderTableSize;
        lowestLimit = Math.min(lowestLimit, settingsHeaderTableSize);
    }

    /// Decodes one whole field block. Returns false if the list outgrew the limit: the sink then got only the fields before that, but the
    /// dynamic table is in step, so the connection may live on (431).
    public boolean decode(byte[] bytes, int offset, int length, FieldSink fields) throws IOException {
        block.over(bytes, offset, length);
        sink = fields;
        listSize = 0;
        sizeUpdates();
        while (!block.atEnd()) {
            representation();
        }
        sink = null;
        block.release();
        name.release();
        value.release();
        return listSize <= maxListSize;
    }

    /// The updates that a block may begin with.
    private void sizeUpdates() throws HpackException {
        for (int updates = 0; !block.atEnd() && (block.peek() & 0xe0) == 0x20; updates++) {
            // RFC 7541 §4.2: the smallest size since the last block, then the final one; so never more than two
            if (updates == MOST_SIZE_UPDATES) {
                throw new HpackException("more than two dynamic table size updates in a row");
            }
            sizeUpdate();
        }
        // RFC 7541 §4.2: after our limit fell below the table's size, the update MUST come at the beginning of the next block
        if (table.maxSize() > lowestLimit) {
            throw new HpackException("no dynamic table size update after the limit was lowered to " + lowestLimit);
        }
    }

    /// ```
    /// | 0 | 0 | 1 |   Max size (5+)   |   RFC 7541 §6.3
    /// ```
    private void sizeUpdate() throws HpackException {
        int newSize = PrefixInteger.read(block, 5);
        // RFC 7541 §6.3: MUST be lower than or equal to the limit; the first update after a change, to the lowest that it went through
        // (§4.2)
        int limit = table.maxSize() > lowestLimit ? lowestLimit : sizeLimit;
        if (newSize > limit) {
            throw new HpackException("dynamic table size update to " + newSize + ", above the limit of " + limit);
        }
        table.maxSize(newSize);
        lowestLimit = sizeLimit;
    }

    /// ```
    /// | 1 |        Index (7+)         |   indexed field (RFC 7541 §6.1)
    /// | 0 | 1 |      Index (6+)       |   literal with incremental indexing (§6.2.1)
    /// | 0 | 0 | 1 |   Max size (5+)   |   dynamic table size update (§6.3)
    /// | 0 | 0 | 0 | 1 |  Index (4+)   |   literal never indexed (§6.2.3)
    /// | 0 | 0 | 0 | 0 |  Index (4+)   |   literal without indexing (§6.2.2)
    /// ```
    private void representation() throws IOException {
        int first = block.peek();
        if (first >= 0x80) {
            viewEntry(PrefixInteger.read(block, 7));
            emit(false);
        } else if (first >= 0x40) {
            literal(6);
            emit(false);
            remember();
        } else if (first >= 0x20) {
            // RFC 7541 §4.2: an update MUST occur at the beginning of a block
            throw new HpackException("dynamic table size update after a field");
        } else {
            literal(4);
            emit(first >= 0x10);
        }
    }

    private void literal(int prefixBits) throws HpackException {
        int index = PrefixInteger.read(block, prefixBits);
        if (index == 0) {
            name.read(block);
        } else if (index <= StaticTable.SIZE) {
            name.view(StaticTable.name(index));
        } else {
            name.view(table.name(entry(index)));
        }
        value.read(block);
    }

    private void viewEntry(int index) throws HpackException {
        // RFC 7541 §6.1: the index value of 0 is not used
        if (index == 0) {
            throw new HpackException("indexed field with index 0");
        }
        if (index <= StaticTable.SIZE) {
            name.view(StaticTable.name(index));
            value.view(StaticTable.value(index));
        } else {
            int entry = entry(index);
            name.view(table.name(entry));
            value.view(table.value(entry));
        }
    }

    private int entry(int index) throws HpackException {
        int entry = index - StaticTable.SIZE - 1;
        // RFC 7541 §2.3.3: an index beyond both tables MUST be treated as a decoding error
        if (entry >= table.count()) {
            throw new HpackException("index " + index + " is beyond both tables");
        }
        return entry;
    }

    private void emit(boolean neverIndexed) throws IOException {
        listSize += (long) name.length + value.length + DynamicTable.ENTRY_OVERHEAD;
        if (listSize <= maxListSize) {
            sink.field(name.array, name.offset, name.length, value.array, value.offset, value.length, neverIndexed);
        }
    }

    private void remember() {
        if (table.canHold(name.length, value.length)) {
            table.add(name.toArray(), value.toArray());
        } else {
            table.clear();
        }
    }
}
