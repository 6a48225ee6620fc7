// SPDX-License-Identifier: MIT
package lambdadispatch.simulation;

import java.util.function.DoubleUnaryOperator;
import java.util.random.RandomGenerator;

/// When requests come: a Poisson process whose rate follows the time.
/// @param rate requests per second at a time in seconds
/// @param peak what `rate` never exceeds
record ArrivalTimes(String name, double seconds, DoubleUnaryOperator rate, double peak) {

    static ArrivalTimes steady(double rate, double seconds) {
        return new ArrivalTimes("steady", seconds, _ -> rate, rate);
    }

    /// A base load with a burst at the beginning of the second third of every period.
    static ArrivalTimes bursts(double base, double burst, double period, double length, double seconds) {
        return new ArrivalTimes("burst", seconds, t -> (t % period) >= period / 3 && (t % period) < period / 3 + length ? burst : base,
                burst);
    }

    static ArrivalTimes ramp(double from, double to, double seconds) {
        return new ArrivalTimes("ramp", seconds, t -> from + (to - from) * t / seconds, Math.max(from, to));
    }

    /// Two days, each as long as half of `seconds`.
    static ArrivalTimes diurnal(double least, double most, double seconds) {
        return new ArrivalTimes("diurnal", seconds, t -> least + (most - least) * (1 - Math.cos(4 * Math.PI * t / seconds)) / 2, most);
    }

    ArrivalTimes named(String other) {
        return new ArrivalTimes(other, seconds, rate, peak);
    }

    /// The next arrival after `time`, by thinning; infinite when there is none.
    double next(double time, RandomGenerator random) {
        double at = time;
        while (at < seconds) {
            at += random.nextExponential() / peak;
            if (at < seconds && random.nextDouble() * peak < rate.applyAsDouble(at)) {
                return at;
            }
        }
        return Double.POSITIVE_INFINITY;
    }
}
