// SPDX-License-Identifier: MIT
// One stack with a router service and a function, from context values:
//   npm ci && npx aws-cdk@2 deploy -c routerImage=… -c repository=shop -c tag=1 -c alarmEmail=you@example.com [-c certificateArn=…] [-c vpcId=vpc-…]
import { App, Stack } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as ecr from 'aws-cdk-lib/aws-ecr';
import * as ecs from 'aws-cdk-lib/aws-ecs';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import { LambdaDispatch } from './lambda-dispatch';

const app = new App();
const value = (name: string): string => {
  const found: unknown = app.node.tryGetContext(name);
  if (typeof found !== 'string' || found === '') throw new Error(`-c ${name}=… is missing`);
  return found;
};
const optional = (name: string): string | undefined => (app.node.tryGetContext(name) === undefined ? undefined : value(name));

const vpcId = optional('vpcId');
const stack = new Stack(app, optional('stack') ?? 'shop', {
  // Only a look-up of a VPC that is there already needs to know the account.
  env: vpcId === undefined ? undefined : { account: process.env.CDK_DEFAULT_ACCOUNT, region: process.env.CDK_DEFAULT_REGION },
});
new LambdaDispatch(stack, 'LambdaDispatch', {
  vpc: vpcId === undefined ? new ec2.Vpc(stack, 'Vpc', { maxAzs: 2, natGateways: 1 }) : ec2.Vpc.fromLookup(stack, 'Vpc', { vpcId }),
  routerImage: ecs.ContainerImage.fromRegistry(value('routerImage')),
  // Or DockerImageCode.fromImageAsset('../app'): then CDK builds the app's image and pushes it.
  code: lambda.DockerImageCode.fromEcr(ecr.Repository.fromRepositoryName(stack, 'Repository', value('repository')), { tagOrDigest: value('tag') }),
  certificateArn: optional('certificateArn'),
  alarmEmail: value('alarmEmail'),
});
