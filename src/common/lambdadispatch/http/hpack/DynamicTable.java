// SPDX-License-Identifier: MIT
package lambdadispatch.http.hpack;

import java.util.Arrays;

/// The fields that one side has added on this connection, the newest first (RFC 7541 §2.3.2, §4).
///
/// A ring of names and values. Arrays are shared, never changed: a field that takes its name from a table costs no copy of it, so the
/// octets held never exceed [#size()]. An entry counts 32 octets more than it holds (§4.1), which is also what bounds the number of
/// entries.
///
/// ```
///     slot  0    1    2    3    4    5    6    7          added = 11, count = 4
///           f8   f9   f10  -    -    -    -    f7         entry(0) is f10, the newest; entry(3) is f7, the next to be evicted
/// ```
final class DynamicTable {
    static final int ENTRY_OVERHEAD = 32;

    private static final int FEW = 8;
    private static final byte[][] NONE = new byte[0][];

    private byte[][] names = NONE; // the length is a power of two, or 0 before the first entry
    private byte[][] values = NONE;
    private int added; // over the table's life; wraps, as only differences count
    private int count;
    private int size;
    private int maxSize;

    DynamicTable(int maxSize) {
        this.maxSize = maxSize;
    }

    int count() {
        return count;
    }

    /// The sum of the entries' sizes (RFC 7541 §4.1).
    int size() {
        return size;
    }

    int maxSize() {
        return maxSize;
    }

    /// How many entries were ever added: the number that the next one will have.
    int added() {
        return added;
    }

    /// The name of an entry; 0 is the newest.
    byte[] name(int entry) {
        return names[slot(entry)];
    }

    byte[] value(int entry) {
        return values[slot(entry)];
    }

    /// Sets the maximum size, and evicts what no longer fits (RFC 7541 §4.3).
    void maxSize(int newMaxSize) {
        maxSize = newMaxSize;
        evictDownTo(maxSize);
    }

    /// Whether an entry of these lengths can stand in this table at all.
    boolean canHold(int nameLength, int valueLength) {
        return (long) nameLength + valueLength + ENTRY_OVERHEAD <= maxSize;
    }

    /// Whether an entry of these lengths takes no more than half of this table.
    boolean canHoldTwo(int nameLength, int valueLength) {
        return ((long) nameLength + valueLength + ENTRY_OVERHEAD) * 2 <= maxSize;
    }

    /// Adds a field that [#canHold(int, int)] allows. Evicts first, as RFC 7541 §4.4 has it, even what the new field took its name from.
    void add(byte[] name, byte[] value) {
        int entrySize = name.length + value.length + ENTRY_OVERHEAD;
        evictDownTo(maxSize - entrySize);
        if (count == names.length) {
            grow();
        }
        int slot = added++ & names.length - 1;
        names[slot] = name;
        values[slot] = value;
        count++;
        size += entrySize;
    }

    /// Empties the table: what adding an entry larger than the table means, which is not an error (RFC 7541 §4.4).
    void clear() {
        evictDownTo(0);
    }

    private void evictDownTo(int target) {
        while (size > target) {
            int oldest = slot(--count);
            size -= names[oldest].length + values[oldest].length + ENTRY_OVERHEAD;
            names[oldest] = null;
            values[oldest] = null;
        }
    }

    private int slot(int entry) {
        return added - 1 - entry & names.length - 1;
    }

    private void grow() {
        byte[][] oldNames = names;
        byte[][] oldValues = values;
        names = Arrays.copyOf(names, Math.max(FEW, names.length * 2));
        values = Arrays.copyOf(values, names.length);
        for (int number = added - count; number != added; number++) {
            int from = number & oldNames.length - 1;
            int to = number & names.length - 1;
            names[to] = oldNames[from];
            values[to] = oldValues[from];
            if (to != from) {
                names[from] = null;
                values[from] = null;
            }
        }
    }
}
