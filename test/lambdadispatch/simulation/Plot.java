// SPDX-License-Identifier: MIT
package lambdadispatch.simulation;

import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;

/// Two line charts, one above the other, over the same seconds, as SVG.
final class Plot {
    private static final int WIDTH = 900;
    private static final int HEIGHT = 220;
    private static final int LEFT = 60;
    private static final int GAP = 70;
    private static final int SECONDS = 600;
    private static final String[] COLOURS = {"#c0392b", "#2471a3", "#1e8449"};

    private record Line(String name, SortedMap<Integer, Double> upper, SortedMap<Integer, Double> lower) {}

    private final List<Line> lines = new ArrayList<>();
    private final StringBuilder svg = new StringBuilder();

    void add(String name, SortedMap<Integer, Double> upper, SortedMap<Integer, Double> lower) {
        lines.add(new Line(name, upper.headMap(SECONDS), lower.headMap(SECONDS)));
    }

    String svg(String upperTitle, String lowerTitle) {
        svg.append(
                "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" font-family=\"sans-serif\" font-size=\"13\">%n".formatted(
                LEFT + WIDTH + 20, 2 * (HEIGHT + GAP) + 20));
        svg.append("<rect width=\"100%\" height=\"100%\" fill=\"white\"/>\n");
        chart(upperTitle, 40, lines.stream().map(Line::upper).toList());
        chart(lowerTitle, 40 + HEIGHT + GAP, lines.stream().map(Line::lower).toList());
        for (int i = 0; i < lines.size(); i++) {
            text(LEFT + WIDTH - 130, 60 + 18 * i, COLOURS[i], lines.get(i).name());
        }
        return svg.append("</svg>\n").toString();
    }

    private void chart(String title, int top, List<SortedMap<Integer, Double>> series) {
        double most = series.stream().flatMap(s -> s.values().stream()).mapToDouble(v -> v).max().orElse(1);
        text(LEFT, top - 10, "black", title);
        for (int step = 0; step <= 4; step++) {
            int y = top + HEIGHT - HEIGHT * step / 4;
            svg.append("<path d=\"M%d %dh%d\" stroke=\"#ddd\"/>%n".formatted(LEFT, y, WIDTH));
            text(10, y + 4, "#555", "%.1f".formatted(most * step / 4));
        }
        for (int second = 0; second <= SECONDS; second += 60) {
            text(LEFT + WIDTH * second / SECONDS - 8, top + HEIGHT + 18, "#555", Integer.toString(second));
        }
        for (int i = 0; i < series.size(); i++) {
            StringBuilder points = new StringBuilder();
            series.get(i).forEach((second, value) -> points.append("%.1f,%.1f ".formatted(
                    LEFT + (double) WIDTH * second / SECONDS, top + HEIGHT - HEIGHT * value / most)));
            svg.append("<polyline points=\"%s\" fill=\"none\" stroke=\"%s\" stroke-width=\"1.5\"/>%n".formatted(points.toString().strip(),
                    COLOURS[i]));
        }
    }

    private void text(int x, int y, String colour, String text) {
        svg.append("<text x=\"%d\" y=\"%d\" fill=\"%s\">%s</text>%n".formatted(x, y, colour, text));
    }
}
