//! Who calls: the `userIdentity` shapes, with the address and the tool that go with them.

use serde_json::{Map, Value, json};

use crate::rng::Rng;
use crate::when::iso;
use crate::world::PROD;

/// A caller.
#[derive(Clone, Debug)]
pub struct Who {
    /// The `userIdentity` object.
    pub identity: Map<String, Value>,
    /// `sourceIPAddress`.
    pub ip: String,
    /// `userAgent`.
    pub agent: String,
    /// The account it belongs to.
    pub account: String,
    /// Whether it clicks in the console.
    pub console: bool,
    /// The VPC endpoint that it goes through.
    pub endpoint: Option<&'static str>,
}

impl Who {
    fn new(identity: Value, account: &str, ip: &str, agent: &str) -> Self {
        let Value::Object(identity) = identity else {
            unreachable!("every identity below is written as an object");
        };
        Self {
            identity,
            ip: ip.to_owned(),
            agent: agent.to_owned(),
            account: account.to_owned(),
            console: false,
            endpoint: None,
        }
    }

    /// An IAM user with a long-lived key.
    pub fn user(account: &str, name: &str, key: &str, ip: &str, agent: &str) -> Self {
        let arn = format!("arn:aws:iam::{account}:user/{name}");
        let identity = json!({
            "type": "IAMUser",
            "principalId": entity_id("AIDA", &arn),
            "arn": arn,
            "accountId": account,
            "accessKeyId": key,
            "userName": name,
        });
        Self::new(identity, account, ip, agent)
    }

    /// The root user of production, as the documentation shows it.
    pub fn root(key: Option<&str>, ip: &str, agent: &str) -> Self {
        let mut identity = json!({
            "type": "Root",
            "principalId": PROD,
            "arn": format!("arn:aws:iam::{PROD}:root"),
            "accountId": PROD,
        });
        if let Some(key) = key {
            identity["accessKeyId"] = json!(key);
            identity["userName"] = json!("user");
        }
        Self::new(identity, PROD, ip, agent)
    }

    /// An AWS service by itself.
    pub fn service(account: &str, host: &str) -> Self {
        Self::new(
            json!({"type": "AWSService", "invokedBy": host}),
            account,
            host,
            host,
        )
    }

    /// A caller from another account, as the called account sees it.
    pub fn foreign(account: &str, principal: &str, ip: &str, agent: &str) -> Self {
        let identity =
            json!({"type": "AWSAccount", "principalId": principal, "accountId": account});
        Self::new(identity, account, ip, agent)
    }

    /// Nobody: a read without credentials.
    pub fn anonymous(ip: &str, agent: &str) -> Self {
        let identity =
            json!({"type": "AWSAccount", "principalId": "", "accountId": "ANONYMOUS_PRINCIPAL"});
        Self::new(identity, "", ip, agent)
    }

    /// Any other identity, given in full.
    pub fn raw(identity: Value, account: &str, ip: &str, agent: &str) -> Self {
        Self::new(identity, account, ip, agent)
    }

    /// A session of a role.
    pub fn session(role: &Role, session: &str, key: Option<&str>, born: i64, mfa: bool) -> Self {
        let mut identity = json!({
            "type": "AssumedRole",
            "principalId": role.session_id(session),
            "arn": role.session_arn(session),
            "accountId": role.account,
        });
        if let Some(key) = key {
            identity["accessKeyId"] = json!(key);
        }
        identity["sessionContext"] = json!({
            "sessionIssuer": {
                "type": "Role",
                "principalId": role.id(),
                "arn": role.arn(),
                "accountId": role.account,
                "userName": role.name,
            },
            "webIdFederationData": {},
            "attributes": {"creationDate": iso(born), "mfaAuthenticated": mfa.to_string()},
        });
        Self::new(identity, role.account, "", "")
    }

    /// The same caller from another place.
    pub fn from(mut self, ip: &str, agent: &str) -> Self {
        ip.clone_into(&mut self.ip);
        agent.clone_into(&mut self.agent);
        self
    }

