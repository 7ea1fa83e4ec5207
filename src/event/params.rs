//! The table of parameters that name resources, by service: what stands where, and what it means.
//!
//! One row a line. [`crate::event::derive`] reads it. A new service is a few rows here and a line
//! each in `tests/fixtures/parameters.txt`.
//!
//! Sources: the service authorization reference (forms of ARNs), the CloudTrail logs of each service
//! (names of parameters; CloudTrail lower-cases the first letter, odd as it looks:
//! `dBInstanceIdentifier`).

use crate::event::resource::Role;

/// Where a row's parameter must stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum At {
    /// Right under `requestParameters`.
    Top,
    /// Anywhere under `requestParameters`.
    Request,
    /// Anywhere under `responseElements` or `serviceEventDetails`.
    Response,
    /// Anywhere of these.
    Any,
}

/// What must stand beside a row's parameter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Beside {
    /// Whatever there is.
    Anything,
    /// The name of a filter, among whose values it is.
    Filter(&'static str),
    /// One of these keys, `|` between them, whose value it is.
    Key(&'static str),
}

/// How a parameter's text becomes a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    /// An ARN without `arn:partition:`; `{}` is the text, `{r}` the region, `{a}` the account and
    /// `{other}` the parameter of that name.
    Arn(&'static str),
    /// A KMS key by id, ARN or alias.
    KmsKey,
    /// A secret by name or ARN; its ARN ends on six letters the name does not have.
    Secret,
    /// A function by name, `account:function:name` or ARN, with a version or alias or without.
    Function,
    /// A parameter's path, with its leading slash or without.
    Parameter,
    /// A document: those of AWS have no account.
    Document,
    /// A queue's URL.
    Queue,
    /// `/bucket/key?versionId=…`, percent-encoded.
    CopySource,
    /// An id such as `i-1a2b3c4d`, also where a document or a test shortens it.
    Id,
    /// Ids with commas between.
    Ids,
    /// An account's twelve digits, where it is another account.
    Account,
    /// Whoever is given access: another account, or everybody in one of the words of [`EVERYONE`].
    Grantee,
    /// The text itself: access key ids and other ids that stand for themselves.
    Itself,
}

/// One row of the table.
#[derive(Debug, Clone, Copy)]
pub struct Row {
    pub(crate) service: &'static str,
    pub(crate) key: &'static str,
    pub(crate) at: At,
    pub(crate) inside: &'static str,
    pub(crate) calls: &'static str,
    pub(crate) beside: Beside,
    pub(crate) form: Form,
    pub(crate) role: Option<Role>,
}

impl Row {
    /// Only inside an object or list of this name.
    const fn inside(self, inside: &'static str) -> Self {
        Self { inside, ..self }
    }

    /// Only in calls whose name holds one of these words, `|` between them.
    const fn calls(self, calls: &'static str) -> Self {
        Self { calls, ..self }
    }

    /// Only among the values of the filter of this name.
    const fn filter(self, name: &'static str) -> Self {
        let beside = Beside::Filter(name);
        Self { beside, ..self }
    }

    /// Only as the value of one of these keys in a list of pairs, `|` between them.
    const fn of_key(self, keys: &'static str) -> Self {
        let beside = Beside::Key(keys);
        Self { beside, ..self }
    }

    /// What it names is given access.
    const fn shared(self) -> Self {
        Self {
            role: Some(Role::SharedWith),
            ..self
        }
    }

    /// What it names is made by the call beside what the call is about.
    const fn made(self) -> Self {
        Self {
            role: Some(Role::Created),
            ..self
        }
    }
}

const fn row(service: &'static str, at: At, key: &'static str, form: Form) -> Row {
    Row {
        service,
        key,
        at,
        inside: "",
        calls: "",
        beside: Beside::Anything,
        form,
        role: None,
    }
}

/// How services write that a thing is open to the world.
pub(crate) const EVERYONE: &[&str] = &[
    "*",
    "all",
    "http://acs.amazonaws.com/groups/global/AllUsers",
    "public-read",
    "public-read-write",
];

use At::{Any, Request, Response, Top};
use Form::{
    Account, Arn, CopySource, Document, Function, Grantee, Id, Ids, Itself, KmsKey, Parameter,
    Queue, Secret,
};

const ADDRESS: Form = Arn("ec2:{r}:{a}:elastic-ip/{}");
const BUCKET: Form = Arn("s3:::{}");
const CLASSIC: Form = Arn("elasticloadbalancing:{r}:{a}:loadbalancer/{}");
const DB: Form = Arn("rds:{r}:{a}:db:{}");
const DB_CLUSTER: Form = Arn("rds:{r}:{a}:cluster:{}");
const DB_SNAPSHOT: Form = Arn("rds:{r}:{a}:snapshot:{}");
const GROUP: Form = Arn("autoscaling:{r}:{a}:autoScalingGroup:*:autoScalingGroupName/{}");
const KEY_PAIR: Form = Arn("ec2:{r}:{a}:key-pair/{}");
const LAUNCH: Form = Arn("autoscaling:{r}:{a}:launchConfiguration:*:launchConfigurationName/{}");
const LOG_GROUP: Form = Arn("logs:{r}:{a}:log-group:{}");
const PROFILE: Form = Arn("iam::{a}:instance-profile/{}");
const CACHE: Form = Arn("elasticache:{r}:{a}:cluster:{}");
const CACHE_SNAPSHOT: Form = Arn("elasticache:{r}:{a}:snapshot:{}");
const SERVERLESS_SNAPSHOT: Form = Arn("elasticache:{r}:{a}:serverlesscachesnapshot:{}");
const CACHE_USER: Form = Arn("elasticache:{r}:{a}:user:{}");
const CACHE_USERS: Form = Arn("elasticache:{r}:{a}:usergroup:{}");
const TABLE_OF: Form = Arn("dynamodb:{r}:{a}:table/{}");
const TEMPLATE: Form = Arn("ec2:{r}:{a}:launch-template/{}");
const ECS_CLUSTER: Form = Arn("ecs:{r}:{a}:cluster/{}");
const EKS_CLUSTER: Form = Arn("eks:{r}:{a}:cluster/{}");
const TRAIL: Form = Arn("cloudtrail:{r}:{a}:trail/{}");

/// The table, by service.
#[rustfmt::skip]
pub const ROWS: &[Row] = &[
    // Sign-in identities and what they hold.
    row("iam", Any, "userName", Arn("iam::{a}:user/{}")),
    row("iam", Request, "newUserName", Arn("iam::{a}:user/{}")),
    row("iam", Any, "roleName", Arn("iam::{a}:role/{}")),
    row("iam", Any, "groupName", Arn("iam::{a}:group/{}")),
    row("iam", Request, "newGroupName", Arn("iam::{a}:group/{}")),
    row("iam", Any, "instanceProfileName", PROFILE),
    row("iam", Top, "policyName", Arn("iam::{a}:policy/{}")).calls("CreatePolicy"),
    row("iam", Any, "accessKeyId", Itself),
    row("iam", Any, "serviceSpecificCredentialId", Itself),
    row("iam", Any, "sSHPublicKeyId", Itself),
    row("iam", Any, "certificateId", Itself),
    row("iam", Top, "virtualMFADeviceName", Arn("iam::{a}:mfa/{}")),
    row("iam", Top, "serverCertificateName", Arn("iam::{a}:server-certificate/{}")),
    row("iam", Top, "name", Arn("iam::{a}:saml-provider/{}")).calls("SAMLProvider"),
    row("sts", Response, "accessKeyId", Itself),
    row("sts", Top, "accessKeyId", Itself),
    row("sts", Top, "name", Arn("sts::{a}:federated-user/{}")).calls("FederationToken"),
    // Objects and keys.
    row("s3", Request, "bucketName", BUCKET),
    row("s3", Top, "bucket", BUCKET),
    row("s3", Request, "TargetBucket", BUCKET),
    row("s3", Top, "key", Arn("s3:::{bucketName}/{}")),
    row("s3", Request, "Key", Arn("s3:::{bucketName}/{}")),
    row("s3", Request, "x-amz-copy-source", CopySource),
    row("s3", Top, "name", Arn("s3:{r}:{a}:accesspoint/{}")).calls("AccessPoint"),
    row("s3", Any, "accountId", Account),
    row("s3", Request, "URI", Grantee).shared(),
    row("s3", Request, "x-amz-acl", Grantee).shared(),
    row("kms", Any, "keyId", KmsKey),
    row("kms", Request, "targetKeyId", KmsKey),
    row("kms", Any, "aliasName", Arn("kms:{r}:{a}:{}")),
    row("kms", Request, "sourceKeyId", KmsKey),
    row("kms", Request, "destinationKeyId", KmsKey),
    row("kms", Any, "customKeyStoreId", Itself),
    row("secretsmanager", Request, "secretId", Secret),
    row("secretsmanager", Request, "secretIdList", Secret),
    row("secretsmanager", Top, "name", Secret).calls("CreateSecret"),
    row("acm", Any, "domainName", Arn("acm:{r}:{a}:certificate/*")).calls("RequestCertificate"),
    // Machines and networks: ids stand for themselves, names need their kind.
    row("ec2", Any, "keyName", KEY_PAIR),
    row("ec2", Request, "KeyName", KEY_PAIR),
    row("ec2", Any, "launchTemplateName", TEMPLATE),
    row("ec2", Request, "LaunchTemplateName", TEMPLATE),
    row("ec2", Top, "groupName", Arn("ec2:{r}:{a}:security-group/{}")).calls("SecurityGroup"),
    row("ec2", Top, "groupName", Arn("ec2:{r}:{a}:placement-group/{}")).calls("PlacementGroup"),
    row("ec2", Request, "name", PROFILE).inside("iamInstanceProfile"),
    row("ec2", Request, "Name", PROFILE).inside("IamInstanceProfile"),
    row("ec2", Request, "publicIp", ADDRESS),
    row("ec2", Request, "userId", Grantee).shared(),
    row("ec2", Request, "principal", Grantee).shared(),
    row("ec2", Request, "group", Grantee).shared(),
    row("ec2", Request, "bucket", BUCKET),
    row("ec2", Request, "s3Bucket", BUCKET),
    row("ec2", Request, "Bucket", BUCKET),
    row("ec2", Request, "S3Bucket", BUCKET),
    row("ec2", Request, "logGroupName", LOG_GROUP),
    row("ec2", Request, "LogGroupName", LOG_GROUP),
    row("ec2", Request, "peerOwnerId", Account),
    row("ec2", Request, "PeerAccountId", Account),
    row("ec2", Any, "capacityReservationId", Arn("ec2:{r}:{a}:capacity-reservation/{}")),
    row("ec2", Request, "CapacityReservationId", Arn("ec2:{r}:{a}:capacity-reservation/{}")),
    row("ec2", Request, "kmsKeyId", KmsKey),
    row("ec2", Any, "spotFleetRequestId", Arn("ec2:{r}:{a}:spot-fleet-request/{}")),
    row("ec2-instance-connect", Top, "instanceConnectEndpointId", Itself),
    row("autoscaling", Any, "autoScalingGroupName", GROUP),
    row("autoscaling", Request, "autoScalingGroupNames", GROUP),
    row("autoscaling", Any, "launchConfigurationName", LAUNCH),
    row("autoscaling", Request, "launchConfigurationNames", LAUNCH),
    row("autoscaling", Request, "launchTemplateName", TEMPLATE),
    row("autoscaling", Any, "vPCZoneIdentifier", Ids),
    row("autoscaling", Request, "loadBalancerNames", CLASSIC),
    row("autoscaling", Request, "keyName", KEY_PAIR),
    row("autoscaling", Request, "iamInstanceProfile", PROFILE),
    row("autoscaling", Top, "policyName", Arn("autoscaling:{r}:{a}:scalingPolicy:*:autoScalingGroupName/{autoScalingGroupName}:policyName/{}")),
    row("autoscaling", Request, "scheduledActionName", Arn("autoscaling:{r}:{a}:scheduledUpdateGroupAction:*:autoScalingGroupName/{autoScalingGroupName}:scheduledActionName/{}")),
    row("autoscaling", Request, "scheduledActionNames", Arn("autoscaling:{r}:{a}:scheduledUpdateGroupAction:*:autoScalingGroupName/{autoScalingGroupName}:scheduledActionName/{}")),
    row("autoscaling", Request, "resourceId", GROUP).inside("tags"),
    row("autoscaling", Top, "placementGroup", Arn("ec2:{r}:{a}:placement-group/{}")),
    // A classic load balancer's name is its id; the others have ARNs that say their kind.
    row("elasticloadbalancing", Request, "loadBalancerName", CLASSIC),
    row("elasticloadbalancing", Request, "loadBalancerNames", CLASSIC),
    row("elasticloadbalancing", Top, "name", Arn("elasticloadbalancing:{r}:{a}:loadbalancer/*/{}/*")).calls("LoadBalancer"),
    row("elasticloadbalancing", Top, "names", Arn("elasticloadbalancing:{r}:{a}:loadbalancer/*/{}/*")).calls("LoadBalancer"),
    row("elasticloadbalancing", Top, "name", Arn("elasticloadbalancing:{r}:{a}:targetgroup/{}/*")).calls("TargetGroup"),
    row("elasticloadbalancing", Top, "names", Arn("elasticloadbalancing:{r}:{a}:targetgroup/{}/*")).calls("TargetGroup"),
    row("elasticloadbalancing", Request, "s3BucketName", BUCKET),
    row("elasticloadbalancing", Request, "caCertificatesBundleS3Bucket", BUCKET),
    row("elasticloadbalancing", Request, "value", BUCKET).inside("attributes").calls("LoadBalancerAttributes").of_key("access_logs.s3.bucket|connection_logs.s3.bucket"),
    row("elasticache", Any, "cacheClusterId", CACHE),
    row("elasticache", Request, "primaryClusterId", CACHE),
    row("elasticache", Response, "memberClusters", CACHE),
    row("elasticache", Any, "replicationGroupId", Arn("elasticache:{r}:{a}:replicationgroup:{}")),
    row("elasticache", Any, "globalReplicationGroupId", Arn("elasticache::{a}:globalreplicationgroup:{}")),
    row("elasticache", Any, "cacheParameterGroupName", Arn("elasticache:{r}:{a}:parametergroup:{}")),
    row("elasticache", Any, "cacheSubnetGroupName", Arn("elasticache:{r}:{a}:subnetgroup:{}")),
    row("elasticache", Any, "cacheSecurityGroupName", Arn("elasticache:{r}:{a}:securitygroup:{}")),
    row("elasticache", Request, "cacheSecurityGroupNames", Arn("elasticache:{r}:{a}:securitygroup:{}")),
    row("elasticache", Any, "snapshotName", CACHE_SNAPSHOT),
    row("elasticache", Request, "sourceSnapshotName", CACHE_SNAPSHOT),
    row("elasticache", Request, "targetSnapshotName", CACHE_SNAPSHOT),
    row("elasticache", Request, "finalSnapshotIdentifier", CACHE_SNAPSHOT).made(),
    row("elasticache", Any, "snapshottingClusterId", CACHE),
    row("elasticache", Any, "serverlessCacheName", Arn("elasticache:{r}:{a}:serverlesscache:{}")),
    row("elasticache", Any, "serverlessCacheSnapshotName", SERVERLESS_SNAPSHOT),
    row("elasticache", Request, "sourceServerlessCacheSnapshotName", SERVERLESS_SNAPSHOT),
    row("elasticache", Request, "targetServerlessCacheSnapshotName", SERVERLESS_SNAPSHOT),
    row("elasticache", Request, "finalSnapshotName", SERVERLESS_SNAPSHOT).made(),
    row("elasticache", Any, "userGroupId", CACHE_USERS),
    row("elasticache", Request, "userGroupIds", CACHE_USERS),
    row("elasticache", Request, "userGroupIdsToAdd", CACHE_USERS),
    row("elasticache", Request, "userGroupIdsToRemove", CACHE_USERS),
    row("elasticache", Any, "userId", CACHE_USER),
    row("elasticache", Request, "userIds", CACHE_USER),
    row("elasticache", Request, "userIdsToAdd", CACHE_USER),
    row("elasticache", Request, "userIdsToRemove", CACHE_USER),
    row("elasticache", Request, "primaryReplicationGroupId", Arn("elasticache:{r}:{a}:replicationgroup:{}")),
    row("elasticache", Request, "eC2SecurityGroupOwnerId", Grantee).shared(),
    row("elasticache", Request, "eC2SecurityGroupName", Arn("ec2:{r}:{eC2SecurityGroupOwnerId}:security-group/{}")),
    row("elasticache", Request, "targetBucket", BUCKET),
    row("elasticache", Request, "s3BucketName", BUCKET),
    row("elasticache", Request, "kmsKeyId", KmsKey),
    // Code that runs.
    row("lambda", Any, "functionName", Function),
    row("lambda", Any, "layerName", Arn("lambda:{r}:{a}:layer:{}")),
    row("lambda", Any, "s3Bucket", BUCKET),
    row("lambda", Request, "principal", Grantee).shared(),
    row("lambda", Any, "uUID", Arn("lambda:{r}:{a}:event-source-mapping:{}")),
    row("ecs", Request, "cluster", ECS_CLUSTER),
    row("ecs", Request, "clusterName", ECS_CLUSTER),
    row("ecs", Request, "clusters", ECS_CLUSTER),
    row("ecs", Top, "service", Arn("ecs:{r}:{a}:service/{cluster}/{}")),
    row("ecs", Top, "serviceName", Arn("ecs:{r}:{a}:service/{cluster}/{}")),
    row("ecs", Request, "taskDefinition", Arn("ecs:{r}:{a}:task-definition/{}")),
    row("ecs", Top, "family", Arn("ecs:{r}:{a}:task-definition/{}")),
    row("ecs", Top, "task", Arn("ecs:{r}:{a}:task/{cluster}/{}")),
    row("ecr", Request, "repositoryName", Arn("ecr:{r}:{a}:repository/{}")),
    row("ecr", Request, "repositoryNames", Arn("ecr:{r}:{a}:repository/{}")),
    row("ecr-public", Request, "repositoryName", Arn("ecr-public::{a}:repository/{}")),
    row("eks", Top, "name", EKS_CLUSTER).calls("Cluster"),
    row("eks", Request, "clusterName", EKS_CLUSTER),
    row("eks", Top, "nodegroupName", Arn("eks:{r}:{a}:nodegroup/{clusterName}/{}/*")),
    row("eks", Top, "fargateProfileName", Arn("eks:{r}:{a}:fargateprofile/{clusterName}/{}/*")),
    row("eks", Top, "addonName", Arn("eks:{r}:{a}:addon/{clusterName}/{}/*")),
    row("batch", Request, "jobQueue", Arn("batch:{r}:{a}:job-queue/{}")),
    row("batch", Request, "jobQueueName", Arn("batch:{r}:{a}:job-queue/{}")),
    row("batch", Request, "jobDefinitionName", Arn("batch:{r}:{a}:job-definition/{}:*")),
    row("batch", Request, "computeEnvironment", Arn("batch:{r}:{a}:compute-environment/{}")),
    row("batch", Request, "computeEnvironmentName", Arn("batch:{r}:{a}:compute-environment/{}")),
    row("elasticbeanstalk", Request, "applicationName", Arn("elasticbeanstalk:{r}:{a}:application/{}")),
    row("elasticbeanstalk", Request, "environmentName", Arn("elasticbeanstalk:{r}:{a}:environment/{applicationName}/{}")),
    row("states", Top, "name", Arn("states:{r}:{a}:stateMachine:{}")).calls("StateMachine"),
    row("codebuild", Request, "projectName", Arn("codebuild:{r}:{a}:project/{}")),
    row("codebuild", Top, "name", Arn("codebuild:{r}:{a}:project/{}")).calls("Project"),
    row("codepipeline", Any, "pipelineName", Arn("codepipeline:{r}:{a}:{}")),
    row("codepipeline", Any, "name", Arn("codepipeline:{r}:{a}:{}")).calls("Pipeline"),
    row("codecommit", Request, "repositoryName", Arn("codecommit:{r}:{a}:{}")),
    row("codedeploy", Request, "applicationName", Arn("codedeploy:{r}:{a}:application:{}")),
    row("codedeploy", Request, "deploymentGroupName", Arn("codedeploy:{r}:{a}:deploymentgroup:{applicationName}/{}")),
    row("codeartifact", Request, "domain", Arn("codeartifact:{r}:{a}:domain/{}")),
    row("codeartifact", Request, "repository", Arn("codeartifact:{r}:{a}:repository/{domain}/{}")),
    row("cloudshell", Any, "environmentId", Arn("cloudshell:{r}:{a}:environment/{}")),
    row("cloudshell", Any, "EnvironmentId", Arn("cloudshell:{r}:{a}:environment/{}")),
    row("amplify", Any, "appId", Arn("amplify:{r}:{a}:apps/{}")),
    row("apprunner", Top, "serviceName", Arn("apprunner:{r}:{a}:service/{}/*")),
    row("imagebuilder", Top, "name", Arn("imagebuilder:{r}:{a}:image-pipeline/{}")).calls("ImagePipeline"),
    row("lightsail", Request, "instanceName", Arn("lightsail:{r}:{a}:Instance/{}")),
    row("lightsail", Request, "instanceNames", Arn("lightsail:{r}:{a}:Instance/{}")),
    // Data.
    row("rds", Any, "dBInstanceIdentifier", DB),
    row("rds", Request, "sourceDBInstanceIdentifier", DB),
    row("rds", Request, "targetDBInstanceIdentifier", DB),
    row("rds", Request, "newDBInstanceIdentifier", DB),
    row("rds", Any, "dBClusterIdentifier", DB_CLUSTER),
    row("rds", Request, "sourceDBClusterIdentifier", DB_CLUSTER),
    row("rds", Any, "dBSnapshotIdentifier", DB_SNAPSHOT),
    row("rds", Request, "sourceDBSnapshotIdentifier", DB_SNAPSHOT),
    row("rds", Request, "targetDBSnapshotIdentifier", DB_SNAPSHOT),
    row("rds", Request, "finalDBSnapshotIdentifier", DB_SNAPSHOT).made(),
    row("rds", Any, "dBClusterSnapshotIdentifier", Arn("rds:{r}:{a}:cluster-snapshot:{}")),
    row("rds", Any, "dBSubnetGroupName", Arn("rds:{r}:{a}:subgrp:{}")),
    row("rds", Any, "dBParameterGroupName", Arn("rds:{r}:{a}:pg:{}")),
    row("rds", Any, "dBClusterParameterGroupName", Arn("rds:{r}:{a}:cluster-pg:{}")),
    row("rds", Any, "dBSecurityGroupName", Arn("rds:{r}:{a}:secgrp:{}")),
    row("rds", Any, "optionGroupName", Arn("rds:{r}:{a}:og:{}")),
    row("rds", Request, "subscriptionName", Arn("rds:{r}:{a}:es:{}")),
    row("rds", Any, "globalClusterIdentifier", Arn("rds::{a}:global-cluster:{}")),
    row("rds", Request, "dBProxyName", Arn("rds:{r}:{a}:db-proxy:{}")),
    row("rds", Request, "valuesToAdd", Grantee).shared(),
    row("rds", Request, "values", DB).inside("filters").filter("db-instance-id"),
    row("rds", Request, "values", DB_CLUSTER).inside("filters").filter("db-cluster-id"),
    row("rds", Request, "s3BucketName", BUCKET),
    row("rds", Request, "kmsKeyId", KmsKey),
    row("dynamodb", Any, "tableName", TABLE_OF),
    row("dynamodb", Request, "targetTableName", TABLE_OF),
    row("dynamodb", Request, "sourceTableName", TABLE_OF),
    row("dynamodb", Top, "globalTableName", Arn("dynamodb::{a}:global-table/{}")),
    row("redshift", Any, "clusterIdentifier", Arn("redshift:{r}:{a}:cluster:{}")),
    row("redshift", Request, "snapshotIdentifier", Arn("redshift:{r}:{a}:snapshot:{clusterIdentifier}/{}")),
    row("redshift", Request, "bucketName", BUCKET),
    row("memorydb", Request, "clusterName", Arn("memorydb:{r}:{a}:cluster/{}")),
    row("glue", Request, "databaseName", Arn("glue:{r}:{a}:database/{}")),
    row("glue", Request, "tableName", Arn("glue:{r}:{a}:table/{databaseName}/{}")),
    row("glue", Request, "jobName", Arn("glue:{r}:{a}:job/{}")),
    row("glue", Top, "name", Arn("glue:{r}:{a}:job/{}")).calls("CreateJob"),
    row("glue", Top, "name", Arn("glue:{r}:{a}:crawler/{}")).calls("Crawler"),
    row("glue", Request, "endpointName", Arn("glue:{r}:{a}:devEndpoint/{}")),
    row("athena", Request, "workGroup", Arn("athena:{r}:{a}:workgroup/{}")),
    row("kinesis", Request, "streamName", Arn("kinesis:{r}:{a}:stream/{}")),
    row("firehose", Request, "deliveryStreamName", Arn("firehose:{r}:{a}:deliverystream/{}")),
    row("es", Any, "domainName", Arn("es:{r}:{a}:domain/{}")),
    row("elasticmapreduce", Any, "jobFlowId", Arn("elasticmapreduce:{r}:{a}:cluster/{}")),
    row("elasticmapreduce", Any, "clusterId", Arn("elasticmapreduce:{r}:{a}:cluster/{}")),
    row("sagemaker", Request, "notebookInstanceName", Arn("sagemaker:{r}:{a}:notebook-instance/{}")),
    row("sagemaker", Request, "notebookInstanceLifecycleConfigName", Arn("sagemaker:{r}:{a}:notebook-instance-lifecycle-config/{}")),
    row("sagemaker", Request, "trainingJobName", Arn("sagemaker:{r}:{a}:training-job/{}")),
    row("sagemaker", Request, "endpointName", Arn("sagemaker:{r}:{a}:endpoint/{}")),
    row("sagemaker", Request, "modelName", Arn("sagemaker:{r}:{a}:model/{}")),
    row("sagemaker", Request, "userProfileName", Arn("sagemaker:{r}:{a}:user-profile/{domainId}/{}")),
    row("bedrock", Any, "modelId", Arn("bedrock:{r}::foundation-model/{}")),
    row("bedrock", Request, "guardrailIdentifier", Arn("bedrock:{r}:{a}:guardrail/{}")),
    row("bedrock", Any, "agentId", Arn("bedrock:{r}:{a}:agent/{}")),
    row("bedrock", Any, "knowledgeBaseId", Arn("bedrock:{r}:{a}:knowledge-base/{}")),
    row("backup", Any, "backupVaultName", Arn("backup:{r}:{a}:backup-vault:{}")),
    row("backup", Any, "backupPlanId", Arn("backup:{r}:{a}:backup-plan:{}")),
    row("transfer", Any, "serverId", Arn("transfer:{r}:{a}:server/{}")),
    row("transfer", Request, "userName", Arn("transfer:{r}:{a}:user/{serverId}/{}")),
    // Watching and running the account.
    row("ssm", Request, "name", Parameter).calls("Parameter"),
    row("ssm", Request, "names", Parameter).calls("Parameter"),
    row("ssm", Request, "path", Parameter).calls("Parameter"),
    row("ssm", Any, "name", Document).calls("Document|Association"),
    row("ssm", Any, "documentName", Document),
    row("ssm", Any, "sessionId", Arn("ssm:{r}:{a}:session/{}")),
    row("ssm", Any, "commandId", Arn("ssm:{r}:{a}:command/{}")),
    row("ssm", Any, "windowId", Arn("ssm:{r}:{a}:maintenancewindow/{}")),
    row("ssm", Any, "associationId", Arn("ssm:{r}:{a}:association/{}")),
    row("ssm", Any, "baselineId", Arn("ssm:{r}:{a}:patchbaseline/{}")),
    row("ssm", Request, "accountIdsToAdd", Grantee).shared(),
    row("ssm", Any, "activationId", Itself),
    row("ssm", Request, "settingId", Arn("ssm:{r}:{a}:servicesetting{}")),
    row("ssmmessages", Any, "sessionId", Arn("ssm:{r}:{a}:session/{}")),
    row("logs", Request, "logGroupName", LOG_GROUP),
    row("logs", Request, "logGroupIdentifier", LOG_GROUP),
    row("logs", Request, "logGroupNames", LOG_GROUP),
    row("logs", Request, "logStreamName", Arn("logs:{r}:{a}:log-group:{logGroupName}:log-stream:{}")),
    row("logs", Request, "destinationName", Arn("logs:{r}:{a}:destination:{}")),
    row("monitoring", Request, "alarmName", Arn("cloudwatch:{r}:{a}:alarm:{}")),
    row("monitoring", Request, "alarmNames", Arn("cloudwatch:{r}:{a}:alarm:{}")),
    row("monitoring", Request, "dashboardName", Arn("cloudwatch::{a}:dashboard/{}")),
    row("monitoring", Request, "dashboardNames", Arn("cloudwatch::{a}:dashboard/{}")),
    row("events", Request, "rule", Arn("events:{r}:{a}:rule/{}")),
    row("events", Top, "name", Arn("events:{r}:{a}:rule/{}")).calls("Rule"),
    row("events", Top, "name", Arn("events:{r}:{a}:event-bus/{}")).calls("EventBus"),
    row("events", Request, "eventBusName", Arn("events:{r}:{a}:event-bus/{}")),
    row("events", Request, "principal", Grantee).shared(),
    row("scheduler", Top, "name", Arn("scheduler:{r}:{a}:schedule/{groupName}/{}")).calls("Schedule"),
    row("cloudtrail", Top, "name", TRAIL).calls("Trail|Logging"),
    row("cloudtrail", Request, "trailName", TRAIL),
    row("cloudtrail", Request, "trailNameList", TRAIL),
    row("cloudtrail", Any, "s3BucketName", BUCKET),
    row("cloudtrail", Request, "kmsKeyId", KmsKey),
    row("cloudtrail", Any, "snsTopicName", Arn("sns:{r}:{a}:{}")),
    row("cloudtrail", Request, "eventDataStore", Arn("cloudtrail:{r}:{a}:eventdatastore/{}")),
    row("cloudtrail", Request, "memberAccountId", Account),
    row("cloudtrail", Top, "name", Arn("cloudtrail:{r}:{a}:eventdatastore/*")).calls("EventDataStore"),
    row("config", Any, "configurationRecorderName", Arn("config:{r}:{a}:configuration-recorder/{}/*")),
    row("config", Request, "name", Arn("config:{r}:{a}:configuration-recorder/{}/*")).inside("configurationRecorder"),
    row("config", Request, "deliveryChannelName", Arn("config:{r}:{a}:delivery-channel/{}")),
    row("config", Request, "name", Arn("config:{r}:{a}:delivery-channel/{}")).inside("deliveryChannel"),
    row("config", Request, "configRuleName", Arn("config:{r}:{a}:config-rule/{}")),
    row("config", Request, "s3BucketName", BUCKET),
    row("cloudformation", Request, "stackName", Arn("cloudformation:{r}:{a}:stack/{}/*")),
    row("cloudformation", Request, "stackSetName", Arn("cloudformation:{r}:{a}:stackset/{}:*")),
    row("guardduty", Any, "detectorId", Arn("guardduty:{r}:{a}:detector/{}")),
    row("guardduty", Top, "filterName", Arn("guardduty:{r}:{a}:detector/{detectorId}/filter/{}")),
    row("guardduty", Any, "ipSetId", Arn("guardduty:{r}:{a}:detector/{detectorId}/ipset/{}")),
    row("guardduty", Any, "threatIntelSetId", Arn("guardduty:{r}:{a}:detector/{detectorId}/threatintelset/{}")),
    row("guardduty", Request, "accountIds", Account),
    row("guardduty", Request, "accountId", Account),
    row("guardduty", Request, "adminAccountId", Account),
    row("securityhub", Request, "accountIds", Account),
    row("securityhub", Request, "adminAccountId", Account),
    row("inspector2", Request, "accountIds", Account),
    row("macie2", Request, "accountId", Account),
    row("detective", Request, "accountId", Account),
    row("access-analyzer", Request, "analyzerName", Arn("access-analyzer:{r}:{a}:analyzer/{}")),
    row("wafv2", Top, "name", Arn("wafv2:{r}:{a}:regional/webacl/{}/{id}")).calls("WebACL"),
    row("wafv2", Top, "name", Arn("wafv2:{r}:{a}:regional/ipset/{}/{id}")).calls("IPSet"),
    row("wafv2", Top, "name", Arn("wafv2:{r}:{a}:regional/rulegroup/{}/{id}")).calls("RuleGroup"),
    row("waf-regional", Request, "webACLId", Arn("waf-regional:{r}:{a}:webacl/{}")),
    row("waf-regional", Request, "ruleId", Arn("waf-regional:{r}:{a}:rule/{}")),
    row("waf-regional", Request, "ruleGroupId", Arn("waf-regional:{r}:{a}:rulegroup/{}")),
    row("waf-regional", Request, "iPSetId", Arn("waf-regional:{r}:{a}:ipset/{}")),
    row("waf", Request, "webACLId", Arn("waf::{a}:webacl/{}")),
    row("waf", Request, "ruleId", Arn("waf::{a}:rule/{}")),
    row("waf", Request, "ruleGroupId", Arn("waf::{a}:rulegroup/{}")),
    row("waf", Request, "iPSetId", Arn("waf::{a}:ipset/{}")),
    row("rbin", Any, "identifier", Arn("rbin:{r}:{a}:rule/{}")),
    row("shield", Request, "protectionId", Arn("shield::{a}:protection/{}")),
    // Organisations and people.
    row("organizations", Any, "accountId", Account),
    row("organizations", Request, "id", Account).inside("target"),
    row("organizations", Request, "targetId", Account),
    row("organizations", Request, "policyId", Itself),
    row("organizations", Request, "handshakeId", Itself),
    row("organizations", Request, "parentId", Itself),
    row("organizations", Request, "rootId", Itself),
    row("account", Any, "accountId", Account),
    row("sso", Request, "targetId", Account),
    row("sso", Request, "accountId", Account),
    row("sso", Request, "principalId", Arn("identitystore:::user/{}")).calls("AccountAssignment"),
    row("sso-directory", Any, "userId", Arn("identitystore:::user/{}")),
    row("sso-directory", Any, "groupId", Arn("identitystore:::group/{}")),
    row("identitystore", Any, "userId", Arn("identitystore:::user/{}")),
    row("identitystore", Any, "groupId", Arn("identitystore:::group/{}")),
    row("cognito-idp", Any, "userPoolId", Arn("cognito-idp:{r}:{a}:userpool/{}")),
    row("cognito-identity", Any, "identityPoolId", Arn("cognito-identity:{r}:{a}:identitypool/{}")),
    row("ram", Request, "principals", Grantee).shared(),
    row("ram", Top, "name", Arn("ram:{r}:{a}:resource-share/*")).calls("CreateResourceShare"),
    row("rolesanywhere", Request, "trustAnchorId", Arn("rolesanywhere:{r}:{a}:trust-anchor/{}")),
    row("rolesanywhere", Request, "profileId", Arn("rolesanywhere:{r}:{a}:profile/{}")),
    row("ds", Any, "directoryId", Arn("ds:{r}:{a}:directory/{}")),
    row("workspaces", Any, "workspaceId", Arn("workspaces:{r}:{a}:workspace/{}")),
    row("quicksight", Request, "userName", Arn("quicksight:{r}:{a}:user/{namespace}/{}")),
    row("budgets", Request, "budgetName", Arn("budgets::{a}:budget/{}")),
    row("budgets", Request, "accountId", Account),
    row("servicequotas", Request, "quotaCode", Arn("servicequotas:{r}:{a}:{serviceCode}/{}")),
    row("support", Any, "caseId", Itself),
    // Messages, names and the edge.
    row("sqs", Any, "queueUrl", Queue),
    row("sqs", Request, "queueName", Arn("sqs:{r}:{a}:{}")),
    row("sns", Top, "name", Arn("sns:{r}:{a}:{}")).calls("CreateTopic"),
    row("ses", Request, "identity", Arn("ses:{r}:{a}:identity/{}")),
    row("ses", Request, "emailIdentity", Arn("ses:{r}:{a}:identity/{}")),
    row("ses", Request, "emailAddress", Arn("ses:{r}:{a}:identity/{}")),
    row("ses", Request, "domain", Arn("ses:{r}:{a}:identity/{}")),
    row("ses", Request, "identities", Arn("ses:{r}:{a}:identity/{}")),
    row("ses", Request, "configurationSetName", Arn("ses:{r}:{a}:configuration-set/{}")),
    row("route53", Request, "hostedZoneId", Arn("route53:::hostedzone/{}")),
    row("route53", Any, "id", Arn("route53:::hostedzone/{}")).calls("HostedZone"),
    row("route53", Any, "healthCheckId", Arn("route53:::healthcheck/{}")),
    row("route53domains", Request, "domainName", Arn("route53domains:::domain/{}")),
    row("route53resolver", Request, "resolverQueryLogConfigId", Arn("route53resolver:{r}:{a}:resolver-query-log-config/{}")),
    row("network-firewall", Request, "firewallName", Arn("network-firewall:{r}:{a}:firewall/{}")),
    row("network-firewall", Request, "firewallPolicyName", Arn("network-firewall:{r}:{a}:firewall-policy/{}")),
    row("cloudfront", Any, "id", Arn("cloudfront::{a}:distribution/{}")).calls("Distribution"),
    row("cloudfront", Any, "distributionId", Arn("cloudfront::{a}:distribution/{}")),
    row("apigateway", Any, "restApiId", Arn("apigateway:{r}::/restapis/{}")),
    row("apigateway", Any, "apiId", Arn("apigateway:{r}::/apis/{}")),
    row("appsync", Request, "apiId", Arn("appsync:{r}:{a}:apis/{}")),
    // Ids stand for themselves, in whatever service they are named.
    row("", Any, "instanceId", Id),
    row("", Any, "instanceIds", Id),
    row("", Any, "vpcId", Id),
    row("", Any, "groupId", Id),
    row("", Any, "subnetId", Id),
    row("", Any, "networkInterfaceId", Id),
    row("", Any, "volumeId", Id),
    row("", Any, "snapshotId", Id),
    row("", Any, "imageId", Id),
    row("", Any, "routeTableId", Id),
    row("", Any, "networkAclId", Id),
    row("", Any, "internetGatewayId", Id),
    row("", Any, "natGatewayId", Id),
    row("", Any, "allocationId", Id),
    row("", Any, "launchTemplateId", Id),
    row("", Any, "vpcEndpointId", Id),
    row("", Any, "flowLogId", Id),
    row("", Any, "resourceId", Id),
];

/// Parameters that give another name of what the call is about.
///
/// A load balancer's DNS name, a role's `AROA…` id, a security group's name, a key's alias.
pub(crate) const ALIASES: &[(&str, &str, Form)] = &[
    ("elasticloadbalancing", "dNSName", Itself),
    ("iam", "userId", Itself),
    ("iam", "roleId", Itself),
    ("iam", "groupId", Itself),
    ("iam", "policyId", Itself),
    ("iam", "instanceProfileId", Itself),
    ("ec2", "groupName", Arn("ec2:{r}:{a}:security-group/{}")),
    ("ec2", "launchTemplateName", TEMPLATE),
    ("ec2", "publicIp", ADDRESS),
    ("kms", "aliasName", Arn("kms:{r}:{a}:{}")),
];

/// Calls that are about their own caller where no parameter names a user.
pub(crate) const OF_CALLER: &[(&str, &str)] = &[
    ("iam", "ChangePassword"),
    ("iam", "CreateAccessKey"),
    ("iam", "DeleteAccessKey"),
    ("iam", "GetLoginProfile"),
    ("iam", "GetUser"),
    ("iam", "ListAccessKeys"),
    ("iam", "UpdateAccessKey"),
    ("signin", "PasswordUpdated"),
];

/// Calls that are about the account as a whole.
pub(crate) const OF_ACCOUNT: &[(&str, &str)] = &[
    ("account", "DisableRegion"),
    ("account", "EnableRegion"),
    ("account", "PutAlternateContact"),
    ("account", "PutContactInformation"),
    ("backup", "UpdateGlobalSettings"),
    ("backup", "UpdateRegionSettings"),
    ("bedrock", "DeleteModelInvocationLoggingConfiguration"),
    ("bedrock", "PutModelInvocationLoggingConfiguration"),
    ("bedrock", "PutUseCaseForModelAccess"),
    ("ec2", "DisableEbsEncryptionByDefault"),
    ("ec2", "DisableImageBlockPublicAccess"),
    ("ec2", "DisableSerialConsoleAccess"),
    ("ec2", "DisableSnapshotBlockPublicAccess"),
    ("ec2", "EnableEbsEncryptionByDefault"),
    ("ec2", "EnableImageBlockPublicAccess"),
    ("ec2", "EnableSerialConsoleAccess"),
    ("ec2", "EnableSnapshotBlockPublicAccess"),
    ("ec2", "ModifyEbsDefaultKmsKeyId"),
    ("ec2", "ModifyInstanceMetadataDefaults"),
    ("ec2", "ResetEbsDefaultKmsKeyId"),
    ("ecr", "DeleteRegistryPolicy"),
    ("ecr", "PutRegistryPolicy"),
    ("ecr", "PutReplicationConfiguration"),
    ("glue", "DeleteResourcePolicy"),
    ("glue", "PutDataCatalogEncryptionSettings"),
    ("glue", "PutResourcePolicy"),
    ("iam", "CreateAccountAlias"),
    ("iam", "DeleteAccountAlias"),
    ("iam", "DeleteAccountPasswordPolicy"),
    ("iam", "DisableOrganizationsRootCredentialsManagement"),
    ("iam", "DisableOrganizationsRootSessions"),
    ("iam", "EnableOrganizationsRootCredentialsManagement"),
    ("iam", "EnableOrganizationsRootSessions"),
    ("iam", "SetSecurityTokenServicePreferences"),
    ("iam", "UpdateAccountPasswordPolicy"),
    ("inspector2", "Disable"),
    ("inspector2", "Enable"),
    ("logs", "DeleteAccountPolicy"),
    ("logs", "DeleteResourcePolicy"),
    ("logs", "PutAccountPolicy"),
    ("logs", "PutResourcePolicy"),
    ("macie2", "DisableMacie"),
    ("macie2", "EnableMacie"),
    ("macie2", "UpdateMacieSession"),
    ("organizations", "CreateAccount"),
    ("organizations", "CreateOrganization"),
    ("organizations", "DeleteOrganization"),
    ("organizations", "DisableAWSServiceAccess"),
    ("organizations", "EnableAWSServiceAccess"),
    ("organizations", "LeaveOrganization"),
    ("s3", "DeleteAccountPublicAccessBlock"),
    ("s3", "PutAccountPublicAccessBlock"),
    ("securityhub", "DisableSecurityHub"),
    ("securityhub", "EnableSecurityHub"),
    ("securityhub", "UpdateSecurityHubConfiguration"),
    ("ses", "PutAccountDetails"),
    ("ses", "UpdateAccountSendingEnabled"),
    ("sns", "SetSMSAttributes"),
];

impl std::fmt::Display for Row {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        use std::fmt::Write as _;

        let mut text = String::new();
        let _ = write!(text, "{} {:?} ", self.service, self.at);
        if !self.inside.is_empty() {
            let _ = write!(text, "{}.", self.inside);
        }
        text.push_str(self.key);
        if !self.calls.is_empty() {
            let _ = write!(text, " of {}", self.calls);
        }
        f.write_str(&text)
    }
}
