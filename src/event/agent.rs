//! What a user agent says: the tool that called, and the system it ran on.
//!
//! One table of shapes each, asked in order, so that what a tool is made of (an SDK, an HTTP
//! library) never hides the tool. A user agent is what the caller chose to send: a hint, no proof.

use std::borrow::Cow;

/// A tool or a system, and the kind it belongs to; a filter finds it by either.
pub type Named = (&'static str, &'static str);

/// A part of a user agent in lower case, and what it tells.
type Shape = (&'static str, Named);

/// The kinds of tools, each with what it holds.
pub const KINDS: &[(&str, &str)] = &[
    (
        "attack",
        "tools of attackers and of those who test defences",
    ),
    ("audit", "tools that take stock of an account"),
    ("iac", "infrastructure as code"),
    ("cli", "command lines"),
    ("console", "the AWS console"),
    ("sdk", "AWS software development kits"),
    ("browser", "web browsers"),
    ("http", "HTTP libraries and transfer tools"),
    ("aws", "AWS services"),
    ("agent", "agents of AWS on machines"),
];

/// A set of kinds of tools.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Hash)]
pub struct Kinds(u16);

impl Kinds {
    /// No kind.
    pub const NONE: Self = Self(0);

    /// The kind of the tool of a user agent, where the table knows it.
    pub fn of(agent: &str) -> Self {
        let kind = known_tool(agent).map(|(_, kind)| kind);
        let at = KINDS.iter().position(|(name, _)| Some(*name) == kind);
        Self(at.map_or(0, |at| 1 << at))
    }

    /// The kinds of both sets.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Their names, in the order of [`KINDS`].
    pub fn names(self) -> impl Iterator<Item = &'static str> {
        let has = move |at: &usize| self.0 >> at & 1 == 1;
        let all = KINDS.iter().enumerate();
        all.filter(move |(at, _)| has(at))
            .map(|(_, (name, _))| *name)
    }
}

