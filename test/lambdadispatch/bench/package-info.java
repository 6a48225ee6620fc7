// SPDX-License-Identifier: MIT

/// `./build.sh bench`: real processes under load from wrk and h2load, beside HAProxy and nginx in the same run.
///
/// A [Subject] is what a load can be aimed at, with the processes whose work is counted; [Bed] starts them all; a [LoadGenerator] drives
/// one; [Meter] reads from `/proc` what the processes used meanwhile; [Report] prints the table and writes JSON.
package lambdadispatch.bench;
