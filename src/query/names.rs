//! Names a person gives to queries (`$name`) and to lists of values (`@name`).
//!
//! A few macros are built in; a config file adds others, or gives a built-in name another
//! meaning. Refuses to know: files, and how either is written there.

use std::collections::BTreeMap;

use crate::index::atlas::Coverage;

/// A macro that is there without a config file: its name, its terms, and what they are good for.
pub type BuiltIn = (&'static str, &'static str, &'static str);

/// The macros that are there without a config file.
pub const BUILT_IN: &[BuiltIn] = &[
    (
        "changes",
        "verb:write,delete err:none",
        "calls that changed something and succeeded",
    ),
    (
        "evasion",
        "what:StopLogging,DeleteTrail,UpdateTrail,PutEventSelectors,DeleteEventDataStore,\
         StopEventDataStoreIngestion,DeleteFlowLogs,DeleteDetector,UpdateDetector,\
         DeleteConfigurationRecorder,StopConfigurationRecorder,DeleteLogGroup,DeleteLogStream,\
         DisableSecurityHub,LeaveOrganization,DeletePublishingDestination",
        "logging, detection or retention turned off",
    ),
    (
        "iac",
        "tool:iac OR ip:cloudformation.amazonaws.com",
        "changes made by infrastructure code",
    ),
    (
        "noise",
        "(verb:read svcdriven:yes) OR what:UpdateInstanceInformation,\
         UpdateInstanceAssociationStatus,ListInstanceAssociations,PutInventory,\
         PutComplianceItems,DescribeInstanceHealth,ReportInstanceStatus,\
         BatchGetImage,GetDownloadUrlForLayer,CreateLogStream,PutCredentials",
        "heartbeats of agents, and reads of AWS services for themselves",
    ),
    (
        "persistence",
        "what:CreateUser,CreateAccessKey,CreateLoginProfile,UpdateLoginProfile,CreateRole,\
         UpdateAssumeRolePolicy,AttachUserPolicy,AttachRolePolicy,PutUserPolicy,PutRolePolicy,\
         AddUserToGroup,CreatePolicyVersion,SetDefaultPolicyVersion,CreateSAMLProvider,\
         CreateOpenIDConnectProvider,DeactivateMFADevice,ImportKeyPair,CreateKeyPair,\
         AddPermission,AddPermission20150331v2,CreateFunctionUrlConfig",
        "ways to stay, or to get more rights: users, keys, roles, policies",
    ),
    (
        "recon",
        "verb:read svcdriven:no what:GetCallerIdentity,ListUsers,ListRoles,ListBuckets,ListKeys,\
         ListSecrets,ListAccessKeys,ListAttached*,ListGroups,ListPolicies,GetAccountSummary,\
         GetAccountAuthorizationDetails,DescribeInstances,DescribeSecurityGroups,\
         ListFunctions,DescribeDBInstances,ListAccounts,DescribeTrails",
        "looking around: who am I, what is here",
    ),
];

/// Macros and lists.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Names {
    /// Named queries, without their `$`.
    pub macros: BTreeMap<String, String>,
    /// Named lists, without their `@`.
    pub lists: BTreeMap<String, Vec<String>>,
    /// What the address databases that were given can tell.
    pub covers: Coverage,
}

impl Names {
    /// The macros that are there without a config file.
    pub fn built_in() -> Self {
        Self {
            macros: BUILT_IN
                .iter()
                .map(|(name, body, _)| ((*name).to_owned(), (*body).to_owned()))
                .collect(),
            ..Self::default()
        }
    }

    /// What a macro is good for: the words of a built-in one, else its terms.
    pub fn about(&self, name: &str) -> &str {
        let body = self.macros.get(name).map_or("", String::as_str);
        let built_in = BUILT_IN.iter().find(|(n, b, _)| *n == name && *b == body);
        built_in.map_or(body, |(_, _, about)| about)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::query::{Context, parse};

    #[test]
    fn every_built_in_macro_reads() {
        let context = Context {
            names: Arc::new(Names::built_in()),
            ..Context::default()
        };
        for (name, ..) in BUILT_IN {
            let parsed = parse(&format!("-${name}"), &context);
            assert!(parsed.diagnostics.is_empty(), "{name}: {parsed:?}");
        }
    }
}
