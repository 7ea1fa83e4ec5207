//! Everything that is not the incident: the two ordinary days around it.

mod data;
mod deploy;
mod machines;
mod people;
mod watchers;

use crate::record::Log;

/// Writes all of it.
pub fn write(log: &mut Log) {
    deploy::write(log);
    machines::write(log);
    watchers::write(log);
    data::write(log);
    people::write(log);
}
