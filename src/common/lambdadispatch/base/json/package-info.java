// SPDX-License-Identifier: MIT
/// JSON (RFC 8259): a strict parser, sealed values and a compact writer.
///
/// Small on purpose: it reads invoke payloads, AWS error bodies and metadata documents, all of which are short. Numbers stay text until
/// asked for, so no digit is ever lost. The caller bounds the size of what it hands in; the parser bounds the depth.
package lambdadispatch.base.json;
