// SPDX-License-Identifier: MIT
/// What variables and the shared files of the AWS tools say, in the order of AWS's SDKs. Read once and never changed.
package lambdadispatch.aws.config;
