// SPDX-License-Identifier: MIT
package lambdadispatch.soak;

import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// A load balancer, as a process, in front of routers on ports of this machine. Where requests go to the first that has room it has the
/// file that is shipped for that.
final class Balancer implements AutoCloseable {
    /// Which program, and where it sends requests.
    enum Kind {
        HAPROXY_IN_TURN("haproxy"), HAPROXY_FILL_FIRST("haproxy"), NGINX_IN_TURN("nginx"), NGINX_FILL_FIRST("nginx");

        private final String program;

        Kind(String program) {
            this.program = program;
        }

        /// Whether the program is there.
        boolean possible() {
            return executable().isPresent();
        }

        boolean fillFirst() {
            return this == HAPROXY_FILL_FIRST || this == NGINX_FILL_FIRST;
        }

        private Optional<Path> executable() {
            String folders = System.getenv("PATH") + File.pathSeparator + "/usr/sbin"; // where not everybody looks
            return Stream.of(folders.split(File.pathSeparator)).map(folder -> Path.of(folder, program)).filter(Files::isExecutable)
                    .findFirst();
        }

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT).replace('_', ' ');
        }
    }

    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final Pattern SERVER = Pattern.compile("(?m)^  server router-\\d+.*$");
    private static final String HAPROXY_IN_TURN = """
            defaults
              mode http
              timeout connect 5s
              timeout client 70s
              timeout server 70s
              timeout check 5s
              retries 0
            frontend clients
              bind :80
              default_backend routers
            backend routers
              balance roundrobin
              option httpchk GET /health
              default-server check inter 300ms fall 2 rise 2 maxconn 60
              server router-1 router-1:5001
              server router-2 router-2:5001
            """;
    private static final String NGINX_MAIN = """
            daemon off;
            pid %1$s/pid;
            error_log %1$s/log;
            events {}
            http {
              access_log off;
              client_body_temp_path %1$s/client;
              proxy_temp_path %1$s/proxy;
              fastcgi_temp_path %1$s/fastcgi;
              uwsgi_temp_path %1$s/uwsgi;
              scgi_temp_path %1$s/scgi;
            """;

    private final Kind kind;
    private final int front;
    private final Path folder = Files.createTempDirectory("balancer");
    private final Process process;

    /// @param front where clients go
    /// @param most requests at once for each router but the last, where the first is filled first
    /// @throws IOException it can not be started
    Balancer(Kind kind, List<Integer> ports, int front, int most) throws IOException {
        this.kind = kind;
        this.front = front;
        Path file = Files.writeString(folder.resolve("configuration"), configuration(ports, most));
        String program = kind.executable().orElseThrow(() -> new IOException(kind.program + " is not installed")).toString();
        List<String> command = haproxy() ? List.of(program, "-db", "-f", file.toString())
                : List.of(program, "-p", folder.toString(), "-e", folder.resolve("log").toString(), "-c", file.toString());
        process = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(folder.resolve("output").toFile()).start();
        awaitListening();
    }

    private boolean haproxy() {
        return kind.program.equals("haproxy");
    }

    private String configuration(List<Integer> ports, int most) throws IOException {
        return switch (kind) {
            case HAPROXY_IN_TURN -> haproxy(HAPROXY_IN_TURN, ports, most);
            case HAPROXY_FILL_FIRST -> haproxy(Files.readString(Path.of("docker/haproxy/fill-first.cfg")), ports, most);
        case NGINX_IN_TURN ->
            nginx(Files.readString(Path.of("docker/nginx/fill-first.conf")).replaceAll(" (max_conns=\\d+|weight=\\d+|backup)\\b", ""),
                    ports, most);
            case NGINX_FILL_FIRST -> nginx(Files.readString(Path.of("docker/nginx/fill-first.conf")), ports, most);
        };
    }

    private String haproxy(String text, List<Integer> ports, int most) {
        String admin = "global\n  maxconn 6000\n  stats socket " + folder.resolve("admin") + "\n";
        return admin + servers(text, ports).replace("bind :80", "bind 127.0.0.1:" + front).replaceAll("maxconn 60\\b", "maxconn " + most);
    }

    private String nginx(String text, List<Integer> ports, int most) {
        return NGINX_MAIN.formatted(folder) + servers(text, ports).replace("listen 80;", "listen 127.0.0.1:" + front + ";")
                .replaceAll("max_conns=60\\b", "max_conns=" + most) + "}\n";
    }

    /// The first of the file's servers, the last, and between them as many as are wanted of the one before the last.
    private static String servers(String text, List<Integer> ports) {
        List<String> lines = SERVER.matcher(text).results().map(MatchResult::group).toList();
        List<String> wanted = new ArrayList<>();
        for (int i = 0; i < ports.size(); i++) {
            String line = i == ports.size() - 1 ? lines.getLast() : i == 0 ? lines.getFirst() : lines.get(lines.size() - 2);
            wanted.add(line.replaceAll("router-\\d+:5001", "127.0.0.1:" + ports.get(i)).replaceAll("router-\\d+", "router-" + (i + 1))
                    .replaceAll("\\bid \\d+", "id " + (i + 1)));
        }
        if (ports.size() == 1) { // a backup alone is none
            wanted.set(0, wanted.getFirst().replace(" backup", ""));
        }
        String without = SERVER.matcher(text).replaceAll("");
        int at = text.indexOf(lines.getFirst());
        return without.substring(0, at) + String.join("\n", wanted) + without.substring(at);
    }

    /// HAProxy may take connections a moment before its admin socket has its name.
    private void awaitListening() throws IOException {
        long until = System.nanoTime() + PATIENCE.toNanos();
        while (!takesConnections() || haproxy() && !Files.exists(folder.resolve("admin"))) {
            if (!process.isAlive() || System.nanoTime() - until > 0) {
                process.destroyForcibly();
                throw new IOException(kind + " did not start: " + Files.readString(folder.resolve("output")));
            }
            LockSupport.parkNanos(5_000_000);
        }
    }

    private boolean takesConnections() {
        try (Socket _ = new Socket(InetAddress.getLoopbackAddress(), front)) {
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    /// Waits until it takes the router for healthy; one that does not look has nothing to wait for.
    /// @param index from 0 on
    void awaitUp(int index) throws IOException {
        long until = System.nanoTime() + PATIENCE.toNanos();
        while (haproxy() && !status().contains("routers,router-" + (index + 1) + ",UP")) {
            if (System.nanoTime() - until > 0) {
                throw new IOException("HAProxy does not take the router for healthy:\n" + status());
            }
            LockSupport.parkNanos(50_000_000);
        }
    }

    /// A line `routers,SERVER,STATUS` for each.
    private String status() throws IOException {
        try (SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(folder.resolve("admin")))) {
            channel.write(ByteBuffer.wrap("show stat\n".getBytes(StandardCharsets.US_ASCII)));
            String all = new String(Channels.newInputStream(channel).readAllBytes(), StandardCharsets.US_ASCII);
            return all.lines().map(line -> line.split(",")).filter(fields -> fields.length > 17)
                    .map(fields -> fields[0] + "," + fields[1] + "," + fields[17]).collect(Collectors.joining("\n"));
        }
    }

    @Override
    public void close() throws IOException, InterruptedException {
        process.destroy();
        if (!process.waitFor(5, TimeUnit.SECONDS)) {
            process.destroyForcibly().waitFor();
        }
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        }
    }
}
