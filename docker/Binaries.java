// SPDX-License-Identifier: MIT
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// Changes words in linked programs, each in its place and never longer than it was:
///
/// - `java docker/Binaries.java interpreter FILE PATH`: the loader that the kernel starts an ELF program with; prints the one it had
/// - `java docker/Binaries.java options FILE`: the launcher's `JDK_JAVA_OPTIONS` becomes `LAMBDA_DISPATCH_JAVA_OPTIONS`. The longer name
///   takes the place of the next
///   word as well, a switch for those who debug the launcher. Where another word follows, as in other builds of the JDK, no options are
///   read from a variable at all
/// - `java docker/Binaries.java ignore FILE NAME…`: an environment variable's name becomes one that no variable can have
/// - `java docker/Binaries.java blank FILE SECTION…`: the content of sections becomes zeros, which take no room in a zip
///
/// The layout of program and section headers is that of the ELF-64 object file format; both platforms that Lambda has are little-endian.
class Binaries {
    private static final String JDK_OPTIONS = "JDK_JAVA_OPTIONS";
    private static final String OUR_OPTIONS = "LAMBDA_DISPATCH_JAVA_OPTIONS";
    private static final String FOR_DEBUGGING = "_JAVA_LAUNCHER_DEBUG";
    private static final int PT_INTERP = 3;

    public static void main(String[] arguments) throws IOException {
        Path file = Path.of(arguments[1]);
        byte[] program = Files.readAllBytes(file);
        switch (arguments[0]) {
            case "interpreter" -> System.out.println(interpreter(program, arguments[2]));
            case "options" -> options(program);
            case "blank" -> Arrays.stream(arguments).skip(2).forEach(section -> blank(program, section));
            case "ignore" -> Arrays.stream(arguments).skip(2).forEach(name -> ignore(program, name));
            default -> throw new IllegalArgumentException(arguments[0]);
        }
        Files.write(file, program);
    }

    private static ByteBuffer elf(byte[] program) {
        ByteBuffer elf = ByteBuffer.wrap(program).order(ByteOrder.LITTLE_ENDIAN);
        if (elf.getInt(0) != 0x464c457f || program[4] != 2 || program[5] != 1) {
            throw new IllegalArgumentException("not an ELF-64 file in little-endian order");
        }
        return elf;
    }

    private static String interpreter(byte[] program, String wanted) {
        ByteBuffer elf = elf(program);
        int headers = Math.toIntExact(elf.getLong(32));
        int size = elf.getShort(54);
        for (int i = 0; i < elf.getShort(56); i++) {
            int header = headers + i * size;
            if (elf.getInt(header) == PT_INTERP) {
                int at = Math.toIntExact(elf.getLong(header + 8));
                int room = Math.toIntExact(elf.getLong(header + 32));
                String had = new String(program, at, room, StandardCharsets.US_ASCII).replace("\0", "");
                if (wanted.length() >= room) {
                    throw new IllegalArgumentException(wanted + " is longer than " + had);
                }
                put(program, at, wanted, room);
                return had;
            }
        }
        throw new IllegalArgumentException("no program that the kernel starts with a loader");
    }

    private static void options(byte[] program) {
        List<Integer> found = find(program, "\0" + JDK_OPTIONS + "\0" + FOR_DEBUGGING + "\0");
        if (found.size() == 1) {
            put(program, found.getFirst() + 1, OUR_OPTIONS, OUR_OPTIONS.length() + 1);
        } else {
            System.err.println("This JDK's launcher has no room for " + OUR_OPTIONS + ": what is linked from it ignores that variable.");
            ignore(program, JDK_OPTIONS);
        }
    }

    private static void blank(byte[] program, String section) {
        ByteBuffer elf = elf(program);
        int headers = Math.toIntExact(elf.getLong(40));
        int size = elf.getShort(58);
        int names = Math.toIntExact(elf.getLong(headers + elf.getShort(62) * size + 24));
        byte[] wanted = (section + "\0").getBytes(StandardCharsets.US_ASCII);
        for (int i = 0; i < elf.getShort(60); i++) {
            int header = headers + i * size;
            int name = names + elf.getInt(header);
            if (Arrays.equals(program, name, Math.min(name + wanted.length, program.length), wanted, 0, wanted.length)) {
                int at = Math.toIntExact(elf.getLong(header + 24));
                Arrays.fill(program, at, at + Math.toIntExact(elf.getLong(header + 32)), (byte) 0);
                return;
            }
        }
        throw new IllegalArgumentException("there is no section " + section + " to be blanked");
    }

    private static void ignore(byte[] program, String name) {
        List<Integer> found = find(program, "\0" + name + "\0");
        if (found.isEmpty()) {
            throw new IllegalArgumentException("there is no " + name + " to be ignored");
        }
        found.forEach(at -> program[at + 1] = '='); // which ends a variable's name
    }

    private static void put(byte[] program, int at, String word, int room) {
        byte[] octets = Arrays.copyOf(word.getBytes(StandardCharsets.US_ASCII), room);
        System.arraycopy(octets, 0, program, at, room);
    }

    private static List<Integer> find(byte[] program, String word) {
        byte[] octets = word.getBytes(StandardCharsets.US_ASCII);
        List<Integer> found = new ArrayList<>();
        for (int at = 0; at <= program.length - octets.length; at++) {
            if (program[at] == octets[0] && Arrays.equals(program, at, at + octets.length, octets, 0, octets.length)) {
                found.add(at);
            }
        }
        return found;
    }
}
