//! One `CloudTrail` record: a builder that keeps the field order of real records, and the log that
//! collects them.

use serde_json::{Map, Value, json};

use crate::identity::Who;
use crate::rng::Rng;
use crate::when::iso;
use crate::world::{EAST, WEST};

/// One event with what the delivery needs to know about it.
#[derive(Debug)]
pub struct Record {
    /// When it happened.
    pub time: i64,
    /// The account that gets it.
    pub account: String,
    /// The region whose file it lies in.
    pub region: String,
    /// The event itself.
    pub body: Value,
    /// What makes it one of the key events.
    pub label: Option<&'static str>,
}

/// All events, in the order in which the parts of the demo wrote them.
#[derive(Debug)]
pub struct Log {
    /// The events.
    pub records: Vec<Record>,
    rng: Rng,
}

impl Log {
    /// An empty log.
    pub fn new() -> Self {
        Self {
            records: Vec::new(),
            rng: Rng::named("log"),
        }
    }

    /// Starts a record of a call by `who`; [`Call::done`] adds it to the log.
    pub fn call(&mut self, who: &Who, time: i64, service: &str, name: &str) -> Call<'_> {
        let region = match service {
            "iam" | "sts" | "signin" | "organizations" | "sso" => EAST,
            _ => WEST,
        };
        let request_id = if service == "s3" {
            self.rng.base32(16)
        } else {
            self.rng.guid()
        };
        let event_id = self.rng.guid();
        // Calls of the console are proxied: no handshake to record.
        let direct = who.direct() && !who.console;
        Call {
            log: self,
            time,
            service: service.to_owned(),
            name: name.to_owned(),
            region: region.to_owned(),
            recipient: who.account.clone(),
            identity: who.identity.clone(),
            ip: who.ip.clone(),
            agent: who.agent.clone(),
            error: None,
            request: Value::Null,
            response: Value::Null,
            extra: None,
            request_id,
            event_id,
            read_only: reads(name),
            resources: Vec::new(),
            kind: "AwsApiCall",
            details: None,
            shared: None,
            endpoint: who.endpoint,
            data: false,
            direct,
            console: who.console,
            label: None,
        }
    }

    /// A GUID that two records can share.
    pub fn guid(&mut self) -> String {
        self.rng.guid()
    }
}

/// A record that is being put together.
#[derive(Debug)]
#[must_use]
pub struct Call<'a> {
    log: &'a mut Log,
    time: i64,
    service: String,
    name: String,
    region: String,
    recipient: String,
    identity: Map<String, Value>,
    ip: String,
    agent: String,
    error: Option<(String, Option<String>)>,
    request: Value,
    response: Value,
    extra: Option<Value>,
    request_id: String,
    event_id: String,
    read_only: bool,
    resources: Vec<Value>,
    kind: &'static str,
    details: Option<Value>,
    shared: Option<String>,
    endpoint: Option<&'static str>,
    data: bool,
    direct: bool,
    console: bool,
    label: Option<&'static str>,
}

