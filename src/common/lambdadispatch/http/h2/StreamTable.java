// SPDX-License-Identifier: MIT
package lambdadispatch.http.h2;

import java.util.ArrayList;
import java.util.List;

/// The open streams of one connection by id: open addressing over plain ints, since each DATA frame looks one up. Not
/// thread-safe: [Streams] guards it.
final class StreamTable {
    private Http2Stream[] slots = new Http2Stream[4];
    private int size;

    Http2Stream get(int id) {
        int mask = slots.length - 1;
        for (int i = hash(id) & mask; slots[i] != null; i = (i + 1) & mask) {
            if (slots[i].id() == id) {
                return slots[i];
            }
        }
        return null;
    }

    void put(Http2Stream stream) {
        if (++size * 2 > slots.length) {
            Http2Stream[] old = slots;
            slots = new Http2Stream[old.length * 2];
            for (Http2Stream each : old) {
                if (each != null) {
                    insert(each);
                }
            }
        }
        insert(stream);
    }

    private void insert(Http2Stream stream) {
        int mask = slots.length - 1;
        int i = hash(stream.id()) & mask;
        while (slots[i] != null) {
            i = (i + 1) & mask;
        }
        slots[i] = stream;
    }

    /// Returns whether it was there.
    boolean remove(int id) {
        int mask = slots.length - 1;
        int i = hash(id) & mask;
        while (slots[i] != null && slots[i].id() != id) {
            i = (i + 1) & mask;
        }
        if (slots[i] == null) {
            return false;
        }
        slots[i] = null;
        size--;
        // Close the gap: what was pushed past it moves back (no tombstones).
        for (int j = (i + 1) & mask; slots[j] != null; j = (j + 1) & mask) {
            Http2Stream moved = slots[j];
            slots[j] = null;
            insert(moved);
        }
        return true;
    }

    int size() {
        return size;
    }

    List<Http2Stream> all() {
        List<Http2Stream> all = new ArrayList<>(size);
        for (Http2Stream each : slots) {
            if (each != null) {
                all.add(each);
            }
        }
        return all;
    }

    private static int hash(int id) {
        return (id >>> 1) * 0x9E3779B1 >>> 16;
    }
}
