//! The calls that give birth to a session, and the session that comes out: every key, id, name and
//! creation date of the child is the one that the parent's record shows.

use serde_json::{Value, json};

use crate::identity::{Role, Who, session_key};
use crate::record::Log;
use crate::rng::Rng;
use crate::when::{HOUR, human, iso};
use crate::world::{CHROME, DATA, DEV, EAST, PROD};

/// The Identity Center directory of the organisation.
pub const IDENTITY_STORE: &str = "arn:aws:identitystore::123456789012:identitystore/d-92670ab1c2";

/// An `AssumeRole` in the making.
#[derive(Debug)]
#[must_use]
pub struct Assume<'a> {
    parent: &'a Who,
    role: &'a Role,
    session: &'a str,
    time: i64,
    region: &'a str,
    external: Option<&'a str>,
    label: Option<&'static str>,
    twin: Option<&'static str>,
}

impl<'a> Assume<'a> {
    /// `parent` takes on `role` under a session name.
    pub fn new(parent: &'a Who, role: &'a Role, session: &'a str, time: i64) -> Self {
        Self {
            parent,
            role,
            session,
            time,
            region: EAST,
            external: None,
            label: None,
            twin: None,
        }
    }

    /// The regional endpoint.
    pub fn region(mut self, region: &'a str) -> Self {
        self.region = region;
        self
    }

    /// The external id of a vendor.
    pub fn external(mut self, id: &'a str) -> Self {
        self.external = Some(id);
        self
    }

    /// Makes it a key event; across accounts the called side becomes one, too.
    pub fn label(mut self, label: &'static str, twin: Option<&'static str>) -> Self {
        self.label = Some(label);
        self.twin = twin;
        self
    }

    /// Writes the record, or both records across accounts, and returns the session.
    pub fn run(self, log: &mut Log, rng: &mut Rng) -> Who {
        let key = session_key(rng);
        let mut request = json!({
            "roleArn": self.role.arn(),
            "roleSessionName": self.session,
            "durationSeconds": HOUR,
        });
        if let Some(id) = self.external {
            request["externalId"] = json!(id);
        }
        let response = born(self.role, self.session, &key, self.time + HOUR, rng);
        let target = touched(self.role);
        let crosses = self.parent.account != self.role.account;
        let shared = log.guid();
        let request_id = rng.guid();

        let ours = [PROD, DEV, DATA].contains(&self.parent.account.as_str());
        if ours {
            let mut call = log
                .call(self.parent, self.time, "sts", "AssumeRole")
                .region(self.region)
                .asks(request.clone())
                .gets(response.clone())
                .request_id(&request_id)
                .touches(target.clone());
            if crosses || self.parent.kind() == "AWSService" {
                call = call.shared(&shared);
            }
            if let Some(label) = self.label {
                call = call.label(label);
            }
            call.done();
        }
        if crosses {
            let caller = Who::foreign(
                &self.parent.account,
                self.parent.principal(),
                &self.parent.ip,
                &self.parent.agent,
            );
            let mut call = log
                .call(&caller, self.time, "sts", "AssumeRole")
                .region(self.region)
                .recipient(self.role.account)
                .asks(request)
                .gets(response)
                .request_id(&request_id)
                .touches(target)
                .shared(&shared);
            if let Some(label) = self.twin {
                call = call.label(label);
            }
            call.done();
        }
        Who::session(self.role, self.session, Some(&key), self.time, false)
            .from(&self.parent.ip, &self.parent.agent)
    }
}

/// A service takes on a role for itself or for an instance, a task or a function.
pub fn by_service(
    log: &mut Log,
    rng: &mut Rng,
    host: &str,
    role: &Role,
    session: &str,
    time: i64,
) -> Who {
    let service = Who::service(role.account, host);
    Assume::new(&service, role, session, time)
        .region(crate::world::WEST)
        .run(log, rng)
}

