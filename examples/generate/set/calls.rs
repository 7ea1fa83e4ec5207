//! What is called: one table, with who calls it, how often, and the shape of its request and its
//! answer. The syntax of the shapes is that of [`super::template`].

use super::rng::Weights;
use super::template::Template;
use super::world::PROFILES;

/// One call, as the table says it.
struct Row {
    /// The service, without `.amazonaws.com`.
    service: &'static str,
    /// The call; several with a space between share the shapes.
    names: &'static str,
    /// The profiles that make it, as letters of [`PROFILES`].
    by: &'static str,
    /// How often.
    weight: u64,
    /// `r` read-only, `d` data event, `i` sign-in, `e` service event, `p` no account of the caller.
    marks: &'static str,
    /// `requestParameters`, empty for null.
    request: &'static str,
    /// `responseElements`, empty for null.
    response: &'static str,
    /// `additionalEventData`.
    extra: &'static str,
    /// `resources`.
    resources: &'static str,
}

const NONE: Row = Row {
    service: "",
    names: "",
    by: "",
    weight: 1,
    marks: "",
    request: "",
    response: "",
    extra: "",
    resources: "",
};

const S3: &str = r#"{"SignatureVersion":"SigV4","CipherSuite":"TLS_AES_128_GCM_SHA256","bytesTransferredIn":<n2>.0,"AuthenticationMethod":"AuthHeader","x-amz-id-2":"<id2>","bytesTransferredOut":<n5>.0}"#;
const OBJECT: &str = r#"[{"type":"AWS::S3::Object","ARN":"arn:aws:s3:::<bucket>/<key>"},{"accountId":"<acct>","type":"AWS::S3::Bucket","ARN":"arn:aws:s3:::<bucket>"}]"#;
const BUCKET: &str =
    r#"[{"accountId":"<acct>","type":"AWS::S3::Bucket","ARN":"arn:aws:s3:::<bucket>"}]"#;
const KEY: &str =
    r#"[{"accountId":"<acct>","type":"AWS::KMS::Key","ARN":"arn:aws:kms:<reg>:<acct>:key/<kms>"}]"#;

