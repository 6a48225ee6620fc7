// SPDX-License-Identifier: MIT
/// Invokes Lambda functions with nothing but the JDK: AWS Signature Version 4 over the project's own HTTP/1.1 client. Packages from the
/// bottom up: `aws` signs, `config` reads variables and shared files, `metadata` asks the platform, `credentials` finds keys, `lambda`
/// invokes, `callback` finds this host's address.
module lambdadispatch.aws {
    requires transitive lambdadispatch.common;

    exports lambdadispatch.aws;

    provides lambdadispatch.invoke.FunctionInvoker with
            lambdadispatch.aws.lambda.LambdaInvoker;
    provides lambdadispatch.invoke.CallbackAddress with
            lambdadispatch.aws.callback.EcsAddress,
            lambdadispatch.aws.callback.Ec2Address;
}
