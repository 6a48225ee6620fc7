// SPDX-License-Identifier: MIT
package lambdadispatch.demo;

import java.nio.charset.StandardCharsets;
import java.util.Collection;

/// The page that lists what can be tried.
final class IndexPage {
    private static final String PAGE = """
            <!doctype html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <title>Lambda Dispatch demo</title>
            <style>
            body { font: 16px/1.5 system-ui, sans-serif; max-width: 46rem; margin: 2rem auto; padding: 0 1rem; color: #1b1f24; background: #fff }
            img { float: right; width: 96px; border-radius: 8px; margin-left: 1rem }
            table { border-collapse: collapse; width: 100% } td { border-top: 1px solid #d8dee4; padding: .4rem .6rem .4rem 0; vertical-align: top }
            code, a { font-family: ui-monospace, monospace; font-size: .92em }
            pre { background: #f3f5f7; padding: .8rem; overflow-x: auto }
            @media (prefers-color-scheme: dark) { body { color: #dfe5eb; background: #14181c } a { color: #7cb7ff } pre { background: #1f252b } td { border-color: #333b43 } }
            </style>
            </head>
            <body>
            <img src="/image.png" alt="A field of colours" width="96" height="96">
            <h1>Lambda Dispatch demo</h1>
            <p>This page came out of a web app in a Lambda execution environment, through the extension and the router.</p>
            <table>
            @ROWS@</table>
            <h2>From a shell</h2>
            <pre>curl -T big.file @ORIGIN@/upload
            curl -N -T - @ORIGIN@/echo
            curl -N @ORIGIN@/sse?ms=100
            curl -s '@ORIGIN@/bytes?n=1g' | sha256sum; curl '@ORIGIN@/sha256?n=1g'</pre>
            <h2>Live</h2>
            <p>Server-sent events: <output id="live">none yet</output></p>
            <script>
            for (const pre of document.querySelectorAll('pre')) pre.textContent = pre.textContent.replaceAll('@ORIGIN@', location.origin);
            const events = new EventSource('/sse?ms=500&n=120');
            events.onmessage = event => {
              const { number, epochMicros } = JSON.parse(event.data);
              document.getElementById('live').textContent = `number ${number}, ${(Date.now() - epochMicros / 1000).toFixed(0)} ms after it was written`;
              if (number === 120) events.close();
            };
            </script>
            </body>
            </html>
            """;

    private IndexPage() {}

    static byte[] of(Collection<DemoRoute> routes) {
        StringBuilder rows = new StringBuilder();
        for (DemoRoute route : routes) {
            String link = route.example().replace("&", "&amp;");
            rows.append("<tr><td><a href=\"").append(link).append("\">").append(link).append("</a></td><td>")
                    .append(route.about()).append("</td></tr>\n");
        }
        return PAGE.replace("@ROWS@", rows).getBytes(StandardCharsets.UTF_8);
    }
}
