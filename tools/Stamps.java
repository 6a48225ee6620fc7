// SPDX-License-Identifier: MIT

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/// What is up to date: a target is made again only when something that it is made from has changed.
final class Stamps {
    private static final Path FOLDER = Compiler.OUT.resolve("stamps");

    private Stamps() {}

    interface Work {
        void run() throws IOException, InterruptedException;
    }

    /// Runs the work that makes `build/NAME`, unless nothing changed since it last succeeded.
    /// @param text stands for everything that counts and is no file
    /// @param sources files, or folders whose files count by name and time
    static void unlessUnchanged(String name, String text, List<Path> sources, Work work) throws IOException, InterruptedException {
        Path stamp = FOLDER.resolve(name);
        List<Path> files = files(sources);
        StringBuilder state = new StringBuilder(text).append('\n');
        files.stream().map(Path::toString).sorted().forEach(file -> state.append(file).append('\n'));
        if (Files.isDirectory(Compiler.OUT.resolve(name)) && Files.isRegularFile(stamp)
                && Files.readString(stamp).contentEquals(state) && !anyNewer(files, Files.getLastModifiedTime(stamp))) {
            return;
        }
        Files.createDirectories(FOLDER);
        Files.deleteIfExists(stamp);
        Path fresh = FOLDER.resolve(name + ".new");
        Files.writeString(fresh, state); // dated before the work, so that an edit made meanwhile is seen next time
        work.run();
        Files.move(fresh, stamp);
    }

    static String of(String name) throws IOException {
        return Files.readString(FOLDER.resolve(name)).stripTrailing();
    }

    static Path file(String name) {
        return FOLDER.resolve(name);
    }

    /// One compilation at a time, whoever asks for it.
    static void locked(Work work) throws IOException, InterruptedException {
        Files.createDirectories(Compiler.OUT);
        try (FileChannel channel = FileChannel.open(Compiler.OUT.resolve(".lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                FileLock lock = channel.lock()) {
            work.run();
        }
    }

    /// Deletes a folder with all that is in it; none is fine, too.
    static void delete(Path folder) throws IOException {
        if (!Files.exists(folder)) {
            return;
        }
        List<Path> all;
        try (Stream<Path> walk = Files.walk(folder)) {
            all = walk.sorted(Comparator.reverseOrder()).toList();
        }
        for (Path path : all) {
            Files.delete(path);
        }
    }

    private static List<Path> files(List<Path> sources) throws IOException {
        List<Path> files = new ArrayList<>();
        for (Path source : sources) {
            try (Stream<Path> walk = Files.walk(source)) {
                walk.filter(Files::isRegularFile).forEach(files::add);
            }
        }
        return files;
    }

    private static boolean anyNewer(List<Path> files, FileTime than) throws IOException {
        for (Path file : files) {
            if (Files.getLastModifiedTime(file).compareTo(than) > 0) {
                return true;
            }
        }
        return false;
    }
}
