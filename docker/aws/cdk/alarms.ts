// SPDX-License-Identifier: MIT
import { Duration, Stack } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import * as ecs from 'aws-cdk-lib/aws-ecs';
import * as elb from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import * as events from 'aws-cdk-lib/aws-events';
import { SnsTopic } from 'aws-cdk-lib/aws-events-targets';
import { ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as sns from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import { Construct } from 'constructs';

export interface Watched {
  readonly email: string;
  readonly function: lambda.IFunction;
  /** MB, for what Lambda bills. */
  readonly memory: number;
  readonly service: ecs.FargateService;
  readonly balancer: elb.ApplicationLoadBalancer;
  readonly routers: elb.ApplicationTargetGroup;
}

const MINUTE = Duration.minutes(1);
const FIVE = Duration.minutes(5);
const { BREACHING, MISSING, NOT_BREACHING } = cloudwatch.TreatMissingData;
const ABOVE = cloudwatch.ComparisonOperator.GREATER_THAN_THRESHOLD;

/** Alarms on what may cost money or is felt by clients; docs/aws.md says what each means. */
export function alarms(scope: Construct, watched: Watched): void {
  const topic = new sns.Topic(scope, 'Alarms');
  topic.addSubscription(new EmailSubscription(watched.email));
  const told = new SnsAction(topic);
  // A router that ends by itself, and is started again before any minute passes without a sample.
  new events.Rule(scope, 'RouterEndedRule', {
    description: 'A router ended by itself, or was killed',
    eventPattern: {
      source: ['aws.ecs'],
      detailType: ['ECS Task State Change'],
      detail: {
        clusterArn: [watched.service.cluster.clusterArn],
        group: [`service:${watched.service.serviceName}`],
        lastStatus: ['STOPPED'],
        stopCode: ['EssentialContainerExited'],
      },
    },
    targets: [new SnsTopic(topic)],
  });
  // The rule gives the topic a policy, which takes the place of the default one that lets alarms of the account in.
  topic.grantPublish(new ServicePrincipal('cloudwatch.amazonaws.com'));
  const alarm = (id: string, alarmDescription: string, metric: cloudwatch.IMetric, threshold: number, more: Partial<cloudwatch.AlarmProps> = {}): void => {
    const made = new cloudwatch.Alarm(scope, id, {
      alarmDescription, metric, threshold, evaluationPeriods: 1, comparisonOperator: ABOVE, treatMissingData: NOT_BREACHING, ...more,
    });
    made.addAlarmAction(told);
  };
  const service = { Service: Stack.of(scope).stackName };
  const ours = (metricName: string, statistic: string, dimensionsMap: Record<string, string> = service): cloudwatch.Metric =>
    new cloudwatch.Metric({ namespace: 'LambdaDispatch', metricName, statistic, dimensionsMap, period: MINUTE });
  const pool = { ...service, Function: watched.function.functionName };
  const often = { evaluationPeriods: 5, datapointsToAlarm: 3 };

  alarm('InvokesAlarm', 'More invokes than this app should ever need - a runaway costs money by the minute', watched.function.metricInvocations({ period: FIVE }), 300);
  alarm('CostAlarm', 'Lambda bills by the gigabyte-second', new cloudwatch.MathExpression({
    expression: `duration / 1000 * ${watched.memory} / 1024`,
    label: 'GB-seconds an hour',
    period: Duration.hours(1),
    usingMetrics: { duration: watched.function.metricDuration({ statistic: 'Sum', period: Duration.hours(1) }) },
  }), 100_000);
  alarm('ErrorsAlarm', 'Invocations that crashed or timed out', watched.function.metricErrors({ period: FIVE }), 5);
  alarm('ThrottlesAlarm', "Lambda refuses invokes - the load is larger than functionConcurrency, or the account's limit", watched.function.metricThrottles({ period: FIVE }), 0);
  alarm('HeldBackAlarm', "The router's cost guard holds invokes back since they bought nothing", ours('InvokesHeldBack', 'Maximum', pool), 0, often);
  alarm('RefusedAlarm', 'Clients got 503 or 504 since no instance was there in time', ours('RequestsRefused', 'Sum', pool), 0, often);
  alarm('QueueDelayAlarm', 'One request in a hundred waits for more than a second', ours('QueueDelay', 'p99'), 1000, { evaluationPeriods: 5 });
  alarm('RouterMissingAlarm', 'No router reports any more', ours('Requests', 'SampleCount'), 1,
    { evaluationPeriods: 5, comparisonOperator: cloudwatch.ComparisonOperator.LESS_THAN_THRESHOLD, treatMissingData: BREACHING });
  alarm('LoadBalancerErrorsAlarm', 'The load balancer itself answers 5xx - it reaches no router, or one broke off',
    watched.balancer.metrics.httpCodeElb(elb.HttpCodeElb.ELB_5XX_COUNT, { period: MINUTE }), 10);
  alarm('UnhealthyRouterAlarm', 'A router does not answer its health check', watched.routers.metrics.unhealthyHostCount({ statistic: 'Maximum', period: MINUTE }), 0,
    { evaluationPeriods: 5, datapointsToAlarm: 2 });
  alarm('RouterCpuAlarm', 'The routers are busier than scaling keeps them - maxRouters is reached', watched.service.metricCpuUtilization({ period: MINUTE }), 85,
    { evaluationPeriods: 10, treatMissingData: MISSING });
}
