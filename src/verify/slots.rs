//! Values by their names, each of which can be given once.

/// A slot for the value of each name.
pub(super) struct Slots<T, const N: usize>([(&'static str, Option<T>); N]);

/// A name that has a value already.
pub(super) struct Duplicate(pub(super) &'static str);

impl<T: Copy, const N: usize> Slots<T, N> {
    pub(super) fn new(names: [&'static str; N]) -> Self {
        Slots(names.map(|name| (name, None)))
    }

    /// Adds a value to the first slot whose name fits. Returns whether there is one.
    pub(super) fn add(
        &mut self,
        is_named: impl Fn(&str) -> bool,
        value: T,
    ) -> Result<bool, Duplicate> {
        let mut slots = self.0.iter_mut();
        let Some((name, slot)) = slots.find(|(name, _)| is_named(name)) else {
            return Ok(false);
        };
        match slot.replace(value) {
            Some(_) => Err(Duplicate(name)),
            None => Ok(true),
        }
    }

    pub(super) fn get(&self, name: &str) -> Option<T> {
        let mut slots = self.0.iter();
        slots.find(|(known, _)| *known == name)?.1
    }
}
