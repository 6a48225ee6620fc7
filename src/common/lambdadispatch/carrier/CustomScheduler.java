// SPDX-License-Identifier: MIT
package lambdadispatch.carrier;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.Constructor;
import java.lang.reflect.InaccessibleObjectException;
import java.lang.reflect.Method;
import java.util.concurrent.Executor;

/// The way into the JDK for virtual threads with a scheduler of our own; closed without `--add-opens java.base/java.lang=...`.
final class CustomScheduler {
    private static final MethodHandle BUILDER;
    private static final MethodHandle CURRENT_CARRIER;

    static {
        MethodHandle builder = null;
        MethodHandle currentCarrier = null;
        try {
            Constructor<?> constructor =
                    Class.forName("java.lang.ThreadBuilders$VirtualThreadBuilder").getDeclaredConstructor(Executor.class);
            Method method = Thread.class.getDeclaredMethod("currentCarrierThread");
            constructor.setAccessible(true);
            method.setAccessible(true);
            MethodHandles.Lookup lookup = MethodHandles.lookup();
            builder =
                    lookup.unreflectConstructor(constructor).asType(MethodType.methodType(Thread.Builder.OfVirtual.class, Executor.class));
            currentCarrier = lookup.unreflect(method);
        } catch (ReflectiveOperationException | InaccessibleObjectException e) {
            builder = null; // another JDK, or the flag is missing: the JDK's scheduler serves
        }
        BUILDER = builder;
        CURRENT_CARRIER = currentCarrier;
    }

    private CustomScheduler() {}

    static boolean isOpen() {
        return BUILDER != null;
    }

    /// A builder of virtual threads that `scheduler` runs: it is given what has to be run next, on a thread of the system.
    static Thread.Builder.OfVirtual builder(Executor scheduler) {
        try {
            return (Thread.Builder.OfVirtual) BUILDER.invokeExact(scheduler);
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }

    /// The thread of the system that runs this code, also from within a virtual thread.
    static Thread currentCarrier() {
        try {
            return (Thread) CURRENT_CARRIER.invokeExact();
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }
}
