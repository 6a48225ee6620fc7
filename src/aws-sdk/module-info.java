// SPDX-License-Identifier: MIT
/// The `sdk` invoker: the AWS SDK for Java v2, for credentials that only it knows how to get (IAM Identity Center). Optional:
/// `./build.sh compile --with-sdk`.
@SuppressWarnings("requires-automatic") // the SDK's jars have no module declarations
module lambdadispatch.aws.sdk {
    requires lambdadispatch.common;
    requires jdk.net;
    requires io.netty.transport;
    requires org.reactivestreams;
    requires software.amazon.awssdk.auth;
    requires software.amazon.awssdk.awscore;
    requires software.amazon.awssdk.core;
    requires software.amazon.awssdk.http;
    requires software.amazon.awssdk.http.nio.netty;
    requires software.amazon.awssdk.identity.spi;
    requires software.amazon.awssdk.regions;
    requires software.amazon.awssdk.retries.api;
    requires software.amazon.awssdk.services.lambda;
    requires software.amazon.awssdk.utils;

    provides lambdadispatch.invoke.FunctionInvoker with
            lambdadispatch.aws.sdk.SdkInvoker;
}