/// Tools. Sources: the user agents of AWS's own tools as their repositories build them, of attack
/// tools as their authors document them, and the records of the public data sets we test with.
const TOOLS: &[Shape] = &[
    ("stratus-red-team", ("stratus-red-team", "attack")),
    ("grimoire", ("grimoire", "attack")),
    ("pacu", ("pacu", "attack")),
    ("trufflehog", ("trufflehog", "attack")),
    ("cloudfox", ("cloudfox", "attack")),
    ("peirates", ("peirates", "attack")),
    ("cloudgoat", ("cloudgoat", "attack")),
    ("weirdaal", ("weirdaal", "attack")),
    ("enumerate-iam", ("enumerate-iam", "attack")),
    ("nimbostratus", ("nimbostratus", "attack")),
    ("barq", ("barq", "attack")),
    ("gitleaks", ("gitleaks", "attack")),
    ("s3scanner", ("s3scanner", "attack")),
    ("leonidas", ("leonidas", "attack")),
    ("awspx", ("awspx", "attack")),
    ("scoutsuite", ("scoutsuite", "audit")),
    ("scout suite", ("scoutsuite", "audit")),
    ("prowler", ("prowler", "audit")),
    ("cloudsploit", ("cloudsploit", "audit")),
    ("cloudmapper", ("cloudmapper", "audit")),
    ("steampipe", ("steampipe", "audit")),
    ("powerpipe", ("steampipe", "audit")),
    ("cartography", ("cartography", "audit")),
    ("cloudquery", ("cloudquery", "audit")),
    ("cloud-custodian", ("cloud-custodian", "audit")),
    ("c7n/", ("cloud-custodian", "audit")),
    ("wiz.io", ("wiz", "audit")),
    ("opentofu", ("opentofu", "iac")),
    ("terraform", ("terraform", "iac")),
    ("terragrunt", ("terraform", "iac")),
    ("pulumi", ("pulumi", "iac")),
    ("crossplane", ("crossplane", "iac")),
    ("ansible", ("ansible", "iac")),
    ("aws-cdk", ("cdk", "iac")),
    ("cdk/", ("cdk", "iac")),
    ("aws-sam-cli", ("sam", "iac")),
    ("serverless", ("serverless", "iac")),
    ("cloudformation.amazonaws.com", ("cloudformation", "iac")),
    ("aws-cli/", ("aws-cli", "cli")),
    ("awspowershell", ("powershell", "cli")),
    ("aws-tools-for-powershell", ("powershell", "cli")),
    ("ec2-api-tools", ("ec2-api-tools", "cli")),
    ("eksctl", ("eksctl", "cli")),
    ("kubectl", ("kubectl", "cli")),
    ("aws-shell", ("aws-shell", "cli")),
    ("s3cmd", ("s3cmd", "http")),
    ("s3 browser", ("s3-browser", "http")),
    ("s3browser", ("s3-browser", "http")),
    ("cyberduck", ("cyberduck", "http")),
    ("mountain duck", ("cyberduck", "http")),
    ("winscp", ("winscp", "http")),
    ("filezilla", ("filezilla", "http")),
    ("rclone", ("rclone", "http")),
    ("minio", ("minio", "http")),
    ("s5cmd", ("s5cmd", "http")),
    ("console.", ("console", "console")),
    ("signin.amazonaws.com", ("console", "console")),
    ("signin.aws", ("console", "console")),
    ("s3console", ("console", "console")),
    ("consolefrontend", ("console", "console")),
    (" console", ("console", "console")),
    ("aws-console", ("console", "console")),
    ("awsconsole", ("console", "console")),
    ("amazon-ssm-agent", ("ssm-agent", "agent")),
    ("amazon-ecs-agent", ("ecs-agent", "agent")),
    ("amazon-cloudwatch-agent", ("cloudwatch-agent", "agent")),
    ("awscloudtrail", ("aws-service", "aws")),
    ("aws-internal", ("aws-internal", "aws")),
    ("aws internal", ("aws-internal", "aws")),
    (".amazonaws.com", ("aws-service", "aws")),
    ("boto3/", ("boto3", "sdk")),
    ("botocore/", ("botocore", "sdk")),
    ("boto/", ("boto", "sdk")),
    ("aiobotocore", ("botocore", "sdk")),
    ("aws-sdk-go-v2/", ("aws-sdk-go-v2", "sdk")),
    ("aws-sdk-go/", ("aws-sdk-go", "sdk")),
    ("aws-sdk-java/", ("aws-sdk-java", "sdk")),
    ("aws-sdk-js/", ("aws-sdk-js", "sdk")),
    ("aws-sdk-nodejs/", ("aws-sdk-js", "sdk")),
    ("aws-sdk-ruby", ("aws-sdk-ruby", "sdk")),
    ("aws-sdk-php", ("aws-sdk-php", "sdk")),
    ("aws-sdk-dotnet", ("aws-sdk-dotnet", "sdk")),
    ("aws-sdk-rust", ("aws-sdk-rust", "sdk")),
    ("aws-sdk-cpp", ("aws-sdk-cpp", "sdk")),
    ("aws-sdk-swift", ("aws-sdk-swift", "sdk")),
    ("aws-sdk-kotlin", ("aws-sdk-kotlin", "sdk")),
    ("aws-sdk-python", ("aws-sdk-python", "sdk")),
    ("postmanruntime", ("postman", "http")),
    ("insomnia", ("insomnia", "http")),
    ("python-requests", ("python-requests", "http")),
    ("python-httplib2", ("python-httplib2", "http")),
    ("python-urllib", ("python-urllib", "http")),
    ("aiohttp", ("aiohttp", "http")),
    ("go-http-client", ("go-http-client", "http")),
    ("apache-httpclient", ("apache-httpclient", "http")),
    ("okhttp", ("okhttp", "http")),
    ("axios", ("axios", "http")),
    ("curl/", ("curl", "http")),
    ("wget/", ("wget", "http")),
    ("jersey/", ("jersey", "http")),
    ("edg/", ("edge", "browser")),
    ("edge/", ("edge", "browser")),
    ("firefox/", ("firefox", "browser")),
    ("opr/", ("opera", "browser")),
    ("headlesschrome", ("headless-chrome", "browser")),
    ("chrome/", ("chrome", "browser")),
    ("crios/", ("chrome", "browser")),
    ("safari/", ("safari", "browser")),
    ("mozilla/", ("browser", "browser")),
];

/// Systems, distributions before what they are.
const SYSTEMS: &[Shape] = &[
    ("kali", ("kali", "linux")),
    ("parrot", ("parrot", "linux")),
    ("pentoo", ("pentoo", "linux")),
    ("blackarch", ("blackarch", "linux")),
    ("microsoft-standard", ("wsl", "linux")),
    ("wsl2", ("wsl", "linux")),
    ("amzn", ("amazon-linux", "linux")),
    ("amazon linux", ("amazon-linux", "linux")),
    ("ubuntu", ("ubuntu", "linux")),
    ("android", ("android", "linux")),
    ("iphone", ("ios", "ios")),
    ("ipad", ("ios", "ios")),
    ("os/ios", ("ios", "ios")),
    ("darwin", ("macos", "macos")),
    ("macintosh", ("macos", "macos")),
    ("mac os x", ("macos", "macos")),
    ("mac_os_x", ("macos", "macos")),
    ("macos", ("macos", "macos")),
    ("windows", ("windows", "windows")),
    ("win32", ("windows", "windows")),
    ("win64", ("windows", "windows")),
    ("freebsd", ("freebsd", "bsd")),
    ("openbsd", ("openbsd", "bsd")),
    ("linux", ("linux", "linux")),
];

