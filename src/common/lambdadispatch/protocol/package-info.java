// SPDX-License-Identifier: MIT
/// What router and extension say to each other, as values: paths and fields of the control port, the event of an invoke and its answer,
/// limits of heads, whose fault a broken exchange was. `docs/protocol.md` is its text. Pure: no thread, no lock, no socket.
package lambdadispatch.protocol;
