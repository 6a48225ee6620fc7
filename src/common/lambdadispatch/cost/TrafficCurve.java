// SPDX-License-Identifier: MIT
package lambdadispatch.cost;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/// Requests a second over time, as a log or a metric gives them, and what that shape does to the number of environments.
///
/// @param stepSeconds between two samples
/// @param rates requests per second in each step
public record TrafficCurve(double stepSeconds, List<Double> rates) {
    private static final int MOST_SAMPLES = 5_000_000;
    /// The scaler lets an instance go when it was not wanted for `ScaleInDelay` (30 s), then one every 5 s.
    private static final double HOLD_SECONDS = 60;

    public TrafficCurve {
        if (rates.isEmpty() || !(stepSeconds > 0)) {
            throw new IllegalArgumentException("a trace has at least one sample, and time passes between two");
        }
        rates = List.copyOf(rates);
    }

    /// Reads lines of `seconds,requests`: the time of a sample's start and how many requests came until the next one. Lines that start with
    /// `#` or a letter are passed over. The step is that of the first two lines, and every other line must keep to it.
    /// @throws IllegalArgumentException a line is not of that form; the message has its number
    public static TrafficCurve parse(List<String> lines) {
        List<Double> times = new ArrayList<>();
        List<Double> counts = new ArrayList<>();
        for (int i = 0; i < lines.size(); i++) {
            String line = lines.get(i).strip();
            if (line.isEmpty() || line.startsWith("#") || Character.isLetter(line.charAt(0))) {
                continue;
            }
            String[] parts = line.split(",");
            if (parts.length != 2 || times.size() == MOST_SAMPLES) {
                throw new IllegalArgumentException("line " + (i + 1) + ": seconds,requests is expected");
            }
            times.add(number(parts[0], i));
            counts.add(number(parts[1], i));
        }
        double step = times.size() < 2 ? 1 : times.get(1) - times.get(0);
        for (int i = 1; i < times.size(); i++) {
            if (Math.abs(times.get(i) - times.get(i - 1) - step) > step / 1000) {
                throw new IllegalArgumentException("sample " + (i + 1) + " does not come " + step + " s after the one before it");
            }
        }
        return new TrafficCurve(step, counts.stream().map(count -> count / step).toList());
    }

    private static double number(String text, int line) {
        try {
            double value = Double.parseDouble(text.strip());
            if (value >= 0 && Double.isFinite(value)) {
                return value;
            }
        } catch (NumberFormatException notANumber) {
            throw new IllegalArgumentException("line " + (line + 1) + ": " + text.strip() + " is not a number", notANumber);
        }
        throw new IllegalArgumentException("line " + (line + 1) + ": " + text.strip() + " is not a number of seconds or requests");
    }

    public double average() {
        return rates.stream().mapToDouble(rate -> rate).average().orElse(0);
    }

    public double peak() {
        return rates.stream().mapToDouble(rate -> rate).max().orElse(0);
    }

    /// The same workload with this trace's average and peak.
    public Workload apply(Workload load) {
        double average = average();
        return new Workload(average, average == 0 ? 1 : Math.max(1, peak() / average), load.seconds(), load.cpuShare(), load.memoryMb(),
                load.coldStartSeconds(), load.maxConcurrent(), load.architecture());
    }

    /// Environments that a router holds on average: at each moment as many as the busiest step of the last minute asked for.
    public double environmentsHeld(Workload load) {
        int hold = (int) Math.max(1, Math.ceil(HOLD_SECONDS / stepSeconds));
        Deque<Integer> highest = new ArrayDeque<>(); // indexes, by falling rate
        double sum = 0;
        for (int i = 0; i < rates.size(); i++) {
            while (!highest.isEmpty() && rates.get(highest.peekLast()) <= rates.get(i)) {
                highest.removeLast();
            }
            highest.addLast(i);
            if (highest.peekFirst() <= i - hold) {
                highest.removeFirst();
            }
            sum += Math.ceil(Comparison.environmentsHeld(at(load, rates.get(highest.peekFirst()))));
        }
        return sum / rates.size();
    }

    private static Workload at(Workload load, double rate) {
        return new Workload(rate, 1, load.seconds(), load.cpuShare(), load.memoryMb(), load.coldStartSeconds(), load.maxConcurrent(),
                load.architecture());
    }
}
