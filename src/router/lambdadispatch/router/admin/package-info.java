// SPDX-License-Identifier: MIT
/// The admin port: what is going on, as a live page, JSON and events, and the few things that an operator may change.
///
/// One more [lambdadispatch.http.server.Handler]: each request runs on a thread of its own, takes the pools' locks only for a glance, and
/// holds none while it writes. Whoever watches the events costs one thread that sleeps between two seconds; there are at most
/// [lambdadispatch.router.admin.Events#MOST_WATCHERS]. `docs/admin.md` describes it for its users.
package lambdadispatch.router.admin;
