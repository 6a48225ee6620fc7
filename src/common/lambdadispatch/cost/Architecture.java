// SPDX-License-Identifier: MIT
package lambdadispatch.cost;

/// The instruction set that a function or a task runs on; AWS has a price for each.
public enum Architecture {
    X86,
    ARM
}
