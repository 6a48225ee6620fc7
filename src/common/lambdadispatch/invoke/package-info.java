// SPDX-License-Identifier: MIT
/// The door to whoever invokes functions: the router knows these types, and finds what implements them by [java.util.ServiceLoader]. No
/// thread, no lock.
package lambdadispatch.invoke;
