// SPDX-License-Identifier: MIT
package lambdadispatch.router.incoming;

import java.util.function.BooleanSupplier;

/// How often one request was tried, and whether it may be once more.
final class Tries {
    /// A request that may be what kills instances gets no third one to kill, unless they die without it as well.
    private static final int MAX_LOSSES = 2;
    /// An instance that fell silent was given up for that, and not for its requests; but retries have to end somewhere.
    private static final int MAX_TRIES = 4;
    /// Environments that may say no before the client is told.
    private static final int MAX_REFUSALS = 2;

    private int begun;
    private int losses;
    private int refusals;

    void begin() {
        begun++;
    }

    /// The request may have killed its instance, or spoilt its channel.
    void lost() {
        losses++;
    }

    void refused() {
        refusals++;
    }

    /// @param environmentsDieAnyway see [lambdadispatch.router.dispatch.Pool#environmentsDieAnyway]; asked only where it makes a difference
    boolean another(BooleanSupplier environmentsDieAnyway) {
        return begun < MAX_TRIES && (losses < MAX_LOSSES || environmentsDieAnyway.getAsBoolean());
    }

    boolean mayBeRefused() {
        return refusals < MAX_REFUSALS;
    }
}
