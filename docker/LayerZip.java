// SPDX-License-Identifier: MIT

import java.io.IOException;
import java.net.URI;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/// Zips a folder as a Lambda layer: with the permissions that `java.util.zip` and `jar` drop, entries sorted and of one date, so that the
/// same content is the same file. Symbolic links are followed, since Lambda's unpacking of them is not documented.
///
/// `java docker/LayerZip.java FOLDER FILE`
void main(String[] arguments) throws IOException {
    Path folder = Path.of(arguments[0]);
    Path file = Path.of(arguments[1]);
    Files.deleteIfExists(file);
    Map<String, Object> options = Map.of("create", true, "enablePosixFileAttributes", true);
    FileTime date = FileTime.fromMillis(315_619_200_000L); // 1980-01-02, the first day that every time zone can write into a zip
    try (FileSystem zip = FileSystems.newFileSystem(URI.create("jar:" + file.toUri()), options); Stream<Path> walk = Files.walk(folder)) {
        List<Path> paths = walk.filter(path -> !path.equals(folder)).sorted().toList();
        for (Path path : paths) {
            Path entry = zip.getPath("/" + folder.relativize(path));
            if (Files.isDirectory(path)) {
                Files.createDirectory(entry);
            } else {
                Files.copy(path, entry);
            }
            boolean program = Files.isDirectory(path) || Files.isExecutable(path);
            Files.setPosixFilePermissions(entry, PosixFilePermissions.fromString(program ? "rwxr-xr-x" : "rw-r--r--"));
            Files.setLastModifiedTime(entry, date);
            Files.setAttribute(entry, "creationTime", date);
            Files.setAttribute(entry, "lastAccessTime", date);
        }
    }
}
