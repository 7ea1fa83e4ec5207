//! What calls changed of a resource, and why calls of a person were denied, told from their records.
//!
//! The index knows which calls changed it and not what they say. Their records are read file by
//! file, since one large file may hold them all, and applied in the order of time.

use std::collections::HashMap;
use std::ops::ControlFlow;

use crate::base::cancel::Cancel;
use crate::engine::reader::Reader;
use crate::event::denial::Denial;
use crate::event::json::Node;
use crate::event::resource::Role;
use crate::event::secret;
use crate::index::segment::EventId;
use crate::index::snapshot::Snapshot;
use crate::pivot::change::{Call, State};
use crate::pivot::history::History;
use crate::pivot::portrait::Portrait;
use crate::pivot::profile::Profile;

/// Calls whose records are read to tell what changed: the newest ones.
const MOST_TOLD: usize = 300;

/// Reads what the calls that changed a resource say, and notes what each changed; whether there was
/// anything to note.
pub fn tell(
    snapshot: &Snapshot,
    reader: &Reader,
    portrait: &mut Portrait,
    events: &[EventId],
    cancel: &Cancel,
) -> bool {
    if let Some(profile) = portrait.profile.as_mut() {
        let events: Vec<EventId> = profile.denied.iter().map(|denied| denied.last).collect();
        let reasons = reasons(snapshot, reader, &events, cancel);
        return explain(profile, &reasons) && !cancel.is_stale();
    }
    let Some(history) = portrait.history.as_mut() else {
        return false;
    };
    let name = portrait.subject.name();
    let tellers = History::tellers(snapshot, name, events);
    let from = tellers.len().saturating_sub(MOST_TOLD);
    let tellers = tellers.get(from..).unwrap_or_default();
    let mut state = State::default();
    let mut calls: Vec<Option<Call>> = tellers.iter().map(|_| None).collect();
    reader.each_of(snapshot, tellers, |n, record| {
        if let (Ok(record), Some(call)) = (record, calls.get_mut(n)) {
            // What a call changed is shown and printed: words stand for its secrets, equal ones
            // for equal.
            let tree = Node::parse(&secret::redact(record)).ok();
            *call = tree.map(|tree| Call::of(&tree, &history.names, &state));
        }
        if cancel.is_stale() {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        }
    });
    if cancel.is_stale() {
        return false;
    }
    let group: Vec<_> = history
        .names
        .iter()
        .filter_map(|name| snapshot.resources().find(name))
        .collect();
    for (&id, call) in tellers.iter().zip(calls) {
        let Some(call) = call else { continue };
        let roles = snapshot.named_by(id).filter(|(sym, _)| group.contains(sym));
        let role = roles.map(|(_, mark)| mark.role()).min();
        let (made, ended) = (role == Some(Role::Created), role == Some(Role::Deleted));
        history.told.push((id, state.apply(call, made, ended)));
    }
    history.told.reverse();
    !history.told.is_empty()
}

/// Why calls were denied, by event.
pub type Reasons = HashMap<EventId, String>;

/// Reads why calls were denied, every file once, whoever made them.
pub fn reasons(
    snapshot: &Snapshot,
    reader: &Reader,
    events: &[EventId],
    cancel: &Cancel,
) -> Reasons {
    let mut reasons = Reasons::new();
    reader.each_of(snapshot, events, |n, record| {
        let tree = record
            .ok()
            .and_then(|r| Node::parse(&secret::redact(r)).ok());
        let message = tree.as_ref().and_then(|t| t.get("errorMessage")?.as_str());
        let why = message.and_then(Denial::of).and_then(|d| d.in_short());
        reasons.extend(why.and_then(|why| Some((*events.get(n)?, why))));
        if cancel.is_stale() {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        }
    });
    reasons
}

/// Notes why a person's calls were denied; whether there was anything to note.
pub fn explain(profile: &mut Profile, reasons: &Reasons) -> bool {
    let mut told = false;
    for denied in &mut profile.denied {
        if let Some(why) = reasons.get(&denied.last) {
            denied.why.clone_from(why);
            told = true;
        }
    }
    told
}
