//! The progress bar of `batch`, on standard error.

use crate::output;
use indicatif::{HumanCount, HumanDuration, ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::fs;
use std::io::{self, IsTerminal as _};
use std::time::Duration;

/// A progress bar that is hidden at first, because short work needs none.
pub struct Progress {
    bar: ProgressBar,
    is_wanted: bool,
}

impl Progress {
    pub fn new() -> Self {
        let length = input_length();
        let bar = ProgressBar::with_draw_target(length, ProgressDrawTarget::hidden());
        let style = match length {
            Some(_) => "{bar:30} {percent} %, {msg}, {eta} to go",
            None => "{spinner} {msg} in {elapsed}",
        };
        Progress {
            bar: match ProgressStyle::with_template(style) {
                Ok(style) => bar.with_style(style),
                Err(_) => bar,
            },
            // URLs on a terminal show the progress by themselves.
            is_wanted: io::stderr().is_terminal() && !io::stdout().is_terminal(),
        }
    }

    /// Shows that further bytes of the input are done, and how many keys are done by now.
    pub fn advance(&self, bytes: u64, keys: u64) {
        const DELAY: Duration = Duration::from_secs(1);
        if !self.is_wanted {
            return;
        }
        let elapsed = self.bar.elapsed();
        if self.bar.is_hidden() && elapsed > DELAY {
            self.bar.set_draw_target(ProgressDrawTarget::stderr());
        }
        self.bar.set_message(count_and_rate(keys, elapsed));
        self.bar.inc(bytes);
    }

    /// Hides the progress bar while a message is written.
    pub fn suspend(&self, write: impl FnOnce()) {
        self.bar.suspend(write);
    }

    /// Replaces the progress bar by a summary in one line. `bad` of the keys have no URL.
    pub fn finish(&self, keys: u64, bad: u64) {
        if !self.bar.is_hidden() {
            let elapsed = self.bar.elapsed();
            self.bar.finish_and_clear();
            output::note(summary(keys, bad, elapsed));
        }
    }
}

fn summary(keys: u64, bad: u64, elapsed: Duration) -> String {
    let (count, time) = (count_and_rate(keys, elapsed), HumanDuration(elapsed));
    format!("{count}, {time}, {} without a URL", HumanCount(bad))
}

/// Returns the number of keys, and how many of them a second has.
fn count_and_rate(keys: u64, elapsed: Duration) -> String {
    let rate = u128::from(keys) * 1000 / elapsed.as_millis().max(1);
    let rate = HumanCount(rate.try_into().unwrap_or(u64::MAX));
    let noun = if keys == 1 { "key" } else { "keys" };
    format!("{} {noun}, {rate}/s", HumanCount(keys))
}

/// Returns the length of standard input if it is a file. Systems without `/dev/stdin` don't tell.
fn input_length() -> Option<u64> {
    let metadata = fs::metadata("/dev/stdin").ok()?;
    metadata.is_file().then_some(metadata.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_summary_has_count_rate_time_and_failures() {
        assert_eq!(
            summary(1_234_567, 1000, Duration::from_millis(2500)),
            "1,234,567 keys, 493,826/s, 3 seconds, 1,000 without a URL"
        );
        // Before a millisecond has passed, nothing is divided by zero.
        assert_eq!(count_and_rate(1, Duration::ZERO), "1 key, 1,000/s");
    }
}
