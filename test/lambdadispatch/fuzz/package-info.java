// SPDX-License-Identifier: MIT

/// Fuzzing of every parser: seeded random and mutated input, with what must hold whatever comes in.
///
/// A [lambdadispatch.fuzz.Target] wraps one parser; those of package-private parsers live in the parser's package.
/// [lambdadispatch.fuzz.Fuzzer] makes inputs, each from the run's seed and its number alone, so that a finding can be made again.
/// `FuzzTest` runs all of them for a moment, `./build.sh fuzz` for long.
package lambdadispatch.fuzz;
