//! A list that stays off the heap while it is short: the headers and parameters of an ordinary request.

use alloc::vec::Vec;

/// Up to `N` items in place; from then on, all of them in a `Vec`.
#[derive(Clone)]
pub(crate) struct List<T, const N: usize> {
    /// None while the list is empty: many are, and to fill the places takes time.
    inline: Option<[T; N]>,
    length: usize,
    spilled: Vec<T>,
}

impl<T: Copy + Default, const N: usize> List<T, N> {
    #[inline]
    pub(crate) fn new() -> Self {
        List {
            inline: None,
            length: 0,
            spilled: Vec::new(),
        }
    }

    #[inline]
    pub(crate) fn push(&mut self, item: T) {
        let inline = self.inline.get_or_insert_with(|| [T::default(); N]);
        let at = self.length;
        match inline.get_mut(at) {
            Some(place) => {
                *place = item;
                self.length = at.saturating_add(1);
            }
            None => self.spill(item),
        }
    }

    #[cold]
    fn spill(&mut self, item: T) {
        if let Some(inline) = &self.inline
            && self.spilled.is_empty()
        {
            self.spilled.extend_from_slice(inline);
        }
        self.spilled.push(item);
    }

    pub(crate) fn as_slice(&self) -> &[T] {
        match self.spilled.is_empty() {
            true => {
                let inline = self.inline.as_ref();
                let items = inline.and_then(|inline| inline.get(..self.length));
                items.unwrap_or_default()
            }
            false => &self.spilled,
        }
    }

    pub(crate) fn as_mut_slice(&mut self) -> &mut [T] {
        match self.spilled.is_empty() {
            true => {
                let inline = self.inline.as_mut();
                let items = inline.and_then(|inline| inline.get_mut(..self.length));
                items.unwrap_or_default()
            }
            false => &mut self.spilled,
        }
    }
}

impl<T: Copy + Default, const N: usize> Extend<T> for List<T, N> {
    fn extend<I: IntoIterator<Item = T>>(&mut self, items: I) {
        for item in items {
            self.push(item);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::List;
    use alloc::vec::Vec;

    #[test]
    fn keeps_order_before_and_after_it_spills() {
        for count in 0..10u32 {
            let mut list = List::<u32, 4>::new();
            list.extend(0..count);
            assert_eq!(list.as_slice(), (0..count).collect::<Vec<_>>());
            list.as_mut_slice().reverse();
            assert_eq!(list.as_slice(), (0..count).rev().collect::<Vec<_>>());
        }
    }
}
