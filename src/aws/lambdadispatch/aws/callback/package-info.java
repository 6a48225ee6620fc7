// SPDX-License-Identifier: MIT
/// Under which address Lambda reaches this host, as the platform tells it. Asked once, at the start, on the caller's thread.
package lambdadispatch.aws.callback;
