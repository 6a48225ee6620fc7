// SPDX-License-Identifier: MIT
/// Invokes Lambda functions with nothing but the JDK: AWS Signature Version 4 over the project's own HTTP/1.1 client.
module lambdadispatch.aws {
    requires transitive lambdadispatch.common;

    exports lambdadispatch.aws;

    provides lambdadispatch.invoke.FunctionInvoker with
            lambdadispatch.aws.LambdaInvoker;
}