/// A workflow of GitHub takes on a role with its own token.
pub fn by_github(
    log: &mut Log,
    rng: &mut Rng,
    role: &Role,
    subject: &str,
    run: &str,
    time: i64,
    ip: &str,
) -> Who {
    let provider = format!(
        "arn:aws:iam::{}:oidc-provider/token.actions.githubusercontent.com",
        role.account
    );
    let caller = Who::raw(
        json!({
            "type": "WebIdentityUser",
            "principalId": format!("{provider}:sts.amazonaws.com:{subject}"),
            "userName": subject,
            "identityProvider": provider,
        }),
        role.account,
        ip,
        "configure-aws-credentials-for-github-actions aws-sdk-js/3.913.0 ua/2.1 os/linux lang/js",
    );
    let key = session_key(rng);
    let mut response = born(role, run, &key, time + HOUR, rng);
    response["subjectFromWebIdentityToken"] = json!(subject);
    response["provider"] = json!(provider);
    response["audience"] = json!("sts.amazonaws.com");
    log.call(&caller, time, "sts", "AssumeRoleWithWebIdentity")
        .asks(json!({
            "roleArn": role.arn(),
            "roleSessionName": run,
            "durationSeconds": HOUR,
        }))
        .gets(response)
        .touches(touched(role))
        .done();
    let mut who = Who::session(role, run, Some(&key), time, false);
    who.identity["sessionContext"]["webIdFederationData"] =
        json!({"federatedProvider": provider, "attributes": {}});
    who.from(
        ip,
        "aws-cli/2.31.20 md/awscrt#0.28.2 ua/2.1 os/linux#6.11.0 md/arch#x86_64",
    )
}

/// A person of the corporate directory takes on a role through SAML.
pub fn by_saml(log: &mut Log, rng: &mut Rng, role: &Role, mail: &str, time: i64, ip: &str) -> Who {
    let caller = Who::raw(
        json!({
            "type": "SAMLUser",
            "principalId": format!("7oVExampleQualifier=:{mail}"),
            "userName": mail,
            "identityProvider": "7oVExampleQualifier=",
        }),
        role.account,
        ip,
        CHROME,
    );
    let key = session_key(rng);
    let mut response = born(role, mail, &key, time + HOUR, rng);
    response["subjectType"] = json!("persistent");
    response["issuer"] = json!("https://sso.example.com/saml/metadata");
    response["subject"] = json!(mail);
    response["nameQualifier"] = json!("7oVExampleQualifier=");
    log.call(&caller, time, "sts", "AssumeRoleWithSAML")
        .asks(json!({
            "principalArn": format!("arn:aws:iam::{}:saml-provider/ExampleCorp", role.account),
            "roleArn": role.arn(),
            "roleSessionName": mail,
            "durationSeconds": HOUR,
        }))
        .gets(response)
        .touches(touched(role))
        .done();
    Who::session(role, mail, Some(&key), time, false).from(ip, CHROME)
}

/// The Identity Center view of a person.
fn portal_user(mail: &str, ip: &str, agent: &str) -> Who {
    let identity = json!({
        "type": "IdentityCenterUser",
        "accountId": PROD,
        "onBehalfOf": on_behalf_of(mail),
        "credentialId": Rng::named(&format!("credential {mail}")).guid(),
    });
    Who::raw(identity, PROD, ip, agent)
}

/// The person behind a mail address, as Identity Center names him.
pub fn on_behalf_of(mail: &str) -> Value {
    json!({
        "userId": Rng::named(&format!("directory {mail}")).guid(),
        "identityStoreArn": IDENTITY_STORE,
    })
}

