//! Text that is signed.

use crate::text::sink::Sink;

/// Text that is signed. It is written into the algorithm's hash.
pub(crate) trait Message {
    fn write(&self, sink: &mut impl Sink);
}

/// A message that is in memory as a whole.
impl Message for str {
    fn write(&self, sink: &mut impl Sink) {
        sink.text(self);
    }
}

impl Message for [u8] {
    fn write(&self, sink: &mut impl Sink) {
        sink.bytes(self);
    }
}
