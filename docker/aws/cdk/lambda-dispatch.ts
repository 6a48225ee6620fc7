// SPDX-License-Identifier: MIT
import { CfnOutput, Duration, RemovalPolicy, Size, Stack } from 'aws-cdk-lib';
import * as budgets from 'aws-cdk-lib/aws-budgets';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as ecs from 'aws-cdk-lib/aws-ecs';
import * as elb from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as logs from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { alarms } from './alarms';

export interface LambdaDispatchProps {
  /** With private subnets that reach the Lambda API, by a NAT gateway or the interface endpoint. */
  readonly vpc: ec2.IVpc;
  readonly routerImage: ecs.ContainerImage;
  /** The app's image, with the extension copied into /opt. */
  readonly code: lambda.DockerImageCode;
  /** Of both images. */
  readonly architecture?: lambda.Architecture;
  /** ACM certificate of the load balancer; without one it listens on port 80 only. */
  readonly certificateArn?: string;
  /** Who may reach the load balancer. */
  readonly clients?: ec2.IPeer;
  /** MB; 1769 is one vCPU. */
  readonly functionMemory?: number;
  /** Execution environments at most, of all routers together: Lambda itself holds to it, and takes them from the account's limit. */
  readonly functionConcurrency?: number;
  /** Execution environments that one router may have, and a quarter more while old ones are replaced. */
  readonly instancesPerRouter?: number;
  readonly minRouters?: number;
  readonly maxRouters?: number;
  readonly alarmEmail: string;
  /** USD a month for the whole account, warned of at 80 percent and when the forecast exceeds it. */
  readonly monthlyBudget?: number;
}

/** A router service on ECS Fargate behind a load balancer, the function that it invokes, and alarms on what may cost money. */
export class LambdaDispatch extends Construct {
  readonly function: lambda.DockerImageFunction;
  readonly service: ecs.FargateService;
  readonly loadBalancer: elb.ApplicationLoadBalancer;

  constructor(scope: Construct, id: string, props: LambdaDispatchProps) {
    super(scope, id);
    const { functionMemory = 1769, functionConcurrency = 60, instancesPerRouter = 12, minRouters = 2, maxRouters = 4 } = props;
    if (maxRouters * (instancesPerRouter + Math.ceil(instancesPerRouter / 4)) > functionConcurrency) {
      throw new Error('maxRouters x instancesPerRouter x 1.25 exceeds functionConcurrency: invokes would be throttled while instances are replaced');
    }
    const routers = new ec2.SecurityGroup(this, 'RouterSecurityGroup', { vpc: props.vpc, allowAllOutbound: false, description: 'Lambda Dispatch, router' });
    const environments = new ec2.SecurityGroup(this, 'FunctionSecurityGroup', { vpc: props.vpc, allowAllOutbound: false, description: 'Lambda Dispatch, function; add what the app itself needs' });
    routers.addEgressRule(ec2.Peer.anyIpv4(), ec2.Port.tcp(443), 'The Lambda API, the image registry, logs');
    environments.addEgressRule(ec2.Peer.anyIpv4(), ec2.Port.tcp(443), 'What apps commonly call');
    environments.connections.allowTo(routers, ec2.Port.tcp(5004), 'Control channels');

    this.function = this.makeFunction(props, environments, functionMemory, functionConcurrency);
    this.service = this.makeService(props, routers, instancesPerRouter, minRouters);
    this.loadBalancer = this.makeLoadBalancer(props);
    const scaling = this.service.autoScaleTaskCount({ minCapacity: minRouters, maxCapacity: maxRouters });
    scaling.scaleOnCpuUtilization('Cpu', { targetUtilizationPercent: 60, scaleOutCooldown: Duration.seconds(30), scaleInCooldown: Duration.seconds(300) });
    this.makeBudget(props.alarmEmail, props.monthlyBudget ?? 100);
  }