/// A person signs in to the Identity Center portal and opens an account. As in reality no key is
/// logged: the session is joined by its name and its creation date.
pub fn by_portal(
    log: &mut Log,
    rng: &mut Rng,
    role: &Role,
    mail: &str,
    time: i64,
    ip: &str,
    agent: &str,
) -> Who {
    let person = portal_user(mail, ip, CHROME);
    let flow = rng.guid();
    log.call(&person, time - 34, "signin", "UserAuthentication")
        .extra(json!({
            "AuthWorkflowID": flow,
            "UserName": mail,
            "LoginTo": "https://example.awsapps.com/start/",
            "CredentialType": "PASSWORD,WEBAUTHN",
        }))
        .details(json!({"UserAuthentication": "Success"}))
        .writes()
        .done();
    let set = role.name.trim_start_matches("AWSReservedSSO_");
    let set = set.rsplit_once('_').map_or(set, |(name, _)| name);
    log.call(&person, time, "sso", "GetRoleCredentials")
        .details(json!({"role_name": set, "account_id": role.account}))
        .done();
    let key = session_key(rng);
    Who::session(role, mail, Some(&key), time, false).from(ip, agent)
}

/// A sign-in to the console; `None` is a wrong password, otherwise whether MFA was used.
pub fn console_login(
    log: &mut Log,
    user: &Who,
    time: i64,
    mfa: Option<bool>,
    label: Option<&'static str>,
) {
    let mut who = user.clone();
    who.identity.shift_remove("accessKeyId");
    if mfa.is_none() {
        // A failure shows no ARN and an empty key.
        who.identity.shift_remove("arn");
        who = who.with("accessKeyId", json!(""));
    }
    let mut extra = json!({
        "LoginTo": "https://console.aws.amazon.com/console/home?region=us-west-2",
        "MobileVersion": "No",
        "MFAUsed": if mfa == Some(true) { "Yes" } else { "No" },
    });
    if mfa == Some(true) {
        let name = who
            .identity
            .get("userName")
            .and_then(Value::as_str)
            .unwrap_or("root-account-mfa-device");
        extra["MFAIdentifier"] = json!(format!("arn:aws:iam::{}:mfa/{name}", who.account));
    }
    let mut call = log
        .call(&who, time, "signin", "ConsoleLogin")
        .gets(json!({"ConsoleLogin": if mfa.is_some() { "Success" } else { "Failure" }}))
        .extra(extra)
        .kind("AwsConsoleSignIn");
    if mfa.is_none() {
        call = call
            .fails("", "Failed authentication")
            .gets(json!({"ConsoleLogin": "Failure"}));
    }
    if let Some(label) = label {
        call = call.label(label);
    }
    call.done();
}

/// The part of a response that shows the new session.
fn born(role: &Role, session: &str, key: &str, expires: i64, rng: &mut Rng) -> Value {
    json!({
        "credentials": {
            "accessKeyId": key,
            "sessionToken": format!("EXAMPLETOKEN{}==", rng.alnum(12)),
            "expiration": human(expires),
        },
        "assumedRoleUser": {
            "assumedRoleId": role.session_id(session),
            "arn": role.session_arn(session),
        },
    })
}

/// A role as a touched resource.
fn touched(role: &Role) -> Value {
    json!({"accountId": role.account, "type": "AWS::IAM::Role", "ARN": role.arn()})
}

/// A user trades a key and a second factor for a session token and goes on with that.
pub fn mfa_session(user: &Who, time: i64, log: &mut Log, rng: &mut Rng) -> Who {
    let key = session_key(rng);
    log.call(user, time, "sts", "GetSessionToken")
        .asks(json!({
            "serialNumber": format!("arn:aws:iam::{}:mfa/carol", user.account),
            "durationSeconds": 12 * HOUR,
        }))
        .gets(json!({
            "credentials": {
                "accessKeyId": key,
                "sessionToken": format!("EXAMPLETOKEN{}==", rng.alnum(12)),
                "expiration": human(time + 12 * HOUR),
            },
        }))
        .done();
    user.clone().with("accessKeyId", json!(key)).with(
        "sessionContext",
        json!({
            "sessionIssuer": {},
            "webIdFederationData": {},
            "attributes": {"creationDate": iso(time), "mfaAuthenticated": "true"},
        }),
    )
}
