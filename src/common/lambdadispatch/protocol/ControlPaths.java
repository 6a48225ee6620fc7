// SPDX-License-Identifier: MIT
package lambdadispatch.protocol;

import java.util.Optional;

/// A path of the control port: which instance, and what it wants.
///
/// ```
///   GET, POST /v1/instances/{instanceId}/channels/{channelId}
///   POST      /v1/instances/{instanceId}/uplink
///   POST      /v1/instances/{instanceId}/ping
///   POST      /v1/instances/{instanceId}/close
/// ```
/// @param channelId "" unless the kind is CHANNEL
public record ControlPaths(Kind kind, String instanceId, String channelId) {
    public enum Kind { CHANNEL, SHARED_UPLINK, PING, CLOSE }

    public static final int PROTOCOL_VERSION = 1;
    /// On every control request: milliseconds until the instance will ask to be closed, so that the router can replace it before.
    public static final String REMAINING_HEADER = "x-lambda-remaining-ms";
    /// The same as a time, in milliseconds since the epoch: right only where both clocks are.
    public static final String DEADLINE_HEADER = "x-lambda-deadline-ms";

    /// On a ping before the first channel: why the app is not ready yet, in words for people.
    public static final String APP_NOT_READY_HEADER = "x-lambda-app-not-ready";

    /// On a ping: how the environment feels, a [Condition].
    public static final String CONDITION_HEADER = "x-lambda-condition";
    /// On every control request: a number that the invocation has drawn for itself. Lambda may hand one payload out twice; only the first
    /// that is heard is the instance.
    public static final String INVOCATION_HEADER = "x-lambda-invocation";
    /// On every control request: what the environment is, an [EnvironmentInfo].
    public static final String ENVIRONMENT_HEADER = "x-lambda-environment";
    /// On a 503 of the extension or of the app: nothing was done about the request, and it may be tried elsewhere.
    public static final String REFUSED_HEADER = "x-lambda-refused";

    /// On the answer to a downlink: the router reads a [shared uplink][SharedUplinkEntry].
    public static final String SHARED_UPLINK_HEADER = "x-lambda-shared-uplink";
    /// On an uplink: the number that names its channel in the shared one.
    public static final String CHANNEL_NUMBER_HEADER = "x-lambda-channel-number";

    /// On a response that the extension made itself: whose fault it was that there is no better one, as [Party] spells it.
    public static final String FAULT_HEADER = "x-lambda-fault";

    private static final String PREFIX = "/v1/instances/";
    private static final int MAX_ID = 64;

    public static String channel(String instanceId, String channelId) {
        return PREFIX + instanceId + "/channels/" + channelId;
    }

    public static String sharedUplink(String instanceId) {
        return PREFIX + instanceId + "/uplink";
    }

    public static String ping(String instanceId) {
        return PREFIX + instanceId + "/ping";
    }

    public static String close(String instanceId) {
        return PREFIX + instanceId + "/close";
    }

    /// Empty for anything but exactly one of the forms above.
    public static Optional<ControlPaths> parse(String target) {
        if (!target.startsWith(PREFIX)) {
            return Optional.empty();
        }
        String[] parts = target.substring(PREFIX.length()).split("/", -1);
        if (!isId(parts[0])) {
            return Optional.empty();
        }
        if (parts.length == 3 && parts[1].equals("channels") && isId(parts[2])) {
            return Optional.of(new ControlPaths(Kind.CHANNEL, parts[0], parts[2]));
        }
        return parts.length == 2 ? kind(parts[1]).map(kind -> new ControlPaths(kind, parts[0], "")) : Optional.empty();
    }

    private static Optional<Kind> kind(String word) {
        return switch (word) {
            case "uplink" -> Optional.of(Kind.SHARED_UPLINK);
            case "ping" -> Optional.of(Kind.PING);
            case "close" -> Optional.of(Kind.CLOSE);
            default -> Optional.empty();
        };
    }

    /// Lower-case hex, at most 64 digits.
    public static boolean isId(String text) {
        return !text.isEmpty() && text.length() <= MAX_ID && text.chars().allMatch(c -> c >= '0' && c <= '9' || c >= 'a' && c <= 'f');
    }
}
