// SPDX-License-Identifier: MIT
/// Lambda's Invoke API as callers see it, errors and limits included, and the emulator's own paths beside it.
/// Source: AWS Lambda API Reference, Invoke; the error bodies are those the service sends.
package lambdadispatch.emulator.api;
