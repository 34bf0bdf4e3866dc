//! Repeated items of sorted lists.

/// Returns the first item that is the same as the next one.
pub(crate) fn find_repeated<T>(sorted: &[T], is_same: impl Fn(&T, &T) -> bool) -> Option<&T> {
    sorted.windows(2).find_map(|pair| match pair {
        [one, two] if is_same(one, two) => Some(one),
        _ => None,
    })
}
