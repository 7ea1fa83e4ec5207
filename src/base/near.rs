//! Asking for memory before it is needed, so that nobody waits for it then.

/// Asks for the line of the cache in which a value begins. Does nothing where the processor cannot be
/// asked.
#[inline(always)]
#[expect(clippy::inline_always, reason = "one instruction")]
pub(crate) fn fetch<T>(value: &T) {
    #[cfg(target_arch = "x86_64")]
    safe_arch::prefetch_t0(value);
    #[cfg(not(target_arch = "x86_64"))]
    let _ = value;
}
