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

/// Asks for a text that is about to be compared, by its ends. Where the processor cannot be asked
/// they are read: looks that depend on nothing wait side by side.
#[inline]
pub(crate) fn fetch_text(text: &[u8]) {
    if let [first, .., last] = text {
        fetch(first);
        fetch(last);
        #[cfg(not(target_arch = "x86_64"))]
        std::hint::black_box(first ^ last);
    }
}
