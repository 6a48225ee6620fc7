// SPDX-License-Identifier: MIT
package lambdadispatch.router.dispatch;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// The instances of a pool, counted at one moment. Made anew whenever it is needed, so no count can drift.
final class Census {
    private final List<Instance> fresh = new ArrayList<>();
    private final List<Instance> expiring = new ArrayList<>();
    private final Map<String, Integer> versions = new TreeMap<>();
    private int starting;
    private int connecting;
    private int draining;
    private int lingering;
    private int paidFor;
    private int running;
    private int freeSlots;
    private int staying;

    Census(Iterable<Instance> instances) {
        for (Instance instance : instances) {
            add(instance);
        }
    }

    private void add(Instance instance) {
        running += instance.busy.size();
        freeSlots += instance.free.size();
        if (instance.state != Instance.State.CLOSED || !instance.invokeEnded) {
            paidFor++;
        }
        if (instance.countedOn() && instance.purpose() == Instance.Purpose.STAY) {
            staying++;
        }
        if (instance.shortLived() && instance.servedWell == 0 && !instance.invokeEnded) {
            connecting++;
        }
        switch (instance.state) {
            case STARTING -> {
                connecting += instance.late ? 0 : 1;
                starting += instance.countedOn() ? 1 : 0;
            }
            case OPEN -> {
                (instance.expiring ? expiring : fresh).add(instance);
                if (instance.description() != null) {
                    versions.merge(instance.description().version(), 1, Integer::sum);
                }
            }
            case DRAINING -> draining++;
            case CLOSED -> lingering += instance.invokeEnded ? 0 : 1;
        }
    }

    Demand demand(int pending, Load load) {
        return new Demand(running, pending, fresh.size() + expiring.size(), load.averages());
    }

    /// Open, and not about to go.
    List<Instance> fresh() {
        return fresh;
    }

    /// Open, and about to be replaced; in the order of their invokes.
    List<Instance> expiring() {
        return expiring;
    }

    int open() {
        return fresh.size();
    }

    int countedOn() {
        return fresh.size() + starting;
    }

    int starting() {
        return starting;
    }

    /// Invoked and not connected yet, or going to end before it has served anybody. One that is late does not stop another from being
    /// tried.
    int connecting() {
        return connecting;
    }

    int draining() {
        return draining;
    }

    int lingering() {
        return lingering;
    }

    int paidFor() {
        return paidFor;
    }

    int running() {
        return running;
    }

    int freeSlots() {
        return freeSlots;
    }

    /// Open ones by the version that they run.
    Map<String, Integer> versions() {
        return versions;
    }

    /// Counted on, and held open by `MinInstanceCount`.
    int staying() {
        return staying;
    }

    void expires(Instance instance) {
        fresh.remove(instance);
        expiring.add(instance);
    }

    boolean mayExpireOneMore() {
        int open = fresh.size() + expiring.size();
        return expiring.size() < Math.max(1, open / 4);
    }
}
