// SPDX-License-Identifier: MIT
package lambdadispatch.soak;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import lambdadispatch.support.Ports;
import lambdadispatch.support.Stack;

/// All attacks at once, beside good clients: `./build.sh soak attacks`. Also each by itself: `./build.sh soak each-attack`.
final class AttackRuns {
    private static final String GOOD = "198.51.100.8";
    private static final int CALM_SECONDS = 20;
    private static final int PERIOD_MILLIS = 20;
    private static final Pattern PEAK = Pattern.compile("VmHWM:\\s+(\\d+)");

    private final Stack stack;
    private final int metrics;
    private final List<String> broken = new ArrayList<>();

    private AttackRuns(Stack stack, int metrics) {
        this.stack = stack;
        this.metrics = metrics;
    }

    /// @return the promises that were broken
    static List<String> run(int seconds, boolean each, Function<Consumer<String>, Stack> stacks) throws Exception {
        AnswerTally log = new AnswerTally();
        int metrics = Ports.free();
        try (Stack stack = stacks.apply(line -> note(line, log)).instances(2).router("LAMBDA_DISPATCH_MaxInstanceCount", "2")
                .router("LAMBDA_DISPATCH_MetricsPort", Integer.toString(metrics)).start()) {
            AttackRuns runs = new AttackRuns(stack, metrics);
            runs.beside("nothing", CALM_SECONDS, List.of());
            if (each) {
                for (Attack attack : Attack.values()) {
                    runs.beside(AttackProcess.name(attack), seconds, List.of(AttackProcess.name(attack)));
                }
            } else {
                runs.beside("all attacks at once", seconds, List.of());
            }
            System.out.printf("the router's log:%n%s%n", log);
            return runs.broken;
        }
    }

    /// What is neither a line of the access log nor usual.
    private static void note(String line, AnswerTally log) {
        if (line.contains(" WARN ") || line.contains(" ERROR ")) {
            log.add(line.replaceAll("^.* (WARN|ERROR) +", "$1 ").replaceAll("[0-9a-f]*\\d[0-9a-f.:]*", "N"));
        }
    }

    private void beside(String what, int seconds, List<String> names) throws Exception {
        System.out.printf("%n== beside %s, %d s%n", what, seconds);
        List<SteadyClient> clients = List.of(new SteadyClient("/health, new connections", true, "/health"),
                new SteadyClient("/health, kept connection", false, "/health"),
                new SteadyClient("/ping, new connections", true, "/ping"), new SteadyClient("/ping, kept connection", false, "/ping"));
        Process attackers = what.equals("nothing") ? null : attack(seconds, names);
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
        List<Thread> threads =
                clients.stream().map(client -> Thread.ofVirtual().start(() -> client.run(stack.port("incoming"), end))).toList();
        for (Thread thread : threads) {
            thread.join();
        }
        if (attackers != null) {
            System.out.print(new String(attackers.getInputStream().readAllBytes(), StandardCharsets.UTF_8));
            attackers.waitFor();
        }
        clients.forEach(System.out::println);
        boolean alive = !stack.routerExit().isDone();
        System.out.printf("router %s, peak RSS so far %.0f MB; %s%n", alive ? "alive" : "ENDED", alive ? peakKb() / 1024.0 : 0,
                alive ? account() : "");
        if (!alive) {
            broken.add("the router ended beside " + what);
        }
        for (SteadyClient client : clients) {
            if (client.served() < client.asked() * 99 / 100) {
                broken.add("beside " + what + ": " + client);
            }
        }
    }

    private Process attack(int seconds, List<String> names) throws IOException {
        List<String> command =
                new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-XX:+UseSerialGC", "-Xmx1g",
                "-cp", System.getProperty("java.class.path"), AttackProcess.class.getName()));
        for (int number : new int[] {stack.port("incoming"), stack.port("incoming-tls"), stack.port("control-tls"), seconds}) {
            command.add(Integer.toString(number));
        }
        command.addAll(names);
        return new ProcessBuilder(command).redirectErrorStream(true).start();
    }

    private long peakKb() throws IOException {
        Matcher found = PEAK.matcher(Files.readString(Path.of("/proc/" + stack.routerPid() + "/status"), StandardCharsets.ISO_8859_1));
        return found.find() ? Long.parseLong(found.group(1)) : 0;
    }

    private String account() throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), metrics)) {
            socket.getOutputStream().write(AttackTools.ascii("GET /metrics HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"));
            String text = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            return String.join(", ", text.lines().filter(line -> line.startsWith("lambda_dispatch_peer_memory_"))
                    .map(line -> line.replace("lambda_dispatch_peer_memory_", "")).toList());
        }
    }

    /// Asks every 20 ms, over HTTP/1.1; a connection that broke is opened again.
    private static final class SteadyClient {
        private final String name;
        private final boolean fresh;
        private final String path;
        private final AnswerTally tally = new AnswerTally();

        SteadyClient(String name, boolean fresh, String path) {
            this.name = name;
            this.fresh = fresh;
            this.path = path;
        }

        void run(int port, long end) {
            Socket kept = null;
            while (System.nanoTime() < end) {
                long start = System.nanoTime();
                try {
                    kept = kept == null ? AttackTools.plain(port) : kept;
                    int status = ask(kept);
                    tally.add("answer " + status);
                    tally.took((System.nanoTime() - start) / 1e6);
                    if (fresh) {
                        kept.close();
                        kept = null;
                    }
                } catch (IOException e) {
                    tally.add("error " + e.getMessage());
                    kept = null;
                }
                java.util.concurrent.locks.LockSupport.parkNanos(PERIOD_MILLIS * 1_000_000L - (System.nanoTime() - start));
            }
        }

        private int ask(Socket socket) throws IOException {
            socket.setSoTimeout(60_000);
            AttackTools.send(socket, AttackTools.ascii("GET " + path + " HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: " + GOOD + "\r\n\r\n"));
            StringBuilder head = new StringBuilder();
            byte[] buffer = new byte[4096];
            while (head.indexOf("\r\n\r\n") < 0 || head.length() < head.indexOf("\r\n\r\n") + 4 + length(head)) {
                int count = socket.getInputStream().read(buffer);
                if (count < 0) {
                    throw new IOException("closed before the answer");
                }
                head.append(new String(buffer, 0, count, StandardCharsets.ISO_8859_1));
            }
            return Integer.parseInt(head.substring(9, 12));
        }

        private static int length(StringBuilder head) {
            Matcher found = Pattern.compile("(?i)\r\ncontent-length: *(\\d+)").matcher(head);
            return found.find() ? Integer.parseInt(found.group(1)) : 0;
        }

        long served() {
            return tally.of("answer 200");
        }

        long asked() {
            return tally.starting("");
        }

        @Override
        public String toString() {
            return "  %-26s asked %,d, served %,d, p50 %.1f ms, p99 %.1f ms, worst seconds (p99) %s%n%s"
                    .formatted(name, asked(), served(), tally.at(0.5, _ -> true), tally.at(0.99, _ -> true),
                    tally.worstSeconds(0.99, 3), tally).indent(0).stripTrailing();
        }
    }
}
