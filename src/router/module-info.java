// SPDX-License-Identifier: MIT
/// The router: takes web requests and hands each to the next free slot of a running execution environment.
module lambdadispatch.router {
    requires lambdadispatch.common;

    uses lambdadispatch.invoke.FunctionInvoker;
    uses lambdadispatch.invoke.CallbackAddress;
}