impl Call<'_> {
    /// Sets the region.
    pub fn region(mut self, region: &str) -> Self {
        region.clone_into(&mut self.region);
        self
    }

    /// Sets the account that gets the record, where it is not the caller's.
    pub fn recipient(mut self, account: &str) -> Self {
        account.clone_into(&mut self.recipient);
        self
    }

    /// Sets the request parameters.
    pub fn asks(mut self, request: Value) -> Self {
        self.request = request;
        self
    }

    /// Sets the response elements. EC2 repeats its request id there.
    pub fn gets(mut self, response: Value) -> Self {
        self.response = match response {
            Value::Object(fields) if self.service == "ec2" => {
                let mut all = Map::new();
                all.insert("requestId".to_owned(), json!(self.request_id));
                all.extend(fields);
                Value::Object(all)
            }
            other => other,
        };
        self
    }

    /// Makes it a failure. The caller says whether request parameters stay.
    pub fn fails(mut self, code: &str, message: &str) -> Self {
        self.error = Some((code.to_owned(), Some(message.to_owned())));
        self.response = Value::Null;
        self
    }

    /// A denial of an IAM-like service: the request parameters are not recorded, the resource is
    /// only in the message.
    pub fn denied(mut self, resource: &str, reason: &str) -> Self {
        let arn = self
            .identity
            .get("arn")
            .and_then(Value::as_str)
            .unwrap_or_default();
        let message = format!(
            "User: {arn} is not authorized to perform: {}:{} on resource: {resource} {reason}",
            self.service,
            bare(&self.name)
        );
        let code = match self.service.as_str() {
            "sts" | "iam" | "elasticloadbalancing" | "autoscaling" | "s3" => "AccessDenied",
            _ => "AccessDeniedException",
        };
        self.request = Value::Null;
        self.fails(code, &message)
    }

    /// Sets additional event data.
    pub fn extra(mut self, extra: Value) -> Self {
        self.extra = Some(extra);
        self
    }

    /// Adds a touched resource.
    pub fn touches(mut self, resource: Value) -> Self {
        self.resources.push(resource);
        self
    }

    /// Makes it a data event.
    pub fn data(mut self) -> Self {
        self.data = true;
        self
    }

    /// Another event type than a plain API call. Such records have no request id of a caller.
    pub fn kind(mut self, kind: &'static str) -> Self {
        self.kind = kind;
        self
    }

    /// Sets the details of a service event.
    pub fn details(mut self, details: Value) -> Self {
        self.details = Some(details);
        self.kind = "AwsServiceEvent";
        self
    }

    /// Sets the id that this record shares with its twin in another account.
    pub fn shared(mut self, id: &str) -> Self {
        self.shared = Some(id.to_owned());
        self
    }

    /// Overrides the guess whether it only reads.
    pub fn writes(mut self) -> Self {
        self.read_only = false;
        self
    }

    /// Sets a fixed event id.
    pub fn id(mut self, id: &str) -> Self {
        id.clone_into(&mut self.event_id);
        self
    }

    /// Sets a fixed request id.
    pub fn request_id(mut self, id: &str) -> Self {
        id.clone_into(&mut self.request_id);
        self
    }

    /// Sets another tool.
    pub fn agent(mut self, agent: &str) -> Self {
        agent.clone_into(&mut self.agent);
        self
    }

    /// Makes it a key event. Its id depends on this text alone, so tests can rely on it.
    pub fn label(mut self, label: &'static str) -> Self {
        self.event_id = Rng::named(label).guid();
        self.label = Some(label);
        self
    }

    /// Adds the record to the log and returns its event id.
    pub fn done(self) -> String {
        let mut body = Map::new();
        let mut put = |name: &str, value: Value| {
            body.insert(name.to_owned(), value);
        };
        put("eventVersion", json!(version(&self.service)));
        put("userIdentity", Value::Object(self.identity));
        put("eventTime", json!(iso(self.time)));
        put(
            "eventSource",
            json!(format!("{}.amazonaws.com", self.service)),
        );
        put("eventName", json!(self.name));
        put("awsRegion", json!(self.region));
        put("sourceIPAddress", json!(self.ip));
        put("userAgent", json!(self.agent));
        if let Some((code, message)) = self.error {
            if !code.is_empty() {
                put("errorCode", json!(code));
            }
            if let Some(message) = message {
                put("errorMessage", json!(message));
            }
        }
        // S3 records name the host that the caller asked for.
        let host = self
            .request
            .get("Host")
            .and_then(Value::as_str)
            .map(str::to_owned);
        put("requestParameters", self.request);
        put("responseElements", self.response);
        if let Some(extra) = self.extra {
            put("additionalEventData", extra);
        }
        if self.kind != "AwsConsoleSignIn" {
            put("requestID", json!(self.request_id));
        }
        put("eventID", json!(self.event_id));
        put("readOnly", json!(self.read_only));
        if !self.resources.is_empty() {
            put("resources", Value::Array(self.resources));
        }
        put("eventType", json!(self.kind));
        if let Some(version) = api_version(&self.service) {
            put("apiVersion", json!(version));
        }
        put("managementEvent", json!(!self.data));
        put("recipientAccountId", json!(self.recipient));
        if let Some(details) = self.details {
            put("serviceEventDetails", details);
        }
        if let Some(shared) = self.shared {
            put("sharedEventID", json!(shared));
        }
        if let Some(endpoint) = self.endpoint {
            put("vpcEndpointId", json!(endpoint));
        }
        put(
            "eventCategory",
            json!(if self.data { "Data" } else { "Management" }),
        );
        if self.direct && self.kind != "AwsServiceEvent" {
            put("tlsDetails", tls(&self.service, &self.region, host));
        }
        if self.console {
            put("sessionCredentialFromConsole", json!("true"));
        }
        self.log.records.push(Record {
            time: self.time,
            account: self.recipient,
            region: self.region,
            body: Value::Object(body),
            label: self.label,
        });
        self.event_id
    }
}

/// The handshake of a direct call; newer services also name the key exchange.
fn tls(service: &str, region: &str, host: Option<String>) -> Value {
    let host = host.unwrap_or_else(|| match service {
        "iam" | "organizations" => format!("{service}.amazonaws.com"),
        "signin" => format!("{region}.signin.aws.amazon.com"),
        _ => format!("{service}.{region}.amazonaws.com"),
    });
    let mut details = json!({
        "tlsVersion": "TLSv1.3",
        "cipherSuite": "TLS_AES_128_GCM_SHA256",
        "clientProvidedHostHeader": host,
    });
    if matches!(service, "kms" | "secretsmanager" | "s3") {
        details["keyExchange"] = json!("X25519MLKEM768");
    }
    details
}

/// The record version that a service writes: they differ in reality, too.
fn version(service: &str) -> &'static str {
    match service {
        "sts" | "signin" | "autoscaling" | "elasticache" | "cloudtrail" => "1.08",
        "elasticloadbalancing" | "ssm" | "sqs" | "lambda" => "1.09",
        "ec2" | "iam" | "rds" => "1.10",
        _ => "1.11",
    }
}

/// The services that name their API version.
fn api_version(service: &str) -> Option<&'static str> {
    match service {
        "elasticloadbalancing" => Some("2015-12-01"),
        "logs" => Some("20140328"),
        _ => None,
    }
}

/// A call's name without the date that Lambda appends.
fn bare(name: &str) -> &str {
    name.split("2015").next().unwrap_or(name)
}

/// Whether AWS marks a call as read-only.
fn reads(name: &str) -> bool {
    const PREFIXES: [&str; 8] = [
        "Get",
        "List",
        "Describe",
        "Head",
        "Lookup",
        "AssumeRole",
        "Decrypt",
        "GenerateDataKey",
    ];
    PREFIXES.iter().any(|prefix| name.starts_with(prefix))
}
