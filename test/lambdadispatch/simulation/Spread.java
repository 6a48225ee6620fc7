// SPDX-License-Identifier: MIT
package lambdadispatch.simulation;

import java.util.random.RandomGenerator;

/// How a time is distributed; samples are seconds.
@FunctionalInterface
interface Spread {
    double sample(RandomGenerator random);

    static Spread always(double seconds) {
        return _ -> seconds;
    }

    /// @param sigma of the logarithm; 0.5 is usual for web requests, the mean is then 13 % above the median
    static Spread logNormal(double median, double sigma) {
        return random -> median * Math.exp(sigma * random.nextGaussian());
    }

    static Spread between(double least, double most) {
        return random -> least + (most - least) * random.nextDouble();
    }
}
