// SPDX-License-Identifier: MIT
/// The demo web app: what a contained app may do to a proxy, each as a path one can try.
module lambdadispatch.demo {
    requires lambdadispatch.common;
}
