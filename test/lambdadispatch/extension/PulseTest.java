// SPDX-License-Identifier: MIT
package lambdadispatch.extension;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What is read of the kernel's files, with and without a control group.
class PulseTest {
    @TempDir
    Path root;

    private void file(String name, String text) throws IOException {
        Path file = root.resolve(name);
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
    }

    @Test
    void aControlGroupOfItsOwnComesFirst() throws IOException {
        file("sys/fs/cgroup/cpu.stat", "usage_usec 1234567\nuser_usec 1\nthrottled_usec 89000\n");
        file("sys/fs/cgroup/memory.max", "1000000\n");
        file("sys/fs/cgroup/memory.current", "250000\n");
        file("proc/stat", "cpu 1 1 1 1 1 1 1 1\n");
        Pulse pulse = new Pulse(root, "1769");
        assertThat(pulse.cpu()).isEqualTo(new Pulse.Cpu(1234, 89));
        assertThat(pulse.memoryPermille()).isEqualTo(250);
    }

    @Test
    void elseTheMachineIsTheEnvironment() throws IOException {
        file("proc/stat", "cpu  100 1 20 9999 50 2 3 0 0 0\ncpu0 1 1 1\n");
        file("proc/meminfo", "MemTotal:  2000 kB\nMemFree: 1 kB\nMemAvailable: 500 kB\n");
        Pulse pulse = new Pulse(root, null);
        assertThat(pulse.cpu()).isEqualTo(new Pulse.Cpu(1260, 0));
        assertThat(pulse.memoryPermille()).isEqualTo(750);
    }

    @Test
    void aLimitOfNoneIsNoLimitAndMissingFilesAreZero() throws IOException {
        file("sys/fs/cgroup/memory.max", "max\n");
        file("sys/fs/cgroup/memory.current", "250000\n");
        Pulse pulse = new Pulse(root, "x");
        assertThat(pulse.cpu()).isEqualTo(new Pulse.Cpu(0, 0));
        assertThat(pulse.memoryPermille()).isZero();
    }

    @Test
    void cpusFollowTheMemorySize() {
        assertThat(Pulse.vcpuMillis("1769", 6)).isEqualTo(1000);
        assertThat(Pulse.vcpuMillis("1024", 6)).isEqualTo(579);
        assertThat(Pulse.vcpuMillis("10240", 6)).isEqualTo(5789);
        assertThat(Pulse.vcpuMillis("128", 2)).isEqualTo(72);
        assertThat(Pulse.vcpuMillis(null, 2)).isEqualTo(2000);
    }

    @Test
    void cpusOfAnEnvironmentAreNeverLessThanATwentiethNorMoreThanThereAre() {
        assertThat(Pulse.vcpuMillis("1", 2)).isEqualTo(50);
        assertThat(Pulse.vcpuMillis("10240", 2)).isEqualTo(2000);
        assertThat(Pulse.vcpuMillis("0", 2)).isEqualTo(50);
        assertThat(Pulse.vcpuMillis("1234567", 2)).as("no size of Lambda's").isEqualTo(2000);
        assertThat(Pulse.vcpuMillis("", 3)).isEqualTo(3000);
        assertThat(new Pulse(root, "1769").vcpuMillis()).isEqualTo(1000);
    }

    @Test
    void aGroupThatIsNeverHeldBackDoesNotSaySo() throws IOException {
        file("sys/fs/cgroup/cpu.stat", "usage_usec 999999\nodd\n");
        assertThat(new Pulse(root, null).cpu()).isEqualTo(new Pulse.Cpu(999, 0));
    }

    @Test
    void aGroupWithoutCpuFiguresIsPassedOver() throws IOException {
        file("sys/fs/cgroup/cpu.stat", "user_usec 5\n");
        file("proc/stat", "intr 1 2 3 4 5 6 7 8\ncpu0 9 9 9 9 9 9 9 9\ncpu  1 20 300 9999 50 4000 50000 0\n");
        assertThat(new Pulse(root, null).cpu()).isEqualTo(new Pulse.Cpu(543_210, 0));
    }

    @Test
    void aLineThatIsTooShortIsNone() throws IOException {
        file("proc/stat", "cpu 1 1 1 1 1 1\n");
        assertThat(new Pulse(root, null).cpu()).isEqualTo(new Pulse.Cpu(0, 0));
        file("proc/stat", "cpu 1 1 1 1 1 1 1\n");
        assertThat(new Pulse(root, null).cpu()).isEqualTo(new Pulse.Cpu(50, 0));
    }

    @Test
    void moreMemoryThanThereIsIsAllOfIt() throws IOException {
        file("sys/fs/cgroup/memory.max", "1000\n");
        file("sys/fs/cgroup/memory.current", "1500\n");
        assertThat(new Pulse(root, null).memoryPermille()).isEqualTo(1000);
        file("sys/fs/cgroup/memory.current", "999\n");
        assertThat(new Pulse(root, null).memoryPermille()).isEqualTo(999);
    }

    @Test
    void aLimitWithoutAFigureOrOfNothingSaysNothing() throws IOException {
        file("proc/meminfo", "MemTotal:  1000 kB\nodd\nMemAvailable: 900 kB\n");
        file("sys/fs/cgroup/memory.max", "1000\n");
        assertThat(new Pulse(root, null).memoryPermille()).as("no current figure").isEqualTo(100);
        file("sys/fs/cgroup/memory.current", "");
        assertThat(new Pulse(root, null).memoryPermille()).as("an empty one").isEqualTo(100);
        file("sys/fs/cgroup/memory.current", "500\n");
        file("sys/fs/cgroup/memory.max", "0\n");
        assertThat(new Pulse(root, null).memoryPermille()).as("a limit of nothing").isEqualTo(100);
        file("sys/fs/cgroup/memory.max", "1\n");
        assertThat(new Pulse(root, null).memoryPermille()).as("a limit").isEqualTo(1000);
    }

    @Test
    void aMachineThatDoesNotSayWhatIsFreeSaysNothing() throws IOException {
        file("proc/meminfo", "MemTotal:  1000 kB\n");
        assertThat(new Pulse(root, null).memoryPermille()).isZero();
        file("proc/meminfo", "MemAvailable:  1000 kB\n");
        assertThat(new Pulse(root, null).memoryPermille()).isZero();
    }

    @Test
    void figuresThatAreNoNumbersCountAsNone() throws IOException {
        file("sys/fs/cgroup/cpu.stat", "usage_usec -1\nthrottled_usec 1234567890123456789\n");
        assertThat(new Pulse(root, null).cpu()).isEqualTo(new Pulse.Cpu(0, 0));
        file("sys/fs/cgroup/cpu.stat", "usage_usec 123456789012345678\n");
        assertThat(new Pulse(root, null).cpu()).isEqualTo(new Pulse.Cpu(123_456_789_012_345L, 0));
    }
}
