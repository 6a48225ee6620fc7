// SPDX-License-Identifier: MIT
package lambdadispatch.cost;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/// Draws what a workload costs a month in each way, by requests a second, as one SVG file. Both axes are logarithmic.
public final class CostPlot {
    private static final int WIDTH = 900;
    private static final int HEIGHT = 430;
    private static final int LEFT = 66;
    private static final int RIGHT = 250; // room for the names beside the ends of the lines
    private static final int TOP = 46;
    private static final int BOTTOM = 44;
    private static final double LEAST_RATE = 0.01;
    private static final double MOST_RATE = 1000;
    private static final int STEPS = 100;
    private static final int NAME_GAP = 17;
    private static final List<String> COLOURS = List.of("a", "b", "c", "d", "e");
    private static final String STYLE = """
            <style>
            svg{background:#fff;font:13px system-ui,"DejaVu Sans",sans-serif}text{fill:#17202b}.s{fill:#566372}
            .g{stroke:#dfe4ea}polyline{fill:none;stroke-width:2.2;stroke-linejoin:round}
            .a{stroke:#0f766e}.b{stroke:#b45309}.c{stroke:#6d4bd0}.d{stroke:#b42318}.e{stroke:#3b6ea8}polyline.a{stroke-width:3.6}
            text.a{fill:#0f766e;stroke:none;font-weight:600}text.b{fill:#b45309;stroke:none}text.c{fill:#6d4bd0;stroke:none}text.d{fill:#b42318;stroke:none}text.e{fill:#3b6ea8;stroke:none}
            @media(prefers-color-scheme:dark){svg{background:#0d1218}text{fill:#e8edf2}.s{fill:#9aa8b6}.g{stroke:#26303c}.a{stroke:#2fbfae}text.a{fill:#2fbfae}
            .b{stroke:#f0a63a}text.b{fill:#f0a63a}.c{stroke:#a48bff}text.c{fill:#a48bff}.d{stroke:#ff7a6b}text.d{fill:#ff7a6b}.e{stroke:#79aee8}text.e{fill:#79aee8}}
            </style>
            """;

    private final Workload load;
    private final StringBuilder svg = new StringBuilder(16 << 10);
    private double least = Double.MAX_VALUE;
    private double most;

    private CostPlot(Workload load) {
        this.load = load;
    }

    /// @param load its rate is left out of account
    /// @return the text of an SVG file, the same for the same figures
    public static String svg(Workload load) {
        return new CostPlot(load).draw();
    }

    private String draw() {
        List<List<Bill>> columns = new ArrayList<>();
        for (int i = 0; i <= STEPS; i++) {
            columns.add(Comparison.of(at(rate(i))));
        }
        columns.forEach(bills -> bills.forEach(bill -> {
            least = Math.min(least, bill.total());
            most = Math.max(most, bill.total());
        }));
        least = Math.pow(10, Math.floor(Math.log10(least)));
        most *= 1.2;
        add(
                "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" role=\"img\" aria-label=\"US dollars a month by requests a second\">\n",
                WIDTH, HEIGHT);
        svg.append("<!-- SPDX-License-Identifier: MIT -->\n").append(STYLE);
        add("<text x=\"%d\" y=\"20\" font-weight=\"600\">US dollars a month by requests a second</text>\n", LEFT);
        add(
                "<text x=\"%d\" y=\"37\" class=\"s\">%s s in the app, %s %% of it CPU, %d MB, %s; list prices of %s</text>\n",
                LEFT,
                plain(load.seconds()), plain(100 * load.cpuShare()),
                load.memoryMb(), load.architecture() == Architecture.ARM ? "arm64" : "x86", Prices.AS_OF);
        axes();
        lines(columns);
        return svg.append("</svg>\n").toString();
    }

    private Workload at(double rate) {
        return new Workload(rate, load.peakFactor(), load.seconds(), load.cpuShare(), load.memoryMb(), load.coldStartSeconds(),
                load.maxConcurrent(), load.architecture());
    }

    private static double rate(int step) {
        return LEAST_RATE * Math.pow(MOST_RATE / LEAST_RATE, step / (double) STEPS);
    }

    private void axes() {
        for (double dollars = least; dollars <= most * 1.001; dollars *= 10) {
            add(
                    "<line class=\"g\" x1=\"%d\" x2=\"%d\" y1=\"%.1f\" y2=\"%.1f\"/><text class=\"s\" x=\"%d\" y=\"%.1f\" text-anchor=\"end\">%s</text>\n",
                    LEFT, WIDTH - RIGHT,
                    y(dollars), y(dollars), LEFT - 8, y(dollars) + 4, plain(dollars));
        }
        for (double rate = LEAST_RATE; rate <= MOST_RATE * 1.001; rate *= 10) {
            add(
                    "<line class=\"g\" x1=\"%.1f\" x2=\"%.1f\" y1=\"%d\" y2=\"%d\"/><text class=\"s\" x=\"%.1f\" y=\"%d\" text-anchor=\"middle\">%s</text>\n",
                    x(rate), x(rate), TOP,
                    HEIGHT - BOTTOM, x(rate), HEIGHT - BOTTOM + 18, plain(rate));
        }
        add("<text class=\"s\" x=\"%d\" y=\"%d\" text-anchor=\"middle\">requests a second, on average</text>\n", (LEFT + WIDTH - RIGHT) / 2,
                HEIGHT - 8);
    }

    private void lines(List<List<Bill>> columns) {
        List<Bill> last = columns.getLast();
        for (int way = last.size() - 1; way >= 0; way--) { // this product's on top
            StringBuilder points = new StringBuilder();
            for (int i = 0; i <= STEPS; i++) {
                points.append(String.format(Locale.ROOT, "%.1f,%.1f ", x(rate(i)), y(columns.get(i).get(way).total())));
            }
            add("<polyline class=\"%s\" points=\"%s\"/>\n", COLOURS.get(way % COLOURS.size()), points.toString().strip());
        }
        List<Bill> byHeight = last.stream().sorted(Comparator.comparingDouble(Bill::total).reversed()).toList();
        double above = TOP - NAME_GAP;
        for (Bill bill : byHeight) {
            double at = Math.max(y(bill.total()) + 4, above + NAME_GAP);
            above = at;
            add("<text class=\"%s\" x=\"%d\" y=\"%.1f\">%s</text>\n", COLOURS.get(last.indexOf(bill) % COLOURS.size()), WIDTH - RIGHT + 8,
                    at, bill.way());
        }
    }

    private double x(double rate) {
        return LEFT + (WIDTH - RIGHT - LEFT) * Math.log(rate / LEAST_RATE) / Math.log(MOST_RATE / LEAST_RATE);
    }

    private double y(double dollars) {
        return HEIGHT - BOTTOM - (HEIGHT - BOTTOM - TOP) * Math.log(dollars / least) / Math.log(most / least);
    }

    private static String plain(double value) {
        return value >= 1000 ? String.format(Locale.ROOT, "%,.0f", value)
                : new BigDecimal(value).round(new MathContext(3)).stripTrailingZeros().toPlainString();
    }

    private void add(String format, Object... values) {
        svg.append(String.format(Locale.ROOT, format, values));
    }
}
