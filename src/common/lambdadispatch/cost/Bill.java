// SPDX-License-Identifier: MIT
package lambdadispatch.cost;

/// What one way of serving a workload costs a month.
///
/// @param way its name, as a row of a table has it
/// @param environments held or used on average
/// @param compute US dollars a month for environments, tasks or instances
/// @param requests US dollars a month for requests or invokes
/// @param fixed US dollars a month for what runs beside: routers, load balancer
/// @param catchWith what one has to live with, in a few words
public record Bill(String way, double environments, double compute, double requests, double fixed, String catchWith) {
    public double total() {
        return compute + requests + fixed;
    }
}
