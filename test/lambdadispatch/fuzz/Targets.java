// SPDX-License-Identifier: MIT
package lambdadispatch.fuzz;

import java.util.List;
import lambdadispatch.config.UnitsTarget;
import lambdadispatch.demo.QueryTarget;
import lambdadispatch.extension.ScanTarget;
import lambdadispatch.hpack.HuffmanTarget;
import lambdadispatch.http2.FrameTarget;
import lambdadispatch.tls.PemTarget;

/// Every parser there is.
final class Targets {
    private Targets() {}

    static List<Target> all() {
        return List.of(HeadTarget.requests(), HeadTarget.responses(), new BodyTarget(), new ServerTarget(), new ScanTarget(), new FrameTarget(), new Http2Target(),
                new HpackTarget(), new HuffmanTarget(), JsonTarget.json(), JsonTarget.payload(), new PemTarget(), new UnitsTarget(), new QueryTarget(), new SignatureTarget());
    }
}
