// SPDX-License-Identifier: MIT
package lambdadispatch.cost;

import java.util.List;

/// Sets the ways to serve one workload side by side. Every assumption is a constant here, and a line in `docs/cost.md`.
public final class Comparison {
    public static final double SECONDS_A_MONTH = 730 * 3600.0;
    private static final double HOURS_A_MONTH = 730;

    /// Of ordinary Lambda's requests, so many meet a cold start. A few in a thousand under steady traffic, more where it is bursty.
    static final double COLD_STARTS = 0.005;
    /// The scaler's head room: it holds a fifth more than the average needs (`docs/simulation.md`).
    static final double HEAD_ROOM = 1.2;
    /// `InstanceCountMultiplier`: instances are filled to half of what they may take.
    static final double FILL = 0.5;
    /// An idle environment returns after so long (`LAST_ACTIVE_GRACE_PERIOD_MS`).
    static final double GRACE_SECONDS = 5;
    /// An invoke lasts for 15 minutes at most, then its environment is replaced.
    static final double INVOKE_SECONDS = 870;
    /// One router has one busy processor for so many requests a second (`docs/performance.md`), used to 60 %.
    static final double REQUESTS_PER_ROUTER = 12_000;
    static final int LEAST_ROUTERS = 2;
    /// A router's Fargate task as `docker/aws/fargate.yaml` has it.
    static final double ROUTER_VCPUS = 1;
    static final double ROUTER_GB = 2;
    /// Provisioned concurrency and tasks are bought for the peak and a little more.
    static final double PEAK_ROOM = 1.1;
    /// Tasks are scaled at so much of their processor.
    static final double TASK_USE = 0.6;
    static final double TASK_VCPUS = 1;
    static final double TASK_GB = 2;
    static final int LEAST_TASKS = 2;
    static final int LEAST_MANAGED = 3;
    static final double MANAGED_VCPUS = 2;
    /// A new connection, an active one, or a GB an hour: a capacity unit takes 1,000 requests a second at most with kept connections.
    static final double REQUESTS_PER_UNIT = 1000;

    private Comparison() {}

    /// In the order of the documentation's table: this product, ordinary Lambda, provisioned concurrency, managed instances, Fargate.
    public static List<Bill> of(Workload load) {
        return of(load, environmentsHeld(load));
    }

    /// As [#of(Workload)], for traffic of a known shape.
    public static List<Bill> of(Workload load, TrafficCurve trace) {
        Workload shaped = trace.apply(load);
        return of(shaped, trace.environmentsHeld(shaped));
    }

    /// As [#of(Workload)], with the number of environments that a router was seen to hold.
    public static List<Bill> of(Workload load, double environments) {
        return List.of(dispatched(load, environments), lambda(load), provisioned(load), managed(load), fargate(load));
    }

    /// Environments that a router holds on average for `load`.
    public static double environmentsHeld(Workload load) {
        double target = Math.max(1, Math.min(Math.ceil(load.maxConcurrent() * FILL), load.perEnvironment()));
        double anyOpen = 1 - Math.exp(-load.requestsPerSecond() * (load.seconds() + GRACE_SECONDS)); // arrivals as Poisson has them
        return Math.max(anyOpen, HEAD_ROOM * load.running() * slowdown(load) / target);
    }

    private static Bill dispatched(Workload load, double environments) {
        double gbSeconds = environments * SECONDS_A_MONTH * load.gb();
        double invokes = environments * SECONDS_A_MONTH / INVOKE_SECONDS;
        double coldGbSeconds = invokes * load.coldStartSeconds() * load.gb();
        double routers = Math.max(LEAST_ROUTERS, Math.ceil(load.requestsPerSecond() * load.peakFactor() / REQUESTS_PER_ROUTER));
        double fixed = routers * taskMonth(load.architecture(), ROUTER_VCPUS, ROUTER_GB) + loadBalancer(load);
        return new Bill("Lambda Dispatch", environments, Prices.duration(load.architecture(), gbSeconds + coldGbSeconds),
                invokes * Prices.REQUEST, fixed, "routers run all the time");
    }

    private static Bill lambda(Workload load) {
        double slowdown = slowdown(load);
        double requests = load.requestsPerSecond() * SECONDS_A_MONTH;
        double gbSeconds = requests * load.gb() * (load.seconds() * slowdown + COLD_STARTS * load.coldStartSeconds());
        return new Bill("Lambda, a request per environment", load.running() * slowdown, Prices.duration(load.architecture(), gbSeconds),
                requests * Prices.REQUEST, loadBalancer(load), "cold starts when more run at once than before");
    }

    private static Bill provisioned(Workload load) {
        Prices prices = Prices.on(load.architecture());
        double requests = load.requestsPerSecond() * SECONDS_A_MONTH;
        double held = Math.ceil(load.peakRunning() * PEAK_ROOM);
        double compute = held * SECONDS_A_MONTH * load.gb() * prices.provisionedGbSecond()
                + requests * load.seconds() * load.gb() * prices.provisionedRunningGbSecond();
        return new Bill("Lambda, provisioned concurrency", held, compute, requests * Prices.REQUEST, loadBalancer(load),
                "paid for the peak, used or not");
    }

    private static Bill managed(Workload load) {
        Prices prices = Prices.on(load.architecture());
        double busyCpus = load.peakRunning() * load.cpuShare() / TASK_USE;
        double instances = Math.max(LEAST_MANAGED, Math.ceil(busyCpus / MANAGED_VCPUS));
        double compute = instances * HOURS_A_MONTH * prices.ec2Hour() * (1 + Prices.MANAGED_SURCHARGE);
        double requests = load.requestsPerSecond() * SECONDS_A_MONTH * Prices.REQUEST;
        return new Bill("Lambda managed instances", instances, compute, requests, loadBalancer(load),
                "at least three, throttled when traffic doubles in five minutes");
    }

    private static Bill fargate(Workload load) {
        double busyCpus = load.running() * Math.sqrt(load.peakFactor()) * load.cpuShare() / TASK_USE;
        double byMemory = load.running() * Math.sqrt(load.peakFactor()) / (load.maxConcurrent() * TASK_GB / Math.max(load.gb(), 0.125));
        double tasks = Math.max(LEAST_TASKS, Math.ceil(Math.max(busyCpus / TASK_VCPUS, byMemory)));
        return new Bill("Fargate", tasks, tasks * taskMonth(load.architecture(), TASK_VCPUS, TASK_GB), 0, loadBalancer(load),
                "scales in minutes, never to zero");
    }

    /// A request that wants more of a processor than the function has takes longer.
    private static double slowdown(Workload load) {
        return Math.max(1, load.cpuShare() / Math.min(1, load.vcpus()));
    }

    private static double taskMonth(Architecture architecture, double vcpus, double gb) {
        Prices prices = Prices.on(architecture);
        return HOURS_A_MONTH * (vcpus * prices.fargateVcpuHour() + gb * prices.fargateGbHour());
    }

    private static double loadBalancer(Workload load) {
        double units = Math.max(1, load.requestsPerSecond() / REQUESTS_PER_UNIT);
        return HOURS_A_MONTH * (Prices.LOAD_BALANCER_HOUR + units * Prices.LOAD_BALANCER_UNIT_HOUR);
    }
}