/// The tool of a user agent; what it calls itself where the table does not know it.
pub fn tool(agent: &str) -> Option<Cow<'_, str>> {
    if let Some((name, _)) = known_tool(agent) {
        return Some(name.into());
    }
    let own = agent.trim_matches(['[', ']', ' ']);
    let own = own.split(['/', ' ', ',', ';', '(']).next().unwrap_or(own);
    (!own.is_empty()).then(|| own.into())
}

/// The row of the table that a user agent fits.
pub fn known_tool(agent: &str) -> Option<Named> {
    found(TOOLS, agent)
}

/// The system of a user agent, where it says.
pub fn system(agent: &str) -> Option<Named> {
    found(SYSTEMS, agent)
}

/// Every name of a system that [`system`] may give, and its kind.
pub fn systems() -> impl Iterator<Item = Named> {
    SYSTEMS.iter().map(|(_, named)| *named)
}

fn found(shapes: &[Shape], agent: &str) -> Option<Named> {
    let folded = agent.to_ascii_lowercase();
    let fits =
        |(part, _): &&Shape| memchr::memmem::find(folded.as_bytes(), part.as_bytes()).is_some();
    shapes.iter().find(fits).map(|(_, named)| *named)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tool_before_what_it_is_made_of() {
        for (agent, name, os) in [
            (
                "aws-cli/2.17.32 md/awscrt#0.21.2 os/linux#0.0.0.0-microsoft-standard-WSL2 \
                 lang/python#3.11.9",
                "aws-cli",
                "wsl",
            ),
            (
                "APN/1.0 HashiCorp/1.0 Terraform/1.1.2 (+https://www.terraform.io) aws-sdk-go/1.42.52 \
                 (go1.16; linux; amd64)",
                "terraform",
                "linux",
            ),
            (
                "Boto3/1.9.89 Python/3.8.1 Linux/4.19.0-kali4-amd64 Botocore/1.12.89",
                "boto3",
                "kali",
            ),
            (
                "[S3Console/0.4, aws-internal/3 aws-sdk-java/1.12 Linux/5.10.amzn2int.x86_64]",
                "console",
                "amazon-linux",
            ),
            (
                "SRPS/Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) Chrome/118.0.0.0 Safari/537.36 \
                 Edg/118.0",
                "edge",
                "macos",
            ),
            ("stratus-red-team_ea782787-a65d", "stratus-red-team", ""),
            ("cloudtrail.amazonaws.com", "aws-service", ""),
            ("console.ec2.amazonaws.com", "console", ""),
            ("[my-tool/3 (x)]", "my-tool", ""),
            ("aws-sdk-js/2.1 win32/v18", "aws-sdk-js", "windows"),
        ] {
            assert_eq!(tool(agent).as_deref(), Some(name), "{agent}");
            assert_eq!(system(agent).map_or("", |s| s.0), os, "{agent}");
        }
        assert_eq!(tool("[]"), None);
    }

    #[test]
    fn kinds_of_several_tools() {
        let both = Kinds::of("Boto3/1.9").and(Kinds::of("aws-cli/2.17.32"));
        assert_eq!(both.names().collect::<Vec<_>>(), ["cli", "sdk"]);
        let agent = Kinds::of("aws-sdk-go/1.44 (go1.20; linux) amazon-ssm-agent/3.2");
        assert_eq!(agent.names().collect::<Vec<_>>(), ["agent"]);
        assert_eq!(Kinds::of("my-tool/3"), Kinds::NONE);
        assert!(KINDS.len() <= 16);
    }

    #[test]
    fn the_tables_can_match() {
        for (part, (name, kind)) in TOOLS.iter().chain(SYSTEMS) {
            assert_eq!(*part, part.to_ascii_lowercase(), "{part}");
            assert!(!name.is_empty() && !kind.is_empty());
        }
        for (_, (_, kind)) in TOOLS {
            assert!(KINDS.iter().any(|(known, _)| known == kind), "{kind}");
        }
    }
}
