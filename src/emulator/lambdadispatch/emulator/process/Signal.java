// SPDX-License-Identifier: MIT
package lambdadispatch.emulator.process;

/// The signals that are sent to a process group; the names are POSIX's without `SIG`.
public enum Signal {
    STOP,
    CONT,
    TERM,
    KILL
}
