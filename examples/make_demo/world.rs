//! The fixed things of the demo: accounts, addresses, tools, resources.
//!
//! Addresses come from the ranges reserved for documentation (RFC 5737, RFC 3849) and from the
//! private ranges; every key id ends in `EXAMPLE`.

use crate::when::second;

/// Production: the account of the AWS documentation's samples.
pub const PROD: &str = "123456789012";
/// Development.
pub const DEV: &str = "111122223333";
/// The data lake.
pub const DATA: &str = "444455556666";
/// A monitoring vendor, outside the organisation: never a recipient.
pub const VENDOR: &str = "777788889999";

/// The main region.
pub const WEST: &str = "us-west-2";
/// The region of the global services.
pub const EAST: &str = "us-east-1";
/// The European region.
pub const EU: &str = "eu-west-1";
/// The region that hardly anybody uses.
pub const SYDNEY: &str = "ap-southeast-2";

/// Alice's long-lived key, as the documentation prints it.
pub const ALICE_KEY: &str = "AKIAIOSFODNN7EXAMPLE";
/// The long-lived key of the root user of production: it should not exist.
pub const ROOT_KEY: &str = "AKIAR00TK3Y77EXAMPLE";
/// The key of the nightly backup job.
pub const BACKUP_KEY: &str = "AKIABACKUP234EXAMPLE";
/// The key that the intruder makes for the same user.
pub const PLANTED_KEY: &str = "AKIAP7LANTED2EXAMPLE";

/// The intruder.
pub const INTRUDER: &str = "203.0.113.77";
/// Where Alice works.
pub const OFFICE: &str = "198.51.100.1";
/// Where bob sits when he is on call.
pub const BOB_HOME: &str = "198.51.100.42";

/// Alice's tool, as the documentation prints it.
pub const ALICE_CLI: &str = "aws-cli/1.10.10 Python/2.7.9 Windows/7 botocore/1.4.1";
/// A browser of the office.
pub const CHROME: &str = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 \
                          (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36";
/// The intruder's browser.
pub const FIREFOX: &str = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0";
/// An SDK of a service in production.
pub const SDK_GO: &str = "aws-sdk-go-v2/1.39.2 ua/2.1 os/linux lang/go#1.25.3 md/GOOS#linux \
                          md/GOARCH#arm64";
/// An SDK of a batch job.
pub const SDK_PY: &str = "Boto3/1.40.61 md/Botocore#1.40.61 ua/2.1 os/linux#6.1.156 \
                          md/arch#x86_64 lang/python#3.12.11";
/// The SDK of the Lambda functions.
pub const SDK_JS: &str = "aws-sdk-js/3.913.0 ua/2.1 os/linux#5.10.245 lang/js md/nodejs#22.20.0 \
                          exec-env/AWS_Lambda_nodejs22.x";
/// Terraform in a laptop's shell.
pub const TERRAFORM: &str = "APN/1.0 HashiCorp/1.0 Terraform/1.13.4 (+https://www.terraform.io) \
                             terraform-provider-aws/6.18.0 aws-sdk-go-v2/1.39.2 os/macos lang/go#1.24.9";

/// The load balancer of the web shop, until the intruder deletes it.
pub const WEB_LB: &str = "arn:aws:elasticloadbalancing:us-west-2:123456789012:loadbalancer/app/\
                          prod-web/50dc6c495c0c9188";
/// Its target group.
pub const WEB_TG: &str = "arn:aws:elasticloadbalancing:us-west-2:123456789012:targetgroup/\
                          prod-web/73e2d6bc24d8a067";
/// The load balancer that bob builds in its place.
pub const NEW_LB: &str = "arn:aws:elasticloadbalancing:us-west-2:123456789012:loadbalancer/app/\
                          prod-web/8c1f5b2e90d7a364";
/// The target group that bob builds.
pub const NEW_TG: &str = "arn:aws:elasticloadbalancing:us-west-2:123456789012:targetgroup/\
                          prod-web/1d5e8f70b3a94c26";
/// The security group of the web shop.
pub const WEB_SG: &str = "sg-0f31a7c2d94be8056";
/// The two subnets of the documentation's samples.
pub const SUBNETS: [&str; 2] = ["subnet-8360a9e7", "subnet-b7d581c0"];
/// Their network.
pub const VPC: &str = "vpc-3ac0fb5f";
/// The instance that root terminates.
pub const ROOT_VICTIM: &str = "i-1a2b3c4d";
/// The bucket that is read empty.
pub const EXPORTS: &str = "example-data-exports";
/// The secret that is read from the wrong place.
pub const DB_SECRET: &str =
    "arn:aws:secretsmanager:us-west-2:123456789012:secret:prod/db-password-a1B2c3";
/// The organisation's trail.
pub const TRAIL: &str = "arn:aws:cloudtrail:us-west-2:123456789012:trail/org-trail";
/// The endpoint through which production reaches AWS from inside its network.
pub const VPCE: &str = "vpce-0a7b1c2d3e4f50617";

/// The target group is gone from here …
pub const OUTAGE_START: i64 = second(14, 2, 40);
/// … to here, when bob's new one takes over.
pub const OUTAGE_END: i64 = second(14, 53, 40);
/// Root terminates [`ROOT_VICTIM`].
pub const VICTIM_GONE: i64 = second(14, 31, 45);
/// bob sets Alice's key to inactive.
pub const ALICE_KEY_OFF: i64 = second(14, 36, 10);
/// bob takes every right from svc-backup …
pub const BACKUP_DENIED: i64 = second(14, 38, 5);
/// … and gives it back.
pub const BACKUP_ALLOWED: i64 = second(18, 20, 31);

/// The target group that serves the shop at a time.
pub const fn web_target_group(time: i64) -> &'static str {
    if time < OUTAGE_END { WEB_TG } else { NEW_TG }
}

/// Whether the shop has no target group at a time.
pub const fn in_outage(time: i64) -> bool {
    time >= OUTAGE_START && time < OUTAGE_END
}
