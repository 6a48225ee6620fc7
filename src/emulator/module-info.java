// SPDX-License-Identifier: MIT
/// A local AWS Lambda: the Invoke API in front of real extension and app processes. Never part of a shipped image.
module lambdadispatch.emulator {
    requires lambdadispatch.aws;
    requires lambdadispatch.common;
}
