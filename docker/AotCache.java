// SPDX-License-Identifier: MIT
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.zip.CRC32;

/// Makes an AOT cache the same whenever it is made. Two caches of one list differ only in when each `SoftReference` in them was last used,
/// in milliseconds of the machine's monotonic clock, and in checksums. Those words become one constant, and the checksums are made to fit
/// again.
///
/// The constant lies in the future of any machine: a JVM takes such a reference for a recent one, as it does where the cache was made on a
/// machine that runs for longer.
///
/// `java docker/AotCache.java CACHE SECOND`: both have just been made, one after the other; only the first is changed. Should they differ
/// in anything else, as another build of the JDK may have it, that is said and nothing is changed.
class AotCache {
    private static final int MAGIC = 0xf00baba2;
    private static final long EVER = 1L << 40; // ms: 34 years after a machine's start
    private static final long RECENT_MILLIS = TimeUnit.MINUTES.toMillis(30);
    private static final int HEADER_CRC = 4;
    private static final int HEADER_SIZE = 12;
    private static final int HEADER_CHECKED = 16;
    // In the description of each region, counted from its checksum: where it lies in the file, and its length.
    private static final int REGION_OFFSET = 24;
    private static final int REGION_USED = 40;

    /// A part of the file with the place of its checksum.
    private record Region(int crcAt, int offset, int size) {
        boolean has(int at) {
            return at >= offset && at < offset + size;
        }
    }

    public static void main(String[] arguments) throws IOException {
        Path file = Path.of(arguments[0]);
        ByteBuffer cache = read(file);
        ByteBuffer second = read(Path.of(arguments[1]));
        List<Region> regions = regions(cache);
        List<Integer> times = new ArrayList<>();
        int others = Math.abs(cache.capacity() - second.capacity()) / Long.BYTES;
        for (int at = 0; at + Long.BYTES <= Math.min(cache.capacity(), second.capacity()); at += Long.BYTES) {
            if (cache.getLong(at) != second.getLong(at)) {
                int word = at;
                if (regions.stream().anyMatch(region -> region.has(word)) && isTime(cache.getLong(at), second.getLong(at))) {
                    times.add(at);
                } else if (at != 0 && regions.stream().noneMatch(region -> region.crcAt() == word)) {
                    // the first word ends in the header's own checksum
                    others++;
                }
            }
        }
        if (others > 0) {
            System.err.println(file + " can not be made the same again: two of one list differ in " + others + " words besides "
                    + times.size() + " times.");
            return;
        }
        times.forEach(at -> cache.putLong(at, EVER));
        regions.forEach(region -> cache.putInt(region.crcAt(), crc(cache, region.offset(), region.size())));
        cache.putInt(HEADER_CRC, headerCrc(cache));
        Files.write(file, cache.array());
    }

    private static ByteBuffer read(Path file) throws IOException {
        ByteBuffer cache = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.nativeOrder());
        if (cache.getInt(0) != MAGIC || cache.getInt(HEADER_CRC) != headerCrc(cache)) {
            throw new IOException(file + " is no AOT cache as JDK 25 writes it");
        }
        return cache;
    }

    /// All that the header describes with a checksum which fits.
    private static List<Region> regions(ByteBuffer cache) {
        List<Region> regions = new ArrayList<>();
        for (int at = HEADER_CHECKED; at + REGION_USED + Long.BYTES <= cache.getInt(HEADER_SIZE); at += Long.BYTES) {
            long offset = cache.getLong(at + REGION_OFFSET);
            long size = cache.getLong(at + REGION_USED);
            boolean inside = offset > 0 && offset < cache.capacity() && size > 0 && size <= cache.capacity() - offset;
            if (inside && cache.getInt(at) != 0 && crc(cache, (int) offset, (int) size) == cache.getInt(at)) {
                regions.add(new Region(at, (int) offset, (int) size));
            }
        }
        return regions;
    }

    /// Both moments are past, and lie as far apart as two runs may.
    private static boolean isTime(long first, long second) {
        long now = TimeUnit.NANOSECONDS.toMillis(System.nanoTime()); // the clock that the JVM stamps them with
        return first > now - RECENT_MILLIS && first < second && second <= now;
    }

    private static int headerCrc(ByteBuffer cache) {
        return crc(cache, HEADER_CHECKED, cache.getInt(HEADER_SIZE) - HEADER_CHECKED);
    }

    private static int crc(ByteBuffer cache, int offset, int size) {
        CRC32 crc = new CRC32();
        crc.update(cache.array(), offset, size);
        return (int) crc.getValue();
    }
}