    /// The same caller through a VPC endpoint.
    pub fn through(mut self, endpoint: &'static str) -> Self {
        self.endpoint = Some(endpoint);
        self
    }

    /// The same caller with one more field in its identity.
    pub fn with(mut self, field: &str, value: Value) -> Self {
        self.identity.insert(field.to_owned(), value);
        self
    }

    /// A service that acts for this caller: the same principal, a throw-away key, no address.
    pub fn via(&self, host: &str, time: i64, rng: &mut Rng) -> Self {
        let mut who = self.clone();
        if who.identity.contains_key("accessKeyId") {
            who.identity
                .insert("accessKeyId".to_owned(), json!(session_key(rng)));
        }
        if who.kind() == "IAMUser" && !who.identity.contains_key("sessionContext") {
            who.identity.insert(
                "sessionContext".to_owned(),
                json!({
                    "sessionIssuer": {},
                    "webIdFederationData": {},
                    "attributes": {"creationDate": iso(time), "mfaAuthenticated": "false"},
                }),
            );
        }
        who.console = false;
        who.endpoint = None;
        who.with("invokedBy", json!(host)).from(host, host)
    }

    /// A console session: a key of its own that the console mints again and again.
    pub fn in_console(mut self, born: i64, mfa: bool, rng: &mut Rng) -> Self {
        self.identity
            .insert("accessKeyId".to_owned(), json!(session_key(rng)));
        if self.kind() != "AssumedRole" {
            self.identity.insert(
                "sessionContext".to_owned(),
                json!({
                    "sessionIssuer": {},
                    "webIdFederationData": {},
                    "attributes": {"creationDate": iso(born), "mfaAuthenticated": mfa.to_string()},
                }),
            );
        }
        self.console = true;
        self
    }

    /// `userIdentity.type`.
    pub fn kind(&self) -> &str {
        self.text("type")
    }

    /// `userIdentity.principalId`.
    pub fn principal(&self) -> &str {
        self.text("principalId")
    }

    /// Whether the caller speaks to AWS itself, so that there is a TLS handshake to record.
    pub fn direct(&self) -> bool {
        !self.identity.contains_key("invokedBy")
    }

    fn text(&self, field: &str) -> &str {
        self.identity
            .get(field)
            .and_then(Value::as_str)
            .unwrap_or_default()
    }
}

/// A role.
#[derive(Clone, Copy, Debug)]
pub struct Role {
    /// Its account.
    pub account: &'static str,
    /// Its path, which session ARNs lose.
    pub path: &'static str,
    /// Its name.
    pub name: &'static str,
}

impl Role {
    /// A role without a path.
    pub const fn plain(account: &'static str, name: &'static str) -> Self {
        Self {
            account,
            path: "/",
            name,
        }
    }

    /// The ARN of the role.
    pub fn arn(&self) -> String {
        format!(
            "arn:aws:iam::{}:role{}{}",
            self.account, self.path, self.name
        )
    }

    /// The stable id of the role.
    pub fn id(&self) -> String {
        entity_id("AROA", &self.arn())
    }

    /// The id of a session of it.
    pub fn session_id(&self, session: &str) -> String {
        format!("{}:{session}", self.id())
    }

    /// The ARN of a session of it.
    pub fn session_arn(&self, session: &str) -> String {
        format!(
            "arn:aws:sts::{}:assumed-role/{}/{session}",
            self.account, self.name
        )
    }
}

/// The id of a user or role: 21 characters, the same for the same ARN.
pub fn entity_id(prefix: &str, arn: &str) -> String {
    format!("{prefix}{}EXAMPLE", Rng::named(arn).base32(10))
}

/// A temporary access key id: 20 characters.
pub fn session_key(rng: &mut Rng) -> String {
    format!("ASIA{}EXAMPLE", rng.base32(9))
}
