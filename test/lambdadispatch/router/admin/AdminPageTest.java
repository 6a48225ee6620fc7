// SPDX-License-Identifier: MIT
package lambdadispatch.router.admin;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;
import lambdadispatch.base.json.Json;
import lambdadispatch.http.listener.Server;
import lambdadispatch.http.server.Handler;
import lambdadispatch.http.server.Limits;
import lambdadispatch.router.RouterBed;
import lambdadispatch.router.dispatch.PoolSettings;
import lambdadispatch.support.Chromium;
import lambdadispatch.support.ScriptedExchange;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// The live page in a real browser: its script runs under its policy, shows what the router does, and can be used without a mouse or eyes.
@Timeout(240)
class AdminPageTest {
    private static final int ARROW_RIGHT = 39;
    private static final int ENTER = 13;
    private static final int END = 35;
    private static final String TOO_WIDE = "document.documentElement.scrollWidth > document.documentElement.clientWidth";
    /// Has the page show its one instance two hundred times, and hear nothing more.
    private static final String TWO_HUNDRED = """
            (() => { const many = structuredClone(state), one = many.pools[0].instances[0], was = take;
              many.pools[0].instances = Array.from({length:200}, (_, i) => ({...one, name:(0xa00000 + i).toString(16), state:'open', feels:'well', silent:0, replaced:false, busy:i % 11}));
              take = () => {}; was('status', many); })()""";
    /// How many cells reach into their right neighbour.
    private static final String OVERLAPS = """
            (() => { const all = [...document.querySelectorAll('#instances button')].map(each => each.getBoundingClientRect());
              return all.filter((each, i) => i && each.top === all[i-1].top && all[i-1].right > each.left + 0.5).length; })()""";

    @TempDir
    static Path profile;
    private static Chromium browser;

    private final AdminBed bed = new AdminBed(AdminBed.TOKEN);

    @BeforeAll
    static void start() throws Exception {
        browser = new Chromium(profile);
    }

    @AfterAll
    static void close() throws Exception {
        if (browser != null) {
            browser.close();
        }
    }

