// SPDX-License-Identifier: MIT
package lambdadispatch.http.hpack;

import java.io.IOException;

/// Receives the decoded fields of a block, in their order.
@FunctionalInterface
public interface FieldSink {
    /// Takes one field. Both arrays are valid only during the call and must not be changed: they may belong to the dynamic table.
    ///
    /// A fault in a field is noted and judged after the block, not thrown: a block that is not decoded to its end leaves the dynamic table
    /// out of step with the peer's (RFC 9113 §4.3), which only the end of the connection mends.
    ///
    /// @param neverIndexed the peer marked the field as sensitive (RFC 7541 §7.1.3); it must stay so marked when it is passed on over
    /// HTTP/2
    void field(byte[] name, int nameOffset, int nameLength, byte[] value, int valueOffset, int valueLength, boolean neverIndexed)
            throws IOException;
}
