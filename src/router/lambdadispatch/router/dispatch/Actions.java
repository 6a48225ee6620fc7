// SPDX-License-Identifier: MIT
package lambdadispatch.router.dispatch;

/// What a pool asks the world to do. Called outside the pool's lock; must not block.
public interface Actions {
    /// Start an invoke for this instance (on a thread of its own) and report its end with [Pool#invokeEnded], exactly once, whatever
    /// happens.
    void invoke(Instance instance);

    /// The invoke has ended and no slot is left: the instance is forgotten, requests in its name are answered 409 from now on.
    default void forgotten(Instance instance) {}

    /// Something worth a line in the log: a name and pairs of key and value, never an id or a token.
    default void info(String event, Object... keysAndValues) {}

    /// As [#info], but somebody should look.
    default void warn(String event, Object... keysAndValues) {}
}
