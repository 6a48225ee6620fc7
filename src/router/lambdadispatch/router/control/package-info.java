// SPDX-License-Identifier: MIT
/// The extensions' port: channels open here, environments ping and say goodbye.
///
/// **Owns** a [ControlChannel] (the proxy's [lambdadispatch.router.channel.RequestChannel]) for each pair of streams, from the opening of
/// its downlink until one half breaks. **Threads**: the engine's, one for each half of a channel; a downlink's rests until its channel is
/// over. **Locks**: a channel's own. The pool's lock is never held here.
package lambdadispatch.router.control;
