// SPDX-License-Identifier: MIT
package lambdadispatch.cost;

/// AWS list prices in US dollars, region us-east-1, without free tier, savings plans or taxes.
///
/// They change: [#AS_OF] says when the table was made, [#SOURCES] where each figure can be looked up.
///
/// @param lambdaGbSecond a function's duration, for each GB of its memory
/// @param provisionedGbSecond provisioned concurrency, for each GB held ready, used or not
/// @param provisionedRunningGbSecond the duration of requests on provisioned concurrency
/// @param fargateVcpuHour a Fargate task's processor
/// @param fargateGbHour a Fargate task's memory
/// @param ec2Hour an EC2 instance with 2 vCPUs and 8 GB (m7i.large, m7g.large), on which managed instances are reckoned
public record Prices(
        double lambdaGbSecond,
        double provisionedGbSecond,
        double provisionedRunningGbSecond,
        double fargateVcpuHour,
        double fargateGbHour,
        double ec2Hour) {
    /// When the table was made, year and month.
    public static final String AS_OF = "2026-11";

    public static final String SOURCES =
            "aws.amazon.com: lambda/pricing, fargate/pricing, ec2/pricing/on-demand, elasticloadbalancing/pricing";

    /// A request to a Lambda function, and an invoke by a router.
    public static final double REQUEST = 0.20 / 1e6;
    /// An application load balancer, without its capacity units.
    public static final double LOAD_BALANCER_HOUR = 0.0225;
    public static final double LOAD_BALANCER_UNIT_HOUR = 0.008;
    /// What Lambda managed instances cost on top of EC2.
    public static final double MANAGED_SURCHARGE = 0.15;

    private static final Prices ON_X86 = new Prices(0.0000166667, 0.0000041667, 0.0000097222, 0.04048, 0.004445, 0.1008);
    private static final Prices ON_ARM = new Prices(0.0000133334, 0.0000033334, 0.0000077778, 0.03238, 0.00356, 0.0816);

    // Lambda gets cheaper with each month's GB-seconds: up to 6 (arm: 7.5) billion, 15 (18.75) billion, and beyond.
    private static final double[] X86_STEPS = {6e9, 15e9};
    private static final double[] X86_STEP_PRICES = {0.0000166667, 0.000015, 0.0000133334};
    private static final double[] ARM_STEPS = {7.5e9, 18.75e9};
    private static final double[] ARM_STEP_PRICES = {0.0000133334, 0.0000120001, 0.0000106667};

    public static Prices on(Architecture architecture) {
        return switch (architecture) {
            case X86 -> ON_X86;
            case ARM -> ON_ARM;
        };
    }

    /// The duration's price of a month's GB-seconds, with the steps of the price list.
    public static double duration(Architecture architecture, double gbSeconds) {
        double[] steps = architecture == Architecture.X86 ? X86_STEPS : ARM_STEPS;
        double[] prices = architecture == Architecture.X86 ? X86_STEP_PRICES : ARM_STEP_PRICES;
        double sum = 0;
        double below = 0;
        for (int i = 0; i < steps.length; i++) {
            sum += Math.max(0, Math.min(gbSeconds, steps[i]) - below) * prices[i];
            below = steps[i];
        }
        return sum + Math.max(0, gbSeconds - below) * prices[steps.length];
    }
}
