// SPDX-License-Identifier: MIT
package lambdadispatch.router.admin;

import java.util.List;
import java.util.NoSuchElementException;
import lambdadispatch.base.json.Json;
import lambdadispatch.base.log.Log;
import lambdadispatch.router.dispatch.Canary;
import lambdadispatch.router.dispatch.CanaryPercent;
import lambdadispatch.router.dispatch.Pool;
import lambdadispatch.router.dispatch.PoolSettings;
import lambdadispatch.router.dispatch.Pools;

/// What an operator may change while the router runs. Nothing of it outlives the router. Every change is one line in the log.
final class Changes {
    private static final Log LOG = Log.of("admin");
    /// As a list for whoever asked for something else.
    static final String ALL = "/roll, /instances/NAME/drain, /invokes/hold, /invokes/resume, /canary, /scale, /log and /drain";
    private static final int MOST_INSTANCES = 10_000;
    private static final String INSTANCES = "/instances/";
    private static final String DRAIN = "/drain";

    private final Pools pools;
    private final Runnable stop;

    /// @param stop begins to stop this router as SIGTERM does, and returns at once
    Changes(Pools pools, Runnable stop) {
        this.pools = pools;
        this.stop = stop;
    }

    /// Whether there is a change of that path.
    static boolean knows(String path) {
        return switch (path) {
            case "/drain", "/roll", "/invokes/hold", "/invokes/resume", "/scale", "/log", "/canary" -> true;
            default -> !instance(path).isEmpty();
        };
    }

    /// @return what was changed
    /// @throws IllegalArgumentException a parameter can not be used; the message says why
    /// @throws NoSuchElementException there is no such function or instance; the message names it
    Json make(String path, Query query) {
        Json changed = switch (path) {
            case "/drain" -> drain();
            case "/roll" -> Json.object("rolling", chosen(query).stream().mapToInt(Pool::roll).sum());
            case "/invokes/hold" -> hold(query, true);
            case "/invokes/resume" -> hold(query, false);
            case "/scale" -> scale(query);
            case "/log" -> log(query);
            case "/canary" -> canary(query);
            default -> drainInstance(instance(path));
        };
        LOG.info("changed by an operator", "what", path.substring(1), "now", changed.write());
        return changed;
    }

    private Json drain() {
        stop.run();
        return Json.object("stopping", true);
    }

    private Json hold(Query query, boolean hold) {
        chosen(query).forEach(pool -> pool.holdInvokes(hold));
        return Json.object("invokesHeld", hold);
    }

    private Json scale(Query query) {
        List<Pool> chosen = query.text("function") == null ? List.of(pools.defaultPool()) : chosen(query);
        Pool pool = chosen.getFirst();
        PoolSettings.InstanceCounts before = pool.view().bounds();
        int max = query.integer("max", before.max(), 1, MOST_INSTANCES);
        int min = query.integer("min", Math.min(before.min(), max), 0, MOST_INSTANCES);
        if (min > max) {
            throw new IllegalArgumentException("min must be at most max (" + max + ")");
        }
        pool.bounds(new PoolSettings.InstanceCounts(min, max));
        return Json.object("function", pool.function(), "min", min, "max", max);
    }

    private Json canary(Query query) {
        Canary canary = pools.canary();
        String alias = query.text("alias") == null ? canary.setting().alias() : query.text("alias");
        int hundredths = CanaryPercent.hundredths(query.text("percent"));
        if (alias == null) {
            throw new IllegalArgumentException("there is no canary yet: alias must name one");
        }
        Canary.Setting now = pools.setCanary(alias, hundredths);
        return Json.object("alias", now.alias(), "percent", now.percent());
    }

    private static Json log(Query query) {
        String level = query.text("level");
        String topics = query.text("debug");
        if (level == null && topics == null) {
            throw new IllegalArgumentException("level must be debug, info, warn or error, or debug must name topics");
        }
        if (level != null) {
            Log.level(level);
        }
        if (topics != null) {
            Log.debugTopics(topics);
        }
        return Json.object("level", Log.level(), "debug", Log.debugTopics());
    }

    private Json drainInstance(String name) {
        for (Pool pool : pools.all()) {
            if (pool.drainInstance(name)) {
                return Json.object("draining", name);
            }
        }
        throw new NoSuchElementException("there is no instance " + name);
    }

    private List<Pool> chosen(Query query) {
        String function = query.text("function");
        if (function == null) {
            return pools.all();
        }
        List<Pool> chosen = pools.all().stream().filter(pool -> pool.function().equals(function)).toList();
        if (chosen.isEmpty()) {
            throw new NoSuchElementException("there is no pool of the function " + function);
        }
        return chosen;
    }

    /// The public name in `/instances/{name}/drain`, or an empty string.
    private static String instance(String path) {
        boolean form = path.startsWith(INSTANCES) && path.endsWith(DRAIN) && path.length() > INSTANCES.length() + DRAIN.length();
        String name = form ? path.substring(INSTANCES.length(), path.length() - DRAIN.length()) : "";
        return name.matches("[0-9a-f]{1,64}") ? name : "";
    }
}
