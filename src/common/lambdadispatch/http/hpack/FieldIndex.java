// SPDX-License-Identifier: MIT
package lambdadispatch.http.hpack;

import java.util.Arrays;

/// Finds fields and names in the encoder's [DynamicTable] without walking it.
///
/// Entries whose names hash alike form a chain from the newest to the oldest. Links are entry numbers; eviction does not touch them, a link
/// to an evicted entry shows by the entry's age and ends the chain.
///
/// ```
/// newest[bucket] -> 10 -> 7 -> 3        with added = 11 and count = 4, the living are 7 to 10: the chain ends after 7
/// ```
final class FieldIndex {
    private static final int BUCKETS = 64;

    private final DynamicTable table;
    private final int slotMask;
    private final int[] newest = new int[BUCKETS];
    private final int[] older;
    private final int[] nameHashes;
    private final int[] fieldHashes;

    /// @param maxSize bound of the table's size over its life
    FieldIndex(DynamicTable table, int maxSize) {
        this.table = table;
        int slots = Integer.highestOneBit(Math.max(1, maxSize / DynamicTable.ENTRY_OVERHEAD)) * 2;
        slotMask = slots - 1;
        older = new int[slots];
        nameHashes = new int[slots];
        fieldHashes = new int[slots];
        Arrays.fill(newest, -1);
    }

    /// Notes the entry that will be added next.
    void add(int nameHash, int fieldHash) {
        int number = table.added();
        int slot = number & slotMask;
        int bucket = nameHash & BUCKETS - 1;
        older[slot] = newest[bucket];
        newest[bucket] = number;
        nameHashes[slot] = nameHash;
        fieldHashes[slot] = fieldHash;
    }

    /// The entry (0 is the newest) that holds exactly this field, or -1.
    int findField(EncodedName name, int fieldHash, byte[] value, int offset, int length) {
        for (int entry = first(name.hash); entry >= 0; entry = next(entry)) {
            if (fieldHashes[slot(entry)] == fieldHash && name.is(table.name(entry))) {
                byte[] candidate = table.value(entry);
                if (Arrays.equals(candidate, 0, candidate.length, value, offset, offset + length)) {
                    return entry;
                }
            }
        }
        return -1;
    }

    /// The newest entry of that name, or -1.
    int findName(EncodedName name) {
        for (int entry = first(name.hash); entry >= 0; entry = next(entry)) {
            if (nameHashes[slot(entry)] == name.hash && name.is(table.name(entry))) {
                return entry;
            }
        }
        return -1;
    }

    private int first(int nameHash) {
        return living(newest[nameHash & BUCKETS - 1]);
    }

    private int next(int entry) {
        return living(older[slot(entry)]);
    }

    private int slot(int entry) {
        return table.added() - 1 - entry & slotMask;
    }

    private int living(int number) {
        int entry = table.added() - 1 - number;
        return Integer.compareUnsigned(entry, table.count()) < 0 ? entry : -1;
    }
}
