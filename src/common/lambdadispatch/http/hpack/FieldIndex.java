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
///
/// It has room for as many entries as there are at once, as the table has, and grows with that: most connections never add one.
final class FieldIndex {
    private static final int BUCKETS = 64;
    private static final int FEW = 8;
    private static final int[] NONE = new int[0];

    private final DynamicTable table;
    private int[] newest; // null before the first entry
    private int[] older = NONE; // the length is a power of two, and that of the next two
    private int[] nameHashes = NONE;
    private int[] fieldHashes = NONE;

    FieldIndex(DynamicTable table) {
        this.table = table;
    }

    /// Notes the entry that will be added next.
    void add(int nameHash, int fieldHash) {
        int number = table.added();
        if (table.count() == older.length) {
            grow();
        }
        int slot = number & older.length - 1;
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

    private void grow() {
        if (newest == null) {
            newest = new int[BUCKETS];
            Arrays.fill(newest, -1);
        }
        older = moved(older);
        nameHashes = moved(nameHashes);
        fieldHashes = moved(fieldHashes);
    }

    private int[] moved(int[] from) {
        int[] to = new int[Math.max(FEW, from.length * 2)];
        for (int number = table.added() - table.count(); number != table.added(); number++) {
            to[number & to.length - 1] = from[number & from.length - 1];
        }
        return to;
    }

    private int first(int nameHash) {
        return newest == null ? -1 : living(newest[nameHash & BUCKETS - 1]);
    }

    private int next(int entry) {
        return living(older[slot(entry)]);
    }

    private int slot(int entry) {
        return table.added() - 1 - entry & older.length - 1;
    }

    private int living(int number) {
        int entry = table.added() - 1 - number;
        return Integer.compareUnsigned(entry, table.count()) < 0 ? entry : -1;
    }
}