  private makeFunction(props: LambdaDispatchProps, group: ec2.SecurityGroup, memorySize: number, concurrency: number): lambda.DockerImageFunction {
    const name = Stack.of(this).stackName;
    const made = new lambda.DockerImageFunction(this, 'Function', {
      functionName: name,
      code: props.code,
      architecture: props.architecture ?? lambda.Architecture.X86_64,
      memorySize,
      timeout: Duration.seconds(900),
      reservedConcurrentExecutions: concurrency, // the outermost cost guard: whatever any router does, Lambda runs no more than this
      vpc: props.vpc,
      securityGroups: [group],
      logGroup: new logs.LogGroup(this, 'FunctionLogs', { logGroupName: `/aws/lambda/${name}`, retention: logs.RetentionDays.TWO_WEEKS, removalPolicy: RemovalPolicy.DESTROY }),
      environment: { PORT: '3001', LAMBDA_DISPATCH_PORT: '3001' },
    });
    // Lambda attaches the function to the VPC in its role's name; the code that runs in the function may not use what that takes.
    made.addToRolePolicy(new iam.PolicyStatement({
      effect: iam.Effect.DENY,
      actions: ['CreateNetworkInterface', 'DescribeNetworkInterfaces', 'DescribeSubnets', 'DeleteNetworkInterface', 'DetachNetworkInterface',
        'AssignPrivateIpAddresses', 'UnassignPrivateIpAddresses'].map((action) => `ec2:${action}`),
      resources: ['*'],
      conditions: { ArnEquals: { 'lambda:SourceFunctionArn': Stack.of(this).formatArn({ service: 'lambda', resource: `function:${name}` }) } },
    }));
    return made;
  }

  private makeService(props: LambdaDispatchProps, group: ec2.SecurityGroup, instances: number, desiredCount: number): ecs.FargateService {
    const name = Stack.of(this).stackName;
    const task = new ecs.FargateTaskDefinition(this, 'RouterTask', {
      cpu: 1024, // one core, since the router works on one: 60 % of this task is 60 % of what it can do
      memoryLimitMiB: 2048,
      runtimePlatform: {
        operatingSystemFamily: ecs.OperatingSystemFamily.LINUX,
        cpuArchitecture: props.architecture === lambda.Architecture.ARM_64 ? ecs.CpuArchitecture.ARM64 : ecs.CpuArchitecture.X86_64,
      },
    });
    task.addToTaskRolePolicy(new iam.PolicyStatement({ actions: ['lambda:InvokeFunction'], resources: [this.function.functionArn, `${this.function.functionArn}:*`] }));
    const linux = new ecs.LinuxParameters(this, 'RouterLinux');
    linux.dropCapabilities(ecs.Capability.ALL);
    task.addContainer('router', {
      image: props.routerImage,
      user: '65532:65532',
      readonlyRootFilesystem: true,
      linuxParameters: linux,
      portMappings: [{ containerPort: 5001 }, { containerPort: 5004 }],
      stopTimeout: Duration.seconds(60), // DrainDelay + DrainTimeout stay below it: then comes SIGKILL
      environment: {
        LAMBDA_DISPATCH_FunctionName: this.function.functionName,
        LAMBDA_DISPATCH_MaxInstanceCount: `${instances}`,
        LAMBDA_DISPATCH_DrainDelay: '5s',
        LAMBDA_DISPATCH_DrainTimeout: '45s',
        LAMBDA_DISPATCH_CloudWatchMetricsEnabled: 'true',
        LAMBDA_DISPATCH_CloudWatchMetricsDimensions: `Service=${name}`,
      },
      healthCheck: { // ECS does not read the image's own
        command: ['CMD', '/opt/lambda-dispatch-router/bin/java', '-XX:TieredStopAtLevel=1', '-XX:+UseSerialGC', '-m', 'lambdadispatch.router/lambdadispatch.router.HealthCheck'],
        interval: Duration.seconds(10),
        timeout: Duration.seconds(5),
        retries: 3,
        startPeriod: Duration.seconds(10),
      },
      logging: ecs.LogDrivers.awsLogs({ // a slow log never holds requests up
        streamPrefix: 'router',
        logGroup: new logs.LogGroup(this, 'RouterLogs', { logGroupName: `/ecs/${name}-router`, retention: logs.RetentionDays.TWO_WEEKS, removalPolicy: RemovalPolicy.DESTROY }),
        mode: ecs.AwsLogDriverMode.NON_BLOCKING,
        maxBufferSize: Size.mebibytes(4),
      }),
    });
    return new ecs.FargateService(this, 'RouterService', {
      cluster: new ecs.Cluster(this, 'Cluster', { vpc: props.vpc }),
      taskDefinition: task,
      desiredCount,
      securityGroups: [group],
      healthCheckGracePeriod: Duration.seconds(15),
      minHealthyPercent: 100,
      maxHealthyPercent: 200,
      circuitBreaker: { rollback: true },
    });
  }

