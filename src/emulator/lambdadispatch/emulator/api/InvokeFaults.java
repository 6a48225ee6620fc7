// SPDX-License-Identifier: MIT
package lambdadispatch.emulator.api;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.random.RandomGenerator;

/// Which invokes go wrong, and how often: a probability per kind.
///
/// Written as `throttle=0.2,service=0.05,denied=1`; a kind without a value always happens.
public record InvokeFaults(Map<Kind, Double> probabilities) {
    /// What can be made to happen, in the order it is tried.
    public enum Kind {
        /// The connection is closed without an answer.
        DROP,
        /// 403 `AccessDeniedException`.
        DENIED,
        /// 404 `ResourceNotFoundException`.
        MISSING,
        /// 429 `TooManyRequestsException`.
        THROTTLE,
        /// 500 `ServiceException`.
        SERVICE,
        /// 502 `EC2ThrottledException`.
        EC2,
        /// 200 with `X-Amz-Function-Error`; nothing is run.
        FUNCTION,
        /// 200 at once; nothing is run, so nothing ever connects back.
        RETURN,
        /// The payload's `DispatcherUrl` is replaced by an address where nobody listens: a router that Lambda can not reach.
        UNREACHABLE
    }

    public static final InvokeFaults NONE = new InvokeFaults(Map.of());

    /// @throws IllegalArgumentException what is wrong, and what is allowed
    public static InvokeFaults parse(String text) {
        Map<Kind, Double> probabilities = new EnumMap<>(Kind.class);
        for (String part : text.isBlank() ? new String[0] : text.split("[,&]")) {
            String[] pair = part.strip().split("=", 2);
            try {
                Kind kind = Kind.valueOf(pair[0].toUpperCase(Locale.ROOT));
                double probability = pair.length == 1 ? 1 : Double.parseDouble(pair[1]);
                if (!(probability >= 0 && probability <= 1)) {
                    throw new IllegalArgumentException();
                }
                probabilities.put(kind, probability);
            } catch (IllegalArgumentException e) {
                throw new IllegalArgumentException(part.strip() + ": one of " + names() + ", =0 to =1, between commas");
            }
        }
        return new InvokeFaults(probabilities);
    }

    private static String names() {
        List<String> names = new ArrayList<>();
        for (Kind kind : Kind.values()) {
            names.add(kind.name().toLowerCase(Locale.ROOT));
        }
        return String.join(" ", names);
    }

    /// What happens to the next invoke; null for nothing.
    Kind next(RandomGenerator random) {
        for (Map.Entry<Kind, Double> fault : probabilities.entrySet()) {
            if (random.nextDouble() < fault.getValue()) {
                return fault.getKey();
            }
        }
        return null;
    }

    @Override
    public String toString() {
        List<String> parts = new ArrayList<>();
        probabilities.forEach((kind, probability) -> parts.add(kind.name().toLowerCase(Locale.ROOT) + "=" + probability));
        return String.join(",", parts);
    }
}
