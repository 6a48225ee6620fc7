// SPDX-License-Identifier: MIT
/// What everything else is written with: runs of octets and a clock that a test can hold still. No threads, no locks: each object belongs
/// to whoever made it.
package lambdadispatch.base;
