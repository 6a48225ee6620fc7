// SPDX-License-Identifier: MIT
/// HPACK (RFC 7541): the header compression of HTTP/2, pure and without a socket.
///
/// Read in this order: [PrefixInteger] and [Huffman], which [StringLiteral] puts together; [StaticTable] and [DynamicTable], which an index
/// points into; [HpackDecoder]; then [HpackEncoder] with what it needs to find fields again ([EncodedName], [FieldIndex]) and to choose
/// ([IndexingPolicy]).
///
/// ```
///   index   1 ............ 61 | 62 ............ 61 + n
///           static table      | dynamic table, the newest first       RFC 7541 §2.3.3
/// ```
package lambdadispatch.http.hpack;
