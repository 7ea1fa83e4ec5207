//! Lists that are filled anew again and again, with items that live no longer than one filling.

/// An empty list with the room of another, which has none left.
pub(crate) fn room_of<A, B>(list: &mut Vec<A>) -> Vec<B> {
    if list.capacity() == 0 {
        return Vec::new();
    }
    let mut list = std::mem::take(list);
    list.clear();
    // Nothing is left to be turned; collecting keeps the room of a list of like items.
    list.into_iter().filter_map(|_| None).collect()
}