#[rustfmt::skip]
const TABLE: &[Row] = &[
    // Data events.
    Row { service: "s3", names: "GetObject", by: "mlcxne", weight: 120, marks: "rd", request: r#"{"bucketName":"<bucket>","Host":"s3.<reg>.amazonaws.com","key":"<key>"}"#, extra: S3, resources: OBJECT, ..NONE },
    Row { service: "s3", names: "HeadObject", by: "mlcx", weight: 45, marks: "rd", request: r#"{"bucketName":"<bucket>","Host":"s3.<reg>.amazonaws.com","key":"<key>"}"#, extra: S3, resources: OBJECT, ..NONE },
    Row { service: "s3", names: "PutObject", by: "mlcxs", weight: 40, marks: "d", request: r#"{"bucketName":"<bucket>","Host":"s3.<reg>.amazonaws.com","key":"<key>"}"#, response: r#"{"x-amz-server-side-encryption":"aws:kms","x-amz-server-side-encryption-aws-kms-key-id":"arn:aws:kms:<reg>:<acct>:key/<kms>"}"#, extra: S3, resources: OBJECT },
    Row { service: "s3", names: "DeleteObject", by: "ml", weight: 12, marks: "d", request: r#"{"bucketName":"<bucket>","Host":"s3.<reg>.amazonaws.com","key":"<key>"}"#, extra: S3, resources: OBJECT, ..NONE },
    Row { service: "s3", names: "ListObjects", by: "mlxnh", weight: 30, marks: "rd", request: r#"{"list-type":"2","bucketName":"<bucket>","prefix":"<app>/","Host":"s3.<reg>.amazonaws.com"}"#, extra: S3, resources: r#"[{"type":"AWS::S3::Object","ARNPrefix":"arn:aws:s3:::<bucket>/<app>/"},{"accountId":"<acct>","type":"AWS::S3::Bucket","ARN":"arn:aws:s3:::<bucket>"}]"#, ..NONE },
    Row { service: "lambda", names: "Invoke", by: "ml", weight: 40, marks: "d", request: r#"{"functionName":"arn:aws:lambda:<reg>:<acct>:function:<fn>","sourceArn":"arn:aws:events:<reg>:<acct>:rule/<rule>"}"#, extra: r#"{"functionVersion":"arn:aws:lambda:<reg>:<acct>:function:<fn>:$LATEST"}"#, resources: r#"[{"accountId":"<acct>","type":"AWS::Lambda::Function","ARN":"arn:aws:lambda:<reg>:<acct>:function:<fn>"}]"#, ..NONE },
    Row { service: "dynamodb", names: "GetItem Query PutItem UpdateItem", by: "ml", weight: 25, marks: "rd", request: r#"{"tableName":"<table>","key":{"customerId":"<hex8>"},"returnConsumedCapacity":"TOTAL","consistentRead":<bool>}"#, resources: r#"[{"accountId":"<acct>","type":"AWS::DynamoDB::Table","ARN":"arn:aws:dynamodb:<reg>:<acct>:table/<table>"}]"#, ..NONE },
    // Credentials and keys.
    Row { service: "sts", names: "AssumeRole", by: "s", weight: 250, marks: "rp", request: r#"{"roleArn":"arn:aws:iam::<acct>:role/<role>","roleSessionName":"<i>","durationSeconds":3600}"#, response: r#"{"credentials":{"accessKeyId":"<asia+>","sessionToken":"<b64>","expiration":"<soon>"},"assumedRoleUser":{"assumedRoleId":"AROA<roleid>:<i>","arn":"arn:aws:sts::<acct>:assumed-role/<role>/<i>"}}"#, resources: r#"[{"accountId":"<acct>","type":"AWS::IAM::Role","ARN":"arn:aws:iam::<acct>:role/<role>"}]"#, ..NONE },
    Row { service: "sts", names: "AssumeRole", by: "amctx", weight: 70, marks: "r", request: r#"{"roleArn":"arn:aws:iam::<acct2>:role/<role>","roleSessionName":"<caller>","externalId":"<hex8>","durationSeconds":3600}"#, response: r#"{"credentials":{"accessKeyId":"<asia+>","sessionToken":"<b64>","expiration":"<soon>"},"assumedRoleUser":{"assumedRoleId":"AROA<roleid>:<caller>","arn":"arn:aws:sts::<acct2>:assumed-role/<role>/<caller>"}}"#, resources: r#"[{"accountId":"<acct2>","type":"AWS::IAM::Role","ARN":"arn:aws:iam::<acct2>:role/<role>"}]"#, ..NONE },
    Row { service: "sts", names: "AssumeRoleWithSAML AssumeRoleWithWebIdentity", by: "w", weight: 100, marks: "rp", request: r#"{"roleArn":"arn:aws:iam::<acct>:role/<role>","roleSessionName":"<caller>","durationSeconds":3600}"#, response: r#"{"credentials":{"accessKeyId":"<asia+>","sessionToken":"<b64>","expiration":"<soon>"},"assumedRoleUser":{"assumedRoleId":"AROA<roleid>:<caller>","arn":"arn:aws:sts::<acct>:assumed-role/<role>/<caller>"},"subjectFromWebIdentityToken":"<caller>"}"#, resources: r#"[{"accountId":"<acct>","type":"AWS::IAM::Role","ARN":"arn:aws:iam::<acct>:role/<role>"}]"#, ..NONE },
    Row { service: "sts", names: "GetCallerIdentity", by: "hacmt", weight: 90, marks: "r", ..NONE },
    Row { service: "sts", names: "GetSessionToken GetFederationToken", by: "h", weight: 2, marks: "r", request: r#"{"durationSeconds":43200}"#, response: r#"{"credentials":{"accessKeyId":"<asia+>","sessionToken":"<b64>","expiration":"<soon>"}}"#, ..NONE },
    Row { service: "kms", names: "Decrypt", by: "mlsce", weight: 190, marks: "r", request: r#"{"encryptionContext":{"aws:s3:arn":"arn:aws:s3:::<bucket>"},"encryptionAlgorithm":"SYMMETRIC_DEFAULT"}"#, resources: KEY, ..NONE },
    Row { service: "kms", names: "GenerateDataKey", by: "mls", weight: 120, marks: "r", request: r#"{"keyId":"arn:aws:kms:<reg>:<acct>:key/<kms>","encryptionContext":{"aws:cloudtrail:arn":"arn:aws:cloudtrail:<reg>:<acct>:trail/organization-trail","aws:s3:arn":"arn:aws:s3:::<bucket>/<key>"},"keySpec":"AES_256"}"#, resources: KEY, ..NONE },
    Row { service: "kms", names: "CreateGrant RetireGrant", by: "sa", weight: 8, request: r#"{"keyId":"arn:aws:kms:<reg>:<acct>:key/<kms>","granteePrincipal":"rds.<reg>.amazonaws.com","operations":["Encrypt","Decrypt","ReEncryptFrom","ReEncryptTo","GenerateDataKey","DescribeKey","CreateGrant"],"constraints":{"encryptionContextSubset":{"aws:rds:db-id":"<db>"}}}"#, response: r#"{"grantId":"<hex32><hex32+>"}"#, resources: KEY, ..NONE },
    Row { service: "secretsmanager", names: "GetSecretValue", by: "mlc", weight: 45, marks: "r", request: r#"{"secretId":"arn:aws:secretsmanager:<reg>:<acct>:secret:<secret>"}"#, ..NONE },
    Row { service: "secretsmanager", names: "CreateSecret PutSecretValue RotateSecret DeleteSecret", by: "al", weight: 2, request: r#"{"secretId":"<secret>","clientRequestToken":"<uuid>","forceOverwriteReplicaSecret":false}"#, response: r#"{"arn":"arn:aws:secretsmanager:<reg>:<acct>:secret:<secret>","versionId":"<uuid+>"}"#, ..NONE },
    // EC2.
    Row { service: "ec2", names: "DescribeInstances", by: "hamcets", weight: 160, marks: "r", request: r#"{"instancesSet":{"items":[<[0,5>{"instanceId":"<i+>"}<]>]},"filterSet":{"items":[{"name":"tag:Environment","valueSet":{"items":[{"value":"<env>"}]}},{"name":"instance-state-name","valueSet":{"items":[{"value":"running"}]}}]}}"#, ..NONE },
    Row { service: "ec2", names: "DescribeInstanceStatus DescribeTags DescribeVolumes DescribeSnapshots DescribeImages DescribeNetworkInterfaces DescribeSecurityGroups DescribeSubnets DescribeVpcs DescribeRouteTables DescribeAddresses DescribeAvailabilityZones DescribeInstanceTypes DescribeLaunchTemplates DescribeNatGateways DescribeVpcEndpoints DescribeKeyPairs DescribeRegions DescribeInternetGateways DescribeNetworkAcls DescribeFlowLogs DescribeInstanceAttribute DescribeReservedInstances DescribeSpotPriceHistory DescribeTransitGateways DescribeDhcpOptions DescribeIamInstanceProfileAssociations DescribeInstanceCreditSpecifications DescribePrefixLists DescribeCustomerGateways", by: "hamets", weight: 14, marks: "r", request: r#"{"maxResults":1000,"filterSet":{"items":[{"name":"vpc-id","valueSet":{"items":[<[1,4>{"value":"<vpc+>"}<]>]}},{"name":"tag:app","valueSet":{"items":[<[1,6>{"value":"<app+>"}<]>]}}]},"networkInterfaceIdSet":{},"nextToken":"<hex32>"}"#, ..NONE },
    Row { service: "ec2", names: "RunInstances", by: "as", weight: 14, request: r#"{"instancesSet":{"items":[{"imageId":"<ami>","minCount":1,"maxCount":1}]},"instanceType":"<type>","blockDeviceMapping":{},"monitoring":{"enabled":false},"disableApiTermination":false,"networkInterfaceSet":{"items":[{"deviceIndex":0,"subnetId":"<subnet>","groupSet":{"items":[{"groupId":"<sg>"}]}}]},"iamInstanceProfile":{"name":"<prof>"},"tagSpecificationSet":{"items":[{"resourceType":"instance","tags":[{"key":"app","value":"<app>"},{"key":"env","value":"<env>"},{"key":"Name","value":"<asg>"}]}]},"clientToken":"<uuid>"}"#, response: r#"{"requestId":"<uuid+>","reservationId":"r-0<hex17>","ownerId":"<acct>","groupSet":{},"instancesSet":{"items":[{"instanceId":"<i>","imageId":"<ami>","bootMode":"uefi-preferred","instanceState":{"code":0,"name":"pending"},"privateDnsName":"ip-10-<n1>-<n2>-17.ec2.internal","amiLaunchIndex":0,"productCodes":{},"instanceType":"<type>","launchTime":<millis>,"placement":{"availabilityZone":"<reg>a","tenancy":"default"},"monitoring":{"state":"disabled"},"subnetId":"<subnet>","vpcId":"<vpc>","privateIpAddress":"<ip10>","stateReason":{"code":"pending","message":"pending"},"architecture":"x86_64","rootDeviceType":"ebs","rootDeviceName":"/dev/xvda","blockDeviceMapping":{},"virtualizationType":"hvm","hypervisor":"xen","tagSet":{"items":[{"key":"app","value":"<app>"},{"key":"env","value":"<env>"},{"key":"Name","value":"<asg>"}]},"groupSet":{"items":[{"groupId":"<sg>","groupName":"<app>-sg"}]},"sourceDestCheck":true,"networkInterfaceSet":{"items":[{"networkInterfaceId":"<eni>","subnetId":"<subnet>","vpcId":"<vpc>","ownerId":"<acct>","status":"in-use","macAddress":"02:1f:7a:<n2>:5b:c3","privateIpAddress":"<ip10>","sourceDestCheck":true,"interfaceType":"interface"}]},"iamInstanceProfile":{"arn":"arn:aws:iam::<acct>:instance-profile/<prof>","id":"AIPA<roleid>"},"ebsOptimized":true,"cpuOptions":{"coreCount":1,"threadsPerCore":2},"metadataOptions":{"state":"pending","httpTokens":"required","httpPutResponseHopLimit":2,"httpEndpoint":"enabled"}}]},"requesterId":"<acct>"}"#, ..NONE },
    Row { service: "ec2", names: "TerminateInstances StopInstances StartInstances RebootInstances", by: "ash", weight: 10, request: r#"{"instancesSet":{"items":[<[1,5>{"instanceId":"<i+>"}<]>]}}"#, response: r#"{"requestId":"<uuid>","instancesSet":{"items":[<[1,5>{"instanceId":"<i+>","currentState":{"code":32,"name":"shutting-down"},"previousState":{"code":16,"name":"running"}}<]>]}}"#, ..NONE },
    Row { service: "ec2", names: "CreateSnapshot DeleteSnapshot CopySnapshot ModifySnapshotAttribute", by: "asm", weight: 6, request: r#"{"volumeId":"<vol>","snapshotId":"<snap>","description":"Created by DLM policy for <app>-<env>"}"#, response: r#"{"requestId":"<uuid>","snapshotId":"<snap>","volumeId":"<vol>","status":"pending","startTime":<millis>,"ownerId":"<acct>","volumeSize":"<n3>","encrypted":true}"#, ..NONE },
    Row { service: "ec2", names: "CreateTags DeleteTags", by: "ams", weight: 25, request: r#"{"resourcesSet":{"items":[<[1,8>{"resourceId":"<i+>"}<]>]},"tagSet":{"items":[{"key":"app","value":"<app>"},{"key":"owner","value":"<user>"},{"key":"cost-center","value":"cc-<n2>"}]}}"#, response: r#"{"requestId":"<uuid>","_return":true}"#, ..NONE },
    Row { service: "ec2", names: "AuthorizeSecurityGroupIngress RevokeSecurityGroupIngress AuthorizeSecurityGroupEgress", by: "ah", weight: 4, request: r#"{"groupId":"<sg>","ipPermissions":{"items":[{"ipProtocol":"tcp","fromPort":443,"toPort":443,"groups":{},"ipRanges":{"items":[{"cidrIp":"10.<n1>.0.0/16","description":"from \"<app>\" \u0026 friends"}]},"ipv6Ranges":{},"prefixListIds":{}}]}}"#, response: r#"{"requestId":"<uuid>","_return":true,"securityGroupRuleSet":{"items":[{"groupOwnerId":"<acct>","groupId":"<sg>","securityGroupRuleId":"sgr-0<hex17>","isEgress":false,"ipProtocol":"tcp","fromPort":443,"toPort":443,"cidrIpv4":"10.<n1>.0.0/16"}]}}"#, ..NONE },
    Row { service: "ec2", names: "CreateNetworkInterface DeleteNetworkInterface AttachVolume DetachVolume CreateVolume AssociateAddress CreateLaunchTemplateVersion ModifyInstanceAttribute AssignPrivateIpAddresses", by: "ase", weight: 8, request: r#"{"networkInterfaceId":"<eni>","subnetId":"<subnet>","description":"AWS Lambda VPC ENI-<fn>-<uuid>","groupSet":{"items":[{"groupId":"<sg>"}]},"privateIpAddressesSet":{},"clientToken":"<uuid+>"}"#, response: r#"{"requestId":"<uuid+>","networkInterface":{"networkInterfaceId":"<eni>","subnetId":"<subnet>","vpcId":"<vpc>","availabilityZone":"<reg>b","ownerId":"<acct>","requesterManaged":false,"status":"pending","macAddress":"0e:3d:91:<n2>:aa:07","privateIpAddress":"<ip10>","sourceDestCheck":true,"groupSet":{"items":[{"groupId":"<sg>","groupName":"<app>-sg"}]},"tagSet":{}}}"#, ..NONE },
    Row { service: "ec2", names: "SharedSnapshotVolumeCreated SharedSnapshotCopyInitiated", by: "o", weight: 5, marks: "re", request: "", ..NONE },
    // Sessions, agents, logs.
    Row { service: "ssm", names: "UpdateInstanceInformation", by: "em", weight: 90, request: r#"{"agentVersion":"3.2.985.0","agentStatus":"Active","instanceId":"<i>","platformType":"Linux","platformName":"Amazon Linux","platformVersion":"2023","iPAddress":"<ip10>","computerName":"ip-10-<n1>-<n2>-17.ec2.internal","agentName":"amazon-ssm-agent","availabilityZone":"<reg>a","availabilityZoneId":"use1-az<n1>","sSMConnectionChannel":"ssmmessages"}"#, ..NONE },
    Row { service: "ssm", names: "GetParameter GetParameters GetParametersByPath", by: "mlc", weight: 60, marks: "r", request: r#"{"names":[<[1,6>"<param+>"<]>],"withDecryption":true}"#, resources: r#"[{"accountId":"<acct>","ARN":"arn:aws:ssm:<reg>:<acct>:parameter<param>"}]"#, ..NONE },
    Row { service: "ssm", names: "ListInstanceAssociations PutInventory PutComplianceItems DescribeInstanceInformation ListAssociations", by: "em", weight: 22, marks: "r", request: r#"{"instanceId":"<i>","maxResults":20}"#, ..NONE },
    Row { service: "ssm", names: "StartSession TerminateSession ResumeSession", by: "h", weight: 5, request: r#"{"target":"<i>","reason":"look at <app>"}"#, response: r#"{"sessionId":"<caller>-0<hex17>","tokenValue":"Value hidden due to security reasons.","streamUrl":"wss://ssmmessages.<reg>.amazonaws.com/v1/data-channel/<caller>-0<hex17>?role=publish_subscribe"}"#, ..NONE },
    Row { service: "ssm", names: "SendCommand", by: "hc", weight: 4, request: r#"{"documentName":"AWS-RunShellScript","instanceIds":[<[1,10>"<i+>"<]>],"parameters":"HIDDEN_DUE_TO_SECURITY_REASONS","timeoutSeconds":600,"comment":"patch <app>"}"#, response: r#"{"command":{"commandId":"<uuid>","documentName":"AWS-RunShellScript","comment":"patch <app>","requestedDateTime":"<now>","status":"Pending","statusDetails":"Pending","targetCount":<n1>,"completedCount":0,"errorCount":0}}"#, ..NONE },
    Row { service: "logs", names: "CreateLogStream", by: "mls", weight: 70, request: r#"{"logGroupName":"<lg>","logStreamName":"<logstream>"}"#, ..NONE },
    Row { service: "logs", names: "CreateLogGroup PutRetentionPolicy DescribeLogGroups DescribeLogStreams StartQuery GetQueryResults FilterLogEvents PutSubscriptionFilter", by: "hlta", weight: 12, marks: "r", request: r#"{"logGroupName":"<lg>","logGroupNamePrefix":"/aws/","limit":50}"#, ..NONE },
    Row { service: "monitoring", names: "DescribeAlarms GetMetricData ListMetrics GetMetricStatistics PutMetricAlarm DescribeAlarmHistory", by: "hmts", weight: 16, marks: "r", request: r#"{"alarmNames":[<[1,3>"<alarm+>"<]>],"maxRecords":100}"#, ..NONE },
    // IAM and organisation.
    Row { service: "iam", names: "GetRole GetRolePolicy ListAttachedRolePolicies ListRolePolicies GetInstanceProfile ListInstanceProfilesForRole", by: "atch", weight: 16, marks: "r", request: r#"{"roleName":"<role>"}"#, ..NONE },
    Row { service: "iam", names: "ListUsers ListRoles ListPolicies GetAccountSummary GetAccountPasswordPolicy ListAccessKeys ListMFADevices GetUser ListGroupsForUser GetLoginProfile ListAccountAliases GetPolicy GetPolicyVersion ListVirtualMFADevices ListUserPolicies GetCredentialReport GenerateCredentialReport GetAccessKeyLastUsed SimulatePrincipalPolicy ListSigningCertificates ListServerCertificates", by: "tha", weight: 7, marks: "r", request: r#"{"userName":"<user>","maxItems":100}"#, ..NONE },
    Row { service: "iam", names: "CreateRole", by: "a", weight: 6, request: r#"{"roleName":"<role>","path":"/","assumeRolePolicyDocument":"{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Principal\":{\"Service\":\"ec2.amazonaws.com\"},\"Action\":\"sts:AssumeRole\"}]}","description":"<app> in <env>","tags":[{"key":"app","value":"<app>"}]}"#, response: r#"{"role":{"path":"/","roleName":"<role>","roleId":"AROA<roleid>","arn":"arn:aws:iam::<acct>:role/<role>","createDate":"<now>","assumeRolePolicyDocument":"%7B%22Version%22%3A%222012-10-17%22%2C%22Statement%22%3A%5B%7B%22Effect%22%3A%22Allow%22%7D%5D%7D"}}"#, ..NONE },
    Row { service: "iam", names: "AttachRolePolicy DetachRolePolicy PutRolePolicy DeleteRolePolicy UpdateAssumeRolePolicy", by: "a", weight: 6, request: r#"{"roleName":"<role>","policyArn":"arn:aws:iam::<acct>:policy/<pol>","policyDocument":"{\n  \"Version\": \"2012-10-17\",\n  \"Statement\": [{\"Effect\": \"Allow\", \"Action\": [\"s3:GetObject\", \"s3:PutObject\"], \"Resource\": \"arn:aws:s3:::<bucket>/*\"}]\n}"}"#, ..NONE },
    Row { service: "iam", names: "CreateAccessKey", by: "ah", weight: 2, request: r#"{"userName":"<user>"}"#, response: r#"{"accessKey":{"userName":"<user>","accessKeyId":"<akia>","status":"Active","createDate":"<now>"}}"#, ..NONE },
    Row { service: "iam", names: "CreateUser DeleteUser AddUserToGroup RemoveUserFromGroup CreateLoginProfile UpdateLoginProfile DeleteAccessKey UpdateAccessKey EnableMFADevice DeactivateMFADevice", by: "ah", weight: 2, request: r#"{"userName":"<user>","groupName":"<group>","passwordResetRequired":true}"#, response: r#"{"user":{"path":"/","userName":"<user>","userId":"AIDA<roleid>","arn":"arn:aws:iam::<acct>:user/<user>","createDate":"<now>"}}"#, ..NONE },
    Row { service: "organizations", names: "DescribeOrganization ListAccounts DescribeAccount ListRoots ListPolicies ListDelegatedAdministrators", by: "at", weight: 4, marks: "r", request: r#"{"accountId":"<acct2>"}"#, ..NONE },
    Row { service: "sso", names: "ListInstances ListPermissionSets DescribePermissionSet CreateAccountAssignment ListAccountAssignments", by: "ah", weight: 3, marks: "r", request: r#"{"instanceArn":"arn:aws:sso:::instance/ssoins-<hex8>","permissionSetArn":"arn:aws:sso:::permissionSet/ssoins-<hex8>/ps-<hex17>","principalId":"<uuid>","targetId":"<acct2>"}"#, ..NONE },
    Row { service: "signin", names: "ConsoleLogin", by: "g", weight: 60, marks: "i", response: r#"{"ConsoleLogin":"Success"}"#, extra: r#"{"LoginTo":"https://console.aws.amazon.com/console/home?region=<reg>&state=hashArgs%23&isauthcode=true","MobileVersion":"No","MFAIdentifier":"arn:aws:iam::<acct>:mfa/<caller>","MFAUsed":"Yes"}"#, ..NONE },
    Row { service: "signin", names: "SwitchRole CheckMfa RenewRole", by: "g", weight: 8, marks: "i", response: r#"{"SwitchRole":"Success"}"#, extra: r#"{"SwitchFrom":"arn:aws:iam::<acct2>:user/<caller>","RedirectTo":"https://console.aws.amazon.com/console/home?region=<reg>"}"#, ..NONE },
    Row { service: "sso", names: "Authenticate Federate ListApplications UserAuthentication", by: "g", weight: 12, marks: "ie", ..NONE },
    // Compute, containers, delivery.
    Row { service: "autoscaling", names: "DescribeAutoScalingGroups DescribeAutoScalingInstances DescribeScalingActivities DescribeLaunchConfigurations SetDesiredCapacity CompleteLifecycleAction UpdateAutoScalingGroup", by: "ames", weight: 16, marks: "r", request: r#"{"autoScalingGroupName":"<asg>","autoScalingGroupNames":[<[1,4>"<asg+>"<]>],"maxRecords":100}"#, ..NONE },
    Row { service: "elasticloadbalancing", names: "DescribeLoadBalancers DescribeTargetHealth DescribeTargetGroups DescribeListeners DescribeRules DescribeTags", by: "aemth", weight: 18, marks: "r", request: r#"{"targetGroupArn":"arn:aws:elasticloadbalancing:<reg>:<acct>:targetgroup/<tg>","loadBalancerArns":[<[1,3>"arn:aws:elasticloadbalancing:<reg>:<acct>:loadbalancer/<elb+>"<]>]}"#, ..NONE },
    Row { service: "elasticloadbalancing", names: "RegisterTargets DeregisterTargets ModifyTargetGroupAttributes CreateRule", by: "aes", weight: 12, request: r#"{"targetGroupArn":"arn:aws:elasticloadbalancing:<reg>:<acct>:targetgroup/<tg>","targets":[<[1,4>{"id":"<i+>","port":8080}<]>]}"#, response: "", ..NONE },
    Row { service: "eks", names: "DescribeCluster ListClusters DescribeNodegroup ListNodegroups AccessKubernetesApi ListAddons", by: "ech", weight: 12, marks: "r", request: r#"{"name":"<cluster>"}"#, ..NONE },
    Row { service: "ecs", names: "DescribeServices DescribeTasks ListTasks DescribeTaskDefinition SubmitTaskStateChange SubmitContainerStateChange DiscoverPollEndpoint", by: "ecm", weight: 22, marks: "r", request: r#"{"cluster":"<cluster>","services":["<svc>"],"task":"arn:aws:ecs:<reg>:<acct>:task/<cluster>/<hex32>","containerName":"<app>","status":"RUNNING"}"#, ..NONE },
    Row { service: "ecs", names: "RegisterTaskDefinition UpdateService RunTask StopTask", by: "cs", weight: 10, request: r#"{"family":"<svc>","cluster":"<cluster>","service":"<svc>","taskRoleArn":"arn:aws:iam::<acct>:role/<role>","networkMode":"awsvpc","cpu":"512","memory":"1024","containerDefinitions":[{"name":"<app>","image":"<acct>.dkr.ecr.<reg>.amazonaws.com/<repo>:<hex8>","essential":true,"portMappings":[{"containerPort":8080,"protocol":"tcp"}],"environment":[{"name":"ENV","value":"<env>"},{"name":"LOG_LEVEL","value":"info"}],"logConfiguration":{"logDriver":"awslogs","options":{"awslogs-group":"<lg>","awslogs-region":"<reg>","awslogs-stream-prefix":"ecs"}}}]}"#, response: r#"{"taskDefinition":{"taskDefinitionArn":"arn:aws:ecs:<reg>:<acct>:task-definition/<svc>:<n3>","family":"<svc>","revision":<n3>,"status":"ACTIVE","requiresAttributes":[{"name":"com.amazonaws.ecs.capability.logging-driver.awslogs"},{"name":"com.amazonaws.ecs.capability.ecr-auth"},{"name":"com.amazonaws.ecs.capability.docker-remote-api.1.19"},{"name":"com.amazonaws.ecs.capability.task-iam-role"},{"name":"ecs.capability.task-eni"}],"registeredAt":"<now>","registeredBy":"<callerarn>"}}"#, ..NONE },
    Row { service: "ecr", names: "GetAuthorizationToken BatchGetImage GetDownloadUrlForLayer BatchCheckLayerAvailability DescribeRepositories DescribeImages", by: "ecm", weight: 30, marks: "r", request: r#"{"registryId":"<acct>","repositoryName":"<repo>","imageIds":[{"imageTag":"<hex8>"}],"acceptedMediaTypes":["application/vnd.docker.distribution.manifest.v2+json","application/vnd.oci.image.manifest.v1+json"]}"#, resources: r#"[{"ARN":"arn:aws:ecr:<reg>:<acct>:repository/<repo>","accountId":"<acct>"}]"#, ..NONE },
    Row { service: "ecr", names: "PutImage InitiateLayerUpload CompleteLayerUpload", by: "c", weight: 8, request: r#"{"repositoryName":"<repo>","imageTag":"<hex8>","registryId":"<acct>","layerDigests":["sha256:<hex32><hex32+>"]}"#, response: r#"{"image":{"repositoryName":"<repo>","imageId":{"imageDigest":"sha256:<hex32><hex32+>","imageTag":"<hex8>"},"registryId":"<acct>"}}"#, ..NONE },
    Row { service: "lambda", names: "GetFunction20150331v2 ListFunctions20150331 GetFunctionConfiguration20150331v2 GetPolicy20150331v2 ListTags20170331 ListEventSourceMappings20150331", by: "athc", weight: 12, marks: "r", request: r#"{"functionName":"<fn>","maxItems":50}"#, ..NONE },
    Row { service: "lambda", names: "UpdateFunctionCode20150331v2 UpdateFunctionConfiguration20150331v2 CreateFunction20150331 PublishVersion20150331", by: "ca", weight: 6, request: r#"{"functionName":"<fn>","s3Bucket":"<bucket>","s3Key":"lambda/<app>/<hex32>.zip","publish":true,"dryRun":false,"environment":{"variables":{}}}"#, response: r#"{"functionName":"<fn>","functionArn":"arn:aws:lambda:<reg>:<acct>:function:<fn>","runtime":"python3.11","role":"arn:aws:iam::<acct>:role/service-role/<role>","handler":"app.handler","codeSize":<n5>,"description":"","timeout":30,"memorySize":512,"lastModified":"<now>","codeSha256":"<b64s>=","version":"<n3>","vpcConfig":{"subnetIds":["<subnet>","<subnet+>"],"securityGroupIds":["<sg>"],"vpcId":"<vpc>"},"tracingConfig":{"mode":"PassThrough"},"revisionId":"<uuid>","state":"Active","lastUpdateStatus":"InProgress","packageType":"Zip","architectures":["x86_64"],"ephemeralStorage":{"size":512}}"#, ..NONE },
    Row { service: "cloudformation", names: "DescribeStacks DescribeStackResources ListStackResources GetTemplate DescribeStackEvents DescribeChangeSet CreateChangeSet ExecuteChangeSet", by: "ach", weight: 14, marks: "r", request: r#"{"stackName":"arn:aws:cloudformation:<reg>:<acct>:stack/<stack>/<uuid>"}"#, ..NONE },
    Row { service: "codebuild", names: "BatchGetBuilds StartBuild BatchGetProjects", by: "c", weight: 10, marks: "r", request: r#"{"ids":["<pipe>:<uuid>"]}"#, ..NONE },
    Row { service: "codepipeline", names: "GetPipelineState PutJobSuccessResult PollForJobs StartPipelineExecution", by: "cs", weight: 8, request: r#"{"name":"<pipe>","jobId":"<uuid>"}"#, ..NONE },
    // Storage, data, messages.
    Row { service: "s3", names: "GetBucketAcl", by: "st", weight: 25, marks: "r", request: r#"{"bucketName":"<bucket>","Host":"s3.<reg>.amazonaws.com","acl":""}"#, extra: S3, resources: BUCKET, ..NONE },
    Row { service: "s3", names: "ListBuckets GetBucketLocation GetBucketPolicy GetBucketEncryption GetBucketVersioning GetBucketTagging GetBucketPublicAccessBlock GetBucketLifecycle GetBucketLogging GetBucketReplication GetBucketPolicyStatus GetAccountPublicAccessBlock GetBucketNotification GetBucketCors GetBucketWebsite GetBucketObjectLockConfiguration", by: "tah", weight: 10, marks: "r", request: r#"{"bucketName":"<bucket>","Host":"s3.<reg>.amazonaws.com","location":""}"#, extra: S3, resources: BUCKET, ..NONE },
    Row { service: "s3", names: "PutBucketPolicy CreateBucket DeleteBucketPolicy PutBucketPublicAccessBlock PutBucketLifecycle PutBucketEncryption", by: "a", weight: 3, request: r#"{"bucketName":"<bucket>","Host":"s3.<reg>.amazonaws.com","policy":"","bucketPolicy":{"Version":"2012-10-17","Statement":[{"Sid":"AllowSSLRequestsOnly","Action":"s3:*","Effect":"Deny","Resource":["arn:aws:s3:::<bucket>","arn:aws:s3:::<bucket>/*"],"Condition":{"Bool":{"aws:SecureTransport":"false"}},"Principal":"*"}]}}"#, extra: S3, resources: BUCKET, ..NONE },
    Row { service: "dynamodb", names: "DescribeTable ListTables DescribeTimeToLive DescribeContinuousBackups ListTagsOfResource", by: "atmh", weight: 12, marks: "r", request: r#"{"tableName":"<table>"}"#, resources: r#"[{"accountId":"<acct>","type":"AWS::DynamoDB::Table","ARN":"arn:aws:dynamodb:<reg>:<acct>:table/<table>"}]"#, ..NONE },
    Row { service: "rds", names: "DescribeDBInstances DescribeDBClusters DescribeDBSnapshots DescribeDBSubnetGroups ListTagsForResource DescribeDBParameterGroups DescribeDBEngineVersions", by: "atmh", weight: 12, marks: "r", request: r#"{"dBInstanceIdentifier":"<db>","maxRecords":100}"#, ..NONE },
    Row { service: "rds", names: "CreateDBSnapshot ModifyDBInstance RebootDBInstance DeleteDBSnapshot", by: "as", weight: 2, request: r#"{"dBInstanceIdentifier":"<db>","dBSnapshotIdentifier":"<db>-<hex8>"}"#, response: r#"{"dBInstanceIdentifier":"<db>","dBInstanceClass":"db.r5.large","engine":"postgres","dBInstanceStatus":"available","masterUsername":"admin","endpoint":{"address":"<db>.c<hex8>.<reg>.rds.amazonaws.com","port":5432,"hostedZoneId":"<zone>"},"allocatedStorage":100,"preferredBackupWindow":"03:17-03:47","backupRetentionPeriod":7,"vpcSecurityGroups":[{"vpcSecurityGroupId":"<sg>","status":"active"}],"dBInstanceArn":"arn:aws:rds:<reg>:<acct>:db:<db>","storageEncrypted":true,"kmsKeyId":"arn:aws:kms:<reg>:<acct>:key/<kms>","dbiResourceId":"db-<zone>","deletionProtection":true,"pendingModifiedValues":{}}"#, ..NONE },
    Row { service: "sqs", names: "GetQueueAttributes GetQueueUrl ListQueues CreateQueue SetQueueAttributes", by: "mlath", weight: 12, marks: "r", request: r#"{"queueUrl":"https://sqs.<reg>.amazonaws.com/<acct>/<queue>","attributeNames":["All"]}"#, ..NONE },
    Row { service: "sns", names: "GetTopicAttributes ListTopics ListSubscriptionsByTopic Subscribe CreateTopic", by: "atlh", weight: 8, marks: "r", request: r#"{"topicArn":"arn:aws:sns:<reg>:<acct>:<topic>"}"#, ..NONE },
    Row { service: "athena", names: "StartQueryExecution GetQueryExecution GetQueryResults GetWorkGroup", by: "ml", weight: 12, request: r#"{"queryString":"SELECT day, count(*) FROM <app>_events WHERE day \u003e= date '2025-03-01' AND env = '<env>' GROUP BY day","clientRequestToken":"<uuid>","queryExecutionContext":{"database":"<app>"},"workGroup":"primary"}"#, response: r#"{"queryExecutionId":"<uuid+>"}"#, ..NONE },
    Row { service: "glue", names: "GetTable GetTables GetPartitions GetDatabase GetDatabases BatchCreatePartition", by: "mle", weight: 22, marks: "r", request: r#"{"databaseName":"<app>","name":"<table>","catalogId":"<acct>","expression":"dt \u003e= '2025-03-01'"}"#, ..NONE },
    Row { service: "kinesis", names: "DescribeStream DescribeStreamSummary ListShards RegisterStreamConsumer", by: "ml", weight: 8, marks: "r", request: r#"{"streamName":"<app>-<env>-stream"}"#, ..NONE },
    Row { service: "elasticache", names: "DescribeCacheClusters DescribeReplicationGroups", by: "ath", weight: 5, marks: "r", request: r#"{"cacheClusterId":"<app>-<env>-redis","showCacheNodeInfo":true}"#, ..NONE },
    Row { service: "events", names: "ListRules DescribeRule ListTargetsByRule PutRule PutTargets", by: "ahl", weight: 6, marks: "r", request: r#"{"name":"<rule>","eventBusName":"default"}"#, ..NONE },
    Row { service: "route53", names: "ListHostedZones ListResourceRecordSets GetHostedZone GetChange", by: "ath", weight: 5, marks: "r", request: r#"{"hostedZoneId":"<zone>","maxItems":100}"#, ..NONE },
    Row { service: "route53", names: "ChangeResourceRecordSets", by: "ae", weight: 4, request: r#"{"hostedZoneId":"<zone>","changeBatch":{"changes":[<[1,4>{"action":"UPSERT","resourceRecordSet":{"name":"<app+>.<env+>.example.com.","type":"CNAME","tTL":60,"resourceRecords":[{"value":"<elb+>.<reg>.elb.amazonaws.com"}]}}<]>]}}"#, response: r#"{"changeInfo":{"id":"/change/C<roleid>","status":"PENDING","submittedAt":"<now>"}}"#, ..NONE },
    Row { service: "cloudfront", names: "ListDistributions GetDistribution CreateInvalidation GetDistributionConfig", by: "ach", weight: 3, request: r#"{"distributionId":"<dist>","invalidationBatch":{"callerReference":"<uuid>","paths":{"quantity":1,"items":["/*"]}}}"#, ..NONE },
    Row { service: "apigateway", names: "GetRestApis GetStages GetResources GetDeployment CreateDeployment", by: "ath", weight: 4, marks: "r", request: r#"{"restApiId":"<restapi>","stageName":"<env>"}"#, ..NONE },
    Row { service: "acm", names: "ListCertificates DescribeCertificate ListTagsForCertificate", by: "ath", weight: 4, marks: "r", request: r#"{"certificateArn":"arn:aws:acm:<reg>:<acct>:certificate/<cert>"}"#, ..NONE },
    // Watchers.
    Row { service: "config", names: "PutEvaluations DescribeConfigRules GetComplianceDetailsByConfigRule DescribeConfigurationRecorderStatus ListDiscoveredResources", by: "lst", weight: 18, marks: "r", request: r#"{"configRuleNames":["<rule>"],"resultToken":"<hex32><hex32+>","evaluations":[<[1,5>{"complianceResourceType":"AWS::EC2::Instance","complianceResourceId":"<i+>","complianceType":"COMPLIANT","orderingTimestamp":"<now>"}<]>]}"#, ..NONE },
    Row { service: "cloudtrail", names: "DescribeTrails GetTrailStatus LookupEvents GetEventSelectors ListTrails", by: "th", weight: 6, marks: "r", request: r#"{"includeShadowTrails":true,"trailNameList":["arn:aws:cloudtrail:<reg>:<acct>:trail/organization-trail"]}"#, ..NONE },
    Row { service: "cloudtrail", names: "StopLogging StartLogging UpdateTrail PutEventSelectors", by: "a", weight: 1, request: r#"{"name":"arn:aws:cloudtrail:<reg>:<acct>:trail/organization-trail"}"#, ..NONE },
    Row { service: "guardduty", names: "ListDetectors GetDetector ListFindings GetFindings GetMembers", by: "ths", weight: 6, marks: "r", request: r#"{"detectorId":"<detector>","findingIds":[<[1,4>"<hex32+>"<]>]}"#, ..NONE },
    Row { service: "securityhub", names: "BatchImportFindings GetFindings DescribeHub GetEnabledStandards", by: "ts", weight: 6, marks: "r", request: r#"{"maxResults":100,"filters":{"recordState":[{"value":"ACTIVE","comparison":"EQUALS"}]}}"#, ..NONE },
    Row { service: "inspector2", names: "ListCoverage ListFindings BatchGetAccountStatus", by: "ts", weight: 4, marks: "r", request: r#"{"maxResults":100}"#, ..NONE },
    Row { service: "access-analyzer", names: "ListAnalyzers ListFindings ValidatePolicy", by: "th", weight: 2, marks: "r", request: r#"{"analyzerArn":"arn:aws:access-analyzer:<reg>:<acct>:analyzer/default"}"#, ..NONE },
    Row { service: "backup", names: "ListBackupJobs StartBackupJob DescribeBackupVault", by: "st", weight: 3, marks: "r", request: r#"{"backupVaultName":"Default","resourceArn":"arn:aws:ec2:<reg>:<acct>:volume/<vol>"}"#, ..NONE },
    Row { service: "health", names: "DescribeEvents DescribeEventAggregates DescribeAffectedEntities", by: "ht", weight: 6, marks: "r", request: r#"{"filter":{"eventStatusCodes":["open","upcoming"]},"aggregateField":"eventTypeCategory"}"#, ..NONE },
    Row { service: "notifications", names: "ListNotificationHubs ListNotificationEvents", by: "h", weight: 6, marks: "r", request: r#"{"maxResults":"20"}"#, ..NONE },
    Row { service: "ce", names: "GetCostAndUsage GetCostForecast GetDimensionValues", by: "th", weight: 3, marks: "r", request: r#"{"timePeriod":{"start":"2025-03-01","end":"2025-04-01"},"granularity":"DAILY","metrics":["UnblendedCost"],"groupBy":[{"type":"DIMENSION","key":"SERVICE"}]}"#, ..NONE },
    Row { service: "sagemaker", names: "DescribeTrainingJob ListTrainingJobs CreateTrainingJob DescribeEndpoint", by: "mh", weight: 4, marks: "r", request: r#"{"trainingJobName":"<app>-<hex8>"}"#, ..NONE },
    Row { service: "bedrock", names: "InvokeModel ListFoundationModels Converse", by: "mlh", weight: 5, marks: "r", request: r#"{"modelId":"anthropic.claude-3-haiku-20240307-v1:0"}"#, extra: r#"{"inferenceRegion":"<reg>"}"#, ..NONE },
    Row { service: "workdocs", names: "GetDocument DescribeFolderContents", by: "g", weight: 4, marks: "r", request: r#"{"documentId":"<hex32>","organizationId":"d-9067<n5>"}"#, ..NONE },
    Row { service: "kms", names: "RotateKey", by: "o", weight: 3, marks: "re", resources: KEY, ..NONE },
];

/// One call, ready to be written.
#[derive(Debug)]
pub struct Call {
    /// The service, without `.amazonaws.com`.
    pub service: &'static str,
    /// The call.
    pub name: &'static str,
    /// Whether it only reads.
    pub read_only: bool,
    /// Whether it is a data event.
    pub data: bool,
    /// Whether it is a sign-in.
    pub sign_in: bool,
    /// Whether it is a service event.
    pub event: bool,
    /// Whether its answer holds credentials.
    pub credentials: bool,
    /// `requestParameters`.
    pub request: Template,
    /// `responseElements`.
    pub response: Template,
    /// `additionalEventData`.
    pub extra: Template,
    /// `resources`.
    pub resources: Template,
}

/// All calls, and which of them each profile makes.
#[derive(Debug)]
pub struct Calls {
    calls: Vec<Call>,
    by_profile: Vec<Weights>,
}

impl Calls {
    /// Reads the table.
    pub fn new() -> Self {
        let mut calls = Vec::new();
        let mut weights: Vec<Vec<u64>> = vec![Vec::new(); PROFILES.len()];
        for row in TABLE {
            for (at, name) in row.names.split(' ').enumerate() {
                calls.push(Call {
                    service: row.service,
                    name,
                    read_only: row.marks.contains('r') && !name.starts_with("Put"),
                    data: row.marks.contains('d'),
                    sign_in: row.marks.contains('i'),
                    event: row.marks.contains('e'),
                    credentials: row.response.starts_with(r#"{"credentials""#),
                    request: Template::new(row.request),
                    response: Template::new(row.response),
                    extra: Template::new(row.extra),
                    resources: Template::new(row.resources),
                });
                for (profile, weights) in PROFILES.iter().zip(&mut weights) {
                    let made = row.by.bytes().any(|by| by == *profile);
                    // The first names of a row are the usual ones.
                    let weight = row.weight * 60 / (at as u64 + 3);
                    weights.push(if made { weight } else { 0 });
                }
            }
        }
        let by_profile = weights
            .into_iter()
            .map(|weights| Weights::new(weights.into_iter()))
            .collect();
        Self { calls, by_profile }
    }

    /// The call of this number.
    pub fn get(&self, number: usize) -> &Call {
        &self.calls[number]
    }

    /// Which call somebody of a profile makes.
    pub fn weights(&self, profile: u8) -> &Weights {
        &self.by_profile[profile as usize]
    }
}
