// SPDX-License-Identifier: MIT
package lambdadispatch.router.admin;

import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import lambdadispatch.base.json.Json;
import lambdadispatch.base.log.Log;
import lambdadispatch.router.dispatch.Canary;
import lambdadispatch.router.dispatch.Description;
import lambdadispatch.router.dispatch.InstanceView;
import lambdadispatch.router.dispatch.Pool;
import lambdadispatch.router.dispatch.PoolSettings;
import lambdadispatch.router.dispatch.PoolSnapshot;
import lambdadispatch.router.dispatch.PoolView;
import lambdadispatch.router.dispatch.Pools;

/// `GET /status.json`: the router at this moment, without secrets. Times are milliseconds unless the name says otherwise.
final class StatusReport {
    private final AdminParts parts;
    private final Instant started = Instant.now();
    private final LiveCost cost = new LiveCost();

    StatusReport(AdminParts parts) {
        this.parts = parts;
    }

    Json json() {
        List<Json> pools = new ArrayList<>();
        for (Pool pool : parts.pools().all()) {
            pools.add(pool(pool, pool.view()));
        }
        return Json.object("version", parts.version(), "time", Instant.now().toString(), "started", started.toString(), "healthy",
                parts.healthy().getAsBoolean(),
                "mayChange", parts.access().maySomebodyChange(), "logLevel", Log.level(), "canary", canary(parts.pools()), "pools",
                Json.of(pools), "cost", cost.json(parts.pools().defaultPool(), parts.timeline().samples()));
    }

    /// Null while there has been none.
    private static Json canary(Pools pools) {
        Canary canary = pools.canary();
        Canary.Setting now = canary.setting();
        return now.alias() == null ? Json.JsonNull.NULL
                : Json.object("alias", now.alias(), "function", now.function(), "percent", now.percent(), "cookie",
                        canary.cookie() == null ? Json.JsonNull.NULL : Json.of(canary.cookie()), "serves", serves(pools, now.function()),
                        "diverted", canary.diverted(), "canary", answers(canary, true), "others", answers(canary, false));
    }

    private static boolean serves(Pools pools, String function) {
        return pools.snapshots().stream().anyMatch(pool -> pool.function().equals(function) && pool.open() + pool.rotating() > 0);
    }

    private static Json answers(Canary canary, boolean byCanary) {
        long all = 0;
        for (int group = 1; group < 6; group++) {
            all += canary.answers(byCanary, group);
        }
        return Json.object("answered", all, "failed", canary.answers(byCanary, 5));
    }

    private static Json pool(Pool pool, PoolView view) {
        PoolSnapshot now = view.snapshot();
        PoolSettings settings = pool.settings();
        return Json.object("function", now.function(), "desired", now.desired(), "why", why(settings, view), "min", view.bounds().min(),
                "max",
                view.bounds().max(), "maxConcurrent", settings.maxConcurrentCount(), "queue", queue(settings, view), "running",
                now.running(), "arrivalsPerSecond",
                rounded(now.arrivalsPerSecond()), "serviceMillis", rounded(now.serviceSeconds() * 1000), "coldStartMillis",
                rounded(now.coldStartSeconds() * 1000),
                "guard", guard(view), "totals", totals(now.totals()), "versions", versions(now.versions()), "instances",
                Json.of(view.instances().stream().map(StatusReport::instance).toList()),
                "ended",
                Json.of(view.endings().stream()
                        .map(ending -> (Json) Json.object("name", ending.instance(), "how", ending.how(), "well", ending.well()))
                        .toList()));
    }

    private static Json queue(PoolSettings settings, PoolView view) {
        return Json.object("length", view.snapshot().pending(), "most", settings.waiting().maxQueueLength(), "oldestWait",
                view.oldestWaitMillis());
    }

    private static Json guard(PoolView view) {
        PoolSnapshot now = view.snapshot();
        return Json.object("invokesHeld", view.invokesHeld(), "pause", now.blockedMillis(), "lastFault",
                now.lastFault() == null ? Json.JsonNull.NULL : Json.of(words(now.lastFault())), "underWay", now.invokesUnderWay());
    }

    private static Json totals(PoolSnapshot.Totals totals) {
        return Json.object("submitted", totals.submitted(), "granted", totals.granted(), "withdrawn", totals.withdrawn(), "invokes",
                totals.invokes(), "refused", counts(totals.refused()), "faults", counts(totals.faults()));
    }

    private static Json counts(Map<? extends Enum<?>, Long> byKind) {
        Map<String, Json> counts = new LinkedHashMap<>();
        byKind.forEach((kind, count) -> counts.put(words(kind), Json.of(count)));
        return new Json.JsonObject(counts);
    }

    private static Json versions(Map<String, Integer> open) {
        Map<String, Json> counts = new LinkedHashMap<>();
        open.forEach((version, count) -> counts.put(version, Json.of(count)));
        return new Json.JsonObject(counts);
    }

    private static Json instance(InstanceView instance) {
        Description is = instance.description();
        return Json.object("name", instance.name(), "version", is == null ? Json.JsonNull.NULL : Json.of(is.version()), "state",
                instance.state(), "purpose", instance.purpose(), "age", instance.ageMillis(), "closesIn",
                instance.closesInMillis(), "busy", instance.busy(), "free", instance.free(), "served", instance.served(), "silent",
                instance.silentMillis(),
                "feels", instance.feels(), "replaced", instance.replaced(), "answer", rounded(instance.answerMillis()), "failing",
                rounded(instance.failureShare()));
    }

    /// Why the scaler wants what it wants, in a sentence.
    static String why(PoolSettings settings, PoolView view) {
        PoolSnapshot now = view.snapshot();
        String load = String.format(Locale.ROOT, "%s: %d running, %d waiting, %.1f requests/s of %.0f ms",
                settings.scaling().algorithm().name().toLowerCase(Locale.ROOT),
                now.running(), now.pending(), now.arrivalsPerSecond(), now.serviceSeconds() * 1000);
        String wants = "; wants " + now.desired() + " (" + view.bounds().min() + " to " + view.bounds().max() + " allowed)";
        String has =
                ", has " + (now.open() + now.rotating()) + " open" + (now.starting() > 0 ? " and " + now.starting() + " starting" : "");
        if (now.pending() > 0 && now.open() + now.rotating() >= view.bounds().max()) {
            return load + wants + has + "; no more are allowed, and requests wait";
        }
        if (view.invokesHeld()) {
            return load + wants + has + "; invokes are held by an operator";
        }
        return load + wants + has
                + (now.blockedMillis() > 0 ? "; the cost guard pauses invokes for " + (now.blockedMillis() + 999) / 1000 + " s" : "");
    }

    private static String words(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }

    private static double rounded(double value) {
        return Math.round(value * 100) / 100.0;
    }
}