  private makeLoadBalancer(props: LambdaDispatchProps): elb.ApplicationLoadBalancer {
    const balancer = new elb.ApplicationLoadBalancer(this, 'LoadBalancer', {
      vpc: props.vpc,
      internetFacing: true,
      idleTimeout: Duration.seconds(60), // below the router's KeepAliveTimeout (75 s): no idle connection is closed under a request
      preserveHostHeader: true,
      desyncMitigationMode: elb.DesyncMitigationMode.DEFENSIVE,
      dropInvalidHeaderFields: true, // names of other characters: apps may take X_Forwarded_For for X-Forwarded-For
    });
    const secure = props.certificateArn !== undefined;
    const listener = balancer.addListener('Listener', {
      protocol: secure ? elb.ApplicationProtocol.HTTPS : elb.ApplicationProtocol.HTTP,
      certificates: secure ? [elb.ListenerCertificate.fromArn(props.certificateArn)] : undefined,
      sslPolicy: secure ? elb.SslPolicy.RECOMMENDED_TLS : undefined,
      open: false,
    });
    listener.connections.allowDefaultPortFrom(props.clients ?? ec2.Peer.anyIpv4(), 'Clients');
    const routers = listener.addTargets('Routers', {
      port: 5001,
      protocol: elb.ApplicationProtocol.HTTP,
      targets: [this.service.loadBalancerTarget({ containerName: 'router', containerPort: 5001 })],
      healthCheck: { path: '/health', interval: Duration.seconds(5), timeout: Duration.seconds(2), healthyThresholdCount: 2, unhealthyThresholdCount: 2, healthyHttpCodes: '200' },
      deregistrationDelay: Duration.seconds(30), // ECS waits for so long before it sends SIGTERM
      loadBalancingAlgorithmType: elb.TargetGroupLoadBalancingAlgorithmType.LEAST_OUTSTANDING_REQUESTS,
    });
    alarms(this, { email: props.alarmEmail, function: this.function, memory: props.functionMemory ?? 1769, service: this.service, balancer, routers });
    new CfnOutput(this, 'Url', { value: `${secure ? 'https' : 'http'}://${balancer.loadBalancerDnsName}` });
    return balancer;
  }

  private makeBudget(address: string, amount: number): void {
    const subscribers = [{ subscriptionType: 'EMAIL', address }];
    new budgets.CfnBudget(this, 'Budget', {
      budget: { budgetType: 'COST', timeUnit: 'MONTHLY', budgetLimit: { amount, unit: 'USD' } },
      notificationsWithSubscribers: [
        { notification: { notificationType: 'ACTUAL', comparisonOperator: 'GREATER_THAN', threshold: 80 }, subscribers },
        { notification: { notificationType: 'FORECASTED', comparisonOperator: 'GREATER_THAN', threshold: 100 }, subscribers },
      ],
    });
  }
}