    private static Server serve(Handler handler) throws Exception {
        Server server = new Server("admin", new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), null, Limits.DEFAULT, handler);
        server.start();
        return server;
    }

    private static String url(Server server) {
        return "http://127.0.0.1:" + server.address().getPort() + "/#token=" + AdminBed.TOKEN;
    }

    private static String text() throws Exception {
        return browser.evaluate("document.body.innerText");
    }

    @Test
    void instancesFiguresAndCostsAreShown() throws Exception {
        RouterBed.Dispatched running = bed.router.dispatched(ScriptedExchange.of("GET", "/a"));
        String name = running.instance().publicName();
        try (Server server = serve(bed.handler)) {
            browser.open(url(server));
            browser.await("document.querySelector('[data-name=\"" + name + "\"] .busyof')?.textContent === '1 of 10 busy'");
            assertThat(text()).contains("simple: 1 running, 0 waiting", "Lambda, provisioned concurrency", "healthy",
                    "this page was opened", "1 open · 1 of 10 slots busy");
            assertThat(browser.evaluate("document.getElementById('acts').hidden")).as("the buttons are there for whoever has the token")
                    .isEqualTo("false");
            assertThat(browser.evaluate("document.getElementById('note').hidden + document.body.className")).as("connected")
                    .isEqualTo("true");
            assertThat(browser.evaluate("document.documentElement.outerHTML")).doesNotContain(running.instance().id());
            assertThat(browser.evaluate("location.href")).as("the token has left the address").doesNotContain(AdminBed.TOKEN);
        } finally {
            running.answer("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n");
        }
    }

    /// The page notices that the router is gone, then finds one that was started later.
    @Test
    void restartIsToldAndWhatWasSeenBeforeStays() throws Exception {
        AtomicReference<String> first =
                new AtomicReference<>("event: history\ndata: [[1795708000,7,0,0,1.0,2.0,0.0,0,0,0,1,0,1,1,0]]\n\nevent: status\ndata: "
                        + bed.ask("GET", "/status.json").text().strip().replaceFirst("\"started\":\"[^\"]*\"",
                                "\"started\":\"2026-11-24T12:00:00Z\"")
                        + "\n\n");
        Handler restarted = exchange -> {
            String events = exchange.request().path().equals("/events") ? first.getAndSet(null) : null;
            if (events == null) {
                bed.handler.handle(exchange);
            } else {
                exchange.answer(200, "text/event-stream", events.getBytes(StandardCharsets.UTF_8));
            }
        };
        try (Server server = serve(restarted)) {
            browser.open(url(server));
            browser.await("document.getElementById('happened').innerText.includes('The router was started anew at')");
            assertThat(text()).contains("no connection to the router", "healthy");
            assertThat(browser.evaluate("document.body.className")).isEmpty();
            assertThat(browser.evaluate("samples[0][0] + ' ' + restarts.length")).as("the samples of the router before")
                    .isEqualTo("1795708000 1");
        }
        browser.await("document.getElementById('note').innerText.startsWith('No connection to the router since ')");
    }

    /// What is too wide makes the whole page scroll sideways; what overlaps can not be read.
    @ParameterizedTest(name = "{0} pixels wide, {1}")
    @CsvSource({"1440, light", "1440, dark", "390, light", "390, dark", "320, light"})
    void twoHundredInstancesFitIntoTheWidthOfAScreenAndOfAPhone(int width, String scheme) throws Exception {
        bed.router.pools().defaultPool().bounds(new PoolSettings.InstanceCounts(1, 1));
        look(width, scheme);
        try (Server server = serve(bed.handler)) {
            browser.open(url(server));
            browser.await("document.querySelectorAll('#instances button').length === 1");
            browser.evaluate(TWO_HUNDRED);
            browser.await("document.querySelectorAll('#instances button').length === 200");
            assertThat(browser.evaluate("document.getElementById('instances').className")).isEqualTo("dense");
            assertThat(text()).contains("200 open");
            assertThat(browser.evaluate(TOO_WIDE)).as("something is wider than the screen").isEqualTo("false");
            assertThat(Double.parseDouble(browser.evaluate("document.getElementById('instances').offsetHeight / innerHeight")))
                    .as("what comes behind it is not far").isLessThan(0.8);
            assertThat(browser.evaluate(OVERLAPS)).isEqualTo("0");
            assertThat(browser.evaluate(
                    "[...document.querySelectorAll('#instances .name')].filter(each => each.scrollWidth > each.clientWidth + 1).length"))
                    .as("names cut off").isEqualTo("0");
            browser.evaluate("document.querySelector('#instances button').focus()");
            browser.press("End", END);
            assertThat(browser.evaluate("document.activeElement.parentElement === document.querySelector('#instances').lastChild"))
                    .isEqualTo("true");
            assertThat(browser.evaluate(
                    "document.activeElement.getBoundingClientRect().bottom <= document.getElementById('instances').getBoundingClientRect().bottom"))
                    .as("the list scrolls to whoever has the focus").isEqualTo("true");
            browser.press("Enter", ENTER);
            browser.await("!document.getElementById('detail').hidden");
            assertThat(browser.evaluate(TOO_WIDE)).isEqualTo("false");
        } finally {
            browser.call("Emulation.clearDeviceMetricsOverride", Json.object());
        }
    }

    private static void look(int width, String scheme) throws Exception {
        browser.call("Emulation.setDeviceMetricsOverride",
                Json.object("width", width, "height", 900, "deviceScaleFactor", 1, "mobile", width < 500));
        browser.call("Emulation.setEmulatedMedia",
                Json.object("media", "screen", "features", Json.array(Json.object("name", "prefers-color-scheme", "value", scheme))));
    }

    @Test
    void keysGoThroughInstancesAndAScreenReaderGetsAllOfIt() throws Exception {
        RouterBed.Dispatched running = bed.router.dispatched(ScriptedExchange.of("GET", "/a"));
        String name = running.instance().publicName();
        bed.router.pools().defaultPool().bounds(new PoolSettings.InstanceCounts(2, 2)); // one more, which starts
        try (Server server = serve(bed.handler)) {
            browser.open(url(server));
            browser.await("document.querySelectorAll('#instances button').length === 2");
            browser.evaluate("document.querySelector('#instances button').focus()");
            String before = browser.evaluate("document.activeElement.parentElement.dataset.name");
            browser.press("ArrowRight", ARROW_RIGHT);
            assertThat(browser.evaluate("document.activeElement.parentElement.dataset.name")).isNotEqualTo(before);
            assertThat(browser.evaluate("document.querySelectorAll('#instances button[tabindex=\"0\"]').length"))
                    .as("one stop for the tab key").isEqualTo("1");
            browser.evaluate("document.querySelector('[data-name=\"" + name + "\"] button').focus()");
            browser.press("Enter", ENTER);
            browser.await("!document.getElementById('detail').hidden");
            assertThat(text()).contains(name + " of f: open, takes requests");
            assertThat(browser.accessible()).contains("heading Every instance, slot by slot",
                    "button instance " + name + ", open, 1 of 10 slots busy", "region The chosen instance",
                    "button Send it home", "log What happened while this page was open", "spinbutton fewest", "button Roll all instances")
                    .containsPattern("(?m)^(image|img) Requests a second answered ");
            browser.evaluate("document.getElementById('home').click()");
            browser.await("document.getElementById('said').textContent === 'Done: draining " + name + "'");
        } finally {
            running.answer("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n");
        }
    }
}
