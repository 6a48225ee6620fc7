// SPDX-License-Identifier: MIT
/// What a workload costs a month on AWS in several ways, from a table of list prices.
///
/// Pure arithmetic: no clock, no input or output. `lambda-dispatch-router cost`, the live page and the emulator's bill use it, so they can
/// not disagree. `docs/cost.md` says what is left out and checks the claims that the product makes.
package lambdadispatch.cost;
