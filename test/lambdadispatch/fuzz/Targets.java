// SPDX-License-Identifier: MIT
package lambdadispatch.fuzz;

import java.util.List;
import lambdadispatch.base.config.UnitsTarget;
import lambdadispatch.demo.QueryTarget;
import lambdadispatch.extension.ScanTarget;
import lambdadispatch.http.h2.FrameTarget;
import lambdadispatch.http.hpack.HuffmanTarget;
import lambdadispatch.net.tls.PemTarget;

/// Every parser there is.
final class Targets {
    private Targets() {}

    static List<Target> all() {
        return List.of(HeadTarget.requests(), HeadTarget.responses(), new BodyTarget(), new ServerTarget(), new ScanTarget(),
                new FrameTarget(), new Http2Target(),
                new HpackTarget(), new HuffmanTarget(), JsonTarget.json(), JsonTarget.payload(), new PemTarget(), new UnitsTarget(),
                new QueryTarget(), new SignatureTarget());
    }
}
