// SPDX-License-Identifier: MIT
package lambdadispatch.router.dispatch;

import java.time.DayOfWeek;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.zone.ZoneOffsetTransition;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// When at least so many instances are kept: `LAMBDA_DISPATCH_MinInstanceSchedule`, as `Mon-Fri 08:00-18:30 5, Sat 10:00-14:00 2`.
///
/// Of several that hold at a time the largest counts. A time that ends before it begins goes on past midnight, and belongs to the day on
/// which it began. Where clocks are put back and a time of the day comes twice, a span begins at the first and ends at the second; where
/// they are put forward and it never comes, the span begins, or ends, when they are. So nobody is short of instances in that night, and
/// none is sent home to be started again.
public final class Schedule {
    public static final Schedule NONE = new Schedule(List.of(), ZoneId.of("UTC"));

    private static final Pattern ENTRY =
            Pattern.compile("([A-Z][a-z]{2})(?:-([A-Z][a-z]{2}))? +(\\d{2}:\\d{2})-(\\d{2}:\\d{2}) +(\\d{1,5})");

    private record Span(DayOfWeek first, DayOfWeek last, LocalTime from, LocalTime until, int least) {
        private boolean begins(DayOfWeek day) {
            int days = Math.floorMod(last.getValue() - first.getValue(), 7);
            return Math.floorMod(day.getValue() - first.getValue(), 7) <= days;
        }

        /// Whether it holds, if it began on this day.
        private boolean holds(Instant now, LocalDate day, ZoneId zone) {
            if (!begins(day.getDayOfWeek())) {
                return false;
            }
            LocalDate end = until.isAfter(from) ? day : day.plusDays(1);
            return !now.isBefore(first(day.atTime(from), zone)) && now.isBefore(second(end.atTime(until), zone));
        }

        boolean holds(Instant now, ZoneId zone) {
            LocalDate today = now.atZone(zone).toLocalDate();
            return holds(now, today, zone) || holds(now, today.minusDays(1), zone);
        }

        private static Instant first(LocalDateTime time, ZoneId zone) {
            ZoneOffsetTransition change = zone.getRules().getTransition(time);
            return change != null && change.isGap() ? change.getInstant() : time.atZone(zone).withEarlierOffsetAtOverlap().toInstant();
        }

        private static Instant second(LocalDateTime time, ZoneId zone) {
            ZoneOffsetTransition change = zone.getRules().getTransition(time);
            return change != null && change.isGap() ? change.getInstant() : time.atZone(zone).withLaterOffsetAtOverlap().toInstant();
        }
    }

    private final List<Span> spans = new ArrayList<>();
    private final ZoneId zone;

    /// @throws IllegalArgumentException one of them has another form
    public Schedule(List<String> entries, ZoneId zone) {
        this.zone = zone;
        for (String entry : entries) {
            Matcher parts = ENTRY.matcher(entry.strip());
            if (!parts.matches()) {
                throw new IllegalArgumentException("not a time of the week and a number: " + entry);
            }
            DayOfWeek first = day(parts.group(1));
            DayOfWeek last = parts.group(2) == null ? first : day(parts.group(2));
            spans.add(new Span(first, last, time(parts.group(3)), time(parts.group(4)), Integer.parseInt(parts.group(5))));
        }
    }

    private static DayOfWeek day(String name) {
        for (DayOfWeek day : DayOfWeek.values()) {
            if (day.name().startsWith(name.toUpperCase(Locale.ROOT))) {
                return day;
            }
        }
        throw new IllegalArgumentException("not a day of the week: " + name);
    }

    private static LocalTime time(String text) {
        try {
            return text.equals("24:00") ? LocalTime.MIDNIGHT : LocalTime.parse(text);
        } catch (java.time.format.DateTimeParseException e) {
            throw new IllegalArgumentException("not a time of the day: " + text, e);
        }
    }

    /// Instances to keep now at the least.
    int least(Instant now) {
        return spans.stream().filter(span -> span.holds(now, zone)).mapToInt(Span::least).max().orElse(0);
    }
}
