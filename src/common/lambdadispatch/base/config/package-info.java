// SPDX-License-Identifier: MIT
/// Environment variables into values: every fault found in one pass, every variable documented where it is read.
package lambdadispatch.base.config;
