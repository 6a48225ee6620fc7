// SPDX-License-Identifier: MIT
package lambdadispatch.simulation;

import java.time.Duration;
import java.util.ArrayDeque;
import lambdadispatch.invoke.InvokeResult;
import lambdadispatch.router.dispatch.Actions;
import lambdadispatch.router.dispatch.Instance;

/// Lambda as the pool meets it: environments that start cold or warm, a limit on how many, and its bill.
final class FunctionModel implements Actions {
    private static final double WARM_START = 0.05;
    private static final double KEPT_WARM_SECONDS = 300;

    private final World world;
    /// Until when each idle environment is kept.
    private final ArrayDeque<Double> warm = new ArrayDeque<>();
    private final BudgetWatch budgetWatch;
    private int underWay;
    /// Replaced where several functions share theirs.
    Account account = new Account();

    /// Environments of all functions that run, and invokes that were refused for too many of them.
    static final class Account {
        private int underWay;
        long throttled;
    }

    FunctionModel(World world) {
        this.world = world;
        this.budgetWatch = new BudgetWatch(world.scenario.settings());
    }

    int underWay() {
        return underWay;
    }

    /// With those that are kept warm.
    int existing() {
        forgetTheCold(world.timeline.seconds());
        return underWay + warm.size();
    }

    private void forgetTheCold(double now) {
        while (!warm.isEmpty() && warm.peekFirst() < now) {
            warm.pollFirst();
        }
    }

    @Override
    public void invoke(Instance instance) {
        double now = world.timeline.seconds();
        world.measured.invokes++;
        underWay++;
        account.underWay++;
        budgetWatch.invoked(now, underWay);
        world.measured.environments(now, underWay, existing());
        InstanceModel model = new InstanceModel(world, instance);
        SimulatedFaults faults = world.scenario.faults();
        if (account.underWay > faults.throttledAbove()) {
            account.throttled++;
            fail(model, 0.02, new InvokeResult.Throttled("ConcurrentInvocationLimitExceeded", Duration.ofSeconds(1)));
        } else if (world.random.nextDouble() < faults.invokeFails()) {
            failSomehow(model);
        } else {
            world.timeline.after(startSeconds(now), model::connect);
        }
    }

    private double startSeconds(double now) {
        forgetTheCold(now);
        if (warm.pollLast() != null) {
            return WARM_START;
        }
        world.measured.coldStarts++;
        return world.scenario.coldStart().sample(world.random);
    }

    private void failSomehow(InstanceModel model) {
        switch (world.random.nextInt(5)) {
            case 0 -> fail(model, 0.02, new InvokeResult.Throttled("", Duration.ZERO));
            case 1 -> fail(model, 2, new InvokeResult.FunctionError("Unhandled", new byte[0]));
            case 2 -> fail(model, 0.5, new InvokeResult.Returned(new byte[0]));
            case 3 -> fail(model, 1, new InvokeResult.Unavailable(500, "ServiceException", ""));
            default -> fail(model, world.scenario.functionTimeout(), new InvokeResult.FunctionError("Unhandled", new byte[0]));
        }
    }

    private void fail(InstanceModel model, double seconds, InvokeResult result) {
        world.timeline.after(seconds, () -> {
            budgetWatch.failed(world.timeline.seconds(), result);
            model.end(result, "");
        });
    }

    void ended(InstanceModel model, double seconds, boolean reusable) {
        underWay--;
        account.underWay--;
        world.measured.billedSeconds += Math.ceil(seconds * 1000) / 1000;
        if (reusable) {
            warm.addLast(world.timeline.seconds() + KEPT_WARM_SECONDS);
        }
    }
}
